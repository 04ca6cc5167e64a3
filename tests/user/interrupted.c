/* SPDX-License-Identifier: MIT */
/* What a signal does to a call that waits: EINTR, or a restart with SA_RESTART, or as if nothing had happened. */
#include <poll.h>
#include <sys/stat.h>
#include <time.h>
#include "test.h"

static volatile int last;

static void quiet(int sig) { last = sig; }

static void install(int sig, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	CHECK(sigaction(sig, &action, NULL) == 0);
}

/* A child that sends a signal to us in 20 ms, writes a byte to fd in 40, and ends in 60. */
static pid_t poke(int sig, int fd)
{
	pid_t parent = getpid(), pid = fork();

	last = 0;
	if (pid == 0) {
		usleep(20000);
		kill(parent, sig);
		usleep(20000);
		if (fd >= 0)
			write(fd, "r", 1);
		usleep(20000);
		_exit(9);
	}
	return pid;
}

int main(void)
{
	struct timespec sleep = { .tv_nsec = 900000000 }, left = { .tv_sec = 0 };
	struct sigaction action;
	int p[2], full[2], status;
	static char buf[65536];
	sigset_t set;
	char c;
	pid_t pid;

	CHECK(pipe(p) == 0 && pipe(full) == 0 && write(full[1], buf, 65536) == 65536);
	for (int flags = 0; flags != 2; flags++) {
		SAY("%s\n", flags ? "SA_RESTART" : "no SA_RESTART");
		install(SIGUSR1, quiet, flags ? SA_RESTART : 0);
		pid = poke(SIGUSR1, p[1]);
		REPORT(read(p[0], &c, 1));
		SAY("signal %d\n", last);
		while (waitpid(pid, NULL, 0) < 0)
			;
		if (!flags)
			CHECK(read(p[0], &c, 1) == 1);
		pid = poke(SIGUSR1, -1);
		REPORT(waitpid(pid, &status, 0));
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		pid = poke(SIGUSR1, -1);
		REPORT(nanosleep(&sleep, &left));
		CHECK(left.tv_sec == 0 && left.tv_nsec > 0 && left.tv_nsec < 890000000);
		while (waitpid(pid, NULL, 0) < 0)
			;
		if (!flags) {
			pid = poke(SIGUSR1, -1);
			REPORT(write(full[1], buf, 10));
			waitpid(pid, NULL, 0);
		}
		pid = poke(SIGUSR1, -1);
		REPORT(pause());
		while (waitpid(pid, NULL, 0) < 0)
			;
	}
	/* Ignored, or defaulting to nothing: no interruption at all. */
	install(SIGUSR1, SIG_IGN, 0);
	pid = poke(SIGUSR1, p[1]);
	REPORT(read(p[0], &c, 1));
	waitpid(pid, NULL, 0);
	pid = poke(SIGWINCH, p[1]);
	REPORT(read(p[0], &c, 1));
	waitpid(pid, NULL, 0);
	/* Stopped and continued: read goes on. */
	pid = fork();
	if (pid == 0) {
		REPORT(read(p[0], &c, 1));
		_exit(c == 'z');
	}
	usleep(10000);
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGCONT);
	usleep(10000);
	write(p[1], "z", 1);
	waitpid(pid, &status, 0);
	say_status("stopped in read", status);
	/* sigsuspend: the handler runs, the old mask comes back. */
	install(SIGUSR1, quiet, SA_RESTART);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR1);
	sigemptyset(&set);
	last = 0;
	REPORT(sigsuspend(&set));
	sigprocmask(SIG_BLOCK, NULL, &set);
	SAY("handled %d, blocked again %d\n", last, sigismember(&set, SIGUSR1));
	/* SIGKILL and SIGSTOP can be neither caught nor blocked. */
	memset(&action, 0, sizeof action);
	action.sa_handler = quiet;
	REPORT(sigaction(SIGKILL, &action, NULL));
	REPORT(sigaction(SIGSTOP, &action, NULL));
	REPORT(sigaction(0, &action, NULL));
	REPORT(sigaction(65, &action, NULL));
	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	sigprocmask(SIG_BLOCK, NULL, &set);
	SAY("can be blocked: SIGKILL %d SIGSTOP %d\n", sigismember(&set, SIGKILL), sigismember(&set, SIGSTOP));
	IN_CHILD(status, kill(getpid(), SIGKILL));
	say_status("SIGKILL", status);
	return done();
}
