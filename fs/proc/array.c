/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/stat, status, statm and sched (proc(5)): what ps and top read. The layout is the ABI; programs count fields.
 *
 * A task's group, session, parent, terminal and signal state are read together under tasklist_lock, so that a task
 * that is just ending shows either state but no mixture.
 */
#include "fs/proc/internal.h"
#include "kernel/cpu/cpu.h"
#include "lib/abi/sched.h"
#include "lib/div64.h"
#include "lib/string.h"
#include "mm/mm.h"

/* The terminal driver says what number a terminal has and which group is in its foreground; without one: none. */
struct tty_struct;
u32 __weak tty_devnum(struct tty_struct *tty) { return 0; }
int __weak tty_foreground_pgrp(struct tty_struct *tty) { return -1; }

u64 nsec_to_clock_t(u64 ns)
{
	return div_u64(ns, 1000000000u / 100);
}

struct task_summary {
	int ppid, pgrp, session, tpgid, threads, exit_code;
	u32 tty_nr;
	char state;
	u64 utime, stime, cutime, cstime;
	unsigned long min_flt, maj_flt, cmin_flt, cmaj_flt;
	sigmask_t pending, shared_pending, blocked, ignored, caught;
};

static char state_char(const struct task_struct *t)
{
	u32 state = READ_ONCE(t->state);

	if (t->exit_state)
		return t->exit_state == EXIT_ZOMBIE ? 'Z' : 'X';
	if (state & TASK_INTERRUPTIBLE)
		return 'S';
	if (state & TASK_UNINTERRUPTIBLE)
		return 'D';
	if (state & TASK_STOPPED)
		return 'T';
	if (state & TASK_TRACED)
		return 't';
	return state & TASK_DEAD ? 'X' : 'R';
}

static const char *state_name(char c)
{
	switch (c) {
	case 'R': return "R (running)";
	case 'S': return "S (sleeping)";
	case 'D': return "D (disk sleep)";
	case 'T': return "T (stopped)";
	case 't': return "t (tracing stop)";
	case 'Z': return "Z (zombie)";
	default: return "X (dead)";
	}
}

/* tasklist_lock held. */
static void collect_signals(struct task_struct *t, struct task_summary *s)
{
	unsigned long flags;
	int i;

	if (!t->sighand)
		return;
	spin_lock_irqsave(&t->sighand->siglock, flags);
	s->pending = t->pending.signal;
	s->shared_pending = t->signal->shared_pending.signal;
	s->blocked = t->blocked;
	s->threads = t->signal->nr_threads;
	for (i = 0; i < 64; i++) {
		unsigned long h = t->sighand->action[i].sa_handler;

		if (h == (unsigned long)SIG_IGN)
			s->ignored |= 1ull << i;
		else if (h != (unsigned long)SIG_DFL)
			s->caught |= 1ull << i;
	}
	spin_unlock_irqrestore(&t->sighand->siglock, flags);
}

/* tasklist_lock held. */
static void collect_group(struct task_struct *t, struct task_summary *s)
{
	struct signal_struct *sig = t->signal;
	struct task_struct *each;

	assert_spin_locked(&tasklist_lock);
	s->min_flt = sig->min_flt;
	s->maj_flt = sig->maj_flt;
	if (t->sighand)
		for_each_thread(t, each) {
			s->min_flt += each->min_flt;
			s->maj_flt += each->maj_flt;
		}
}

static void collect(struct task_struct *t, struct task_summary *s, bool whole_process)
{
	memset(s, 0, sizeof(*s));
	s->tpgid = -1;
	spin_lock(&tasklist_lock);
	if (whole_process)
		thread_group_cputime(t, &s->utime, &s->stime);
	s->state = state_char(t);
	s->exit_code = t->exit_code;
	s->threads = 1;
	if (t->real_parent)
		s->ppid = t->real_parent->tgid;
	if (!whole_process) {
		s->utime = t->utime;
		s->stime = t->stime;
		s->min_flt = t->min_flt;
		s->maj_flt = t->maj_flt;
	}
	if (t->signal) {
		s->pgrp = t->signal->pgrp;
		s->session = t->signal->session;
		s->cutime = t->signal->cutime;
		s->cstime = t->signal->cstime;
		s->cmin_flt = t->signal->cmin_flt;
		s->cmaj_flt = t->signal->cmaj_flt;
		if (t->signal->tty) {
			s->tty_nr = new_encode_dev(tty_devnum(t->signal->tty));
			s->tpgid = tty_foreground_pgrp(t->signal->tty);
		}
		if (whole_process)
			collect_group(t, s);
	}
	collect_signals(t, s);
	spin_unlock(&tasklist_lock);
}

static void get_comm(struct task_struct *t, char *comm)
{
	spin_lock(&t->alloc_lock);
	memcpy(comm, t->comm, TASK_COMM_LEN);
	spin_unlock(&t->alloc_lock);
	comm[TASK_COMM_LEN - 1] = '\0';
}

struct mm_summary {
	unsigned long vsize, rss, start_code, end_code, start_stack, start_data, end_data, start_brk;
	unsigned long arg_start, arg_end, env_start, env_end;
};

/* Addresses are shown to those who may look into the memory itself. */
static void collect_mm(struct task_struct *t, struct mm_summary *s)
{
	struct mm_struct *mm = get_task_mm(t);

	memset(s, 0, sizeof(*s));
	if (!mm)
		return;
	s->vsize = mm->total_vm << PAGE_SHIFT;
	s->rss = get_mm_rss(mm);
	if (proc_may_inspect(t)) {
		s->start_code = mm->start_code;
		s->end_code = mm->end_code;
		s->start_stack = mm->start_stack;
		s->start_data = mm->start_data;
		s->end_data = mm->end_data;
		s->start_brk = mm->start_brk;
		s->arg_start = mm->arg_start;
		s->arg_end = mm->arg_end;
		s->env_start = mm->env_start;
		s->env_end = mm->env_end;
	}
	mmput(mm);
}

/* All are unsigned decimal numbers with a blank in front. */
static void put_num(struct seq_file *m, u64 v)
{
	seq_printf(m, " %llu", (unsigned long long)v);
}

static int priority_of(const struct task_struct *t)
{
	return t->policy == SCHED_FIFO || t->policy == SCHED_RR ? -1 - (int)t->rt_priority : t->static_prio - 100;
}

static int do_stat(struct seq_file *m, struct task_struct *t, bool whole_process)
{
	struct task_summary s;
	struct mm_summary mm;
	char comm[TASK_COMM_LEN];
	u64 rss_limit = t->signal ? t->signal->rlim[RLIMIT_RSS].cur : 0;

	collect(t, &s, whole_process);
	collect_mm(t, &mm);
	get_comm(t, comm);
	seq_printf(m, "%d (%s) %c %d %d %d %d %d %u", t->pid, comm, s.state, s.ppid, s.pgrp, s.session, (int)s.tty_nr,
		   s.tpgid, t->flags);
	put_num(m, s.min_flt);
	put_num(m, s.cmin_flt);
	put_num(m, s.maj_flt);
	put_num(m, s.cmaj_flt);
	put_num(m, nsec_to_clock_t(s.utime));
	put_num(m, nsec_to_clock_t(s.stime));
	put_num(m, nsec_to_clock_t(s.cutime));
	put_num(m, nsec_to_clock_t(s.cstime));
	seq_printf(m, " %d %d %d 0", priority_of(t), prio_to_nice(t->static_prio), s.threads);
	put_num(m, nsec_to_clock_t(t->start_time));
	put_num(m, mm.vsize);
	put_num(m, mm.rss);
	put_num(m, rss_limit > 0xffffffffu ? 0xffffffffu : rss_limit);
	put_num(m, mm.start_code);
	put_num(m, mm.end_code);
	put_num(m, mm.start_stack);
	seq_puts(m, " 0 0");	/* kstkesp, kstkeip: only while it dumps core */
	put_num(m, s.pending & 0x7fffffff);
	put_num(m, s.blocked & 0x7fffffff);
	put_num(m, s.ignored & 0x7fffffff);
	put_num(m, s.caught & 0x7fffffff);
	seq_printf(m, " %d 0 0 %d %u %u %u 0 0 0", s.state == 'S' || s.state == 'D', t->exit_signal, t->cpu,
		   t->rt_priority, t->policy);
	put_num(m, mm.start_data);
	put_num(m, mm.end_data);
	put_num(m, mm.start_brk);
	put_num(m, mm.arg_start);
	put_num(m, mm.arg_end);
	put_num(m, mm.env_start);
	put_num(m, mm.env_end);
	seq_printf(m, " %d\n", s.exit_code);
	return 0;
}

int proc_tgid_stat(struct seq_file *m, struct task_struct *t)
{
	return do_stat(m, t, true);
}

int proc_pid_stat(struct seq_file *m, struct task_struct *t)
{
	return do_stat(m, t, false);
}

int proc_pid_statm(struct seq_file *m, struct task_struct *t)
{
	struct mm_struct *mm = get_task_mm(t);

	if (!mm) {
		seq_puts(m, "0 0 0 0 0 0 0\n");
		return 0;
	}
	seq_printf(m, "%lu %lu %lu %lu 0 %lu 0\n", mm->total_vm, get_mm_rss(mm), mm->file_rss + mm->shmem_rss,
		   (PAGE_ALIGN(mm->end_code) - (mm->start_code & PAGE_MASK)) >> PAGE_SHIFT, mm->data_vm + mm->stack_vm);
	mmput(mm);
	return 0;
}

static void put_kb(struct seq_file *m, const char *name, unsigned long pages)
{
	seq_printf(m, "%s:\t%8lu kB\n", name, pages << (PAGE_SHIFT - 10));
}

static void status_mm(struct seq_file *m, struct mm_struct *mm)
{
	unsigned long rss = get_mm_rss(mm);
	unsigned long text = (PAGE_ALIGN(mm->end_code) - (mm->start_code & PAGE_MASK)) >> PAGE_SHIFT;

	put_kb(m, "VmPeak", max(mm->hiwater_vm, mm->total_vm));
	put_kb(m, "VmSize", mm->total_vm);
	put_kb(m, "VmLck", mm->locked_vm);
	put_kb(m, "VmPin", 0);
	put_kb(m, "VmHWM", max(mm->hiwater_rss, rss));
	put_kb(m, "VmRSS", rss);
	put_kb(m, "RssAnon", mm->anon_rss);
	put_kb(m, "RssFile", mm->file_rss);
	put_kb(m, "RssShmem", mm->shmem_rss);
	put_kb(m, "VmData", mm->data_vm);
	put_kb(m, "VmStk", mm->stack_vm);
	put_kb(m, "VmExe", min(text, mm->exec_vm));
	put_kb(m, "VmLib", mm->exec_vm - min(text, mm->exec_vm));
	put_kb(m, "VmPTE", mm->nr_ptes);
	put_kb(m, "VmSwap", mm->swap_usage);
}

static void status_ids(struct seq_file *m, struct task_struct *t)
{
	unsigned int groups[32], n, i;
	struct cred c;

	spin_lock(&t->alloc_lock);
	c = *t->cred;
	spin_unlock(&t->alloc_lock);
	n = min_t(unsigned int, c.ngroups, ARRAY_SIZE(groups));
	seq_printf(m, "Uid:\t%u\t%u\t%u\t%u\n", c.uid, c.euid, c.suid, c.fsuid);
	seq_printf(m, "Gid:\t%u\t%u\t%u\t%u\n", c.gid, c.egid, c.sgid, c.fsgid);
	spin_lock(&t->alloc_lock);
	i = t->files ? t->files->fdt->max_fds : 0;
	spin_unlock(&t->alloc_lock);
	seq_printf(m, "FDSize:\t%u\nGroups:\t", i);
	for (i = 0; i < n; i++)
		seq_printf(m, "%u ", c.groups[i]);
	seq_putc(m, '\n');
}

static void status_caps(struct seq_file *m, struct task_struct *t)
{
	const struct cred *c;

	spin_lock(&t->alloc_lock);
	c = get_cred(t->cred);
	spin_unlock(&t->alloc_lock);
	seq_printf(m, "CapInh:\t%016llx\n", (unsigned long long)c->cap_inheritable);
	seq_printf(m, "CapPrm:\t%016llx\n", (unsigned long long)c->cap_permitted);
	seq_printf(m, "CapEff:\t%016llx\n", (unsigned long long)c->cap_effective);
	put_cred(c);
}

static void put_cpu_list(struct seq_file *m, u32 mask)
{
	const char *comma = "";
	unsigned int cpu, last;

	seq_printf(m, "Cpus_allowed:\t%x\nCpus_allowed_list:\t", mask);
	for (cpu = 0; cpu < MAX_CPUS; cpu = last + 1) {
		for (last = cpu; last < MAX_CPUS && (mask & BIT(last)); last++)
			;
		if (last == cpu)
			continue;
		seq_printf(m, last - 1 > cpu ? "%s%u-%u" : "%s%u", comma, cpu, last - 1);
		comma = ",";
	}
	seq_putc(m, '\n');
}

int proc_pid_status(struct seq_file *m, struct task_struct *t)
{
	struct task_summary s;
	struct mm_struct *mm;
	char comm[TASK_COMM_LEN];
	int umask = -1;

	collect(t, &s, false);
	get_comm(t, comm);
	spin_lock(&t->alloc_lock);
	if (t->fs)
		umask = t->fs->umask;
	spin_unlock(&t->alloc_lock);
	seq_puts(m, "Name:\t");
	seq_escape(m, comm, "\n\\");
	if (umask >= 0)
		seq_printf(m, "\nUmask:\t%04o", umask);
	seq_printf(m, "\nState:\t%s\nTgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t%d\n", state_name(s.state), t->tgid,
		   t->pid, s.ppid, 0);
	status_ids(m, t);
	seq_printf(m, "NStgid:\t%d\nNSpid:\t%d\nNSpgid:\t%d\nNSsid:\t%d\n", t->tgid, t->pid, s.pgrp, s.session);
	mm = get_task_mm(t);
	if (mm) {
		status_mm(m, mm);
		mmput(mm);
	}
	seq_printf(m, "Threads:\t%d\n", s.threads);
	seq_printf(m, "SigPnd:\t%016llx\n", (unsigned long long)s.pending);
	seq_printf(m, "ShdPnd:\t%016llx\n", (unsigned long long)s.shared_pending);
	seq_printf(m, "SigBlk:\t%016llx\n", (unsigned long long)s.blocked);
	seq_printf(m, "SigIgn:\t%016llx\n", (unsigned long long)s.ignored);
	seq_printf(m, "SigCgt:\t%016llx\n", (unsigned long long)s.caught);
	status_caps(m, t);
	put_cpu_list(m, t->cpus_allowed & (BIT(nr_cpu_ids) - 1));
	seq_printf(m, "voluntary_ctxt_switches:\t%lu\nnonvoluntary_ctxt_switches:\t%lu\n", t->nvcsw, t->nivcsw);
	return 0;
}

/* Times are in ms with six digits behind the point. */
static void put_ms(struct seq_file *m, const char *name, u64 ns)
{
	u32 rest;
	u64 ms = div_u64_rem(ns, NSEC_PER_MSEC, &rest);

	seq_printf(m, "%-45s:%14llu.%06u\n", name, (unsigned long long)ms, rest);
}

int proc_sched_show(struct seq_file *m, struct task_struct *t)
{
	char comm[TASK_COMM_LEN];
	u64 sum = task_runtime_ns(t);
	const struct { const char *name; u64 value; } counts[] = {
		{ "se.nr_migrations", t->se.nr_migrations }, { "nr_switches", (u64)t->nvcsw + t->nivcsw },
		{ "nr_voluntary_switches", t->nvcsw }, { "nr_involuntary_switches", t->nivcsw },
		{ "se.load.weight", t->se.weight }, { "policy", t->policy },
		{ "prio", t->rt_priority ? 99 - t->rt_priority : (u32)t->static_prio },
	};

	get_comm(t, comm);
	seq_printf(m, "%s (%d, #threads: %d)\n%s\n", comm, t->pid, t->signal->nr_threads,
		   "-------------------------------------------------------------------");
	put_ms(m, "se.exec_start", t->se.exec_start);
	put_ms(m, "se.vruntime", t->se.vruntime);
	put_ms(m, "se.sum_exec_runtime", sum);
	for (u32 i = 0; i < ARRAY_SIZE(counts); i++)
		seq_printf(m, "%-45s:%21llu\n", counts[i].name, (unsigned long long)counts[i].value);
	return 0;
}
