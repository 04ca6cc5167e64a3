/* SPDX-License-Identifier: MIT */
#pragma once
/* What the kernel tells the vDSO's clocks: a page of its own, below the code, which programs can read only. */
#include "lib/types.h"

struct vdso_time {
	u32 sec;		/* until 2106; max_cycles is 0 from then on */
	u32 nsec;
};

/* Written at each tick of the boot CPU, and when the time of day is set. */
struct vdso_data {
	volatile u32 seq;	/* odd while the kernel is writing: read again */
	u32 mult_int, mult;	/* nanoseconds per TSC cycle: whole, and 32 bits of fraction */
	u32 max_cycles;		/* use it only as long as the TSC is no further from tsc_last: less than a second */
	u64 tsc_last;		/* the TSC at the tick, when it was */
	u32 frac;		/* 2^-32 ns after */
	struct vdso_time mono, real;
};
