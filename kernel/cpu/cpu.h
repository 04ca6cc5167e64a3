/* SPDX-License-Identifier: MIT */
#pragma once
/* The processor: what it can do, and its descriptor tables. */
#include "kernel/cpu/ptrace.h"
#include "lib/types.h"

struct cpu_features {
	u32 edx, ecx;			/* CPUID leaf 1 */
	u32 ext_edx;			/* CPUID leaf 0x80000001 */
	u32 ebx7;			/* CPUID leaf 7 */
	u32 signature;			/* family, model, stepping */
	u32 phys_bits;			/* MAXPHYADDR */
	char vendor[13];
	char model[49];
	bool nx, sysenter, pge, rdrand;
};
extern struct cpu_features boot_cpu;

void cpu_detect(void);			/* fills boot_cpu, turns on PGE, NX and SSE */
/* Each CPU for itself: */
void cpu_enable(void);			/* what boot_cpu has: PGE, NX, SSE */
void gdt_init(u32 cpu);			/* GDT, TSS, double-fault task */
void idt_load(void);
void sysenter_init(void);
void idt_init(void);
void irq_init(void);			/* finds the interrupt controllers; all lines off */
bool have_apic(void);
void fpu_init(void);
void fpu_init_cpu(void);
void vdso_init(void);
void clock_init(void);			/* TSC calibration, RTC, the periodic timer */

/* Give the CPU the kernel stack and the thread-local segments of the task that is about to run. */
void load_esp0(u32 esp0);
void load_tls(const struct thread_struct *t);

/* A handler runs with interrupts off and must not sleep. Was it its device that interrupted? */
typedef bool (*irq_handler_t)(struct pt_regs *regs, void *arg);
#define IRQF_SHARED 1u			/* level-triggered, as PCI devices share it: all handlers must say so */
/* Turns the line on. Never undone; name must stay. 0, -EBUSY, -EINVAL (no such line), -ENOMEM. Sleeps. */
int request_irq(unsigned irq, irq_handler_t handler, u32 flags, const char *name, void *arg);
const char *irq_name(unsigned irq, unsigned n);	/* of the n-th handler, or NULL */
u64 irq_count(unsigned irq);
#define NR_IRQS 16
const char *irq_chip_name(void);
const char *local_irq_name(unsigned n);	/* "" if not counted, NULL behind the last */
u32 local_irq_count(unsigned n, unsigned cpu);

static inline struct pt_regs *task_pt_regs_of(void *stack) { return (struct pt_regs *)((char *)stack + 8192) - 1; }
#define task_pt_regs(t) task_pt_regs_of((t)->thread_info)
#define current_pt_regs() task_pt_regs_of(current_thread_info())

struct task_struct;
/* Switches stacks, segments and FPU; returns the task that ran before, as seen by the one that goes on. */
struct task_struct *context_switch(struct task_struct *prev, struct task_struct *next);

void fpu_save(struct fpu_state *f);
void fpu_restore(const struct fpu_state *f);
extern struct fpu_state fpu_initial;
struct fpu_state *fpu_alloc(void);	/* NULL: no memory */
void fpu_free(struct fpu_state *f);

void machine_restart(void) __noreturn;
void machine_power_off(void) __noreturn;
void machine_halt(void) __noreturn;
/* isa-debug-exit: ends QEMU with (status << 1) | 1 if the device is there; returns otherwise. */
void debug_exit(u8 status);

bool fixup_exception(struct pt_regs *regs);	/* __ex_table: continue at the repair address */
void show_regs(const struct pt_regs *regs);
const char *kallsyms_lookup(unsigned long addr, unsigned long *offset);	/* NULL: unknown */
unsigned long kallsyms_address(const char *name);			/* 0: unknown */
/* The program's FS and GS, which the kernel never changes on entry. */
void current_segments(u32 *gs, u32 *fs);
void load_gs_fs(u32 gs, u32 fs);
