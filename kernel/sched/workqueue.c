/* SPDX-License-Identifier: MIT */
/*
 * The worker: a list of functions to call, and the kernel thread that calls them. The list can be
 * added to before the thread exists (the first interrupts come early); it is emptied once it does.
 *
 * work_lock guards the list, the pending marks and which work is running. Interrupt handlers take
 * it, so everybody does so with interrupts off; it is a leaf except for the wait queues' locks.
 * This is the "bottom half" of the textbooks in its simplest form: the interrupt handler does what
 * cannot wait, a thread that may sleep and be preempted does the rest.
 */
#include "kernel/init.h"
#include "kernel/panic.h"
#include "kernel/sched/workqueue.h"
#include "kernel/task/task.h"
#include "lib/err.h"

static DEFINE_SPINLOCK(work_lock);
static LIST_HEAD(work_list);
static struct work_struct *running;		/* by work_lock; only compared, never followed: it may be freed */
static DECLARE_WAIT_QUEUE_HEAD(more_work);	/* the worker sleeps here */
static DECLARE_WAIT_QUEUE_HEAD(work_done);	/* flush_work */

bool schedule_work(struct work_struct *work)
{
	unsigned long flags;
	bool added;

	spin_lock_irqsave(&work_lock, flags);
	added = !work->pending;
	if (added) {
		work->pending = true;
		list_add_tail(&work->entry, &work_list);
	}
	spin_unlock_irqrestore(&work_lock, flags);
	if (added)
		wake_up(&more_work);
	return added;
}

/* The first work of the list becomes the running one; NULL: there is none. */
static struct work_struct *next_work(void)
{
	struct work_struct *work;

	spin_lock_irq(&work_lock);
	work = list_first_entry_or_null(&work_list, struct work_struct, entry);
	if (work) {
		list_del_init(&work->entry);
		work->pending = false;
	}
	running = work;
	spin_unlock_irq(&work_lock);
	return work;
}

static int worker(void *unused)
{
	(void)unused;
	set_user_nice(current, -20);	/* whoever types waits for us: a thousand busy programs must not come first */
	for (;;) {
		struct work_struct *work = next_work();

		wake_up_all(&work_done);
		if (work)
			work->func(work);
		else	/* no signal reaches a kernel thread; so asleep it does not count as load */
			wait_event_interruptible(&more_work, !list_empty(&work_list));
	}
	return 0;
}

static bool idle(struct work_struct *work)
{
	unsigned long flags;
	bool is_idle;

	spin_lock_irqsave(&work_lock, flags);
	is_idle = !work->pending && running != work;
	spin_unlock_irqrestore(&work_lock, flags);
	return is_idle;
}

void flush_work(struct work_struct *work)
{
	might_sleep();
	wait_event(&work_done, idle(work));
}

bool cancel_work_sync(struct work_struct *work)
{
	unsigned long flags;
	bool was_pending;

	spin_lock_irqsave(&work_lock, flags);
	was_pending = work->pending;
	if (was_pending) {
		work->pending = false;
		list_del_init(&work->entry);
	}
	spin_unlock_irqrestore(&work_lock, flags);
	flush_work(work);
	return was_pending;
}

static int workqueue_init(void)
{
	struct task_struct *t = kthread_run(worker, NULL, "kworker/0");

	return IS_ERR(t) ? PTR_ERR(t) : 0;
}
core_initcall(workqueue_init);
