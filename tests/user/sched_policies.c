/* SPDX-License-Identifier: MIT */
/* reference: debian (needs root, and then a user without privilege) */
/* What the calls of sched(7) accept and refuse, for root and for others, and what a child inherits. */
#include "sched_calls.h"

#define NOBODY 1234
#define BAD ((void *)8)

static void show(const char *when, int pid)
{
	struct sched_attr a = { 0 };
	struct sched_param p = { -1 };
	long policy = SYS(sched_getscheduler, pid);

	SYS(sched_getparam, pid, &p);
	CHECK(SYS(sched_getattr, pid, &a, 48, 0) == 0);
	SAY("%s: policy %lx priority %d; size %u policy %u flags %x nice %d priority %u\n", when, policy, p.sched_priority,
	    a.size, a.sched_policy, (unsigned)a.sched_flags, a.sched_nice, a.sched_priority);
}

static void arguments(void)
{
	struct sched_param p = { 0 };
	struct sched_attr big[3] = { { .size = 112 } };

	for (int policy = -1; policy < 10; policy++)
		SAY("policy %d: from %d to %d\n", policy, (int)SYS(sched_get_priority_min, policy),
		    (int)SYS(sched_get_priority_max, policy));
	REPORT(SYS(sched_setscheduler, 0, SCHED_NORMAL, NULL));
	REPORT(SYS(sched_setscheduler, 0, SCHED_NORMAL, BAD));
	REPORT(SYS(sched_setscheduler, -1, SCHED_NORMAL, BAD));
	REPORT(SYS(sched_setscheduler, 0, -1, &p));
	REPORT(SYS(sched_setscheduler, 0, 4, &p));
	REPORT(SYS(sched_setscheduler, 0, 99, &p));
	REPORT(SYS(sched_setscheduler, 0, SCHED_DEADLINE, &p));
	REPORT(SYS(sched_setscheduler, 99999999, SCHED_NORMAL, &p));
	REPORT(SET(0, SCHED_NORMAL, 1));
	REPORT(SET(0, SCHED_FIFO, 0));
	REPORT(SET(0, SCHED_FIFO, 100));
	REPORT(SET(0, SCHED_RR, -1));
	REPORT(SYS(sched_setparam, 0, NULL));
	REPORT(SYS(sched_setparam, -5, &p));
	REPORT(SYS(sched_setparam, 0, BAD));
	REPORT(SYS(sched_setparam, 0, &p));
	REPORT(SYS(sched_getscheduler, -1));
	REPORT(SYS(sched_getscheduler, 99999999));
	REPORT(SYS(sched_getparam, 0, NULL));
	REPORT(SYS(sched_getparam, -1, &p));
	REPORT(SYS(sched_getparam, 0, BAD));
	REPORT(SYS(sched_rr_get_interval, -1, &p));
	REPORT(SYS(sched_rr_get_interval, 99999999, BAD));
	REPORT(SYS(sched_rr_get_interval, 0, BAD));
	REPORT(SYS(sched_setattr, 0, NULL, 0));
	REPORT(SYS(sched_setattr, 0, BAD, 0));
	REPORT(SYS(sched_setattr, 0, big, 1));
	REPORT(SYS(sched_setattr, -1, big, 0));
	REPORT(SYS(sched_setattr, 99999999, big, 0));
	REPORT(SYS(sched_setattr, 0, big, 0));
	((char *)big)[111] = 1;
	REPORT(SYS(sched_setattr, 0, big, 0));
	SAY("size wanted: at least 56: %d\n", big[0].size >= 56);
	big[0].size = 47;
	REPORT(SYS(sched_setattr, 0, big, 0));
	big[0] = (struct sched_attr){ .size = 5000 };
	REPORT(SYS(sched_setattr, 0, big, 0));
	big[0] = (struct sched_attr){ .size = 48, .sched_flags = 0x1000 };
	REPORT(SYS(sched_setattr, 0, big, 0));
	big[0] = (struct sched_attr){ .size = 48, .sched_flags = SCHED_FLAG_UTIL_CLAMP };
	REPORT(SYS(sched_setattr, 0, big, 0));
	big[0] = (struct sched_attr){ .size = 48, .sched_policy = ~0u };
	REPORT(SYS(sched_setattr, 0, big, 0));
	REPORT(SYS(sched_getattr, 0, NULL, 48, 0));
	REPORT(SYS(sched_getattr, 0, big, 47, 0));
	REPORT(SYS(sched_getattr, 0, big, 4097, 0));
	REPORT(SYS(sched_getattr, 0, big, 48, 1));
	REPORT(SYS(sched_getattr, 99999999, big, 48, 0));
	REPORT(SYS(sched_getattr, 0, BAD, 48, 0));
	REPORT(SYS(sched_getattr, -1, big, 48, 0));
}

/* What /proc says of us: the line of that name, and fields 40 and 41 of stat. */
static void show_proc(const char *dir)
{
	static const char *const names[] = { "se.exec_start", "se.vruntime", "se.sum_exec_runtime", "se.nr_migrations", "nr_switches",
		"nr_voluntary_switches", "nr_involuntary_switches", "se.load.weight", "policy", "prio" };
	static char buf[4096], path[64];
	char *p;
	int fd;

	snprintf(path, sizeof path, "%s/sched", dir);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0);
	buf[read(fd, buf, sizeof buf - 1)] = 0;
	close(fd);
	for (int i = 0; i < 10; i++) {
		snprintf(path, sizeof path, "\n%s ", names[i]);
		p = strstr(buf, path);
		CHECK(p != NULL);
		if (p && i >= 8)
			SAY("%s: %d\n", names[i], atoi(strchr(p, ':') + 1));
	}
	snprintf(path, sizeof path, "%s/stat", dir);
	fd = open(path, O_RDONLY);
	buf[read(fd, buf, sizeof buf - 1)] = 0;
	close(fd);
	p = strrchr(buf, ')');
	for (int i = 2; i < 39; i++)
		p = strchr(p + 1, ' ');
	CHECK(atoi(p) >= 0 && atoi(p) < 8);		/* processor */
	p = strchr(p + 1, ' ');
	SAY("real-time priority %d, policy %d\n", atoi(p), atoi(strchr(p + 1, ' ')));
}

static void changes(void)
{
	struct sched_attr a = { .size = 48, .sched_policy = SCHED_BATCH, .sched_nice = 33 };
	struct timespec turn;
	int status;

	show("at first", 0);
	REPORT(SET(0, SCHED_RR, 7));
	show("RR", 0);
	show_proc("/proc/self");
	show_proc("/proc/thread-self");
	CHECK(SYS(sched_rr_get_interval, 0, &turn) == 0);
	SAY("turn of RR: %d ms\n", (int)(turn.tv_sec * 1000 + turn.tv_nsec / 1000000));
	REPORT(SYS(sched_setparam, 0, &(struct sched_param){ 8 }));
	REPORT(SYS(sched_setparam, 0, &(struct sched_param){ 0 }));
	IN_CHILD(status, show("child of RR", 0));
	REPORT(SET(0, SCHED_FIFO | SCHED_RESET_ON_FORK, 9));
	show("FIFO, reset on fork", 0);
	CHECK(SYS(sched_rr_get_interval, 0, &turn) == 0);
	SAY("turn of FIFO: %d ms\n", (int)(turn.tv_sec * 1000 + turn.tv_nsec / 1000000));
	IN_CHILD(status, show("child", 0));
	REPORT(setpriority(PRIO_PROCESS, 0, -3));
	REPORT(SET(0, SCHED_NORMAL | SCHED_RESET_ON_FORK, 0));
	show("normal, nice", 0);
	IN_CHILD(status, show("child", 0));
	REPORT(SYS(sched_setattr, 0, &a, 0));
	show("batch", 0);
	a = (struct sched_attr){ .size = 48, .sched_policy = SCHED_FIFO, .sched_nice = -2, .sched_flags = SCHED_FLAG_KEEP_POLICY };
	REPORT(SYS(sched_setattr, 0, &a, 0));
	show("policy kept", 0);
	a.sched_flags = SCHED_FLAG_KEEP_PARAMS;
	a.sched_policy = SCHED_IDLE;
	REPORT(SYS(sched_setattr, 0, &a, 0));
	show("all kept", 0);
	REPORT(SET(0, SCHED_IDLE, 0));
	show("idle", 0);
	IN_CHILD(status, show("child of idle", 0));
	REPORT(SET(0, SCHED_NORMAL, 0));
	REPORT(setpriority(PRIO_PROCESS, 0, 0));
}

static struct thread other;
static word_t nice_is_set, go_on;

static void be_nice(void *arg)
{
	(void)arg;
	setpriority(PRIO_PROCESS, 0, 7);
	SET(0, SCHED_BATCH, 0);
	nice_is_set = 1;
	while (!go_on)
		usleep(1000);
}

/* Both belong to the thread, not to the process. */
static void threads(void)
{
	int tid = thread_start(&other, be_nice, NULL);

	wait_for(&nice_is_set, 1);
	SAY("of the thread: %d, mine: %d\n", getpriority(PRIO_PROCESS, tid), getpriority(PRIO_PROCESS, 0));
	show("the thread", tid);
	show("myself", 0);
	go_on = 1;
	thread_join(&other);
}

static void limit(int which, int value)
{
	struct rlimit l = { value, value };

	CHECK(setrlimit(which, &l) == 0);
}

/* Process 1 is root's. */
static void without_privilege(void)
{
	struct sched_attr nicer = { .size = 48, .sched_policy = SCHED_BATCH, .sched_nice = -1 };

	limit(RLIMIT_RTPRIO, 0);
	limit(RLIMIT_NICE, 0);
	CHECK(setuid(NOBODY) == 0);
	REPORT(SET(0, SCHED_FIFO, 1));
	REPORT(SET(0, SCHED_BATCH, 0));
	REPORT(SET(1, SCHED_BATCH, 0));
	REPORT(SYS(sched_setattr, 0, &nicer, 0));
	REPORT(pin(1, ~0u));
	REPORT(pin(0, cpus()));
	REPORT(setpriority(PRIO_PROCESS, 0, 5));
	REPORT(setpriority(PRIO_PROCESS, 0, 4));
	REPORT(setpriority(PRIO_PROCESS, 1, 10));
	REPORT(setpriority(PRIO_PROCESS, 0, 5));
	REPORT(SYS(nice, -1));
	REPORT(SYS(nice, 0));
	REPORT(SYS(nice, 1));
	REPORT(SYS(ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_CLASS_RT << IOPRIO_CLASS_SHIFT));
	REPORT(SYS(ioprio_set, IOPRIO_WHO_PROCESS, 1, IOPRIO_CLASS_BE << IOPRIO_CLASS_SHIFT));
	REPORT(SET(0, SCHED_IDLE, 0));
	REPORT(SET(0, SCHED_NORMAL, 0));
	REPORT(SET(0, SCHED_IDLE | SCHED_RESET_ON_FORK, 0));
	REPORT(SET(0, SCHED_IDLE, 0));
	show("in the end", 0);
}

static void with_limits(void)
{
	limit(RLIMIT_RTPRIO, 10);
	limit(RLIMIT_NICE, 20 + 5);
	CHECK(setuid(NOBODY) == 0);
	REPORT(SET(0, SCHED_FIFO, 11));
	REPORT(SET(0, SCHED_FIFO, 10));
	limit(RLIMIT_RTPRIO, 3);
	REPORT(SET(0, SCHED_FIFO, 9));
	REPORT(SET(0, SCHED_RR, 9));
	REPORT(SET(0, SCHED_FIFO, 10));
	REPORT(SET(0, SCHED_RR, 2));
	REPORT(SET(0, SCHED_IDLE, 0));
	REPORT(SET(0, SCHED_NORMAL, 0));
	REPORT(setpriority(PRIO_PROCESS, 0, -6));
	REPORT(setpriority(PRIO_PROCESS, 0, -5));
	REPORT(SYS(nice, -1));
	show("in the end", 0);
}

static void io_priorities(void)
{
	REPORT(SYS(ioprio_get, 0, 0));
	REPORT(SYS(ioprio_get, IOPRIO_WHO_PROCESS, 99999999));
	SAY("none: %d\n", (int)SYS(ioprio_get, IOPRIO_WHO_PROCESS, 0));
	REPORT(SYS(ioprio_set, IOPRIO_WHO_PROCESS, 0, 1));
	REPORT(SYS(ioprio_set, IOPRIO_WHO_PROCESS, 0, 4 << IOPRIO_CLASS_SHIFT));
	REPORT(SYS(ioprio_set, 4, 0, IOPRIO_CLASS_BE << IOPRIO_CLASS_SHIFT));
	REPORT(SYS(ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_CLASS_BE << IOPRIO_CLASS_SHIFT | 7));
	SAY("set: %x\n", (unsigned)SYS(ioprio_get, IOPRIO_WHO_PROCESS, 0));
}

/* Nice values belong to threads, groups and users to processes. */
static void groups(void)
{
	int pid = fork(), status;

	if (pid == 0) {
		setpgid(0, 0);
		pause();
		_exit(0);
	}
	setpgid(pid, pid);
	REPORT(getpriority(3, 0));
	REPORT(setpriority(-1, 0, 0));
	REPORT(setpriority(PRIO_PGRP, pid + 1, 3));
	REPORT(setpriority(PRIO_PGRP, pid, 100));
	SAY("of the child: %d %d, mine: %d\n", getpriority(PRIO_PROCESS, pid), getpriority(PRIO_PGRP, pid),
	    getpriority(PRIO_PROCESS, 0));
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, &status, 0) == pid);
	REPORT(SYS(getpriority, PRIO_PROCESS, pid));
}

int main(void)
{
	int status;

	arguments();
	changes();
	groups();
	threads();
	io_priorities();
	IN_CHILD(status, without_privilege());
	say_status("without privilege", status);
	IN_CHILD(status, with_limits());
	say_status("with limits", status);
	return done();
}
