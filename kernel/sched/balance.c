/* SPDX-License-Identifier: MIT */
/*
 * Which CPU: for a task that wakes up or is new, and, as load shifts, for the queued ones.
 *
 * A task that wakes goes back to its CPU, whose caches may still hold its data, unless another is idle and that
 * one is not. A new task goes to the CPU with least to do. A CPU that has nothing to do takes a task
 * from the busiest, and every few ticks each compares itself with the busiest and takes a task if
 * that makes the two more equal: one that weighs less than the difference. Three equal tasks on two CPUs cannot be
 * divided so: some times a second a task that weighs just the difference moves, so that all get their two thirds in turn.
 *
 * All this reads other CPUs' queues without their locks: they are estimates. Only the move itself is
 * under both locks; the second is only tried, so that two CPUs that balance against each other cannot deadlock.
 */
#include "kernel/cpu/smp.h"
#include "kernel/sched/sched.h"
#include "kernel/task/task.h"

static bool idle_cpu(u32 cpu)
{
	struct rq *rq = cpu_rq(cpu);

	return READ_ONCE(rq->nr_running) == 0;
}

u32 least_loaded_cpu(struct task_struct *t)
{
	u32 best = t->cpu;
	u64 load = ~0ull;

	for_each_online_cpu(cpu) {
		u64 l = cpu_rq(cpu)->load;

		if (may_run_on(t, cpu) && (l < load || (l == load && cpu == smp_processor_id()))) {
			load = l;
			best = cpu;
		}
	}
	return best;
}

u32 select_cpu(struct task_struct *t, u32 prev)
{
	if (may_run_on(t, prev)) {
		if (idle_cpu(prev))
			return prev;
	} else {
		prev = least_loaded_cpu(t);
	}
	for_each_online_cpu(cpu)
		if (may_run_on(t, cpu) && idle_cpu(cpu))
			return cpu;
	if (cpu_rq(prev)->curr_rt)	/* not behind a real-time task; one that is itself takes the CPU from the least urgent */
		for_each_online_cpu(cpu)
			if (may_run_on(t, cpu) && cpu_rq(cpu)->curr_rt < cpu_rq(prev)->curr_rt)
				prev = cpu;
	return prev;
}

bool balance(struct rq *rq, bool even)
{
	u32 tried = BIT(rq->cpu);

	for (;;) {
		struct rq *busiest = rq;
		struct task_struct *t = NULL;

		for_each_online_cpu(cpu) {
			struct rq *other = cpu_rq(cpu);

			if (!(tried & BIT(cpu)) && READ_ONCE(other->nr_running) > 1 && other->load > busiest->load)
				busiest = other;
		}
		if (busiest == rq)
			return false;
		tried |= BIT(busiest->cpu);	/* its tasks may be tied to it: then from the next */
		if (!spin_trylock(&busiest->lock))
			continue;
		if (busiest->load > rq->load)
			t = steal_any(busiest, rq->cpu, busiest->load - rq->load + even);
		if (t)
			move_queued(busiest, rq, t);
		spin_unlock_no_resched(&busiest->lock);
		if (t)
			return true;
	}
}
