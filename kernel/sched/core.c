/* SPDX-License-Identifier: MIT */
/*
 * The scheduler's core: run queues, sleeping and waking, and the switch itself.
 *
 * A task is on a run queue or asleep, never both: its state and se.on_rq change together under the
 * queue's lock, which is also what makes a wake-up and a concurrent schedule() of the same task
 * come out in some order. The lock is held across the switch and released by the task that goes on
 * (finish_task_switch), so no other CPU can pick a task whose registers are not saved yet.
 *
 * Address spaces: a kernel thread runs on whatever page tables are loaded (lazy TLB) and keeps them
 * alive by mm_count; only a switch to a different user address space loads CR3.
 */
#include "kernel/block/blkdev.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/panic.h"
#include "kernel/sched/sched.h"
#include "kernel/task/task.h"
#include "kernel/timer.h"
#include "lib/abi/errno.h"
#include "lib/string.h"
#include "mm/mm.h"
#include "mm/pagetable.h"

static struct rq runqueues[MAX_CPUS];
unsigned int nr_cpu_ids = 1;

struct rq *cpu_rq(int cpu) { return &runqueues[cpu]; }
static inline struct rq *this_rq(void) { return &runqueues[smp_processor_id()]; }
static inline struct rq *task_rq(const struct task_struct *t) { return &runqueues[t->cpu]; }

/* From the most to the least urgent; idle always has a task. */
static const struct sched_class *const classes[] = { &fair_sched_class, &idle_sched_class };

static inline void update_clock(struct rq *rq) { rq->clock = ktime_get(); }

void resched_task(struct task_struct *t)
{
	set_thread_flag(t->thread_info, TIF_NEED_RESCHED);
}

/* On one CPU whoever runs has come here by itself and will look; with more, this is where the interrupt goes out. */
void resched_if_running(struct task_struct *t)
{
	if (t != current && t->on_cpu)
		resched_task(t);
}

static void activate(struct rq *rq, struct task_struct *t, bool wakeup)
{
	t->sched_class->enqueue_task(rq, t, wakeup);
	rq->nr_running++;
}

static void deactivate(struct rq *rq, struct task_struct *t)
{
	t->sched_class->dequeue_task(rq, t, true);
	rq->nr_running--;
}

/* A class earlier in the list always goes first; within a class the class decides. */
static void check_preempt(struct rq *rq, struct task_struct *woken)
{
	const struct sched_class *running = rq->curr->sched_class;

	if (running == woken->sched_class ? running->check_preempt(rq, woken)
	    : running == &idle_sched_class || woken->sched_class != &fair_sched_class)
		resched_task(rq->curr);
}

bool wake_up_state(struct task_struct *t, unsigned int state)
{
	struct rq *rq = task_rq(t);
	unsigned long flags;
	bool woken = false;

	spin_lock_irqsave(&rq->lock, flags);
	if (t->state & state) {
		t->state = TASK_RUNNING;
		if (!t->se.on_rq) {
			update_clock(rq);
			update_curr(rq);
			activate(rq, t, true);
			check_preempt(rq, t);
		}
		woken = true;
	}
	spin_unlock_irqrestore(&rq->lock, flags);
	return woken;
}

bool wake_up_process(struct task_struct *t) { return wake_up_state(t, TASK_NORMAL); }

void sched_fork(struct task_struct *t)
{
	t->se = (struct sched_entity){ .weight = current->se.weight };
	t->sched_class = &fair_sched_class;
	t->cpu = smp_processor_id();
	t->thread_info->cpu = t->cpu;
	t->on_cpu = false;
}

void wake_up_new_task(struct task_struct *t)
{
	struct rq *rq = task_rq(t);
	unsigned long flags;

	spin_lock_irqsave(&rq->lock, flags);
	update_clock(rq);
	update_curr(rq);
	t->sched_class->task_fork(rq, t);
	t->state = TASK_RUNNING;
	activate(rq, t, false);
	check_preempt(rq, t);
	spin_unlock_irqrestore(&rq->lock, flags);
}

static struct task_struct *pick_next(struct rq *rq)
{
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
		struct task_struct *t = classes[i]->pick_next_task(rq);

		if (t)
			return t;
	}
	panic("no task to run");
}

/* Before the stacks change: load the next task's page tables, unless it has none or they are loaded. */
static void switch_address_space(struct rq *rq, struct task_struct *prev, struct task_struct *next)
{
	struct mm_struct *old = prev->active_mm;

	if (!next->mm) {
		next->active_mm = old;
		atomic_inc(&old->mm_count);
	} else if (next->mm != old) {
		switch_mm(old, next->mm);
	}
	if (!prev->mm) {
		prev->active_mm = NULL;
		rq->prev_mm = old;		/* its borrowed reference ends after the switch */
	}
}

/* The first thing that a task does after it has got the CPU, on its own stack; prev is who had it. */
static void finish_task_switch(struct task_struct *prev)
{
	struct rq *rq = this_rq();
	struct mm_struct *mm = rq->prev_mm;
	bool dead = prev->state == TASK_DEAD;

	rq->prev_mm = NULL;
	prev->on_cpu = false;
#if DEBUG
	rq->lock.owner = current;
	prev->locks_held--;
	current->locks_held++;
#endif
	debug_spin_release(&rq->lock);
	__atomic_store_n(&rq->lock.locked, 0, __ATOMIC_RELEASE);
	preempt_enable_no_resched();
	local_irq_enable();
	if (mm)
		mmdrop(mm);
	if (dead)
		put_task_struct(prev);
}

void schedule_tail(struct task_struct *prev);
void schedule_tail(struct task_struct *prev)
{
	finish_task_switch(prev);
	if (current->set_child_tid)
		put_user((u32)current->pid, current->set_child_tid);
}

static void check_stack(struct task_struct *t)
{
	if (DEBUG && t->thread_info->guard != STACK_GUARD)
		panic("kernel stack of %s[%d] overflowed", t->comm, t->pid);
}

/* preempted: the task was taken off in the middle of something and stays runnable whatever its state says. */
static void __schedule(bool preempted)
{
	struct task_struct *prev = current, *next;
	unsigned long *switches = &prev->nivcsw;
	struct rq *rq;

	local_irq_disable();
	rq = this_rq();
	spin_lock(&rq->lock);
	check_stack(prev);
	clear_thread_flag(prev->thread_info, TIF_NEED_RESCHED);
	update_clock(rq);
	update_curr(rq);
	if (!preempted && prev->state != TASK_RUNNING && prev != rq->idle) {
		/* A signal that came before the sleep began: there is no sleep. */
		if (signal_pending_state(prev->state))
			prev->state = TASK_RUNNING;
		else
			deactivate(rq, prev);
		switches = &prev->nvcsw;
	}
	prev->sched_class->put_prev_task(rq, prev);
	next = pick_next(rq);
	if (next == prev) {
		spin_unlock_irq(&rq->lock);
		return;
	}
	rq->curr = next;
	rq->nr_switches++;
	++*switches;
	next->on_cpu = true;
	switch_address_space(rq, prev, next);
	prev = context_switch(prev, next);
	finish_task_switch(prev);
}

void schedule(void)
{
	if (DEBUG && preempt_count())
		panic("schedule() called with preempt_count %x from %p", preempt_count(), __builtin_return_address(0));
	/* What we may come to wait for must be under way. */
	if (unlikely(current->plug) && current->state != TASK_RUNNING)
		blk_flush_plug(current->plug);
	do {
		__schedule(false);
	} while (test_thread_flag(current_thread_info(), TIF_NEED_RESCHED));
}

void preempt_schedule(void)
{
	if (irqs_disabled())
		return;
	while (test_thread_flag(current_thread_info(), TIF_NEED_RESCHED) && !preempt_count())
		__schedule(true);
}

/* From the return of an interrupt into the kernel; interrupts are off and must be so again at the end. */
void preempt_schedule_irq(void);
void preempt_schedule_irq(void)
{
	while (test_thread_flag(current_thread_info(), TIF_NEED_RESCHED)) {
		__schedule(true);
		local_irq_disable();
	}
}

void yield(void)
{
	struct rq *rq;

	local_irq_disable();
	rq = this_rq();
	spin_lock(&rq->lock);
	if (rq->nr_running > 1) {
		update_clock(rq);
		update_curr(rq);
		current->sched_class->yield_task(rq);
		resched_task(current);
	}
	spin_unlock_irq(&rq->lock);
}

/* The average number of runnable tasks over 1, 5 and 15 minutes, sampled every five seconds (getloadavg(3)). */
static void update_load(struct rq *rq)
{
	static const u32 decay[3] = { 1884, 2014, 2037 };	/* 2048 / e^(5 s / period) */
	static u32 due;

	if ((s32)(jiffies - due) < 0)
		return;
	due = jiffies + 5 * HZ;
	for (int i = 0; i < 3; i++)
		rq->calc_load[i] = (rq->calc_load[i] * decay[i] + rq->nr_running * 2048u * (2048u - decay[i])) >> 11;
}

void scheduler_tick(void)
{
	struct rq *rq = this_rq();
	struct task_struct *t = current;

	spin_lock(&rq->lock);
	rq->clock = ktime_get();
	update_curr(rq);
	t->sched_class->task_tick(rq, t);
	update_load(rq);
	spin_unlock_no_resched(&rq->lock);
}

void account_tick(bool user)
{
	struct task_struct *t = current;

	if (user) {
		t->utime += TICK_NSEC;
		cpu_user_ns += TICK_NSEC;
	} else if (t == this_rq()->idle) {
		cpu_idle_ns += TICK_NSEC;
	} else {
		t->stime += TICK_NSEC;
		cpu_system_ns += TICK_NSEC;
	}
	if (t->signal)
		account_itimers(t, user);
}

u64 task_runtime_ns(struct task_struct *t)
{
	struct rq *rq = task_rq(t);
	unsigned long flags;
	u64 ns;

	spin_lock_irqsave(&rq->lock, flags);
	if (rq->curr == t) {
		update_clock(rq);
		update_curr(rq);
	}
	ns = t->se.sum_exec_runtime;
	spin_unlock_irqrestore(&rq->lock, flags);
	return ns;
}

void set_user_nice(struct task_struct *t, int nice)
{
	struct rq *rq = task_rq(t);
	unsigned long flags;

	spin_lock_irqsave(&rq->lock, flags);
	update_clock(rq);
	update_curr(rq);
	t->static_prio = nice + 120;
	t->sched_class->prio_changed(rq, t);
	spin_unlock_irqrestore(&rq->lock, flags);
}

void get_avenrun(unsigned long load[3]) { memcpy(load, this_rq()->calc_load, sizeof(this_rq()->calc_load)); }
u64 nr_context_switches(void) { return this_rq()->nr_switches; }
unsigned int nr_running_tasks(void) { return this_rq()->nr_running; }
u64 idle_time_ns(void) { return task_runtime_ns(this_rq()->idle); }

void sched_init(void)
{
	struct rq *rq = this_rq();

	rq->curr = rq->idle = current;
	current->sched_class = &idle_sched_class;
	current->on_cpu = true;
}

void cpu_idle(void)
{
	for (;;) {
		local_irq_disable();
		if (!test_thread_flag(current_thread_info(), TIF_NEED_RESCHED))
			__asm__ volatile("sti; hlt");	/* sti takes effect after hlt has begun: no wake-up is lost */
		local_irq_enable();
		schedule();
	}
}
