/* SPDX-License-Identifier: MIT */
#pragma once
/* The descriptor tables of a CPU. Layouts: Intel SDM volume 3, figures 3-8 and 7-2. */
#include "kernel/sched/sched.h"
#include "lib/types.h"

#define GDT_TLS_MIN 6			/* to 8: as Linux has them on i386 */
#define GDT_TSS 16
#define GDT_DOUBLE_FAULT_TSS 31
#define GDT_ENTRIES 32

struct tss {
	u32 link, esp0, ss0, esp1, ss1, esp2, ss2, cr3, eip, eflags;
	u32 eax, ecx, edx, ebx, esp, ebp, esi, edi;
	u32 es, cs, ss, ds, fs, gs, ldt;
	u16 trap, iomap_base;
} __packed;
static_assert(sizeof(struct tss) == 104, "SDM: a TSS has 104 bytes");

struct cpu_tables {
	u64 gdt[GDT_ENTRIES];
	u32 spare_stack[32];	/* for a debug trap at the first instruction of entry_sysenter */
	struct tss tss;		/* MSR_SYSENTER_ESP points here */
};
extern struct cpu_tables cpu_tables[MAX_CPUS];

void double_fault_entry(void) __noreturn;
const struct tss *double_fault_victim(void);	/* the TSS that the double fault on this CPU saved its registers in */
