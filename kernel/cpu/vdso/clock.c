/* SPDX-License-Identifier: MIT */
/*
 * The clocks without entering the kernel: a program calls these through its C library, which finds
 * them by AT_SYSINFO_EHDR. They do what ktime_get() does (kernel/cpu/clock.c), with the numbers that
 * the kernel keeps in vdso_data. What they do not know they pass on to the system call.
 *
 * This is user code: position-independent, called with the C convention of user programs.
 */
#include "kernel/cpu/vdso/data.h"
#include "lib/abi/time.h"
#include "lib/div64.h"

extern const struct vdso_data vdso_data __attribute__((visibility("hidden")));

#define NSEC_PER_SEC 1000000000u
#define EXPORT __attribute__((visibility("default")))

static inline long syscall2(long nr, long a, long b)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "0"(nr), "b"(a), "c"(b) : "memory");
	return ret;
}

/* Monotonic or real time in ns. */
static u64 now(bool real)
{
	const struct vdso_data *d = &vdso_data;
	u64 ns, cycles;
	u32 seq;

	do {
		seq = d->seq & ~1u;
		barrier();
		__asm__ volatile("rdtsc" : "=A"(cycles));
		cycles -= d->tsc_base;
		ns = cycles * d->mult_int + (u64)(u32)(cycles >> 32) * d->mult + ((u64)(u32)cycles * d->mult >> 32);
		if (real)
			ns += d->real_offset;
		barrier();
	} while (d->seq != seq);
	return ns;
}

/* True if the clock is one of ours. */
static bool read_clock(int clock, u64 *sec, u32 *nsec)
{
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_MONOTONIC_RAW && clock != CLOCK_BOOTTIME)
		return false;
	*sec = div_u64_rem(now(clock == CLOCK_REALTIME), NSEC_PER_SEC, nsec);
	return true;
}

EXPORT int __vdso_clock_gettime64(int clock, struct __kernel_timespec *ts);
EXPORT int __vdso_clock_gettime64(int clock, struct __kernel_timespec *ts)
{
	u64 sec;
	u32 nsec;

	if (!read_clock(clock, &sec, &nsec))
		return (int)syscall2(403, clock, (long)ts);
	ts->tv_sec = (s64)sec;
	ts->tv_nsec = nsec;
	return 0;
}

EXPORT int __vdso_clock_gettime(int clock, struct old_timespec32 *ts);
EXPORT int __vdso_clock_gettime(int clock, struct old_timespec32 *ts)
{
	u64 sec;
	u32 nsec;

	if (!read_clock(clock, &sec, &nsec))
		return (int)syscall2(265, clock, (long)ts);
	ts->tv_sec = (s32)sec;
	ts->tv_nsec = (s32)nsec;
	return 0;
}

EXPORT int __vdso_gettimeofday(struct old_timeval32 *tv, struct timezone *tz);
EXPORT int __vdso_gettimeofday(struct old_timeval32 *tv, struct timezone *tz)
{
	u64 sec;
	u32 nsec;

	if (tz)
		return (int)syscall2(78, (long)tv, (long)tz);
	if (tv && read_clock(CLOCK_REALTIME, &sec, &nsec)) {
		tv->tv_sec = (s32)sec;
		tv->tv_usec = (s32)(nsec / 1000);
	}
	return 0;
}

EXPORT s32 __vdso_time(s32 *t);
EXPORT s32 __vdso_time(s32 *t)
{
	u32 nsec;
	s32 sec = (s32)div_u64_rem(now(true), NSEC_PER_SEC, &nsec);

	if (t)
		*t = sec;
	return sec;
}
