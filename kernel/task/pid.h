/* SPDX-License-Identifier: MIT */
#pragma once
/* Process, group and session numbers; everything here needs tasklist_lock. */
#include "kernel/task/task.h"

int alloc_pid(void);			/* -1: all are taken */
void release_pid_number(int nr);	/* unless a task, group or session still has it */
void attach_pid(struct task_struct *t);
void detach_pid(struct task_struct *t);
/* A process (by its leader) joins or leaves a group or a session. */
void attach_pgrp(struct task_struct *leader, int pgrp);
void detach_pgrp(struct task_struct *leader);
void attach_session(struct task_struct *leader, int session);
void detach_session(struct task_struct *leader);
struct hlist_head *pgrp_members(int pgrp);
struct hlist_head *session_members(int session);
#define for_each_in_pgrp(t, nr) hlist_for_each_entry(t, pgrp_members(nr), pgrp_node) if ((t)->signal->pgrp == (nr))
#define for_each_in_session(t, nr) hlist_for_each_entry(t, session_members(nr), session_node) if ((t)->signal->session == (nr))
