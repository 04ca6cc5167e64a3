/* SPDX-License-Identifier: MIT */
/*
 * Three hundred sharers of one page: more than eight bits can count (bug 4), and a count too low by one frees the
 * page under somebody (bug 5).
 */
#include <sys/mman.h>
#include "test.h"

#define SHARERS 300

static int page[1024] __attribute__((aligned(4096)));

int main(void)
{
	int go[2], ready[2], good = 0, status;
	char c;

	for (int i = 0; i < 1024; i++)
		page[i] = i ^ 0x5a5a;
	CHECK(pipe(go) == 0 && pipe(ready) == 0);
	for (int n = 0; n < SHARERS; n++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (pid == 0) {
			close(go[1]);
			write(ready[1], "r", 1);
			read(go[0], &c, 1);		/* until the parent closes it */
			if (n % 2)
				page[n] = n;
			for (int i = 0; i < 1024; i++)
				if (page[i] != (n % 2 && i == n ? n : (i ^ 0x5a5a)))
					_exit(1);
			_exit(0);
		}
	}
	for (int n = 0; n < SHARERS; n++)
		CHECK(read(ready[0], &c, 1) == 1);
	page[1023] = 1;
	close(go[1]);
	while (wait(&status) > 0)
		good += status == 0;
	CHECK(page[1023] == 1 && page[0] == 0x5a5a);
	SAY("%d of %d saw their own page\n", good, SHARERS);
	return done();
}
