/* SPDX-License-Identifier: MIT */
/*
 * The system-call table, made from the one list lib/abi/syscalls.tbl: number, name, argument count
 * and function. The entry code passes six words (the first three in registers); a function takes as
 * many as it wants. A number without a function gives ENOSYS.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/gdt.h"
#include "kernel/cpu/io.h"
#include "kernel/syscall.h"
#include "kernel/init.h"
#include "kernel/printk.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/printf.h"
#include "syscall_table.h"	/* NR_SYSCALLS; below, with SYSCALL defined, the list itself */

#define SYSCALL(nr, name, nargs, entry, signature) long entry(long, long, long, long, long, long);
#include "syscall_table.h"
#undef SYSCALL

static long sys_ni_syscall(long a, long b, long c, long d, long e, long f)
{
	(void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
	return -ENOSYS;
}

/* First everything is "no such call", then the list overrides. */
#pragma GCC diagnostic ignored "-Woverride-init"
typedef long (*syscall_t)(long, long, long, long, long, long);
const syscall_t sys_call_table[NR_SYSCALLS] = {
	[0 ... NR_SYSCALLS - 1] = sys_ni_syscall,
#define SYSCALL(nr, name, nargs, entry, signature) [nr] = entry,
#include "syscall_table.h"
#undef SYSCALL
};
const u32 nr_syscalls = NR_SYSCALLS;

static const struct syscall_info infos[NR_SYSCALLS] = {
#define SYSCALL(nr, name, nargs, entry, signature) [nr] = { #name, nargs, signature },
#include "syscall_table.h"
#undef SYSCALL
};

const struct syscall_info *syscall_info(u32 nr)
{
	return nr < NR_SYSCALLS && infos[nr].name ? &infos[nr] : NULL;
}

/*
 * A trace of every system call of process 1 and what descends from it, in the kernel's log: the
 * kernel parameter "strace". For watching the first steps of a program that comes to nothing.
 */
bool trace_init;

static int set_strace(const char *value)
{
	(void)value;
	trace_init = true;
	return 0;
}
early_param("strace", set_strace);

/* From entry.asm for a task with TIF_SYSCALL_TRACE: the number of the call that is to run. */
u32 syscall_trace_enter(struct pt_regs *regs);
u32 syscall_trace_enter(struct pt_regs *regs)
{
	const u32 args[6] = { regs->ebx, regs->ecx, regs->edx, regs->esi, regs->edi, regs->ebp };
	u32 nr = (u32)regs->orig_eax;
	const struct syscall_info *info = syscall_info(nr);
	char text[96];
	int n = 0;

	for (int i = 0; i < (info ? info->nargs : 6); i++)
		n += scnprintf(text + n, sizeof(text) - (size_t)n, "%s%x", i ? ", " : "", args[i]);
	pr_info("%s[%d] %u %s(%.*s)\n", current->comm, current->pid, nr, info ? info->name : "?", n, text);
	return nr;
}

void entry_sysenter(void);

void sysenter_init(void)
{
	if (!boot_cpu.sysenter)
		return;
	wrmsr(MSR_SYSENTER_CS, KERNEL_CS);
	wrmsr(MSR_SYSENTER_ESP, (u32)&cpu_tables[smp_processor_id()].tss);
	wrmsr(MSR_SYSENTER_EIP, (u32)entry_sysenter);
}
