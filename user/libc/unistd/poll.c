/* SPDX-License-Identifier: MIT */
/* Waiting for descriptors, and for time to pass. The kernel's 32-bit time structures are filled in here. */
#include <errno.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "lib/abi/time.h"
#include "user/libc/internal/syscall.h"

int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	return sys_call(__NR_poll, fds, n, timeout);
}

int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	struct old_timespec32 ts;

	if (timeout)
		ts = (struct old_timespec32){ (int)timeout->tv_sec, timeout->tv_nsec };
	return sys_call(__NR_ppoll, fds, n, timeout ? &ts : NULL, mask, sizeof(sigset_t));
}

int select(int n, fd_set *restrict r, fd_set *restrict w, fd_set *restrict e, struct timeval *restrict timeout)
{
	struct old_timeval32 tv;
	int result;

	if (timeout)
		tv = (struct old_timeval32){ (int)timeout->tv_sec, timeout->tv_usec };
	result = sys_call(__NR__newselect, n, r, w, e, timeout ? &tv : NULL);
	if (timeout) {
		timeout->tv_sec = tv.tv_sec;
		timeout->tv_usec = tv.tv_usec;
	}
	return result;
}

int pselect(int n, fd_set *restrict r, fd_set *restrict w, fd_set *restrict e,
	    const struct timespec *restrict timeout, const sigset_t *restrict mask)
{
	struct { const sigset_t *set; unsigned size; } pack = { mask, sizeof(sigset_t) };
	struct old_timespec32 ts;

	if (timeout)
		ts = (struct old_timespec32){ (int)timeout->tv_sec, timeout->tv_nsec };
	return sys_call(__NR_pselect6, n, r, w, e, timeout ? &ts : NULL, &pack);
}

int nanosleep(const struct timespec *req, struct timespec *rem)
{
	struct old_timespec32 k = { (int)req->tv_sec, req->tv_nsec }, left = { 0, 0 };
	long r;

	if (req->tv_sec > 0x7fffffff)
		k.tv_sec = 0x7fffffff;
	r = sys_call(__NR_nanosleep, &k, &left);
	if (rem) {
		rem->tv_sec = left.tv_sec;
		rem->tv_nsec = left.tv_nsec;
	}
	return r;
}

int clock_nanosleep(clockid_t id, int flags, const struct timespec *req, struct timespec *rem)
{
	struct old_timespec32 k = { (int)req->tv_sec, req->tv_nsec }, left = { 0, 0 };
	long r = raw_syscall(__NR_clock_nanosleep, id, flags, &k, &left);

	if (rem && !(flags & TIMER_ABSTIME)) {
		rem->tv_sec = left.tv_sec;
		rem->tv_nsec = left.tv_nsec;
	}
	return -r;
}

unsigned int sleep(unsigned int seconds)
{
	struct timespec ts = { .tv_sec = seconds };

	return nanosleep(&ts, &ts) < 0 ? (unsigned)ts.tv_sec + (ts.tv_nsec > 0) : 0;
}

int usleep(useconds_t usec)
{
	struct timespec ts = { .tv_sec = usec / 1000000, .tv_nsec = (long)(usec % 1000000) * 1000 };

	return nanosleep(&ts, NULL);
}

unsigned int alarm(unsigned int seconds) { return raw_syscall(__NR_alarm, seconds); }
int pause(void) { return sys_call(__NR_pause); }
