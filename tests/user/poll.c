/* SPDX-License-Identifier: MIT */
/* poll and select: limits of time (never early), several descriptors, a wake-up that comes between check and
 * sleep (bug 1). */
#include <poll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include "test.h"

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static void times(void)
{
	struct timeval tv = {.tv_usec = 30000};
	struct timespec ts = {.tv_nsec = 30000000};
	struct pollfd none = {-1, POLLIN, 77};
	long long start = now();

	CHECK(poll(NULL, 0, 30) == 0 && now() - start >= 30000000);
	start = now();
	CHECK(poll(&none, 1, 30) == 0 && none.revents == 0 && now() - start >= 30000000);
	start = now();
	CHECK(select(0, NULL, NULL, NULL, &tv) == 0 && now() - start >= 30000000);
	SAY("what select leaves of the time: %d\n", (int)(tv.tv_sec * 1000000 + tv.tv_usec));
	start = now();
	CHECK(ppoll(NULL, 0, &ts, NULL) == 0 && now() - start >= 30000000);
	start = now();
	CHECK(poll(NULL, 0, 0) == 0 && now() - start < 2000000000);
	tv.tv_sec = -1;
	REPORT(select(0, NULL, NULL, NULL, &tv));
	tv.tv_sec = 0;
	REPORT(select(-1, NULL, NULL, NULL, &tv));
	REPORT(SYS(poll, 1, 1, 0));
	REPORT(SYS(poll, &none, -1, 0));
}

static void sets(void)
{
	int a[2], b[2], file = make_file("file", 10);
	fd_set in, out, except;
	struct timeval zero = {.tv_sec = 0};
	struct pollfd fds[4];

	CHECK(pipe(a) == 0 && pipe(b) == 0);
	write(b[1], "x", 1);
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&except);
	FD_SET(a[0], &in);
	FD_SET(b[0], &in);
	FD_SET(file, &in);
	FD_SET(a[1], &out);
	FD_SET(a[0], &except);
	SAY("select: %d", select(file + 10, &in, &out, &except, &zero));
	SAY(": %d%d%d %d %d\n", (int)FD_ISSET(a[0], &in), (int)FD_ISSET(b[0], &in), (int)FD_ISSET(file, &in),
		(int)FD_ISSET(a[1], &out), (int)FD_ISSET(a[0], &except));
	fds[0] = (struct pollfd){a[0], POLLIN, 0};
	fds[1] = (struct pollfd){b[0], POLLIN, 0};
	fds[2] = (struct pollfd){file, POLLIN | POLLOUT, 0};
	fds[3] = (struct pollfd){99, POLLIN, 0};
	SAY("poll: %d", poll(fds, 4, -1));
	SAY(": %#x %#x %#x %#x\n", fds[0].revents, fds[1].revents, fds[2].revents, fds[3].revents);
	FD_ZERO(&in);
	FD_SET(20, &in);
	REPORT(select(21, &in, NULL, NULL, &zero));
	close(file);
	close(a[0]), close(a[1]), close(b[0]), close(b[1]);
	unlink("file");
}

/* Ping-pong through poll: one lost wake-up and it hangs until the alarm. */
static void ping_pong(void)
{
	int a[2], b[2], status, rounds = 0;
	pid_t pid;
	char c;

	CHECK(pipe(a) == 0 && pipe(b) == 0);
	pid = fork();
	if (pid == 0) {
		close(a[1]);
		for (;;) {
			struct pollfd f = {a[0], POLLIN, 0};

			if (poll(&f, 1, -1) != 1 || read(a[0], &c, 1) != 1)
				_exit(rounds == 3000 ? 0 : 1);
			write(b[1], &c, 1);
			rounds++;
		}
	}
	for (int i = 0; i < 3000; i++) {
		fd_set in;

		write(a[1], "p", 1);
		FD_ZERO(&in);
		FD_SET(b[0], &in);
		rounds += select(b[0] + 1, &in, NULL, NULL, NULL) == 1 && read(b[0], &c, 1) == 1;
	}
	close(a[1]);
	CHECK(waitpid(pid, &status, 0) == pid);
	SAY("%d rounds\n", rounds);
	say_status("partner", status);
}

static void handler(int sig) { (void)sig; }

static void interrupted(void)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
	struct itimerval timer = {.it_value.tv_usec = 20000};
	sigset_t set, old;

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	REPORT(poll(NULL, 0, 5000)); /* SA_RESTART does not restart it */
	setitimer(ITIMER_REAL, &timer, NULL);
	REPORT(select(0, NULL, NULL, NULL, NULL));
	/* ppoll opens the mask only while it waits. */
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_BLOCK, &set, &old);
	raise(SIGALRM);
	REPORT(poll(NULL, 0, 10));
	REPORT(ppoll(NULL, 0, NULL, &old));
	sigpending(&set);
	SAY("still pending: %d\n", sigismember(&set, SIGALRM));
	sigprocmask(SIG_SETMASK, NULL, &set);
	SAY("still blocked: %d\n", sigismember(&set, SIGALRM));
}

int main(void)
{
	times();
	sets();
	ping_pong();
	interrupted();
	return done();
}
