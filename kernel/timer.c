/* SPDX-License-Identifier: MIT */
/*
 * Timers in a red-black tree ordered by expiry; the leftmost is the next. The timer interrupt runs
 * those whose time has come, so a timer is never early and at most one tick late.
 *
 * timer_lock guards the tree. The function of a timer runs without it, from interrupt context;
 * running_timer lets hrtimer_cancel wait for a function on another CPU to end.
 */
#include "kernel/panic.h"
#include "kernel/sched/spinlock.h"
#include "kernel/task/task.h"
#include "kernel/timer.h"

static DEFINE_SPINLOCK(timer_lock);
static struct rb_root_cached timers = RB_ROOT_CACHED;
static struct hrtimer *running_timer;
u64 cpu_user_ns, cpu_system_ns, cpu_idle_ns;

static void enqueue(struct hrtimer *t)
{
	struct rb_node **link = &timers.rb_root.rb_node, *parent = NULL;
	bool leftmost = true;

	while (*link) {
		parent = *link;
		if (t->expires < rb_entry(parent, struct hrtimer, node)->expires) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			leftmost = false;
		}
	}
	rb_link_node(&t->node, parent, link);
	rb_insert_color_cached(&t->node, &timers, leftmost);
	t->queued = true;
}

static void dequeue(struct hrtimer *t)
{
	rb_erase_cached(&t->node, &timers);
	t->queued = false;
}

void hrtimer_init(struct hrtimer *t, void (*function)(struct hrtimer *))
{
	*t = (struct hrtimer){ .function = function };
}

void hrtimer_start(struct hrtimer *t, u64 expires)
{
	unsigned long flags;

	spin_lock_irqsave(&timer_lock, flags);
	if (t->queued)
		dequeue(t);
	t->expires = expires;
	enqueue(t);
	spin_unlock_irqrestore(&timer_lock, flags);
}

bool hrtimer_cancel(struct hrtimer *t)
{
	unsigned long flags;
	bool pending;

	for (;;) {
		spin_lock_irqsave(&timer_lock, flags);
		pending = t->queued;
		if (pending)
			dequeue(t);
		if (running_timer != t)
			break;
		spin_unlock_irqrestore(&timer_lock, flags);
		cpu_relax();
	}
	spin_unlock_irqrestore(&timer_lock, flags);
	return pending;
}

void run_hrtimers(u64 now)
{
	struct rb_node *first;

	spin_lock(&timer_lock);
	while ((first = rb_first_cached(&timers))) {
		struct hrtimer *t = rb_entry(first, struct hrtimer, node);

		if (t->expires > now)
			break;
		dequeue(t);
		running_timer = t;
		spin_unlock(&timer_lock);
		t->function(t);
		spin_lock(&timer_lock);
		running_timer = NULL;
	}
	spin_unlock(&timer_lock);
}
