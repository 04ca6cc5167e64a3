/* SPDX-License-Identifier: MIT */
/* Softirqs: in which order, on which CPU, what holds them back, and who goes on when there is no end of them; soft timers; threads. */
#include "kernel/cpu/smp.h"
#include "kernel/ktest.h"
#include "kernel/panic.h"
#include "kernel/sched/kthread.h"
#include "kernel/sched/softirq.h"
#include "kernel/task/task.h"

/* Vectors that nothing else uses. */
#define FIRST HI_SOFTIRQ
#define SECOND TASKLET_SOFTIRQ

static void nop(void *unused) { (void)unused; }

/* Raises in a hard interrupt of this CPU, as a device's handler does. */
static u32 to_raise[2], nr_to_raise;
static volatile bool raised;

static void raise_them(struct hrtimer *timer)
{
	(void)timer;
	for (u32 i = 0; i < nr_to_raise; i++)
		raise_softirq(to_raise[i]);
	raised = true;
}

/* Bound to its CPU by the caller, or nothing depends on which it is. */
static void raise_from_interrupt(u32 n, u32 a, u32 b)
{
	struct hrtimer t;

	nr_to_raise = n;
	to_raise[0] = a;
	to_raise[1] = b;
	raised = false;
	hrtimer_init(&t, raise_them);
	hrtimer_start(&t, ktime_get());
	while (!raised)
		cpu_relax();
	hrtimer_cancel(&t);
}

static volatile u32 served[4], nr_served, contexts_wrong, again;

static void note(enum softirq nr)
{
	if (!in_serving_softirq() || in_irq() || irqs_disabled() || !in_interrupt())
		contexts_wrong++;
	if (nr_served < ARRAY_SIZE(served))
		served[nr_served] = nr;
	nr_served++;
	if (again && nr == SECOND) {
		again--;
		raise_softirq(FIRST);
	}
}

static void on_cpu(u32 cpu) { set_cpus_allowed(current, BIT(cpu)); }
static void anywhere(void) { set_cpus_allowed(current, ~0u); }

/* The test stays on its CPU until anywhere(). */
static void begin(void (*action)(enum softirq nr))
{
	on_cpu(0);
	open_softirq(FIRST, action);
	open_softirq(SECOND, action);
	nr_served = contexts_wrong = again = 0;
}

KTEST(softirq_runs_at_the_end_of_the_interrupt_lowest_first)
{
	begin(note);
	raise_from_interrupt(2, SECOND, FIRST);
	EXPECT_EQ(nr_served, 2);		/* when the interrupted code goes on it has been done */
	EXPECT_EQ(served[0], FIRST);
	EXPECT_EQ(served[1], SECOND);
	EXPECT_EQ(contexts_wrong, 0);
	anywhere();
}

KTEST(softirq_raised_twice_runs_once)
{
	begin(note);
	raise_from_interrupt(2, FIRST, FIRST);
	EXPECT_EQ(nr_served, 1);
	anywhere();
}

/* FIRST is more urgent than the SECOND that raises it, and yet waits until that has returned. */
KTEST(softirq_raised_in_softirq_runs_after_it)
{
	begin(note);
	again = 1;
	raise_from_interrupt(1, SECOND, 0);
	EXPECT_EQ(nr_served, 2);
	EXPECT_EQ(served[0], SECOND);
	EXPECT_EQ(served[1], FIRST);
	anywhere();
}

/* SECOND runs and is interrupted by what raises FIRST: that waits until SECOND has returned. */
static void interrupted_action(enum softirq nr)
{
	if (nr == SECOND) {
		raise_from_interrupt(1, FIRST, 0);
		contexts_wrong += nr_served;
	}
	note(nr);
}

KTEST(softirq_does_not_run_on_top_of_another)
{
	begin(interrupted_action);
	local_bh_disable();
	raise_softirq(SECOND);
	local_bh_enable();
	EXPECT_EQ(nr_served, 2);
	EXPECT_EQ(served[0], SECOND);
	EXPECT_EQ(contexts_wrong, 0);
	anywhere();
}

static volatile u32 where;
static void note_cpu(enum softirq nr) { (void)nr; where |= BIT(smp_processor_id()); }

KTEST(softirq_runs_on_the_cpu_that_raised_it)
{
	for_each_online_cpu(cpu) {
		begin(note_cpu);
		where = 0;
		on_cpu(cpu);
		raise_from_interrupt(1, FIRST, 0);
		EXPECT_EQ(where, BIT(cpu));
	}
	anywhere();
}

KTEST(softirq_waits_while_bh_is_disabled)
{
	begin(note);
	local_bh_disable();
	local_bh_disable();
	EXPECT(in_softirq() && !in_serving_softirq());
	raise_from_interrupt(1, FIRST, 0);
	EXPECT_EQ(nr_served, 0);
	local_bh_enable();
	EXPECT_EQ(nr_served, 0);
	local_bh_enable();
	EXPECT_EQ(nr_served, 1);
	EXPECT_EQ(preempt_count(), 0);
	anywhere();
}

/* The classic use: data that a softirq changes too. */
static DEFINE_SPINLOCK(pair_lock);
static volatile u32 pair_a, pair_b;
static volatile bool torn, stop;

static void change_pair(enum softirq nr)
{
	(void)nr;
	spin_lock(&pair_lock);
	torn |= pair_a != pair_b;
	pair_a++;
	cpu_relax();
	pair_b++;
	spin_unlock(&pair_lock);
}

static int pair_task(void *arg)
{
	for (int i = 0; i < 300; i++) {
		spin_lock_bh(&pair_lock);
		torn |= pair_a != pair_b;
		pair_a++;
		raise_softirq(FIRST);		/* comes when the lock is free */
		pair_b++;
		spin_unlock_bh(&pair_lock);
	}
	complete(arg);
	return 0;
}

KTEST(spin_lock_bh_keeps_softirqs_of_all_cpus_out)
{
	struct completion done[4];

	begin(change_pair);
	pair_a = pair_b = 0;
	torn = false;
	for (u32 i = 0; i < 4; i++) {
		struct task_struct *t;

		init_completion(&done[i]);
		t = kthread_create(pair_task, &done[i], "pair/%u", i);
		EXPECT(!IS_ERR(t));
		kthread_bind(t, i % nr_cpu_ids);
		wake_up_process(t);
	}
	for (u32 i = 0; i < 4; i++)
		wait_for_completion(&done[i]);
	spin_lock_bh(&pair_lock);
	EXPECT(!torn && pair_a == pair_b);
	spin_unlock_bh(&pair_lock);
	EXPECT(pair_a > 4 * 300);
	anywhere();
}

/* Raises itself without end. The first rounds are the interrupt's, the rest is ksoftirqd's: tasks go on running. */
static volatile u32 storm_rounds, by_ksoftirqd;

static void storm(enum softirq nr)
{
	storm_rounds++;
	by_ksoftirqd += current == softirq_cpus[smp_processor_id()].ksoftirqd;
	if (!stop)
		raise_softirq(nr);
}

KTEST(softirq_storm_goes_on_in_ksoftirqd)
{
	u64 until = ktime_get() + 30 * NSEC_PER_SEC;
	u32 at_return;

	begin(storm);
	stop = false;
	storm_rounds = by_ksoftirqd = 0;
	raise_from_interrupt(1, FIRST, 0);
	at_return = storm_rounds;		/* we run although it goes on */
	EXPECT(at_return > 0);
	while (by_ksoftirqd < 1000 && ktime_get() < until)
		yield();
	stop = true;
	EXPECT(by_ksoftirqd >= 1000);
	while (softirq_cpus[0].pending & BIT(FIRST))
		yield();
	at_return = storm_rounds;
	yield();
	EXPECT_EQ(storm_rounds, at_return);
	anywhere();
}

/* From a task, with nothing to end at which it could be served. */
KTEST(softirq_raised_by_a_task_is_done_by_ksoftirqd)
{
	u64 until = ktime_get() + 30 * NSEC_PER_SEC;

	begin(storm);
	stop = true;
	storm_rounds = 0;
	raise_softirq(FIRST);
	while (!storm_rounds && ktime_get() < until)
		yield();
	EXPECT_EQ(storm_rounds, 1);
	anywhere();
}

/* Two CPUs, the same vector: both at once. */
static volatile u32 inside, met, ended;

static void meet(enum softirq nr)
{
	u64 until = ktime_get() + 10 * NSEC_PER_SEC;

	(void)nr;
	__atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
	while (inside < 2 && ktime_get() < until)
		cpu_relax();
	__atomic_add_fetch(&met, inside == 2, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&ended, 1, __ATOMIC_SEQ_CST);
}

static int raise_here(void *unused)
{
	(void)unused;
	raise_softirq(FIRST);
	return 0;
}

KTEST(softirq_runs_on_several_cpus_at_once)
{
	if (nr_cpu_ids < 2)
		return;
	begin(meet);
	inside = met = ended = 0;
	for (u32 cpu = 2; cpu-- > 0;) {		/* ours last: its softirq keeps us from running */
		struct task_struct *t = kthread_create(raise_here, NULL, "raise/%u", cpu);

		EXPECT(!IS_ERR(t));
		kthread_bind(t, cpu);
		wake_up_process(t);
	}
	while (ended < 2)
		yield();
	EXPECT_EQ(met, 2);
	anywhere();
}

/* A CPU in a softirq answers the others: it has interrupts on. */
static volatile bool in_action, answered;

static void wait_for_call(enum softirq nr)
{
	(void)nr;
	in_action = true;
	while (!answered)
		cpu_relax();
}

static int raise_and_leave(void *unused)
{
	(void)unused;
	local_bh_disable();
	raise_softirq(FIRST);
	local_bh_enable();
	return 0;
}

KTEST(cpu_in_softirq_answers_calls)
{
	struct task_struct *t;

	if (nr_cpu_ids < 2)
		return;
	begin(wait_for_call);
	in_action = answered = false;
	t = kthread_create(raise_and_leave, NULL, "answers");
	EXPECT(!IS_ERR(t));
	kthread_bind(t, 1);
	wake_up_process(t);
	while (!in_action)
		yield();
	preempt_disable();
	smp_call_function(BIT(1), nop, NULL);	/* returns when it has run there */
	preempt_enable();
	answered = true;
	anywhere();
}

/* ---- soft timers ---- */

static volatile u32 soft_context, soft_calls;
static volatile u64 called_at;

static void soft_expired(struct hrtimer *timer)
{
	called_at = ktime_get();
	soft_context = in_serving_softirq() && !in_irq() && !irqs_disabled();
	if (++soft_calls < 5)
		hrtimer_start(timer, ktime_get() + NSEC_PER_MSEC);
}

KTEST(soft_timer_runs_in_softirq_and_can_start_itself)
{
	u64 due = ktime_get() + 3 * NSEC_PER_MSEC, until = due + 30 * NSEC_PER_SEC;
	struct hrtimer t;

	soft_calls = 0;
	called_at = 0;
	hrtimer_init_soft(&t, soft_expired);
	hrtimer_start(&t, due);
	while (soft_calls < 5 && ktime_get() < until)
		yield();
	EXPECT_EQ(soft_calls, 5);
	EXPECT_EQ(soft_context, 1);
	EXPECT(called_at >= due);
	EXPECT(!hrtimer_cancel(&t));
}

/* Its time has come, but the softirq has not. */
KTEST(soft_timer_is_cancelled_between_expiry_and_softirq)
{
	struct hrtimer t;

	on_cpu(0);
	soft_calls = 0;
	hrtimer_init_soft(&t, soft_expired);
	local_bh_disable();
	hrtimer_start(&t, ktime_get());
	while (READ_ONCE(t.state) != HRTIMER_EXPIRED)
		cpu_relax();
	EXPECT(hrtimer_cancel(&t));
	local_bh_enable();
	EXPECT_EQ(soft_calls, 0);
	anywhere();
}

/* ---- kernel threads ---- */

static DECLARE_WAIT_QUEUE_HEAD(stop_wait);
static volatile bool started;

static int until_stopped(void *arg)
{
	started = true;
	wait_event_interruptible(&stop_wait, kthread_should_stop());
	return (int)(long)arg;
}

KTEST(kthread_stop_returns_what_the_function_returned)
{
	for (long i = 1; i <= 50; i++) {
		struct task_struct *t;
		int result;

		started = false;
		t = kthread_run(until_stopped, (void *)i, "stop");
		EXPECT(!IS_ERR(t));
		while (i % 2 && !started)
			yield();
		result = kthread_stop(t);
		EXPECT_EQ(result, started ? i : -EINTR);	/* it may not have come so far */
	}
}

KTEST(kthread_stopped_before_it_was_woken_does_not_run)
{
	struct task_struct *t = kthread_create(until_stopped, NULL, "never");

	EXPECT(!IS_ERR(t));
	started = false;
	EXPECT_EQ(kthread_stop(t), -EINTR);
	EXPECT(!started);
}

/* It has ended by itself: with a reference it can still be asked for its result. */
static int end_at_once(void *arg) { (void)arg; return 7; }

KTEST(kthread_that_has_ended_can_be_stopped_by_who_holds_it)
{
	struct task_struct *t = kthread_create(end_at_once, NULL, "ends");

	EXPECT(!IS_ERR(t));
	get_task_struct(t);
	wake_up_process(t);
	while (!(READ_ONCE(t->flags) & PF_EXITING))
		yield();
	EXPECT_EQ(kthread_stop(t), 7);
	put_task_struct(t);
}

static int say_cpu(void *arg)
{
	started = true;
	for (int i = 0; i < 50; i++) {
		if (smp_processor_id() != (u32)(long)arg)
			return -1;
		yield();
	}
	wait_event_interruptible(&stop_wait, kthread_should_stop());
	return 0;
}

KTEST(kthread_bind_keeps_it_on_its_cpu)
{
	for_each_online_cpu(cpu) {
		struct task_struct *t = kthread_create(say_cpu, (void *)(long)cpu, "bound/%u", cpu);

		EXPECT(!IS_ERR(t));
		kthread_bind(t, cpu);
		get_task_struct(t);		/* it may end by itself */
		started = false;
		wake_up_process(t);
		while (!started)
			yield();
		EXPECT_EQ(kthread_stop(t), 0);
		put_task_struct(t);
	}
}
