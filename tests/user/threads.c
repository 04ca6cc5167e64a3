/* SPDX-License-Identifier: MIT */
/*
 * Threads: clone with everything shared, thread-local storage through %gs, futexes, the clearing of the thread
 * number at exit, concurrent faults on the same pages, and the end of all with the group.
 */
#include <limits.h>
#include <sys/mman.h>
#include <time.h>
#include "lib/abi/futex.h"
#include "lib/abi/ldt.h"
#include "lib/abi/sched.h"
#include "test.h"

#define THREADS 4
#define FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM)
#define STACK 65536

static int futex(volatile int *p, int op, int value, const void *time) { return SYS(futex, p, op, value, time, 0, 0); }

/* The child starts on a stack of its own and must not return: function and argument lie on it. */
static int start(unsigned flags, char *stack, void (*run)(void *), void *arg, void *tls, volatile int *tid)
{
	void **top = (void **)(stack + STACK) - 2;
	long r;

	top[0] = (void *)run;
	top[1] = arg;
	asm volatile("push %%ebp; mov %%edx, %%ebp; mov %%ebp, %%edx; int $0x80; pop %%ebp; test %%eax, %%eax; jnz 1f\n"
		     "pop %%eax; call *%%eax; mov $1, %%eax; xor %%ebx, %%ebx; int $0x80; 1:"
		     : "=a"(r) : "0"(__NR_clone), "b"(flags), "c"((char *)top - 4), "d"(tid), "S"(tls), "D"(tid) : "memory", "cc");
	return r;
}

static char stacks[THREADS][STACK] __attribute__((aligned(16)));
static volatile int tids[THREADS], counter, lock, order, where;

static void join(int i)
{
	int tid;

	while ((tid = tids[i]))
		futex(&tids[i], FUTEX_WAIT, tid, NULL);
}

static void acquire(void)
{
	int c = 0;

	if (__atomic_compare_exchange_n(&lock, &c, 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return;
	while (__atomic_exchange_n(&lock, 2, __ATOMIC_SEQ_CST))
		futex(&lock, FUTEX_WAIT, 2, NULL);
}

static void release(void)
{
	if (__atomic_exchange_n(&lock, 0, __ATOMIC_SEQ_CST) == 2)
		futex(&lock, FUTEX_WAKE, 1, NULL);
}

static void count(void *arg)
{
	(void)arg;
	for (int i = 0; i < 2000; i++) {
		int seen;

		acquire();
		seen = counter;
		if (i % 50 == 0)
			raw_syscall(__NR_sched_yield);
		counter = seen + 1;
		release();
	}
}

static void own_segment(void *arg)
{
	int value, i = *(int *)arg;

	for (int k = 0; k < 200; k++) {
		raw_syscall(__NR_sched_yield);
		asm volatile("mov %%gs:0, %0" : "=r"(value));
		if (value != 1000 + i)
			where++;
	}
}

#define SHARED_PAGES 200
static char *pages;

/* Everybody touches the same fresh pages at the same time: each page must be one page. */
static void fault_together(void *arg)
{
	int i = *(int *)arg;

	for (int k = 0; k < SHARED_PAGES; k++) {
		pages[k * PAGE + i] = i + 1;
		if (k % 20 == 0)
			raw_syscall(__NR_sched_yield);
	}
}

static void run_all(const char *what, void (*run)(void *), int with_tls)
{
	static int numbers[THREADS], values[THREADS];
	struct user_desc desc[THREADS];

	memset(desc, 0, sizeof desc);
	for (int i = 0; i < THREADS; i++) {
		unsigned gs = 0;

		numbers[i] = i;
		values[i] = 1000 + i;
		asm volatile("mov %%gs, %0" : "=r"(gs));
		desc[i].entry_number = gs >> 3;
		desc[i].base_addr = (unsigned)&values[i];
		desc[i].limit = 0xfffff;
		desc[i].seg_32bit = desc[i].limit_in_pages = desc[i].useable = 1;
		tids[i] = -1;
		CHECK(start(FLAGS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | (with_tls ? CLONE_SETTLS : 0), stacks[i], run,
			    &numbers[i], &desc[i], &tids[i]) > 0);
	}
	for (int i = 0; i < THREADS; i++)
		join(i);
	SAY("%s: all ended\n", what);
}

static void segments(void)
{
	static int here = 77;
	struct user_desc d = { .entry_number = -1, .base_addr = (unsigned)&here, .limit = 0xfffff, .seg_32bit = 1, .limit_in_pages = 1,
		.useable = 1 };
	int value = 0;

	CHECK(SYS(set_thread_area, &d) == 0);
	CHECK((int)d.entry_number > 0);
	asm volatile("mov %1, %%gs; mov %%gs:0, %0" : "=r"(value) : "r"(d.entry_number * 8 + 3));
	SAY("through %%gs: %d\n", value);
	here = 78;
	raw_syscall(__NR_sched_yield);
	asm volatile("mov %%gs:0, %0" : "=r"(value));
	SAY("after a switch: %d\n", value);
	d.entry_number = 1;
	REPORT(SYS(set_thread_area, &d));
	d.entry_number = 9999;
	REPORT(SYS(set_thread_area, &d));
}

static void errors(void)
{
	struct timespec t = { .tv_nsec = 20000000 };
	struct { long sec, nsec; } short_time = { 0, 20000000 };
	volatile int word = 5;

	(void)t;
	REPORT(futex(&word, FUTEX_WAIT, 4, NULL));
	REPORT(futex(&word, FUTEX_WAIT, 5, &short_time));
	REPORT(futex((int *)((char *)&word + 1), FUTEX_WAIT, 5, NULL));
	REPORT(futex((int *)4096, FUTEX_WAIT, 5, NULL));
	REPORT(futex(&word, 99, 5, NULL));
	short_time.nsec = 2000000000;
	REPORT(futex(&word, FUTEX_WAIT, 5, &short_time));
	SAY("nobody to wake: %d\n", futex(&word, FUTEX_WAKE, 10, NULL));
	REPORT(start(CLONE_THREAD, stacks[0], count, NULL, NULL, NULL));
	REPORT(start(CLONE_SIGHAND, stacks[0], count, NULL, NULL, NULL));
}

static void wait_for_ever(void *arg)
{
	(void)arg;
	for (;;)
		raw_syscall(__NR_pause);
}

static void end_group(void *arg)
{
	(void)arg;
	raw_syscall(__NR_exit_group, 31);
}

static void faulty(void *arg)
{
	(void)arg;
	asm volatile("movl $1, 0" ::: "memory");
}

/* Between processes, through shared memory. */
static void shared(void)
{
	volatile int *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status, woken = 0;

	for (int i = 0; i < 3; i++)
		if (fork() == 0) {
			p[1 + i] = 1;
			while (!*p)
				futex(p, FUTEX_WAIT, 0, NULL);
			_exit(0);
		}
	while (!(p[1] && p[2] && p[3]))
		usleep(1000);
	usleep(20000);
	*p = 1;
	woken = futex(p, FUTEX_WAKE, 2, NULL);
	SAY("woken: %d", woken);
	SAY(" and %d\n", futex(p, FUTEX_WAKE, INT_MAX, NULL));
	while (wait(&status) > 0)
		CHECK(status == 0);
}

int main(void)
{
	char *args[] = { "/proc/self/exe", "x", NULL };
	int status;

	(void)args;
	segments();
	run_all("lock", count, 0);
	SAY("counted %d\n", counter);
	run_all("thread-local storage", own_segment, 1);
	SAY("wrong values: %d\n", where);
	pages = mmap(NULL, SHARED_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	run_all("faults", fault_together, 0);
	for (int k = 0; k < SHARED_PAGES; k++)
		for (int i = 0; i < THREADS; i++)
			order += pages[k * PAGE + i] != i + 1;
	SAY("lost writes: %d\n", order);
	errors();
	shared();
	IN_CHILD(status, start(FLAGS, stacks[0], wait_for_ever, NULL, NULL, NULL);
		 start(FLAGS, stacks[1], end_group, NULL, NULL, NULL); wait_for_ever(NULL));
	say_status("exit_group in a thread", status);
	IN_CHILD(status, start(FLAGS, stacks[0], wait_for_ever, NULL, NULL, NULL);
		 start(FLAGS, stacks[1], faulty, NULL, NULL, NULL); wait_for_ever(NULL));
	say_status("a fault in a thread", status);
	IN_CHILD(status, start(FLAGS, stacks[0], wait_for_ever, NULL, NULL, NULL); _exit(17));
	say_status("the leader ends all", status);
	return done();
}
