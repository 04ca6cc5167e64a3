/* SPDX-License-Identifier: MIT */
/*
 * The slow path of spinlocks, and what debug builds check: a lock taken twice by its owner, released
 * by somebody else, or held so long that something is wrong. A virtual CPU may be put aside by its
 * host for seconds, the owner's as well as ours. So the time that counts is what we have seen pass while
 * we were trying, a little at a time, and the limit is far above any hold.
 */
#include "kernel/cpu/smp.h"
#include "kernel/panic.h"
#include "kernel/sched/spinlock.h"
#include "kernel/task/task.h"

#if DEBUG
#define TRIES (1u << 20)			/* between two looks at the clock */
#define LONGEST_TRY (100 * NSEC_PER_MSEC)	/* if they took longer, this CPU was put aside */
#define STUCK (60 * NSEC_PER_SEC)

static void __noreturn stuck(spinlock_t *lock)
{
	struct task_struct *owner = lock->owner;
	char where[48];

	lockdep_off();
	local_irq_disable();
	lockdep_place(where, sizeof(where), lock->where);
	pr_err("spinlock %p (%s) is stuck; held by %s[%d] on CPU %u, taken at %s\n", (void *)lock, lock->dep.name ?: "no name",
	       owner ? owner->comm : "?", owner ? owner->pid : -1, owner ? owner->cpu : 0, where);
	if (owner && owner->cpu != smp_processor_id())
		smp_show_cpu(owner->cpu);
	panic("spinlock %p (%s) is stuck", (void *)lock, lock->dep.name ?: "no name");
}

struct patience { u32 spins; u64 last, seen; };

static inline void still_waiting(struct patience *p, spinlock_t *lock)
{
	u64 now;

	if (likely(++p->spins % TRIES))
		return;
	now = ktime_get();
	if (p->last)
		p->seen += min(now - p->last, (u64)LONGEST_TRY);
	p->last = now;
	if (p->seen > STUCK)
		stuck(lock);
}
#else
struct patience { u8 none[0]; };
static inline void still_waiting(struct patience *p, spinlock_t *lock) { (void)p, (void)lock; }
#endif

void spin_lock_contended(spinlock_t *lock)
{
	struct patience patience = { };

#if DEBUG
	if (lock->owner == current && current)
		panic("spinlock %p taken twice; first at %p", (void *)lock, lock->where);
#endif
	do {
		while (lock->locked) {
			cpu_relax();
			still_waiting(&patience, lock);
		}
	} while (!raw_spin_trylock(lock));
}

#if DEBUG
static void acquired(spinlock_t *lock, unsigned subclass, void *where)
{
	lock->owner = current;
	lock->where = where;
	lockdep_acquired(&lock->dep, subclass, LOCK_SPINS, where);
}

void debug_spin_wanted(spinlock_t *lock, unsigned subclass)
{
	if (lock->owner != current)	/* or spin_lock_contended has something to say about it */
		lockdep_order(&lock->dep, subclass, __builtin_return_address(0));
}

void debug_spin_acquired(spinlock_t *lock, unsigned subclass)
{
	lockdep_order(&lock->dep, subclass, __builtin_return_address(0));
	acquired(lock, subclass, __builtin_return_address(0));
}

void debug_spin_tried(spinlock_t *lock) { acquired(lock, 0, __builtin_return_address(0)); }

void debug_spin_release(spinlock_t *lock)
{
	if (!lock->locked)
		panic("spinlock %p released but not held", (void *)lock);
	if (lock->owner != current)
		panic("spinlock %p released by a stranger; taken at %p", (void *)lock, lock->where);
	lock->owner = NULL;
	lockdep_release(&lock->dep);
}

void debug_spin_hand_over(spinlock_t *lock, struct task_struct *prev)
{
	lock->owner = current;
	lockdep_hand_over(&lock->dep, prev);
}

bool spin_is_held(const spinlock_t *lock)
{
	return lock->locked && lock->owner == current;
}

void show_held_locks(void)
{
	if (current)
		lockdep_show_held(current);
}
#endif
