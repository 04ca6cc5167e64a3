/* SPDX-License-Identifier: MIT */
/*
 * Signals to a process with threads: one thread that does not block it takes it; tgkill chooses; a stop stops all, a
 * fatal one ends all; all this too when the leader has ended before the others.
 */
#include <sys/resource.h>
#include "thread.h"

static struct thread threads[4];
static volatile int taken_by, taken, ready, go;
static int *shared;

static void handler(int sig)
{
	(void)sig;
	taken_by = gettid_();
	__atomic_fetch_add(&taken, 1, __ATOMIC_SEQ_CST);
}

static void block(int sig, int how)
{
	unsigned mask[2] = { 1u << (sig - 1), 0 };

	raw_syscall(__NR_rt_sigprocmask, how, mask, NULL, 8);
}

static void blocks_it(void *arg)
{
	(void)arg;
	block(SIGUSR1, SIG_BLOCK);
	__atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
	while (!go)
		usleep(1000);
}

static void takes_it(void *arg)
{
	(void)arg;
	block(SIGUSR1, SIG_UNBLOCK);
	__atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
	while (!go)
		usleep(1000);
}

static void opens_later(void *arg)
{
	block(SIGUSR1, SIG_BLOCK);
	__atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
	while (!go)
		usleep(1000);
	takes_it(arg);
}

static void choose(void)
{
	struct sigaction action = { .sa_handler = handler };

	sigaction(SIGUSR1, &action, NULL);
	block(SIGUSR1, SIG_BLOCK);
	for (int i = 0; i < 4; i++)
		thread_start(&threads[i], i == 2 ? takes_it : blocks_it, NULL);
	wait_for(&ready, 4);
	kill(getpid(), SIGUSR1);
	wait_for(&taken, 1);
	SAY("to the process: the one that does not block it: %d\n", taken_by == threads[2].tid);
	REPORT(SYS(tgkill, getpid(), threads[2].tid, SIGUSR1));
	wait_for(&taken, 2);
	SAY("to a thread: %d\n", taken_by == threads[2].tid);
	REPORT(SYS(tgkill, getpid(), threads[0].tid, SIGUSR1));
	usleep(20000);
	SAY("to one that blocks it: taken %d times in all\n", taken);
	REPORT(SYS(tkill, threads[2].tid, SIGUSR1));
	wait_for(&taken, 3);
	REPORT(SYS(tgkill, getpid() + 1, threads[2].tid, SIGUSR1));
	REPORT(SYS(tgkill, getpid(), 0x3fffff, 0));
	REPORT(SYS(tgkill, getpid(), threads[2].tid, 65));
	REPORT(SYS(tgkill, -1, threads[2].tid, 0));
	REPORT(SYS(tgkill, getpid(), 0, 0));
	REPORT(SYS(tgkill, getpid(), threads[2].tid, 0));
	go = 1;
	for (int i = 0; i < 4; i++)
		thread_join(&threads[i]);
	REPORT(SYS(tgkill, getpid(), getpid(), 0));
	/* Blocked by all, it waits for the first to open. */
	go = ready = taken = 0;
	thread_start(&threads[0], opens_later, NULL);
	wait_for(&ready, 1);
	kill(getpid(), SIGUSR1);
	usleep(20000);
	SAY("blocked by all: taken %d", taken);
	go = 1;
	wait_for(&taken, 1);
	SAY(", after one has opened %d, by it %d\n", taken, taken_by == threads[0].tid || threads[0].tid == 0);
	thread_join(&threads[0]);
	block(SIGUSR1, SIG_UNBLOCK);
	signal(SIGUSR1, SIG_DFL);
}

/* Each thread counts in shared memory, so that the parent sees who runs. */
static void counts(void *arg)
{
	volatile int *mine = &shared[(long)arg];

	for (;;) {
		++*mine;
		usleep(1000);
	}
}

static int running(int n)
{
	int before[4], moved = 0;

	memcpy(before, shared, sizeof before);
	usleep(150000);
	for (int i = 0; i < n; i++)
		moved += shared[i] != before[i];
	return moved;
}

static int start_counters(int without_leader)
{
	int pid;

	memset(shared, 0, 16);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 3; i++)
			thread_start(&threads[i], counts, (void *)(long)i);
		if (without_leader)
			raw_syscall(__NR_exit, 7);
		counts((void *)3);
	}
	for (int i = 0; i < (without_leader ? 3 : 4); i++)
		while (!((volatile int *)shared)[i])
			usleep(1000);
	return pid;
}

static void stop_and_go(int without_leader)
{
	int status, n = without_leader ? 3 : 4, pid = start_counters(without_leader);

	SAY("%s: %d run\n", without_leader ? "without the leader" : "with the leader", running(n));
	SAY("  a child that has not ended: %d\n", waitpid(pid, &status, WNOHANG));
	kill(pid, SIGSTOP);
	CHECK(waitpid(pid, &status, WUNTRACED) == pid);
	say_status("  stopped", status);
	SAY("  %d run\n", running(n));
	SAY("  told once: %d\n", waitpid(pid, &status, WUNTRACED | WNOHANG));
	kill(pid, SIGCONT);
	CHECK(waitpid(pid, &status, WCONTINUED) == pid);
	say_status("  continued", status);
	SAY("  %d run\n", running(n));
	kill(pid, SIGSTOP);
	CHECK(waitpid(pid, &status, WUNTRACED) == pid);
	kill(pid, SIGTERM);
	SAY("  stopped, SIGTERM waits: %d\n", waitpid(pid, &status, WNOHANG));
	kill(pid, without_leader ? SIGKILL : SIGCONT);
	CHECK(waitpid(pid, &status, 0) == pid);
	say_status("  ended", status);
}

static void leave_later(void *arg)
{
	usleep(40000);
	raw_syscall(__NR_exit, (long)arg);
}

static void end_all(void *arg)
{
	usleep(40000);
	raw_syscall(__NR_exit_group, (long)arg);
}

/* The leader has ended: the process lives, is reaped once, and with whose status? */
static void zombie_leader(void)
{
	int status, pid;

	IN_CHILD(status, thread_start(&threads[0], leave_later, (void *)9); raw_syscall(__NR_exit, 7));
	say_status("the leader with 7, then the last thread with 9", status);
	IN_CHILD(status, thread_start(&threads[0], end_all, (void *)9); raw_syscall(__NR_exit, 7));
	say_status("the leader with 7, then exit_group with 9", status);
	IN_CHILD(status, thread_start(&threads[0], leave_later, (void *)9); thread_start(&threads[1], leave_later, (void *)10);
		 thread_join(&threads[0]); thread_join(&threads[1]); raw_syscall(__NR_exit, 8));
	say_status("the leader last", status);
	pid = start_counters(1);
	SAY("it can be signalled: %d\n", kill(pid, 0));
	kill(pid, SIGTERM);
	CHECK(waitpid(pid, &status, 0) == pid);
	say_status("SIGTERM", status);
	REPORT(kill(pid, 0));
}

static void sleep_on(void *arg)
{
	(void)arg;
	for (;;)
		raw_syscall(__NR_pause);
}

/* A thread ends while the others stop: the parent is told all the same. */
static void stop_while_ending(void)
{
	int status, bad = 0;

	for (int i = 0; i < 30; i++) {
		int pid = fork();

		if (pid == 0) {
			for (int k = 0; k < 3; k++)
				thread_start(&threads[k], k ? leave_later : sleep_on, NULL);
			usleep(40000 - 500 * (i % 5));
			kill(getpid(), SIGSTOP);
			raw_syscall(__NR_exit_group, 4);
		}
		bad += waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status);
		kill(pid, SIGCONT);
		bad += waitpid(pid, &status, 0) != pid || status != 4 << 8;
	}
	SAY("stops while threads end: %d bad\n", bad);
}

static void burn(void *arg)
{
	struct rusage r;

	(void)arg;
	do
		raw_syscall(__NR_getrusage, 1 /* RUSAGE_THREAD */, &r);
	while (r.ru_utime.tv_sec == 0 && r.ru_utime.tv_usec + r.ru_stime.tv_usec < 60000 && r.ru_stime.tv_sec == 0);
}

static long long cpu_ms(int who)
{
	struct rusage r;

	raw_syscall(__NR_getrusage, who, &r);
	return (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000ll + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1000;
}

/* What threads have used is the process's, also when they are gone, and the parent's when the process is. */
static void accounts(void)
{
	long long before = cpu_ms(RUSAGE_SELF), children = cpu_ms(RUSAGE_CHILDREN);
	int status;

	for (int i = 0; i < 3; i++)
		thread_start(&threads[i], burn, NULL);
	for (int i = 0; i < 3; i++)
		thread_join(&threads[i]);
	SAY("three threads used 180 ms: %d\n", cpu_ms(RUSAGE_SELF) - before >= 178);
	IN_CHILD(status, thread_start(&threads[0], burn, NULL); thread_start(&threads[1], burn, NULL); raw_syscall(__NR_exit, 0));
	SAY("a child's two 120 ms: %d\n", cpu_ms(RUSAGE_CHILDREN) - children >= 118);
}

int main(void)
{
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	choose();
	stop_and_go(0);
	stop_and_go(1);
	zombie_leader();
	stop_while_ending();
	accounts();
	return done();
}
