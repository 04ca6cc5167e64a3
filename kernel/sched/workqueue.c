/* SPDX-License-Identifier: MIT */
/*
 * Work queues: a list of works for each CPU, and the kernel threads of that CPU, the workers, that call their functions. The
 * list can be added to before the threads exist (the first interrupts come early).
 *
 *   schedule_work --> works: [w3 w2 w1] --> the one busy worker that is awake calls w1
 *                                           |  it sleeps: wq_worker_sleeping wakes an idle worker, for w2
 *                     idle: [n4 n3]         |  it goes on: two are awake, until one has done its work
 *
 * So a work that waits for a disk holds up nobody, and yet a CPU does not switch between works that only compute. The number
 * of workers is fixed: making a thread may wait for memory, which may wait for a work.
 *
 * That a work does not run twice at once: a worker notes what it calls, one that schedules the same work puts it into the list
 * of that worker's CPU, and a worker passes over what another of its CPU is calling.
 *
 * work_lock guards all of this. Interrupt handlers take it, so everybody does with interrupts off; below it come only timers
 * and run queues. A waiter (flush_work) leaves a note of how many calls it wants to see the end of, on its own stack;
 * so nobody looks at a work that has perhaps freed itself.
 */
#include "kernel/cpu/smp.h"
#include "kernel/init.h"
#include "kernel/panic.h"
#include "kernel/sched/kthread.h"
#include "kernel/sched/workqueue.h"
#include "kernel/task/task.h"

enum work_state { WORK_IDLE, WORK_DELAYED, WORK_QUEUED };	/* DELAYED: its timer runs */

struct worker {
	struct list_head entry;		/* in its pool's idle or busy list */
	struct task_struct *task;
	u32 cpu;
	struct work_struct *work;	/* whose function it calls; only compared, never followed */
	void (*func)(struct work_struct *work);
	bool asleep;			/* in that function */
};

static struct worker_pool {
	struct list_head works;		/* that wait, the oldest first */
	struct list_head idle, busy;
	u32 nr_awake;			/* of the busy */
	struct worker workers[WORKERS_PER_CPU];
} pools[MAX_CPUS];

struct flusher {
	struct list_head entry;
	const struct work_struct *work;
	u32 calls;			/* that have still to end */
	struct completion done;
};
static LIST_HEAD(flushers);
static DEFINE_SPINLOCK(work_lock);

/* ---- all with work_lock held ---- */

static bool is_called(const struct work_struct *work)
{
	struct worker *w;

	list_for_each_entry(w, &pools[work->cpu].busy, entry)
		if (w->work == work && w->func == work->func)
			return true;
	return false;
}

static void wake_idle_worker(struct worker_pool *pool)
{
	struct worker *w = list_first_entry_or_null(&pool->idle, struct worker, entry);

	if (w)
		wake_up_process(w->task);
}

static void insert(struct work_struct *work, u32 cpu)
{
	if (!is_called(work))
		work->cpu = (u8)cpu;
	work->state = WORK_QUEUED;
	list_add_tail(&work->entry, &pools[work->cpu].works);
	if (!pools[work->cpu].nr_awake)
		wake_idle_worker(&pools[work->cpu]);
}

/* A call of the work has ended, or (from beyond == 1) the one that was to follow the present one will not come. */
static void count_call(const struct work_struct *work, u32 beyond)
{
	struct flusher *f, *next;

	list_for_each_entry_safe(f, next, &flushers, entry)
		if (f->work == work && f->calls > beyond && --f->calls == 0) {
			list_del(&f->entry);
			complete(&f->done);
		}
}

/* True if it was pending. A timer may still come; it will find the state. */
static bool take_back(struct work_struct *work)
{
	u8 was = work->state;

	if (was == WORK_QUEUED) {
		list_del_init(&work->entry);
		count_call(work, is_called(work));
	}
	work->state = WORK_IDLE;
	return was != WORK_IDLE;
}

/* ---- scheduling ---- */

void __init_work(struct work_struct *work, void (*func)(struct work_struct *))
{
	*work = (struct work_struct){ .entry = LIST_HEAD_INIT(work->entry), .func = func };
}

bool schedule_work_on(u32 cpu, struct work_struct *work)
{
	unsigned long flags;
	bool added;

	ASSERT(cpu_online(cpu));
	spin_lock_irqsave(&work_lock, flags);
	added = work->state == WORK_IDLE && !work->cancelling;
	if (added)
		insert(work, cpu);
	spin_unlock_irqrestore(&work_lock, flags);
	return added;
}

bool schedule_work(struct work_struct *work) { return schedule_work_on(smp_processor_id(), work); }

/* A softirq. Between its expiry and now the work may have been taken back, or given more time. */
static void delay_over(struct hrtimer *timer)
{
	struct delayed_work *dwork = container_of(timer, struct delayed_work, timer);
	unsigned long flags;

	spin_lock_irqsave(&work_lock, flags);
	if (dwork->work.state == WORK_DELAYED && ktime_get() >= timer->expires)
		insert(&dwork->work, smp_processor_id());
	spin_unlock_irqrestore(&work_lock, flags);
}

void __init_delayed_work(struct delayed_work *dwork, void (*func)(struct work_struct *))
{
	__init_work(&dwork->work, func);
	hrtimer_init_soft(&dwork->timer, delay_over);
}

static void start_delay(struct delayed_work *dwork, u64 delay)
{
	if (!delay) {
		insert(&dwork->work, smp_processor_id());
		return;
	}
	dwork->work.state = WORK_DELAYED;
	hrtimer_start(&dwork->timer, ktime_get() + delay);
}

bool schedule_delayed_work(struct delayed_work *dwork, u64 delay)
{
	unsigned long flags;
	bool added;

	spin_lock_irqsave(&work_lock, flags);
	added = dwork->work.state == WORK_IDLE && !dwork->work.cancelling;
	if (added)
		start_delay(dwork, delay);
	spin_unlock_irqrestore(&work_lock, flags);
	return added;
}

bool mod_delayed_work(struct delayed_work *dwork, u64 delay)
{
	unsigned long flags;
	bool was_pending;

	spin_lock_irqsave(&work_lock, flags);
	was_pending = dwork->work.state != WORK_IDLE;
	if ((delay || dwork->work.state != WORK_QUEUED) && !dwork->work.cancelling) {
		take_back(&dwork->work);
		start_delay(dwork, delay);
	}
	spin_unlock_irqrestore(&work_lock, flags);
	return was_pending;
}

/* ---- waiting ---- */

/* work_lock is held, and let go. */
static void wait_for_calls(struct work_struct *work, u32 calls)
{
	struct flusher f = { .work = work, .calls = calls };

	if (!calls) {
		spin_unlock_irq(&work_lock);
		return;
	}
	init_completion(&f.done);
	list_add(&f.entry, &flushers);
	spin_unlock_irq(&work_lock);
	wait_for_completion(&f.done);
}

static void may_wait_for(struct work_struct *work)
{
	might_sleep();
	if (DEBUG && current->worker && current->worker->work == work)
		panic("a work waits for itself at %p", __builtin_return_address(0));
	lockdep_order(&work->dep, 0, __builtin_return_address(0));
}

void flush_work(struct work_struct *work)
{
	may_wait_for(work);
	spin_lock_irq(&work_lock);
	wait_for_calls(work, is_called(work) + (work->state == WORK_QUEUED));
}

bool cancel_work_sync(struct work_struct *work)
{
	bool was_pending;

	may_wait_for(work);
	spin_lock_irq(&work_lock);
	work->cancelling++;
	was_pending = take_back(work);
	wait_for_calls(work, is_called(work));
	spin_lock_irq(&work_lock);
	work->cancelling--;
	spin_unlock_irq(&work_lock);
	return was_pending;
}

bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
	bool was_pending = cancel_work_sync(&dwork->work);

	hrtimer_cancel(&dwork->timer);
	return was_pending;
}

/* ---- workers ---- */

/* work_lock held. */
static struct work_struct *next_work(struct worker_pool *pool)
{
	struct work_struct *work;

	list_for_each_entry(work, &pool->works, entry)
		if (!is_called(work))
			return work;
	return NULL;
}

/* To the lock checker it is a lock that is held meanwhile. The function may free the work. */
static void call_function(void (*func)(struct work_struct *work), struct work_struct *work)
{
	struct lockdep_map dep = work->dep;
	int depth = lockdep_depth();

	lockdep_order(&dep, 0, (void *)func);
	lockdep_acquired(&dep, 0, LOCK_SLEEPS, (void *)func);
	func(work);
	lockdep_release(&dep);
	lockdep_returned("the work function", (void *)func, 0, depth);
}

/* work_lock is held, let go while the function is called. */
static void call_work(struct worker *me, struct work_struct *work)
{
	struct worker_pool *pool = &pools[me->cpu];

	me->work = work;
	me->func = work->func;
	list_del_init(&work->entry);
	work->state = WORK_IDLE;
	list_move(&me->entry, &pool->busy);
	pool->nr_awake++;
	spin_unlock_irq(&work_lock);
	call_function(me->func, work);
	spin_lock_irq(&work_lock);
	pool->nr_awake--;
	list_move(&me->entry, &pool->idle);
	me->work = NULL;
	count_call(work, 0);
}

static int worker_main(void *arg)
{
	struct worker *me = arg;
	struct worker_pool *pool = &pools[me->cpu];
	struct work_struct *work;

	current->worker = me;
	set_user_nice(current, -20);	/* whoever types waits for us: a thousand busy programs must not come first */
	spin_lock_irq(&work_lock);
	for (;;) {
		while (!pool->nr_awake && (work = next_work(pool)))
			call_work(me, work);
		set_current_state(TASK_INTERRUPTIBLE);	/* no signal reaches it; so asleep it does not count as load */
		spin_unlock_irq(&work_lock);
		schedule();
		spin_lock_irq(&work_lock);
	}
	return 0;
}

void wq_worker_sleeping(struct task_struct *t)
{
	struct worker *w = t->worker;
	struct worker_pool *pool = &pools[w->cpu];

	spin_lock_irq(&work_lock);
	w->asleep = w->work != NULL;
	if (w->asleep && --pool->nr_awake == 0 && next_work(pool))
		wake_idle_worker(pool);
	spin_unlock_irq(&work_lock);
}

void wq_worker_running(struct task_struct *t)
{
	struct worker *w = t->worker;

	spin_lock_irq(&work_lock);
	if (w->asleep)
		pools[w->cpu].nr_awake++;
	w->asleep = false;
	spin_unlock_irq(&work_lock);
}

void workqueue_early_init(void)
{
	for (struct worker_pool *pool = pools; pool < pools + MAX_CPUS; pool++) {
		INIT_LIST_HEAD(&pool->works);
		INIT_LIST_HEAD(&pool->idle);
		INIT_LIST_HEAD(&pool->busy);
	}
}

static int start_worker(u32 cpu, u32 n)
{
	struct worker *w = &pools[cpu].workers[n];

	w->cpu = cpu;
	w->task = kthread_create(worker_main, w, "kworker/%u:%u", cpu, n);
	if (IS_ERR(w->task))
		return (int)PTR_ERR(w->task);
	kthread_bind(w->task, cpu);
	spin_lock_irq(&work_lock);
	list_add_tail(&w->entry, &pools[cpu].idle);
	spin_unlock_irq(&work_lock);
	wake_up_process(w->task);
	return 0;
}

static int workqueue_init(void)
{
	int err = 0;

	for_each_online_cpu(cpu)
		for (u32 n = 0; n < WORKERS_PER_CPU && !err; n++)
			err = start_worker(cpu, n);
	return err;
}
core_initcall(workqueue_init);
