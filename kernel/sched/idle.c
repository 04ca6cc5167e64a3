/* SPDX-License-Identifier: MIT */
/* The idle class: one task per CPU that runs when nothing else can, and halts until an interrupt. */
#include "kernel/sched/sched.h"
#include "kernel/task/task.h"

static void no_queue(struct rq *rq, struct task_struct *t, bool wakeup) { (void)rq, (void)t, (void)wakeup; }
static void nothing(struct rq *rq, struct task_struct *t) { (void)rq, (void)t; }
static void yield_idle(struct rq *rq) { (void)rq; }
static bool always_preempted(struct rq *rq, struct task_struct *woken) { (void)rq, (void)woken; return true; }

static void charge_idle(struct rq *rq, struct task_struct *t, u64 ns) { (void)rq, (void)t, (void)ns; }
static struct task_struct *steal_idle(struct rq *rq, u32 cpu, u64 limit) { (void)rq, (void)cpu, (void)limit; return NULL; }

static struct task_struct *pick_idle(struct rq *rq)
{
	rq->idle->se.exec_start = rq->clock;
	return rq->idle;
}

const struct sched_class idle_sched_class = {
	.name = "idle",
	.enqueue_task = no_queue,
	.dequeue_task = nothing,
	.yield_task = yield_idle,
	.check_preempt = always_preempted,
	.pick_next_task = pick_idle,
	.put_prev_task = nothing,
	.task_tick = nothing,
	.charge = charge_idle,
	.task_fork = nothing,
	.prio_changed = nothing,
	.migrate = nothing,
	.steal_task = steal_idle,
};
SCHED_CLASS(9, idle_sched_class);
