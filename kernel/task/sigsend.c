/* SPDX-License-Identifier: MIT */
/*
 * Sending signals: what is pending, who may send what to whom, and telling a parent of its child.
 *
 * A signal is sent to a thread (its own pending set) or to a process (the shared one). A standard
 * signal that is pending already is dropped; real-time signals queue. Sending is: set the bit, wake
 * a thread that can take it; the rest happens in kernel/task/signal.c when that thread returns to
 * user mode. TIF_SIGPENDING is the summary "there is something unblocked", computed under siglock.
 *
 * siglock (per sighand, interrupts off) guards pending sets, masks, actions and the stop state. It
 * nests inside tasklist_lock, which keeps the target from going away. Sources: signal(7), kill(2),
 * credentials(7).
 */
#include "kernel/panic.h"
#include "kernel/task/internal.h"
#include "kernel/task/pid.h"
#include "kernel/task/sigqueue.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/div64.h"
#include "lib/string.h"
#include "mm/slab.h"

static struct kmem_cache *sigqueue_cache;

static bool sig_ignored(struct task_struct *t, int sig)
{
	unsigned long handler = t->sighand->action[sig - 1].sa_handler;

	/* A blocked signal may get a handler before it is unblocked, and sigtimedwait takes it without one. */
	if ((t->blocked | t->real_blocked) & sigmask(sig))
		return false;
	if (t->signal->flags & SIGNAL_UNKILLABLE && handler == (unsigned long)SIG_DFL)
		return true;
	return handler == (unsigned long)SIG_IGN || (handler == (unsigned long)SIG_DFL && sigmask(sig) & SIG_IGNORE_MASK);
}

bool signal_pending(struct task_struct *t) { return test_thread_flag(t->thread_info, TIF_SIGPENDING); }

bool fatal_signal_pending(struct task_struct *t)
{
	return signal_pending(t) && t->pending.signal & sigmask(SIGKILL);
}

/* siglock held, for t == current or a task being made to look. */
bool compute_sigpending(struct task_struct *t)
{
	if (((t->pending.signal | t->signal->shared_pending.signal) & ~t->blocked) || t->signal->group_stop_count) {
		set_thread_flag(t->thread_info, TIF_SIGPENDING);
		return true;
	}
	return false;
}

void recalc_sigpending(void)
{
	if (!compute_sigpending(current))
		clear_thread_flag(current->thread_info, TIF_SIGPENDING);
}

void signal_wake_up(struct task_struct *t, bool fatal)
{
	set_thread_flag(t->thread_info, TIF_SIGPENDING);
	wake_up_state(t, TASK_INTERRUPTIBLE | (fatal ? TASK_WAKEKILL | TASK_STOPPED | TASK_TRACED : 0));
	kick_process(t);
}

/* ---- pending sets; siglock held ---- */

static void remove_queued(struct sigpending *p, sigmask_t mask)
{
	struct sigqueue *q, *next;

	if (!(p->signal & mask))
		return;
	p->signal &= ~mask;
	list_for_each_entry_safe(q, next, &p->list, list)
		if (sigmask(q->info.si_signo) & mask) {
			list_del(&q->list);
			kmem_cache_free(sigqueue_cache, q);
		}
}

void flush_sigqueue(struct sigpending *p)
{
	struct sigqueue *q, *next;

	p->signal = 0;
	list_for_each_entry_safe(q, next, &p->list, list) {
		list_del(&q->list);
		kmem_cache_free(sigqueue_cache, q);
	}
}

void sigqueue_take(int sig, struct sigpending *p, struct kernel_siginfo *info)
{
	struct sigqueue *q, *first = NULL;
	bool more = false;

	list_for_each_entry(q, &p->list, list)
		if (q->info.si_signo == sig) {
			if (first) {
				more = true;
				break;
			}
			first = q;
		}
	if (!more)
		p->signal &= ~sigmask(sig);
	if (first) {
		*info = first->info;
		list_del(&first->list);
		kmem_cache_free(sigqueue_cache, first);
		return;
	}
	memset(info, 0, sizeof(*info));
	info->si_signo = sig;
	info->si_code = SI_USER;
}

void remove_everywhere(struct task_struct *t, sigmask_t mask)
{
	struct task_struct *thread;

	remove_queued(&t->signal->shared_pending, mask);
	list_for_each_entry(thread, &t->signal->thread_head, thread_group)
		remove_queued(&thread->pending, mask);
}

/* Stop and continue cancel each other, blocked or not; continuing happens at once. */
static void handle_stop_continue(struct task_struct *t, int sig)
{
	struct signal_struct *s = t->signal;
	struct task_struct *thread;
	u32 why = 0;

	if (sigmask(sig) & SIG_KERNEL_STOP_MASK) {
		remove_everywhere(t, sigmask(SIGCONT));
		return;
	}
	if (sig != SIGCONT)
		return;
	remove_everywhere(t, SIG_KERNEL_STOP_MASK);
	s->flags &= ~SIGNAL_STOP_DEQUEUED;
	list_for_each_entry(thread, &s->thread_head, thread_group)
		wake_up_state(thread, TASK_STOPPED);
	if (s->flags & SIGNAL_STOP_STOPPED)
		why = SIGNAL_CLD_CONTINUED;
	else if (s->group_stop_count)
		why = SIGNAL_CLD_STOPPED;
	if (why) {
		s->flags = (s->flags & ~(SIGNAL_STOP_STOPPED | SIGNAL_CLD_STOPPED)) | SIGNAL_STOP_CONTINUED | why;
		s->group_stop_count = 0;
		s->group_exit_code = 0;
	}
}

static bool wants_signal(int sig, struct task_struct *t)
{
	if (t->blocked & sigmask(sig) || t->flags & PF_EXITING)
		return false;
	if (sig == SIGKILL)
		return true;
	return t->state != TASK_STOPPED && (t->on_cpu || !signal_pending(t));
}

/* Choose a thread that can take it now and wake it; a fatal one takes the whole process along. */
static void complete_signal(int sig, struct task_struct *p, bool group)
{
	struct signal_struct *s = p->signal;
	struct task_struct *t = NULL, *thread;

	if (wants_signal(sig, p)) {
		t = p;
	} else if (group) {
		list_for_each_entry(thread, &s->thread_head, thread_group)
			if (wants_signal(sig, thread)) {
				t = thread;
				break;
			}
	}
	if (!t)
		return;
	if (sig == SIGKILL && !(s->flags & SIGNAL_GROUP_EXIT)) {
		s->flags = (s->flags & SIGNAL_UNKILLABLE) | SIGNAL_GROUP_EXIT;
		s->group_exit_code = sig;
		s->group_stop_count = 0;
		list_for_each_entry(thread, &s->thread_head, thread_group)
			if (!(thread->flags & PF_EXITING)) {
				thread->pending.signal |= sigmask(SIGKILL);
				signal_wake_up(thread, true);
			}
		return;
	}
	signal_wake_up(t, sig == SIGKILL);
}

static void fill_default_info(struct kernel_siginfo *q, int sig, struct kernel_siginfo *info)
{
	if (info > SEND_SIG_PRIV) {
		*q = *info;
		return;
	}
	memset(q, 0, sizeof(*q));
	q->si_signo = sig;
	q->si_code = info == SEND_SIG_PRIV ? SI_KERNEL : SI_USER;
	if (info == SEND_SIG_NOINFO) {
		q->si_pid = current->tgid;
		q->si_uid = current->cred->uid;
	}
}

/* siglock held; t still has its sighand. 0, or -EAGAIN for a real-time signal that found no memory. */
static int __send_signal(int sig, struct kernel_siginfo *info, struct task_struct *t, bool group)
{
	struct sigpending *pending = group ? &t->signal->shared_pending : &t->pending;
	struct sigqueue *q;

	handle_stop_continue(t, sig);
	if (sig_ignored(t, sig) && (info != SEND_SIG_PRIV || sig != SIGKILL))
		return 0;
	if (sig < SIGRTMIN && pending->signal & sigmask(sig))
		return 0;
	if (sig != SIGKILL) {
		q = kmem_cache_alloc(sigqueue_cache, GFP_ATOMIC);
		if (q) {
			fill_default_info(&q->info, sig, info);
			list_add_tail(&q->list, &pending->list);
		} else if (sig >= SIGRTMIN && info > SEND_SIG_PRIV && info->si_code != SI_USER) {
			return -EAGAIN;
		}
	}
	pending->signal |= sigmask(sig);
	complete_signal(sig, t, group);
	return 0;
}

/* The caller keeps t from being released: tasklist_lock, or it is current. */
static int do_send(int sig, struct kernel_siginfo *info, struct task_struct *t, bool group)
{
	struct sighand_struct *sighand = READ_ONCE(t->sighand);
	unsigned long flags;
	int err = -ESRCH;

	if (!sighand)
		return -ESRCH;
	spin_lock_irqsave(&sighand->siglock, flags);
	if (t->sighand == sighand)
		err = __send_signal(sig, info, t, group);
	spin_unlock_irqrestore(&sighand->siglock, flags);
	return err;
}

int send_sig_info(int sig, struct kernel_siginfo *info, struct task_struct *t) { return do_send(sig, info, t, true); }

int send_sig(int sig, struct task_struct *t, int priv)
{
	return do_send(sig, priv ? SEND_SIG_PRIV : SEND_SIG_NOINFO, t, true);
}

int __kill_pgrp(int pgrp, int session, int sig, int priv)
{
	struct task_struct *p;
	int err = -ESRCH;

	for_each_in_pgrp(p, pgrp) {
		int e;

		if (session && task_session(p) != session)
			continue;
		e = send_sig(sig, p, priv);
		if (err)
			err = e;
		p->signal->group_signals++;
	}
	return err;
}

int kill_pgrp(int pgrp, int sig, int priv)
{
	int err;

	spin_lock(&tasklist_lock);
	err = __kill_pgrp(pgrp, 0, sig, priv);
	spin_unlock(&tasklist_lock);
	return err;
}

/* The signal gets through: a handler that is blocked or ignored becomes the default. */
static void force_sig_info(struct kernel_siginfo *info, struct task_struct *t)
{
	struct k_sigaction *action = &t->sighand->action[info->si_signo - 1];
	unsigned long flags;
	bool blocked;

	spin_lock_irqsave(&t->sighand->siglock, flags);
	blocked = t->blocked & sigmask(info->si_signo);
	if (blocked || action->sa_handler == (unsigned long)SIG_IGN) {
		action->sa_handler = (unsigned long)SIG_DFL;
		t->blocked &= ~sigmask(info->si_signo);
	}
	if (action->sa_handler == (unsigned long)SIG_DFL)
		t->signal->flags &= ~SIGNAL_UNKILLABLE;
	__send_signal(info->si_signo, info, t, false);
	compute_sigpending(t);
	spin_unlock_irqrestore(&t->sighand->siglock, flags);
}

void force_sig(int sig, struct task_struct *t)
{
	struct kernel_siginfo info = { .si_signo = sig, .si_code = SI_KERNEL };

	force_sig_info(&info, t);
}

void force_sig_fault(int sig, int code, void *addr)
{
	struct kernel_siginfo info = { .si_signo = sig, .si_code = code };

	info.si_addr = addr;
	force_sig_info(&info, current);
}

bool sig_is_ignored_or_blocked(int sig)
{
	return current->blocked & sigmask(sig) ||
		current->sighand->action[sig - 1].sa_handler == (unsigned long)SIG_IGN;
}

bool do_notify_parent(struct task_struct *t, int sig)
{
	struct kernel_siginfo info = { .si_signo = sig };
	struct task_struct *parent = t->parent;
	struct sighand_struct *sighand = parent->sighand;
	int status = t->signal->flags & SIGNAL_GROUP_EXIT ? t->signal->group_exit_code : t->exit_code;
	unsigned long flags, handler;
	bool ignored = false;

	if (parent == &init_task)
		return true;		/* kernel threads: the idle task waits for nobody */
	info.si_pid = t->pid;
	info.si_uid = t->cred->uid;
	info.si_utime = (s32)div_u64(t->signal->utime, 10000000);
	info.si_stime = (s32)div_u64(t->signal->stime, 10000000);
	info.si_status = status & 0x7f ? status & 0x7f : status >> 8;
	info.si_code = status & 0x80 ? CLD_DUMPED : status & 0x7f ? CLD_KILLED : CLD_EXITED;
	spin_lock_irqsave(&sighand->siglock, flags);
	handler = sighand->action[SIGCHLD - 1].sa_handler;
	if (sig == SIGCHLD && (handler == (unsigned long)SIG_IGN || sighand->action[SIGCHLD - 1].sa_flags & SA_NOCLDWAIT)) {
		ignored = true;
		if (handler == (unsigned long)SIG_IGN)
			sig = 0;
	}
	if (sig > 0)
		__send_signal(sig, &info, parent, true);
	__wake_up(&parent->signal->wait_chldexit, TASK_INTERRUPTIBLE, 0, NULL);
	spin_unlock_irqrestore(&sighand->siglock, flags);
	return ignored;
}

void do_notify_parent_cldstop(struct task_struct *t, int why)
{
	struct kernel_siginfo info = { .si_signo = SIGCHLD, .si_code = why };
	struct task_struct *leader = t->group_leader, *parent = leader->parent;
	struct sighand_struct *sighand = parent->sighand;
	struct k_sigaction *a = &sighand->action[SIGCHLD - 1];
	unsigned long flags;

	info.si_pid = leader->pid;
	info.si_uid = leader->cred->uid;
	info.si_status = why == CLD_CONTINUED ? SIGCONT : t->signal->group_exit_code & 0x7f;
	spin_lock_irqsave(&sighand->siglock, flags);
	if (a->sa_handler != (unsigned long)SIG_IGN && !(a->sa_flags & SA_NOCLDSTOP))
		__send_signal(SIGCHLD, &info, parent, true);
	__wake_up(&parent->signal->wait_chldexit, TASK_INTERRUPTIBLE, 0, NULL);
	spin_unlock_irqrestore(&sighand->siglock, flags);
}

/* Is it allowed? 0, -EPERM. tasklist_lock held. (kill(2)) */
static int check_kill_permission(int sig, const struct kernel_siginfo *info, struct task_struct *t)
{
	const struct cred *me = current->cred, *it = t->cred;

	if (info == SEND_SIG_PRIV)
		return 0;
	if (me->euid == it->suid || me->euid == it->uid || me->uid == it->suid || me->uid == it->uid || capable(CAP_KILL))
		return 0;
	return sig == SIGCONT && task_session(current) == task_session(t) ? 0 : -EPERM;
}

int kill_task(int sig, struct kernel_siginfo *info, struct task_struct *t, bool group)
{
	int err = check_kill_permission(sig, info, t);

	if (err || !sig)
		return err;
	return do_send(sig, info, t, group);
}

void signals_init(void)
{
	sigqueue_cache = kmem_cache_create("sigqueue", sizeof(struct sigqueue), 8, NULL);
}
