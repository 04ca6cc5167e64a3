/* SPDX-License-Identifier: MIT */
/*
 * Process numbers: a bitmap of those in use, and hash tables from a number to its task, process
 * group and session. A number is given out again only after all others have been, so that a number
 * just freed does not come back at once; it stays taken while a group or session still has it.
 *
 * All under tasklist_lock.
 */
#include "kernel/panic.h"
#include "kernel/task/internal.h"
#include "kernel/task/pid.h"
#include "kernel/task/task.h"
#include "lib/bitmap.h"

#define PID_HASH 1024

static unsigned long pid_map[PID_MAX / BITS_PER_LONG] = { 1 };	/* 0 is the idle task */
static int last_pid;
static struct hlist_head pid_table[PID_HASH], pgrp_table[PID_HASH], session_table[PID_HASH];

static struct hlist_head *bucket(struct hlist_head *table, int nr) { return &table[(unsigned)nr % PID_HASH]; }

int alloc_pid(void)
{
	unsigned long nr = find_next_zero_bit(pid_map, PID_MAX, (unsigned long)last_pid + 1);

	if (nr >= PID_MAX)
		nr = find_next_zero_bit(pid_map, PID_MAX, last_pid < 300 ? 1 : 300);
	if (nr >= PID_MAX)
		return -1;
	__set_bit((long)nr, pid_map);
	last_pid = (int)nr;
	return last_pid;
}

static bool number_in_use(int nr)
{
	struct task_struct *t;

	hlist_for_each_entry(t, bucket(pid_table, nr), pid_hash)
		if (t->pid == nr)
			return true;
	hlist_for_each_entry(t, bucket(pgrp_table, nr), pgrp_node)
		if (t->signal->pgrp == nr)
			return true;
	hlist_for_each_entry(t, bucket(session_table, nr), session_node)
		if (t->signal->session == nr)
			return true;
	return false;
}

void release_pid_number(int nr)
{
	if (nr > 0 && !number_in_use(nr))
		__clear_bit(nr, pid_map);
}

void attach_pid(struct task_struct *t) { hlist_add_head(&t->pid_hash, bucket(pid_table, t->pid)); }

void detach_pid(struct task_struct *t)
{
	hlist_del_init(&t->pid_hash);
	release_pid_number(t->pid);
}

void attach_pgrp(struct task_struct *leader, int pgrp)
{
	leader->signal->pgrp = pgrp;
	hlist_add_head(&leader->pgrp_node, bucket(pgrp_table, pgrp));
}

void detach_pgrp(struct task_struct *leader)
{
	int old = leader->signal->pgrp;

	hlist_del_init(&leader->pgrp_node);
	release_pid_number(old);
}

void attach_session(struct task_struct *leader, int session)
{
	leader->signal->session = session;
	hlist_add_head(&leader->session_node, bucket(session_table, session));
}

void detach_session(struct task_struct *leader)
{
	int old = leader->signal->session;

	hlist_del_init(&leader->session_node);
	release_pid_number(old);
}

struct task_struct *find_task_by_pid(int pid)
{
	struct task_struct *t;

	hlist_for_each_entry(t, bucket(pid_table, pid), pid_hash)
		if (t->pid == pid)
			return t;
	return NULL;
}

struct task_struct *find_get_task(int pid)
{
	struct task_struct *t;

	spin_lock(&tasklist_lock);
	t = find_task_by_pid(pid);
	if (t)
		get_task_struct(t);
	spin_unlock(&tasklist_lock);
	return t;
}

struct hlist_head *pgrp_members(int pgrp) { return bucket(pgrp_table, pgrp); }
struct hlist_head *session_members(int session) { return bucket(session_table, session); }

int session_of_pgrp(int pgrp)
{
	struct task_struct *t;
	int session = 0;

	spin_lock(&tasklist_lock);
	for_each_in_pgrp(t, pgrp) {
		session = t->signal->session;
		break;
	}
	spin_unlock(&tasklist_lock);
	return session;
}

void detach_pgrp_keep(struct task_struct *leader, struct task_struct *heir)
{
	hlist_del_init(&leader->pgrp_node);
	hlist_del_init(&leader->session_node);
	hlist_add_head(&heir->pgrp_node, bucket(pgrp_table, heir->signal->pgrp));
	hlist_add_head(&heir->session_node, bucket(session_table, heir->signal->session));
}
