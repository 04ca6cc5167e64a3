/* SPDX-License-Identifier: MIT */
/* Barriers, readers and writers, semaphores; between threads and between processes. */
#include "say.h"

#define N 5

static pthread_barrier_t barrier;
static volatile int arrived[20], serial, early;

static void *rounds(void *arg)
{
	for (int r = 0; r < 20; r++) {
		__atomic_fetch_add(&arrived[r], 1, __ATOMIC_SEQ_CST);
		if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
			__atomic_fetch_add(&serial, 1, __ATOMIC_SEQ_CST);
		if (arrived[r] != N)
			early++;
	}
	return arg;
}

static void run_all(void *(*run)(void *))
{
	pthread_t t[N];

	for (int i = 0; i < N; i++)
		CHECK(pthread_create(&t[i], NULL, run, (void *)(long)i) == 0);
	for (int i = 0; i < N; i++)
		CHECK(pthread_join(t[i], NULL) == 0);
}

static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static volatile int readers, writers, wrong, together;
static int value[2];

static void *read_and_write(void *arg)
{
	int me = (int)(long)arg;

	for (int i = 0; i < 400; i++) {
		if (me < 2) {
			pthread_rwlock_wrlock(&rw);
			wrong += __atomic_fetch_add(&writers, 1, __ATOMIC_SEQ_CST) != 0 || readers != 0;
			value[0]++;
			if (i % 20 == 0)
				sched_yield();
			value[1]++;
			__atomic_fetch_sub(&writers, 1, __ATOMIC_SEQ_CST);
		} else {
			pthread_rwlock_rdlock(&rw);
			__atomic_fetch_add(&readers, 1, __ATOMIC_SEQ_CST);
			wrong += value[0] != value[1] || writers != 0;
			if (i % 20 == 0)
				sched_yield();
			__atomic_fetch_sub(&readers, 1, __ATOMIC_SEQ_CST);
		}
		pthread_rwlock_unlock(&rw);
	}
	return NULL;
}

static void *try_both(void *arg)
{
	struct timespec t = in_ms(CLOCK_REALTIME, 20);
	int *r = arg;

	r[0] = pthread_rwlock_tryrdlock(&rw);
	if (!r[0])
		pthread_rwlock_unlock(&rw);
	r[1] = pthread_rwlock_trywrlock(&rw);
	r[2] = pthread_rwlock_timedwrlock(&rw, &t);
	return NULL;
}

static void rwlocks(void)
{
	pthread_t t;
	int r[3];

	run_all(read_and_write);
	SAY("values %d %d, wrong %d\n", value[0], value[1], wrong);
	pthread_rwlock_rdlock(&rw);
	pthread_create(&t, NULL, try_both, r);
	pthread_join(t, NULL);
	SAY("while it is read: %d %d %d\n", r[0], r[1], r[2]);
	pthread_rwlock_unlock(&rw);
	pthread_rwlock_wrlock(&rw);
	pthread_create(&t, NULL, try_both, r);
	pthread_join(t, NULL);
	SAY("while it is written: %d %d %d\n", r[0], r[1], r[2]);
	pthread_rwlock_unlock(&rw);
}

static sem_t sem;
static volatile int inside, most;

static void *limited(void *arg)
{
	for (int i = 0; i < 200; i++) {
		int now;

		while (sem_wait(&sem) < 0)
			;
		now = __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
		if (now > most)
			most = now;
		if (i % 10 == 0)
			sched_yield();
		__atomic_fetch_sub(&inside, 1, __ATOMIC_SEQ_CST);
		sem_post(&sem);
	}
	return arg;
}

static void on_alarm(int sig) { (void)sig; }

static void semaphores(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct timespec t;
	sem_t *two = shared_page();
	int left, pid, status;

	CHECK(sem_init(&sem, 0, 3) == 0);
	run_all(limited);
	sem_getvalue(&sem, &left);
	SAY("at most three inside: %d, left %d\n", most <= 3, left);
	for (int i = 0; i < 3; i++)
		CHECK(sem_wait(&sem) == 0);
	errno = 0;
	REPORT(sem_trywait(&sem));
	SAY("errno %d\n", errno);
	t = in_ms(CLOCK_REALTIME, 30);
	REPORT(sem_timedwait(&sem, &t));
	SAY("errno %d\n", errno);
	sigaction(SIGALRM, &action, NULL);
	ualarm(30000, 0);
	REPORT(sem_wait(&sem));
	SAY("errno %d\n", errno);
	CHECK(sem_init(&two[0], 1, 0) == 0 && sem_init(&two[1], 1, 0) == 0);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 300; i++) {
			while (sem_wait(&two[0]) < 0)
				;
			sem_post(&two[1]);
		}
		_exit(0);
	}
	for (int i = 0; i < 300; i++) {
		sem_post(&two[0]);
		while (sem_wait(&two[1]) < 0)
			;
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	SAY("a semaphore between processes\n");
}

static void shared_barrier(void)
{
	pthread_barrier_t *b = shared_page();
	pthread_barrierattr_t a;
	int status, last = 0;

	pthread_barrierattr_init(&a);
	CHECK(pthread_barrierattr_setpshared(&a, PTHREAD_PROCESS_SHARED) == 0 && pthread_barrier_init(b, &a, 3) == 0);
	for (int i = 0; i < 3; i++)
		if (fork() == 0)
			_exit(pthread_barrier_wait(b) == PTHREAD_BARRIER_SERIAL_THREAD);
	while (wait(&status) > 0)
		last += WEXITSTATUS(status);
	SAY("a barrier between processes: %d last\n", last);
}

int main(void)
{
	CHECK(pthread_barrier_init(&barrier, NULL, N) == 0);
	run_all(rounds);
	SAY("barrier: %d serial, %d early\n", serial, early);
	REPORT(pthread_barrier_destroy(&barrier));
	rwlocks();
	semaphores();
	shared_barrier();
	return done();
}
