/* SPDX-License-Identifier: MIT */
#pragma once
/* What the kernel tells the vDSO's clocks: a page of its own, below the code, which programs can read only. */
#include "lib/types.h"

struct vdso_data {
	volatile u32 seq;	/* odd while the kernel is writing: read again */
	u32 mult_int, mult;	/* nanoseconds per TSC cycle: whole, and 32 bits of fraction */
	u64 tsc_base;		/* the TSC when the monotonic clock was zero */
	u64 real_offset;	/* ns from the monotonic to the real-time clock */
};
