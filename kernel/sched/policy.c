/* SPDX-License-Identifier: MIT */
/*
 * Changing how and where a task runs: nice value, policy, the mask of CPUs (sched(7)). A task that is queued is taken off
 * its queue, changed, and put back, so that no class ever sees a task change under its hands.
 */
#include "kernel/cpu/smp.h"
#include "kernel/sched/rq.h"
#include "lib/abi/errno.h"

/* c NULL: a new nice value and nothing else. */
static void change(struct task_struct *t, const struct sched_choice *c, int nice)
{
	unsigned long flags = local_irq_save();
	struct rq *rq = task_rq_lock(t);
	bool queued = t->se.on_rq == QUEUED && (c || !t->rt_priority);	/* real-time tasks keep their place in the line */

	update_clock(rq);
	update_curr(rq);
	if (queued)
		deactivate(rq, t, MOVING);
	t->static_prio = nice + 120;
	if (c) {
		t->policy = c->policy;
		t->rt_priority = c->rt_priority;
		t->sched_reset_on_fork = c->reset_on_fork;
	}
	if (t->sched_class != policy_class[t->policy]) {
		t->sched_class = policy_class[t->policy];
		t->sched_class->task_fork(rq, t);
		t->se.moved = false;
	}
	t->sched_class->prio_changed(rq, t);
	if (queued) {
		activate(rq, t, false);
		if (rq->curr == t) {
			rq->curr_rt = t->rt_priority;
			resched_task(t);
		} else {
			check_preempt(rq, t);
		}
	}
	spin_unlock_irqrestore(&rq->lock, flags);
}

void set_user_nice(struct task_struct *t, int nice) { change(t, NULL, nice); }
void set_scheduler(struct task_struct *t, const struct sched_choice *c) { change(t, c, c->nice); }

/* Sets one of the task's two masks, which field points to. */
static void change_mask(struct task_struct *t, u32 *field, u32 mask)
{
	unsigned long flags = local_irq_save();
	struct rq *rq;

	preempt_disable();
	rq = task_rq_lock(t);
	*field = mask;
	leave_if_forbidden(rq, t);
	local_irq_restore(flags);
	preempt_enable();
	if (t == current) {
		if (!may_run_on(t, smp_processor_id()))
			schedule();
		return;
	}
	/* When the call is over the task runs on no other CPU. */
	while (READ_ONCE(t->on_cpu) && !may_run_on(t, READ_ONCE(t->cpu)))
		yield();
}

int set_cpus_allowed(struct task_struct *t, u32 mask)
{
	if (!(mask & cpu_online_mask))
		return -EINVAL;
	change_mask(t, &t->cpus_allowed, mask);
	return 0;
}

void call_on_each_cpu(void (*fn)(void *), void *arg)
{
	struct task_struct *t = current;

	if (nr_cpu_ids == 1) {
		fn(arg);
		return;
	}
	for_each_online_cpu(cpu) {
		change_mask(t, &t->pinned_to, BIT(cpu));
		fn(arg);
	}
	change_mask(t, &t->pinned_to, 0);
}
