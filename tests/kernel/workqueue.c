/* SPDX-License-Identifier: MIT */
/* Works: never two calls of one at once, one that sleeps holds up nobody, and what flushing and cancelling promise. */
#include "kernel/cpu/smp.h"
#include "kernel/ktest.h"
#include "kernel/panic.h"
#include "kernel/sched/kthread.h"
#include "kernel/sched/workqueue.h"
#include "kernel/task/task.h"
#include "mm/slab.h"

static void sleep_ms(u64 ms)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule_hrtimeout(ktime_get() + ms * NSEC_PER_MSEC);
}

static u64 soon(void) { return ktime_get() + 30 * NSEC_PER_SEC; }

static volatile u32 calls, inside, overlaps, on_cpus, order[4];

static void count(struct work_struct *work)
{
	(void)work;
	on_cpus |= BIT(smp_processor_id());
	__atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
}
static DECLARE_WORK(counter, count);

KTEST(work_runs_once_for_each_time_it_was_taken)
{
	calls = 0;
	EXPECT(schedule_work(&counter));
	flush_work(&counter);
	EXPECT_EQ(calls, 1);
	flush_work(&counter);			/* nothing to wait for */
	EXPECT(schedule_work(&counter));
	flush_work(&counter);
	EXPECT_EQ(calls, 2);
}

KTEST(work_runs_on_the_cpu_that_is_named)
{
	for_each_online_cpu(cpu) {
		on_cpus = 0;
		EXPECT(schedule_work_on(cpu, &counter));
		flush_work(&counter);
		EXPECT_EQ(on_cpus, BIT(cpu));
	}
}

struct numbered { struct work_struct work; u32 n; };

static void note_order(struct work_struct *work)
{
	order[calls++] = container_of(work, struct numbered, work)->n;
}

KTEST(works_of_a_cpu_start_in_order)
{
	struct numbered w[4];

	calls = 0;
	preempt_disable();
	for (u32 i = 0; i < 4; i++) {
		w[i].n = i;
		INIT_WORK(&w[i].work, note_order);
		EXPECT(schedule_work(&w[i].work));
		EXPECT(!schedule_work(&w[i].work));	/* pending */
	}
	preempt_enable();
	for (u32 i = 0; i < 4; i++)
		flush_work(&w[i].work);
	EXPECT_EQ(calls, 4);
	for (u32 i = 0; i < 4; i++)
		EXPECT_EQ(order[i], i);
}

/* ---- one work, all CPUs ---- */

static void must_be_alone(struct work_struct *work)
{
	if (__atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST) != 1)
		overlaps++;
	count(work);
	if (calls % 8 == 0)
		sleep_ms(1);		/* the others of its CPU's workers are free meanwhile, and all other CPUs' */
	else
		yield();
	__atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
}
static DECLARE_WORK(alone, must_be_alone);

/* It is only pending most of the time: until it has been taken so often. */
static int schedule_often(void *done)
{
	for (u32 taken = 0; taken < 50;) {
		if (schedule_work_on(taken % nr_cpu_ids, &alone))
			taken++;
		else
			yield();
	}
	complete(done);
	return 0;
}

KTEST(work_never_runs_twice_at_once)
{
	struct completion done[4];

	calls = inside = overlaps = on_cpus = 0;
	for (u32 i = 0; i < 4; i++) {
		struct task_struct *t;

		init_completion(&done[i]);
		t = kthread_create(schedule_often, &done[i], "often/%u", i);
		EXPECT(!IS_ERR(t));
		kthread_bind(t, i % nr_cpu_ids);
		wake_up_process(t);
	}
	for (u32 i = 0; i < 4; i++)
		wait_for_completion(&done[i]);
	flush_work(&alone);
	EXPECT_EQ(overlaps, 0);
	EXPECT_EQ(calls, 4 * 50);
}

/* ---- sleeping ---- */

static struct completion gate;
static volatile bool passed;

static void wait_at_gate(struct work_struct *work)
{
	(void)work;
	wait_for_completion(&gate);
	passed = true;
}
static DECLARE_WORK(waiter, wait_at_gate);

static void open_gate(struct work_struct *work) { (void)work; complete(&gate); }
static DECLARE_WORK(opener, open_gate);

KTEST(work_that_sleeps_lets_the_next_run)
{
	init_completion(&gate);
	passed = false;
	EXPECT(schedule_work_on(0, &waiter));
	EXPECT(schedule_work_on(0, &opener));	/* would never come if the CPU had one worker */
	flush_work(&waiter);
	EXPECT(passed);
}

/* Scheduled for another CPU while it sleeps there: it still waits for its own end. */
KTEST(work_scheduled_while_it_runs_runs_afterwards)
{
	u32 other = nr_cpu_ids - 1;

	init_completion(&gate);
	passed = false;
	calls = 0;
	EXPECT(schedule_work_on(0, &waiter));
	while (waiter.state)			/* until it has been started */
		yield();
	EXPECT(schedule_work_on(other, &waiter));
	EXPECT(schedule_work_on(other, &counter));
	flush_work(&counter);			/* that CPU is not held up by it */
	EXPECT(!passed);
	complete(&gate);
	flush_work(&waiter);			/* the second call */
	EXPECT(!waiter.state && passed);
}

/* ---- again and again ---- */

static u32 times;

static void again(struct work_struct *work)
{
	calls++;
	if (calls < times)
		schedule_work(work);		/* it is not pending any more: it runs. Unless it is cancelled just now */
}
static DECLARE_WORK(repeater, again);

KTEST(work_can_schedule_itself)
{
	u64 until = soon();

	calls = 0;
	times = 1000;
	schedule_work(&repeater);
	while (calls < times && ktime_get() < until)
		yield();
	flush_work(&repeater);
	EXPECT_EQ(calls, times);
}

/* Flushing waits for what was asked for before, so it comes back although the work goes on. */
KTEST(flush_does_not_wait_for_what_came_later)
{
	calls = 0;
	times = ~0u;
	schedule_work(&repeater);
	flush_work(&repeater);
	EXPECT(calls >= 1);
	cancel_work_sync(&repeater);
	times = calls;
	sleep_ms(2);
	EXPECT_EQ(calls, times);
	EXPECT(!repeater.state);
}

static volatile bool stop;

static int schedule_until_told(void *work)
{
	while (!stop) {
		schedule_work(work);
		yield();
	}
	return 0;
}

/* Nothing runs after a cancel, whoever schedules it meanwhile; and scheduling works again. */
KTEST(cancel_races_with_schedule_and_run)
{
	struct task_struct *t;

	stop = false;
	times = ~0u;
	calls = 0;
	t = kthread_create(schedule_until_told, &repeater, "racer");
	EXPECT(!IS_ERR(t));
	get_task_struct(t);
	wake_up_process(t);
	for (int i = 0; i < 500; i++) {
		cancel_work_sync(&repeater);
		if (i % 3 == 0)
			yield();
	}
	stop = true;
	kthread_stop(t);
	put_task_struct(t);
	cancel_work_sync(&repeater);
	times = calls;
	sleep_ms(2);
	EXPECT_EQ(calls, times);
	times = 0;
	EXPECT(schedule_work(&repeater));
	flush_work(&repeater);
}

static int flush_it(void *done)
{
	flush_work(&waiter);
	complete(done);
	return 0;
}

/* Who waits for a call that is then cancelled has nothing to wait for. */
KTEST(cancel_releases_who_flushes)
{
	struct work_struct *blockers[WORKERS_PER_CPU];
	struct completion done;

	init_completion(&gate);
	init_completion(&done);
	for (u32 i = 0; i < WORKERS_PER_CPU; i++) {	/* so that one more stays pending */
		blockers[i] = kmalloc(sizeof(*blockers[i]), GFP_KERNEL);
		EXPECT(blockers[i] != NULL);
		INIT_WORK(blockers[i], wait_at_gate);
		EXPECT(schedule_work_on(0, blockers[i]));
	}
	EXPECT(schedule_work_on(0, &waiter));
	EXPECT(!IS_ERR(kthread_run(flush_it, &done, "flusher")));
	for (int i = 0; i < 20; i++)
		yield();
	EXPECT(cancel_work_sync(&waiter));
	wait_for_completion(&done);
	complete(&gate);
	for (u32 i = 0; i < WORKERS_PER_CPU; i++) {
		flush_work(blockers[i]);
		kfree(blockers[i]);
	}
}

/* Nobody looks at a work whose function has been called. */
static void free_it(struct work_struct *work)
{
	kfree(work);
	__atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
}

KTEST(work_may_free_itself)
{
	u64 until = soon();

	calls = 0;
	for (u32 i = 0; i < 200; i++) {
		struct work_struct *work = kmalloc(sizeof(*work), GFP_KERNEL);

		EXPECT(work != NULL);
		INIT_WORK(work, free_it);
		EXPECT(schedule_work_on(i % nr_cpu_ids, work));
	}
	while (calls < 200 && ktime_get() < until)
		yield();
	EXPECT_EQ(calls, 200);
}

/* ---- delayed works ---- */

static volatile u64 came_at;

static void note_time(struct work_struct *work)
{
	(void)work;
	came_at = ktime_get();
	calls++;
}

KTEST(delayed_work_is_not_early)
{
	u64 due = ktime_get() + 300 * NSEC_PER_MSEC, until = soon();
	struct delayed_work d;

	INIT_DELAYED_WORK(&d, note_time);
	calls = 0;
	EXPECT(schedule_delayed_work(&d, 300 * NSEC_PER_MSEC));
	EXPECT(!schedule_delayed_work(&d, 0));	/* pending */
	flush_work(&d.work);			/* does not wait for the timer */
	while (!calls && ktime_get() < until)
		yield();
	EXPECT_EQ(calls, 1);
	EXPECT(came_at >= due);
	EXPECT(!cancel_delayed_work_sync(&d));
}

KTEST(mod_delayed_work_counts_anew)
{
	u64 until = soon();
	struct delayed_work d;

	INIT_DELAYED_WORK(&d, note_time);
	calls = 0;
	schedule_delayed_work(&d, 600 * NSEC_PER_SEC);
	EXPECT(mod_delayed_work(&d, NSEC_PER_MSEC));
	while (!calls && ktime_get() < until)
		yield();
	EXPECT_EQ(calls, 1);
	EXPECT(!mod_delayed_work(&d, 600 * NSEC_PER_SEC));
	EXPECT(mod_delayed_work(&d, 0));
	flush_work(&d.work);
	EXPECT_EQ(calls, 2);
	schedule_delayed_work(&d, 600 * NSEC_PER_SEC);
	EXPECT(cancel_delayed_work_sync(&d));
	EXPECT_EQ(calls, 2);
}

KTEST(cancel_delayed_work_at_the_moment_it_expires)
{
	u32 cancelled = 0;
	struct delayed_work d;

	INIT_DELAYED_WORK(&d, note_time);
	calls = 0;
	for (u64 i = 0; i < 200; i++) {
		schedule_delayed_work(&d, 1 + i * 1000);
		for (u64 spin = 0; spin < i * 5; spin++)
			cpu_relax();
		cancelled += cancel_delayed_work_sync(&d);
		if (calls + cancelled != i + 1) {
			EXPECT_EQ(calls + cancelled, i + 1);
			break;
		}
	}
}
