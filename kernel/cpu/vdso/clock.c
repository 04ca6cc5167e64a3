/* SPDX-License-Identifier: MIT */
/*
 * The clocks without entering the kernel: a program calls these through its C library, which finds
 * them by AT_SYSINFO_EHDR. At each tick the kernel leaves the time and the TSC of that moment in
 * vdso_data; the cycles since then, times the length of a cycle, are added to it. The sum is to the
 * nanosecond what ktime_get() gives (kernel/cpu/clock.c): a program that mixes the two never sees time go
 * back. What these functions do not know they pass on to the system call.
 *
 * This is user code: position-independent, called with the C convention of user programs.
 */
#include "kernel/cpu/vdso/data.h"
#include "lib/abi/time.h"

extern struct vdso_data vdso_data __attribute__((visibility("hidden")));	/* not const: it changes */

#define NSEC_PER_SEC 1000000000u
#define EXPORT __attribute__((visibility("default")))

static inline long syscall2(long nr, long a, long b)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "0"(nr), "b"(a), "c"(b) : "memory");
	return ret;
}

/* So many cycles after the tick, in ns: cycles * mult + what the tick had of a nanosecond, of which the upper half counts. */
static __always_inline u32 nsec_after(const struct vdso_data *d, const struct vdso_time *tick, u32 cycles)
{
	u32 fraction, nsec;

	__asm__("mull %3\n\taddl %4, %0\n\tadcl %5, %1"
		: "=a"(fraction), "=&d"(nsec) : "0"(cycles), "m"(d->mult), "m"(d->frac), "m"(tick->nsec) : "cc");
	return cycles * d->mult_int + nsec;
}

/* False: the kernel is to be asked itself: it is not one of these clocks, or there was no tick for long, or one came just now. */
static __always_inline bool read_clock(u32 clock, struct vdso_time *now)
{
	const struct vdso_data *d = &vdso_data;
	const struct vdso_time *tick = &d->mono;
	u32 seq, cycles, high;

	if (clock != CLOCK_MONOTONIC) {
		if (clock == CLOCK_REALTIME)
			tick = &d->real;
		else if (clock != CLOCK_MONOTONIC_RAW && clock != CLOCK_BOOTTIME)
			return false;
	}
	seq = d->seq & ~1u;
	barrier();
	__asm__ volatile("rdtsc\n\tsubl %2, %0\n\tsbbl 4+%2, %1"
			 : "=&a"(cycles), "=&d"(high) : "m"(d->tsc_last) : "cc");
	if (high || cycles > d->max_cycles)
		return false;
	now->nsec = nsec_after(d, tick, cycles);
	now->sec = tick->sec;
	barrier();
	if (d->seq != seq)
		return false;
	if (now->nsec >= NSEC_PER_SEC) {
		now->nsec -= NSEC_PER_SEC;
		now->sec++;
	}
	return true;
}

EXPORT int __vdso_clock_gettime64(int clock, struct __kernel_timespec *ts);
EXPORT int __vdso_clock_gettime64(int clock, struct __kernel_timespec *ts)
{
	struct vdso_time now;

	if (!read_clock((u32)clock, &now))
		return (int)syscall2(403, clock, (long)ts);
	ts->tv_sec = now.sec;
	ts->tv_nsec = now.nsec;
	return 0;
}

EXPORT int __vdso_clock_gettime(int clock, struct old_timespec32 *ts);
EXPORT int __vdso_clock_gettime(int clock, struct old_timespec32 *ts)
{
	struct vdso_time now;

	if (!read_clock((u32)clock, &now))
		return (int)syscall2(265, clock, (long)ts);
	ts->tv_sec = (s32)now.sec;
	ts->tv_nsec = (s32)now.nsec;
	return 0;
}

EXPORT int __vdso_gettimeofday(struct old_timeval32 *tv, struct timezone *tz);
EXPORT int __vdso_gettimeofday(struct old_timeval32 *tv, struct timezone *tz)
{
	struct vdso_time now;

	if (tz || (tv && !read_clock(CLOCK_REALTIME, &now)))
		return (int)syscall2(78, (long)tv, (long)tz);
	if (tv) {
		tv->tv_sec = (s32)now.sec;
		tv->tv_usec = (s32)(now.nsec / 1000);
	}
	return 0;
}

EXPORT s32 __vdso_time(s32 *t);
EXPORT s32 __vdso_time(s32 *t)
{
	struct vdso_time now;

	if (!read_clock(CLOCK_REALTIME, &now))
		return (s32)syscall2(13, (long)t, 0);
	if (t)
		*t = (s32)now.sec;
	return (s32)now.sec;
}
