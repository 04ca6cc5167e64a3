/* SPDX-License-Identifier: MIT */
/* Processor time in ticks of 1/USER_HZ second; times, call 43. Source: times(2). */
#ifndef LIB_ABI_TIMES_H
#define LIB_ABI_TIMES_H

#include "lib/abi/types.h"

struct tms {
	__s32 tms_utime;
	__s32 tms_stime;
	__s32 tms_cutime;
	__s32 tms_cstime;
};
ABI_SIZE(struct tms, 16);

#endif
