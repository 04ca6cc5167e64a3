/* SPDX-License-Identifier: MIT */
/* Mutexes of all kinds: normal, error-checking, recursive, robust, between processes; waiting with a time limit. */
#include "say.h"

#define THREADS 4
#define ROUNDS 5000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long counter;

static void *count(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		long seen;

		pthread_mutex_lock(arg);
		seen = counter;
		if (i % 100 == 0)
			sched_yield();
		counter = seen + 1;
		pthread_mutex_unlock(arg);
	}
	return NULL;
}

static void count_together(const char *what, pthread_mutex_t *m)
{
	pthread_t t[THREADS];

	counter = 0;
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_create(&t[i], NULL, count, m) == 0);
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_join(t[i], NULL) == 0);
	SAY("%s: %ld\n", what, counter);
}

static void make(pthread_mutex_t *m, int type, int robust, int shared)
{
	pthread_mutexattr_t a;

	CHECK(pthread_mutexattr_init(&a) == 0 && pthread_mutexattr_settype(&a, type) == 0);
	CHECK(pthread_mutexattr_setrobust(&a, robust) == 0 && pthread_mutexattr_setpshared(&a, shared) == 0);
	CHECK(pthread_mutex_init(m, &a) == 0);
	pthread_mutexattr_destroy(&a);
}

static void *try_it(void *m) { return (void *)(long)pthread_mutex_trylock(m); }
static void *unlock_it(void *m) { return (void *)(long)pthread_mutex_unlock(m); }
static void *lock_and_end(void *m) { return (void *)(long)pthread_mutex_lock(m); }

static void *timed(void *m)
{
	struct timespec t = in_ms(CLOCK_REALTIME, 30);

	return (void *)(long)pthread_mutex_timedlock(m, &t);
}

static int elsewhere(void *(*run)(void *), pthread_mutex_t *m)
{
	pthread_t t;
	void *result = NULL;

	CHECK(pthread_create(&t, NULL, run, m) == 0 && pthread_join(t, &result) == 0);
	return (int)(long)result;
}

static void kinds(void)
{
	pthread_mutex_t check, recursive;

	make(&check, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED, PTHREAD_PROCESS_PRIVATE);
	make(&recursive, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED, PTHREAD_PROCESS_PRIVATE);
	count_together("error-checking", &check);
	count_together("recursive", &recursive);
	REPORT(pthread_mutex_lock(&check));
	REPORT(pthread_mutex_lock(&check));
	REPORT(elsewhere(unlock_it, &check));
	REPORT(elsewhere(try_it, &check));
	REPORT(elsewhere(timed, &check));
	REPORT(pthread_mutex_unlock(&check));
	REPORT(pthread_mutex_unlock(&check));
	for (int i = 0; i < 3; i++)
		CHECK(pthread_mutex_lock(&recursive) == 0);
	REPORT(elsewhere(try_it, &recursive));
	CHECK(pthread_mutex_unlock(&recursive) == 0 && pthread_mutex_unlock(&recursive) == 0);
	REPORT(elsewhere(timed, &recursive));
	REPORT(pthread_mutex_unlock(&recursive));
	REPORT(pthread_mutex_unlock(&recursive));
	REPORT(elsewhere(timed, &recursive));
	CHECK(pthread_mutex_destroy(&check) == 0);
}

static void robust(void)
{
	pthread_mutex_t m;

	make(&m, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PROCESS_PRIVATE);
	count_together("robust", &m);
	REPORT(elsewhere(lock_and_end, &m));
	REPORT(pthread_mutex_lock(&m));
	REPORT(pthread_mutex_consistent(&m));
	REPORT(pthread_mutex_unlock(&m));
	REPORT(elsewhere(lock_and_end, &m));
	REPORT(pthread_mutex_trylock(&m));
	REPORT(pthread_mutex_unlock(&m));		/* not made consistent: lost */
	REPORT(pthread_mutex_lock(&m));
	CHECK(pthread_mutex_destroy(&m) == 0);
}

static struct shared { pthread_mutex_t m; volatile int counter, held; } *s;

static void processes(void)
{
	int status, pids[3];

	s = shared_page();
	make(&s->m, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PROCESS_SHARED);
	for (int i = 0; i < 3; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			for (int k = 0; k < 2000; k++) {
				int seen;

				pthread_mutex_lock(&s->m);
				seen = s->counter;
				if (k % 100 == 0)
					sched_yield();
				s->counter = seen + 1;
				pthread_mutex_unlock(&s->m);
			}
			_exit(0);
		}
	}
	for (int i = 0; i < 3; i++)
		CHECK(waitpid(pids[i], &status, 0) == pids[i] && status == 0);
	SAY("three processes: %d\n", s->counter);
	/* A process that is killed while it holds one; another waits for it at that time. */
	make(&s->m, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PROCESS_SHARED);
	pids[0] = fork();
	if (pids[0] == 0) {
		pthread_mutex_lock(&s->m);
		s->held = 1;
		for (;;)
			pause();
	}
	while (!s->held)
		usleep(1000);
	pids[1] = fork();
	if (pids[1] == 0) {
		int result = pthread_mutex_lock(&s->m);

		SAY("the owner was killed: %d, consistent: %d\n", result, pthread_mutex_consistent(&s->m));
		pthread_mutex_unlock(&s->m);
		_exit(0);
	}
	usleep(30000);
	kill(pids[0], SIGKILL);
	CHECK(waitpid(pids[0], &status, 0) == pids[0] && waitpid(pids[1], &status, 0) == pids[1] && status == 0);
	REPORT(pthread_mutex_lock(&s->m));
	REPORT(pthread_mutex_unlock(&s->m));
}

int main(void)
{
	count_together("normal", &lock);
	kinds();
	robust();
	processes();
	return done();
}
