/* SPDX-License-Identifier: MIT */
/*
 * Clocks and times. i386 has two generations: seconds in 32 bits (old_*32, the calls without "64" in their
 * name), and seconds in 64 bits (__kernel_timespec, calls 403-423). Source: clock_gettime(2), setitimer(2),
 * timer_settime(2), gettimeofday(2), nanosleep(2), utime(2), adjtimex(2).
 */
#ifndef LIB_ABI_TIME_H
#define LIB_ABI_TIME_H

#include "lib/abi/types.h"

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID 3
#define CLOCK_MONOTONIC_RAW 4
#define CLOCK_REALTIME_COARSE 5
#define CLOCK_MONOTONIC_COARSE 6
#define CLOCK_BOOTTIME 7
#define CLOCK_REALTIME_ALARM 8
#define CLOCK_BOOTTIME_ALARM 9
#define CLOCK_TAI 11

#define TIMER_ABSTIME 1

#define ITIMER_REAL 0
#define ITIMER_VIRTUAL 1
#define ITIMER_PROF 2

/* Ticks per second in times(2), /proc and si_utime: the ABI's, whatever the kernel's own HZ is. */
#define USER_HZ 100

struct __kernel_timespec {
	__s64 tv_sec;
	__s64 tv_nsec;	/* only the low half is looked at */
};
ABI_SIZE(struct __kernel_timespec, 16);

struct __kernel_itimerspec {
	struct __kernel_timespec it_interval;
	struct __kernel_timespec it_value;
};

struct old_timespec32 {
	__s32 tv_sec;
	__s32 tv_nsec;
};
ABI_SIZE(struct old_timespec32, 8);

struct old_itimerspec32 {
	struct old_timespec32 it_interval;
	struct old_timespec32 it_value;
};
ABI_SIZE(struct old_itimerspec32, 16);

struct old_timeval32 {
	__s32 tv_sec;
	__s32 tv_usec;
};
ABI_SIZE(struct old_timeval32, 8);

struct old_itimerval32 {
	struct old_timeval32 it_interval;
	struct old_timeval32 it_value;
};
ABI_SIZE(struct old_itimerval32, 16);

struct old_utimbuf32 {
	__s32 actime;
	__s32 modtime;
};
ABI_SIZE(struct old_utimbuf32, 8);

struct timezone {
	__s32 tz_minuteswest;
	__s32 tz_dsttime;
};
ABI_SIZE(struct timezone, 8);

#define TFD_TIMER_ABSTIME 1
#define TFD_NONBLOCK 00004000
#define TFD_CLOEXEC 02000000
#define EFD_SEMAPHORE 1
#define EFD_NONBLOCK 00004000
#define EFD_CLOEXEC 02000000

#endif
