/* SPDX-License-Identifier: MIT */
/*
 * The scheduler's core: run queues, sleeping and waking, moving between CPUs, and the switch itself.
 *
 * A task is on a run queue or asleep, never both: its state and se.on_rq change together under the
 * queue's lock, which is also what makes a wake-up and a concurrent schedule() of the same task
 * come out in some order. The lock is held across the switch and released by the task that goes on
 * (finish_task_switch), so no other CPU can pick a task whose registers are not saved yet.
 *
 * Each CPU has a queue. A task belongs to the queue of its cpu, awake or asleep, and that queue's lock
 * guards its scheduling state; whoever wants it locks the queue and looks whether the task is still there
 * (task_rq_lock). To go from one queue to another a task is taken off, marked MOVING, given its new cpu, and
 * put on the other queue: two locks one after the other, never nested, except where balancing holds its own and
 * only tries the other. A task that runs cannot be moved: its CPU takes it off at the next switch
 * and sends it on after its registers are saved (rq->leaving).
 *
 * Address spaces: a kernel thread runs on whatever page tables are loaded (lazy TLB) and keeps them
 * alive by mm_count; only a switch to a different user address space loads CR3.
 */
#include "kernel/block/blkdev.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/smp.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/init.h"
#include "kernel/panic.h"
#include "kernel/sched/rq.h"
#include "kernel/sched/workqueue.h"
#include "kernel/task/task.h"
#include "kernel/timer.h"
#include "lib/string.h"
#include "mm/mm.h"
#include "mm/pagetable.h"

struct rq runqueues[MAX_CPUS];
unsigned int nr_cpu_ids = 1;

struct rq *cpu_rq(u32 cpu) { return &runqueues[cpu]; }

/* All that there are (SCHED_CLASS), from the most to the least urgent. */
extern const struct sched_class *const __start_sched_class[], *const __stop_sched_class[];

/* Those in use and who serves a policy; settled at boot. The last one is idle, which always has a task. */
const struct sched_class *classes[MAX_CLASSES], **end_of_classes = classes;
const struct sched_class *policy_class[SCHED_DEADLINE + 1];

static void choose_classes(void)
{
	const char *option = cmdline_find("sched");

	for (const struct sched_class *const *c = __start_sched_class; c < __stop_sched_class; c++) {
		if ((*c)->option && (!option || strcmp(option, (*c)->option)))
			continue;
		BUG_ON(end_of_classes == classes + ARRAY_SIZE(classes));
		*end_of_classes++ = *c;
		for (u32 policy = 0; policy < ARRAY_SIZE(policy_class); policy++)
			if ((*c)->policies & BIT(policy) && !policy_class[policy])
				policy_class[policy] = *c;
	}
}

bool sched_policy_valid(u32 policy) { return policy < ARRAY_SIZE(policy_class) && policy_class[policy]; }

/* Charge the running task for the time since the last look. */
void update_curr(struct rq *rq)
{
	struct task_struct *t = rq->curr;
	u64 delta = rq->clock - t->se.exec_start;

	if ((s64)delta <= 0)
		return;
	t->se.exec_start = rq->clock;
	t->se.sum_exec_runtime += delta;
	t->sched_class->charge(rq, t, delta);
}

void resched_task(struct task_struct *t)
{
	if (test_thread_flag(t->thread_info, TIF_NEED_RESCHED))
		return;
	set_thread_flag(t->thread_info, TIF_NEED_RESCHED);
	if (t->cpu != smp_processor_id())
		smp_send_reschedule(t->cpu);
}

void kick_process(struct task_struct *t)
{
	u32 cpu;

	preempt_disable();
	cpu = t->cpu;
	if (cpu != smp_processor_id() && t->on_cpu)
		smp_send_reschedule(cpu);
	preempt_enable();
}

struct rq *task_rq_lock(struct task_struct *t)
{
	for (;;) {
		struct rq *rq = task_rq(t);

		spin_lock(&rq->lock);
		if (likely(rq == task_rq(t)))
			return rq;
		spin_unlock(&rq->lock);
	}
}

void activate(struct rq *rq, struct task_struct *t, bool wakeup)
{
	t->sched_class->enqueue_task(rq, t, wakeup);
	t->se.on_rq = QUEUED;
	rq->nr_running++;
	rq->load += t->se.weight;
}

void deactivate(struct rq *rq, struct task_struct *t, enum on_rq becomes)
{
	t->se.on_rq = (u8)becomes;
	t->sched_class->dequeue_task(rq, t);
	rq->nr_running--;
	rq->load -= t->se.weight;
}

/* A class earlier in the list always goes first; within a class the class decides. */
void check_preempt(struct rq *rq, struct task_struct *woken)
{
	const struct sched_class *running = rq->curr->sched_class;

	if (running == woken->sched_class) {
		if (running->check_preempt(rq, woken))
			resched_task(rq->curr);
		return;
	}
	for_each_class(c) {
		if (*c == running)
			return;
		if (*c == woken->sched_class) {
			resched_task(rq->curr);
			return;
		}
	}
}

/* ---- which CPU ---- */

static inline u32 cpus_of(const struct task_struct *t) { return t->pinned_to ?: t->cpus_allowed; }
bool may_run_on(const struct task_struct *t, u32 cpu) { return cpus_of(t) & cpu_online_mask & BIT(cpu); }

void set_task_cpu(struct rq *rq, struct task_struct *t, u32 cpu)
{
	if (cpu == t->cpu)
		return;
	t->sched_class->migrate(rq, t);
	t->se.nr_migrations++;
	t->thread_info->cpu = cpu;
	smp_wmb();
	WRITE_ONCE(t->cpu, cpu);	/* from here on the other queue's lock guards it */
}

void arrive(struct task_struct *t, bool wakeup)
{
	struct rq *rq = task_rq_lock(t);

	/* What it may run on can have changed meanwhile. */
	while (!may_run_on(t, rq->cpu)) {
		set_task_cpu(rq, t, least_loaded_cpu(t));
		spin_unlock(&rq->lock);
		rq = task_rq_lock(t);
	}
	update_clock(rq);
	update_curr(rq);
	activate(rq, t, wakeup);
	check_preempt(rq, t);
	spin_unlock(&rq->lock);
}

void move_queued(struct rq *from, struct rq *to, struct task_struct *t)
{
	deactivate(from, t, MOVING);
	set_task_cpu(from, t, to->cpu);
	activate(to, t, false);
}

struct task_struct *steal_any(struct rq *rq, u32 cpu, u64 limit)
{
	for_each_class(c) {
		struct task_struct *t = (*c)->steal_task(rq, cpu, limit);

		if (t)
			return t;
	}
	return NULL;
}

void leave_if_forbidden(struct rq *rq, struct task_struct *t)
{
	if (may_run_on(t, rq->cpu) || t->se.on_rq != QUEUED) {
		spin_unlock(&rq->lock);
	} else if (rq->curr == t) {
		resched_task(t);	/* __schedule sends it on */
		spin_unlock(&rq->lock);
	} else {
		update_clock(rq);
		update_curr(rq);
		deactivate(rq, t, MOVING);
		set_task_cpu(rq, t, least_loaded_cpu(t));
		spin_unlock(&rq->lock);
		arrive(t, false);
	}
}

/* ---- waking ---- */

bool wake_up_state(struct task_struct *t, unsigned int state)
{
	unsigned long flags = local_irq_save();
	struct rq *rq = task_rq_lock(t);
	bool woken = t->state & state;
	u32 cpu;

	if (!woken || t->se.on_rq) {
		if (woken)
			t->state = TASK_RUNNING;
		spin_unlock_irqrestore(&rq->lock, flags);
		return woken;
	}
	t->state = TASK_RUNNING;
	cpu = nr_cpu_ids > 1 ? select_cpu(t, rq->cpu) : rq->cpu;
	if (cpu == rq->cpu) {
		update_clock(rq);
		update_curr(rq);
		activate(rq, t, true);
		check_preempt(rq, t);
		spin_unlock_irqrestore(&rq->lock, flags);
		return true;
	}
	t->se.on_rq = MOVING;
	set_task_cpu(rq, t, cpu);
	preempt_disable();
	spin_unlock(&rq->lock);
	arrive(t, true);
	local_irq_restore(flags);
	preempt_enable();
	return true;
}

bool wake_up_process(struct task_struct *t) { return wake_up_state(t, TASK_NORMAL); }

/* A waker that saw an earlier state of ours, and is about to write over it, holds the lock. */
void set_special_state(u32 state)
{
	unsigned long flags = local_irq_save();
	struct rq *rq = task_rq_lock(current);

	current->state = state;
	spin_unlock_irqrestore(&rq->lock, flags);
}

void sched_fork(struct task_struct *t)
{
	unsigned long flags = local_irq_save();
	struct rq *rq = task_rq_lock(current);

	/* The copy of the parent was made without the lock: these must fit together. */
	t->policy = current->policy;
	t->rt_priority = current->rt_priority;
	t->static_prio = current->static_prio;
	t->cpus_allowed = current->cpus_allowed;
	spin_unlock_irqrestore(&rq->lock, flags);
	if (t->sched_reset_on_fork) {
		if (t->rt_priority || t->static_prio < 120)
			t->static_prio = 120;
		if (t->rt_priority)
			t->policy = SCHED_NORMAL;
		t->rt_priority = 0;
		t->sched_reset_on_fork = false;
	}
	t->sched_class = policy_class[t->policy];
	t->se = (struct sched_entity){ .weight = current->se.weight };
	INIT_LIST_HEAD(&t->se.run_list);
	t->pinned_to = 0;
	t->on_cpu = false;
	if (current->sched_class == &idle_sched_class)
		t->cpus_allowed = ~0u;	/* an idle task is tied to its CPU, its children are not */
	t->cpu = t->thread_info->cpu = nr_cpu_ids > 1 ? least_loaded_cpu(t) : 0;
}

void wake_up_new_task(struct task_struct *t)
{
	unsigned long flags = local_irq_save();
	struct rq *rq = task_rq_lock(t);

	update_clock(rq);
	update_curr(rq);
	t->sched_class->task_fork(rq, t);
	t->state = TASK_RUNNING;
	activate(rq, t, false);
	if (likely(may_run_on(t, rq->cpu))) {
		check_preempt(rq, t);
		spin_unlock_irqrestore(&rq->lock, flags);
		return;
	}
	preempt_disable();
	leave_if_forbidden(rq, t);
	local_irq_restore(flags);
	preempt_enable();
}

/* ---- switching ---- */

static struct task_struct *pick_next(struct rq *rq)
{
	for_each_class(c) {
		struct task_struct *t = (*c)->pick_next_task(rq);

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
	} else {
		switch_mm(next->mm);
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
	struct task_struct *leaving = rq->leaving;
	bool dead = prev->state == TASK_DEAD;

	rq->prev_mm = NULL;
	rq->leaving = NULL;
	__atomic_store_n(&prev->on_cpu, false, __ATOMIC_RELEASE);
	if (unlikely(leaving))
		set_task_cpu(rq, leaving, least_loaded_cpu(leaving));
	debug_spin_hand_over(&rq->lock, prev);
	debug_spin_release(&rq->lock);
	__atomic_store_n(&rq->lock.locked, 0, __ATOMIC_RELEASE);
	if (unlikely(leaving))
		arrive(leaving, false);
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
			deactivate(rq, prev, NOT_QUEUED);
		switches = &prev->nvcsw;
	}
	if (unlikely(prev->se.on_rq && prev != rq->idle && !may_run_on(prev, rq->cpu))) {
		deactivate(rq, prev, MOVING);
		rq->leaving = prev;	/* it is still using this CPU: finish_task_switch sends it on */
	}
	prev->sched_class->put_prev_task(rq, prev);
	if (nr_cpu_ids > 1 && !rq->nr_running) {
		rq->curr_rt = 0;
		balance(rq, false);
	}
	next = pick_next(rq);
	if (next == prev) {
		spin_unlock_irq(&rq->lock);
		return;
	}
	rq->curr = next;
	rq->curr_rt = next->rt_priority;
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
	if (unlikely(current->worker) && current->state != TASK_RUNNING)
		wq_worker_sleeping(current);
	do {
		__schedule(false);
	} while (test_thread_flag(current_thread_info(), TIF_NEED_RESCHED));
	if (unlikely(current->worker))
		wq_worker_running(current);
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

#define BALANCE_TICKS 5u	/* 20 ms */
#define EVEN_TICKS 25u		/* 100 ms: how often equals change places */

void scheduler_tick(void)
{
	struct rq *rq = this_rq();
	struct task_struct *t = current;

	spin_lock(&rq->lock);
	update_clock(rq);
	update_curr(rq);
	t->sched_class->task_tick(rq, t);
	if (rq->rt.throttled)
		resched_task(t);	/* the period may be over */
	if (nr_cpu_ids > 1 && ++rq->balance_ticks % BALANCE_TICKS == 0 && balance(rq, rq->balance_ticks % EVEN_TICKS == 0))
		resched_task(t);
	spin_unlock_no_resched(&rq->lock);
	if (rq->cpu == 0)
		update_load();
}

void sched_init_idle(struct task_struct *idle)
{
	struct rq *rq = this_rq();

	spin_lock_init(&rq->lock);
	rq->cpu = smp_processor_id();
	for_each_class(c)
		if ((*c)->init_rq)
			(*c)->init_rq(rq);
	rq->curr = rq->idle = idle;
	idle->sched_class = &idle_sched_class;
	idle->cpu = rq->cpu;
	idle->cpus_allowed = BIT(rq->cpu);
	idle->on_cpu = true;
	idle->se.exec_start = ktime_get();
}

void sched_init(void)
{
	choose_classes();
	sched_init_idle(current);
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
