/* SPDX-License-Identifier: MIT */
/*
 * Hardware interrupts through the two 8259A controllers of the PC: lines 0-15 become vectors 32-47.
 * A handler runs with interrupts off on the stack of whatever it interrupted; the end-of-interrupt
 * command goes out before the handler, since no other interrupt can come in until it returns.
 *
 * PCI devices share lines. A shared line is level-triggered: it stays up until every device that pulls it has
 * been served, so each interrupt calls all handlers of its line, and each looks at its own device. A line that
 * stays up though nobody knows why would let the CPU do nothing else; it is turned off.
 * Sources: Intel 8259A data sheet; 82371AB (PIIX4) data sheet, 4.2.7 (ELCR).
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/io.h"
#include "kernel/cpu/irqflags.h"
#include "kernel/panic.h"
#include "kernel/sched/spinlock.h"
#include "lib/abi/errno.h"
#include "mm/slab.h"

enum { ELCR = 0x4d0, NEVER_LEVEL = 0x2107 };	/* timer, keyboard, cascade, clock and FPU are edges for ever */
#define MAX_UNHANDLED 10000u
enum { PIC1 = 0x20, PIC2 = 0xA0, EOI = 0x20, READ_ISR = 0x0B, VECTOR_BASE = 32 };

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
static DEFINE_SPINLOCK(irq_lock);	/* registration and the masks */
static u16 irq_mask = 0xfffb;		/* all off but line 2, the cascade */

static void write_mask(void)
{
	outb((u8)irq_mask, PIC1 + 1);
	outb((u8)(irq_mask >> 8), PIC2 + 1);
}

void irq_init(void)
{
	outb(0x11, PIC1);		/* ICW1: edge-triggered, cascaded, ICW4 follows */
	outb(0x11, PIC2);
	outb(VECTOR_BASE, PIC1 + 1);
	outb(VECTOR_BASE + 8, PIC2 + 1);
	outb(4, PIC1 + 1);		/* the second one is on line 2 */
	outb(2, PIC2 + 1);
	outb(1, PIC1 + 1);		/* 8086 mode */
	outb(1, PIC2 + 1);
	write_mask();
}

/* Lines 7 and 15 also report interrupts that went away; those are not in service. */
static bool spurious(unsigned irq)
{
	u16 port = irq < 8 ? PIC1 : PIC2;

	if (irq != 7 && irq != 15)
		return false;
	outb(READ_ISR, port);
	if (inb(port) & 0x80)
		return false;
	if (irq == 15)
		outb(EOI, PIC1);	/* the cascade line was real */
	return true;
}

static noinline void unhandled(unsigned irq)
{
	unsigned long flags;

	if (++irqs[irq].unhandled < MAX_UNHANDLED)
		return;
	pr_err("irq %u: nobody cared, the line is turned off\n", irq);
	spin_lock_irqsave(&irq_lock, flags);
	irq_mask |= (u16)BIT(irq);
	write_mask();
	spin_unlock_irqrestore(&irq_lock, flags);
}

/* From kernel/cpu/entry.asm, interrupts off. */
void do_irq(struct pt_regs *regs, unsigned vector);
void do_irq(struct pt_regs *regs, unsigned vector)
{
	unsigned irq = vector - VECTOR_BASE;
	bool handled = false;

	if (irq >= NR_IRQS || spurious(irq))
		return;
	current_thread_info()->preempt_count += HARDIRQ_OFFSET;
	if (irq >= 8)
		outb(EOI, PIC2);
	outb(EOI, PIC1);
	irqs[irq].count++;
	for (struct irqaction *a = irqs[irq].action; a; a = a->next)
		handled |= a->handler(regs, a->arg);
	if (likely(handled))
		irqs[irq].unhandled = 0;
	else
		unhandled(irq);
	current_thread_info()->preempt_count -= HARDIRQ_OFFSET;
}

static void set_level_triggered(unsigned irq)
{
	u16 port = (u16)(ELCR + irq / 8);

	outb((u8)(inb(port) | 1u << irq % 8), port);
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
		if (shared)
			set_level_triggered(irq);
		irq_mask &= (u16)~BIT(irq);
		write_mask();
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
