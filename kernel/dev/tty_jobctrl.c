/* SPDX-License-Identifier: MIT */
/*
 * Sessions and their controlling terminal (credentials(7), setsid(2), ioctl_tty(2)).
 *
 * A session has at most one controlling terminal and a terminal controls at most one session. The
 * terminal knows the session and its foreground process group; each process of the session points
 * back by signal->tty. tasklist_lock guards both directions, so they agree whenever it is free.
 * The session's share in the terminal is one reference, held from proc_set_tty to clear_session.
 *
 * The terminal's signals go to the foreground group. A process of another group of the session that
 * reads (or, with TOSTOP, writes) is stopped by SIGTTIN (SIGTTOU), unless nobody would ever
 * continue it: an orphaned group gets EIO.
 */
#include "kernel/cpu/uaccess.h"
#include "kernel/dev/tty.h"
#include "kernel/task/internal.h"
#include "kernel/task/pid.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/abi/ioctls.h"

void tty_signal_pgrp(struct tty_struct *tty, int sig)
{
	spin_lock(&tasklist_lock);
	if (tty->pgrp)
		__kill_pgrp(tty->pgrp, tty->session, sig, 1);
	spin_unlock(&tasklist_lock);
}

int tty_check_change(struct tty_struct *tty, int sig)
{
	int pgrp = task_pgrp(current), foreground = READ_ONCE(tty->pgrp);

	if (current->signal->tty != tty || !foreground || foreground == pgrp)
		return 0;
	if (sig_is_ignored_or_blocked(sig))
		return sig == SIGTTIN ? -EIO : 0;
	if (is_orphaned_pgrp(pgrp))
		return -EIO;
	kill_pgrp(pgrp, sig, 1);
	/* Another thread may have been chosen for the signal: this one must not go on either. */
	set_thread_flag(current->thread_info, TIF_SIGPENDING);
	return -ERESTARTSYS;
}

struct tty_struct *get_current_tty(void)
{
	struct tty_struct *tty;

	spin_lock(&tasklist_lock);
	tty = current->signal->tty;
	if (tty)
		tty_get(tty);
	spin_unlock(&tasklist_lock);
	return tty;
}

/* tasklist_lock held; the current process leads a session without a terminal. */
static void proc_set_tty(struct tty_struct *tty)
{
	struct signal_struct *sig = current->signal;

	tty->session = sig->session;
	tty->pgrp = sig->pgrp;
	sig->tty = tty_get(tty);
	sig->tty_old_pgrp = 0;
}

/* The session loses its terminal. True: it had one, and the caller must drop its reference. tasklist_lock held. */
static bool clear_session(struct tty_struct *tty)
{
	struct task_struct *p;

	if (!tty->session)
		return false;
	for_each_in_session(p, tty->session) {
		if (p->signal->tty == tty)
			p->signal->tty = NULL;
	}
	tty->session = tty->pgrp = 0;
	return true;
}

void tty_open_proc_set_tty(struct file *file, struct tty_struct *tty)
{
	spin_lock(&tasklist_lock);
	if (current->signal->leader && !current->signal->tty && !tty->session && file->f_mode & FMODE_READ && !tty_hung_up(file))
		proc_set_tty(tty);
	spin_unlock(&tasklist_lock);
}

/*
 * The leader is told that the line is gone; the foreground group too, when it is the leader who leaves.
 * tasklist_lock held.
 */
static void signal_session_leader(struct tty_struct *tty, bool leader_exits)
{
	struct task_struct *p;

	for_each_in_session(p, tty->session) {
		if (p->signal->tty != tty || !p->signal->leader)
			continue;
		send_sig(SIGHUP, p, 1);
		send_sig(SIGCONT, p, 1);
		p->signal->tty_old_pgrp = tty->pgrp;
	}
	if (leader_exits && tty->pgrp)
		__kill_pgrp(tty->pgrp, tty->session, SIGHUP, 1);
}

void tty_hangup_session(struct tty_struct *tty, bool leader_exits)
{
	bool had_session;

	/* Dead first: so nobody makes it the terminal of a session once more between the two. */
	tty_hangup(tty);
	spin_lock(&tasklist_lock);
	if (tty->session)
		signal_session_leader(tty, leader_exits);
	had_session = clear_session(tty);
	spin_unlock(&tasklist_lock);
	if (had_session)
		tty_put(tty);
}

/* Without its terminal the leader still remembers which group was in front when it was hung up. */
static void hang_up_old_pgrp(struct task_struct *leader)
{
	spin_lock(&tasklist_lock);
	if (leader->signal->tty_old_pgrp) {
		__kill_pgrp(leader->signal->tty_old_pgrp, task_session(leader), SIGHUP, 1);
		__kill_pgrp(leader->signal->tty_old_pgrp, task_session(leader), SIGCONT, 1);
	}
	leader->signal->tty_old_pgrp = 0;
	spin_unlock(&tasklist_lock);
}

/* The session leaves its terminal, which goes on; the foreground group is told. As clear_session. tasklist_lock held. */
static bool leave_session(struct tty_struct *tty, bool leader_exits)
{
	if (tty->pgrp) {
		__kill_pgrp(tty->pgrp, tty->session, SIGHUP, 1);
		if (!leader_exits)
			__kill_pgrp(tty->pgrp, tty->session, SIGCONT, 1);
	}
	return clear_session(tty);
}

/* A pseudo-terminal is not hung up with its session: who is behind the master decides when it ends. */
void disassociate_ctty(struct task_struct *leader)
{
	bool had_session = false;
	struct tty_struct *tty;

	spin_lock(&tasklist_lock);
	tty = leader->signal->tty;
	if (tty)
		tty_get(tty);
	if (tty && tty->link)
		had_session = leave_session(tty, true);
	spin_unlock(&tasklist_lock);
	if (!tty) {
		hang_up_old_pgrp(leader);
		return;
	}
	if (had_session)
		tty_put(tty);
	if (!tty->link)
		tty_hangup_session(tty, true);
	tty_put(tty);
}

/* TIOCNOTTY: a leader takes the terminal from all of its session, another process only from itself. */
static long give_up_tty(struct tty_struct *tty)
{
	struct signal_struct *sig = current->signal;
	bool had_session = false;
	long err = 0;

	spin_lock(&tasklist_lock);
	if (sig->tty != tty) {
		err = -ENOTTY;
	} else if (sig->leader) {
		had_session = leave_session(tty, false);
	} else {
		sig->tty = NULL;
	}
	spin_unlock(&tasklist_lock);
	if (had_session)
		tty_put(tty);
	return err;
}

/* TIOCSCTTY; arg 1 lets root take the terminal from another session. */
static long set_controlling(struct tty_struct *tty, struct file *file, unsigned long arg)
{
	struct signal_struct *sig = current->signal;
	bool stolen = false, may_steal = arg == 1 && capable(CAP_SYS_ADMIN);
	bool may_read = file->f_mode & FMODE_READ || capable(CAP_SYS_ADMIN);
	long err = 0;

	spin_lock(&tasklist_lock);
	if (sig->leader && tty->session == sig->session)
		goto out;
	err = -EPERM;
	if (!sig->leader || sig->tty || !may_read || (tty->session && !may_steal))
		goto out;
	stolen = clear_session(tty);
	proc_set_tty(tty);
	err = 0;
out:
	spin_unlock(&tasklist_lock);
	if (stolen)
		tty_put(tty);
	return err;
}

/* Who holds a pseudo-terminal's master may ask without belonging to the session. */
static bool may_ask(struct tty_struct *tty) { return tty->driver->is_master || current->signal->tty == tty; }

static long get_pgrp(struct tty_struct *tty, int *user)
{
	return may_ask(tty) ? put_user(READ_ONCE(real_tty(tty)->pgrp), user) : -ENOTTY;
}

static long get_session(struct tty_struct *tty, int *user)
{
	int session = READ_ONCE(real_tty(tty)->session);

	return may_ask(tty) && session ? put_user(session, user) : -ENOTTY;
}

/* tasklist_lock held. */
static long group_may_be_foreground(struct tty_struct *tty, int pgrp)
{
	struct task_struct *p;

	if (current->signal->tty != tty || tty->session != task_session(current))
		return -ENOTTY;
	for_each_in_pgrp(p, pgrp)
		return task_session(p) == task_session(current) ? 0 : -EPERM;
	return -ESRCH;
}

static long set_pgrp(struct tty_struct *tty, const int *user)
{
	long err = tty_check_change(tty, SIGTTOU);
	int pgrp;

	if (err)
		return err == -EIO ? -ENOTTY : err;
	if (get_user(pgrp, user))
		return -EFAULT;
	if (pgrp < 0)
		return -EINVAL;
	spin_lock(&tasklist_lock);
	err = group_may_be_foreground(tty, pgrp);
	if (!err)
		tty->pgrp = pgrp;
	spin_unlock(&tasklist_lock);
	return err;
}

long tty_jobctrl_ioctl(struct tty_struct *tty, struct file *file, u32 cmd, unsigned long arg)
{
	switch (cmd) {
	case TIOCNOTTY:
		return give_up_tty(tty);
	case TIOCSCTTY:
		return set_controlling(real_tty(tty), file, arg);
	case TIOCGPGRP:
		return get_pgrp(tty, (int *)arg);
	case TIOCSPGRP:
		return set_pgrp(real_tty(tty), (const int *)arg);
	case TIOCGSID:
		return get_session(tty, (int *)arg);
	default:
		return -ENOIOCTLCMD;
	}
}

long sys_vhangup(void);
long sys_vhangup(void)
{
	struct tty_struct *tty;

	if (!capable(CAP_SYS_TTY_CONFIG))
		return -EPERM;
	tty = get_current_tty();
	if (tty) {
		tty_hangup_session(tty, false);
		tty_put(tty);
	}
	return 0;
}
