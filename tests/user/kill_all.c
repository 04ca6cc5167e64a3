/* SPDX-License-Identifier: MIT */
/* reference: debian (it kills all that its user runs) */
/*
 * kill(-1, ...) as an ordinary user: every process of that user, none of others, not process 1, not the caller; also while
 * they fork all the time. And a signal to a group misses no child that is being forked meanwhile, whether it can be caught or not.
 */
#include "test.h"

#define USER 54321
#define OTHER 54322
#define FORKERS 3
#define ROUNDS 15

static int ready[2], life[2];

static int start(int uid)
{
	int pid;
	char c;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		CHECK(SYS(setresuid32, uid, uid, uid) == 0);
		write(ready[1], "", 1);
		for (;;)
			pause();
	}
	CHECK(read(ready[0], &c, 1) == 1);
	return pid;
}

static int is_alive(int pid) { return waitpid(pid, NULL, WNOHANG) == 0; }

/* As USER: what the call says, and what it does to the two others. */
static void kill_from(int uid, int sig)
{
	int mine = start(USER), other = start(OTHER), status;

	IN_CHILD(status,
		CHECK(SYS(setresuid32, uid, uid, uid) == 0);
		REPORT(kill(-1, sig));
		SAY("the caller lives\n"));
	if (uid == USER && sig) {
		CHECK(waitpid(mine, &status, 0) == mine);
		say_status("its process", status);
	} else {
		SAY("a process of that user lives: %d\n", is_alive(mine));
		kill(mine, SIGKILL);
		waitpid(mine, NULL, 0);
	}
	SAY("another user's lives: %d, process 1 too: %d\n", is_alive(other), kill(1, 0) == 0);
	kill(other, SIGKILL);
	CHECK(waitpid(other, NULL, 0) == other);
}

/* Parent and child take turns: the one forks the other and ends. Its end of the pipe says whether any is left. */
static void fork_for_ever(int group)
{
	close(life[0]);
	if (group)
		setpgid(0, group);
	write(ready[1], "", 1);
	for (;;) {
		int pid = fork();

		if (pid > 0)
			_exit(0);
	}
}

/* Sends once, by sender in a child; none of the family may be left, and then the pipe ends. */
static void race(void (*sender)(int group))
{
	int group = 0, status;
	char c;

	CHECK(pipe(life) == 0);
	fflush(stdout);
	group = fork();
	if (group == 0) {		/* the group's own process, so that its number stays in use */
		close(life[0]);
		close(life[1]);
		setpgid(0, 0);
		for (;;)
			pause();
	}
	setpgid(group, group);
	for (int i = 0; i < FORKERS; i++) {
		if (fork() == 0) {
			setpgid(0, group);
			CHECK(SYS(setresuid32, USER, USER, USER) == 0);
			fork_for_ever(0);
		}
		CHECK(read(ready[0], &c, 1) == 1);
	}
	close(life[1]);
	IN_CHILD(status, close(life[0]); sender(group));
	CHECK(status == 0);
	alarm(20);
	CHECK(read(life[0], &c, 1) == 0);
	alarm(0);
	kill(group, SIGKILL);
	close(life[0]);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static void all_of_user(int group)
{
	(void)group;
	CHECK(SYS(setresuid32, USER, USER, USER) == 0 && kill(-1, SIGKILL) == 0);
}

static void group_killed(int group) { CHECK(kill(-group, SIGKILL) == 0); }
static void group_terminated(int group) { CHECK(kill(-group, SIGTERM) == 0); }

int main(void)
{
	if (getuid()) {
		SAY("not run: it takes root to be several users\n");
		return 0;
	}
	CHECK(pipe(ready) == 0);
	CHECK(SYS(prctl, 36 /* PR_SET_CHILD_SUBREAPER */, 1, 0, 0, 0) == 0);
	kill_from(USER, 0);
	kill_from(USER, SIGTERM);
	kill_from(USER, SIGKILL);
	kill_from(OTHER + 1, SIGKILL);
	for (int i = 0; i < ROUNDS; i++) {
		race(all_of_user);
		race(group_killed);
		race(group_terminated);
	}
	return done();
}
