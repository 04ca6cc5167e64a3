/* SPDX-License-Identifier: MIT */
/*
 * Timers, in a red-black tree per CPU ordered by expiry; the leftmost is the next. A timer waits on the
 * CPU that started it. The clock of that CPU interrupts at the next timer or the next tick, whichever
 * comes first (timer_interrupt), and runs what is due: a timer is never early.
 *
 * base->lock guards the tree and hrtimer.cpu of what is on it. The function of a timer runs without it, from
 * interrupt context; base->running lets hrtimer_cancel wait for a function on another CPU to end. A
 * timer that is started again while its function runs stays with that CPU, so that this wait is enough.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/irq.h"
#include "kernel/panic.h"
#include "kernel/sched/spinlock.h"
#include "kernel/task/task.h"
#include "kernel/timer.h"

static struct timer_base {
	spinlock_t lock;
	struct rb_root_cached timers;
	struct hrtimer *running;
	u64 next_event;			/* when the clock will interrupt; 0: it will be set at the end of timer_interrupt */
	u64 next_tick;
} bases[MAX_CPUS];

static struct timer_base *this_base(void) { return &bases[smp_processor_id()]; }

/* base->lock held, on its CPU, interrupts off. */
static void set_clock(struct timer_base *base)
{
	struct rb_node *first = rb_first_cached(&base->timers);
	u64 next = base->next_tick, now;

	if (!have_apic())
		return;			/* the 8254 ticks by itself */
	if (first)
		next = min(next, rb_entry(first, struct hrtimer, node)->expires);
	if (next == base->next_event)
		return;
	base->next_event = next;
	now = ktime_get();
	apic_timer_set(next > now ? next - now : 0);
}

static void enqueue(struct timer_base *base, struct hrtimer *t)
{
	struct rb_node **link = &base->timers.rb_root.rb_node, *parent = NULL;
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
	rb_insert_color_cached(&t->node, &base->timers, leftmost);
	t->queued = true;
}

static void dequeue(struct timer_base *base, struct hrtimer *t)
{
	rb_erase_cached(&t->node, &base->timers);
	t->queued = false;
}

void hrtimer_init(struct hrtimer *t, void (*function)(struct hrtimer *))
{
	*t = (struct hrtimer){ .function = function, .cpu = smp_processor_id() };
}

/* The base that the timer belongs to, locked; interrupts are off. */
static struct timer_base *lock_base(struct hrtimer *t)
{
	for (;;) {
		u32 cpu = READ_ONCE(t->cpu);

		spin_lock(&bases[cpu].lock);
		if (cpu == t->cpu)
			return &bases[cpu];
		spin_unlock(&bases[cpu].lock);
	}
}

void hrtimer_start(struct hrtimer *t, u64 expires)
{
	unsigned long flags = local_irq_save();
	struct timer_base *base = lock_base(t);

	if (t->queued)
		dequeue(base, t);
	if (base != this_base() && base->running != t) {
		t->cpu = smp_processor_id();
		spin_unlock(&base->lock);
		base = lock_base(t);
		if (t->queued)
			dequeue(base, t);
	}
	t->expires = expires;
	enqueue(base, t);
	if (base == this_base() && base->next_event > expires)
		set_clock(base);
	spin_unlock_irqrestore(&base->lock, flags);
}

bool hrtimer_cancel(struct hrtimer *t)
{
	struct timer_base *base;
	unsigned long flags;
	bool pending = false;		/* a function that runs meanwhile may have started it again */

	for (;;) {
		flags = local_irq_save();
		base = lock_base(t);
		if (t->queued) {
			dequeue(base, t);
			pending = true;
		}
		if (base->running != t)
			break;
		spin_unlock_irqrestore(&base->lock, flags);
		cpu_relax();
	}
	spin_unlock_irqrestore(&base->lock, flags);
	return pending;
}

/* base->lock held; released around each function. */
static void run_hrtimers(struct timer_base *base, u64 now)
{
	struct rb_node *first;

	while ((first = rb_first_cached(&base->timers))) {
		struct hrtimer *t = rb_entry(first, struct hrtimer, node);

		if (t->expires > now)
			break;
		dequeue(base, t);
		base->running = t;
		spin_unlock(&base->lock);
		t->function(t);
		spin_lock(&base->lock);
		base->running = NULL;
	}
}

void timer_interrupt(struct pt_regs *regs)
{
	struct timer_base *base = this_base();
	u64 now = ktime_get();
	u32 ticks = 0;

	while (base->next_tick <= now && ticks < HZ) {
		base->next_tick += TICK_NSEC;
		ticks++;
	}
	if (base->next_tick <= now)	/* this CPU was put aside for long: do not make up for it */
		base->next_tick = now + TICK_NSEC;
	if (ticks)
		tick(regs, ticks);
	spin_lock(&base->lock);
	base->next_event = 0;
	run_hrtimers(base, now);
	set_clock(base);
	spin_unlock_no_resched(&base->lock);
}

void timer_start_cpu(void)
{
	struct timer_base *base = this_base();
	unsigned long flags;

	spin_lock_init(&base->lock);
	spin_lock_irqsave(&base->lock, flags);
	base->next_tick = ktime_get() + TICK_NSEC;
	set_clock(base);
	spin_unlock_irqrestore(&base->lock, flags);
}
