/* SPDX-License-Identifier: MIT */
/*
 * Waiting for children: which of them has something to tell (it has ended, stopped, or gone on), and taking
 * the news so that it is told once. A process waits on its own wait_chldexit; whoever changes a child's
 * state wakes it. tasklist_lock keeps children and their states still during one look at all of them.
 * Sources: wait(2), wait4(2), waitid(2).
 */
#include "kernel/cpu/uaccess.h"
#include "kernel/task/internal.h"
#include "kernel/task/pid.h"
#include "lib/abi/errno.h"
#include "lib/abi/wait.h"
#include "lib/string.h"


struct wait_opts {
	int which;			/* -1: any child, 0: pgrp, 1: pid */
	int nr;
	int options;
	struct kernel_siginfo *info;		/* kernel memory: waitid */
	int *status;			/* kernel memory: wait4 */
	struct rusage *rusage;		/* kernel memory, or NULL */
	bool found;			/* there is a child that could be waited for */
};

static bool eligible(const struct wait_opts *wo, const struct task_struct *p)
{
	bool clone_child = p->exit_signal != SIGCHLD;

	if (wo->which == 1 ? p->pid != wo->nr : wo->which == 0 && task_pgrp(p) != wo->nr)
		return false;
	return wo->options & __WALL || clone_child == !!(wo->options & __WCLONE);
}

static void fill_info(struct wait_opts *wo, struct task_struct *p, int code, int status)
{
	if (!wo->info)
		return;
	memset(wo->info, 0, sizeof(*wo->info));
	wo->info->si_signo = SIGCHLD;
	wo->info->si_code = code;
	wo->info->si_pid = p->pid;
	wo->info->si_uid = p->cred->uid;
	wo->info->si_status = status;
}

static void add_child_times(struct signal_struct *mine, struct task_struct *p)
{
	struct signal_struct *sig = p->signal;

	mine->cutime += sig->utime + sig->cutime;
	mine->cstime += sig->stime + sig->cstime;
	mine->cnvcsw += sig->nvcsw + sig->cnvcsw;
	mine->cnivcsw += sig->nivcsw + sig->cnivcsw;
	mine->cmin_flt += sig->min_flt + sig->cmin_flt;
	mine->cmaj_flt += sig->maj_flt + sig->cmaj_flt;
	mine->cmaxrss = max(mine->cmaxrss, max(sig->maxrss, sig->cmaxrss));
}

static int zombie_status(const struct task_struct *p)
{
	return p->signal->flags & SIGNAL_GROUP_EXIT ? p->signal->group_exit_code : p->exit_code;
}

/* Each returns the child's number if it has something to tell, else 0. tasklist_lock held; released if so. */
static int wait_zombie(struct wait_opts *wo, struct task_struct *p)
{
	int status = zombie_status(p), pid = p->pid;

	if (!(wo->options & WEXITED) || p->exit_state != EXIT_ZOMBIE || p->signal->nr_threads > 0)
		return 0;
	if (wo->rusage)
		getrusage_of(p, RUSAGE_BOTH_TASK, wo->rusage);
	if (wo->status)
		*wo->status = status;
	if (status & 0x7f)
		fill_info(wo, p, status & 0x80 ? CLD_DUMPED : CLD_KILLED, status & 0x7f);
	else
		fill_info(wo, p, CLD_EXITED, status >> 8);
	if (wo->options & WNOWAIT) {
		spin_unlock(&tasklist_lock);
		return pid;
	}
	p->exit_state = EXIT_DEAD;
	add_child_times(current->signal, p);
	spin_unlock(&tasklist_lock);
	release_task(p);
	return pid;
}

static int wait_stopped(struct wait_opts *wo, struct task_struct *p)
{
	int pid = p->pid, sig;
	unsigned long irq;

	if (!(wo->options & WSTOPPED))
		return 0;
	spin_lock_irqsave(&p->sighand->siglock, irq);
	sig = p->signal->flags & SIGNAL_STOP_STOPPED ? p->signal->group_exit_code : 0;
	if (sig && !(wo->options & WNOWAIT))
		p->signal->group_exit_code = 0;
	spin_unlock_irqrestore(&p->sighand->siglock, irq);
	if (!sig)
		return 0;
	if (wo->rusage)
		getrusage_of(p, RUSAGE_BOTH_TASK, wo->rusage);
	if (wo->status)
		*wo->status = sig << 8 | 0x7f;
	fill_info(wo, p, CLD_STOPPED, sig);
	spin_unlock(&tasklist_lock);
	return pid;
}

static int wait_continued(struct wait_opts *wo, struct task_struct *p)
{
	int pid = p->pid;
	unsigned long irq;
	bool continued;

	if (!(wo->options & WCONTINUED))
		return 0;
	spin_lock_irqsave(&p->sighand->siglock, irq);
	continued = p->signal->flags & SIGNAL_STOP_CONTINUED;
	if (continued && !(wo->options & WNOWAIT))
		p->signal->flags &= ~SIGNAL_STOP_CONTINUED;
	spin_unlock_irqrestore(&p->sighand->siglock, irq);
	if (!continued)
		return 0;
	if (wo->rusage)
		getrusage_of(p, RUSAGE_BOTH_TASK, wo->rusage);
	if (wo->status)
		*wo->status = 0xffff;
	fill_info(wo, p, CLD_CONTINUED, SIGCONT);
	spin_unlock(&tasklist_lock);
	return pid;
}

/* One look at all children of all our threads. 0: nothing yet. */
static int look(struct wait_opts *wo)
{
	struct task_struct *thread, *p;

	spin_lock(&tasklist_lock);
	wo->found = false;
	list_for_each_entry(thread, &current->signal->thread_head, thread_group) {
		list_for_each_entry(p, &thread->children, sibling) {
			int pid;

			if (!eligible(wo, p) || p->exit_state == EXIT_DEAD)
				continue;
			wo->found = true;
			pid = wait_zombie(wo, p);
			if (!pid && p->signal->nr_threads > 0)		/* the leader may have ended, and the others stop */
				pid = wait_stopped(wo, p) ?: wait_continued(wo, p);
			if (pid)
				return pid;
		}
		if (wo->options & __WNOTHREAD)
			break;
	}
	spin_unlock(&tasklist_lock);
	return 0;
}

static int do_wait(struct wait_opts *wo)
{
	int pid;
	DEFINE_WAIT(wait);

	for (;;) {
		prepare_to_wait(&current->signal->wait_chldexit, &wait, TASK_INTERRUPTIBLE);
		pid = look(wo);
		if (pid)
			break;
		pid = wo->found ? 0 : -ECHILD;
		if (pid || wo->options & WNOHANG)
			break;
		pid = -ERESTARTSYS;
		if (signal_pending(current))
			break;
		schedule();
	}
	finish_wait(&current->signal->wait_chldexit, &wait);
	return pid;
}

long sys_wait4(int upid, int *status, int options, struct rusage *ru);
long sys_wait4(int upid, int *status, int options, struct rusage *ru)
{
	struct rusage r;
	int code = 0;
	struct wait_opts wo = { .options = options | WEXITED, .status = &code, .rusage = ru ? &r : NULL };
	int pid;

	if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL))
		return -EINVAL;
	if (upid == (int)0x80000000)
		return -ESRCH;
	wo.which = upid == -1 ? -1 : upid > 0;
	wo.nr = upid > 0 ? upid : upid == 0 ? task_pgrp(current) : -upid;
	pid = do_wait(&wo);
	if (pid <= 0)
		return pid;
	if (status && put_user(code, status))
		return -EFAULT;
	if (ru && copy_to_user(ru, &r, sizeof(r)))
		return -EFAULT;
	return pid;
}

long sys_waitpid(int pid, int *status, int options);
long sys_waitpid(int pid, int *status, int options) { return sys_wait4(pid, status, options, NULL); }

long sys_waitid(int which, int nr, struct siginfo *infop, int options, struct rusage *ru);
long sys_waitid(int which, int nr, struct siginfo *infop, int options, struct rusage *ru)
{
	struct kernel_siginfo info = { 0 };
	struct rusage r;
	struct wait_opts wo = { .nr = nr, .options = options, .info = &info, .rusage = ru ? &r : NULL };
	int pid;

	if (options & ~(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL) ||
	    !(options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	switch (which) {
	case P_ALL:
		wo.which = -1;
		break;
	case P_PID:
		wo.which = 1;
		if (nr <= 0)
			return -EINVAL;
		break;
	case P_PGID:
		wo.which = 0;
		if (nr < 0)
			return -EINVAL;
		if (nr == 0)
			wo.nr = task_pgrp(current);
		break;
	default:
		return -EINVAL;
	}
	pid = do_wait(&wo);
	if (pid < 0)
		return pid;
	if (pid > 0 && ru && copy_to_user(ru, &r, sizeof(r)))
		return -EFAULT;
	/* The processor time is told with SIGCHLD only. */
	if (infop && copy_to_user(infop, &info, offsetof(struct kernel_siginfo, si_utime)))
		return -EFAULT;
	return 0;
}
