/* SPDX-License-Identifier: MIT */
/*
 * Who used the CPUs: user and system time by the tick, run time exactly, the load averages, and the counts that /proc shows.
 */
#include "kernel/cpu/smp.h"
#include "kernel/sched/rq.h"
#include "kernel/timer.h"
#include "lib/string.h"

static unsigned long calc_load[3];	/* fixed point, 11 bits; by the boot CPU's tick */

/* The average number of runnable tasks over 1, 5 and 15 minutes, sampled every five seconds (getloadavg(3)). */
void update_load(void)
{
	static const u32 decay[3] = { 1884, 2014, 2037 };	/* 2048 / e^(5 s / period) */
	static u32 due;

	if ((s32)(jiffies - due) < 0)
		return;
	due = jiffies + 5 * HZ;
	for (int i = 0; i < 3; i++)
		calc_load[i] = (calc_load[i] * decay[i] + nr_running_tasks() * 2048u * (2048u - decay[i])) >> 11;
}

void account_tick(bool user)
{
	struct task_struct *t = current;

	if (user) {
		t->utime += TICK_NSEC;
		this_rq()->user_ns += TICK_NSEC;
	} else if (in_serving_softirq()) {
		this_rq()->softirq_ns += TICK_NSEC;
	} else if (t != this_rq()->idle) {
		t->stime += TICK_NSEC;
		this_rq()->system_ns += TICK_NSEC;
	}
	if (t->signal)
		account_itimers(t, user);
}

/* Whoever was interrupted does not pay for it: its turn began that much later. */
void account_irq_time(u64 ns)
{
	struct rq *rq = this_rq();

	spin_lock(&rq->lock);
	rq->irq_ns += ns;
	rq->curr->se.exec_start += ns;
	spin_unlock_no_resched(&rq->lock);
}

u64 task_runtime_ns(struct task_struct *t)
{
	unsigned long flags = local_irq_save();
	struct rq *rq = task_rq_lock(t);
	u64 ns;

	if (rq->curr == t) {
		update_clock(rq);
		update_curr(rq);
	}
	ns = t->se.sum_exec_runtime;
	spin_unlock_irqrestore(&rq->lock, flags);
	return ns;
}

void get_avenrun(unsigned long load[3]) { memcpy(load, calc_load, sizeof(calc_load)); }

u64 nr_context_switches(void)
{
	u64 n = 0;

	for_each_online_cpu(cpu)
		n += runqueues[cpu].nr_switches;
	return n;
}

unsigned int nr_running_tasks(void)
{
	unsigned int n = 0;

	for_each_online_cpu(cpu)
		n += runqueues[cpu].nr_running;
	return n;
}

struct cpu_times cpu_times(u32 cpu)
{
	struct rq *rq = &runqueues[cpu];

	return (struct cpu_times){ rq->user_ns, rq->system_ns, task_runtime_ns(rq->idle), rq->softirq_ns };
}
