/* SPDX-License-Identifier: MIT */
#pragma once
/* What the clock's interrupt is made of. */
#include "lib/types.h"

struct pt_regs;
struct task_struct;
void timer_start_cpu(void);			/* this CPU ticks from now on */
void timer_interrupt(struct pt_regs *regs);	/* this CPU's clock: runs the tick and every timer whose time has come */
void tick(struct pt_regs *regs, u32 ticks);	/* so many have passed: time and accounts */
void account_tick(bool user);			/* a tick's worth of CPU time for the current task */
void account_itimers(struct task_struct *t, bool user);	/* ITIMER_VIRTUAL, ITIMER_PROF, RLIMIT_CPU: a tick has passed */
extern u32 tsc_khz;
void update_vdso_clock(void);			/* gives the clock's numbers to the vDSO */
