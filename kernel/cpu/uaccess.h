/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The only ways to touch user memory.
 *
 * A pointer from a program may be anything. Its range is checked against TASK_SIZE, and the access
 * itself may fault: a fault at one of these instructions that the fault handler cannot serve
 * continues at the repair address that __ex_table gives for it. All may sleep (a page may have to
 * be read), except inside pagefault_disable(), where a page that is not there at once is a failure.
 * A value is read once into kernel memory and used from there; checking it in user memory and
 * using it afterwards would let another thread change it in between.
 */
#include "lib/abi/errno.h"
#include "lib/types.h"
#include "kernel/sched/preempt.h"

#define __user
#define TASK_SIZE 0xC0000000u

#if DEBUG
void might_fault(void);		/* panics, with the place, if this context must not touch user memory */
#else
static inline void might_fault(void) {}
#endif

static __always_inline bool access_ok(const void __user *p, size_t n)
{
	return n <= TASK_SIZE && (unsigned long)p <= TASK_SIZE - n;
}

/* Copy n bytes. Return the number of bytes NOT copied (0: all is well). */
size_t copy_from_user(void *to, const void __user *from, size_t n);
size_t copy_to_user(void __user *to, const void *from, size_t n);
size_t clear_user(void __user *to, size_t n);
/* Copy a string of at most n bytes with its NUL. Length without NUL; n if there was no NUL in n bytes; -EFAULT. */
long strncpy_from_user(char *to, const char __user *from, long n);
/* Length including the NUL; more than n if longer; 0 on a fault. */
long strnlen_user(const char __user *s, long n);

int __get_user_bad(void);
#define __get_user_asm(x, p, err, suffix, con) \
	__asm__ volatile("1: mov" suffix " %2, %1\n2:\n"			\
		".section .fixup,\"ax\"\n3: mov %3, %0\n xor" suffix " %1, %1\n jmp 2b\n.previous\n" \
		".section __ex_table,\"a\"\n .long 1b, 3b\n.previous"		\
		: "+r"(err), con(x) : "m"(*(p)), "i"(-EFAULT))
#define __put_user_asm(x, p, err, suffix, con) \
	__asm__ volatile("1: mov" suffix " %2, %1\n2:\n"			\
		".section .fixup,\"ax\"\n3: mov %3, %0\n jmp 2b\n.previous\n"	\
		".section __ex_table,\"a\"\n .long 1b, 3b\n.previous"		\
		: "+r"(err), "=m"(*(p)) : con(x), "i"(-EFAULT))

/* A value of the type of *p, by way of an integer of its size, so that pointers work too. */
#define gu_cast(p, v) ((__typeof__(*(p)))(__typeof__(__builtin_choose_expr(sizeof(*(p)) == 8, 0ull, 0ul)))(v))

/* get_user(x, p): x = *p for 1, 2, 4 and 8 byte types; 0 or -EFAULT (x is then 0). */
#define get_user(x, p) ({							\
	int gu_err = 0;								\
	__typeof__(*(p) + 0) gu_val = 0;					\
	const __typeof__(*(p)) __user *gu_p = (p);				\
	might_fault();								\
	if (!access_ok(gu_p, sizeof(*gu_p)))					\
		gu_err = -EFAULT;						\
	else if (sizeof(*gu_p) == 1) { u8 v_; __get_user_asm(v_, (const u8 *)gu_p, gu_err, "b", "=q"); gu_val = gu_cast(p, v_); } \
	else if (sizeof(*gu_p) == 2) { u16 v_; __get_user_asm(v_, (const u16 *)gu_p, gu_err, "w", "=r"); gu_val = gu_cast(p, v_); } \
	else if (sizeof(*gu_p) == 4) { u32 v_; __get_user_asm(v_, (const u32 *)gu_p, gu_err, "l", "=r"); gu_val = gu_cast(p, v_); } \
	else { u64 v_ = 0; if (copy_from_user(&v_, gu_p, 8)) gu_err = -EFAULT; gu_val = gu_cast(p, v_); } \
	(x) = gu_val;								\
	gu_err; })

#define put_user(x, p) ({							\
	int pu_err = 0;								\
	__typeof__(*(p)) __user *pu_p = (p);					\
	const __typeof__(*(p)) pu_val = (x);					\
	might_fault();								\
	if (!access_ok(pu_p, sizeof(*pu_p)))					\
		pu_err = -EFAULT;						\
	else if (sizeof(*pu_p) == 1) __put_user_asm((u8)(unsigned long)pu_val, (u8 *)pu_p, pu_err, "b", "q");	\
	else if (sizeof(*pu_p) == 2) __put_user_asm((u16)(unsigned long)pu_val, (u16 *)pu_p, pu_err, "w", "r");	\
	else if (sizeof(*pu_p) == 4) __put_user_asm((u32)(unsigned long)pu_val, (u32 *)pu_p, pu_err, "l", "r");	\
	else if (copy_to_user(pu_p, &pu_val, sizeof(pu_val))) pu_err = -EFAULT;	\
	pu_err; })

/* Between these a user access that would have to wait fails instead; for use under spinlocks and kmap_atomic. */
static __always_inline void pagefault_disable(void) { preempt_disable(); }
static __always_inline void pagefault_enable(void) { preempt_enable(); }
/* Compare-and-exchange on a word of user memory; *cur is what was there. 0 or -EFAULT. */
int futex_cmpxchg(u32 *cur, u32 __user *uaddr, u32 old, u32 new);
