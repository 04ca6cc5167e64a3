/* SPDX-License-Identifier: MIT */
/*
 * The end of a task. A thread gives everything back by itself and becomes a zombie: its number and
 * exit code, kept until the parent has asked (kernel/task/wait.c) or has said that it never will. The
 * last switch away from it drops the scheduler's reference; the reaper drops the other. tasklist_lock
 * makes the steps "I am a zombie now" and "somebody reaps me" atomic to each other. Source: _exit(2).
 */
#include "fs/fs.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/init.h"
#include "kernel/panic.h"
#include "kernel/task/internal.h"
#include "kernel/task/pid.h"
#include "lib/abi/errno.h"
#include "lib/abi/futex.h"
#include "lib/kstrtox.h"
#include "lib/string.h"
#include "mm/mm.h"
#include "mm/pagetable.h"

static bool test_mode;		/* test=init: process 1's exit code goes to isa-debug-exit */

static int set_test(const char *value)
{
	test_mode = strcmp(value, "init") == 0;
	return 0;
}
early_param("test", set_test);

/* The parts of exit and execve that concern who waits for this address space or for a lock in it. */
void mm_release(struct task_struct *t, struct mm_struct *mm)
{
	struct completion *done;

	if (mm)
		exit_robust_list(t);
	t->robust_list = NULL;
	if (mm && t->clear_child_tid && atomic_read(&mm->mm_users) > 1) {
		(void)put_user(0u, t->clear_child_tid);
		futex_wake(t->clear_child_tid, 1);
	}
	t->clear_child_tid = NULL;
	spin_lock(&t->alloc_lock);
	done = t->vfork_done;
	t->vfork_done = NULL;
	if (done)
		complete(done);
	spin_unlock(&t->alloc_lock);
}

static void exit_mm(struct task_struct *t)
{
	struct mm_struct *mm = t->mm;

	if (!mm)
		return;
	mm_release(t, mm);
	spin_lock(&t->alloc_lock);
	atomic_inc(&mm->mm_count);	/* we run on its tables, as a kernel thread does, until the last switch */
	t->mm = NULL;
	t->signal->maxrss = max(t->signal->maxrss, get_mm_rss(mm));
	spin_unlock(&t->alloc_lock);
	mmput(mm);
}

/* A new parent for the children: another thread of ours, the nearest ancestor that asked for orphans, or process 1. */
static struct task_struct *find_reaper(struct task_struct *t)
{
	struct task_struct *other, *ancestor;

	assert_spin_locked(&tasklist_lock);
	list_for_each_entry(other, &t->signal->thread_head, thread_group)
		if (other != t && !(other->flags & PF_EXITING))
			return other;
	if (t->group_leader == child_reaper)
		panic("process 1 has ended, exit code %d, signal %d", t->signal->group_exit_code >> 8 & 0xff,
		      t->signal->group_exit_code & 0x7f);
	for (ancestor = t->real_parent; ancestor != child_reaper && ancestor->pid; ancestor = ancestor->real_parent)
		if (ancestor->signal->is_child_subreaper && !(ancestor->flags & PF_EXITING))
			return ancestor->group_leader;
	return child_reaper;
}

static bool will_become_orphaned(int pgrp, struct task_struct *ignored)
{
	struct task_struct *p;

	for_each_in_pgrp(p, pgrp) {
		if (p == ignored || p->exit_state || p->real_parent->pid == 1)
			continue;
		if (task_pgrp(p->real_parent) != pgrp && task_session(p->real_parent) == task_session(p))
			return false;
	}
	return true;
}

bool is_orphaned_pgrp(int pgrp)
{
	bool orphaned;

	spin_lock(&tasklist_lock);
	orphaned = will_become_orphaned(pgrp, NULL);
	spin_unlock(&tasklist_lock);
	return orphaned;
}

static bool has_stopped_jobs(int pgrp)
{
	struct task_struct *p;

	for_each_in_pgrp(p, pgrp)
		if (p->signal->flags & SIGNAL_STOP_STOPPED)
			return true;
	return false;
}

/* A stopped group that nobody can continue any more is told and woken (POSIX, _exit). tasklist_lock held. */
static void kill_orphaned_pgrp(struct task_struct *t, struct task_struct *parent)
{
	struct task_struct *ignored = parent ? NULL : t;
	struct task_struct *p = parent ?: t->real_parent;
	int pgrp = task_pgrp(t);

	if (task_pgrp(p) != pgrp && task_session(p) == task_session(t) &&
	    will_become_orphaned(pgrp, ignored) && has_stopped_jobs(pgrp)) {
		__kill_pgrp(pgrp, 0, SIGHUP, 1);
		__kill_pgrp(pgrp, 0, SIGCONT, 1);
	}
}

/* tasklist_lock held. Zombies that the new parent does not want go on the list. */
static void forget_children(struct task_struct *t, struct list_head *dead)
{
	struct task_struct *child, *next, *reaper;

	if (list_empty(&t->children))
		return;
	reaper = find_reaper(t);
	list_for_each_entry_safe(child, next, &t->children, sibling) {
		struct task_struct *thread;

		list_for_each_entry(thread, &child->signal->thread_head, thread_group)
			set_parent(thread, reaper);
		list_move_tail(&child->sibling, &reaper->children);
		if (child->pdeath_signal)
			send_sig(child->pdeath_signal, child, 1);
		if (child->exit_state == EXIT_ZOMBIE && child->signal->nr_threads == 0 && child->exit_signal > 0 &&
		    do_notify_parent(child, SIGCHLD)) {
			child->exit_state = EXIT_DEAD;
			list_move(&child->tasks, dead);	/* release_task takes it off again */
		}
		kill_orphaned_pgrp(child, t);
	}
}

/* The process's accounts take over what its thread has used. siglock held. */
static void account_thread(struct task_struct *t)
{
	struct signal_struct *sig = t->signal;

	add_thread_times(t, &sig->utime, &sig->stime);
	sig->nvcsw += t->nvcsw;
	sig->nivcsw += t->nivcsw;
	sig->min_flt += t->min_flt;
	sig->maj_flt += t->maj_flt;
	t->utime = t->stime = 0;
	t->nvcsw = t->nivcsw = t->min_flt = t->maj_flt = 0;
}

/*
 * A task that nobody will ask about any more leaves the tables. tasklist_lock held. If it was the
 * last thread but the leader, and the leader is a zombie already, the parent can be told now.
 */
static void __release_task(struct task_struct *t)
{
	struct sighand_struct *sighand = t->sighand;
	struct signal_struct *sig = t->signal;
	struct sigpending *shared = NULL;
	unsigned long irq;

	nr_threads_total--;
	list_del_init(&t->thread_group);
	if (t->group_leader == t) {
		list_del_init(&t->tasks);
		list_del_init(&t->sibling);
		detach_pgrp(t);
		detach_session(t);
		shared = &sig->shared_pending;
	}
	detach_pid(t);
	spin_lock_irqsave(&sighand->siglock, irq);
	t->sighand = NULL;
	spin_unlock_irqrestore(&sighand->siglock, irq);
	flush_sigqueue(&t->pending);
	if (shared)
		flush_sigqueue(shared);
	put_sighand(sighand);
}

void release_task(struct task_struct *t)
{
	struct task_struct *leader = NULL;

	spin_lock(&tasklist_lock);
	__release_task(t);
	if (t != t->group_leader && t->group_leader->exit_state == EXIT_ZOMBIE && t->signal->nr_threads == 0 &&
	    do_notify_parent(t->group_leader, t->group_leader->exit_signal)) {
		leader = t->group_leader;
		leader->exit_state = EXIT_DEAD;
	}
	spin_unlock(&tasklist_lock);
	put_task_struct(t);
	if (leader)
		release_task(leader);
}

/* Tell who must know. True: nobody will wait for us. */
static bool exit_notify(struct task_struct *t, bool last)
{
	struct task_struct *child, *next;
	unsigned long irq;
	bool reap;
	LIST_HEAD(dead);

	spin_lock(&tasklist_lock);
	forget_children(t, &dead);
	if (last)
		kill_orphaned_pgrp(t->group_leader, NULL);
	spin_lock_irqsave(&t->sighand->siglock, irq);
	account_thread(t);
	t->signal->nr_threads--;
	spin_unlock_irqrestore(&t->sighand->siglock, irq);
	if (t == t->group_leader)
		reap = t->signal->nr_threads == 0 && do_notify_parent(t, t->exit_signal);
	else
		reap = true;
	t->exit_state = reap ? EXIT_DEAD : EXIT_ZOMBIE;
	if (t->signal->group_exit_task && t->signal->nr_threads == 1)
		wake_up_process(t->signal->group_exit_task);
	spin_unlock(&tasklist_lock);
	list_for_each_entry_safe(child, next, &dead, tasks)
		release_task(child);
	return reap;
}

static void disassociate_tty(struct task_struct *t)
{
	if (t->signal->leader)
		disassociate_ctty(t);
}

static void end_of_init(void)
{
	int code = current->signal->group_exit_code;

	if (test_mode) {
		ksys_sync();
		debug_exit(code == 0 ? 0x10 : 0x11);
	}
	if (code & 0x7f)
		panic("process 1 was killed by signal %d", code & 0x7f);
	panic("process 1 has ended, exit code %d", code >> 8 & 0xff);
}

void do_exit(int code)
{
	struct task_struct *t = current;
	bool last, reap;

	if (in_interrupt())
		panic("exit from an interrupt handler");
	if (!t->pid)
		panic("the idle task ended");
	lockdep_task_exits();
	last = exit_signals(t);		/* sets PF_EXITING: no more signals for this thread */
	if (last && !(t->signal->flags & SIGNAL_GROUP_EXIT)) {
		/* the last thread's status is the process's */
		t->signal->flags = (t->signal->flags & SIGNAL_UNKILLABLE) | SIGNAL_GROUP_EXIT;
		t->signal->group_exit_code = code;
	}
	if (last && t->group_leader == child_reaper)
		end_of_init();
	t->exit_code = code;
	if (last)
		exit_itimers(t->signal);
	exit_mm(t);
	exit_files(t);
	exit_fs(t);
	if (last)
		disassociate_tty(t);
	reap = exit_notify(t, last);
	if (reap)
		release_task(t);
	lockdep_task_exits();
	/* An interrupt that preempted us here would make its switch our last, with us still queued to run. */
	local_irq_disable();
	set_special_state(TASK_DEAD);
	schedule();
	panic("a dead task runs");
}

/* All threads of the process but us will end. tasklist_lock and siglock held. */
static void zap_other_threads(void)
{
	struct task_struct *t;

	assert_spin_locked(&current->sighand->siglock);
	current->signal->group_stop_count = 0;
	list_for_each_entry(t, &current->signal->thread_head, thread_group)
		if (t != current && !(t->flags & PF_EXITING)) {
			t->pending.signal |= sigmask(SIGKILL);
			signal_wake_up(t, true);
		}
}

void do_group_exit(int code)
{
	struct signal_struct *sig = current->signal;
	unsigned long irq;

	spin_lock(&tasklist_lock);
	spin_lock_irqsave(&current->sighand->siglock, irq);
	if (sig->flags & SIGNAL_GROUP_EXIT) {
		code = sig->group_exit_code;
	} else if (sig->group_exit_task) {
		code = 0;			/* another thread is in execve, and the process goes on with it */
	} else {
		sig->group_exit_code = code;
		sig->flags = (sig->flags & SIGNAL_UNKILLABLE) | SIGNAL_GROUP_EXIT;
		zap_other_threads();
	}
	spin_unlock_irqrestore(&current->sighand->siglock, irq);
	spin_unlock(&tasklist_lock);
	do_exit(code);
}

long sys_exit(int code);
long sys_exit(int code) { do_exit((code & 0xff) << 8); }
long sys_exit_group(int code);
long sys_exit_group(int code) { do_group_exit((code & 0xff) << 8); }

/*
 * execve by one of several threads: the others are killed, and once they are gone the caller takes
 * over the leader's place and number.
 */
int de_thread(void)
{
	struct task_struct *me = current, *t, *leader = me->group_leader;
	struct signal_struct *sig = me->signal;
	unsigned long irq;

	if (sig->nr_threads == 1 && me == leader) {
		hold_itimers(sig);
		return 0;
	}
	spin_lock(&tasklist_lock);
	spin_lock_irqsave(&me->sighand->siglock, irq);
	if (sig->flags & SIGNAL_GROUP_EXIT || sig->group_exit_task) {
		spin_unlock_irqrestore(&me->sighand->siglock, irq);
		spin_unlock(&tasklist_lock);
		return -EAGAIN;
	}
	sig->group_exit_task = me;
	zap_other_threads();
	spin_unlock_irqrestore(&me->sighand->siglock, irq);
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (sig->nr_threads == 1 && (leader == me || leader->exit_state == EXIT_ZOMBIE))
			break;
		spin_unlock(&tasklist_lock);
		schedule();
		spin_lock(&tasklist_lock);
	}
	current->state = TASK_RUNNING;
	sig->group_exit_task = NULL;
	hold_itimers(sig);		/* its interrupt must not meet a leader or handlers that are about to be freed */
	if (leader == me) {
		spin_unlock(&tasklist_lock);
		return 0;
	}
	/* Exchange the numbers and take the leader's place in the tree; the old leader then goes as a thread does. */
	detach_pgrp_keep(leader, me);
	swap(me->pid, leader->pid);
	hlist_del_init(&me->pid_hash);
	hlist_del_init(&leader->pid_hash);
	attach_pid(me);
	attach_pid(leader);
	list_replace_init(&leader->tasks, &me->tasks);
	list_replace_init(&leader->sibling, &me->sibling);
	list_for_each_entry(t, &leader->children, sibling)
		set_parent(t, me);
	list_splice_init(&leader->children, &me->children);
	leader->group_leader = me;
	list_for_each_entry(t, &sig->thread_head, thread_group)
		t->group_leader = me;		/* ours too, and of those that have ended but still leave */
	me->start_time = leader->start_time;
	me->exit_signal = SIGCHLD;
	leader->exit_signal = -1;
	set_parent(me, leader->real_parent);
	leader->exit_state = EXIT_DEAD;
	spin_unlock(&tasklist_lock);
	release_task(leader);
	return 0;
}
