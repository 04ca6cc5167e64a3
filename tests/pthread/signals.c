/* SPDX-License-Identifier: MIT */
/* Signals and threads through the library: pthread_kill, masks, sigwait, alarms; fork, exec and exit with threads. */
#include "say.h"

static sem_t ready;
static volatile int handled;
static __thread volatile int mine;
static volatile int forks[3];
static char *self;

static void handler(int sig)
{
	(void)sig;
	mine++;
	handled++;
}

static void *pauses(void *arg)
{
	sem_post(&ready);
	while (!mine)
		usleep(1000);
	return arg;
}

static void wait_ready(void)
{
	while (sem_wait(&ready) < 0)
		;
}

static void kills(void)
{
	pthread_t t[3];

	for (int i = 0; i < 3; i++) {
		CHECK(pthread_create(&t[i], NULL, pauses, NULL) == 0);
		wait_ready();
	}
	for (int i = 2; i >= 0; i--) {
		CHECK(pthread_kill(t[i], SIGUSR1) == 0);
		CHECK(pthread_join(t[i], NULL) == 0);
	}
	SAY("each got one: %d, we %d\n", handled, mine);
	REPORT(pthread_kill(pthread_self(), 0));
	REPORT(pthread_kill(pthread_self(), 100));
}

/* One thread waits for all signals, the others block them. */
static void *waiter(void *arg)
{
	sigset_t set;
	int sum = 0, sig;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGALRM);
	sem_post(&ready);
	for (int i = 0; i < 3; i++) {
		sigwait(&set, &sig);
		sum += sig;
		sem_post(&ready);
	}
	return (void *)(long)(sum + (arg != NULL));
}

static void waits(void)
{
	sigset_t set, old;
	pthread_t t;
	void *result;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGALRM);
	CHECK(pthread_sigmask(SIG_BLOCK, &set, &old) == 0);
	CHECK(pthread_create(&t, NULL, waiter, NULL) == 0);
	wait_ready();
	kill(getpid(), SIGHUP);
	wait_ready();
	pthread_kill(t, SIGUSR2);
	wait_ready();
	ualarm(10000, 0);
	wait_ready();
	CHECK(pthread_join(t, &result) == 0);
	SAY("waited for: %ld\n", (long)result);
	CHECK(pthread_sigmask(SIG_SETMASK, &old, NULL) == 0);
}

static void before(void) { forks[0]++; }
static void parent(void) { forks[1]++; }
static void child(void) { forks[2]++; }

static void *spins(void *arg)
{
	sem_post(&ready);
	for (;;)
		usleep(500);
	return arg;
}

static void *forks_in_thread(void *arg)
{
	int status, pid = fork();

	if (pid == 0) {
		pthread_t t;

		/* Only this thread is here, and it can make new ones. */
		sem_init(&ready, 0, 0);
		CHECK(pthread_create(&t, NULL, spins, NULL) == 0);
		wait_ready();
		SAY("in the child: %d %d %d\n", forks[0], forks[1], forks[2]);
		exit(17);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	SAY("in the parent: %d %d %d, child %d\n", forks[0], forks[1], forks[2], WEXITSTATUS(status));
	return arg;
}

static void *execs(void *arg)
{
	execl(self, "signals", "again", (char *)NULL);
	return arg;
}

static void at_exit(void) { SAY("at exit\n"); }

static void *exits(void *arg)
{
	exit((int)(long)arg);
}

static void *last(void *arg)
{
	usleep(20000);
	SAY("main has ended before\n");
	return arg;
}

static void in_child(const char *what, void (*run)(void))
{
	int status, pid = fork();

	if (pid == 0) {
		run();
		_exit(99);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	if (WIFEXITED(status))
		SAY("%s: exit %d\n", what, WEXITSTATUS(status));
	else
		SAY("%s: signal %d\n", what, WTERMSIG(status));
}

static void start(void *(*run)(void *), void *arg)
{
	pthread_t t;

	CHECK(pthread_create(&t, NULL, spins, NULL) == 0 && pthread_create(&t, NULL, run, arg) == 0);
}

static void exit_in_thread(void) { atexit(at_exit); start(exits, (void *)23); for (;;) pause(); }
static void exec_in_thread(void) { start(execs, NULL); for (;;) pause(); }
/* As a new program: in the child of a fork, musl 1.2.3 has a lock left over when main ends. */
static void main_ends(void) { execl(self, "signals", "main", "ends", (char *)NULL); }
static void aborts(void) { start(spins, NULL); abort(); }
static void *faults(void *arg) { *(volatile int *)arg = 1; return arg; }
static void fault_in_thread(void) { start(faults, NULL); for (;;) pause(); }

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = handler };
	pthread_t t;

	if (argc > 2) {
		pthread_create(&t, NULL, last, NULL);
		pthread_exit(NULL);
	}
	if (argc > 1) {
		SAY("again, with %d\n", pthread_kill(pthread_self(), 0));
		return 44;
	}
	self = argv[0];
	sigaction(SIGUSR1, &action, NULL);
	sem_init(&ready, 0, 0);
	kills();
	waits();
	pthread_atfork(before, parent, child);
	CHECK(pthread_create(&t, NULL, forks_in_thread, NULL) == 0 && pthread_join(t, NULL) == 0);
	in_child("exit in a thread", exit_in_thread);
	in_child("execve in a thread", exec_in_thread);
	in_child("main ends first", main_ends);
	in_child("abort", aborts);
	in_child("a fault in a thread", fault_in_thread);
	return done();
}
