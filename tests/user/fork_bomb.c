/* SPDX-License-Identifier: MIT */
/* reference: debian (RLIMIT_NPROC holds only for a user who is not root) */
/* A fork bomb of a user with a limit: who does not belong to it is served in time, and it can be ended. */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include "test.h"

#define LIMIT 50
#define UID 4250
#define ANSWERS 10
#define PATIENCE_NS 2000000000ll

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

/* Every process forks as often as it may, and runs until it is killed. */
static void bomb(int ready)
{
	struct rlimit limit = { LIMIT, LIMIT };
	int failed = 0;

	CHECK(setrlimit(RLIMIT_NPROC, &limit) == 0 && SYS(setresuid32, UID, UID, UID) == 0);
	for (;;) {
		pid_t pid = fork();

		if (pid < 0 && !failed++) {
			CHECK(errno == EAGAIN);
			CHECK(write(ready, "", 1) == 1);	/* the limit has been reached */
		}
	}
}

/*
 * As a shell does: wakes up, starts a program, waits for it. How many answers came in time: most of them, but not each, as the host
 * may have put a virtual CPU aside for seconds. (tests/boot/bomb.py has a bound for each, with a clock of the machine's own.)
 */
static int answers(void)
{
	int in_time = 0;

	for (int i = 0; i < ANSWERS; i++) {
		struct timespec pause = { .tv_nsec = 50000000 };
		long long start = now(), took;
		int status;

		nanosleep(&pause, NULL);
		IN_CHILD(status, (void)0);
		CHECK(status == 0);
		took = now() - start - pause.tv_nsec;
		in_time += took < PATIENCE_NS;
	}
	return in_time;
}

/* As this user, from outside of the bomb: one call gets them all, none can fork meanwhile. */
static void end_bomb(void)
{
	CHECK(SYS(setresuid32, UID, UID, UID) == 0);
	CHECK(kill(-1, SIGKILL) == 0);
}

int main(void)
{
	int ready[2], status, killed = 0;
	siginfo_t info;
	pid_t pid;
	char c;

	CHECK(SYS(prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);	/* all of the bomb comes back to us */
	CHECK(pipe(ready) == 0);
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		bomb(ready[1]);
	}
	CHECK(pid > 0 && read(ready[0], &c, 1) == 1);
	SAY("answers in time: %s\n", answers() > ANSWERS / 2 ? "yes" : "no");
	IN_CHILD(status, end_bomb());
	say_status("who ends it", status);
	CHECK(waitpid(pid, &status, 0) == pid);
	say_status("the bomb", status);
	while (wait(&status) > 0 || errno == EINTR)
		killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	SAY("with it: %d\n", killed);
	/* The limit counts none of them any more. */
	IN_CHILD(status, {
		struct rlimit limit = { 2, 2 };

		CHECK(setrlimit(RLIMIT_NPROC, &limit) == 0 && SYS(setresuid32, UID, UID, UID) == 0);
		pid = fork();
		if (pid == 0)
			_exit(0);
		CHECK(pid > 0 && waitid(P_PID, pid, &info, WEXITED | WNOWAIT) == 0);
		REPORT(fork());		/* a zombie counts */
		CHECK(waitpid(pid, &status, 0) == pid && status == 0);
		IN_CHILD(status, (void)0);
		CHECK(status == 0);
	});
	say_status("the limit afterwards", status);
	return done();
}
