/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Spinlocks: short critical sections that must not sleep.
 *
 * Holding one disables preemption. A lock that an interrupt handler also takes must be taken with
 * the _irqsave form everywhere else, or the handler could spin on a lock that its own CPU holds; one that a
 * softirq takes, and no handler, with the _bh form.
 * In debug builds the lock remembers its owner and where it was taken; a lock taken twice by its
 * owner, released by a stranger or held for a minute is reported with both addresses, and the order in
 * which locks nest is checked (lockdep.h). That order is in docs/locking.md.
 */
#include "kernel/cpu/irqflags.h"
#include "kernel/sched/lockdep.h"
#include "kernel/sched/preempt.h"

typedef struct spinlock {
	volatile u32 locked;
#if DEBUG
	struct task_struct *owner;
	void *where;		/* return address of the spin_lock() call */
	struct lockdep_map dep;
#endif
} spinlock_t;

#define SPINLOCK_INIT { 0 }
#define SPINLOCK_INIT_NAMED(text) { .locked = 0 LOCKDEP_INIT(text, NULL) }	/* as reports shall call it */
#define DEFINE_SPINLOCK(name) spinlock_t name = SPINLOCK_INIT_NAMED(#name)

/* Busy-waits until the lock is free. debug: reports a lock that stays taken. */
void spin_lock_contended(spinlock_t *lock);
#if DEBUG
void debug_spin_wanted(spinlock_t *lock, unsigned subclass);	/* before waiting */
void debug_spin_acquired(spinlock_t *lock, unsigned subclass);
void debug_spin_tried(spinlock_t *lock);			/* acquired by a trylock */
void debug_spin_release(spinlock_t *lock);
/* The run queue's lock across a switch: prev has taken it, the current task will release it. */
void debug_spin_hand_over(spinlock_t *lock, struct task_struct *prev);
#else
static __always_inline void debug_spin_wanted(spinlock_t *lock, unsigned subclass) { (void)lock, (void)subclass; }
static __always_inline void debug_spin_acquired(spinlock_t *lock, unsigned subclass) { (void)lock, (void)subclass; }
static __always_inline void debug_spin_tried(spinlock_t *lock) { (void)lock; }
static __always_inline void debug_spin_hand_over(spinlock_t *lock, struct task_struct *prev) { (void)lock, (void)prev; }
static __always_inline void debug_spin_release(spinlock_t *lock) { (void)lock; }
#endif

static __always_inline void __spin_lock_init(spinlock_t *lock) { *lock = (spinlock_t)SPINLOCK_INIT; }
#define spin_lock_init(lock) do { __spin_lock_init(lock); LOCKDEP_SITE(&(lock)->dep, #lock); } while (0)
static __always_inline bool spin_is_locked(const spinlock_t *lock) { return lock->locked; }

static __always_inline bool raw_spin_trylock(spinlock_t *lock)
{
	return __atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE) == 0;
}

/* For a lock that is taken while another of its class is held: see lockdep.h. */
static __always_inline void spin_lock_nested(spinlock_t *lock, unsigned subclass)
{
	preempt_disable();
	if (unlikely(!raw_spin_trylock(lock))) {
		debug_spin_wanted(lock, subclass);
		spin_lock_contended(lock);
	}
	debug_spin_acquired(lock, subclass);
}

static __always_inline void spin_lock(spinlock_t *lock) { spin_lock_nested(lock, 0); }

static __always_inline bool spin_trylock(spinlock_t *lock)
{
	preempt_disable();
	if (raw_spin_trylock(lock)) {
		debug_spin_tried(lock);
		return true;
	}
	preempt_enable();
	return false;
}

/* Releases without the preemption point; for the scheduler itself. */
static __always_inline void spin_unlock_no_resched(spinlock_t *lock)
{
	debug_spin_release(lock);
	__atomic_store_n(&lock->locked, 0, __ATOMIC_RELEASE);
	preempt_enable_no_resched();
}

static __always_inline void spin_unlock(spinlock_t *lock)
{
	debug_spin_release(lock);
	__atomic_store_n(&lock->locked, 0, __ATOMIC_RELEASE);
	preempt_enable();
}

#define spin_lock_irqsave(lock, flags) do { (flags) = local_irq_save(); spin_lock(lock); } while (0)
/* Interrupts come back before the preemption point, so that a wake-up they bring is seen there. */
#define spin_unlock_irqrestore(lock, flags) do {			\
		debug_spin_release(lock);				\
		__atomic_store_n(&(lock)->locked, 0, __ATOMIC_RELEASE);	\
		local_irq_restore(flags);				\
		preempt_enable();					\
	} while (0)
#define spin_lock_irq(lock) do { local_irq_disable(); spin_lock(lock); } while (0)
#define spin_unlock_irq(lock) do {					\
		debug_spin_release(lock);				\
		__atomic_store_n(&(lock)->locked, 0, __ATOMIC_RELEASE);	\
		local_irq_enable();					\
		preempt_enable();					\
	} while (0)

static __always_inline void spin_lock_bh(spinlock_t *lock)
{
	local_bh_disable();
	spin_lock(lock);
}

/* Softirqs that have waited run here, with the lock free. */
static __always_inline void spin_unlock_bh(spinlock_t *lock)
{
	spin_unlock_no_resched(lock);
	local_bh_enable();
}

#if DEBUG
bool spin_is_held(const spinlock_t *lock);	/* by this task */
#define assert_spin_locked(lock) ASSERT(spin_is_held(lock))
#else
#define assert_spin_locked(lock) ((void)0)
#endif
