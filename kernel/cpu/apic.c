/* SPDX-License-Identifier: MIT */
/*
 * The local APIC: the part of a CPU that receives interrupts, sends them to other CPUs and has a timer.
 * Its registers are memory at the same physical address for every CPU, each of which sees its own.
 *
 * The timer counts down once and interrupts at zero. Its speed is measured against the TSC at boot,
 * rounded so that an interrupt is rather late than early; whoever waits looks at the clock again.
 * Source: Intel SDM volume 3, chapter 10.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/io.h"
#include "kernel/cpu/irq.h"
#include "kernel/cpu/irqflags.h"
#include "kernel/init.h"
#include "kernel/printk.h"
#include "kernel/time.h"
#include "lib/div64.h"
#include "mm/vmalloc.h"

enum {					/* byte offsets */
	ID = 0x20, TASK_PRIORITY = 0x80, EOI = 0xb0, SPURIOUS = 0xf0, COMMAND = 0x300, COMMAND_TO = 0x310,
	LVT_TIMER = 0x320, LVT_LINT0 = 0x350, LVT_LINT1 = 0x360, LVT_ERROR = 0x370,
	TIMER_INITIAL = 0x380, TIMER_CURRENT = 0x390, TIMER_DIVIDE = 0x3e0,
};
#define MSR_APIC_BASE 0x1b
#define LVT_MASKED BIT(16)
#define LVT_NMI 0x400u
#define SOFTWARE_ENABLE BIT(8)
#define COMMAND_PENDING BIT(12)
#define COMMAND_ASSERT BIT(14)
enum { DELIVER_NMI = 4 << 8, DELIVER_INIT = 5 << 8, DELIVER_STARTUP = 6 << 8 };

static volatile u32 *apic;
static bool unwanted;
static u64 timer_mult;			/* counts per ns, 32 fractional bits */

static int set_nolapic(const char *value) { (void)value; unwanted = true; return 0; }
early_param("nolapic", set_nolapic);

static u32 apic_read(u32 reg) { return apic[reg / 4]; }
static void apic_write(u32 reg, u32 value) { apic[reg / 4] = value; }

void apic_eoi(void) { apic_write(EOI, 0); }
u32 apic_id(void) { return apic_read(ID) >> 24; }

void apic_enable(void)
{
	apic_write(TASK_PRIORITY, 0);
	apic_write(LVT_TIMER, TIMER_VECTOR | LVT_MASKED);
	apic_write(LVT_LINT0, LVT_MASKED);
	apic_write(LVT_LINT1, LVT_NMI);
	apic_write(LVT_ERROR, ERROR_VECTOR);
	apic_write(SPURIOUS, SOFTWARE_ENABLE | SPURIOUS_VECTOR);
	apic_write(TIMER_DIVIDE, 0x3);	/* by 16 */
	apic_write(LVT_TIMER, TIMER_VECTOR);
}

bool apic_init(void)
{
	if (unwanted || !(boot_cpu.edx & BIT(9)))
		return false;
	apic = ioremap((phys_addr_t)(rdmsr(MSR_APIC_BASE) & 0xffffff000ull), PAGE_SIZE);
	if (!apic)
		return false;
	apic_enable();
	return true;
}

/* The two halves of a command must not be torn apart by an interrupt that sends one too. */
static void command(u32 to, u32 what)
{
	unsigned long flags = local_irq_save();

	while (apic_read(COMMAND) & COMMAND_PENDING)
		cpu_relax();
	apic_write(COMMAND_TO, to << 24);
	apic_write(COMMAND, what);
	local_irq_restore(flags);
}

void apic_send_ipi(u32 to, enum local_vector vector) { command(to, (u32)vector | COMMAND_ASSERT); }
void apic_send_nmi(u32 to) { command(to, DELIVER_NMI | COMMAND_ASSERT); }

void apic_start_cpu(u32 to, u32 entry_phys)
{
	command(to, DELIVER_INIT | COMMAND_ASSERT);
	udelay(10000);
	for (int i = 0; i < 2; i++) {
		command(to, DELIVER_STARTUP | COMMAND_ASSERT | entry_phys >> PAGE_SHIFT);
		udelay(200);
	}
}

void apic_timer_calibrate(void)
{
	u64 start, ns = 0;
	u32 counts = 0;

	/* The longest count of a few: what is lost to a host that puts the virtual CPU aside makes both numbers larger. */
	apic_write(LVT_TIMER, TIMER_VECTOR | LVT_MASKED);
	apic_write(TIMER_INITIAL, ~0u);
	start = ktime_get();
	while (ns < 2 * NSEC_PER_MSEC) {
		cpu_relax();
		counts = ~0u - apic_read(TIMER_CURRENT);
		ns = ktime_get() - start;
	}
	apic_write(TIMER_INITIAL, 0);
	apic_write(LVT_TIMER, TIMER_VECTOR);
	timer_mult = div_u64((u64)counts << 32, (u32)ns);
}

void apic_timer_set(u64 delay_ns)
{
	u64 counts;

	delay_ns = min(delay_ns, NSEC_PER_SEC);
	counts = (delay_ns * (timer_mult >> 8) >> 24) + 1;
	apic_write(TIMER_INITIAL, (u32)min(counts, (u64)~0u));
}
