/* SPDX-License-Identifier: MIT */
/*
 * select and descriptors that are not open: one within the process's table is EBADF, one behind its end is ignored.
 * How large the table is depends on the highest descriptor so far, by Linux's rules for 32 bits.
 * reference: debian
 */
#include "test.h"
#include <sys/select.h>

static void probe(const char *when)
{
	static const int fds[] = { 30, 31, 32, 33, 63, 64, 65, 95, 96, 127, 128, 254, 255, 256, 257, 511, 512, 600 };

	for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
		struct timeval none = { .tv_sec = 0 };
		fd_set set;
		int n;

		FD_ZERO(&set);
		FD_SET(fds[i], &set);
		n = select(fds[i] + 1, &set, NULL, NULL, &none);
		SAY("%s, descriptor %d: %s\n", when, fds[i], n < 0 ? "EBADF" : n == 0 ? "ignored" : "ready");
	}
}

int main(void)
{
	int status;

	probe("at first");
	CHECK(dup2(0, 40) == 40 && close(40) == 0);
	probe("after 40");
	CHECK(dup2(0, 70) == 70 && close(70) == 0);
	probe("after 70");
	CHECK(dup2(0, 300) == 300 && close(300) == 0);
	probe("after 300");
	/* A child's table is as large as what is open asks for. */
	IN_CHILD(status, probe("in a child"));
	CHECK(status == 0 && dup2(0, 80) == 80);
	IN_CHILD(status, probe("in a child with 80"));
	CHECK(status == 0);
	return done();
}
