/* SPDX-License-Identifier: MIT */
#pragma once
/* The frame on the user's stack that calls a signal handler, and the way back from it. */
#include "kernel/cpu/ptrace.h"
#include "kernel/task/signal.h"

/* Makes regs call the handler. old: the mask to be restored by sigreturn. 0, or -EFAULT if the stack cannot take the frame. */
int setup_signal_frame(int sig, const struct kernel_siginfo *info, const struct k_sigaction *ka, sigmask_t old, struct pt_regs *regs);
/* sigaltstack(2) for the current task; sp is its user stack pointer. 0 or errno. */
int do_sigaltstack(const struct sigaltstack *new, struct sigaltstack *old, unsigned long sp);
