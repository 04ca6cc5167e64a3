/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Threads without a thread library: clone with everything shared, and the word that the kernel clears at the end to
 * wait on. Also futex(2) under its own name, and a way to see who sleeps without changing it: moving the sleepers of a
 * word to that same word counts them.
 */
#include <limits.h>
#include <sys/mman.h>
#include <time.h>
#include "lib/abi/futex.h"
#include "lib/abi/sched.h"
#include "test.h"

#define THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM)
#define THREAD_STACK 16384
#define MS 1000000ll

typedef volatile int word_t;

struct thread {
	char stack[THREAD_STACK] __attribute__((aligned(16)));
	volatile int tid;			/* cleared by the kernel at the end */
	void (*run)(void *);
	void *arg;
};

static inline long futex(word_t *p, int op, int value, const void *time, word_t *p2, int value3)
{
	return SYS(futex, p, op, value, time, p2, value3);
}

/* A child on a stack of its own, which runs and exits; the parent gets its number or -errno. */
static inline int raw_clone(unsigned flags, struct thread *t, volatile int *parent_tid, void *tls, volatile int *child_tid)
{
	void **top = (void **)(t->stack + THREAD_STACK) - 4;
	long r;

	top[0] = (void *)t->run;
	top[1] = t->arg;
	asm volatile("int $0x80; test %%eax, %%eax; jnz 1f\n"
		     "pop %%eax; call *%%eax; mov $1, %%eax; xor %%ebx, %%ebx; int $0x80; 1:"
		     : "=a"(r) : "0"(__NR_clone), "b"(flags), "c"(top), "d"(parent_tid), "S"(tls), "D"(child_tid) : "memory", "cc");
	return r;
}

static inline int thread_start(struct thread *t, void (*run)(void *), void *arg)
{
	t->run = run;
	t->arg = arg;
	t->tid = -1;
	return raw_clone(THREAD_FLAGS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID, t, &t->tid, NULL, &t->tid);
}

static inline void thread_join(struct thread *t)
{
	int tid;

	while ((tid = t->tid))
		futex(&t->tid, FUTEX_WAIT, tid, NULL, NULL, 0);
}

static inline int gettid_(void) { return SYS(gettid); }

/* Who sleeps on the word; flag is FUTEX_PRIVATE_FLAG or 0. */
static inline int sleepers(word_t *p, int flag) { return futex(p, FUTEX_REQUEUE | flag, 0, (void *)INT_MAX, p, 0); }

static inline void wait_for_sleepers(word_t *p, int flag, int n)
{
	for (int k = 0; k < 5000 && sleepers(p, flag) != n; k++)
		usleep(1000);
	CHECK(sleepers(p, flag) == n);
}

static inline void wait_for(volatile int *p, int value)
{
	for (int k = 0; k < 5000 && *p != value; k++)
		usleep(1000);
	CHECK(*p == value);
}

/* The times that the two calls take: 32 bits here, and 64 for futex_time64. */
struct time32 { int sec, nsec; };
struct time64 { long long sec; int nsec, pad; };

static inline struct time32 now_plus(clockid_t clock, long long ns)
{
	struct timespec t;

	clock_gettime(clock, &t);
	ns += (long long)t.tv_nsec + 1000 * MS;
	return (struct time32){ t.tv_sec - 1 + (int)(ns / (1000 * MS)), (int)(ns % (1000 * MS)) };
}

static inline long long ms_since(const struct timespec *start)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (t.tv_sec - start->tv_sec) * 1000ll + (t.tv_nsec - start->tv_nsec) / 1000000;
}
