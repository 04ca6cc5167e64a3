/* SPDX-License-Identifier: MIT */
/* Thousands of ends under preemption: a task taken off the CPU in the middle of its exit must still end once (bug 20). */
#include "test.h"

#define BUSY 3
#define ROUNDS 1500

int main(void)
{
	pid_t busy[BUSY];
	int status, good = 0;

	for (int i = 0; i < BUSY; i++) {
		busy[i] = fork();
		if (busy[i] == 0)
			for (;;)
				getppid();
	}
	for (int i = 0; i < ROUNDS; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(i & 127);
		CHECK(pid > 0);
		if (i % 8 < 7)
			good += waitpid(pid, &status, 0) == pid && status == (i & 127) << 8;
		else
			kill(pid, SIGKILL), good += waitpid(pid, &status, 0) == pid;
	}
	for (int i = 0; i < BUSY; i++) {
		kill(busy[i], SIGKILL);
		CHECK(waitpid(busy[i], &status, 0) == busy[i]);
	}
	SAY("%d of %d ended as they should\n", good, ROUNDS);
	return done();
}
