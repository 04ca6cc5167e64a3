/* SPDX-License-Identifier: MIT */
/*
 * The interrupt descriptor table: for each vector, where the CPU goes (Intel SDM volume 3, 6.11).
 * Exceptions and interrupts use interrupt gates, which turn interrupts off; the system call uses a
 * trap gate, which leaves them on. Programs may raise only 3 (int3), 4 (into) and 0x80 themselves.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/gdt.h"

extern void *const interrupt_entries[256];

static u64 idt[256] __aligned(8);

static u64 gate(u32 offset, u16 selector, u8 type, u8 dpl)
{
	return (offset & 0xffff) | (u64)selector << 16 | (u64)(0x80 | dpl << 5 | type) << 40
		| (u64)(offset >> 16) << 48;
}

/* All CPUs share the table. */
void idt_load(void)
{
	struct { u16 limit; u32 base; } __packed idtr = { sizeof(idt) - 1, (u32)idt };

	__asm__ volatile("lidt %0" : : "m"(idtr));
}

void idt_init(void)
{
	enum { TASK_GATE = 5, INTERRUPT_GATE = 14, TRAP_GATE = 15 };

	for (unsigned v = 0; v < 256; v++)
		idt[v] = gate((u32)interrupt_entries[v], KERNEL_CS, INTERRUPT_GATE, v == 3 || v == 4 ? 3 : 0);
	idt[8] = gate(0, GDT_DOUBLE_FAULT_TSS * 8, TASK_GATE, 0);
	idt[0x80] = gate((u32)interrupt_entries[0x80], KERNEL_CS, TRAP_GATE, 3);
	idt_load();
}
