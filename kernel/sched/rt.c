/* SPDX-License-Identifier: MIT */
/*
 * The real-time class: SCHED_FIFO and SCHED_RR (sched(7)). A task of a higher priority always runs
 * before one of a lower; among equals a FIFO task keeps the CPU until it sleeps or yields, an RR task
 * until its 100 ms are used up. Both go before every ordinary task, so a task that never sleeps could
 * take the machine away: real-time tasks together may use 950 ms of each second, and then wait.
 *
 * One queue per priority and a bitmap of those that are not empty: the next task is found in constant
 * time however many there are.
 */
#include "kernel/sched/sched.h"
#include "kernel/task/task.h"
#include "lib/abi/sched.h"

#define RR_TICKS (RR_TIMESLICE_NS / TICK_NSEC)
#define RT_PERIOD_NS NSEC_PER_SEC
#define RT_RUNTIME_NS (950 * NSEC_PER_MSEC)
#define RT_WEIGHT 88761u		/* for balancing: as nice -20 */

static void init_rt(struct rq *rq)
{
	for (int i = 0; i < 100; i++)
		INIT_LIST_HEAD(&rq->rt.queue[i]);
}

static inline unsigned int slot_of(const struct task_struct *t) { return 99 - t->rt_priority; }

static void insert(struct rq *rq, struct task_struct *t)
{
	unsigned int slot = slot_of(t);

	if (t->se.to_tail)
		list_add_tail(&t->se.run_list, &rq->rt.queue[slot]);
	else
		list_add(&t->se.run_list, &rq->rt.queue[slot]);
	t->se.to_tail = false;
	rq->rt.bitmap[slot / 32] |= BIT(slot % 32);
}

static void take_out(struct rq *rq, struct task_struct *t)
{
	unsigned int slot = slot_of(t);

	list_del_init(&t->se.run_list);
	if (list_empty(&rq->rt.queue[slot]))
		rq->rt.bitmap[slot / 32] &= ~BIT(slot % 32);
}

static void enqueue_rt(struct rq *rq, struct task_struct *t, bool wakeup)
{
	(void)wakeup;
	t->se.moved = false;
	t->se.to_tail = true;
	if (t != rq->curr)
		insert(rq, t);
}

static void dequeue_rt(struct rq *rq, struct task_struct *t)
{
	if (t != rq->curr)
		take_out(rq, t);
}

static void start_period(struct rq *rq)
{
	if (rq->clock - rq->rt.period_start < RT_PERIOD_NS)
		return;
	rq->rt.period_start = rq->clock;
	rq->rt.used = 0;
	rq->rt.throttled = false;
}

static struct task_struct *pick_next_rt(struct rq *rq)
{
	struct task_struct *t;

	for (unsigned int i = 0; i < 4; i++) {
		if (!rq->rt.bitmap[i])
			continue;
		start_period(rq);
		if (rq->rt.throttled)
			return NULL;
		t = list_first_entry(&rq->rt.queue[i * 32 + (unsigned)__builtin_ctz(rq->rt.bitmap[i])], struct task_struct, se.run_list);
		take_out(rq, t);
		t->se.exec_start = rq->clock;
		t->se.to_tail = false;	/* preempted, it goes on first */
		return t;
	}
	return NULL;
}

static void put_prev_rt(struct rq *rq, struct task_struct *prev)
{
	if (prev->se.on_rq == QUEUED)
		insert(rq, prev);
}

static bool check_preempt_rt(struct rq *rq, struct task_struct *woken) { return woken->rt_priority > rq->curr->rt_priority; }

static void charge_rt(struct rq *rq, struct task_struct *t, u64 ns)
{
	start_period(rq);
	rq->rt.used += ns;
	if (rq->rt.used <= RT_RUNTIME_NS || rq->rt.throttled)
		return;
	rq->rt.throttled = true;
	resched_task(t);
}

static void tick_rt(struct rq *rq, struct task_struct *t)
{
	if (t->policy != SCHED_RR || --t->se.time_slice)
		return;
	t->se.time_slice = RR_TICKS;
	if (!list_empty(&rq->rt.queue[slot_of(t)])) {
		t->se.to_tail = true;
		resched_task(t);
	}
}

static void yield_rt(struct rq *rq) { rq->curr->se.to_tail = true; }

static void fork_rt(struct rq *rq, struct task_struct *t)
{
	(void)rq;
	t->se.weight = RT_WEIGHT;
	t->se.time_slice = RR_TICKS;
}

static void nothing(struct rq *rq, struct task_struct *t) { (void)rq, (void)t; }

static struct task_struct *steal_rt(struct rq *rq, u32 cpu, u64 limit)
{
	(void)limit;
	for (unsigned int slot = 0; slot < 100; slot++) {
		struct task_struct *t;

		if (!(rq->rt.bitmap[slot / 32] & BIT(slot % 32)))
			continue;
		list_for_each_entry(t, &rq->rt.queue[slot], se.run_list)
			if (may_run_on(t, cpu) && t->rt_priority > cpu_rq(cpu)->curr_rt)
				return t;
	}
	return NULL;
}

static const struct sched_class rt_sched_class = {
	.name = "real-time",
	.policies = BIT(SCHED_FIFO) | BIT(SCHED_RR),
	.init_rq = init_rt,
	.enqueue_task = enqueue_rt,
	.dequeue_task = dequeue_rt,
	.yield_task = yield_rt,
	.check_preempt = check_preempt_rt,
	.pick_next_task = pick_next_rt,
	.put_prev_task = put_prev_rt,
	.task_tick = tick_rt,
	.charge = charge_rt,
	.task_fork = fork_rt,
	.prio_changed = nothing,
	.migrate = nothing,
	.steal_task = steal_rt,
};
SCHED_CLASS(0, rt_sched_class);
