/* SPDX-License-Identifier: MIT */
/* Limits and accounts of a process. Source: getrlimit(2), prlimit(2), getrusage(2), getpriority(2). */
#ifndef LIB_ABI_RESOURCE_H
#define LIB_ABI_RESOURCE_H

#include "lib/abi/time.h"

#define RLIMIT_CPU 0
#define RLIMIT_FSIZE 1
#define RLIMIT_DATA 2
#define RLIMIT_STACK 3
#define RLIMIT_CORE 4
#define RLIMIT_RSS 5
#define RLIMIT_NPROC 6
#define RLIMIT_NOFILE 7
#define RLIMIT_MEMLOCK 8
#define RLIMIT_AS 9
#define RLIMIT_LOCKS 10
#define RLIMIT_SIGPENDING 11
#define RLIMIT_MSGQUEUE 12
#define RLIMIT_NICE 13
#define RLIMIT_RTPRIO 14
#define RLIMIT_RTTIME 15
#define RLIM_NLIMITS 16

/* getrlimit (76) caps at 0x7fffffff; ugetrlimit (191) and setrlimit (75) know this infinity. */
#define RLIM_INFINITY (~0u)
#define RLIM64_INFINITY (~0ull)

struct rlimit {
	__u32 rlim_cur;
	__u32 rlim_max;
};
ABI_SIZE(struct rlimit, 8);

/* prlimit64, call 340 */
struct rlimit64 {
	__u64 rlim_cur;
	__u64 rlim_max;
};
ABI_SIZE(struct rlimit64, 16);

#define RUSAGE_SELF 0
#define RUSAGE_CHILDREN (-1)
#define RUSAGE_THREAD 1

struct rusage {
	struct old_timeval32 ru_utime;
	struct old_timeval32 ru_stime;
	__s32 ru_maxrss;	/* KiB */
	__s32 ru_ixrss;
	__s32 ru_idrss;
	__s32 ru_isrss;
	__s32 ru_minflt;
	__s32 ru_majflt;
	__s32 ru_nswap;
	__s32 ru_inblock;
	__s32 ru_oublock;
	__s32 ru_msgsnd;
	__s32 ru_msgrcv;
	__s32 ru_nsignals;
	__s32 ru_nvcsw;
	__s32 ru_nivcsw;
};
ABI_SIZE(struct rusage, 72);
ABI_OFFSET(struct rusage, ru_minflt, 32);

#define PRIO_MIN (-20)
#define PRIO_MAX 20
#define PRIO_PROCESS 0
#define PRIO_PGRP 1
#define PRIO_USER 2

#endif
