/* SPDX-License-Identifier: MIT */
/* Process groups and sessions: who may join which, and whom kill reaches. */
#include "test.h"

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static void in_session(void)
{
	pid_t a, b, leader;
	int p[2], status;
	char c;

	CHECK(getpgrp() == getpid() && getsid(0) == getpid());
	REPORT(setsid() == -1 ? -1 : 0);
	REPORT(setpgid(0, 0));
	a = sleeper();
	b = sleeper();
	CHECK(getpgid(a) == getpid() && getsid(b) == getpid());
	REPORT(setpgid(a, a));
	REPORT(setpgid(b, a));
	REPORT(setpgid(b, 12345678));
	REPORT(setpgid(b, -1));
	REPORT(setpgid(12345678, 0));
	REPORT(setpgid(getppid(), 0));
	REPORT(getpgid(12345678));
	REPORT(getsid(12345678));
	REPORT(kill(-a, 0));
	REPORT(kill(-12345678, 0));
	REPORT(kill(12345678, 0));
	REPORT(kill(a, 65));
	REPORT(kill(a, -1));
	REPORT(kill(-a, SIGTERM));
	CHECK(waitpid(a, &status, 0) == a);
	say_status("first of the group", status);
	REPORT(setpgid(b, b));
	CHECK(waitpid(b, &status, 0) == b);
	say_status("second", status);
	/* A child that has execed, or leads a session, is out of reach. */
	CHECK(pipe(p) == 0);
	leader = fork();
	if (leader == 0) {
		setsid();
		write(p[1], "x", 1);
		for (;;)
			pause();
	}
	read(p[0], &c, 1);
	CHECK(getsid(leader) == leader && getpgid(leader) == leader);
	REPORT(setpgid(leader, getpid()));
	REPORT(setpgid(leader, 0));
	/* Group 0 is our own. */
	a = fork();
	if (a == 0) {
		signal(SIGTERM, SIG_DFL);
		for (;;)
			pause();
	}
	signal(SIGTERM, SIG_IGN);
	REPORT(kill(0, SIGTERM));
	CHECK(waitpid(a, &status, 0) == a);
	say_status("in our group", status);
	REPORT(waitpid(leader, NULL, WNOHANG));
	kill(leader, SIGKILL);
	waitpid(leader, NULL, 0);
}

/* A group whose last parent in the session ends while one of it is stopped: SIGHUP, then SIGCONT. */
static void orphaned(void)
{
	int p[2];
	char buf[100] = "", c;
	pid_t middle;

	CHECK(pipe(p) == 0);
	middle = fork();
	if (middle == 0) {
		pid_t job = fork();

		if (job == 0) {
			setpgid(0, 0);
			signal(SIGHUP, SIG_IGN);
			raise(SIGSTOP);
			write(p[1], "continued", 9);
			_exit(0);
		}
		setpgid(job, job);
		waitpid(job, NULL, WUNTRACED);
		_exit(0);
	}
	close(p[1]);
	CHECK(waitpid(middle, NULL, 0) == middle);
	for (int n = 0; read(p[0], &c, 1) == 1;)
		buf[n++] = c;
	SAY("stopped job of an orphaned group: %s\n", buf);
}

int main(void)
{
	int status;

	IN_CHILD(status, setsid(); in_session(); orphaned());
	say_status("session", status);
	return done();
}
