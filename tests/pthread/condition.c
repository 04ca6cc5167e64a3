/* SPDX-License-Identifier: MIT */
/* Condition variables: a queue between producers and consumers, broadcast, time limits on both clocks, two processes. */
#include "say.h"

#define ITEMS 3000
#define ROOM 8

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER, not_full = PTHREAD_COND_INITIALIZER, start = PTHREAD_COND_INITIALIZER;
static int queue[ROOM], length, first, started, waiting, released;
static long sum;

static void *produce(void *arg)
{
	for (int i = 1; i <= ITEMS; i++) {
		pthread_mutex_lock(&m);
		while (length == ROOM)
			pthread_cond_wait(&not_full, &m);
		queue[(first + length++) % ROOM] = i;
		pthread_cond_signal(&not_empty);
		pthread_mutex_unlock(&m);
	}
	return arg;
}

static void *consume(void *arg)
{
	for (int i = 0; i < ITEMS; i++) {
		pthread_mutex_lock(&m);
		while (!length)
			pthread_cond_wait(&not_empty, &m);
		sum += queue[first];
		first = (first + 1) % ROOM;
		length--;
		pthread_cond_signal(&not_full);
		pthread_mutex_unlock(&m);
	}
	return arg;
}

static void *wait_for_start(void *arg)
{
	pthread_mutex_lock(&m);
	waiting++;
	while (!started)
		pthread_cond_wait(&start, &m);
	released++;
	pthread_mutex_unlock(&m);
	return arg;
}

static void broadcast(void)
{
	pthread_t t[10];

	for (int i = 0; i < 10; i++)
		CHECK(pthread_create(&t[i], NULL, wait_for_start, NULL) == 0);
	for (;;) {
		pthread_mutex_lock(&m);
		if (waiting == 10)
			break;
		pthread_mutex_unlock(&m);
		usleep(1000);
	}
	started = 1;
	SAY("before the broadcast: %d\n", released);
	pthread_cond_broadcast(&start);
	pthread_mutex_unlock(&m);
	for (int i = 0; i < 10; i++)
		pthread_join(t[i], NULL);
	SAY("after it: %d\n", released);
}

static void limits(void)
{
	pthread_condattr_t a;
	pthread_cond_t c;
	struct timespec t;

	pthread_mutex_lock(&m);
	t = in_ms(CLOCK_REALTIME, 30);
	REPORT(pthread_cond_timedwait(&start, &m, &t));
	t = in_ms(CLOCK_REALTIME, -1000);
	REPORT(pthread_cond_timedwait(&start, &m, &t));
	pthread_condattr_init(&a);
	REPORT(pthread_condattr_setclock(&a, CLOCK_MONOTONIC));
	pthread_cond_init(&c, &a);
	t = in_ms(CLOCK_MONOTONIC, 30);
	REPORT(pthread_cond_timedwait(&c, &m, &t));
	t.tv_nsec = 1000000000;
	REPORT(pthread_cond_timedwait(&c, &m, &t));
	REPORT(pthread_cond_destroy(&c));
	REPORT(pthread_mutex_unlock(&m));
}

static struct shared { pthread_mutex_t m; pthread_cond_t c; int turn; } *s;

static void ping_pong(int me)
{
	for (int i = 0; i < 500; i++) {
		pthread_mutex_lock(&s->m);
		while (s->turn % 2 != me)
			pthread_cond_wait(&s->c, &s->m);
		s->turn++;
		pthread_cond_signal(&s->c);
		pthread_mutex_unlock(&s->m);
	}
}

static void processes(void)
{
	pthread_mutexattr_t ma;
	pthread_condattr_t ca;
	int pid, status;

	s = shared_page();
	pthread_mutexattr_init(&ma);
	pthread_condattr_init(&ca);
	CHECK(pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED) == 0);
	CHECK(pthread_condattr_setpshared(&ca, PTHREAD_PROCESS_SHARED) == 0);
	CHECK(pthread_mutex_init(&s->m, &ma) == 0 && pthread_cond_init(&s->c, &ca) == 0);
	pid = fork();
	if (pid == 0) {
		ping_pong(1);
		_exit(0);
	}
	ping_pong(0);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	SAY("turns of two processes: %d\n", s->turn);
}

int main(void)
{
	pthread_t t[6];

	for (int i = 0; i < 6; i++)
		CHECK(pthread_create(&t[i], NULL, i % 2 ? consume : produce, NULL) == 0);
	for (int i = 0; i < 6; i++)
		CHECK(pthread_join(t[i], NULL) == 0);
	SAY("sum %ld, left %d\n", sum, length);
	broadcast();
	limits();
	processes();
	return done();
}
