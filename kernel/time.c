/* SPDX-License-Identifier: MIT */
/*
 * The system calls on time: reading and setting clocks, sleeping. Each exists twice, with the old
 * 32-bit structures and with the 64-bit ones that outlast the year 2038. Sources: clock_gettime(2),
 * clock_nanosleep(2), gettimeofday(2).
 */
#include "kernel/cpu/uaccess.h"
#include "kernel/task/task.h"
#include "kernel/time.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/abi/time.h"
#include "lib/div64.h"

static void cpu_clock(bool thread, u64 *ns)
{
	u64 utime, stime;

	if (thread) {
		*ns = task_runtime_ns(current);
		return;
	}
	spin_lock(&tasklist_lock);
	thread_group_cputime(current, &utime, &stime);
	spin_unlock(&tasklist_lock);
	*ns = utime + stime;
}

/* ns since the clock's origin, or -EINVAL. */
static int read_clock(int clock, u64 *ns)
{
	switch (clock) {
	case CLOCK_REALTIME: case CLOCK_TAI: case CLOCK_REALTIME_ALARM:
		*ns = ktime_get_real();
		return 0;
	case CLOCK_MONOTONIC: case CLOCK_MONOTONIC_RAW: case CLOCK_BOOTTIME: case CLOCK_MONOTONIC_COARSE: case CLOCK_BOOTTIME_ALARM:
		*ns = ktime_get();
		return 0;
	case CLOCK_REALTIME_COARSE:
		*ns = ktime_get_coarse_real();
		return 0;
	case CLOCK_PROCESS_CPUTIME_ID: case CLOCK_THREAD_CPUTIME_ID:
		cpu_clock(clock == CLOCK_THREAD_CPUTIME_ID, ns);
		return 0;
	default:
		return -EINVAL;
	}
}

static struct __kernel_timespec to_timespec64(u64 ns)
{
	u32 rem;
	u64 sec = div_u64_rem(ns, NSEC_PER_SEC, &rem);

	return (struct __kernel_timespec){ (s64)sec, rem };
}

static struct old_timespec32 to_timespec32(u64 ns)
{
	u32 rem;
	u64 sec = div_u64_rem(ns, NSEC_PER_SEC, &rem);

	return (struct old_timespec32){ (s32)sec, (s32)rem };
}

/* A duration or a point in time; very long ones are cut to what the timers can count. -EINVAL. */
static int to_ns(s64 sec, s64 nsec, u64 *ns)
{
	if (sec < 0 || nsec < 0 || nsec >= (s64)NSEC_PER_SEC)
		return -EINVAL;
	*ns = sec > 4000000000ll ? KTIME_MAX / 2 : (u64)sec * NSEC_PER_SEC + (u64)nsec;
	return 0;
}

static int get_ns32(const struct old_timespec32 *user, u64 *ns)
{
	struct old_timespec32 t;

	return copy_from_user(&t, user, sizeof(t)) ? -EFAULT : to_ns(t.tv_sec, t.tv_nsec, ns);
}

static int get_ns64(const struct __kernel_timespec *user, u64 *ns)
{
	struct __kernel_timespec t;

	return copy_from_user(&t, user, sizeof(t)) ? -EFAULT : to_ns(t.tv_sec, (s32)t.tv_nsec, ns);
}

long sys_clock_gettime64(int clock, struct __kernel_timespec *user);
long sys_clock_gettime64(int clock, struct __kernel_timespec *user)
{
	struct __kernel_timespec t;
	u64 ns;

	if (read_clock(clock, &ns))
		return -EINVAL;
	t = to_timespec64(ns);
	return copy_to_user(user, &t, sizeof(t)) ? -EFAULT : 0;
}

long sys_clock_gettime(int clock, struct old_timespec32 *user);
long sys_clock_gettime(int clock, struct old_timespec32 *user)
{
	struct old_timespec32 t;
	u64 ns;

	if (read_clock(clock, &ns))
		return -EINVAL;
	t = to_timespec32(ns);
	return copy_to_user(user, &t, sizeof(t)) ? -EFAULT : 0;
}

static u32 resolution(int clock)
{
	return clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE ? (u32)TICK_NSEC : 1;
}

long sys_clock_getres64(int clock, struct __kernel_timespec *user);
long sys_clock_getres64(int clock, struct __kernel_timespec *user)
{
	struct __kernel_timespec t = { 0, resolution(clock) };
	u64 ns;

	if (read_clock(clock, &ns))
		return -EINVAL;
	return user && copy_to_user(user, &t, sizeof(t)) ? -EFAULT : 0;
}

long sys_clock_getres(int clock, struct old_timespec32 *user);
long sys_clock_getres(int clock, struct old_timespec32 *user)
{
	struct old_timespec32 t = { 0, (s32)resolution(clock) };
	u64 ns;

	if (read_clock(clock, &ns))
		return -EINVAL;
	return user && copy_to_user(user, &t, sizeof(t)) ? -EFAULT : 0;
}

static long set_clock(int clock, int err, u64 ns)
{
	if (err)
		return err;
	if (clock != CLOCK_REALTIME)
		return -EINVAL;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	settimeofday_ns(ns);
	return 0;
}

long sys_clock_settime64(int clock, const struct __kernel_timespec *user);
long sys_clock_settime64(int clock, const struct __kernel_timespec *user)
{
	u64 ns = 0;
	int err = get_ns64(user, &ns);

	return set_clock(clock, err, ns);
}

long sys_clock_settime(int clock, const struct old_timespec32 *user);
long sys_clock_settime(int clock, const struct old_timespec32 *user)
{
	u64 ns = 0;
	int err = get_ns32(user, &ns);

	return set_clock(clock, err, ns);
}

long sys_gettimeofday(struct old_timeval32 *tv, struct timezone *tz);
long sys_gettimeofday(struct old_timeval32 *tv, struct timezone *tz)
{
	struct timezone utc = { 0, 0 };
	struct old_timespec32 t;
	struct old_timeval32 v;

	t = to_timespec32(ktime_get_real());
	v = (struct old_timeval32){ t.tv_sec, t.tv_nsec / 1000 };
	if ((tv && copy_to_user(tv, &v, sizeof(v))) || (tz && copy_to_user(tz, &utc, sizeof(utc))))
		return -EFAULT;
	return 0;
}

long sys_settimeofday(const struct old_timeval32 *tv, const struct timezone *tz);
long sys_settimeofday(const struct old_timeval32 *tv, const struct timezone *tz)
{
	struct old_timeval32 v;
	u64 ns = 0;
	int err;

	(void)tz;
	if (!tv)
		return 0;
	if (copy_from_user(&v, tv, sizeof(v)))
		return -EFAULT;
	if (v.tv_usec < 0 || v.tv_usec >= 1000000)
		return -EINVAL;
	err = to_ns(v.tv_sec, (s64)v.tv_usec * 1000, &ns);
	return set_clock(CLOCK_REALTIME, err, ns);
}

long sys_time(s32 *user);
long sys_time(s32 *user)
{
	s32 now = (s32)get_seconds();

	return user && put_user(now, user) ? -EFAULT : now;
}

long sys_stime(const s32 *user);
long sys_stime(const s32 *user)
{
	s32 t;

	return get_user(t, user) ? -EFAULT : set_clock(CLOCK_REALTIME, t < 0 ? -EINVAL : 0, (u64)t * NSEC_PER_SEC);
}

/* ---- sleeping ---- */

enum { REM_NONE, REM_32, REM_64 };

static int put_remaining(u64 expires, void *rem, int form)
{
	u64 now = ktime_get(), left = expires > now ? expires - now : 0;

	if (form == REM_32) {
		struct old_timespec32 t = to_timespec32(left);

		return copy_to_user(rem, &t, sizeof(t)) ? -EFAULT : 0;
	}
	if (form == REM_64) {
		struct __kernel_timespec t = to_timespec64(left);

		return copy_to_user(rem, &t, sizeof(t)) ? -EFAULT : 0;
	}
	return 0;
}

/* Until the monotonic time; -ERESTART_RESTARTBLOCK if a signal came first. */
static long sleep_until(u64 expires)
{
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (signal_pending(current)) {
			current->state = TASK_RUNNING;
			return -ERESTART_RESTARTBLOCK;
		}
		if (schedule_hrtimeout(expires) == 0)
			return 0;
	}
}

/* Without a handler the sleep goes on to the same end (nanosleep(2), ERESTART_RESTARTBLOCK). */
static long sleep_restart(struct restart_block *r)
{
	long err = sleep_until(r->arg[0]);

	if (err && put_remaining(r->arg[0], (void *)(unsigned long)r->arg[1], (int)r->arg[2]))
		return -EFAULT;
	return err;
}

static long do_nanosleep(u64 ns, void *rem, int form)
{
	u64 expires = ktime_get() + ns;
	long err = sleep_until(expires);

	if (!err)
		return 0;
	current->restart_block = (struct restart_block){ sleep_restart, { expires, (unsigned long)rem, (u64)form } };
	return put_remaining(expires, rem, form) ? -EFAULT : err;
}

long sys_nanosleep(const struct old_timespec32 *req, struct old_timespec32 *rem);
long sys_nanosleep(const struct old_timespec32 *req, struct old_timespec32 *rem)
{
	u64 ns;
	int err = get_ns32(req, &ns);

	return err ?: do_nanosleep(ns, rem, rem ? REM_32 : REM_NONE);
}

static long clock_sleep(int clock, int flags, u64 ns, void *rem, int form)
{
	long err;

	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME && clock != CLOCK_TAI)
		return clock == CLOCK_THREAD_CPUTIME_ID ? -EINVAL : -EOPNOTSUPP;
	if (!(flags & TIMER_ABSTIME))
		return do_nanosleep(ns, rem, form);
	if (clock == CLOCK_REALTIME || clock == CLOCK_TAI)
		ns = ns > ktime_real_offset() ? ns - ktime_real_offset() : 0;
	err = sleep_until(ns);
	return err == -ERESTART_RESTARTBLOCK ? -ERESTARTNOHAND : err;
}

long sys_clock_nanosleep(int clock, int flags, const struct old_timespec32 *req, struct old_timespec32 *rem);
long sys_clock_nanosleep(int clock, int flags, const struct old_timespec32 *req, struct old_timespec32 *rem)
{
	u64 ns;
	int err = get_ns32(req, &ns);

	return err ?: clock_sleep(clock, flags, ns, rem, rem ? REM_32 : REM_NONE);
}

long sys_clock_nanosleep_time64(int clock, int flags, const struct __kernel_timespec *req, struct __kernel_timespec *rem);
long sys_clock_nanosleep_time64(int clock, int flags, const struct __kernel_timespec *req, struct __kernel_timespec *rem)
{
	u64 ns;
	int err = get_ns64(req, &ns);

	return err ?: clock_sleep(clock, flags, ns, rem, rem ? REM_64 : REM_NONE);
}
