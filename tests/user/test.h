/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * For user-level tests: each line printed is part of the result and must be the same on Linux, so a test prints what
 * happened (values, errors), never pids, addresses or times. CHECK counts what is wrong whatever the reference says;
 * main ends with `return done();`.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int test_failures;

#define CHECK(cond) do {								\
		if (!(cond)) {								\
			printf("not ok %s:%d: %s (errno %d)\n", __FILE__, __LINE__, #cond, errno);	\
			fflush(stdout);							\
			test_failures++;						\
		}									\
	} while (0)

/* The error that a call gave, by number: "EINVAL" would need a table, the number says as much. */
#define REPORT(call) do {								\
		long r_;								\
		errno = 0;								\
		r_ = (long)(call);							\
		printf("%s: %s", #call, r_ == -1 ? "error " : "ok\n");			\
		if (r_ == -1)								\
			printf("%d\n", errno);						\
		fflush(stdout);								\
	} while (0)

static inline int done(void)
{
	printf("%s\n", test_failures ? "failed" : "done");
	fflush(stdout);
	return test_failures != 0;
}
