/* SPDX-License-Identifier: MIT */
#pragma once
/* What the timer interrupt calls. */
#include "lib/types.h"

void run_hrtimers(u64 now);		/* calls every timer whose time has come */
void account_tick(bool user);		/* a tick's worth of CPU time for the current task */
struct task_struct;
void account_itimers(struct task_struct *t, bool user);	/* ITIMER_VIRTUAL, ITIMER_PROF, RLIMIT_CPU: a tick has passed */
extern u64 cpu_user_ns, cpu_system_ns, cpu_idle_ns;	/* for /proc/stat: by the tick */
extern u32 tsc_khz;
void update_vdso_clock(void);		/* gives the clock's numbers to the vDSO */
