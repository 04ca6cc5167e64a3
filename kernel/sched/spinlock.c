/* SPDX-License-Identifier: MIT */
/*
 * The slow path of spinlocks, and what debug builds check: a lock taken twice by its owner, released
 * by somebody else, or held so long that something is wrong. A virtual CPU may be put aside by its
 * host for seconds, so the limit counts tries, not time.
 */
#include "kernel/panic.h"
#include "kernel/sched/spinlock.h"
#include "kernel/task/task.h"

void spin_lock_contended(spinlock_t *lock)
{
	u32 spins = 0;

#if DEBUG
	if (lock->owner == current && current)
		panic("spinlock %p taken twice; first at %p", (void *)lock, lock->where);
#endif
	do {
		while (lock->locked) {
			cpu_relax();
			if (DEBUG && ++spins == 2000000000u)
				panic("spinlock %p is stuck", (void *)lock);
		}
	} while (!raw_spin_trylock(lock));
}

#if DEBUG
void debug_spin_acquired(spinlock_t *lock)
{
	lock->owner = current;
	lock->where = __builtin_return_address(0);
	if (lock->owner)
		lock->owner->locks_held++;
}

void debug_spin_release(spinlock_t *lock)
{
	if (!lock->locked)
		panic("spinlock %p released but not held", (void *)lock);
	if (lock->owner != current)
		panic("spinlock %p released by a stranger; taken at %p", (void *)lock, lock->where);
	if (lock->owner)
		lock->owner->locks_held--;
	lock->owner = NULL;
}

bool spin_is_held(const spinlock_t *lock)
{
	return lock->locked && lock->owner == current;
}

void show_held_locks(void)
{
	struct task_struct *t = current;

	if (t && t->locks_held)
		printk(LOG_EMERG, "%s[%d] holds %d spinlocks\n", t->comm, t->pid, t->locks_held);
}
#endif
