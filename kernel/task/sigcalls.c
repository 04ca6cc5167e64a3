/* SPDX-License-Identifier: MIT */
/* The system calls on signals: their arguments in Linux's layouts, the work in signal.c. */
#include "kernel/cpu/uaccess.h"
#include "kernel/task/internal.h"
#include "kernel/task/pid.h"
#include "lib/abi/errno.h"
#include "lib/abi/time.h"
#include "lib/string.h"

static sigmask_t to_mask(const sigset_t *s) { return s->sig[0] | (u64)s->sig[1] << 32; }

long sys_rt_sigaction(int sig, const struct kernel_sigaction *act, struct kernel_sigaction *oact, size_t size);
long sys_rt_sigaction(int sig, const struct kernel_sigaction *act, struct kernel_sigaction *oact, size_t size)
{
	struct kernel_sigaction a;
	struct k_sigaction new, old;
	int err;

	if (size != sizeof(sigset_t))
		return -EINVAL;
	if (act) {
		if (copy_from_user(&a, act, sizeof(a)))
			return -EFAULT;
		new = (struct k_sigaction){ (unsigned long)a.sa_handler, a.sa_flags, (unsigned long)a.sa_restorer, to_mask(&a.sa_mask) };
	}
	err = do_sigaction(sig, act ? &new : NULL, oact ? &old : NULL);
	if (err || !oact)
		return err;
	a = (struct kernel_sigaction){ (__sighandler_t)old.sa_handler, old.sa_flags, (void (*)(void))old.sa_restorer,
		{ { (u32)old.sa_mask, (u32)(old.sa_mask >> 32) } } };
	return copy_to_user(oact, &a, sizeof(a)) ? -EFAULT : 0;
}

long sys_sigaction(int sig, const struct old_sigaction *act, struct old_sigaction *oact);
long sys_sigaction(int sig, const struct old_sigaction *act, struct old_sigaction *oact)
{
	struct old_sigaction a;
	struct k_sigaction new, old;
	int err;

	if (act) {
		if (copy_from_user(&a, act, sizeof(a)))
			return -EFAULT;
		new = (struct k_sigaction){ (unsigned long)a.sa_handler, a.sa_flags, (unsigned long)a.sa_restorer, a.sa_mask };
	}
	err = do_sigaction(sig, act ? &new : NULL, oact ? &old : NULL);
	if (err || !oact)
		return err;
	a = (struct old_sigaction){ (__sighandler_t)old.sa_handler, (u32)old.sa_mask, old.sa_flags, (void (*)(void))old.sa_restorer };
	return copy_to_user(oact, &a, sizeof(a)) ? -EFAULT : 0;
}

long sys_signal(int sig, unsigned long handler);
long sys_signal(int sig, unsigned long handler)
{
	struct k_sigaction new = { .sa_handler = handler, .sa_flags = SA_RESETHAND | SA_NODEFER }, old;
	int err = do_sigaction(sig, &new, &old);

	return err ?: (long)old.sa_handler;
}

static int change_mask(int how, sigmask_t set)
{
	switch (how) {
	case SIG_BLOCK:
		set_current_blocked(current->blocked | set);
		return 0;
	case SIG_UNBLOCK:
		set_current_blocked(current->blocked & ~set);
		return 0;
	case SIG_SETMASK:
		set_current_blocked(set);
		return 0;
	default:
		return -EINVAL;
	}
}

long sys_rt_sigprocmask(int how, const sigmask_t *set, sigmask_t *oset, size_t size);
long sys_rt_sigprocmask(int how, const sigmask_t *set, sigmask_t *oset, size_t size)
{
	sigmask_t old = current->blocked, new;
	int err = 0;

	if (size != sizeof(sigmask_t))
		return -EINVAL;
	if (set) {
		if (copy_from_user(&new, set, sizeof(new)))
			return -EFAULT;
		err = change_mask(how, new & ~SIG_KERNEL_ONLY_MASK);
	}
	if (!err && oset && copy_to_user(oset, &old, sizeof(old)))
		return -EFAULT;
	return err;
}

long sys_sigprocmask(int how, const u32 *set, u32 *oset);
long sys_sigprocmask(int how, const u32 *set, u32 *oset)
{
	sigmask_t old = current->blocked;
	u32 new;
	int err = 0;

	if (set) {
		if (get_user(new, set))
			return -EFAULT;
		new &= ~(u32)SIG_KERNEL_ONLY_MASK;
		err = how == SIG_SETMASK ? change_mask(how, (old & ~0xffffffffull) | new) : change_mask(how, new);
	}
	return err ?: oset ? put_user((u32)old, oset) : 0;
}

static sigmask_t pending_mask(void)
{
	sigmask_t m;

	spin_lock_irq(&current->sighand->siglock);
	m = (current->pending.signal | current->signal->shared_pending.signal) & current->blocked;
	spin_unlock_irq(&current->sighand->siglock);
	return m;
}

long sys_rt_sigpending(sigmask_t *set, size_t size);
long sys_rt_sigpending(sigmask_t *set, size_t size)
{
	sigmask_t m = pending_mask();

	if (size > sizeof(m))
		return -EINVAL;
	return copy_to_user(set, &m, size) ? -EFAULT : 0;
}

long sys_sigpending(u32 *set);
long sys_sigpending(u32 *set) { return put_user((u32)pending_mask(), set); }

static long do_sigsuspend(sigmask_t mask)
{
	current->saved_sigmask = current->blocked;
	set_current_blocked(mask);
	while (!signal_pending(current)) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!signal_pending(current))
			schedule();
		current->state = TASK_RUNNING;
	}
	set_thread_flag(current->thread_info, TIF_RESTORE_SIGMASK);
	return -ERESTARTNOHAND;
}

long sys_rt_sigsuspend(const sigmask_t *set, size_t size);
long sys_rt_sigsuspend(const sigmask_t *set, size_t size)
{
	sigmask_t mask;

	if (size != sizeof(mask))
		return -EINVAL;
	return copy_from_user(&mask, set, sizeof(mask)) ? -EFAULT : do_sigsuspend(mask);
}

long sys_sigsuspend(int a, int b, u32 mask);
long sys_sigsuspend(int a, int b, u32 mask) { (void)a, (void)b; return do_sigsuspend(mask); }

long sys_pause(void);
long sys_pause(void)
{
	while (!signal_pending(current)) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!signal_pending(current))
			schedule();
		current->state = TASK_RUNNING;
	}
	return -ERESTARTNOHAND;
}

static int copy_siginfo_to_user(struct siginfo *user, const struct kernel_siginfo *info)
{
	return copy_to_user(user, info, sizeof(*info)) || clear_user(user->_unused, sizeof(user->_unused)) ? -EFAULT : 0;
}

static int take_wanted(sigmask_t wanted, struct kernel_siginfo *info)
{
	int sig;

	spin_lock_irq(&current->sighand->siglock);
	sig = dequeue_wanted(wanted, info);
	spin_unlock_irq(&current->sighand->siglock);
	return sig;
}

static void set_both_blocked(sigmask_t blocked, sigmask_t real_blocked)
{
	spin_lock_irq(&current->sighand->siglock);
	current->blocked = blocked;
	current->real_blocked = real_blocked;
	recalc_sigpending();
	spin_unlock_irq(&current->sighand->siglock);
}

/*
 * Waits with the wanted signals unblocked, so that they wake us; they are taken before any handler sees them. Those
 * that were blocked still count as blocked for the sender, who would else drop a SIGCHLD that has no handler.
 */
static long do_sigtimedwait(sigmask_t wanted, struct siginfo *uinfo, u64 expires)
{
	sigmask_t blocked = current->blocked;
	struct kernel_siginfo info;
	int sig, ret = 0;

	wanted &= ~SIG_KERNEL_ONLY_MASK;
	sig = take_wanted(wanted, &info);
	if (!sig && expires) {
		set_both_blocked(blocked & ~wanted, blocked);
		set_current_state(TASK_INTERRUPTIBLE);
		ret = signal_pending(current) ? -EINTR : schedule_hrtimeout(expires);
		current->state = TASK_RUNNING;
		sig = take_wanted(wanted, &info);
		set_both_blocked(blocked, 0);
	}
	if (!sig)
		return ret == -EINTR ? -EINTR : -EAGAIN;
	if (uinfo && copy_siginfo_to_user(uinfo, &info))
		return -EFAULT;
	return sig;
}

static int deadline(s64 sec, s64 nsec, u64 *expires)
{
	if (sec < 0 || nsec < 0 || nsec >= (s64)NSEC_PER_SEC)
		return -EINVAL;
	*expires = sec || nsec ? ktime_get() + (u64)(sec > 1000000000 ? 1000000000 : sec) * NSEC_PER_SEC + (u64)nsec : 0;
	return 0;
}

long sys_rt_sigtimedwait_time64(const sigmask_t *set, struct siginfo *info, const struct __kernel_timespec *ts, size_t size);
long sys_rt_sigtimedwait_time64(const sigmask_t *set, struct siginfo *info, const struct __kernel_timespec *ts, size_t size)
{
	u64 expires = KTIME_MAX;
	struct __kernel_timespec t;
	sigmask_t mask;

	if (size != sizeof(mask))
		return -EINVAL;
	if (copy_from_user(&mask, set, sizeof(mask)) || (ts && copy_from_user(&t, ts, sizeof(t))))
		return -EFAULT;
	if (ts && deadline(t.tv_sec, t.tv_nsec, &expires))
		return -EINVAL;
	return do_sigtimedwait(mask, info, expires);
}

long sys_rt_sigtimedwait(const sigmask_t *set, struct siginfo *info, const struct old_timespec32 *ts, size_t size);
long sys_rt_sigtimedwait(const sigmask_t *set, struct siginfo *info, const struct old_timespec32 *ts, size_t size)
{
	u64 expires = KTIME_MAX;
	struct old_timespec32 t;
	sigmask_t mask;

	if (size != sizeof(mask))
		return -EINVAL;
	if (copy_from_user(&mask, set, sizeof(mask)) || (ts && copy_from_user(&t, ts, sizeof(t))))
		return -EFAULT;
	if (ts && deadline(t.tv_sec, t.tv_nsec, &expires))
		return -EINVAL;
	return do_sigtimedwait(mask, info, expires);
}

/* ---- sending ---- */

static void user_info(struct kernel_siginfo *info, int sig, int code)
{
	memset(info, 0, sizeof(*info));
	info->si_signo = sig;
	info->si_code = code;
	info->si_pid = current->tgid;
	info->si_uid = current->cred->uid;
}

/* ESRCH if there was none, EPERM if none was allowed. */
static int kill_group(int pgrp, int sig, struct kernel_siginfo *info)
{
	struct task_struct *p;
	int err = -ESRCH;
	bool sent = false;

	for_each_in_pgrp(p, pgrp) {
		err = kill_task(sig, info, p, true);
		sent |= !err;
		p->signal->group_signals++;
	}
	return sent ? 0 : err;
}

/* Every process but ourselves and process 1. That some or all of them may not be signalled is no error, as on Linux. */
static int kill_all(int sig, struct kernel_siginfo *info)
{
	struct task_struct *p;
	int err = 0;

	for_each_process(p) {
		int e;

		if (p->pid <= 1 || p->group_leader == current->group_leader || p->flags & PF_KTHREAD)
			continue;
		e = kill_task(sig, info, p, true);
		if (e != -EPERM)
			err = e;
		p->signal->group_signals++;
	}
	return err;
}

long sys_kill(int pid, int sig);
long sys_kill(int pid, int sig)
{
	struct kernel_siginfo info;
	struct task_struct *p;
	int err;

	if (sig < 0 || sig > 64)
		return -EINVAL;
	user_info(&info, sig, SI_USER);
	if (pid == (int)0x80000000)
		return -ESRCH;
	spin_lock(&tasklist_lock);
	if (pid > 0) {
		p = find_task_by_pid(pid);
		err = p ? kill_task(sig, &info, p, true) : -ESRCH;
	} else if (pid == -1) {
		err = kill_all(sig, &info);
	} else {
		err = kill_group(pid ? -pid : task_pgrp(current), sig, &info);
	}
	spin_unlock(&tasklist_lock);
	return err;
}

static long do_tkill(int tgid, int pid, int sig, struct kernel_siginfo *info)
{
	struct task_struct *p;
	int err = -ESRCH;

	if (pid <= 0 || (tgid != -1 && tgid <= 0) || sig < 0 || sig > 64)
		return -EINVAL;
	spin_lock(&tasklist_lock);
	p = find_task_by_pid(pid);
	if (p && (tgid == -1 || p->tgid == tgid))
		err = kill_task(sig, info, p, false);
	spin_unlock(&tasklist_lock);
	return err;
}

long sys_tkill(int pid, int sig);
long sys_tkill(int pid, int sig)
{
	struct kernel_siginfo info;

	user_info(&info, sig, SI_TKILL);
	return do_tkill(-1, pid, sig, &info);
}

long sys_tgkill(int tgid, int pid, int sig);
long sys_tgkill(int tgid, int pid, int sig)
{
	struct kernel_siginfo info;

	user_info(&info, sig, SI_TKILL);
	return tgid <= 0 ? -EINVAL : do_tkill(tgid, pid, sig, &info);
}

/* A program may not pretend to be the kernel or kill(2) towards others. */
static int check_queued_info(struct kernel_siginfo *info, int sig, int target, const struct siginfo *user)
{
	s32 rest[ARRAY_SIZE(user->_unused)];

	if (copy_from_user(info, user, sizeof(*info)) || copy_from_user(rest, user->_unused, sizeof(rest)))
		return -EFAULT;
	/* A kind that we do not know, with more to tell than we can keep. */
	if (info->si_code < SI_DETHREAD && info->si_code != SI_ASYNCNL && memchr_inv(rest, 0, sizeof(rest)))
		return -E2BIG;
	info->si_signo = sig;
	if ((info->si_code >= 0 || info->si_code == SI_TKILL) && target != current->tgid)
		return -EPERM;
	return 0;
}

long sys_rt_sigqueueinfo(int pid, int sig, const struct siginfo *uinfo);
long sys_rt_sigqueueinfo(int pid, int sig, const struct siginfo *uinfo)
{
	struct kernel_siginfo info;
	struct task_struct *p;
	int err = check_queued_info(&info, sig, pid, uinfo);

	if (err)
		return err;
	if (sig < 0 || sig > 64)
		return -EINVAL;
	spin_lock(&tasklist_lock);
	p = find_task_by_pid(pid);
	err = p ? kill_task(sig, &info, p, true) : -ESRCH;
	spin_unlock(&tasklist_lock);
	return err;
}

long sys_rt_tgsigqueueinfo(int tgid, int pid, int sig, const struct siginfo *uinfo);
long sys_rt_tgsigqueueinfo(int tgid, int pid, int sig, const struct siginfo *uinfo)
{
	struct kernel_siginfo info;
	int err = check_queued_info(&info, sig, tgid, uinfo);

	return err ?: tgid <= 0 ? -EINVAL : do_tkill(tgid, pid, sig, &info);
}

long sys_restart_syscall(void);
long sys_restart_syscall(void)
{
	struct restart_block *r = &current->restart_block;

	return r->fn ? r->fn(r) : -EINTR;
}
