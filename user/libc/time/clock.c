/* SPDX-License-Identifier: MIT */
/*
 * Clocks. The 64-bit call is asked first; a kernel without it (ENOSYS) is asked with 32-bit seconds, which last
 * until 2038.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include "lib/abi/time.h"
#include "user/libc/internal/syscall.h"

int clock_gettime(clockid_t id, struct timespec *ts)
{
	struct old_timespec32 old;
	long r;

#ifdef __NR_clock_gettime64
	r = raw_syscall(__NR_clock_gettime64, id, ts);
	if (r != -ENOSYS)
		return __sysret(r);
#endif
	r = sys_call(__NR_clock_gettime, id, &old);
	if (r == 0)
		*ts = (struct timespec){ .tv_sec = old.tv_sec, .tv_nsec = old.tv_nsec };
	return r;
}

int clock_settime(clockid_t id, const struct timespec *ts)
{
	struct old_timespec32 old = { (int)ts->tv_sec, ts->tv_nsec };

	return sys_call(__NR_clock_settime, id, &old);
}

int clock_getres(clockid_t id, struct timespec *ts)
{
	struct old_timespec32 old;
	int r = sys_call(__NR_clock_getres, id, &old);

	if (r == 0 && ts)
		*ts = (struct timespec){ .tv_sec = old.tv_sec, .tv_nsec = old.tv_nsec };
	return r;
}

time_t time(time_t *t)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (t)
		*t = ts.tv_sec;
	return ts.tv_sec;
}

clock_t clock(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts) < 0)
		return -1;
	return (clock_t)(ts.tv_sec * CLOCKS_PER_SEC + ts.tv_nsec / 1000);
}

double difftime(time_t a, time_t b)
{
	return (double)(a - b);
}

int gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
	struct timespec ts;

	(void)tz;
	if (clock_gettime(CLOCK_REALTIME, &ts) < 0)
		return -1;
	tv->tv_sec = ts.tv_sec;
	tv->tv_usec = ts.tv_nsec / 1000;
	return 0;
}

int settimeofday(const struct timeval *tv, const void *tz)
{
	struct old_timeval32 old = { (int)tv->tv_sec, tv->tv_usec };

	(void)tz;
	return sys_call(__NR_settimeofday, &old, NULL);
}

static void from_old(struct itimerval *v, const struct old_itimerval32 *k)
{
	v->it_interval.tv_sec = k->it_interval.tv_sec;
	v->it_interval.tv_usec = k->it_interval.tv_usec;
	v->it_value.tv_sec = k->it_value.tv_sec;
	v->it_value.tv_usec = k->it_value.tv_usec;
}

int getitimer(int which, struct itimerval *value)
{
	struct old_itimerval32 k;
	int r = sys_call(__NR_getitimer, which, &k);

	if (r == 0)
		from_old(value, &k);
	return r;
}

int setitimer(int which, const struct itimerval *value, struct itimerval *old)
{
	struct old_itimerval32 k = {
		{ (int)value->it_interval.tv_sec, value->it_interval.tv_usec },
		{ (int)value->it_value.tv_sec, value->it_value.tv_usec },
	}, was;
	int r = sys_call(__NR_setitimer, which, &k, old ? &was : NULL);

	if (r == 0 && old)
		from_old(old, &was);
	return r;
}

int utimes(const char *path, const struct timeval times[2])
{
	struct timespec ts[2];

	for (int i = 0; times && i < 2; i++)
		ts[i] = (struct timespec){ .tv_sec = times[i].tv_sec, .tv_nsec = times[i].tv_usec * 1000 };
	return utimensat(AT_FDCWD, path, times ? ts : NULL, 0);
}
