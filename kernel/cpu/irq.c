/* SPDX-License-Identifier: MIT */
/*
 * Hardware interrupts: from a vector to the handlers that asked for its line. A handler runs with
 * interrupts off on the stack of whatever it interrupted; what it has left to softirqs is done at the end (do_irq).
 * Which controller brings the line is an irq_chip's business (kernel/cpu/irq.h).
 *
 * PCI devices share lines. A shared line is level-triggered: it stays up until every device that pulls it has
 * been served, so each interrupt calls all handlers of its line, and each looks at its own device. A line that
 * stays up though nobody knows why would let the CPU do nothing else; it is turned off.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/irq.h"
#include "kernel/cpu/irqflags.h"
#include "kernel/cpu/smp.h"
#include "kernel/panic.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/softirq.h"
#include "kernel/time.h"
#include "kernel/timer.h"
#include "lib/abi/errno.h"
#include "mm/slab.h"

enum { NEVER_LEVEL = 0x2107 };	/* timer, keyboard, cascade, clock and FPU are edges for ever */
#define MAX_UNHANDLED 10000u

struct irqaction {
	irq_handler_t handler;
	void *arg;
	const char *name;
	struct irqaction *next;
};
static struct irq_desc {
	struct irqaction *action;	/* added to at the end, under irq_lock; never removed */
	bool shared;
	u32 unhandled;			/* interrupts in a row that no handler knew; by the line itself */
	u64 count;
} irqs[NR_IRQS];
static DEFINE_SPINLOCK(irq_lock);	/* registration and the chip */
static const struct irq_chip *chip = &i8259_chip;

static u32 local_counts[MAX_CPUS][256 - CALL_VECTOR];
static const char *const local_names[256 - CALL_VECTOR] = {
	[CALL_VECTOR - CALL_VECTOR] = "CAL", [TIMER_VECTOR - CALL_VECTOR] = "LOC", [RESCHEDULE_VECTOR - CALL_VECTOR] = "RES",
};

void irq_init(void)
{
	i8259_init();
	if (madt_read() && apic_init() && ioapic_init())
		chip = &ioapic_chip;
	else
		pr_info("irq: two 8259A\n");
}

bool have_apic(void) { return chip == &ioapic_chip; }
const char *irq_chip_name(void) { return chip->name; }

static noinline void unhandled(unsigned irq)
{
	unsigned long flags;

	if (++irqs[irq].unhandled < MAX_UNHANDLED)
		return;
	pr_err("irq %u: nobody cared, the line is turned off\n", irq);
	spin_lock_irqsave(&irq_lock, flags);
	chip->disable(irq);
	spin_unlock_irqrestore(&irq_lock, flags);
}

static void device_interrupt(struct pt_regs *regs, unsigned irq)
{
	bool handled = false;

	if (!chip->begin(irq))
		return;
	irqs[irq].count++;
	for (struct irqaction *a = irqs[irq].action; a; a = a->next)
		handled |= a->handler(regs, a->arg);
	if (likely(handled))
		irqs[irq].unhandled = 0;
	else
		unhandled(irq);
	chip->end(irq);
}

static void local_interrupt(struct pt_regs *regs, unsigned vector)
{
	if (vector == SPURIOUS_VECTOR)
		return;
	local_counts[smp_processor_id()][vector - CALL_VECTOR]++;
	apic_eoi();
	if (vector == TIMER_VECTOR)
		timer_interrupt(regs);
	else if (vector == CALL_VECTOR)
		smp_call_interrupt();
	else if (vector == ERROR_VECTOR)
		pr_err("local APIC: error\n");
}

/* From kernel/cpu/entry.asm, interrupts off. */
void do_irq(struct pt_regs *regs, unsigned vector);
void do_irq(struct pt_regs *regs, unsigned vector)
{
	u32 count = preempt_count();
	u64 start = ktime_get();

	lockdep_irq_enter();
	current_thread_info()->preempt_count += HARDIRQ_OFFSET;
	if (vector >= CALL_VECTOR)
		local_interrupt(regs, vector);
	else if (vector - IRQ_VECTOR_BASE < NR_IRQS)
		device_interrupt(regs, vector - IRQ_VECTOR_BASE);
	current_thread_info()->preempt_count -= HARDIRQ_OFFSET;
	lockdep_irq_exit(count, vector);
	softirq_irq_exit();
	if (!in_interrupt())
		account_irq_time(ktime_get() - start);
}

int request_irq(unsigned irq, irq_handler_t handler, u32 irq_flags, const char *name, void *arg)
{
	bool shared = irq_flags & IRQF_SHARED;
	struct irqaction *a, **end;
	unsigned long flags;
	int err = -EBUSY;

	if (irq >= NR_IRQS || (shared && NEVER_LEVEL & BIT(irq)))
		return -EINVAL;
	a = kmalloc(sizeof(*a), GFP_KERNEL);
	if (!a)
		return -ENOMEM;
	*a = (struct irqaction){ handler, arg, name, NULL };
	spin_lock_irqsave(&irq_lock, flags);
	for (end = &irqs[irq].action; *end; end = &(*end)->next)
		;
	if (!irqs[irq].action || (shared && irqs[irq].shared)) {
		irqs[irq].shared = shared;
		smp_wmb();		/* the handler may run on another CPU at once */
		*end = a;
		chip->enable(irq, shared);
		err = 0;
	}
	spin_unlock_irqrestore(&irq_lock, flags);
	if (err)
		kfree(a);
	return err;
}

const char *irq_name(unsigned irq, unsigned n)
{
	struct irqaction *a = irqs[irq].action;

	while (a && n--)
		a = a->next;
	return a ? a->name : NULL;
}

u64 irq_count(unsigned irq) { return irqs[irq].count; }

const char *local_irq_name(unsigned n) { return n < ARRAY_SIZE(local_names) ? local_names[n] ?: "" : NULL; }
u32 local_irq_count(unsigned n, unsigned cpu) { return local_counts[cpu][n]; }
