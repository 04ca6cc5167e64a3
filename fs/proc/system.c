/* SPDX-License-Identifier: MIT */
/* The system as a whole: /proc/stat, uptime, loadavg, version, cmdline, cpuinfo, interrupts, softirqs and the like (proc(5)). */
#include "fs/proc/internal.h"
#include "kernel/cpu/cpu.h"
#include "kernel/init.h"
#include "kernel/sched/softirq.h"
#include "kernel/task/internal.h"
#include "kernel/task/uts.h"
#include "kernel/time.h"
#include "kernel/timer.h"
#include "lib/abi/capability.h"
#include "lib/div64.h"

static int version_show(struct seq_file *m, void *v)
{
	down_read(&uts_sem);
	seq_printf(m, "%s version %s (gcc %s) %s\n", utsname.sysname, utsname.release, __VERSION__, utsname.version);
	up_read(&uts_sem);
	return 0;
}

static int cmdline_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s\n", saved_command_line);
	return 0;
}

static void put_time(struct seq_file *m, u64 ns, char end)
{
	u32 rem;
	u64 sec = div_u64_rem(ns, 1000000000u, &rem);

	seq_printf(m, "%llu.%02u%c", (unsigned long long)sec, rem / 10000000, end);
}

static struct cpu_times sum_cpu_times(void)
{
	struct cpu_times sum = { 0, 0, 0, 0 };
	u32 cpu;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		struct cpu_times t = cpu_times(cpu);

		sum.user_ns += t.user_ns;
		sum.system_ns += t.system_ns;
		sum.idle_ns += t.idle_ns;
		sum.softirq_ns += t.softirq_ns;
	}
	return sum;
}

static int uptime_show(struct seq_file *m, void *v)
{
	put_time(m, ktime_get(), ' ');
	put_time(m, sum_cpu_times().idle_ns, '\n');
	return 0;
}

/* The averages have 11 bits of fraction. */
static int loadavg_show(struct seq_file *m, void *v)
{
	unsigned long load[3];
	int last_pid, i;

	get_avenrun(load);
	spin_lock(&tasklist_lock);
	last_pid = list_last_entry(&init_task.tasks, struct task_struct, tasks)->pid;
	spin_unlock(&tasklist_lock);
	for (i = 0; i < 3; i++) {
		unsigned long n = load[i] + 2048 / 200;	/* round to hundredths */

		seq_printf(m, "%lu.%02lu ", n >> 11, (n & 2047) * 100 >> 11);
	}
	seq_printf(m, "%u/%d %d\n", nr_running_tasks(), nr_threads_total, last_pid);
	return 0;
}

static void put_ticks(struct seq_file *m, struct cpu_times t)
{
	seq_printf(m, " %llu 0 %llu %llu 0 0 %llu 0 0 0\n", (unsigned long long)nsec_to_clock_t(t.user_ns),
		   (unsigned long long)nsec_to_clock_t(t.system_ns), (unsigned long long)nsec_to_clock_t(t.idle_ns),
		   (unsigned long long)nsec_to_clock_t(t.softirq_ns));
}

static unsigned int count_blocked(void)
{
	struct task_struct *p, *t;
	unsigned int n = 0;

	spin_lock(&tasklist_lock);
	for_each_process(p)
		if (p->signal && p->sighand)
			for_each_thread(p, t)
				n += (t->state & TASK_UNINTERRUPTIBLE) && !t->exit_state;
	spin_unlock(&tasklist_lock);
	return n;
}

static u64 softirq_count(enum softirq nr)
{
	u64 sum = 0;

	for (u32 cpu = 0; cpu < nr_cpu_ids; cpu++)
		sum += softirq_cpus[cpu].count[nr];
	return sum;
}

static int stat_show(struct seq_file *m, void *v)
{
	u64 total = 0;
	unsigned int irq, cpu;

	seq_puts(m, "cpu ");
	put_ticks(m, sum_cpu_times());
	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		seq_printf(m, "cpu%u", cpu);
		put_ticks(m, cpu_times(cpu));
	}
	for (irq = 0; irq < NR_IRQS; irq++)
		total += irq_count(irq);
	seq_printf(m, "intr %llu", (unsigned long long)total);
	for (irq = 0; irq < NR_IRQS; irq++)
		seq_printf(m, " %llu", (unsigned long long)irq_count(irq));
	seq_printf(m, "\nctxt %llu\nbtime %llu\nprocesses %lu\nprocs_running %u\nprocs_blocked %u\n",
		   (unsigned long long)nr_context_switches(), (unsigned long long)div_u64(ktime_real_offset(), 1000000000u),
		   total_forks, nr_running_tasks(), count_blocked());
	total = 0;
	for (irq = 0; irq < NR_SOFTIRQS; irq++)
		total += softirq_count(irq);
	seq_printf(m, "softirq %llu", (unsigned long long)total);
	for (irq = 0; irq < NR_SOFTIRQS; irq++)
		seq_printf(m, " %llu", (unsigned long long)softirq_count(irq));
	seq_putc(m, '\n');
	return 0;
}

static int softirqs_show(struct seq_file *m, void *v)
{
	seq_puts(m, "                    ");
	for (u32 cpu = 0; cpu < nr_cpu_ids; cpu++)
		seq_printf(m, "CPU%-8u", cpu);
	seq_putc(m, '\n');
	for (u32 nr = 0; nr < NR_SOFTIRQS; nr++) {
		seq_printf(m, "%12s:", softirq_names[nr]);
		for (u32 cpu = 0; cpu < nr_cpu_ids; cpu++)
			seq_printf(m, " %10u", softirq_cpus[cpu].count[nr]);
		seq_putc(m, '\n');
	}
	return 0;
}

static int interrupts_show(struct seq_file *m, void *v)
{
	unsigned int irq, n, cpu;

	seq_puts(m, "     ");
	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		seq_printf(m, "      CPU%u", cpu);
	seq_putc(m, '\n');
	for (irq = 0; irq < NR_IRQS; irq++)
		if (irq_name(irq, 0)) {
			seq_printf(m, "%3u: %10llu", irq, (unsigned long long)irq_count(irq));
			for (cpu = 1; cpu < nr_cpu_ids; cpu++)
				seq_printf(m, " %9u", 0);	/* lines go to the boot CPU */
			seq_printf(m, "  %s  %s", irq_chip_name(), irq_name(irq, 0));
			for (n = 1; irq_name(irq, n); n++)
				seq_printf(m, ", %s", irq_name(irq, n));
			seq_putc(m, '\n');
		}
	for (n = 0; have_apic() && local_irq_name(n); n++) {
		if (!*local_irq_name(n))
			continue;
		seq_printf(m, "%s:", local_irq_name(n));
		for (cpu = 0; cpu < nr_cpu_ids; cpu++)
			seq_printf(m, " %9u", local_irq_count(n, cpu));
		seq_putc(m, '\n');
	}
	return 0;
}

/* Names as Linux gives them, by bit of CPUID leaf 1; NULL: reserved or without a name. */
static const char *const edx_flags[32] = {
	"fpu", "vme", "de", "pse", "tsc", "msr", "pae", "mce", "cx8", "apic", NULL, "sep", "mtrr", "pge", "mca", "cmov",
	"pat", "pse36", "pn", "clflush", NULL, "dts", "acpi", "mmx", "fxsr", "sse", "sse2", "ss", "ht", "tm", "ia64", "pbe",
};
static const char *const ecx_flags[32] = {
	"pni", "pclmulqdq", "dtes64", "monitor", "ds_cpl", "vmx", "smx", "est", "tm2", "ssse3", "cid", "sdbg", "fma", "cx16",
	"xtpr", "pdcm", NULL, "pcid", "dca", "sse4_1", "sse4_2", "x2apic", "movbe", "popcnt", "tsc_deadline_timer", "aes",
	"xsave", NULL, "avx", "f16c", "rdrand", "hypervisor",
};

static void put_flags(struct seq_file *m, u32 bits, const char *const *names)
{
	int i;

	for (i = 0; i < 32; i++)
		if ((bits & BIT(i)) && names[i])
			seq_printf(m, " %s", names[i]);
}

static void put_cpu(struct seq_file *m, u32 cpu)
{
	const struct cpu_features *c = &boot_cpu;
	u32 family = c->signature >> 8 & 15, model = c->signature >> 4 & 15;

	/* Intel SDM volume 2, CPUID leaf 1: the extended fields count for families 6 and 15. */
	if (family == 6 || family == 15)
		model |= c->signature >> 12 & 0xf0;
	if (family == 15)
		family += c->signature >> 20 & 0xff;
	seq_printf(m, "processor\t: %u\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\nmodel name\t: %s\nstepping\t: %u\n",
		   cpu, c->vendor, family, model, c->model[0] ? c->model : "unknown", c->signature & 15);
	seq_printf(m, "cpu MHz\t\t: %u.%03u\nphysical id\t: %u\nsiblings\t: 1\ncore id\t\t: 0\ncpu cores\t: 1\n", tsc_khz / 1000,
		   tsc_khz % 1000, cpu);
	seq_puts(m, "fpu\t\t: yes\nfpu_exception\t: yes\nwp\t\t: yes\nflags\t\t:");
	put_flags(m, c->edx, edx_flags);
	if (c->nx)
		seq_puts(m, " nx");
	put_flags(m, c->ecx, ecx_flags);
	seq_printf(m, "\nbogomips\t: %u.%02u\nclflush size\t: 64\ncache_alignment\t: 64\n"
		   "address sizes\t: %u bits physical, 32 bits virtual\n\n", tsc_khz / 500, tsc_khz / 5 % 100, c->phys_bits);
}

static int cpuinfo_show(struct seq_file *m, void *v)
{
	for (u32 cpu = 0; cpu < nr_cpu_ids; cpu++)
		put_cpu(m, cpu);
	return 0;
}

static int filesystems_show(struct seq_file *m, void *v)
{
	filesystems_proc_show(m);
	return 0;
}

static int devices_show(struct seq_file *m, void *v)
{
	chrdev_show(m);
	return 0;
}

/* Made by tools/kallsyms.py; empty in the first link of the kernel. */
extern const u32 kallsyms_count __weak;
extern const u32 kallsyms_addr[] __weak;
extern const u32 kallsyms_name_off[] __weak;
extern const char kallsyms_names[] __weak;

static void *kallsyms_start(struct seq_file *m, loff_t *pos)
{
	return &kallsyms_count && *pos < kallsyms_count ? (void *)(unsigned long)(*pos + 1) : NULL;
}

static void *kallsyms_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return kallsyms_start(m, pos);
}

static void kallsyms_stop(struct seq_file *m, void *v)
{
}

/* Only code is in the table. Addresses are for those who may see them. */
static int kallsyms_show(struct seq_file *m, void *v)
{
	u32 i = (u32)(unsigned long)v - 1;

	seq_printf(m, "%08x t %s\n", capable(CAP_SYSLOG) ? kallsyms_addr[i] : 0, kallsyms_names + kallsyms_name_off[i]);
	return 0;
}

static const struct seq_operations kallsyms_ops = {
	.start = kallsyms_start, .next = kallsyms_next, .stop = kallsyms_stop, .show = kallsyms_show,
};

static int proc_system_init(void)
{
	proc_create_seq("kallsyms", 0444, NULL, &kallsyms_ops);

	proc_create_single("version", 0444, NULL, version_show);
	proc_create_single("cmdline", 0444, NULL, cmdline_show);
	proc_create_single("uptime", 0444, NULL, uptime_show);
	proc_create_single("loadavg", 0444, NULL, loadavg_show);
	proc_create_single("stat", 0444, NULL, stat_show);
	proc_create_single("interrupts", 0444, NULL, interrupts_show);
	proc_create_single("softirqs", 0444, NULL, softirqs_show);
	proc_create_single("cpuinfo", 0444, NULL, cpuinfo_show);
	proc_create_single("filesystems", 0444, NULL, filesystems_show);
	proc_create_single("devices", 0444, NULL, devices_show);
	return 0;
}
fs_initcall(proc_system_init);
