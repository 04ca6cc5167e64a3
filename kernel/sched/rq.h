/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The run queues from inside the scheduler: core.c switches and wakes, policy.c changes what is set, account.c counts. Nothing
 * outside this folder needs it. Unless said otherwise the queue is locked and interrupts are off.
 */
#include "kernel/sched/sched.h"
#include "kernel/task/task.h"
#include "kernel/time.h"
#include "lib/abi/sched.h"

#define MAX_CLASSES 8

extern struct rq runqueues[MAX_CPUS];
extern const struct sched_class *classes[MAX_CLASSES], **end_of_classes;	/* in use, the most urgent first */
extern const struct sched_class *policy_class[SCHED_DEADLINE + 1];		/* who serves a policy; NULL: nobody */

#define for_each_class(c) for (const struct sched_class **c = classes; c < end_of_classes; c++)

static inline struct rq *this_rq(void) { return &runqueues[smp_processor_id()]; }
static inline struct rq *task_rq(const struct task_struct *t) { return &runqueues[t->cpu]; }
static inline void update_clock(struct rq *rq) { rq->clock = ktime_get(); }

/* The queue that the task belongs to, locked by this. */
struct rq *task_rq_lock(struct task_struct *t);
/* Onto its queue, off it. */
void activate(struct rq *rq, struct task_struct *t, bool wakeup);
void deactivate(struct rq *rq, struct task_struct *t, enum on_rq becomes);
/* Should the one that has become runnable run at once? */
void check_preempt(struct rq *rq, struct task_struct *woken);
/* The task is off its queue, which is locked, and belongs to another from here on. */
void set_task_cpu(struct rq *rq, struct task_struct *t, u32 cpu);
/* A task marked MOVING arrives. No queue's lock is held. */
void arrive(struct task_struct *t, bool wakeup);
/* Its masks are new: is it where it may be? The lock is released. */
void leave_if_forbidden(struct rq *rq, struct task_struct *t);
void update_load(void);		/* the boot CPU's tick; no lock */
