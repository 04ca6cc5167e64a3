/* SPDX-License-Identifier: MIT */
#pragma once
/* What sending (sigsend.c) and taking (signal.c) of signals share. siglock is held for all of it. */
#include "kernel/task/task.h"

struct sigqueue {
	struct list_head list;		/* in a struct sigpending */
	struct kernel_siginfo info;
};

/* Faults of the program itself come before whatever else is pending. */
#define SIG_SYNCHRONOUS_MASK (sigmask(SIGSEGV) | sigmask(SIGBUS) | sigmask(SIGILL) | sigmask(SIGTRAP) | \
	sigmask(SIGFPE) | sigmask(SIGSYS))
/* Whose default is to do nothing. */
#define SIG_IGNORE_MASK (sigmask(SIGCONT) | sigmask(SIGCHLD) | sigmask(SIGWINCH) | sigmask(SIGURG))

/* Takes one out of the set, with its details; the bit goes with the last of its kind. */
void sigqueue_take(int sig, struct sigpending *p, struct kernel_siginfo *info);
/* Out of all pending sets of the process. */
void remove_everywhere(struct task_struct *t, sigmask_t mask);
/* Sets TIF_SIGPENDING if something unblocked is pending; true if so. */
bool compute_sigpending(struct task_struct *t);
