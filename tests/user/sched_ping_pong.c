/* SPDX-License-Identifier: MIT */
/* A byte to and fro between two CPUs: each round is two sleeps and two wake-ups, and one that is lost ends all. rounds=N. */
#include "sched_calls.h"

static void echo(int in, int out)
{
	char c;

	while (read(in, &c, 1) == 1)
		write(out, &c, 1);
	_exit(0);
}

int main(void)
{
	int rounds = boot_number("rounds", 3000), there[2], back[2], pid, good = 0;
	unsigned all = cpus();

	CHECK(pipe(there) == 0 && pipe(back) == 0);
	pid = fork();
	if (pid == 0) {
		close(there[1]);
		pin(0, 1u << nth_cpu(all, 1));
		echo(there[0], back[1]);
	}
	pin(0, 1u << nth_cpu(all, 0));
	for (int i = 0; i < rounds; i++) {
		char c = (char)i, r = (char)~i;

		if (i % 10000 == 9999)
			alarm(60);
		if (i == rounds / 2)		/* the second half: wherever the scheduler puts them */
			CHECK(pin(0, all) == 0 && pin(pid, all) == 0);
		good += write(there[1], &c, 1) == 1 && read(back[0], &r, 1) == 1 && r == c;
	}
	close(there[1]);
	CHECK(good == rounds && waitpid(pid, NULL, 0) == pid);
	return done();
}
