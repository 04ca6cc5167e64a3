/* SPDX-License-Identifier: MIT */
/*
 * User memory: range checks around the copy cores of kernel/cpu/usercopy.asm, and the exception
 * table. Each entry of __ex_table is a pair of addresses: an instruction that may fault on a user
 * address, and where to go on if the fault cannot be served. The table is searched only for faults
 * of the kernel's own code, which are rare, so a linear search of some sixty pairs is enough.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/string.h"
#include "mm/mm.h"

size_t user_copy(void *to, const void *from, size_t n);
size_t user_clear(void *to, size_t n);
long user_strncpy(char *to, const char *from, long n);
long user_strnlen(const char *s, long n);

extern const struct exception_entry { u32 insn, fixup; } __start___ex_table[], __stop___ex_table[];

bool fixup_exception(struct pt_regs *regs)
{
	const struct exception_entry *e;

	for (e = __start___ex_table; e < __stop___ex_table; e++)
		if (e->insn == regs->eip) {
			regs->eip = e->fixup;
			return true;
		}
	return false;
}

#if DEBUG
/*
 * Atomic context without a page fault is legal between pagefault_disable and pagefault_enable, which count like a
 * spinlock: so there are more counts than spinlocks. Elsewhere the access may take mmap_sem, whether it does this time or not.
 * An interrupt handler or a softirq has no user memory at all: whose it sees is chance.
 */
void might_fault(void)
{
	if (!in_atomic()) {
		might_sleep();
		if (current->mm)
			lockdep_order(&current->mm->mmap_sem.dep, 0, __builtin_return_address(0));
	} else if (in_irq() || in_serving_softirq() || (u32)lockdep_spins_held() == (preempt_count() & PREEMPT_MASK)) {
		panic("user memory touched in an interrupt, or with a spinlock held, at %p", __builtin_return_address(0));
	}
}
#endif

size_t copy_from_user(void *to, const void __user *from, size_t n)
{
	size_t left = n;

	might_fault();
	if (likely(access_ok(from, n)))
		left = user_copy(to, from, n);
	if (unlikely(left))
		memset((char *)to + n - left, 0, left);	/* never show the caller stale memory */
	return left;
}

size_t copy_to_user(void __user *to, const void *from, size_t n)
{
	might_fault();
	return likely(access_ok(to, n)) ? user_copy(to, from, n) : n;
}

size_t clear_user(void __user *to, size_t n)
{
	might_fault();
	return access_ok(to, n) ? user_clear(to, n) : n;
}

/* Near the top of user memory the limit shrinks, so that the loop cannot run into the kernel. */
static long limit_to_user(const char *s, long n)
{
	unsigned long room = (unsigned long)s < TASK_SIZE ? TASK_SIZE - (unsigned long)s : 0;

	return (unsigned long)n < room ? n : (long)room;
}

long strncpy_from_user(char *to, const char __user *from, long n)
{
	long room = limit_to_user(from, n), len;

	might_fault();
	if (room <= 0)
		return -EFAULT;
	len = user_strncpy(to, from, room);
	return len == room && room < n ? -EFAULT : len;
}

long strnlen_user(const char __user *s, long n)
{
	long room = limit_to_user(s, n), len;

	might_fault();
	if (room <= 0)
		return 0;
	len = user_strnlen(s, room);
	return len > room && room < n ? 0 : len;
}

int futex_cmpxchg(u32 *cur, u32 __user *uaddr, u32 old, u32 new)
{
	int err = 0;

	if (!access_ok(uaddr, 4))
		return -EFAULT;
	__asm__ volatile("1: lock cmpxchgl %3, %2\n2:\n"
			 ".section .fixup,\"ax\"\n3: mov %4, %0\n jmp 2b\n.previous\n"
			 ".section __ex_table,\"a\"\n .long 1b, 3b\n.previous"
			 : "+r"(err), "+a"(old), "+m"(*uaddr) : "r"(new), "i"(-EFAULT) : "memory", "cc");
	*cur = old;
	return err;
}
