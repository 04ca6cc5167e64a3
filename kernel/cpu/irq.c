/* SPDX-License-Identifier: MIT */
/*
 * Hardware interrupts through the two 8259A controllers of the PC: lines 0-15 become vectors 32-47.
 * A handler runs with interrupts off on the stack of whatever it interrupted; the end-of-interrupt
 * command goes out before the handler, since no other interrupt can come in until it returns.
 * Source: Intel 8259A data sheet.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/io.h"
#include "kernel/cpu/irqflags.h"
#include "kernel/panic.h"
#include "kernel/sched/spinlock.h"
#include "lib/abi/errno.h"

enum { PIC1 = 0x20, PIC2 = 0xA0, EOI = 0x20, READ_ISR = 0x0B, VECTOR_BASE = 32 };

static struct {
	void (*handler)(struct pt_regs *regs, void *arg);
	void *arg;
	const char *name;
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

/* From kernel/cpu/entry.asm, interrupts off. */
void do_irq(struct pt_regs *regs, unsigned vector);
void do_irq(struct pt_regs *regs, unsigned vector)
{
	unsigned irq = vector - VECTOR_BASE;

	if (irq >= NR_IRQS || spurious(irq))
		return;
	current_thread_info()->preempt_count += HARDIRQ_OFFSET;
	if (irq >= 8)
		outb(EOI, PIC2);
	outb(EOI, PIC1);
	irqs[irq].count++;
	if (irqs[irq].handler)
		irqs[irq].handler(regs, irqs[irq].arg);
	current_thread_info()->preempt_count -= HARDIRQ_OFFSET;
}

int request_irq(unsigned irq, void (*handler)(struct pt_regs *, void *), const char *name, void *arg)
{
	unsigned long flags;
	int err = -EBUSY;

	BUG_ON(irq >= NR_IRQS);
	spin_lock_irqsave(&irq_lock, flags);
	if (!irqs[irq].handler) {
		irqs[irq].arg = arg;
		irqs[irq].name = name;
		irqs[irq].handler = handler;
		irq_mask &= (u16)~BIT(irq);
		write_mask();
		err = 0;
	}
	spin_unlock_irqrestore(&irq_lock, flags);
	return err;
}

const char *irq_name(unsigned irq) { return irqs[irq].name; }
u64 irq_count(unsigned irq) { return irqs[irq].count; }
