/* SPDX-License-Identifier: MIT */
/*
 * The lottery class (Waldspurger and Weihl, 1994): every runnable task holds as many tickets as its weight, and
 * each turn goes to the holder of a ticket drawn at random. Nothing is remembered and nobody can starve: a task with a
 * share p of the tickets gets p of the CPU in the mean, and after n turns is off by about sqrt(p(1-p)/n).
 *
 * It shows what a class must bring: this file is all there is. With sched=lottery on the command line it claims
 * the ordinary policies, as its place in the order is before the fair class; without, it does nothing.
 */
#include "kernel/sched/sched.h"
#include "kernel/task/task.h"
#include "lib/abi/sched.h"

/* Each by its CPU's rq->lock. Who runs holds tickets too, but is not on the list. */
static struct lottery {
	struct list_head queue;
	u32 tickets, random;		/* of those on the list; the state of the generator, never 0 */
} lotteries[MAX_CPUS];

static void init_lottery(struct rq *rq)
{
	INIT_LIST_HEAD(&lotteries[rq->cpu].queue);
	lotteries[rq->cpu].random = 2463534242u + rq->cpu;
}

static void add(struct rq *rq, struct task_struct *t)
{
	list_add(&t->se.run_list, &lotteries[rq->cpu].queue);
	lotteries[rq->cpu].tickets += t->se.weight;
}

static void take(struct rq *rq, struct task_struct *t)
{
	list_del_init(&t->se.run_list);
	lotteries[rq->cpu].tickets -= t->se.weight;
}

static void enqueue_lottery(struct rq *rq, struct task_struct *t, bool wakeup)
{
	(void)wakeup;
	if (t != rq->curr)
		add(rq, t);
}

static void dequeue_lottery(struct rq *rq, struct task_struct *t)
{
	if (t != rq->curr)
		take(rq, t);
}

static void put_prev_lottery(struct rq *rq, struct task_struct *prev)
{
	if (prev->se.on_rq == QUEUED)
		add(rq, prev);
}

static u32 draw(struct lottery *l)	/* xorshift (Marsaglia, 2003) */
{
	l->random ^= l->random << 13;
	l->random ^= l->random >> 17;
	l->random ^= l->random << 5;
	return l->random % l->tickets;
}

static struct task_struct *pick_next_lottery(struct rq *rq)
{
	struct lottery *l = &lotteries[rq->cpu];
	struct task_struct *t;
	u32 ticket;

	if (list_empty(&l->queue))
		return NULL;
	ticket = draw(l);
	list_for_each_entry(t, &l->queue, se.run_list) {
		if (ticket < t->se.weight)
			break;
		ticket -= t->se.weight;
	}
	take(rq, t);
	t->se.exec_start = rq->clock;
	return t;
}

/* A woken task may be lucky at once: it has slept while the others ran. */
static bool check_preempt_lottery(struct rq *rq, struct task_struct *woken) { (void)rq, (void)woken; return true; }

static void tick_lottery(struct rq *rq, struct task_struct *t)
{
	if (!list_empty(&lotteries[rq->cpu].queue))
		resched_task(t);
}

static void weigh(struct rq *rq, struct task_struct *t) { (void)rq, t->se.weight = task_weight(t); }
static void nothing(struct rq *rq, struct task_struct *t) { (void)rq, (void)t; }
static void no_yield(struct rq *rq) { (void)rq; }	/* the draw that follows is all */
static void no_charge(struct rq *rq, struct task_struct *t, u64 ns) { (void)rq, (void)t, (void)ns; }

static struct task_struct *steal_lottery(struct rq *rq, u32 cpu, u64 limit)
{
	struct task_struct *t;

	list_for_each_entry(t, &lotteries[rq->cpu].queue, se.run_list)
		if (t->se.weight < limit && may_run_on(t, cpu))
			return t;
	return NULL;
}

static const struct sched_class lottery_sched_class = {
	.name = "lottery",
	.option = "lottery",
	.policies = BIT(SCHED_NORMAL) | BIT(SCHED_BATCH) | BIT(SCHED_IDLE),
	.init_rq = init_lottery,
	.enqueue_task = enqueue_lottery,
	.dequeue_task = dequeue_lottery,
	.yield_task = no_yield,
	.check_preempt = check_preempt_lottery,
	.pick_next_task = pick_next_lottery,
	.put_prev_task = put_prev_lottery,
	.task_tick = tick_lottery,
	.charge = no_charge,
	.task_fork = weigh,
	.prio_changed = weigh,
	.migrate = nothing,
	.steal_task = steal_lottery,
};
SCHED_CLASS(4, lottery_sched_class);
