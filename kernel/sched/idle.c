/* SPDX-License-Identifier: MIT */
/* The idle class: one task per CPU that runs when nothing else can, and halts until an interrupt. */
#include "kernel/sched/sched.h"
#include "kernel/task/task.h"

static void no_queue(struct rq *rq, struct task_struct *t, bool flag) { (void)rq, (void)t, (void)flag; }
static void nothing(struct rq *rq, struct task_struct *t) { (void)rq, (void)t; }
static void yield_idle(struct rq *rq) { (void)rq; }
static bool always_preempted(struct rq *rq, struct task_struct *woken) { (void)rq, (void)woken; return true; }

static struct task_struct *pick_idle(struct rq *rq)
{
	rq->idle->se.exec_start = rq->clock;
	return rq->idle;
}

const struct sched_class idle_sched_class = {
	.name = "idle",
	.enqueue_task = no_queue,
	.dequeue_task = no_queue,
	.yield_task = yield_idle,
	.check_preempt = always_preempted,
	.pick_next_task = pick_idle,
	.put_prev_task = nothing,
	.task_tick = nothing,
	.task_fork = nothing,
	.prio_changed = nothing,
};
