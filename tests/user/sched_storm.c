/* SPDX-License-Identifier: MIT */
/* reference: pagoda-only (real-time tasks that never sleep would stop the machine of who runs the tests) */
/*
 * Tasks that compute, yield, sleep, wake each other and fork, while others change their CPUs, nice values and policies
 * at random: seconds=N. In the end nobody is lost: made ordinary again, each goes on.
 */
#include "sched_calls.h"

#define KINDS 5
#define WORKERS 15
#define CHANGERS 2

static volatile unsigned *progress;
static int workers[WORKERS];

static void work(int i)
{
	int p[2], status;
	char c = 0;

	CHECK(pipe(p) == 0);
	for (;;) {
		progress[i]++;
		switch (i % KINDS) {
		case 0:
			for (volatile int k = 0; k < 10000; k++)
				;
			break;
		case 1:
			SYS(sched_yield);
			break;
		case 2:
			usleep(rand() % 3000);
			break;
		case 3:
			status = fork();
			if (status == 0)
				_exit(0);
			waitpid(status, NULL, 0);
			break;
		default:
			status = fork();	/* a partner for a hundred rounds; the pipe itself is big enough to be written ahead */
			if (status == 0) {
				for (int k = 0; k < 100; k++)
					write(p[1], &c, 1);
				_exit(0);
			}
			for (int k = 0; k < 100; k++)
				read(p[0], &c, 1);
			waitpid(status, NULL, 0);
		}
	}
}

static void change(int seed)
{
	static const int policies[] = { SCHED_NORMAL, SCHED_FIFO, SCHED_RR, SCHED_BATCH, SCHED_IDLE };
	unsigned all = cpus();

	srand(seed);
	SET(0, SCHED_FIFO, 60);
	for (;;) {
		int pid = workers[rand() % WORKERS], policy = policies[rand() % 5];

		switch (rand() % 4) {
		case 0:
			pin(pid, (unsigned)rand() & all ?: all);
			break;
		case 1:
			setpriority(PRIO_PROCESS, pid, rand() % 40 - 20);
			break;
		case 2:
			SET(pid, policy, policy == SCHED_FIFO || policy == SCHED_RR ? 1 + rand() % 50 : 0);
			break;
		default:
			usleep(rand() % 1000);
		}
		progress[WORKERS]++;
	}
}

int main(void)
{
	int changers[CHANGERS], seconds = boot_number("seconds", 1);
	unsigned before[WORKERS], all = cpus();

	on_pagoda_only();
	progress = shared_memory();
	CHECK(SET(0, SCHED_FIFO | SCHED_RESET_ON_FORK, 99) == 0);
	for (int i = 0; i < WORKERS; i++)
		if ((workers[i] = fork()) == 0) {
			setpgid(0, 0);		/* so that what it has forked goes with it */
			work(i);
		}
	for (int i = 0; i < CHANGERS; i++)
		if ((changers[i] = fork()) == 0)
			change(i + 1);
	sleep(seconds);
	for (int i = 0; i < CHANGERS; i++)
		kill(changers[i], SIGKILL);
	for (int i = 0; i < WORKERS; i++) {
		before[i] = progress[i];
		SET(workers[i], SCHED_NORMAL, 0);
		setpriority(PRIO_PROCESS, workers[i], 0);
		pin(workers[i], all);
	}
	/* A worker may wait for a child that it made while it was SCHED_IDLE: that has three thousandths of the CPU, in turns of 3 ms. */
	for (int i = 0; i < WORKERS; i++) {
		for (int k = 0; k < 6000 && progress[i] == before[i]; k++)
			usleep(10000);
		CHECK(progress[i] != before[i]);
	}
	SAY("# %u changes\n", progress[WORKERS]);
	CHECK(progress[WORKERS] > 10);
	for (int i = 0; i < WORKERS; i++) {
		setpgid(workers[i], workers[i]);
		kill(-workers[i], SIGKILL);
	}
	while (waitpid(-1, NULL, 0) > 0)
		;
	return done();
}
