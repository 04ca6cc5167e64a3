/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * What the interrupt code is made of. A line of the PC (0-15) reaches a CPU through an interrupt
 * controller, the two 8259A or an I/O APIC; both are an irq_chip. Lines arrive at vectors 32-47; the
 * local APIC's own interrupts at the highest ones, which it also serves first.
 */
#include "lib/types.h"

#define IRQ_VECTOR_BASE 32u
enum local_vector {			/* SDM volume 3, 10.8.3.1: the upper four bits are the priority */
	CALL_VECTOR = 0xfb,		/* run the function that smp_call_function has left */
	RESCHEDULE_VECTOR = 0xfd,	/* look at your flags: the return from the interrupt does */
	TIMER_VECTOR = 0xfc,
	ERROR_VECTOR = 0xfe,
	SPURIOUS_VECTOR = 0xff,		/* needs no end-of-interrupt */
};

struct irq_chip {
	const char *name;
	void (*enable)(unsigned irq, bool level);	/* irq_lock held, interrupts off */
	void (*disable)(unsigned irq);
	bool (*begin)(unsigned irq);	/* before the handlers; false: it was none */
	void (*end)(unsigned irq);	/* after them */
};
extern const struct irq_chip i8259_chip, ioapic_chip;

void i8259_init(void);			/* moves the lines to their vectors, all masked */
/* Takes the lines over from the 8259A. False: the machine has no I/O APIC, or noapic was given. */
bool ioapic_init(void);

/* kernel/cpu/apic.c: the local APIC, one per CPU at the same address. */
bool apic_init(void);			/* maps it and enables the boot CPU's. False: there is none, or nolapic was given */
void apic_enable(void);			/* this CPU's */
void apic_eoi(void);
u32 apic_id(void);			/* of this CPU */
void apic_send_ipi(u32 apic_id, enum local_vector vector);
void apic_send_nmi(u32 apic_id);
void apic_start_cpu(u32 apic_id, u32 entry_phys);	/* INIT and two start-up IPIs (SDM volume 3, 8.4.4.1) */
void apic_timer_calibrate(void);
void apic_timer_set(u64 delay_ns);	/* one interrupt on this CPU, not before the delay is over */

/* The MADT's view of the machine (ACPI 6 specification, 5.2.12), read once. */
struct madt_info {
	u32 ioapic_phys, nr_ioapics;
	u32 nr_cpus;
	u8 cpu_apic_id[8];		/* MAX_CPUS; in the order of the table */
	u8 gsi_of_irq[16];		/* input of the I/O APIC for a line of the PC */
	u16 level, active_low;		/* lines that an override says this of */
};
extern struct madt_info madt;
bool madt_read(void);
