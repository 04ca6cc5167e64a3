/* SPDX-License-Identifier: MIT */
/*
 * How the machine ends: power off through ACPI, restart through the keyboard controller (and, if that
 * is deaf, a triple fault), halt, and the test device isa-debug-exit. reboot(2).
 *
 * Power-off writes SLP_TYP and SLP_EN to the PM1a control register, whose port the FADT names. The
 * value of SLP_TYP for the state S5 is in the DSDT's AML; we look for the package named _S5_ there
 * rather than interpret AML. Source: ACPI 6 specification, 5.2.9, 7.4.2.
 */
#include "kernel/cpu/acpi.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/io.h"
#include "kernel/cpu/irqflags.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/abi/reboot.h"
#include "lib/string.h"

/* _S5_ is a package: NameOp "_S5_" PackageOp length count, then bytes, each after BytePrefix unless 0 or 1. */
static int s5_sleep_type(const u8 *aml, u32 n)
{
	for (u32 i = 0; i + 12 < n; i++) {
		if (memcmp(aml + i, "_S5_", 4) != 0 || aml[i + 4] != 0x12)
			continue;
		i += 5;
		i += (aml[i] >> 6) + 2u;	/* the length's own bytes, and the count */
		return aml[i] == 0x0a ? aml[i + 1] : aml[i] & 1;
	}
	return -1;
}

static void acpi_power_off(void)
{
	struct acpi_header *fadt = acpi_find_table("FACP"), *dsdt;
	u16 port;
	int type;

	if (!fadt)
		return;
	port = (u16)*(const u32 *)((const u8 *)fadt + 64);	/* PM1a_CNT_BLK */
	dsdt = acpi_map_table(*(const u32 *)((const u8 *)fadt + 40));
	if (!dsdt)
		return;
	type = s5_sleep_type((const u8 *)dsdt, dsdt->length);
	if (type >= 0)
		outw((u16)(type << 10 | 1 << 13), port);
}

void machine_halt(void)
{
	local_irq_disable();
	for (;;)
		__asm__ volatile("hlt");
}

void machine_power_off(void)
{
	acpi_power_off();
	udelay(1000000);		/* the machine may take its time */
	pr_emerg("power off failed: no ACPI S5; it is now safe to turn off the machine\n");
	machine_halt();
}

void machine_restart(void)
{
	struct { u16 limit; u32 base; } __packed no_idt = { 0, 0 };

	local_irq_disable();
	for (int i = 0; i < 1000 && (inb(0x64) & 2); i++)
		io_wait();
	outb(0xfe, 0x64);		/* pulse the reset line */
	for (int i = 0; i < 100000; i++)
		io_wait();
	__asm__ volatile("lidt %0; int3" : : "m"(no_idt));
	machine_halt();
}

void debug_exit(u8 status)
{
	outb(status, 0xf4);
}

long sys_reboot(u32 magic1, u32 magic2, u32 cmd, void *arg);
long sys_reboot(u32 magic1, u32 magic2, u32 cmd, void *arg)
{
	(void)arg;
	if (!capable(CAP_SYS_BOOT))
		return -EPERM;
	if (magic1 != LINUX_REBOOT_MAGIC1 || (magic2 != LINUX_REBOOT_MAGIC2 && magic2 != LINUX_REBOOT_MAGIC2A
	    && magic2 != LINUX_REBOOT_MAGIC2B && magic2 != LINUX_REBOOT_MAGIC2C))
		return -EINVAL;
	switch (cmd) {
	case LINUX_REBOOT_CMD_RESTART:
	case LINUX_REBOOT_CMD_RESTART2:
		pr_emerg("restarting\n");
		machine_restart();
	case LINUX_REBOOT_CMD_HALT:
		pr_emerg("halted\n");
		machine_halt();
	case LINUX_REBOOT_CMD_POWER_OFF:
		pr_emerg("power off\n");
		machine_power_off();
	case LINUX_REBOOT_CMD_CAD_ON:
	case LINUX_REBOOT_CMD_CAD_OFF:
		return 0;
	default:
		return -EINVAL;
	}
}
