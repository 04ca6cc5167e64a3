/* SPDX-License-Identifier: MIT */
/* What is each thread's own: keys with destructors, __thread variables, attributes, results; and what happens once. */
#include "say.h"

static pthread_key_t key, other;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static volatile int destroyed, again, inits;
static __thread int own = 7;
static __thread char big[3000];

static void init(void)
{
	usleep(5000);
	inits++;
}

static void destroy(void *p)
{
	__atomic_add_fetch(&destroyed, *(int *)p, __ATOMIC_RELAXED);	/* eight threads end at once */
	free(p);
}

/* Sets the other key again, a few times: destructors run in rounds. */
static void destroy_again(void *p)
{
	if (again++ < 2)
		pthread_setspecific(other, p);
}

static void *use_key(void *arg)
{
	int *p = malloc(sizeof *p);

	pthread_once(&once, init);
	SAY("%s", inits == 1 && pthread_getspecific(key) == NULL ? "" : "wrong\n");
	*p = (int)(long)arg;
	pthread_setspecific(key, p);
	own += *p;
	memset(big, *p, sizeof big);
	sched_yield();
	CHECK(own == 7 + (int)(long)arg && big[2999] == (char)(long)arg && pthread_getspecific(key) == p);
	return (void *)((long)arg * 2);
}

static void *set_other(void *arg)
{
	pthread_setspecific(other, (void *)&again);
	pthread_exit(arg);
}

static void *attributes_of(void *arg)
{
	pthread_attr_t a;
	void *stack;
	size_t size;
	int state;

	CHECK(pthread_getattr_np(pthread_self(), &a) == 0 && pthread_attr_getstack(&a, &stack, &size) == 0);
	pthread_attr_getdetachstate(&a, &state);
	SAY("on the stack that was given: %d, detached %d\n", (char *)&a > (char *)stack && (char *)&a < (char *)stack + size,
	    state == PTHREAD_CREATE_DETACHED);
	pthread_attr_destroy(&a);
	return arg;
}

static sem_t detached_done;

static void *detached(void *arg)
{
	sem_post(&detached_done);
	return arg;
}

static void *join_self(void *arg)
{
	(void)arg;
	return (void *)(long)(pthread_equal(pthread_self(), pthread_self()) != 0);
}

static void *nothing(void *arg) { return arg; }

int main(void)
{
	static char stack[262144] __attribute__((aligned(4096)));
	pthread_t t[8];
	pthread_attr_t a;
	void *result;
	long sum = 0;

	CHECK(pthread_key_create(&key, destroy) == 0 && pthread_key_create(&other, destroy_again) == 0);
	for (int i = 0; i < 8; i++)
		CHECK(pthread_create(&t[i], NULL, use_key, (void *)(long)(i + 1)) == 0);
	for (int i = 0; i < 8; i++) {
		CHECK(pthread_join(t[i], &result) == 0);
		sum += (long)result;
	}
	SAY("results %ld, destroyed %d, once %d, our own %d\n", sum, destroyed, inits, own);
	CHECK(pthread_create(&t[0], NULL, set_other, (void *)55) == 0 && pthread_join(t[0], &result) == 0);
	SAY("exit with %ld, destructor ran %d times\n", (long)result, again);
	pthread_attr_init(&a);
	CHECK(pthread_attr_setstack(&a, stack, sizeof stack) == 0);
	CHECK(pthread_create(&t[0], &a, attributes_of, NULL) == 0 && pthread_join(t[0], NULL) == 0);
	pthread_attr_destroy(&a);
	pthread_attr_init(&a);
	pthread_attr_setdetachstate(&a, PTHREAD_CREATE_DETACHED);
	sem_init(&detached_done, 0, 0);
	for (int i = 0; i < 50; i++) {
		CHECK(pthread_create(&t[0], &a, detached, NULL) == 0);
		while (sem_wait(&detached_done) < 0)
			;
	}
	SAY("fifty detached\n");
	CHECK(pthread_create(&t[0], NULL, join_self, NULL) == 0 && pthread_join(t[0], &result) == 0);
	SAY("it is itself: %ld\n", (long)result);
	for (int r = 0; r < 40; r++) {
		pthread_t many[25];

		for (int i = 0; i < 25; i++)
			CHECK(pthread_create(&many[i], NULL, nothing, (void *)(long)i) == 0);
		for (int i = 0; i < 25; i++)
			CHECK(pthread_join(many[i], &result) == 0 && (long)result == i);
	}
	SAY("a thousand, one after the other\n");
	return done();
}
