/* SPDX-License-Identifier: MIT */
/*
 * Segments and the task-state segment (Intel SDM volume 3, chapters 3.4 and 7).
 *
 * Paging does the work; segments are flat. What remains for the GDT: the privilege levels, three
 * entries per thread for thread-local storage (set_thread_area), the TSS, which tells the CPU where
 * the kernel stack is when it comes from user mode, and a second TSS for the double fault. A double
 * fault is usually a kernel stack that has run into its guard page, so it must not use that stack:
 * a task gate switches to a stack and registers of its own.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/gdt.h"
#include "kernel/cpu/io.h"
#include "lib/string.h"

extern u64 swapper_pg_dir[4];

struct cpu_tables cpu_tables[MAX_CPUS] __attribute__((aligned(64)));
static u8 double_fault_stack[MAX_CPUS][THREAD_SIZE] __aligned(THREAD_SIZE);	/* with a thread_info: it says which CPU this is */
static struct tss double_fault_tss[MAX_CPUS];

#define FLAT(type_dpl) (0x00CF00000000FFFFull | (u64)(type_dpl) << 40)

static u64 tss_descriptor(const struct tss *t)
{
	u64 base = (u32)t, limit = sizeof(*t) - 1;

	return limit | (base & 0xffffff) << 16 | 0x89ull << 40 | (base >> 24) << 56;
}

static void init_double_fault(u32 cpu)
{
	*(struct thread_info *)double_fault_stack[cpu] = (struct thread_info){ .cpu = cpu, .preempt_count = HARDIRQ_OFFSET,
		.guard = STACK_GUARD };
	double_fault_tss[cpu] = (struct tss){
		.cr3 = (u32)swapper_pg_dir - 0xC0000000u,
		.eip = (u32)double_fault_entry,
		.eflags = 2,
		.esp = (u32)double_fault_stack[cpu] + sizeof(double_fault_stack[cpu]) - 16,
		.cs = KERNEL_CS, .ss = KERNEL_DS, .ds = USER_DS, .es = USER_DS,
		.iomap_base = sizeof(struct tss),
	};
}

void gdt_init(u32 cpu)
{
	struct cpu_tables *c = &cpu_tables[cpu];
	struct { u16 limit; u32 base; } __packed gdtr = { sizeof(c->gdt) - 1, (u32)c->gdt };

	c->gdt[KERNEL_CS / 8] = FLAT(0x9b);
	c->gdt[KERNEL_DS / 8] = FLAT(0x93);
	c->gdt[USER_CS / 8] = FLAT(0xfb);
	c->gdt[USER_DS / 8] = FLAT(0xf3);
	c->gdt[GDT_TSS] = tss_descriptor(&c->tss);
	c->gdt[GDT_DOUBLE_FAULT_TSS] = tss_descriptor(&double_fault_tss[cpu]);
	c->tss.ss0 = KERNEL_DS;
	c->tss.iomap_base = sizeof(struct tss);	/* no I/O ports for programs */
	init_double_fault(cpu);
	__asm__ volatile("lgdt %0\n\t"
			 "ljmp %1, $1f\n1:\n\t"
			 "mov %2, %%ds\n\tmov %2, %%es\n\t"
			 "mov %3, %%ss\n\t"
			 "mov %4, %%fs\n\tmov %4, %%gs"
			 : : "m"(gdtr), "i"(KERNEL_CS), "r"(USER_DS), "r"(KERNEL_DS), "r"(0) : "memory");
	__asm__ volatile("ltr %w0; lldt %w1" : : "r"(GDT_TSS * 8), "r"(0));
}

void load_esp0(u32 esp0)
{
	cpu_tables[smp_processor_id()].tss.esp0 = esp0;
}

void load_tls(const struct thread_struct *t)
{
	memcpy(&cpu_tables[smp_processor_id()].gdt[GDT_TLS_MIN], t->tls_array, sizeof(t->tls_array));
}

/* There is no current on that stack: which CPU this is, its GDT's address tells. */
const struct tss *double_fault_victim(void)
{
	struct { u16 limit; u32 base; } __packed gdtr;

	__asm__("sgdt %0" : "=m"(gdtr));
	return &((const struct cpu_tables *)gdtr.base)->tss;
}
