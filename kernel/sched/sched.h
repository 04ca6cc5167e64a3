/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Scheduling: which task runs next. Policy lives in scheduler classes behind sched_class; core.c
 * switches. Each CPU has a run queue whose lock guards the state of the tasks on it.
 */
#include "kernel/sched/spinlock.h"
#include "lib/list.h"
#include "lib/rbtree.h"

struct rq;
struct task_struct;

struct sched_entity {
	struct rb_node run_node;
	u64 vruntime;			/* ns, weighted */
	u64 exec_start;			/* clock at the last accounting */
	u64 sum_exec_runtime;		/* ns */
	u64 prev_sum_exec_runtime;	/* at the start of this turn */
	u32 weight;
	bool on_rq;
	struct list_head run_list;	/* for real-time classes */
	u32 time_slice;
};

/* All are called with the run queue locked and interrupts off. */
struct sched_class {
	const char *name;
	void (*enqueue_task)(struct rq *rq, struct task_struct *t, bool wakeup);
	void (*dequeue_task)(struct rq *rq, struct task_struct *t, bool sleep);
	void (*yield_task)(struct rq *rq);
	bool (*check_preempt)(struct rq *rq, struct task_struct *woken);	/* should it replace the current one? */
	struct task_struct *(*pick_next_task)(struct rq *rq);			/* removes it from the queue; NULL: none */
	void (*put_prev_task)(struct rq *rq, struct task_struct *prev);		/* it stops running, runnable or not */
	void (*task_tick)(struct rq *rq, struct task_struct *curr);
	void (*task_fork)(struct rq *rq, struct task_struct *t);		/* a new task, before its first enqueue */
	void (*prio_changed)(struct rq *rq, struct task_struct *t);
};

struct rq {
	spinlock_t lock;
	unsigned int nr_running;
	struct task_struct *curr, *idle;
	u64 clock;			/* ns, updated at each scheduler entry */
	struct cfs_rq {
		struct rb_root_cached tasks_timeline;
		u64 min_vruntime;
		unsigned int nr_running;
		u64 load;		/* sum of weights, the running task included */
	} cfs;
	u64 nr_switches;
	unsigned long calc_load[3];	/* fixed point, 11 bits */
	struct mm_struct *prev_mm;	/* to be dropped once the switch is over */
};

extern const struct sched_class fair_sched_class, idle_sched_class;

#define MAX_CPUS 8
extern unsigned int nr_cpu_ids;
struct rq *cpu_rq(int cpu);

/* Make it runnable if its state is in the mask. True if it was asleep. Any context. */
bool wake_up_state(struct task_struct *t, unsigned int state);
bool wake_up_process(struct task_struct *t);	/* TASK_NORMAL */
void wake_up_new_task(struct task_struct *t);	/* first time, after fork */
void scheduler_tick(void);			/* from the timer interrupt */
void resched_task(struct task_struct *t);
void resched_if_running(struct task_struct *t);	/* another CPU in user mode must look at its flags */
void set_user_nice(struct task_struct *t, int nice);
static inline int prio_to_nice(int static_prio) { return static_prio - 120; }
void update_curr(struct rq *rq);
u64 task_runtime_ns(struct task_struct *t);	/* CPU time used, up to date */
void yield(void);
void sched_init(void);
void sched_fork(struct task_struct *t);
void cpu_idle(void) __noreturn;
void get_avenrun(unsigned long load[3]);	/* fixed point, 11 bits, as /proc/loadavg prints */
u64 nr_context_switches(void);
unsigned int nr_running_tasks(void);
u64 idle_time_ns(void);
