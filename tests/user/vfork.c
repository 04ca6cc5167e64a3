/* SPDX-License-Identifier: MIT */
/* vfork: the child borrows the parent's memory, and the parent waits until it execs or exits. */
#include "test.h"

/* Inline, so that the child has no call to return from over its parent's stack. */
#define vfork() ((pid_t)__syscall0(__NR_vfork))

static volatile int shared = 1, ran_first;

int main(int argc, char **argv)
{
	int status;
	pid_t pid;

	if (argc > 1) {
		usleep(1000);
		_exit(23);
	}
	pid = vfork();
	if (pid == 0) {
		usleep(30000);
		shared = 2;
		ran_first = 1;
		_exit(4);
	}
	CHECK(ran_first);
	SAY("the child's write is seen: %d\n", shared);
	CHECK(waitpid(pid, &status, 0) == pid);
	say_status("exit", status);

	pid = vfork();
	if (pid == 0) {
		char *args[] = { argv[0], "again", NULL };

		execv(argv[0], args);
		_exit(1);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	say_status("exec", status);

	pid = vfork();
	if (pid == 0) {
		char *args[] = { "missing", NULL };

		execv("/missing", args);
		shared = errno;
		_exit(2);
	}
	SAY("failed exec: errno %d\n", shared);
	CHECK(waitpid(pid, &status, 0) == pid);
	say_status("failed exec", status);
	return done();
}
