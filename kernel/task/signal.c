/* SPDX-License-Identifier: MIT */
/*
 * Taking signals: on the way back to user mode, in the context of the receiver. A default action is
 * carried out here (ignore, stop, end the process); for a handler the CPU's part is to build the
 * frame (kernel/cpu/sigframe.c). A system call that a signal interrupted is restarted or gives EINTR
 * as signal(7) says. Sending is in kernel/task/sigsend.c; siglock as there. Sources: signal(7),
 * sigaction(2).
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/sigframe.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/panic.h"
#include "kernel/task/internal.h"
#include "kernel/task/sigqueue.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

/* Faults of the program itself come before whatever else is pending. */
static int next_signal(const struct sigpending *p, sigmask_t mask)
{
	sigmask_t set = p->signal & ~mask;

	if (!set)
		return 0;
	if (set & SIG_SYNCHRONOUS_MASK)
		set &= SIG_SYNCHRONOUS_MASK;
	return (u32)set ? __builtin_ctz((u32)set) + 1 : __builtin_ctz((u32)(set >> 32)) + 33;
}

/* The next signal that mask does not block, out of the queue; 0: none. siglock held. */
static int dequeue_signal(sigmask_t mask, struct kernel_siginfo *info)
{
	struct sigpending *p = &current->pending;
	int sig = next_signal(p, mask);

	if (!sig) {
		p = &current->signal->shared_pending;
		sig = next_signal(p, mask);
	}
	if (sig)
		sigqueue_take(sig, p, info);
	recalc_sigpending();
	return sig;
}

/* ---- stopping ---- */

/* siglock held; released. Every thread stops; the last to do so tells the parent. */
static void do_signal_stop(int sig)
{
	struct signal_struct *s = current->signal;
	struct task_struct *t;
	bool last;

	if (sig && !s->group_stop_count) {
		s->group_exit_code = sig;
		s->flags &= ~SIGNAL_STOP_CONTINUED;
		s->group_stop_count = 0;
		list_for_each_entry(t, &s->thread_head, thread_group)
			if (!(t->flags & PF_EXITING) && t->state != TASK_STOPPED) {
				s->group_stop_count++;
				if (t != current)
					signal_wake_up(t, false);
			}
	}
	last = s->group_stop_count && --s->group_stop_count == 0;
	if (last)
		s->flags |= SIGNAL_STOP_STOPPED;
	set_special_state(TASK_STOPPED);
	spin_unlock_irq(&current->sighand->siglock);
	if (last) {
		spin_lock(&tasklist_lock);
		do_notify_parent_cldstop(current, CLD_STOPPED);
		spin_unlock(&tasklist_lock);
	}
	schedule();
	spin_lock_irq(&current->sighand->siglock);
	recalc_sigpending();
	spin_unlock_irq(&current->sighand->siglock);
}

/* A continue that nobody has told the parent of yet. siglock held; released and false if there is none. */
static void report_continued(void)
{
	struct signal_struct *s = current->signal;
	int why = s->flags & SIGNAL_CLD_CONTINUED ? CLD_CONTINUED : CLD_STOPPED;

	s->flags &= ~(SIGNAL_CLD_CONTINUED | SIGNAL_CLD_STOPPED);
	spin_unlock_irq(&current->sighand->siglock);
	spin_lock(&tasklist_lock);
	do_notify_parent_cldstop(current, why);
	spin_unlock(&tasklist_lock);
}

static bool default_stops(int sig)
{
	/* The terminal's stop signals mean nothing to a group that nobody can continue. */
	return sig == SIGSTOP || !is_orphaned_pgrp(task_pgrp(current));
}

/* The next signal with a handler; default actions are carried out here. 0: none. */
static int get_signal(struct kernel_siginfo *info, struct k_sigaction *ka)
{
	struct task_struct *t = current;

	for (;;) {
		int sig;

		spin_lock_irq(&t->sighand->siglock);
		if (unlikely(t->signal->flags & (SIGNAL_CLD_CONTINUED | SIGNAL_CLD_STOPPED))) {
			report_continued();
			continue;
		}
		if (unlikely(t->pending.signal & sigmask(SIGKILL))) {
			spin_unlock_irq(&t->sighand->siglock);
			do_group_exit(SIGKILL);
		}
		if (unlikely(t->signal->group_stop_count && t->state != TASK_STOPPED)) {
			do_signal_stop(0);
			continue;
		}
		sig = dequeue_signal(t->blocked, info);
		if (!sig) {
			spin_unlock_irq(&t->sighand->siglock);
			return 0;
		}
		*ka = t->sighand->action[sig - 1];
		if (ka->sa_handler == (unsigned long)SIG_IGN) {
			spin_unlock_irq(&t->sighand->siglock);
			continue;
		}
		if (ka->sa_handler != (unsigned long)SIG_DFL) {
			if (ka->sa_flags & SA_RESETHAND)
				t->sighand->action[sig - 1].sa_handler = (unsigned long)SIG_DFL;
			spin_unlock_irq(&t->sighand->siglock);
			return sig;
		}
		if (sigmask(sig) & SIG_IGNORE_MASK || t->signal->flags & SIGNAL_UNKILLABLE) {
			spin_unlock_irq(&t->sighand->siglock);
			continue;
		}
		if (sigmask(sig) & SIG_KERNEL_STOP_MASK) {
			t->signal->flags |= SIGNAL_STOP_DEQUEUED;
			spin_unlock_irq(&t->sighand->siglock);
			if (!default_stops(sig))
				continue;
			spin_lock_irq(&t->sighand->siglock);
			/* A SIGCONT, which leaves no other trace if it is ignored, or SIGKILL may have come meanwhile. */
			if (t->pending.signal & sigmask(SIGKILL) || !(t->signal->flags & SIGNAL_STOP_DEQUEUED))
				spin_unlock_irq(&t->sighand->siglock);
			else
				do_signal_stop(sig);
			continue;
		}
		spin_unlock_irq(&t->sighand->siglock);
		t->flags |= PF_SIGNALED;
		do_group_exit(sig);
	}
}

/* ---- on the way to user mode ---- */

/* What becomes of a system call that a signal interrupted. handled: a handler is about to run. */
static void restart_syscall(struct pt_regs *regs, bool handled, u32 sa_flags)
{
	if (regs->orig_eax < 0)
		return;
	switch (-(s32)regs->eax) {
	case ERESTART_RESTARTBLOCK:
		if (!handled) {
			regs->eax = 0;		/* restart_syscall(2) */
			regs->eip -= 2;
			break;
		}
		regs->eax = (u32)-EINTR;
		break;
	case ERESTARTNOHAND:
		if (handled) {
			regs->eax = (u32)-EINTR;
			break;
		}
		goto again;
	case ERESTARTSYS:
		if (handled && !(sa_flags & SA_RESTART)) {
			regs->eax = (u32)-EINTR;
			break;
		}
		goto again;
	case ERESTARTNOINTR:
again:
		regs->eax = (u32)regs->orig_eax;
		regs->eip -= 2;			/* over the int 0x80 again */
		break;
	default:
		return;
	}
	regs->orig_eax = -1;			/* only once */
}

static void handle_signal(int sig, const struct kernel_siginfo *info, const struct k_sigaction *ka, struct pt_regs *regs)
{
	struct task_struct *t = current;
	sigmask_t old = test_thread_flag(t->thread_info, TIF_RESTORE_SIGMASK) ? t->saved_sigmask : t->blocked;

	restart_syscall(regs, true, ka->sa_flags);
	if (setup_signal_frame(sig, info, ka, old, regs)) {
		if (sig == SIGSEGV) {
			spin_lock_irq(&t->sighand->siglock);
			t->sighand->action[SIGSEGV - 1].sa_handler = (unsigned long)SIG_DFL;
			spin_unlock_irq(&t->sighand->siglock);
		}
		force_sig(SIGSEGV, t);
		return;
	}
	clear_thread_flag(t->thread_info, TIF_RESTORE_SIGMASK);
	spin_lock_irq(&t->sighand->siglock);
	t->blocked |= ka->sa_mask;
	if (!(ka->sa_flags & SA_NODEFER))
		t->blocked |= sigmask(sig);
	t->blocked &= ~SIG_KERNEL_ONLY_MASK;
	recalc_sigpending();
	spin_unlock_irq(&t->sighand->siglock);
}

static void do_signal(struct pt_regs *regs)
{
	struct k_sigaction ka;
	struct kernel_siginfo info;
	int sig = get_signal(&info, &ka);

	if (sig) {
		handle_signal(sig, &info, &ka, regs);
		return;
	}
	restart_syscall(regs, false, 0);
	if (test_thread_flag(current->thread_info, TIF_RESTORE_SIGMASK)) {
		clear_thread_flag(current->thread_info, TIF_RESTORE_SIGMASK);
		spin_lock_irq(&current->sighand->siglock);
		current->blocked = current->saved_sigmask;
		recalc_sigpending();
		spin_unlock_irq(&current->sighand->siglock);
	}
}

/* From entry.asm, interrupts off: until there is nothing left to do before user mode. */
void exit_to_user_work(struct pt_regs *regs);
void exit_to_user_work(struct pt_regs *regs)
{
	struct thread_info *ti = current_thread_info();

	while (READ_ONCE(ti->flags) & _TIF_WORK_MASK) {
		u32 flags = READ_ONCE(ti->flags);

		local_irq_enable();
		if (flags & _TIF_NEED_RESCHED)
			schedule();
		if (flags & _TIF_SIGPENDING)
			do_signal(regs);
		local_irq_disable();
	}
}

/* ---- the life of a process ---- */

void flush_signal_handlers(struct task_struct *t)
{
	spin_lock_irq(&t->sighand->siglock);
	for (int i = 0; i < 64; i++) {
		struct k_sigaction *a = &t->sighand->action[i];
		unsigned long handler = a->sa_handler == (unsigned long)SIG_IGN ? a->sa_handler : 0;

		*a = (struct k_sigaction){ .sa_handler = handler };
	}
	spin_unlock_irq(&t->sighand->siglock);
}

/* This thread takes no more signals; what was meant for the process goes to another thread. */
bool exit_signals(struct task_struct *t)
{
	struct task_struct *other;
	bool last, stopped;

	spin_lock(&tasklist_lock);
	spin_lock_irq(&t->sighand->siglock);
	t->flags |= PF_EXITING;
	last = --t->signal->live == 0;
	/* If all others have stopped, the stop is complete now. */
	stopped = t->signal->group_stop_count && --t->signal->group_stop_count == 0 && !last;
	if (stopped)
		t->signal->flags |= SIGNAL_STOP_STOPPED;
	list_for_each_entry(other, &t->signal->thread_head, thread_group)
		if (other != t && !(other->flags & PF_EXITING) &&
		    t->signal->shared_pending.signal & ~other->blocked)
			signal_wake_up(other, false);
	clear_thread_flag(t->thread_info, TIF_SIGPENDING);
	spin_unlock_irq(&t->sighand->siglock);
	if (stopped)
		do_notify_parent_cldstop(t, CLD_STOPPED);
	spin_unlock(&tasklist_lock);
	return last;
}

void set_current_blocked(sigmask_t mask)
{
	spin_lock_irq(&current->sighand->siglock);
	current->blocked = mask & ~SIG_KERNEL_ONLY_MASK;
	recalc_sigpending();
	spin_unlock_irq(&current->sighand->siglock);
}

int set_user_sigmask(const void *user_mask, size_t sigsetsize)
{
	sigmask_t mask;

	if (!user_mask)
		return 0;
	if (sigsetsize != sizeof(mask))
		return -EINVAL;
	if (copy_from_user(&mask, user_mask, sizeof(mask)))
		return -EFAULT;
	set_thread_flag(current->thread_info, TIF_RESTORE_SIGMASK);
	current->saved_sigmask = current->blocked;
	set_current_blocked(mask);
	return 0;
}

void restore_saved_sigmask_unless(bool interrupted)
{
	if (interrupted) {
		ASSERT(signal_pending(current));
	} else if (test_thread_flag(current->thread_info, TIF_RESTORE_SIGMASK)) {
		clear_thread_flag(current->thread_info, TIF_RESTORE_SIGMASK);
		set_current_blocked(current->saved_sigmask);
	}
}

/* For sigtimedwait. siglock held. */
int dequeue_wanted(sigmask_t wanted, struct kernel_siginfo *info) { return dequeue_signal(~wanted, info); }

/* A new action. A signal that is now ignored leaves the queues. */
int do_sigaction(int sig, const struct k_sigaction *new, struct k_sigaction *old)
{
	struct task_struct *t = current;
	struct k_sigaction *a;

	if (sig < 1 || sig > 64 || (new && sigmask(sig) & SIG_KERNEL_ONLY_MASK))
		return -EINVAL;
	a = &t->sighand->action[sig - 1];
	spin_lock_irq(&t->sighand->siglock);
	if (old)
		*old = *a;
	if (new) {
		*a = *new;
		a->sa_mask &= ~SIG_KERNEL_ONLY_MASK;
		if (a->sa_handler == (unsigned long)SIG_IGN ||
		    (a->sa_handler == (unsigned long)SIG_DFL && sigmask(sig) & SIG_IGNORE_MASK))
			remove_everywhere(t, sigmask(sig));
	}
	spin_unlock_irq(&t->sighand->siglock);
	return 0;
}
