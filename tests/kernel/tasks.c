/* SPDX-License-Identifier: MIT */
/* Sleeping, waking, locking and time, seen from inside. */
#include "kernel/ktest.h"
#include "kernel/sched/kthread.h"
#include "kernel/sched/mutex.h"
#include "kernel/task/task.h"
#include "lib/err.h"

static struct completion finished;

static struct task_struct *start(int (*fn)(void *), void *arg)
{
	struct task_struct *t = kthread_run(fn, arg, "ktest");

	EXPECT(!IS_ERR(t));
	return t;
}

/* ---- bug 1: a wake-up lost between check and sleep ---- */

static DECLARE_WAIT_QUEUE_HEAD(ping_wait);
static int turn, rounds;
#define ROUNDS 20000

static int pong(void *unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		wait_event(&ping_wait, READ_ONCE(turn) == 1);
		WRITE_ONCE(turn, 0);
		wake_up_all(&ping_wait);
	}
	complete(&finished);
	return 0;
}

KTEST(wake_up_is_not_lost_between_check_and_sleep)
{
	init_completion(&finished);
	turn = rounds = 0;
	start(pong, NULL);
	for (rounds = 0; rounds < ROUNDS; rounds++) {
		int err;

		WRITE_ONCE(turn, 1);
		wake_up_all(&ping_wait);
		err = wait_event_interruptible_hrtimeout(&ping_wait, READ_ONCE(turn) == 0, ktime_get() + 30 * NSEC_PER_SEC);
		if (err) {
			EXPECT_EQ(err, 0);
			return;
		}
	}
	wait_for_completion(&finished);
}

KTEST(sleep_is_never_early)
{
	for (int ms = 1; ms < 30; ms += 7) {
		u64 until = ktime_get() + (u64)ms * NSEC_PER_MSEC;

		set_current_state(TASK_UNINTERRUPTIBLE);
		EXPECT_EQ(schedule_hrtimeout(until), 0);
		EXPECT(ktime_get() >= until);
	}
}

KTEST(clock_does_not_go_back)
{
	u64 last = ktime_get();

	for (int i = 0; i < 100000; i++) {
		u64 now = ktime_get();

		if (now < last) {
			EXPECT(now >= last);
			return;
		}
		last = now;
	}
}

/* ---- mutexes: many tasks, one counter ---- */

static DEFINE_MUTEX(counter_lock);
static DECLARE_RWSEM(counter_sem);
static volatile int counter, left;
static int inside;

/* The last task to leave says so, with no lock held. */
static void leave(void)
{
	bool last;

	mutex_lock(&counter_lock);
	last = --left == 0;
	mutex_unlock(&counter_lock);
	if (last)
		complete(&finished);
}

static int add_under_mutex(void *unused)
{
	(void)unused;
	for (int i = 0; i < 500; i++) {
		mutex_lock(&counter_lock);
		int v = counter;

		if (i % 16 == 0)
			yield();
		counter = v + 1;
		mutex_unlock(&counter_lock);
	}
	leave();
	return 0;
}

KTEST(mutex_excludes)
{
	init_completion(&finished);
	counter = 0;
	left = 8;
	for (int i = 0; i < 8; i++)
		start(add_under_mutex, NULL);
	wait_for_completion(&finished);
	EXPECT_EQ(counter, 8 * 500);
	EXPECT(!mutex_is_locked(&counter_lock));
}

static int read_or_write(void *arg)
{
	for (int i = 0; i < 300; i++) {
		if ((i + (int)(long)arg) % 4) {
			down_read(&counter_sem);
			if (inside)
				ktest_fail(__FILE__, __LINE__, "a reader is inside with a writer");
			if (i % 8 == 0)
				yield();
			up_read(&counter_sem);
		} else {
			down_write(&counter_sem);
			if (inside++)
				ktest_fail(__FILE__, __LINE__, "two writers are inside");
			yield();
			counter++;
			inside--;
			up_write(&counter_sem);
		}
	}
	leave();
	return 0;
}

KTEST(rwsem_excludes_writers_and_admits_readers)
{
	init_completion(&finished);
	counter = inside = 0;
	left = 6;
	for (long i = 0; i < 6; i++)
		start(read_or_write, (void *)i);
	wait_for_completion(&finished);
	EXPECT_EQ(counter, 6 * 75);
}

/* ---- preemption: a task that never gives way does not keep the others out ---- */

static volatile bool stop_spinning;

static int spin(void *unused)
{
	(void)unused;
	while (!stop_spinning)
		cpu_relax();
	complete(&finished);
	return 0;
}

KTEST(kernel_task_that_spins_is_preempted)
{
	u64 begin;

	init_completion(&finished);
	stop_spinning = false;
	start(spin, NULL);
	begin = ktime_get();
	for (int i = 0; i < 3; i++) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule_hrtimeout(ktime_get() + NSEC_PER_MSEC);
	}
	EXPECT(ktime_get() - begin < 2 * NSEC_PER_SEC);
	stop_spinning = true;
	wait_for_completion(&finished);
}

KTEST(timer_can_be_cancelled)
{
	struct hrtimer t;

	hrtimer_init(&t, NULL);		/* a call would be noticed */
	hrtimer_start(&t, ktime_get() + 5 * NSEC_PER_MSEC);
	EXPECT(hrtimer_cancel(&t));
	EXPECT(!hrtimer_cancel(&t));
	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule_hrtimeout(ktime_get() + 10 * NSEC_PER_MSEC);
}
