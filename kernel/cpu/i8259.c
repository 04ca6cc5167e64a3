/* SPDX-License-Identifier: MIT */
/*
 * The PC's two 8259A interrupt controllers: lines 0-7 and 8-15, the second cascaded through line 2 of
 * the first. They serve machines without an I/O APIC, and the kernel parameter noapic. The
 * end-of-interrupt command goes out before the handlers: no other interrupt can come in until they
 * return. Sources: Intel 8259A data sheet; 82371AB (PIIX4) data sheet, 4.2.7 (ELCR).
 */
#include "kernel/cpu/io.h"
#include "kernel/cpu/irq.h"

enum { PIC1 = 0x20, PIC2 = 0xA0, EOI = 0x20, READ_ISR = 0x0B, ELCR = 0x4d0 };
static u16 irq_mask = 0xfffb;		/* all off but line 2, the cascade */

static void write_mask(void)
{
	outb((u8)irq_mask, PIC1 + 1);
	outb((u8)(irq_mask >> 8), PIC2 + 1);
}

void i8259_init(void)
{
	outb(0x11, PIC1);		/* ICW1: edge-triggered, cascaded, ICW4 follows */
	outb(0x11, PIC2);
	outb(IRQ_VECTOR_BASE, PIC1 + 1);
	outb(IRQ_VECTOR_BASE + 8, PIC2 + 1);
	outb(4, PIC1 + 1);		/* the second one is on line 2 */
	outb(2, PIC2 + 1);
	outb(1, PIC1 + 1);		/* 8086 mode */
	outb(1, PIC2 + 1);
	write_mask();
}

static void i8259_enable(unsigned irq, bool level)
{
	u16 port = (u16)(ELCR + irq / 8);

	if (level)
		outb((u8)(inb(port) | 1u << irq % 8), port);
	irq_mask &= (u16)~BIT(irq);
	write_mask();
}

static void i8259_disable(unsigned irq)
{
	irq_mask |= (u16)BIT(irq);
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

static bool i8259_begin(unsigned irq)
{
	if (spurious(irq))
		return false;
	if (irq >= 8)
		outb(EOI, PIC2);
	outb(EOI, PIC1);
	return true;
}

static void i8259_end(unsigned irq) { (void)irq; }

const struct irq_chip i8259_chip = {
	.name = "XT-PIC", .enable = i8259_enable, .disable = i8259_disable, .begin = i8259_begin, .end = i8259_end,
};
