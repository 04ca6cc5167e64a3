/* SPDX-License-Identifier: MIT */
#pragma once
#include <sys/types.h>
#include <time.h>
#include "lib/abi/signal.h"

#define NSIG (_NSIG + 1)

typedef __sighandler_t sighandler_t;
typedef int sig_atomic_t;

struct sigaction {
	union {
		void (*sa_handler)(int);
		void (*sa_sigaction)(int, siginfo_t *, void *);
	};
	sigset_t sa_mask;
	int sa_flags;
	void (*sa_restorer)(void);
};

int sigaction(int sig, const struct sigaction *restrict act, struct sigaction *restrict old);
sighandler_t signal(int sig, sighandler_t handler);
int sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict old);
int sigsuspend(const sigset_t *mask);
int sigpending(sigset_t *set);
int sigwaitinfo(const sigset_t *restrict set, siginfo_t *restrict info);
int sigtimedwait(const sigset_t *restrict set, siginfo_t *restrict info, const struct timespec *restrict timeout);
int sigwait(const sigset_t *restrict set, int *restrict sig);
int sigaltstack(const stack_t *restrict ss, stack_t *restrict old);
int sigqueue(pid_t pid, int sig, union sigval value);
int kill(pid_t pid, int sig);
int killpg(pid_t pgrp, int sig);
int raise(int sig);
int sigemptyset(sigset_t *set);
int sigfillset(sigset_t *set);
int sigaddset(sigset_t *set, int sig);
int sigdelset(sigset_t *set, int sig);
int sigismember(const sigset_t *set, int sig);
/* Names without SIG, as kill -l prints them; NULL for what has none. */
extern const char *const sys_signame[32];
