/* SPDX-License-Identifier: MIT */
/*
 * Runs the host tests: host-tests [-s SEED] [PART-OF-NAME…]. One line each, "ok NAME" or
 * "not ok NAME: why", and a count; a sanitizer's report ends the program with the test's name above it.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "lib/string.h"
#include "tests/host/host.h"

static struct host_test *tests;
static jmp_buf on_failure;
static char failure[400];
static u64 state;

void host_test_register(struct host_test *test)
{
	struct host_test **p = &tests;

	while (*p && strcmp((*p)->name, test->name) < 0)
		p = &(*p)->next;
	test->next = *p;
	*p = test;
}

void host_test_fail(const char *file, int line, const char *what)
{
	__builtin_snprintf(failure, sizeof(failure), "%s:%d: %s", file, line, what);
	longjmp(on_failure, 1);
}

/* xorshift64*: see Marsaglia, "Xorshift RNGs". */
u64 random64(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dull;
}

u32 random32(void) { return random64() >> 32; }
u32 random_below(u32 limit) { return random32() % limit; }

u64 random_edgy(void)
{
	u64 v = random64() >> random_below(64);

	switch (random_below(4)) {
	case 0: return (1ull << random_below(64)) + random_below(3) - 1;
	case 1: return -v;
	case 2: return v & (random64() | random64());
	default: return v;
	}
}

static bool selected(const char *name, char **filters)
{
	if (!*filters)
		return true;
	for (; *filters; filters++)
		if (strstr(name, *filters))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	static unsigned passed, failed;
	u64 seed = 20260101;
	char **filters = argv + 1;

	if (argc > 2 && !strcmp(argv[1], "-s")) {
		seed = strtoull(argv[2], NULL, 0);
		filters += 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (; tests; tests = tests->next) {
		if (!selected(tests->name, filters))
			continue;
		state = seed | 1;
		fprintf(stderr, "# %s (seed %llu)\n", tests->name, (unsigned long long)seed);
		if (setjmp(on_failure) == 0) {
			tests->run();
			printf("ok %s\n", tests->name);
			passed++;
		} else {
			printf("not ok %s: %s\n", tests->name, failure);
			failed++;
		}
	}
	printf("%u passed, %u failed, 0 skipped\n", passed, failed);
	if (failed || !passed)
		_exit(1);	/* a test that was broken off has freed nothing: no report of leaks */
	return 0;
}
