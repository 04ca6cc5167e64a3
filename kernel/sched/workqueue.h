/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Work for later: who must not sleep, an interrupt handler above all, hands to a kernel thread what may.
 *
 * A work is a function to be called once by one of this CPU's workers ("kworker/CPU:N"). A CPU starts its works one after the
 * other; if one sleeps, the next starts beside it, as long as there are workers (WORKERS_PER_CPU). One and the same work
 * never runs twice at once, on whatever CPUs it is asked for: who schedules it while it runs, itself included, has it run
 * once more afterwards. So its function needs no lock against itself. The work is not looked at any more once its function
 * has been called, which may therefore free it.
 */
#include "kernel/sched/lockdep.h"
#include "kernel/time.h"
#include "lib/list.h"

#define WORKERS_PER_CPU 4

struct work_struct {
	struct list_head entry;		/* in its CPU's list while it waits. All but func by work_lock */
	void (*func)(struct work_struct *work);
	u8 state;			/* enum work_state */
	u8 cpu;				/* where it waits, or ran last */
	u8 cancelling;			/* cancel_work_sync() calls under way: it cannot be scheduled */
	struct lockdep_map dep;		/* waiting for a work counts as waiting for a lock that its function holds */
};
struct delayed_work {
	struct work_struct work;
	struct hrtimer timer;
};

/* At file scope. */
#define DECLARE_WORK(name, fn) struct work_struct name = { .entry = LIST_HEAD_INIT((name).entry), .func = (fn) \
	LOCKDEP_INIT(#fn, &(struct lock_class_key){ }) }
#define INIT_WORK(work, fn) do { __init_work(work, fn); LOCKDEP_SITE(&(work)->dep, #fn); } while (0)
#define INIT_DELAYED_WORK(dwork, fn) do { __init_delayed_work(dwork, fn); LOCKDEP_SITE(&(dwork)->work.dep, #fn); } while (0)
void __init_work(struct work_struct *work, void (*func)(struct work_struct *));
void __init_delayed_work(struct delayed_work *dwork, void (*func)(struct work_struct *));
static inline struct delayed_work *to_delayed_work(struct work_struct *work) { return container_of(work, struct delayed_work, work); }

/* Have it called, on this CPU or one that is named. False: it is pending already, or is being cancelled. Any context. */
bool schedule_work(struct work_struct *work);
bool schedule_work_on(u32 cpu, struct work_struct *work);
/* The same not before so many ns have passed. */
bool schedule_delayed_work(struct delayed_work *dwork, u64 delay);
/* And if it was pending already, the delay counts anew from now. True if it was. Any context. */
bool mod_delayed_work(struct delayed_work *dwork, u64 delay);

/*
 * These sleep. The first waits until what was scheduled before has run, though not for a timer, and not for what
 * was scheduled meanwhile. The others take pending work back, wait for a running function, and keep it from being
 * scheduled again until they return, so that it then neither runs nor is pending; true if it was. Not for the
 * caller's own work; nor with a lock held that its function takes.
 */
void flush_work(struct work_struct *work);
bool cancel_work_sync(struct work_struct *work);
bool cancel_delayed_work_sync(struct delayed_work *dwork);

/* From schedule(), about a worker: it goes to sleep in its work; it goes on. */
void wq_worker_sleeping(struct task_struct *t);
void wq_worker_running(struct task_struct *t);
void workqueue_early_init(void);	/* works can be scheduled from here on; they run when there are workers */
