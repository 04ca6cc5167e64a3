/* SPDX-License-Identifier: MIT */
/*
 * Processes with threads are stopped and continued at random by several senders while they use pipes, futexes, sleeps and fork.
 * Whatever the order, one SIGCONT at the end lets all of them go on, with right results. A process that wait
 * reports as stopped has no thread that still runs.
 */
#include "sched_calls.h"

#define VICTIMS 4
#define SENDERS 2
#define STORM_MS 1500

struct progress { word_t beat, stop, rounds, wrong; };

static struct thread threads[2];
static struct progress *progress, *mine;
static word_t ball;
static int victims[VICTIMS], ping[2], pong[2];

/* ---- a victim: two threads play ball by futex and by pipes, the leader sleeps and forks ---- */

static void beat(void) { __atomic_fetch_add(&mine->beat, 1, __ATOMIC_SEQ_CST); }

static void play(void *arg)
{
	int side = arg != NULL;

	for (int i = 0; !mine->stop || i % 8; i++) {
		char c = (char)i;

		while (ball != side)
			raw_syscall(__NR_futex, &ball, FUTEX_WAIT, !side, NULL, NULL, 0);
		ball = !side;
		raw_syscall(__NR_futex, &ball, FUTEX_WAKE, 1, NULL, NULL, 0);
		if (i % 8 == 0) {
			if (!side)
				mine->wrong += raw_syscall(__NR_write, ping[1], &c, 1) != 1;
			mine->wrong += raw_syscall(__NR_read, side ? ping[0] : pong[0], &c, 1) != 1 || c != (char)i;
			if (side)
				mine->wrong += raw_syscall(__NR_write, pong[1], &c, 1) != 1;
		}
		beat();
	}
}

static void victim(struct progress *p)
{
	mine = p;
	CHECK(pipe(ping) == 0 && pipe(pong) == 0);
	for (int i = 0; i < 2; i++)
		thread_start(&threads[i], play, i ? threads : NULL);
	while (!p->stop) {
		long long start = now_ns();
		int status = 0, pid;

		usleep(500);
		p->wrong += now_ns() - start < 500000;
		pid = fork();
		if (pid == 0)
			_exit(p->rounds & 127);
		p->wrong += waitpid(pid, &status, 0) != pid || status != (p->rounds & 127) << 8;
		p->rounds++;
		beat();
	}
	_exit(40);
}

static void send_at_random(int seed)
{
	srand(seed);
	for (;;) {
		kill(victims[rand() % VICTIMS], rand() % 2 ? SIGCONT : rand() % 2 ? SIGSTOP : SIGTSTP);
		if (rand() % 4 == 0)
			usleep(rand() % 300);
	}
}

/* Everything that wait has to tell until the storm is over. */
static int watch(int ms)
{
	long long end = now_ns() + ms * MS;
	int news = 0, status;

	while (now_ns() < end) {
		int pid = waitpid(-1, &status, WUNTRACED | WCONTINUED | WNOHANG);

		if (pid <= 0) {
			usleep(200);
			continue;
		}
		CHECK(WIFCONTINUED(status) || (WIFSTOPPED(status) && (WSTOPSIG(status) == SIGSTOP || WSTOPSIG(status) == SIGTSTP)));
		news++;
	}
	return news;
}

static int advances(const struct progress *p, int from)
{
	for (int k = 0; k < 50000 && p->beat == from; k++)
		usleep(100);
	return p->beat != from;
}

static void storm(void)
{
	int senders[SENDERS], status, news;

	for (int i = 0; i < VICTIMS; i++) {
		progress[i] = (struct progress){ 0 };
		if ((victims[i] = fork()) == 0) {
			setpgid(0, 0);		/* not orphaned: SIGTSTP stops it */
			victim(&progress[i]);
		}
		setpgid(victims[i], victims[i]);
		CHECK(advances(&progress[i], 0));
	}
	for (int i = 0; i < SENDERS; i++)
		if ((senders[i] = fork()) == 0)
			send_at_random(i + 1);
	news = watch(boot_number("seconds", 0) * 1000 ?: STORM_MS);
	for (int i = 0; i < SENDERS; i++) {
		kill(senders[i], SIGKILL);
		CHECK(waitpid(senders[i], &status, 0) == senders[i]);
	}
	SAY("news of stops and continues: %s\n", news > 20 ? "many" : "few");
	for (int i = 0; i < VICTIMS; i++) {
		CHECK(kill(victims[i], SIGCONT) == 0);
		CHECK(advances(&progress[i], progress[i].beat));
		progress[i].stop = 1;
		CHECK(waitpid(victims[i], &status, 0) == victims[i]);
		say_status("a victim", status);
		CHECK(progress[i].wrong == 0 && progress[i].rounds > 0);
	}
}

/* One stop, told once, after which nothing moves; one continue, told once. */
static void whole_group_stops(void)
{
	int pid, status;

	progress[0] = (struct progress){ 0 };
	if ((pid = fork()) == 0) {
		setpgid(0, 0);
		victim(&progress[0]);
	}
	setpgid(pid, pid);
	CHECK(advances(&progress[0], 0));
	for (int i = 0; i < 50; i++) {
		int sig = i % 2 ? SIGSTOP : SIGTTIN, before;

		CHECK(kill(pid, sig) == 0);
		CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status) && WSTOPSIG(status) == sig);
		before = progress[0].beat;
		usleep(3000);
		CHECK(progress[0].beat == before);
		CHECK(waitpid(pid, &status, WUNTRACED | WCONTINUED | WNOHANG) == 0);
		CHECK(kill(pid, SIGCONT) == 0);
		CHECK(waitpid(pid, &status, WCONTINUED) == pid && WIFCONTINUED(status));
		CHECK(advances(&progress[0], before));
	}
	/* Killed while it is stopped. */
	CHECK(kill(pid, SIGSTOP) == 0 && waitpid(pid, &status, WUNTRACED) == pid);
	CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, &status, 0) == pid);
	say_status("killed while stopped", status);
}

/*
 * A stop and a continue at once: the continue comes last and wins, also when it finds the stop already taken off the queue and
 * not yet carried out. The receiver computes on another CPU if there is one, so that it takes the stop right away; others keep
 * busy what it must look at before it stops, the tree of processes.
 */
static void continue_wins(void)
{
	int pid, status, lost = 0, busy[2];

	progress[0] = (struct progress){ 0 };
	for (int i = 0; i < 2; i++)
		if ((busy[i] = fork()) == 0)
			for (;;)
				kill(-1, 0);
	if ((pid = fork()) == 0)
		for (setpgid(0, 0);;)
			progress[0].beat++;
	setpgid(pid, pid);
	CHECK(advances(&progress[0], 0));
	for (int i = 0; i < 1000 && !lost; i++) {
		kill(pid, i % 4 ? SIGTSTP : SIGSTOP);
		for (volatile int k = rand() % 3000; k > 0; k--)
			;
		kill(pid, SIGCONT);
		lost = !advances(&progress[0], progress[0].beat);
	}
	CHECK(!lost);
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, &status, 0) == pid);
	for (int i = 0; i < 2; i++)
		CHECK(kill(busy[i], SIGKILL) == 0 && waitpid(busy[i], &status, 0) == busy[i]);
}

int main(void)
{
	progress = shared_memory();
	whole_group_stops();
	continue_wins();
	storm();
	return done();
}
