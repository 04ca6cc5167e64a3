/* SPDX-License-Identifier: MIT */
/*
 * Timers, in a red-black tree per CPU ordered by expiry; the leftmost is the next. A timer waits on the
 * CPU that started it. The clock of that CPU interrupts at the next timer or the next tick, whichever
 * comes first (timer_interrupt), and runs what is due: a timer is never early.
 *
 * A timer whose function only wakes a task or sends a signal runs it right in the clock's interrupt: it is short, and a
 * sleeper that is late is late for all to see. One that does more is a soft timer (hrtimer_init_soft): the interrupt puts it
 * on the list of the expired, and the TIMER softirq calls it. Both wait in the same tree.
 *
 * base->lock guards the tree, the list and hrtimer.cpu of what is on it. The function of a timer runs without it, from
 * interrupt context; base->running lets hrtimer_cancel wait for a function on another CPU to end. A
 * timer that is started again while its function runs stays with that CPU, so that this wait is enough.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/irq.h"
#include "kernel/panic.h"
#include "kernel/sched/softirq.h"
#include "kernel/task/task.h"
#include "kernel/timer.h"

static struct timer_base {
	spinlock_t lock;
	struct rb_root_cached timers;
	struct list_head expired;	/* soft timers that the softirq has still to call */
	struct hrtimer *running[2];	/* by hrtimer.soft: the interrupt's, the softirq's */
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
	t->state = HRTIMER_QUEUED;
}

static void dequeue(struct timer_base *base, struct hrtimer *t)
{
	if (t->state == HRTIMER_QUEUED)
		rb_erase_cached(&t->node, &base->timers);
	else if (t->state == HRTIMER_EXPIRED)
		list_del(&t->entry);
	t->state = HRTIMER_IDLE;
}

void hrtimer_init(struct hrtimer *t, void (*function)(struct hrtimer *))
{
	*t = (struct hrtimer){ .function = function, .cpu = smp_processor_id() };
}

void hrtimer_init_soft(struct hrtimer *t, void (*function)(struct hrtimer *))
{
	hrtimer_init(t, function);
	t->soft = true;
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

	dequeue(base, t);
	if (base != this_base() && base->running[t->soft] != t) {
		t->cpu = smp_processor_id();
		spin_unlock(&base->lock);
		base = lock_base(t);
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
		pending |= t->state != HRTIMER_IDLE;
		dequeue(base, t);
		if (base->running[t->soft] != t)
			break;
		spin_unlock_irqrestore(&base->lock, flags);
		cpu_relax();
	}
	spin_unlock_irqrestore(&base->lock, flags);
	return pending;
}

/* base->lock held; released around the function, which may free the timer. */
static void call(struct timer_base *base, struct hrtimer *t, bool soft)
{
	base->running[soft] = t;
	spin_unlock(&base->lock);
	if (soft)
		local_irq_enable();
	t->function(t);
	if (soft)
		local_irq_disable();
	spin_lock(&base->lock);
	base->running[soft] = NULL;
}

static void run_expired(enum softirq nr)
{
	struct timer_base *base = this_base();
	struct hrtimer *t;

	(void)nr;
	spin_lock_irq(&base->lock);
	while ((t = list_first_entry_or_null(&base->expired, struct hrtimer, entry))) {
		dequeue(base, t);
		call(base, t, true);
	}
	set_clock(base);	/* one that was started again meanwhile, by another CPU, may be the first now */
	spin_unlock_irq(&base->lock);
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
		if (!t->soft) {
			call(base, t, false);
			continue;
		}
		list_add_tail(&t->entry, &base->expired);
		t->state = HRTIMER_EXPIRED;
		raise_softirq_irqoff(TIMER_SOFTIRQ);
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
	INIT_LIST_HEAD(&base->expired);
	open_softirq(TIMER_SOFTIRQ, run_expired);
	spin_lock_irqsave(&base->lock, flags);
	base->next_tick = ktime_get() + TICK_NSEC;
	set_clock(base);
	spin_unlock_irqrestore(&base->lock, flags);
}
