/* SPDX-License-Identifier: MIT */
/*
 * How a wait ends without a wake-up: by a duration, by a point in time of either clock, in both widths of time, by a
 * signal with and without SA_RESTART, and by a stop that nobody notices.
 */
#include "thread.h"

static word_t word;
static volatile int hits;

static void handler(int sig) { (void)sig; hits++; }

static void install(int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
}

/* The result of a wait and whether it lasted about as long as it should (a timer may be late, never early). */
static void timed(const char *what, int op, const void *time, int at_least)
{
	struct timespec start;
	long r, ms;

	clock_gettime(CLOCK_MONOTONIC, &start);
	errno = 0;
	r = futex(&word, op, 0, time, NULL, -1);
	ms = ms_since(&start);
	SAY("%s: %ld error %d\n", what, r, errno);
	if (ms < at_least || ms > at_least + 1500)
		SAY("  but it took %ld ms\n", ms);
}

static void timeouts(void)
{
	struct time32 t = { 0, 30 * MS };
	struct time64 t64 = { 0, 30 * MS, 0 };

	timed("duration", FUTEX_WAIT, &t, 30);
	timed("duration, private", FUTEX_WAIT | FUTEX_PRIVATE_FLAG, &t, 30);
	timed("duration, by the clock on the wall", FUTEX_WAIT | FUTEX_CLOCK_REALTIME, &t, 0);
	t = now_plus(CLOCK_MONOTONIC, 30 * MS);
	timed("point in time", FUTEX_WAIT_BITSET, &t, 29);
	t = now_plus(CLOCK_REALTIME, 30 * MS);
	timed("point in time, by the clock on the wall", FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, &t, 29);
	t = now_plus(CLOCK_MONOTONIC, -10 * MS);
	timed("point in time, past", FUTEX_WAIT_BITSET, &t, 0);
	t = (struct time32){ 0, 0 };
	timed("no duration", FUTEX_WAIT, &t, 0);
	timed("the beginning of time", FUTEX_WAIT_BITSET, &t, 0);
	timed("the beginning of time on the wall", FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, &t, 0);
	t = (struct time32){ -1, 0 };
	timed("negative", FUTEX_WAIT, &t, 0);
	t = (struct time32){ 0, 1000000000 };
	timed("too many nanoseconds", FUTEX_WAIT, &t, 0);
	t = (struct time32){ 0, -1 };
	timed("negative nanoseconds", FUTEX_WAIT_BITSET, &t, 0);
	timed("a bad pointer", FUTEX_WAIT, (void *)16, 0);
	word = 1;
	timed("another value, and a bad time", FUTEX_WAIT, &t, 0);
	t = (struct time32){ 5, 0 };
	timed("another value", FUTEX_WAIT, &t, 0);
	word = 0;
	REPORT(SYS(futex_time64, &word, FUTEX_WAIT, 0, &t64, NULL, 0));
	t64.sec = 1ll << 40;
	word = 1;
	REPORT(SYS(futex_time64, &word, FUTEX_WAIT, 0, &t64, NULL, 0));
	word = 0;
	t64 = (struct time64){ -5, 0, 0 };
	REPORT(SYS(futex_time64, &word, FUTEX_WAIT, 0, &t64, NULL, 0));
	/* A clock on the wall is no part of the other calls. */
	REPORT(futex(&word, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 1, NULL, NULL, 0));
	REPORT(futex(&word, FUTEX_REQUEUE | FUTEX_CLOCK_REALTIME, 1, NULL, &word, 0));
	REPORT(futex(&word, FUTEX_FD, 1, NULL, NULL, 0));
	REPORT(futex(&word, 13 + 64, 1, NULL, NULL, 0));
}

static word_t *shared;

/* A child waits in the way given; it gets SIGUSR1, and if it still waits 60 ms later, a wake-up. */
static void interrupted(const char *what, int flags, int op, int timed_too)
{
	struct time32 t = { 20, 0 };
	int status, pid;

	*shared = shared[1] = 0;
	install(flags);
	pid = fork();
	if (pid == 0) {
		long r;

		if (timed_too && op == FUTEX_WAIT_BITSET)
			t = now_plus(CLOCK_MONOTONIC, 20000 * MS);
		errno = 0;
		r = futex(shared, op, 0, timed_too ? &t : NULL, NULL, -1);
		SAY("%s: %ld error %d, handler %d\n", what, r, errno, hits);
		_exit(0);
	}
	wait_for_sleepers(shared, 0, 1);
	kill(pid, SIGUSR1);
	usleep(60000);
	futex(shared, FUTEX_WAKE, 1, NULL, NULL, 0);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

static void stopped(int timed_too)
{
	struct time32 t = { 20, 0 };
	int status, pid = fork();

	if (pid == 0) {
		long r = futex(shared, FUTEX_WAIT, 0, timed_too ? &t : NULL, NULL, 0);

		SAY("stopped and continued: %ld\n", r);
		_exit(0);
	}
	wait_for_sleepers(shared, 0, 1);
	kill(pid, SIGSTOP);
	CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
	kill(pid, SIGCONT);
	wait_for_sleepers(shared, 0, 1);
	futex(shared, FUTEX_WAKE, 1, NULL, NULL, 0);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

/* The time that was left when the signal came is the time that the repeated call has: it ends when it was to end. */
static void deadline_kept(void)
{
	struct time32 t = { 0, 300 * MS };
	int status, pid;
	struct timespec start;

	install(0);
	signal(SIGUSR2, SIG_IGN);
	clock_gettime(CLOCK_MONOTONIC, &start);
	pid = fork();
	if (pid == 0) {
		long r = futex(shared, FUTEX_WAIT, 0, &t, NULL, 0);

		SAY("stopped for a while: %ld error %d\n", r, errno);
		CHECK(ms_since(&start) >= 299 && ms_since(&start) < 550 + 1500);
		_exit(test_failures);
	}
	wait_for_sleepers(shared, 0, 1);
	kill(pid, SIGSTOP);
	CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
	usleep(100000);
	kill(pid, SIGCONT);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

int main(void)
{
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	timeouts();
	interrupted("signal", 0, FUTEX_WAIT, 0);
	interrupted("signal, SA_RESTART", SA_RESTART, FUTEX_WAIT, 0);
	interrupted("signal, timeout", 0, FUTEX_WAIT, 1);
	interrupted("signal, timeout, SA_RESTART", SA_RESTART, FUTEX_WAIT, 1);
	interrupted("signal, bits", 0, FUTEX_WAIT_BITSET, 0);
	interrupted("signal, bits, SA_RESTART", SA_RESTART, FUTEX_WAIT_BITSET, 0);
	interrupted("signal, bits, point in time, SA_RESTART", SA_RESTART, FUTEX_WAIT_BITSET, 1);
	stopped(0);
	stopped(1);
	deadline_kept();
	return done();
}
