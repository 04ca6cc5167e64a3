/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * What the running CPU is in the middle of: thread_info, at the lowest address of every kernel stack.
 *
 * A kernel stack is THREAD_SIZE bytes and aligned to THREAD_SIZE, so masking the stack pointer
 * finds it: "current" costs two instructions and needs no segment register.
 *
 * preempt_count says why this CPU may not be taken away or may not sleep:
 *   bits 0-7    spinlocks held and preempt_disable() calls
 *   bit  8      a softirq's action runs (softirq.h)
 *   bits 9-15   local_bh_disable() calls
 *   bits 16-23  hard interrupt depth
 * Only the CPU itself changes its count, so no atomicity is needed.
 */
#include "lib/types.h"

#ifndef DEBUG
#define DEBUG 0		/* make DEBUG=1: the kernel checks itself while it runs */
#endif

#define THREAD_SIZE 8192u

struct task_struct;

struct thread_info {
	struct task_struct *task;
	u32 flags;		/* TIF_*; set by other CPUs too: atomic bit operations */
	u32 preempt_count;
	u32 cpu;
	u32 guard;		/* STACK_GUARD while the stack has not overflowed into us */
};
#define STACK_GUARD 0x57ac6a4du

enum { TIF_NEED_RESCHED, TIF_SIGPENDING, TIF_SYSCALL_TRACE, TIF_RESTORE_SIGMASK, TIF_MEMDIE };
/* TIF_MEMDIE: killed for its memory, or dying for want of it: may use the reserves (mm/oom.c) */
#define _TIF_NEED_RESCHED BIT(TIF_NEED_RESCHED)
#define _TIF_SIGPENDING BIT(TIF_SIGPENDING)
#define _TIF_SYSCALL_TRACE BIT(TIF_SYSCALL_TRACE)
#define _TIF_RESTORE_SIGMASK BIT(TIF_RESTORE_SIGMASK)
/* Any of these sends the return to user mode through the slow path. */
#define _TIF_WORK_MASK (_TIF_NEED_RESCHED | _TIF_SIGPENDING)

#define PREEMPT_OFFSET 0x1u
#define SOFTIRQ_OFFSET 0x100u
#define SOFTIRQ_DISABLE_OFFSET 0x200u
#define HARDIRQ_OFFSET 0x10000u
#define PREEMPT_MASK 0xffu
#define SOFTIRQ_MASK 0xff00u
#define HARDIRQ_MASK 0xff0000u

static __always_inline struct thread_info *current_thread_info(void)
{
	unsigned long sp;
	__asm__("mov %%esp, %0" : "=r"(sp));
	return (struct thread_info *)(sp & ~(THREAD_SIZE - 1ul));
}

#define current (current_thread_info()->task)

static __always_inline u32 preempt_count(void) { return current_thread_info()->preempt_count; }
static __always_inline bool in_interrupt(void) { return preempt_count() & (HARDIRQ_MASK | SOFTIRQ_MASK); }
static __always_inline bool in_irq(void) { return preempt_count() & HARDIRQ_MASK; }
static __always_inline bool in_softirq(void) { return preempt_count() & SOFTIRQ_MASK; }	/* or they are off */
static __always_inline bool in_serving_softirq(void) { return preempt_count() & SOFTIRQ_OFFSET; }
static __always_inline bool in_atomic(void) { return preempt_count() != 0; }
static __always_inline u32 smp_processor_id(void) { return current_thread_info()->cpu; }

static __always_inline void set_thread_flag(struct thread_info *ti, int flag)
{
	__asm__ volatile("lock btsl %1, %0" : "+m"(ti->flags) : "Ir"(flag) : "memory", "cc");
}
static __always_inline void clear_thread_flag(struct thread_info *ti, int flag)
{
	__asm__ volatile("lock btrl %1, %0" : "+m"(ti->flags) : "Ir"(flag) : "memory", "cc");
}
static __always_inline bool test_thread_flag(struct thread_info *ti, int flag)
{
	return READ_ONCE(ti->flags) & BIT(flag);
}

/* The slow part of preempt_enable(): the count is zero and a reschedule is wanted. */
void preempt_schedule(void);

static __always_inline void preempt_disable(void)
{
	current_thread_info()->preempt_count += PREEMPT_OFFSET;
	barrier();
}

static __always_inline void preempt_enable_no_resched(void)
{
	barrier();
	current_thread_info()->preempt_count -= PREEMPT_OFFSET;
}

static __always_inline void preempt_enable(void)
{
	struct thread_info *ti = current_thread_info();

	barrier();
	if (--ti->preempt_count == 0 && unlikely(READ_ONCE(ti->flags) & _TIF_NEED_RESCHED))
		preempt_schedule();
}

/*
 * Softirqs wait, on this CPU, until local_bh_enable(); calls nest. It keeps out what a softirq also touches, as
 * local_irq_disable() keeps out interrupts, but lets those in. Not in a hard interrupt. The enabling call runs
 * what has waited, on the caller's stack, so it is not for callers that have interrupts off.
 */
static __always_inline void local_bh_disable(void)
{
	current_thread_info()->preempt_count += SOFTIRQ_DISABLE_OFFSET;
	barrier();
}
void local_bh_enable(void);		/* kernel/sched/softirq.c */
