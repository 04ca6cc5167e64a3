/* SPDX-License-Identifier: MIT */
/*
 * Cancellation: at the calls that wait, in the middle of a loop if asked for, not while it is disabled; the handlers
 * that were pushed run in reverse, and a wait on a condition has its mutex again.
 */
#include "say.h"

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static sem_t ready, sem;
static int fds[2];
static volatile int order, state, spins;

static void note(void *digit) { order = order * 10 + (int)(long)digit; }

static void unlock(void *arg)
{
	note((void *)3);
	pthread_mutex_unlock(arg);
}

static void announce(void)
{
	sem_post(&ready);
}

static void *in_read(void *arg)
{
	char c;

	announce();
	read(fds[0], &c, 1);
	return arg;
}

static void *in_sem(void *arg)
{
	announce();
	sem_wait(&sem);
	return arg;
}

static void *in_sleep(void *arg)
{
	announce();
	sleep(100);
	return arg;
}

static void *in_cond(void *arg)
{
	pthread_mutex_lock(&m);
	pthread_cleanup_push(unlock, &m);
	announce();
	for (;;)
		pthread_cond_wait(&never, &m);
	pthread_cleanup_pop(1);
	return arg;
}

static pthread_t sleeper;

static void *in_join(void *arg)
{
	announce();
	pthread_join(sleeper, NULL);
	return arg;
}

static void *in_wait(void *arg)
{
	int status;

	announce();
	waitpid((int)(long)arg, &status, 0);
	return arg;
}

static void *in_loop(void *arg)
{
	int old;

	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &old);
	announce();
	for (;;)
		spins++;
	return arg;
}

static void *at_test(void *arg)
{
	announce();
	for (;;) {
		spins++;
		pthread_testcancel();
	}
	return arg;
}

static void *disabled(void *arg)
{
	int old;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
	announce();
	usleep(50000);
	state = 1;
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &old);
	pthread_testcancel();
	state = 2;
	return arg;
}

static void *with_handlers(void *arg)
{
	pthread_cleanup_push(note, (void *)1);
	pthread_cleanup_push(note, (void *)2);
	pthread_cleanup_push(note, (void *)9);
	pthread_cleanup_pop(0);
	((void *(*)(void *))arg)(NULL);
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	return NULL;
}

static void cancel(const char *what, void *(*run)(void *), void *arg)
{
	pthread_t t;
	void *result = NULL;

	order = 0;
	CHECK(pthread_create(&t, NULL, run, arg) == 0);
	while (sem_wait(&ready) < 0)
		;
	usleep(20000);
	CHECK(pthread_cancel(t) == 0);
	CHECK(pthread_join(t, &result) == 0);
	SAY("%s: %s, handlers %d\n", what, result == PTHREAD_CANCELED ? "cancelled" : "not cancelled", order);
}

static void *exits(void *arg)
{
	pthread_cleanup_push(note, (void *)4);
	pthread_exit(arg);
	pthread_cleanup_pop(0);
	return NULL;
}

int main(void)
{
	pthread_t t;
	void *result;
	int pid;

	CHECK(pipe(fds) == 0 && sem_init(&ready, 0, 0) == 0 && sem_init(&sem, 0, 0) == 0);
	cancel("read", with_handlers, (void *)in_read);
	cancel("sem_wait", with_handlers, (void *)in_sem);
	cancel("sleep", with_handlers, (void *)in_sleep);
	cancel("pthread_cond_wait", with_handlers, (void *)in_cond);
	REPORT(pthread_mutex_trylock(&m));
	REPORT(pthread_mutex_unlock(&m));
	CHECK(pthread_create(&sleeper, NULL, in_sleep, NULL) == 0);
	while (sem_wait(&ready) < 0)
		;
	cancel("pthread_join", with_handlers, (void *)in_join);
	CHECK(pthread_cancel(sleeper) == 0 && pthread_join(sleeper, &result) == 0 && result == PTHREAD_CANCELED);
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	cancel("waitpid", in_wait, (void *)(long)pid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	cancel("a loop", in_loop, NULL);
	cancel("pthread_testcancel", at_test, NULL);
	cancel("disabled for a while", disabled, NULL);
	SAY("it went on to %d\n", state);
	order = 0;
	CHECK(pthread_create(&t, NULL, exits, (void *)12) == 0 && pthread_join(t, &result) == 0);
	SAY("pthread_exit: %ld, handlers %d\n", (long)result, order);
	return done();
}
