/* SPDX-License-Identifier: MIT */
/*
 * The fair class: every task should get CPU time in proportion to its weight, and the one that has
 * had least of its share runs next.
 *
 * A task's virtual run time (vruntime) is its CPU time divided by its weight, scaled so that for a
 * task of nice 0 it is plain nanoseconds. Runnable tasks wait in a red-black tree ordered by it; the
 * leftmost runs until it has been ahead of the others for its slice of the latency period. A task
 * that slept is placed near the minimum, a little before it, so that it runs soon but cannot save
 * up the time it did not use. Nor is what it had too much held against it for ever: among a thousand
 * runnable tasks the minimum hardly moves, and a shell that has run for 2 ms would wait for two seconds.
 * Each step of nice is a factor of about 1.25 in weight, which makes a
 * difference of one step about 10 % of the CPU between two tasks.
 *
 * A task that frees memory for others (PF_MEMALLOC) stays first in the queue until it has done: they would wait for its turn among what
 * may be thousands. Only who has slept longer, a shell that gets a line say, comes before it.
 */
#include "kernel/sched/sched.h"
#include "kernel/task/task.h"
#include "lib/abi/sched.h"
#include "lib/div64.h"

#define NICE_0_LOAD 1024u
#define SCHED_LATENCY_NS 12000000ull	/* in this time each runnable task should run once */
#define MIN_GRANULARITY_NS 3000000ull	/* but no turn is shorter */
#define WAKEUP_GRANULARITY_NS 1000000ull
#define SLEEP_FORGIVES 8u		/* of what a task has had too much, an 8th of the time that it sleeps */
#define MOST_SLEEP_CREDIT_NS 50000000ull
#define LONGEST_SILENCE_NS (5 * TICK_NSEC)	/* a CPU that hears no tick for longer was put aside by the host: nobody ran */

/* Not kswapd: it has all the time that others leave it. */
static bool reclaims_for_others(const struct task_struct *t) { return (t->flags & (PF_MEMALLOC | PF_KTHREAD)) == PF_MEMALLOC; }

/* 1024 * 1.25^-nice */
static const u32 nice_to_weight[40] = {
	88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916,
	9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991, 1586, 1277,
	1024, 820, 655, 526, 423, 335, 272, 215, 172, 137,
	110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
};

static inline struct task_struct *task_of(struct sched_entity *se) { return container_of(se, struct task_struct, se); }
static inline struct sched_entity *entity(struct rb_node *n) { return rb_entry(n, struct sched_entity, run_node); }

u32 task_weight(const struct task_struct *t) { return t->policy == SCHED_IDLE ? 3 : nice_to_weight[t->static_prio - 100]; }

static u64 to_virtual(u64 ns, u32 weight)
{
	return weight == NICE_0_LOAD ? ns : div_u64(ns * NICE_0_LOAD, weight);
}

static void insert(struct cfs_rq *cfs, struct sched_entity *se)
{
	struct rb_node **link = &cfs->tasks_timeline.rb_root.rb_node, *parent = NULL;
	bool leftmost = true;

	while (*link) {
		parent = *link;
		if ((s64)(se->vruntime - entity(parent)->vruntime) < 0) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			leftmost = false;
		}
	}
	rb_link_node(&se->run_node, parent, link);
	rb_insert_color_cached(&se->run_node, &cfs->tasks_timeline, leftmost);
}

static const struct sched_class fair_sched_class;
static bool is_fair(const struct task_struct *t) { return t->sched_class == &fair_sched_class; }

/* The floor under new and waking tasks; it never goes back. */
static void update_min_vruntime(struct rq *rq)
{
	struct rb_node *left = rb_first_cached(&rq->cfs.tasks_timeline);
	u64 v = rq->cfs.min_vruntime;
	bool running = is_fair(rq->curr) && rq->curr->se.on_rq == QUEUED;

	if (running)
		v = rq->curr->se.vruntime;
	if (left && (!running || (s64)(entity(left)->vruntime - v) < 0))
		v = entity(left)->vruntime;
	if ((s64)(v - rq->cfs.min_vruntime) > 0)
		rq->cfs.min_vruntime = v;
}

static void charge_fair(struct rq *rq, struct task_struct *t, u64 ns)
{
	t->se.vruntime += to_virtual(ns > LONGEST_SILENCE_NS ? TICK_NSEC : ns, t->se.weight);
	update_min_vruntime(rq);
}

/* Between queues vruntime is relative to the floor, since each queue's time runs at its own pace. */
static void migrate_fair(struct rq *rq, struct task_struct *t)
{
	if (!t->se.moved)
		t->se.vruntime -= rq->cfs.min_vruntime;
	t->se.moved = true;
}

/*
 * A task wakes up; exec_start is when it went to sleep. Where many wait, its next turn is far away, so it may come in
 * with more credit, but must have slept for it.
 */
static void place(struct rq *rq, struct sched_entity *se)
{
	u64 credit = clamp(rq->cfs.nr_running * MIN_GRANULARITY_NS / 8, SCHED_LATENCY_NS / 2, MOST_SLEEP_CREDIT_NS);
	u64 floor = rq->cfs.min_vruntime - SCHED_LATENCY_NS / 2;

	if ((s64)(floor - se->vruntime) > 0)
		se->vruntime = floor;
	if (rq->clock > se->exec_start)
		se->vruntime -= (rq->clock - se->exec_start) / SLEEP_FORGIVES;
	floor = rq->cfs.min_vruntime - credit;
	if ((s64)(floor - se->vruntime) > 0)
		se->vruntime = floor;
}

static void stay_first(struct rq *rq, struct task_struct *t)
{
	if (unlikely(reclaims_for_others(t)))
		t->se.vruntime = rq->cfs.min_vruntime - SCHED_LATENCY_NS / 2;
}

static void enqueue_fair(struct rq *rq, struct task_struct *t, bool wakeup)
{
	if (t->se.moved)
		t->se.vruntime += rq->cfs.min_vruntime;
	t->se.moved = false;
	if (wakeup)
		place(rq, &t->se);
	else
		stay_first(rq, t);
	rq->cfs.nr_running++;
	rq->cfs.load += t->se.weight;
	if (t != rq->curr)
		insert(&rq->cfs, &t->se);
}

static void dequeue_fair(struct rq *rq, struct task_struct *t)
{
	if (t != rq->curr)
		rb_erase_cached(&t->se.run_node, &rq->cfs.tasks_timeline);
	rq->cfs.nr_running--;
	rq->cfs.load -= t->se.weight;
	update_min_vruntime(rq);
}

static struct task_struct *pick_next_fair(struct rq *rq)
{
	struct rb_node *left = rb_first_cached(&rq->cfs.tasks_timeline);
	struct sched_entity *se;

	if (!left)
		return NULL;
	se = entity(left);
	rb_erase_cached(left, &rq->cfs.tasks_timeline);
	se->exec_start = rq->clock;
	se->prev_sum_exec_runtime = se->sum_exec_runtime;
	return task_of(se);
}

static void put_prev_fair(struct rq *rq, struct task_struct *prev)
{
	if (prev->se.on_rq != QUEUED)
		return;
	stay_first(rq, prev);
	insert(&rq->cfs, &prev->se);
}

/* The turn that a task gets: its share of the latency period. */
static u64 slice(struct rq *rq, struct task_struct *t)
{
	u64 period = SCHED_LATENCY_NS;

	if (rq->cfs.nr_running * MIN_GRANULARITY_NS > period)
		period = rq->cfs.nr_running * MIN_GRANULARITY_NS;
	return div_u64(period * t->se.weight, (u32)rq->cfs.load);
}

static void tick_fair(struct rq *rq, struct task_struct *t)
{
	struct rb_node *left = rb_first_cached(&rq->cfs.tasks_timeline);
	u64 ran = t->se.sum_exec_runtime - t->se.prev_sum_exec_runtime;

	if (left && (ran >= slice(rq, t) || (ran >= MIN_GRANULARITY_NS &&
	    (s64)(t->se.vruntime - entity(left)->vruntime) > (s64)slice(rq, t))))
		resched_task(t);
}

static bool check_preempt_fair(struct rq *rq, struct task_struct *woken)
{
	s64 ahead = (s64)(rq->curr->se.vruntime - woken->se.vruntime);

	if (woken->policy != SCHED_NORMAL)	/* batch and idle wait for their turn */
		return false;
	if (rq->curr->policy == SCHED_IDLE)
		return true;
	return ahead > (s64)to_virtual(WAKEUP_GRANULARITY_NS, woken->se.weight);
}

/* To the right of everybody, so that the others run first; but not behind tasks whose turn is far away (SCHED_IDLE). */
static void yield_fair(struct rq *rq)
{
	struct rb_node *right = rb_last(&rq->cfs.tasks_timeline.rb_root);
	struct sched_entity *se = &rq->curr->se;

	if (right && (s64)(entity(right)->vruntime - se->vruntime) >= 0)
		se->vruntime += min(entity(right)->vruntime - se->vruntime + 1, SCHED_LATENCY_NS);
}

/* Forking gives no advantage; and where many wait it costs both a turn, so that each generation of a fork bomb comes later. */
static void fork_fair(struct rq *rq, struct task_struct *t)
{
	struct sched_entity *parent = &rq->curr->se;
	bool crowded = rq->cfs.nr_running > SCHED_LATENCY_NS / MIN_GRANULARITY_NS;

	t->se.weight = task_weight(t);
	t->se.vruntime = rq->cfs.min_vruntime;
	/* Credit that the parent has earned by sleeping stays with it: children with credit would hold back the floor, and all others. */
	if (is_fair(rq->curr) && (s64)(parent->vruntime - t->se.vruntime) > 0)
		t->se.vruntime = parent->vruntime;
	if (!crowded)
		return;
	t->se.vruntime += to_virtual(MIN_GRANULARITY_NS, t->se.weight);
	if (rq->curr == current && t != current && is_fair(current))
		parent->vruntime += to_virtual(MIN_GRANULARITY_NS, parent->weight);
}

static void prio_changed_fair(struct rq *rq, struct task_struct *t)
{
	u64 origin = t->se.moved ? 0 : rq->cfs.min_vruntime;
	s64 lead = (s64)(t->se.vruntime - origin);
	u32 weight = task_weight(t);

	/* What it has had too much is real time: with another weight it is another virtual time. */
	if (lead > 0)
		t->se.vruntime = origin + div_u64((u64)lead * t->se.weight, weight);
	t->se.weight = weight;
}

static struct task_struct *steal_fair(struct rq *rq, u32 cpu, u64 limit)
{
	/* From the right: who would wait longest here. */
	for (struct rb_node *n = rb_last(&rq->cfs.tasks_timeline.rb_root); n; n = rb_prev(n)) {
		struct task_struct *t = task_of(entity(n));

		if (t->se.weight < limit && may_run_on(t, cpu))
			return t;
	}
	return NULL;
}

static const struct sched_class fair_sched_class = {
	.name = "fair",
	.policies = BIT(SCHED_NORMAL) | BIT(SCHED_BATCH) | BIT(SCHED_IDLE),
	.enqueue_task = enqueue_fair,
	.dequeue_task = dequeue_fair,
	.yield_task = yield_fair,
	.check_preempt = check_preempt_fair,
	.pick_next_task = pick_next_fair,
	.put_prev_task = put_prev_fair,
	.task_tick = tick_fair,
	.charge = charge_fair,
	.task_fork = fork_fair,
	.prio_changed = prio_changed_fair,
	.migrate = migrate_fair,
	.steal_task = steal_fair,
};
SCHED_CLASS(5, fair_sched_class);
