/* SPDX-License-Identifier: MIT */
#pragma once
/* Signals as in signal(7): sending, the pending queues, and the delivery on the way back to user mode. */
#include "kernel/sched/mutex.h"
#include "lib/abi/signal.h"
#include "lib/atomic.h"
#include "lib/types.h"

typedef u64 sigmask_t;			/* the kernel's form of sigset_t: bit n-1 is signal n */
#define sigmask(sig) (1ull << ((sig) - 1))
#define SIG_KERNEL_ONLY_MASK (sigmask(SIGKILL) | sigmask(SIGSTOP))
#define SIG_KERNEL_STOP_MASK (sigmask(SIGSTOP) | sigmask(SIGTSTP) | sigmask(SIGTTIN) | sigmask(SIGTTOU))

/* Never seen by programs: how a system call that a signal ended is to be restarted. */
#define ERESTARTSYS 512			/* restart if SA_RESTART or no handler */
#define ERESTARTNOINTR 513		/* always restart */
#define ERESTARTNOHAND 514		/* restart if no handler ran */
#define ERESTART_RESTARTBLOCK 516	/* through restart_syscall(2) */

struct task_struct;
struct sigpending {
	struct list_head list;		/* of struct sigqueue */
	sigmask_t signal;
};
struct k_sigaction {
	unsigned long sa_handler;
	u32 sa_flags;
	unsigned long sa_restorer;
	sigmask_t sa_mask;
};
/* What the kernel keeps of a siginfo_t; the rest of the user's 128 bytes is zero. */
struct kernel_siginfo {
	s32 si_signo, si_errno, si_code;
	union __sifields _sifields;
};
static_assert(offsetof(struct kernel_siginfo, _sifields) == offsetof(struct siginfo, _sifields), "a siginfo_t begins with it");

struct sighand_struct {
	atomic_t count;
	spinlock_t siglock;		/* interrupts off */
	struct k_sigaction action[64];
};

/* info: the details, or SEND_SIG_NOINFO (from a user) or SEND_SIG_PRIV (from the kernel). All: 0 or -EAGAIN, -ESRCH; any context. */
#define SEND_SIG_NOINFO ((struct kernel_siginfo *)0)
#define SEND_SIG_PRIV ((struct kernel_siginfo *)1)
int send_sig_info(int sig, struct kernel_siginfo *info, struct task_struct *t);	/* to the thread's process */
int send_sig(int sig, struct task_struct *t, int priv);
int kill_pgrp(int pgrp, int sig, int priv);	/* from the kernel: 0, or -ESRCH if the group is empty */
void force_sig(int sig, struct task_struct *t);	/* to the thread; cannot be blocked or ignored */
void force_sig_fault(int sig, int code, void *addr);
bool signal_pending(struct task_struct *t);	/* an unblocked signal waits */
bool fatal_signal_pending(struct task_struct *t);
/* Is the signal ignored or blocked by the current task? (terminals ask) */
bool sig_is_ignored_or_blocked(int sig);
void recalc_sigpending(void);
/* For pselect, ppoll, sigsuspend: use this mask until the system call has returned. */
int set_user_sigmask(const void *user_mask, size_t sigsetsize);
/* Call when the wait was not interrupted: put the old mask back now (else delivery does it). */
void restore_saved_sigmask_unless(bool interrupted);
