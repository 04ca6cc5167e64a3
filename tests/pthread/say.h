/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * For programs with a real thread library, linked statically with glibc and with musl: what they print on Pagoda must
 * be what they print on Linux, so they print what happened and never numbers of threads, addresses or times.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int failures;

#define SAY(...) (printf(__VA_ARGS__), fflush(stdout))
#define CHECK(cond) ((cond) ? (void)0 : (failures++, (void)SAY("not ok %s:%d: %s\n", __FILE__, __LINE__, #cond)))
/* The result of a call that gives an error number, by its number. */
#define REPORT(call) SAY("%s: %d\n", #call, (int)(call))

static inline struct timespec in_ms(clockid_t clock, long ms)
{
	struct timespec t;

	clock_gettime(clock, &t);
	t.tv_nsec += ms * 1000000;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

static inline void *shared_page(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	return p;
}

static inline int done(void)
{
	SAY("%s\n", failures ? "failed" : "done");
	return failures != 0;
}
