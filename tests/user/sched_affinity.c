/* SPDX-License-Identifier: MIT */
/*
 * sched_setaffinity: when the call is over the task runs where it may and nowhere else, whether it is the caller,
 * runs on another CPU or sleeps; and what the calls refuse. The lines are the same for any number of CPUs.
 */
#include "sched_calls.h"

#define MOVES 300

static struct view { volatile int cpu, turns; } *views;

static void arguments(void)
{
	unsigned mask[256] = { 0 };

	REPORT(SYS(sched_setaffinity, 0, sizeof mask, mask));
	REPORT(SYS(sched_setaffinity, 0, 0, mask));
	REPORT(SYS(sched_setaffinity, 0, 4, (void *)8));
	REPORT(SYS(sched_setaffinity, 99999999, 4, (void *)8));
	REPORT(SYS(sched_setaffinity, 99999999, 4, mask));
	REPORT(SYS(sched_setaffinity, -1, 4, mask));
	REPORT(SYS(sched_getaffinity, 0, 3, mask));
	REPORT(SYS(sched_getaffinity, 0, 1022, mask));
	REPORT(SYS(sched_getaffinity, 99999999, 2, mask));
	REPORT(SYS(sched_getaffinity, 99999999, 1024, mask));
	REPORT(SYS(sched_getaffinity, 0, 1024, (void *)8));
	REPORT(SYS(getcpu, NULL, NULL, NULL));
	REPORT(SYS(getcpu, (void *)8, NULL, NULL));
	mask[1] = ~0u;
	mask[0] = ~0u;
	REPORT(SYS(sched_setaffinity, 0, sizeof mask, mask));
}

static void move_myself(unsigned all)
{
	int wrong = 0;

	for (int i = 0; i < MOVES; i++) {
		int cpu = nth_cpu(all, i);

		wrong += pin(0, 1u << cpu) != 0 || cpu_now() != cpu || cpus() != 1u << cpu;
	}
	CHECK(pin(0, all) == 0);
	SAY("moved myself: %d times wrong\n", wrong);
}

static void watch_cpu(struct view *v, int sleeps)
{
	for (;;) {
		v->cpu = cpu_now();
		v->turns++;
		if (sleeps)
			usleep(200);
	}
}

/* Two that never sleep and two that do. */
static void move_others(unsigned all)
{
	int pids[4], wrong = 0;

	for (int i = 0; i < 4; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			watch_cpu(&views[i], i & 1);
	}
	for (int i = 0; i < MOVES; i++) {
		struct view *v = &views[i & 3];
		int cpu = nth_cpu(all, rand()), turns;

		CHECK(pin(pids[i & 3], 1u << cpu) == 0);
		/* What it writes twice from now on it has seen since. */
		for (turns = v->turns; v->turns - turns < 2;)
			usleep(100);
		wrong += v->cpu != cpu;
	}
	for (int i = 0; i < 4; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	SAY("moved others: %d times wrong\n", wrong);
}

int main(void)
{
	unsigned all = cpus();
	int status;

	views = shared_memory();
	arguments();
	CHECK(cpus() == all);
	move_myself(all);
	move_others(all);
	CHECK(pin(0, 1u << nth_cpu(all, 1)) == 0);
	IN_CHILD(status, CHECK(cpus() == 1u << nth_cpu(all, 1) && cpu_now() == nth_cpu(all, 1)));
	say_status("a child inherits", status);
	return done();
}
