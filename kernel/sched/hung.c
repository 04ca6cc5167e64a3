/* SPDX-License-Identifier: MIT */
/*
 * Hung tasks, in debug builds: a task that sleeps without hearing signals (TASK_UNINTERRUPTIBLE) waits for something that
 * must come soon, a page or a lock. If it does not get the CPU for a minute, something was lost: a wake-up, an interrupt,
 * an unlock. The thread khungtaskd looks at all tasks a few times in that span and reports each such sleep once,
 * with its call chain and what it holds.
 *
 * A virtual machine may be put aside by its host for long, and nothing in it can know. So the time of a sleep is counted in
 * rounds of this thread, and a round that took long counts as what it should have taken.
 */
#include "kernel/init.h"
#include "kernel/panic.h"
#include "kernel/sched/kthread.h"
#include "kernel/sched/lockdep.h"
#include "kernel/task/task.h"
#include "lib/err.h"
#include "lib/kstrtox.h"

#if DEBUG
static unsigned int timeout_s = 60;

static int set_timeout(const char *value) { return kstrtouint(value, 10, &timeout_s); }
early_param("hung_task_timeout", set_timeout);

static DECLARE_WAIT_QUEUE_HEAD(next_round);
static bool changed;

unsigned int hung_task_timeout(unsigned int seconds)
{
	unsigned int was = timeout_s;

	WRITE_ONCE(timeout_s, seconds);
	WRITE_ONCE(changed, true);
	wake_up(&next_round);
	return was;
}

/* What switch_stacks has pushed lies at the saved stack pointer: edi, esi, ebx, ebp. */
static unsigned long saved_ebp(const struct task_struct *t) { return ((const unsigned long *)t->thread.esp)[3]; }

static void show_hung(struct task_struct *t)
{
	if (!lockdep_warn(REPORT_HUNG, t->comm, "task %s[%d] is blocked for %u seconds", t->comm, t->pid, timeout_s))
		return;
	lockdep_show_held(t);
	if (!t->on_cpu && t->state)
		dump_stack_from(saved_ebp(t));
}

/* Adds what passed since the last look. True: now it is too long, for the first time in this sleep. tasklist_lock held. */
static bool is_hung(struct task_struct *t, u64 passed, u64 limit)
{
	u64 switches = (u64)t->nvcsw + t->nivcsw, before = t->hung_ns;

	if (t->state != TASK_UNINTERRUPTIBLE || t->on_cpu || switches != t->hung_switches) {
		t->hung_switches = switches;
		t->hung_ns = 0;
		return false;
	}
	t->hung_ns += passed;
	return before < limit && t->hung_ns >= limit;
}

static struct task_struct *find_hung(u64 passed, u64 limit)
{
	struct task_struct *p, *t, *found = NULL;

	spin_lock(&tasklist_lock);
	for_each_process(p)
		for_each_thread(p, t)
			if (is_hung(t, passed, limit) && !found) {
				found = t;
				get_task_struct(t);
			}
	spin_unlock(&tasklist_lock);
	return found;
}

static int __noreturn khungtaskd(void *unused)
{
	u64 last = ktime_get();

	(void)unused;
	for (;;) {
		u64 limit = READ_ONCE(timeout_s) * NSEC_PER_SEC, round = limit / 4, now;
		struct task_struct *t;

		wait_event_interruptible_hrtimeout(&next_round, READ_ONCE(changed), round ? last + round : KTIME_MAX);
		WRITE_ONCE(changed, false);
		now = ktime_get();
		t = !limit ? NULL : find_hung(min(now - last, round), limit);
		last = now;
		if (t) {
			show_hung(t);
			put_task_struct(t);
		}
	}
}

static int hung_init(void)
{
	struct task_struct *t = kthread_run(khungtaskd, NULL, "khungtaskd");

	return IS_ERR(t) ? (int)PTR_ERR(t) : 0;
}
core_initcall(hung_init);
#endif
