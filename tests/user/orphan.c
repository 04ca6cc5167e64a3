/* SPDX-License-Identifier: MIT */
/* Orphans: a task whose parent ends gets another, which is told of its end and may wait for it. */
#include <sys/prctl.h>
#include "test.h"

#define PR_SET_CHILD_SUBREAPER_ 36

int main(void)
{
	int pipes[2], status, orphan_pid = 0;
	pid_t first;

	CHECK(SYS(prctl, PR_SET_CHILD_SUBREAPER_, 1, 0, 0, 0) == 0);
	CHECK(pipe(pipes) == 0);
	first = fork();
	if (first == 0) {
		pid_t middle = getpid(), me;

		if (fork() == 0) {
			while (getppid() == middle)
				usleep(1000);
			me = getpid();
			write(pipes[1], &me, sizeof me);
			_exit(42);
		}
		_exit(5);
	}
	CHECK(waitpid(first, &status, 0) == first);
	say_status("middle", status);
	CHECK(read(pipes[0], &orphan_pid, sizeof orphan_pid) == sizeof orphan_pid);
	CHECK(wait(&status) == orphan_pid);
	say_status("orphan", status);

	/* A parent that dies leaving a zombie: the zombie goes to us too. */
	first = fork();
	if (first == 0) {
		siginfo_t info;

		if (fork() == 0)
			_exit(9);
		waitid(0, 0, &info, WEXITED | WNOWAIT);
		_exit(6);
	}
	CHECK(waitpid(first, &status, 0) == first);
	say_status("parent of a zombie", status);
	CHECK(wait(&status) > 0);
	say_status("zombie", status);
	REPORT(wait(NULL));

	/* PR_SET_PDEATHSIG: the child hears of its parent's end. */
	first = fork();
	if (first == 0) {
		pid_t middle = getpid();

		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGUSR1);
			if (getppid() == middle)
				for (;;)
					pause();
			raise(SIGUSR1);
		}
		usleep(20000);
		_exit(0);
	}
	CHECK(waitpid(first, NULL, 0) == first);
	CHECK(wait(&status) > 0);
	say_status("death signal", status);
	return done();
}
