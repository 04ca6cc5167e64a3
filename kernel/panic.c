/* SPDX-License-Identifier: MIT */
/*
 * When the kernel finds itself broken: say what, where and how it came there, then stop. Under the
 * tests' command line (panic=-1) the machine restarts at once, which ends QEMU; panic=N waits N
 * seconds first; without the parameter it stays, so that the message can be read.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/irqflags.h"
#include "kernel/cpu/smp.h"
#include "kernel/init.h"
#include "kernel/panic.h"
#include "kernel/sched/lockdep.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/kstrtox.h"
#include "lib/printf.h"
#include "mm/page.h"

static int panic_timeout;
static bool in_panic;
bool system_running;
static bool no_current;		/* on the double-fault stack: do not look for thread_info */

static int set_panic(const char *value) { return kstrtoint(value, 10, &panic_timeout); }
early_param("panic", set_panic);

extern char _text[], _etext[];

static bool is_kernel_text(unsigned long a) { return a >= (unsigned long)_text && a < (unsigned long)_etext; }

static void print_address(unsigned long a)
{
	unsigned long offset;
	const char *name = kallsyms_lookup(a, &offset);

	printk(LOG_EMERG, " [<%08lx>] %s+0x%lx\n", a, name ?: "?", name ? offset : 0);
}

/* Frames are linked through ebp; each must lie above the one before, within one stack. */
void dump_stack_from(unsigned long ebp)
{
	unsigned long low = ebp, high = (ebp & ~(THREAD_SIZE - 1ul)) + THREAD_SIZE;

	printk(LOG_EMERG, "Call trace:\n");
	for (int depth = 0; depth < 32; depth++) {
		const unsigned long *frame = (const unsigned long *)ebp;

		if (ebp < PAGE_OFFSET || ebp < low || ebp + 8 > high || (ebp & 3) || !is_kernel_text(frame[1]))
			return;
		print_address(frame[1]);
		low = ebp + 8;
		ebp = frame[0];
	}
}

void dump_stack(void) { dump_stack_from((unsigned long)__builtin_frame_address(0)); }

void show_regs(const struct pt_regs *r)
{
	printk(LOG_EMERG, "eip: %04x:%08x eflags: %08x error: %x\n", r->cs, r->eip, r->eflags, r->error);
	printk(LOG_EMERG, "eax: %08x ebx: %08x ecx: %08x edx: %08x\n", r->eax, r->ebx, r->ecx, r->edx);
	printk(LOG_EMERG, "esi: %08x edi: %08x ebp: %08x esp: %08x\n", r->esi, r->edi, r->ebp,
	       user_mode(r) || r->orig_eax == ~8 ? r->esp : (u32)&r->esp);
	if (is_kernel_text(r->eip)) {
		print_address(r->eip);
		dump_stack_from(r->ebp);
	}
}

static void say_where(void)
{
	struct task_struct *t;

	if (no_current)
		return;
	t = current;
	printk(LOG_EMERG, "CPU %u, task %s[%d], preempt_count %x\n", smp_processor_id(),
	       t ? t->comm : "?", t ? t->pid : -1, preempt_count());
#if DEBUG
	show_held_locks();
#endif
}

static void __noreturn stop(void)
{
	printk(LOG_EMERG, "---[ end of panic ]---\n");
	debug_exit(0x7f);
	if (panic_timeout != 0) {
		for (int i = 0; i < panic_timeout; i++)
			udelay(1000000);
		machine_restart();
	}
	machine_halt();
}

void panic(const char *fmt, ...)
{
	char text[256];
	va_list args;

	local_irq_disable();
	if (__atomic_exchange_n(&in_panic, true, __ATOMIC_SEQ_CST))
		machine_halt();
	smp_send_stop();
	lockdep_off();
	console_loglevel = LOG_DEBUG + 1;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	printk(LOG_EMERG, "Kernel panic: %s\n", text);
	say_where();
	if (!no_current)
		dump_stack_from((unsigned long)__builtin_frame_address(0));
	stop();
}

void panic_from_double_fault(const struct pt_regs *regs, u32 cr2, bool stack_overflow)
{
	lockdep_off();
	no_current = true;
	in_panic = false;
	console_loglevel = LOG_DEBUG + 1;
	show_regs(regs);
	panic("%s, fault address %08x", stack_overflow ? "kernel stack overflow" : "double fault", cr2);
}

void warn_report(const char *file, int line, const char *what)
{
	pr_err("WARNING: %s:%d: %s\n", file, line, what);
	dump_stack();
}

#if DEBUG
static const char *context(void)
{
	return in_irq() ? "in a hard interrupt" : in_serving_softirq() ? "in a softirq" : in_softirq() ? "softirqs off" :
	       in_atomic() ? "preemption off" : "interrupts off";
}

void might_sleep(void)
{
	if (!system_running || in_panic || (!in_atomic() && !irqs_disabled()))
		return;
	panic("sleeping function called from atomic context (%s) at %p", context(), __builtin_return_address(0));
}
#endif
