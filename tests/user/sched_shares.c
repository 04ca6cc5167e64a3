/* SPDX-License-Identifier: MIT */
/* reference: pagoda-only (real-time tasks that never sleep would stop the machine of who runs the tests) */
/*
 * Who gets how much of one CPU, by the accounts of the kernel. On a machine whose clock counts instructions this is exact
 * and the bounds hold (exact=1); else it only runs, and briefly. Shares are in thousandths. On several CPUs: three equal
 * tasks on two, and whether two CPUs do the work in half the time (speedup=1, as that needs two of the host's to be idle).
 */
#include "sched_calls.h"

static int exact, lottery;

struct kind { int policy, priority, nice; };
#define NICE(n) { SCHED_NORMAL, 0, n }

static void spin(void)
{
	for (;;)
		for (volatile int i = 0; i < 1000; i++)
			;
}

/* We are FIFO 99: the child runs when we sleep. */
static int start(const struct kind *k)
{
	int pid = fork();

	if (pid == 0)
		spin();
	CHECK(pid > 0 && setpriority(PRIO_PROCESS, pid, k->nice) == 0 && SET(pid, k->policy, k->priority) == 0);
	return pid;
}

/* All of them get the signal before we wait for one: the less urgent cannot even die while the others run. */
static void stop(const int *pids, int n)
{
	while (n--)
		kill(pids[n], SIGKILL);
}

static long long used_by(int pid)
{
	struct rusage r;

	CHECK(wait4(pid, NULL, 0, &r) == pid);
	return (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000 * MS + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1000ll;
}

static void pause_ms(int ms) { usleep(ms % 1000 * 1000), sleep(ms / 1000); }

/* What the first of n gets when all compute for so long, in thousandths of what all get, must be within the bounds. */
static void share(const char *what, const struct kind *kinds, int n, int ms, int least, int most)
{
	long long used[4], sum = 0;
	int pids[4], part;

	for (int i = 0; i < n; i++)
		pids[i] = start(&kinds[i]);
	pause_ms(exact ? ms : 50);
	stop(pids, n);
	for (int i = 0; i < n; i++)
		sum += used[i] = used_by(pids[i]);
	part = sum ? (int)(used[0] * 1000 / sum) : -1;
	SAY("# %s: %d of 1000, should be %d to %d\n", what, part, least, most);
	CHECK(!exact || (part >= least && part <= most));
}

/* Overruns of sleeps under load, sorted: the 99th of a hundred. */
static void sleeper(void)
{
	static int late[500];
	struct kind normal = NICE(0);
	int pids[3], n = exact ? 500 : 20;

	for (int i = 0; i < 3; i++)
		pids[i] = start(&normal);
	SET(0, SCHED_NORMAL, 0);
	for (int i = 0; i < n; i++) {
		long long wanted = now_ns() + (3 + i % 20) * MS;
		int us, k;

		usleep((3 + i % 20) * 1000);
		us = (int)((now_ns() - wanted) / 1000);
		for (k = i; k > 0 && late[k - 1] > us; k--)
			late[k] = late[k - 1];
		late[k] = us;
	}
	SET(0, SCHED_FIFO | SCHED_RESET_ON_FORK, 99);
	stop(pids, 3);
	for (int i = 0; i < 3; i++)
		used_by(pids[i]);
	SAY("# sleeps late by (us): median %d, 99 of 100 at most %d, all %d\n", late[n / 2], late[n * 99 / 100], late[n - 1]);
	CHECK(!exact || lottery || late[n * 99 / 100] < 5000);
}

static void three_on_two(void)
{
	struct kind normal = NICE(0);
	long long used[3], sum = 0;
	unsigned all = cpus(), two = 1u << nth_cpu(all, 0) | 1u << nth_cpu(all, 1);
	int pids[3];

	pin(0, two);
	for (int i = 0; i < 3; i++)
		pids[i] = start(&normal);
	pause_ms(boot_number("spread", 100));
	stop(pids, 3);
	for (int i = 0; i < 3; i++)
		sum += used[i] = used_by(pids[i]);
	for (int i = 0; i < 3; i++) {
		SAY("# three on two CPUs: %d of 1000\n", (int)(used[i] * 1000 / sum));
		CHECK(!boot_number("spread", 0) || (used[i] * 1000 / sum > 333 - 60 && used[i] * 1000 / sum < 333 + 60));
	}
	pin(0, all);
}

/* Time until two children have each done the same work, on the CPUs of the mask. */
static long long pair(unsigned mask)
{
	long long start = now_ns();

	pin(0, mask);
	for (int i = 0; i < 2; i++)
		if (fork() == 0) {
			for (volatile int k = 0; k < 300000000; k++)
				;
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
	return now_ns() - start;
}

static void speedup(void)
{
	unsigned all = cpus();
	long long one = pair(1u << nth_cpu(all, 0)), two = pair(all);

	SAY("# a pair on one CPU: %d ms, on two: %d ms\n", (int)(one / MS), (int)(two / MS));
	CHECK(two * 10 <= one * 6);
}

int main(void)
{
	unsigned all = cpus();
	const char *class = boot_word("sched");
	int wide;

	on_pagoda_only();
	exact = boot_number("exact", 0);
	lottery = class && !strncmp(class, "lottery", 7);
	wide = lottery ? 30 : 0;		/* three standard deviations of 2500 draws */
	if (boot_number("speedup", 0)) {
		speedup();
		return done();
	}
	CHECK(SET(0, SCHED_FIFO | SCHED_RESET_ON_FORK, 99) == 0);
	CHECK(pin(0, 1u << nth_cpu(all, 0)) == 0);
	share("two equal", (struct kind[]){ NICE(0), NICE(0) }, 2, 10000, 490 - wide, 510 + wide);
	share("nice 0 against 5", (struct kind[]){ NICE(0), NICE(5) }, 2, 10000, 741 - wide, 765 + wide);
	share("nice 10 against 0", (struct kind[]){ NICE(10), NICE(0) }, 2, 5000, 92 - wide, 102 + wide);
	share("one of four", (struct kind[]){ NICE(0), NICE(0), NICE(0), NICE(0) }, 4, 10000, 240 - wide, 260 + wide);
	share("SCHED_IDLE", (struct kind[]){ { SCHED_IDLE, 0, 0 }, NICE(0) }, 2, 5000, 0, 12);
	share("batch", (struct kind[]){ { SCHED_BATCH, 0, 0 }, NICE(0) }, 2, 5000, 480 - wide, 520 + wide);
	share("FIFO above normal", (struct kind[]){ { SCHED_FIFO, 1, 0 }, NICE(-20) }, 2, 800, 995, 1000);
	share("throttled FIFO", (struct kind[]){ { SCHED_FIFO, 1, 0 }, NICE(0) }, 2, 10000, 940, 960);
	share("two RR", (struct kind[]){ { SCHED_RR, 5, 0 }, { SCHED_RR, 5, 0 } }, 2, 5000, 450, 550);
	share("two FIFO", (struct kind[]){ { SCHED_FIFO, 5, 0 }, { SCHED_FIFO, 5, 0 } }, 2, 3000, 995, 1000);
	share("FIFO 6 above RR 5", (struct kind[]){ { SCHED_RR, 5, 0 }, { SCHED_FIFO, 6, 0 } }, 2, 3000, 0, 5);
	sleeper();
	CHECK(pin(0, all) == 0);
	if (all & (all - 1))
		three_on_two();
	return done();
}
