/* SPDX-License-Identifier: MIT */
/*
 * The I/O APIC: it takes the lines of devices and sends each as a message to a CPU's local APIC. What
 * line arrives at which input, and with which polarity, is in the firmware's MADT; a line that is not
 * mentioned has its own number. All lines go to the boot CPU.
 *
 * A level-triggered line is sent again after the end-of-interrupt if it is still up: hence that comes
 * after the handlers, which calm their devices. Source: Intel 82093AA data sheet.
 */
#include "kernel/cpu/acpi.h"
#include "kernel/cpu/irq.h"
#include "kernel/cpu/io.h"
#include "kernel/init.h"
#include "kernel/printk.h"
#include "mm/vmalloc.h"

enum { REG_VERSION = 1, REG_REDIRECTION = 0x10 };
#define ROUTE_ACTIVE_LOW BIT(13)
#define ROUTE_LEVEL BIT(15)
#define ROUTE_MASKED BIT(16)

struct madt_info madt;
static volatile u32 *ioapic;		/* [0] selects a register, [4] is its value; irq_lock */
static bool unwanted;

static int set_noapic(const char *value) { (void)value; unwanted = true; return 0; }
early_param("noapic", set_noapic);

/* One entry of the MADT: its type, length and what follows. */
static void madt_entry(const u8 *e)
{
	switch (e[0]) {
	case 0:				/* a CPU: ACPI id, APIC id, flags */
		if (e[4] & 1 && madt.nr_cpus < sizeof(madt.cpu_apic_id))
			madt.cpu_apic_id[madt.nr_cpus++] = e[3];
		break;
	case 1:				/* an I/O APIC; the one whose inputs start at 0 has the PC's lines */
		madt.nr_ioapics++;
		if (*(const u32 *)(e + 8) == 0)
			madt.ioapic_phys = *(const u32 *)(e + 4);
		break;
	case 2:				/* an override: bus, line, input, flags */
		if (e[3] < 16) {
			madt.gsi_of_irq[e[3]] = e[4];
			madt.active_low |= (u16)((e[8] & 3) == 3 ? BIT(e[3]) : 0);
			madt.level |= (u16)((e[8] >> 2 & 3) == 3 ? BIT(e[3]) : 0);
		}
		break;
	}
}

bool madt_read(void)
{
	struct acpi_header *h = acpi_find_table("APIC");
	const u8 *e = (const u8 *)(h + 1) + 8, *end = (const u8 *)h + (h ? h->length : 0);

	for (u8 i = 0; i < 16; i++)
		madt.gsi_of_irq[i] = i;
	if (!h)
		return false;
	for (; e + 2 <= end && e[1] >= 2 && e + e[1] <= end; e += e[1])
		madt_entry(e);
	iounmap(h);
	return true;
}

static u32 ioapic_read(u32 reg)
{
	ioapic[0] = reg;
	return ioapic[4];
}

static void ioapic_write(u32 reg, u32 value)
{
	ioapic[0] = reg;
	ioapic[4] = value;
}

static u32 route_of(unsigned irq) { return REG_REDIRECTION + 2u * madt.gsi_of_irq[irq]; }

static void enable(unsigned irq, bool level)
{
	u32 route = IRQ_VECTOR_BASE + irq;

	if (level || madt.level & BIT(irq))
		route |= ROUTE_LEVEL;
	if (madt.active_low & BIT(irq))
		route |= ROUTE_ACTIVE_LOW;
	ioapic_write(route_of(irq) + 1, (u32)madt.cpu_apic_id[0] << 24);
	ioapic_write(route_of(irq), route);
}

static void disable(unsigned irq) { ioapic_write(route_of(irq), ioapic_read(route_of(irq)) | ROUTE_MASKED); }
static bool begin(unsigned irq) { (void)irq; return true; }
static void end(unsigned irq) { (void)irq; apic_eoi(); }

const struct irq_chip ioapic_chip = { .name = "IO-APIC", .enable = enable, .disable = disable, .begin = begin, .end = end };

bool ioapic_init(void)
{
	u32 inputs;

	if (unwanted || !madt.ioapic_phys)
		return false;
	ioapic = ioremap(madt.ioapic_phys, 32);
	if (!ioapic)
		return false;
	inputs = (ioapic_read(REG_VERSION) >> 16 & 0xff) + 1;
	for (u32 i = 0; i < inputs; i++)
		ioapic_write(REG_REDIRECTION + 2 * i, ROUTE_MASKED);
	pr_info("irq: I/O APIC with %u inputs\n", inputs);
	return true;
}
