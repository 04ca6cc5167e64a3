/* SPDX-License-Identifier: MIT */
/* Wait queues: see wait.h for the protocol that loses no wake-up. */
#include "kernel/panic.h"
#include "kernel/sched/wait.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"

void add_wait_queue(wait_queue_head_t *wq, struct wait_queue_entry *entry)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	list_add(&entry->entry, &wq->head);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void remove_wait_queue(wait_queue_head_t *wq, struct wait_queue_entry *entry)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	list_del_init(&entry->entry);
	spin_unlock_irqrestore(&wq->lock, flags);
}

/* The full barrier orders the store of the state before the caller's test of its condition. */
void set_current_state(unsigned int state)
{
	current->state = state;
	smp_mb();
}

void prepare_to_wait(wait_queue_head_t *wq, struct wait_queue_entry *entry, unsigned int state)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	if (list_empty(&entry->entry))
		list_add(&entry->entry, &wq->head);
	set_current_state(state);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void prepare_to_wait_exclusive(wait_queue_head_t *wq, struct wait_queue_entry *entry, unsigned int state)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	entry->flags |= WQ_FLAG_EXCLUSIVE;
	if (list_empty(&entry->entry))
		list_add_tail(&entry->entry, &wq->head);
	set_current_state(state);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void finish_wait(wait_queue_head_t *wq, struct wait_queue_entry *entry)
{
	unsigned long flags;

	current->state = TASK_RUNNING;
	spin_lock_irqsave(&wq->lock, flags);
	list_del_init(&entry->entry);
	spin_unlock_irqrestore(&wq->lock, flags);
}

int default_wake_function(struct wait_queue_entry *entry, unsigned int state, void *key)
{
	(void)key;
	return wake_up_state(entry->private, state);
}

int autoremove_wake_function(struct wait_queue_entry *entry, unsigned int state, void *key)
{
	int woken = default_wake_function(entry, state, key);

	if (woken)
		list_del_init(&entry->entry);
	return woken;
}

void __wake_up(wait_queue_head_t *wq, unsigned int state, int nr, void *key)
{
	struct wait_queue_entry *e, *next;
	unsigned long flags;

	smp_mb();		/* the condition before the look at the queue */
	if (!waitqueue_active(wq))
		return;
	spin_lock_irqsave(&wq->lock, flags);
	list_for_each_entry_safe(e, next, &wq->head, entry) {
		bool exclusive = e->flags & WQ_FLAG_EXCLUSIVE;

		if (e->func(e, state, key) && exclusive && nr > 0 && --nr == 0)
			break;
	}
	spin_unlock_irqrestore(&wq->lock, flags);
}

bool signal_pending_state(unsigned int state)
{
	if (!(state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)) || !signal_pending(current))
		return false;
	return (state & TASK_INTERRUPTIBLE) || fatal_signal_pending(current);
}

struct sleeper {
	struct hrtimer timer;
	struct task_struct *task;
	bool expired;
};

static void sleeper_expired(struct hrtimer *timer)
{
	struct sleeper *s = container_of(timer, struct sleeper, timer);

	s->expired = true;
	wake_up_process(s->task);
}

int schedule_hrtimeout(u64 expires)
{
	struct sleeper s = { .task = current };

	if (expires >= KTIME_MAX) {
		schedule();
		return -EINTR;
	}
	if (expires <= ktime_get()) {
		current->state = TASK_RUNNING;
		return 0;
	}
	hrtimer_init(&s.timer, sleeper_expired);
	hrtimer_start(&s.timer, expires);
	schedule();
	hrtimer_cancel(&s.timer);
	return s.expired ? 0 : -EINTR;
}

void complete(struct completion *c)
{
	unsigned long flags;

	/* Under the queue's lock, so that the waiter cannot free the completion before we are done with it. */
	spin_lock_irqsave(&c->wait.lock, flags);
	c->done = 1;
	if (!list_empty(&c->wait.head)) {
		struct wait_queue_entry *e, *next;

		list_for_each_entry_safe(e, next, &c->wait.head, entry)
			e->func(e, TASK_NORMAL | TASK_WAKEKILL, NULL);
	}
	spin_unlock_irqrestore(&c->wait.lock, flags);
}

void wait_for_completion(struct completion *c)
{
	unsigned long flags;

	wait_event(&c->wait, READ_ONCE(c->done));
	/* complete() may still hold the lock: wait until it has let go. */
	spin_lock_irqsave(&c->wait.lock, flags);
	spin_unlock_irqrestore(&c->wait.lock, flags);
}
