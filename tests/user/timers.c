/* SPDX-License-Identifier: MIT */
/* Sleeping and timers: never early, never for ever; clocks that do not run backwards. */
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include "test.h"

static long long read_clock(int id)
{
	struct timespec t;

	CHECK(clock_gettime(id, &t) == 0);
	CHECK(t.tv_nsec >= 0 && t.tv_nsec < 1000000000);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static volatile int rings;

static void ring(int sig)
{
	(void)sig;
	rings++;
}

static void sleeping(void)
{
	static const int lengths[] = { 0, 1, 1000, 1000000, 10000000, 35000000 };
	struct timespec t = { .tv_sec = 0 }, left;
	int early = 0;

	for (unsigned i = 0; i < sizeof lengths / sizeof *lengths; i++)
		for (int k = 0; k < 3; k++) {
			long long start = read_clock(CLOCK_MONOTONIC);

			t.tv_nsec = lengths[i];
			CHECK(nanosleep(&t, NULL) == 0);
			early += read_clock(CLOCK_MONOTONIC) - start < lengths[i];
		}
	SAY("early: %d\n", early);
	t.tv_nsec = 1000000000;
	REPORT(nanosleep(&t, NULL));
	t.tv_nsec = -1;
	REPORT(nanosleep(&t, NULL));
	t.tv_sec = -1;
	t.tv_nsec = 0;
	REPORT(nanosleep(&t, &left));
}

static void clocks(void)
{
	long long before[2] = { 0, 0 };
	struct timespec t;
	struct timeval tv;
	int backwards = 0;
	clock_t ticks = times(NULL);

	for (int i = 0; i < 20000; i++) {
		long long now = read_clock(CLOCK_MONOTONIC), real = read_clock(CLOCK_REALTIME);

		backwards += (now < before[0]) + (real < before[1]);
		before[0] = now;
		before[1] = real;
	}
	SAY("backwards: %d\n", backwards);
	gettimeofday(&tv, NULL);
	/* Generous: a virtual CPU may be put aside for seconds. */
	CHECK(tv.tv_sec - before[1] / 1000000000 <= 20 && tv.tv_usec < 1000000 && time(NULL) - tv.tv_sec <= 20);
	CHECK(read_clock(7) >= before[0] - 1000000000 && times(NULL) >= ticks);
	CHECK(read_clock(CLOCK_MONOTONIC) > 0 && read_clock(2) > 0 && read_clock(3) > 0);
	REPORT(clock_gettime(99, &t));
	REPORT(SYS(clock_getres, 1, NULL));
}

static void intervals(void)
{
	struct itimerval timer = { .it_value.tv_usec = 5000, .it_interval.tv_usec = 5000 }, old;
	long long start = read_clock(CLOCK_MONOTONIC);

	signal(SIGALRM, ring);
	signal(SIGVTALRM, ring);
	CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
	while (rings < 10)
		pause();
	CHECK(read_clock(CLOCK_MONOTONIC) - start >= 50000000);
	memset(&timer, 0, sizeof timer);
	CHECK(setitimer(ITIMER_REAL, &timer, &old) == 0 && old.it_interval.tv_usec == 5000 && old.it_value.tv_sec == 0);
	usleep(1000);
	rings = 0;
	usleep(15000);
	SAY("after disarming: %d\n", rings);
	/* The time that the program itself runs. */
	timer.it_value.tv_usec = 20000;
	CHECK(setitimer(ITIMER_VIRTUAL, &timer, NULL) == 0);
	usleep(50000);
	SAY("virtual time stands while we sleep: %d\n", rings);
	while (!rings)
		;
	SAY("and runs while we do\n");
	timer.it_value.tv_usec = 1000000;
	REPORT(setitimer(ITIMER_REAL, &timer, NULL));
	REPORT(setitimer(9, &timer, NULL));
	alarm(0);
	SAY("alarm: %u", alarm(100));
	SAY(" %u", alarm(50) - 99);
	SAY(" %u\n", alarm(0) - 49);
}

static void usage(void)
{
	struct rusage self, children;
	struct tms tms;
	int status;

	IN_CHILD(status, for (long long end = read_clock(2) + 50000000; read_clock(2) < end;) getppid());
	CHECK(getrusage(0, &self) == 0 && getrusage(-1, &children) == 0);
	CHECK(children.ru_utime.tv_sec * 1000000 + children.ru_utime.tv_usec + children.ru_stime.tv_usec >= 30000);
	CHECK(self.ru_maxrss > 0 && self.ru_minflt > 0);
	times(&tms);
	CHECK(tms.tms_cutime + tms.tms_cstime >= 3);
	REPORT(getrusage(7, &self));
	SAY("a child's time is counted\n");
}

int main(void)
{
	sleeping();
	clocks();
	intervals();
	usage();
	return done();
}
