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

enum on_rq { NOT_QUEUED, QUEUED, MOVING };	/* MOVING: runnable, between two queues */

struct sched_entity {
	struct rb_node run_node;
	u64 vruntime;			/* ns, weighted */
	u64 exec_start;			/* clock at the last accounting */
	u64 sum_exec_runtime;		/* ns */
	u64 prev_sum_exec_runtime;	/* at the start of this turn */
	u32 weight;
	u8 on_rq;			/* enum on_rq */
	bool moved;			/* vruntime counts from the old queue's floor: the new one adds its own */
	bool to_tail;			/* real-time classes: behind its equals, not before */
	struct list_head run_list;	/* for real-time classes */
	u32 time_slice;			/* ticks */
	u64 nr_migrations;
};

/*
 * What a class must be able to do. All are called with the run queue locked and interrupts off. The
 * running task is accounted for like the queued ones but is on no list: pick_next_task takes it off,
 * put_prev_task puts it back if it is still QUEUED.
 */
struct sched_class {
	const char *name;
	u32 policies;			/* bits of SCHED_* that it serves, unless a class before it does */
	const char *option;		/* it takes part only with sched=OPTION on the command line; NULL: always */
	void (*init_rq)(struct rq *rq);	/* once for each CPU; may be NULL */
	void (*enqueue_task)(struct rq *rq, struct task_struct *t, bool wakeup);
	void (*dequeue_task)(struct rq *rq, struct task_struct *t);
	void (*yield_task)(struct rq *rq);
	bool (*check_preempt)(struct rq *rq, struct task_struct *woken);	/* should it replace the current one, of this class too? */
	struct task_struct *(*pick_next_task)(struct rq *rq);			/* NULL: none */
	void (*put_prev_task)(struct rq *rq, struct task_struct *prev);		/* it stops running */
	void (*task_tick)(struct rq *rq, struct task_struct *curr);
	void (*charge)(struct rq *rq, struct task_struct *curr, u64 ns);	/* it has run so long */
	void (*task_fork)(struct rq *rq, struct task_struct *t);		/* a new task, before its first enqueue */
	void (*prio_changed)(struct rq *rq, struct task_struct *t);		/* policy or static_prio is new: weigh it; off the queue */
	void (*migrate)(struct rq *rq, struct task_struct *t);			/* it leaves for another CPU, off the queue */
	/* A queued task that may run on the CPU and weighs less than the limit, or NULL. */
	struct task_struct *(*steal_task)(struct rq *rq, u32 cpu, u64 limit);
};
/* Adds a class. order: one digit, lower goes first; 0 is the most urgent, 9 is idle. */
#define SCHED_CLASS(order, class) static const struct sched_class *const __sched_class_##class \
	__attribute__((used, section(".sched_class." #order))) = &class

struct rt_rq {
	u32 bitmap[4];			/* priorities that have a queue; bit 99 - priority */
	struct list_head queue[100];
	u64 period_start, used;		/* real-time tasks may use 95 % of each second (sched(7)) */
	bool throttled;
};

struct rq {
	spinlock_t lock;
	u32 cpu;
	unsigned int nr_running;
	u64 load;			/* sum of weights of the runnable tasks, the running one included */
	struct task_struct *curr, *idle;
	u32 curr_rt;			/* curr's real-time priority or 0: a hint to others */
	u64 clock;			/* ns, updated at each scheduler entry */
	struct cfs_rq {
		struct rb_root_cached tasks_timeline;
		u64 min_vruntime;
		unsigned int nr_running;
		u64 load;
	} cfs;
	struct rt_rq rt;
	u64 nr_switches;
	struct mm_struct *prev_mm;	/* to be dropped once the switch is over */
	struct task_struct *leaving;	/* to be put on another CPU's queue once the switch is over */
	u64 user_ns, system_ns, softirq_ns;	/* CPU time by the tick */
	u64 irq_ns;			/* spent in interrupts since boot */
	u32 balance_ticks;
};

extern const struct sched_class idle_sched_class;

#define RR_TIMESLICE_NS 100000000	/* the turn of a SCHED_RR task */
#define MAX_CPUS 8
extern unsigned int nr_cpu_ids;
struct rq *cpu_rq(u32 cpu);

/* Make it runnable if its state is in the mask. True if it was asleep. Any context. */
bool wake_up_state(struct task_struct *t, unsigned int state);
bool wake_up_process(struct task_struct *t);	/* TASK_NORMAL */
void wake_up_new_task(struct task_struct *t);	/* first time, after fork */
void scheduler_tick(void);			/* from the timer interrupt */
void account_irq_time(u64 ns);			/* at the end of an interrupt, its softirqs included; interrupts off */
void resched_task(struct task_struct *t);	/* who runs on the CPU of a locked queue */
void kick_process(struct task_struct *t);	/* if it runs in user mode on another CPU: look at your flags. Any context */
void set_user_nice(struct task_struct *t, int nice);
/* May sleep (to get off this CPU). 0, or -EINVAL: no CPU of the mask is there. */
int set_cpus_allowed(struct task_struct *t, u32 mask);
bool may_run_on(const struct task_struct *t, u32 cpu);
/* Calls fn(arg) on each online CPU in turn, by going there. Sleeps. */
void call_on_each_cpu(void (*fn)(void *), void *arg);
struct sched_choice { u32 policy, rt_priority; int nice; bool reset_on_fork; };	/* rt_priority: 0 unless FIFO or RR */
void set_scheduler(struct task_struct *t, const struct sched_choice *c);	/* checked by the caller */
bool sched_policy_valid(u32 policy);
/* For a state that no late wake-up may overwrite: stopped, dead. */
void set_special_state(u32 state);
static inline int prio_to_nice(int static_prio) { return static_prio - 120; }
u32 task_weight(const struct task_struct *t);	/* of an ordinary task, by its nice value and policy */
void update_curr(struct rq *rq);
struct task_struct *steal_any(struct rq *rq, u32 cpu, u64 limit);	/* of all classes */
void move_queued(struct rq *from, struct rq *to, struct task_struct *t);	/* both locked */
/* Takes a task from a busier CPU; even: also one whose move only changes places. rq locked. kernel/sched/balance.c */
bool balance(struct rq *rq, bool even);
u32 select_cpu(struct task_struct *t, u32 prev);	/* where a task that becomes runnable should go */
u32 least_loaded_cpu(struct task_struct *t);
u64 task_runtime_ns(struct task_struct *t);	/* CPU time used, up to date */
void yield(void);
void sched_init(void);
void sched_init_idle(struct task_struct *idle);	/* the calling CPU's */
void sched_fork(struct task_struct *t);
void cpu_idle(void) __noreturn;
void get_avenrun(unsigned long load[3]);	/* fixed point, 11 bits, as /proc/loadavg prints */
u64 nr_context_switches(void);
unsigned int nr_running_tasks(void);
struct cpu_times { u64 user_ns, system_ns, idle_ns, softirq_ns; };
struct cpu_times cpu_times(u32 cpu);		/* since boot */
