/* SPDX-License-Identifier: MIT */
/*
 * Several processors. The boot CPU starts the others one by one: it gives each an idle task, whose
 * stack the trampoline (boot/trampoline.asm) jumps onto, and waits until it reports itself online. From
 * then on a CPU differs from the first only in its number, which its idle task's thread_info holds and every task
 * that it runs takes over.
 *
 * smp_call_function is one mailbox for all: call_lock admits one sender, the mask says who has still
 * to answer. A sender that waits for call_lock or for answers has its interrupts on, so two senders
 * cannot wait for each other; a softirq never sends, for it may have interrupted who holds call_lock. Panic uses
 * the non-maskable interrupt, because a CPU that hangs with interrupts off must stop too.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/io.h"
#include "kernel/cpu/irq.h"
#include "kernel/cpu/irqflags.h"
#include "kernel/cpu/smp.h"
#include "kernel/init.h"
#include "kernel/panic.h"
#include "kernel/task/internal.h"
#include "kernel/timer.h"
#include "lib/err.h"
#include "lib/kstrtox.h"
#include "lib/string.h"
#include "mm/layout.h"
#include "mm/pagetable.h"

#define TRAMPOLINE_PHYS 0x8000u		/* mm/bootmem.c reserves it */

unsigned long cpu_online_mask = 1;
static u8 apic_ids[MAX_CPUS];
static unsigned int max_cpus = MAX_CPUS;

static int set_maxcpus(const char *value) { return kstrtouint(value, 10, &max_cpus); }
early_param("maxcpus", set_maxcpus);

/* ---- starting ---- */

extern u8 trampoline_start[], trampoline_end[], trampoline_nx[];
pgd_t trampoline_pg_dir[4] __aligned(32);
void *secondary_stack;			/* for the one CPU that is being started */

/* The first C that a CPU runs, on its idle task's stack, interrupts off. */
void secondary_start(void) __noreturn;
void secondary_start(void)
{
	u32 cpu = smp_processor_id();

	cpu_enable();
	gdt_init(cpu);
	idt_load();
	sysenter_init();
	fpu_init_cpu();
	apic_enable();
	sched_init_idle(current);
	timer_start_cpu();
	set_bit((int)cpu, &cpu_online_mask);
	cpu_idle();
}

static bool start_cpu(u32 cpu)
{
	struct task_struct *idle = fork_idle(cpu);
	u64 end;

	if (IS_ERR(idle))
		return false;
	secondary_stack = (u8 *)idle->thread_info + THREAD_SIZE;
	apic_start_cpu(apic_ids[cpu], TRAMPOLINE_PHYS);
	/* A virtual CPU may be put aside by its host for seconds. */
	for (end = ktime_get() + 10 * NSEC_PER_SEC; !(READ_ONCE(cpu_online_mask) >> cpu & 1) && ktime_get() < end;)
		cpu_relax();
	return cpu_online(cpu);
}

static void prepare_trampoline(void)
{
	u8 *to = __va(TRAMPOLINE_PHYS);

	memcpy(to, trampoline_start, (size_t)(trampoline_end - trampoline_start));
	*(u32 *)(to + (trampoline_nx - trampoline_start)) = boot_cpu.nx;
	trampoline_pg_dir[0] = trampoline_pg_dir[3] = swapper_pg_dir[3];
}

void smp_init(void)
{
	u32 boot_id = have_apic() ? apic_id() : 0, n = 1;

	apic_ids[0] = (u8)boot_id;
	if (!have_apic())
		return;
	for (u32 i = 0; i < madt.nr_cpus && n < min(max_cpus, (unsigned int)MAX_CPUS); i++)
		if (madt.cpu_apic_id[i] != boot_id)
			apic_ids[n++] = madt.cpu_apic_id[i];
	if (n < 2)
		return;
	prepare_trampoline();
	for (u32 cpu = 1; cpu < n; cpu++) {
		nr_cpu_ids = cpu + 1;
		if (!start_cpu(cpu)) {
			pr_err("smp: CPU %u does not start\n", cpu);
			nr_cpu_ids = cpu;
			break;		/* its number must not go to another: it may still wake up */
		}
	}
	pr_info("smp: %u CPUs\n", nr_cpu_ids);
}

/* ---- calling ---- */

void smp_send_reschedule(u32 cpu) { apic_send_ipi(apic_ids[cpu], RESCHEDULE_VECTOR); }

static DEFINE_SPINLOCK(call_lock);
static struct {
	void (*fn)(void *);
	void *arg;
	unsigned long todo;		/* CPUs that have not answered yet */
} call;

/* call_lock held. */
static void send_call(unsigned long mask, void (*fn)(void *), void *arg)
{
	call.fn = fn;
	call.arg = arg;
	__atomic_store_n(&call.todo, mask, __ATOMIC_SEQ_CST);
	for (u32 cpu = 0; cpu < nr_cpu_ids; cpu++)
		if (mask >> cpu & 1)
			apic_send_ipi(apic_ids[cpu], CALL_VECTOR);
}

static void wait_for_answers(void)
{
	while (__atomic_load_n(&call.todo, __ATOMIC_ACQUIRE))
		cpu_relax();
}

void smp_call_function(unsigned long mask, void (*fn)(void *), void *arg)
{
	mask &= cpu_online_mask & ~BIT(smp_processor_id());
	if (!mask)
		return;
	if (DEBUG && (irqs_disabled() || in_serving_softirq()))
		panic("smp_call_function with interrupts off, or in a softirq, from %p", __builtin_return_address(0));
	spin_lock(&call_lock);
	send_call(mask, fn, arg);
	wait_for_answers();
	spin_unlock(&call_lock);
}

void smp_call_interrupt(void)
{
	u32 cpu = smp_processor_id();

	if (!(__atomic_load_n(&call.todo, __ATOMIC_ACQUIRE) >> cpu & 1))
		return;
	call.fn(call.arg);
	clear_bit((int)cpu, &call.todo);
}

#if DEBUG
/*
 * The others come to the gate by interrupt and wait there with interrupts off. One that was interrupted in the middle of
 * something (a spinlock, a softirq, preemption off) says so; then all are let go, and it is tried again.
 */
#define STOP_TRIES 1000
static struct {
	atomic_t waiting, busy;
	bool open;
} gate;

static void wait_at_gate(void *unused)
{
	(void)unused;
	if (preempt_count() != HARDIRQ_OFFSET)
		atomic_inc(&gate.busy);
	atomic_inc(&gate.waiting);
	while (!READ_ONCE(gate.open))
		cpu_relax();
}

static bool try_to_stop(void (*fn)(void *), void *arg)
{
	unsigned long mask, flags;
	int others = -1;
	bool quiet;

	spin_lock(&call_lock);
	mask = cpu_online_mask & ~BIT(smp_processor_id());
	for_each_online_cpu(cpu)
		others++;
	atomic_set(&gate.waiting, 0);
	atomic_set(&gate.busy, 0);
	WRITE_ONCE(gate.open, false);
	send_call(mask, wait_at_gate, NULL);
	while (atomic_read(&gate.waiting) < others)
		cpu_relax();
	flags = local_irq_save();
	quiet = !atomic_read(&gate.busy);
	if (quiet)
		fn(arg);
	local_irq_restore(flags);
	WRITE_ONCE(gate.open, true);
	wait_for_answers();
	spin_unlock(&call_lock);
	return quiet;
}

bool stop_machine(void (*fn)(void *), void *arg)
{
	might_sleep();
	for (int tries = 0; tries < STOP_TRIES; tries++) {
		if (try_to_stop(fn, arg))
			return true;
		yield();
	}
	return false;
}
#endif

static bool stopping;

void smp_send_stop(void)
{
	if (!have_apic())
		return;
	stopping = true;
	smp_mb();
	for (u32 cpu = 0; cpu < nr_cpu_ids; cpu++)
		if (cpu_online(cpu) && cpu != smp_processor_id())
			apic_send_nmi(apic_ids[cpu]);
}

#if DEBUG
/* The other CPU may hold the log's lock, so it only notes its call chain, and we print it. */
#define MAX_FRAMES 16
static struct {
	volatile u32 cpu;		/* who is asked, plus 1; 0: it has answered */
	unsigned int n;
	unsigned long frames[MAX_FRAMES];
} asked;

void smp_show_cpu(u32 cpu)
{
	char where[48];

	if (!have_apic() || !cpu_online(cpu))
		return;
	asked.n = 0;
	__atomic_store_n(&asked.cpu, cpu + 1, __ATOMIC_SEQ_CST);
	apic_send_nmi(apic_ids[cpu]);
	for (u64 end = ktime_get() + 10 * NSEC_PER_SEC; __atomic_load_n(&asked.cpu, __ATOMIC_ACQUIRE) && ktime_get() < end;)
		cpu_relax();
	pr_err("CPU %u %s\n", cpu, asked.cpu ? "does not answer" : "is at:");
	for (unsigned int i = 0; i < asked.n; i++) {
		lockdep_place(where, sizeof(where), (void *)asked.frames[i]);
		pr_err(" [<%08lx>] %s\n", asked.frames[i], where);
	}
}

bool smp_asked(const struct pt_regs *regs)
{
	unsigned long ebp = regs->ebp, stack = (unsigned long)current_thread_info();

	if (asked.cpu != smp_processor_id() + 1)
		return false;
	asked.frames[asked.n++] = regs->eip;
	while (!user_mode(regs) && asked.n < MAX_FRAMES && ebp >= stack && ebp <= stack + THREAD_SIZE - 8 && !(ebp & 3)) {
		const unsigned long *frame = (const unsigned long *)ebp;

		asked.frames[asked.n++] = frame[1];
		if (frame[0] <= ebp)
			break;
		ebp = frame[0];
	}
	__atomic_store_n(&asked.cpu, 0, __ATOMIC_RELEASE);
	return true;
}
#endif

void smp_stopped(void)
{
	if (!READ_ONCE(stopping))
		return;
	for (;;)
		__asm__ volatile("cli; hlt");
}
