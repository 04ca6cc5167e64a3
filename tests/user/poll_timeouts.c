/* SPDX-License-Identifier: MIT */
/* How long poll, ppoll, select and pselect wait: never less than asked, for ever, and what a signal does to them. */
#include <poll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include "fs.h"

static int fds[2], alarms;

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000L + t.tv_nsec / 1000000;
}

/* Not before its time, and not for ever after it. */
#define TAKES(ms, call) do {								\
		long from_ = now_ms();							\
		long r_ = (call);							\
		int error_ = errno;							\
		long took_ = now_ms() - from_;						\
		CHECK(took_ >= (ms) - 1 && took_ < (ms) + 3000);			\
		SAY("%s: %ld", #call, r_);						\
		if (r_ < 0)								\
			SAY(" error %d", error_);					\
		SAY("\n");								\
	} while (0)

static void timeouts(void)
{
	struct pollfd p = { .fd = fds[0], .events = POLLIN }, none = { .fd = -1, .events = POLLIN };
	struct timespec ts = { .tv_nsec = 50000000 };
	struct timeval tv = { .tv_usec = 50000 };
	fd_set set;

	TAKES(0, poll(&p, 1, 0));
	TAKES(50, poll(&p, 1, 50));
	TAKES(50, poll(&none, 1, 50));
	SAY("revents %x\n", none.revents);
	TAKES(50, poll(NULL, 0, 50));
	TAKES(50, ppoll(&p, 1, &ts, NULL));
	SAY("ppoll of libc leaves the time: %d\n", (int)(ts.tv_nsec / 1000000));
	FD_ZERO(&set);
	FD_SET(fds[0], &set);
	TAKES(50, select(fds[0] + 1, &set, NULL, NULL, &tv));
	SAY("left %ld %ld, set %d\n", (long)tv.tv_sec, (long)tv.tv_usec, (int)FD_ISSET(fds[0], &set));
	tv.tv_usec = 50000;
	TAKES(50, select(0, NULL, NULL, NULL, &tv));
	TAKES(50, pselect(0, NULL, NULL, NULL, &ts, NULL));
	CHECK(write(fds[1], "x", 1) == 1);
	TAKES(0, poll(&p, 1, -1));
	TAKES(0, poll(&p, 1, 2000));
	hear(fds[0]);
}

static void errors(void)
{
	struct pollfd p = { .fd = fds[0], .events = POLLIN };
	struct timespec ts = { .tv_nsec = 1000000000 };
	struct timeval tv = { .tv_sec = -1 };

	TAKES(0, ppoll(&p, 1, &ts, NULL));
	ts = (struct timespec){ .tv_sec = -1 };
	TAKES(0, ppoll(&p, 1, &ts, NULL));
	TAKES(0, select(0, NULL, NULL, NULL, &tv));
	TAKES(0, poll((struct pollfd *)16, 1, 0));
}

static void on_alarm(int sig)
{
	(void)sig;
	alarms++;
}

static void alarm_ms(int ms)
{
	struct itimerval t = { .it_value = { .tv_usec = ms * 1000 } };

	CHECK(setitimer(ITIMER_REAL, &t, NULL) == 0);
}

/* Interrupted, also with SA_RESTART; the mask of ppoll holds while it waits, and only then. */
static void signals(void)
{
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	struct pollfd p = { .fd = fds[0], .events = POLLIN };
	struct timespec ts = { .tv_sec = 10 }, zero = { .tv_sec = 0 };
	sigset_t block, old, empty, now;
	struct timeval tv = { .tv_sec = 10 };

	sigaction(SIGALRM, &action, NULL);
	alarm_ms(50);
	TAKES(50, poll(&p, 1, 10000));
	alarm_ms(50);
	TAKES(50, poll(&p, 1, -1));
	alarm_ms(50);
	TAKES(50, select(0, NULL, NULL, NULL, &tv));
	CHECK(tv.tv_sec == 9);
	SAY("alarms %d\n", alarms);
	sigemptyset(&empty);
	sigemptyset(&block);
	sigaddset(&block, SIGALRM);
	sigprocmask(SIG_BLOCK, &block, &old);
	alarm_ms(50);
	TAKES(100, poll(&p, 1, 100));
	SAY("blocked: alarms %d\n", alarms);
	/* Pending already: ppoll lets it in at once. */
	TAKES(0, ppoll(&p, 1, &ts, &empty));
	SAY("let in: alarms %d\n", alarms);
	alarm_ms(50);
	TAKES(50, pselect(0, NULL, NULL, NULL, &ts, &empty));
	sigprocmask(SIG_BLOCK, NULL, &now);
	SAY("alarms %d, blocked again %d\n", alarms, sigismember(&now, SIGALRM));
	/* An event that is there wins over a signal that is not let in. */
	tell(fds[1]);
	alarm_ms(1);
	usleep(20000);
	TAKES(0, ppoll(&p, 1, &zero, NULL));
	SAY("alarms %d\n", alarms);
	hear(fds[0]);
	sigprocmask(SIG_SETMASK, &old, NULL);
	SAY("alarms %d\n", alarms);
}

int main(void)
{
	CHECK(pipe(fds) == 0);
	timeouts();
	errors();
	signals();
	close(fds[0]);
	close(fds[1]);
	return done();
}
