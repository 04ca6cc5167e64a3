/* SPDX-License-Identifier: MIT */
/*
 * Exceptions other than the page fault. From a program each becomes a signal with the si_code that
 * Linux gives; from the kernel each is a bug, unless the instruction is listed in __ex_table.
 * Sources: Intel SDM volume 3, 6.15; sigaction(2).
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/gdt.h"
#include "kernel/cpu/io.h"
#include "kernel/cpu/irqflags.h"
#include "kernel/cpu/smp.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"

enum { ADDR_NONE, ADDR_EIP };

static const struct trap {
	const char *name;
	u8 sig;
	s16 code;
	u8 addr;
} traps[32] = {
	[0] = { "divide error", SIGFPE, FPE_INTDIV, ADDR_EIP },
	[1] = { "debug", SIGTRAP, TRAP_TRACE, ADDR_EIP },
	[2] = { "non-maskable interrupt", 0, 0, ADDR_NONE },
	[3] = { "breakpoint", SIGTRAP, SI_KERNEL, ADDR_NONE },
	[4] = { "overflow", SIGSEGV, SI_KERNEL, ADDR_NONE },
	[5] = { "bound range exceeded", SIGSEGV, SI_KERNEL, ADDR_NONE },
	[6] = { "invalid opcode", SIGILL, ILL_ILLOPN, ADDR_EIP },
	[7] = { "device not available", SIGFPE, SI_KERNEL, ADDR_NONE },
	[9] = { "coprocessor segment overrun", SIGFPE, SI_KERNEL, ADDR_NONE },
	[10] = { "invalid TSS", SIGSEGV, SI_KERNEL, ADDR_NONE },
	[11] = { "segment not present", SIGBUS, SI_KERNEL, ADDR_NONE },
	[12] = { "stack segment fault", SIGBUS, SI_KERNEL, ADDR_NONE },
	[13] = { "general protection fault", SIGSEGV, SI_KERNEL, ADDR_NONE },
	[16] = { "x87 floating-point exception", SIGFPE, FPE_FLTINV, ADDR_EIP },
	[17] = { "alignment check", SIGBUS, BUS_ADRALN, ADDR_NONE },
	[18] = { "machine check", 0, 0, ADDR_NONE },
	[19] = { "SIMD floating-point exception", SIGFPE, FPE_FLTINV, ADDR_EIP },
};

/* Which floating-point exception: the unmasked ones among those that are flagged (SDM volume 1, 8.1.3 and 10.2.3). */
static int fpe_code(u32 flags)
{
	if (flags & 0x01)
		return FPE_FLTINV;
	if (flags & 0x04)
		return FPE_FLTDIV;
	if (flags & 0x08)
		return FPE_FLTOVF;
	if (flags & 0x12)
		return FPE_FLTUND;
	if (flags & 0x20)
		return FPE_FLTRES;
	return SI_KERNEL;
}

static int x87_code(void)
{
	u16 cw, sw;

	__asm__ volatile("fnstcw %0; fnstsw %1; fnclex" : "=m"(cw), "=m"(sw));
	return fpe_code(sw & ~(u32)cw & 0x3f);
}

static int simd_code(void)
{
	u32 mxcsr;

	__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
	return fpe_code(mxcsr & ~(mxcsr >> 7) & 0x3f);
}

static void user_trap(struct pt_regs *regs, unsigned vector)
{
	const struct trap *t = &traps[vector];
	int code = t->code;

	current->thread.trap_nr = vector;
	current->thread.error_code = regs->error;
	if (vector == 16)
		code = x87_code();
	else if (vector == 19)
		code = simd_code();
	local_irq_enable();
	if (t->sig)
		force_sig_fault(t->sig, code, t->addr == ADDR_EIP ? (void *)regs->eip : NULL);
	else
		pr_warn("%s in %s[%d]\n", t->name ?: "unknown exception", current->comm, current->pid);
}

void do_trap(struct pt_regs *regs, unsigned vector);
void do_trap(struct pt_regs *regs, unsigned vector)
{
	if (vector == 2) {
		smp_stopped();
		if (smp_asked(regs))
			return;
	}
	if (user_mode(regs)) {
		user_trap(regs, vector);
		return;
	}
	if (fixup_exception(regs))
		return;
	if (vector == 2) {
		pr_warn("non-maskable interrupt\n");
		return;
	}
	show_regs(regs);
	panic("%s in the kernel at %08x, error code %x", traps[vector].name ?: "exception", regs->eip, regs->error);
}

/* iret refused the frame that a program forged: as if it had run into a bad segment. */
void bad_iret(struct pt_regs *regs);
void bad_iret(struct pt_regs *regs)
{
	(void)regs;
	current->thread.trap_nr = 13;
	local_irq_enable();
	force_sig(SIGSEGV, current);
}

/*
 * Runs as a hardware task of its own, on its own stack; "current" does not work here. What was
 * going on is in the TSS that the CPU switched away from.
 */
void double_fault_entry(void)
{
	const struct tss *t = double_fault_victim();
	struct pt_regs regs = {
		.ebx = t->ebx, .ecx = t->ecx, .edx = t->edx, .esi = t->esi, .edi = t->edi,
		.ebp = t->ebp, .eax = t->eax, .ds = t->ds, .es = t->es, .orig_eax = ~8,
		.eip = t->eip, .cs = t->cs, .eflags = t->eflags, .esp = t->esp, .ss = t->ss,
	};
	u32 below = t->esp0 - THREAD_SIZE;

	panic_from_double_fault(&regs, read_cr2(), t->esp < below + sizeof(struct thread_info) && t->esp > below - 4096);
}
