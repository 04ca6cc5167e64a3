/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Wait queues: sleep until a condition holds, without losing a wake-up.
 *
 * A sleeper puts itself on the queue and sets its state first, and only then tests the condition;
 * a waker makes the condition true first, and only then wakes. Whichever comes second sees the
 * other, so no wake-up is lost between check and sleep. The wait_event macros are that loop.
 *
 * Everything here that waits may sleep: never call it with a spinlock held. Waking never sleeps
 * and may be done from interrupt handlers.
 */
#include "kernel/panic.h"
#include "kernel/sched/spinlock.h"
#include "lib/abi/errno.h"
#include "lib/list.h"

struct wait_queue_entry;
/* Returns nonzero if it woke its task; counts against the exclusive sleepers to wake. */
typedef int (*wait_queue_func_t)(struct wait_queue_entry *entry, unsigned int state, void *key);

typedef struct wait_queue_head {
	spinlock_t lock;	/* taken with interrupts off */
	struct list_head head;	/* of wait_queue_entry, by lock */
} wait_queue_head_t;

struct wait_queue_entry {
	unsigned int flags;	/* WQ_FLAG_EXCLUSIVE */
	void *private;		/* the task, for the default function */
	wait_queue_func_t func;
	struct list_head entry;
};
#define WQ_FLAG_EXCLUSIVE 1u

#define WAIT_QUEUE_HEAD_INIT(name) { { .locked = 0 LOCKDEP_INIT(#name, NULL) }, LIST_HEAD_INIT((name).head) }
#define DECLARE_WAIT_QUEUE_HEAD(name) wait_queue_head_t name = WAIT_QUEUE_HEAD_INIT(name)

#define init_waitqueue_head(wq) do {					\
		__spin_lock_init(&(wq)->lock);				\
		LOCKDEP_SITE(&(wq)->lock.dep, #wq);			\
		INIT_LIST_HEAD(&(wq)->head);				\
	} while (0)

/* A hint without the lock; after making the condition true, a full barrier must come first. */
static inline bool waitqueue_active(wait_queue_head_t *wq) { return !list_empty(&wq->head); }

int autoremove_wake_function(struct wait_queue_entry *entry, unsigned int state, void *key);
int default_wake_function(struct wait_queue_entry *entry, unsigned int state, void *key);

#define DEFINE_WAIT(name) struct wait_queue_entry name = {			\
	.private = current, .func = autoremove_wake_function,			\
	.entry = LIST_HEAD_INIT((name).entry) }

void add_wait_queue(wait_queue_head_t *wq, struct wait_queue_entry *entry);
void remove_wait_queue(wait_queue_head_t *wq, struct wait_queue_entry *entry);
/* Queue the entry (if it is not queued) and set the task's state to TASK_INTERRUPTIBLE or _UNINTERRUPTIBLE. */
void prepare_to_wait(wait_queue_head_t *wq, struct wait_queue_entry *entry, unsigned int state);
void prepare_to_wait_exclusive(wait_queue_head_t *wq, struct wait_queue_entry *entry, unsigned int state);
void finish_wait(wait_queue_head_t *wq, struct wait_queue_entry *entry);

/* Wake all non-exclusive and up to nr exclusive sleepers (0: all) whose state is in the mask; key goes to func (poll: the events). */
void __wake_up(wait_queue_head_t *wq, unsigned int state, int nr, void *key);
#define wake_up(wq) __wake_up(wq, TASK_NORMAL, 1, NULL)
#define wake_up_all(wq) __wake_up(wq, TASK_NORMAL, 0, NULL)
#define wake_up_interruptible(wq) __wake_up(wq, TASK_INTERRUPTIBLE, 1, NULL)
#define wake_up_poll(wq, events) __wake_up(wq, TASK_NORMAL, 1, (void *)(unsigned long)(events))

/* Task states; bits, so that a waker can name several. */
#define TASK_RUNNING 0x0u
#define TASK_INTERRUPTIBLE 0x1u		/* signals wake it */
#define TASK_UNINTERRUPTIBLE 0x2u
#define TASK_STOPPED 0x4u		/* by SIGSTOP and its kind */
#define TASK_TRACED 0x8u
#define TASK_DEAD 0x10u			/* off the CPU for ever after its last switch */
#define TASK_WAKEKILL 0x20u		/* with UNINTERRUPTIBLE: fatal signals wake it */
#define TASK_KILLABLE (TASK_UNINTERRUPTIBLE | TASK_WAKEKILL)
#define TASK_NORMAL (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)

void schedule(void);
void set_current_state(unsigned int state);
bool signal_pending_state(unsigned int state);	/* should a sleep of the current task in this state end? */
#define KTIME_MAX (~0ull >> 1)
/* Sleep in the state already set until woken or until the monotonic clock reaches expires (ns). 0: time is up; -EINTR: woken. */
int schedule_hrtimeout(u64 expires);

#define ___wait_event(wq, condition, state, expires) ({			\
	int __ret = 0;								\
	DEFINE_WAIT(__wait);							\
	for (;;) {								\
		prepare_to_wait(wq, &__wait, state);				\
		if (condition)							\
			break;							\
		if (signal_pending_state(state)) {				\
			__ret = -512; /* ERESTARTSYS */				\
			break;							\
		}								\
		if (schedule_hrtimeout(expires) == 0) {				\
			if (!(condition))					\
				__ret = -ETIME;					\
			break;							\
		}								\
	}									\
	finish_wait(wq, &__wait);						\
	__ret; })

#define wait_event(wq, condition) do {						\
		might_sleep();							\
		if (!(condition))						\
			(void)___wait_event(wq, condition, TASK_UNINTERRUPTIBLE, KTIME_MAX); \
	} while (0)
/* 0, or -ERESTARTSYS when a signal came first. */
#define wait_event_interruptible(wq, condition) \
	(might_sleep(), (condition) ? 0 : ___wait_event(wq, condition, TASK_INTERRUPTIBLE, KTIME_MAX))
#define wait_event_killable(wq, condition) \
	(might_sleep(), (condition) ? 0 : ___wait_event(wq, condition, TASK_KILLABLE, KTIME_MAX))
/* The same, or -ETIME when the monotonic clock reaches expires (ns) first. */
#define wait_event_interruptible_hrtimeout(wq, condition, expires)	\
	(might_sleep(), (condition) ? 0 : ___wait_event(wq, condition, TASK_INTERRUPTIBLE, expires))
#define wait_event_killable_hrtimeout(wq, condition, expires)	\
	(might_sleep(), (condition) ? 0 : ___wait_event(wq, condition, TASK_KILLABLE, expires))
