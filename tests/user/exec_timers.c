/* SPDX-License-Identifier: MIT */
/*
 * execve under a fast interval timer, by the leader and by another thread: the timer belongs to the process and goes on,
 * while the thread that it was made by and the handlers that it looks at are replaced under it.
 */
#include <sys/time.h>
#include "thread.h"

#define ROUNDS 150
#define USEC 100

static struct thread thread, idle;
static char *self, left[16];
static volatile int alarms;

static void count(int sig) { (void)sig; alarms++; }

static void exec_again(void *arg)
{
	char *argv[] = { self, left, NULL };

	(void)arg;
	raw_syscall(__NR_execve, self, argv, NULL);
	raw_syscall(__NR_exit_group, 99);
}

static void sleep_on(void *arg)
{
	(void)arg;
	for (;;)
		raw_syscall(__NR_pause);
}

static void mask_alarm(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(how, &set, NULL);
}

static void start_timer(void)
{
	struct itimerval v = { .it_interval.tv_usec = USEC, .it_value.tv_usec = USEC };

	CHECK(setitimer(ITIMER_REAL, &v, NULL) == 0);
}

/* Each third time with a thread less. */
static void go_on(int rounds)
{
	snprintf(left, sizeof left, "%d", rounds - 1);
	if (rounds % 3)
		thread_start(&idle, sleep_on, NULL);
	if (rounds % 3 == 1)
		exec_again(NULL);
	thread_start(&thread, exec_again, NULL);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	int status, rounds = argc > 1 ? atoi(argv[1]) : ROUNDS;

	self = argv[0];
	if (argc > 1 && rounds > 0)
		go_on(rounds);
	if (argc > 1) {
		struct itimerval v;

		/* It came along all the way, and goes on. */
		signal(SIGALRM, count);
		mask_alarm(SIG_UNBLOCK);
		while (alarms < 3)
			;
		return getitimer(ITIMER_REAL, &v) || v.it_interval.tv_usec != USEC ? 1 : 22;
	}
	IN_CHILD(status, mask_alarm(SIG_BLOCK); start_timer(); go_on(ROUNDS));
	say_status("blocked all the way, then caught", status);
	return done();
}
