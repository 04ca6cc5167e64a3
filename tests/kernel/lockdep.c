/* SPDX-License-Identifier: MIT */
/* The checkers of debug builds, provoked: each must find its fault, and must be silent about what is legal. */
#include "kernel/cpu/ptrace.h"
#include "kernel/ktest.h"
#include "kernel/sched/kthread.h"
#include "kernel/sched/mutex.h"
#include "kernel/sched/softirq.h"
#include "kernel/sched/workqueue.h"
#include "kernel/task/task.h"
#include "kernel/timer.h"
#include "lib/err.h"
#include "lib/string.h"

#if DEBUG
static unsigned int seen[NR_REPORTS];
static const char *ours;	/* how the names begin that this test is about */

static bool expect(enum lockdep_report kind, const char *name)
{
	if (strncmp(name, ours, strlen(ours)) != 0)
		return false;
	__atomic_add_fetch(&seen[kind], 1, __ATOMIC_SEQ_CST);
	return true;
}

static void begin(const char *prefix)
{
	memset(seen, 0, sizeof(seen));
	ours = prefix;
	lockdep_expected = expect;
}

/* Exactly n reports of the kind, and none of another. */
static void end(enum lockdep_report kind, unsigned int n)
{
	lockdep_expected = NULL;
	for (int i = 0; i < NR_REPORTS; i++)
		if (READ_ONCE(seen[i]) != (i == (int)kind ? n : 0))
			ktest_fail(__FILE__, __LINE__, "%u reports of kind %d", seen[i], i);
}

static void sleep_ms(u64 ms)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule_hrtimeout(ktime_get() + ms * NSEC_PER_MSEC);
}

static DEFINE_SPINLOCK(abba_a);
static DEFINE_SPINLOCK(abba_b);

KTEST(lockdep_finds_ab_ba)
{
	begin("abba");
	for (int i = 0; i < 3; i++) {
		spin_lock(&abba_a);
		spin_lock(&abba_b);
		spin_unlock(&abba_b);
		spin_unlock(&abba_a);
	}
	end(REPORT_ORDER, 0);
	begin("abba");
	for (int i = 0; i < 3; i++) {		/* and says it once */
		spin_lock(&abba_b);
		spin_lock(&abba_a);
		spin_unlock(&abba_b);
		spin_unlock(&abba_a);
	}
	end(REPORT_ORDER, 1);
}

/* One of each kind, so that no pair is ever taken both ways round. */
static DEFINE_MUTEX(ring_a);
static DECLARE_RWSEM(ring_b);
static DEFINE_SPINLOCK(ring_c);
static DEFINE_MUTEX(ring_d);

KTEST(lockdep_finds_cycle_of_three)
{
	begin("ring");
	mutex_lock(&ring_a);
	down_read(&ring_b);
	up_read(&ring_b);
	mutex_unlock(&ring_a);
	down_write(&ring_b);
	mutex_lock(&ring_d);
	spin_lock(&ring_c);
	spin_unlock(&ring_c);
	mutex_unlock(&ring_d);
	up_write(&ring_b);
	end(REPORT_ORDER, 0);
	begin("ring");
	mutex_lock(&ring_d);
	mutex_lock(&ring_a);
	mutex_unlock(&ring_a);
	mutex_unlock(&ring_d);
	end(REPORT_ORDER, 1);
}

static DEFINE_MUTEX(try_a);
static DEFINE_MUTEX(try_b);
static DEFINE_MUTEX(try_c);

KTEST(lockdep_trylock_waits_for_nobody)
{
	begin("try");
	mutex_lock(&try_a);
	mutex_lock(&try_b);
	mutex_unlock(&try_b);
	mutex_unlock(&try_a);
	mutex_lock(&try_b);
	EXPECT(mutex_trylock(&try_a));
	mutex_lock(&try_c);		/* but it is held: a before c */
	mutex_unlock(&try_c);
	mutex_unlock(&try_a);
	mutex_unlock(&try_b);
	end(REPORT_ORDER, 0);
	begin("try");
	mutex_lock(&try_c);
	mutex_lock(&try_a);
	mutex_unlock(&try_a);
	mutex_unlock(&try_c);
	end(REPORT_ORDER, 1);
}

KTEST(lockdep_finds_same_class_twice)
{
	struct mutex nest[2];

	for (int i = 0; i < 2; i++)
		mutex_init(&nest[i]);		/* one place, one class */
	begin("nest");
	mutex_lock(&nest[0]);
	mutex_lock_nested(&nest[1], SINGLE_DEPTH_NESTING);
	mutex_unlock(&nest[1]);
	mutex_unlock(&nest[0]);
	end(REPORT_SAME_CLASS, 0);
	begin("nest");
	mutex_lock(&nest[0]);
	mutex_lock(&nest[1]);
	mutex_unlock(&nest[1]);
	mutex_unlock(&nest[0]);
	end(REPORT_SAME_CLASS, 1);
}

static DEFINE_SPINLOCK(hand_a);
static DEFINE_SPINLOCK(hand_b);
static DEFINE_SPINLOCK(hand_c);
static spinlock_t *in_handler;
static volatile bool handled;

static void handler(struct hrtimer *unused)
{
	(void)unused;
	spin_lock(in_handler);
	spin_unlock_no_resched(in_handler);
	handled = true;
}

static void take_in_handler(spinlock_t *lock)
{
	struct hrtimer t;

	in_handler = lock;
	handled = false;
	hrtimer_init(&t, handler);
	hrtimer_start(&t, ktime_get());
	while (!handled)
		sleep_ms(1);
	hrtimer_cancel(&t);
}

KTEST(lockdep_finds_irq_inversion)
{
	unsigned long flags;

	begin("hand");
	spin_lock_irqsave(&hand_a, flags);
	spin_unlock_irqrestore(&hand_a, flags);
	take_in_handler(&hand_a);
	end(REPORT_IRQ, 0);
	begin("hand");
	spin_lock(&hand_a);
	spin_unlock(&hand_a);
	end(REPORT_IRQ, 1);
}

/* The handler waits for b, whose holder waits for c, whose holder may have been interrupted by the handler. */
KTEST(lockdep_finds_irq_inversion_through_another_lock)
{
	unsigned long flags;

	begin("hand");
	spin_lock(&hand_c);
	spin_unlock(&hand_c);
	spin_lock_irqsave(&hand_b, flags);
	spin_lock(&hand_c);
	spin_unlock(&hand_c);
	spin_unlock_irqrestore(&hand_b, flags);
	end(REPORT_IRQ, 0);
	begin("hand");
	take_in_handler(&hand_b);
	end(REPORT_IRQ, 1);
}

/* The same for a softirq, whose locks others take with softirqs off; interrupts may be on. */
static DEFINE_SPINLOCK(foot_a);
static DEFINE_SPINLOCK(foot_b);

static void take_in_softirq(spinlock_t *lock)
{
	struct hrtimer t;

	in_handler = lock;
	handled = false;
	hrtimer_init_soft(&t, handler);
	hrtimer_start(&t, ktime_get());
	while (!handled)
		sleep_ms(1);
	hrtimer_cancel(&t);
}

KTEST(lockdep_finds_softirq_inversion)
{
	unsigned long flags;

	begin("foot");
	spin_lock_bh(&foot_a);
	spin_unlock_bh(&foot_a);
	spin_lock_irqsave(&foot_a, flags);
	spin_unlock_irqrestore(&foot_a, flags);
	take_in_softirq(&foot_a);
	end(REPORT_SOFTIRQ, 0);
	begin("foot");
	spin_lock(&foot_a);
	spin_unlock(&foot_a);
	end(REPORT_SOFTIRQ, 1);
}

/* It was taken with softirqs off, but they come back before it is let go. */
KTEST(lockdep_finds_lock_held_when_softirqs_come_back)
{
	begin("foot");
	take_in_softirq(&foot_b);
	local_bh_disable();
	spin_lock(&foot_b);
	raise_softirq(TIMER_SOFTIRQ);
	end(REPORT_SOFTIRQ, 0);
	begin("foot");
	local_bh_enable();
	spin_unlock(&foot_b);
	end(REPORT_SOFTIRQ, 1);
}

static DEFINE_SPINLOCK(messy_lock);

static void messy_action(enum softirq nr)
{
	(void)nr;
	spin_lock(&messy_lock);		/* counts as held, and the count of preemption is changed */
	handled = true;
}

static void raise_messy(void)
{
	handled = false;
	open_softirq(TASKLET_SOFTIRQ, messy_action);
	local_bh_disable();
	raise_softirq(TASKLET_SOFTIRQ);
	local_bh_enable();
}

KTEST(lockdep_names_softirq_that_leaves_a_lock)
{
	unsigned int counts, locks;

	begin("messy_action");
	raise_messy();
	counts = seen[REPORT_COUNT];
	locks = seen[REPORT_HELD];
	lockdep_expected = NULL;
	EXPECT(handled);
	EXPECT_EQ(counts, 1);
	EXPECT_EQ(locks, 1);
	EXPECT_EQ(preempt_count(), 0);		/* put right */
	EXPECT_EQ(current->held.depth, 0);
	messy_lock.locked = 0;
	messy_lock.owner = NULL;
}

static DEFINE_MUTEX(kept_lock);
static struct task_struct *keeper;

static void keeps_lock(struct work_struct *work)
{
	(void)work;
	mutex_lock(&kept_lock);
	keeper = current;
}
static DECLARE_WORK(keeping, keeps_lock);

KTEST(lockdep_names_work_that_leaves_a_lock)
{
	begin("keeps_lock");
	schedule_work(&keeping);
	flush_work(&keeping);
	end(REPORT_HELD, 1);
	EXPECT(keeper && keeper->held.depth == 0);
}

/* Waits for a work while holding what it takes: each would wait for the other, some day. */
static DEFINE_MUTEX(flushed_lock);

static void flushed_work(struct work_struct *work)
{
	(void)work;
	mutex_lock(&flushed_lock);
	mutex_unlock(&flushed_lock);
}
static DECLARE_WORK(flushed, flushed_work);

KTEST(lockdep_finds_flush_under_the_lock_of_the_work)
{
	begin("flushed");
	schedule_work(&flushed);
	flush_work(&flushed);
	end(REPORT_ORDER, 0);
	begin("flushed");
	mutex_lock(&flushed_lock);
	flush_work(&flushed);			/* it does not run now: no deadlock, and yet found */
	mutex_unlock(&flushed_lock);
	end(REPORT_ORDER, 1);
}

static struct mutex exit_lock;
static struct completion finished;

static int end_with_lock(void *unused)
{
	(void)unused;
	mutex_lock(&exit_lock);
	complete(&finished);
	return 0;
}

KTEST(lockdep_finds_lock_held_at_exit)
{
	mutex_init(&exit_lock);
	init_completion(&finished);
	begin("exiter");
	EXPECT(!IS_ERR(kthread_run(end_with_lock, NULL, "exiter")));
	wait_for_completion(&finished);
	for (int i = 0; i < 1000 && !READ_ONCE(seen[REPORT_HELD]); i++)
		sleep_ms(5);
	end(REPORT_HELD, 1);
}

static DECLARE_RWSEM(stranger_sem);

static int release_it(void *unused)
{
	(void)unused;
	up_read(&stranger_sem);
	complete(&finished);
	return 0;
}

KTEST(lockdep_finds_semaphore_released_by_stranger)
{
	init_completion(&finished);
	begin("stranger");
	down_read(&stranger_sem);
	EXPECT(!IS_ERR(kthread_run(release_it, NULL, "stranger")));
	wait_for_completion(&finished);
	lockdep_release(&stranger_sem.dep);	/* what the stranger has given back is still on our list */
	end(REPORT_STRANGER, 1);
}

/* As if getpid came back with something in disorder. */
void lockdep_user_return(const struct pt_regs *regs);

KTEST(lockdep_names_system_call_that_leaves_disorder)
{
	static struct lockdep_map kept = { .name = "kept" };
	const struct pt_regs regs = { .orig_eax = 20 };

	begin("getpid");
	lockdep_user_return(&regs);
	end(REPORT_COUNT, 0);
	begin("getpid");
	preempt_disable();
	lockdep_user_return(&regs);
	end(REPORT_COUNT, 1);
	EXPECT_EQ(preempt_count(), 0);
	begin("getpid");
	lockdep_acquired(&kept, 0, LOCK_SLEEPS, NULL);
	lockdep_user_return(&regs);
	end(REPORT_HELD, 1);
	EXPECT_EQ(current->held.depth, 0);
}

static int wait_in_vain(void *unused)
{
	(void)unused;
	wait_for_completion(&finished);
	return 0;
}

/* As long as the parameter says; the thread looks four times in that span. */
KTEST(lockdep_finds_hung_task)
{
	unsigned int was = hung_task_timeout(1);
	u64 until = ktime_get() + 30 * NSEC_PER_SEC;

	begin("ktest-hung");
	init_completion(&finished);
	EXPECT(!IS_ERR(kthread_run(wait_in_vain, NULL, "ktest-hung")));
	while (!READ_ONCE(seen[REPORT_HUNG]) && ktime_get() < until)
		sleep_ms(50);
	complete(&finished);
	sleep_ms(50);
	end(REPORT_HUNG, 1);
	hung_task_timeout(was);
}
#endif
