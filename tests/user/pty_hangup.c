/* SPDX-License-Identifier: MIT */
/*
 * The end of a session on a pseudo-terminal. Closing the master hangs it up: the leader gets SIGHUP and SIGCONT, and when it
 * ends the group in front does. A leader that ends first leaves the terminal usable. And many who open, use and close one at
 * the same time: every open works or fails with a known error, and nothing is left (the harness weighs).
 * reference: debian (its openers by name may meet a terminal of somebody else, whose number that has become)
 */
#include "pty.h"

static int m;
static char name[32];

static void wait_byte(int fd) { char c; CHECK(read(fd, &c, 1) == 1); }

/* A child as leader of a session on a new terminal; `out` is where it can still print. */
#define SESSION(out, ...) ({								\
		pid_t leader_;								\
		int s_, out;								\
		CHECK(openpty(&m, &s_, name, NULL, NULL) == 0);				\
		fflush(stdout);								\
		leader_ = fork();							\
		if (leader_ == 0) {							\
			close(m);							\
			out = dup(1);							\
			login_tty(s_);							\
			dup2(out, 1);							\
			__VA_ARGS__;							\
			fflush(stdout);							\
			_exit(test_failures != 0);					\
		}									\
		close(s_);								\
		leader_; })

static void await(const char *what, int a, int b)
{
	sigset_t set;
	int sig = 0;

	sigemptyset(&set);
	sigaddset(&set, a);
	if (b)
		sigaddset(&set, b);
	sigwait(&set, &sig);
	SAY("%s: signal %d\n", what, sig);
}

static void block(int a, int b)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, a);
	sigaddset(&set, b);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static void master_ends(void)
{
	int ready[2], tty;
	pid_t pid;

	CHECK(pipe(ready) == 0);
	pid = SESSION(out, {
		block(SIGHUP, SIGCONT);
		tty = open("/dev/tty", O_RDWR);
		if (fork() == 0) {
			setpgid(0, 0);
			signal(SIGTTOU, SIG_IGN);
			tcsetpgrp(0, getpid());
			write(ready[1], "", 1);
			await("group in front", SIGHUP, 0);
			_exit(0);
		}
		await("leader", SIGHUP, 0);
		await("leader", SIGCONT, 0);
		REPORT(open("/dev/tty", O_RDWR));
		show_read("0", 0, 10);
		show_read("/dev/tty", tty, 10);
		REPORT(write(tty, "x", 1));
		REPORT(tcgetpgrp(0));
		REPORT(open(name, O_RDWR));
	});
	wait_byte(ready[0]);
	close(m);
	close(ready[1]);
	CHECK(read(ready[0], name, 1) == 0);	/* both have ended */
	say_wait("leader", pid, 0);
	close(ready[0]);

	/* By default SIGHUP ends it. */
	CHECK(pipe(ready) == 0);
	pid = SESSION(out, write(ready[1], "", 1), pause());
	wait_byte(ready[0]);
	close(m);
	say_wait("leader that does not care", pid, 0);
	close(ready[0]);
	close(ready[1]);
}

/* Who is left behind by the leader can still write: only the group in front is told. */
static void leader_ends(void)
{
	int ready[2], go[2], leave[2];
	pid_t pid;

	CHECK(pipe(ready) == 0 && pipe(go) == 0 && pipe(leave) == 0);
	pid = SESSION(out, {
		if (fork() == 0) {		/* in front */
			block(SIGHUP, SIGCONT);
			write(ready[1], "", 1);
			await("group in front", SIGHUP, SIGCONT);
			write(ready[1], "", 1);
			_exit(0);
		}
		if (fork() == 0) {		/* behind */
			setpgid(0, 0);
			write(ready[1], "", 1);
			wait_byte(go[0]);
			REPORT(open("/dev/tty", O_RDWR));
			REPORT(write(0, "still here\n", 11));
			REPORT(tcgetpgrp(0));
			write(ready[1], "", 1);
			wait_byte(go[0]);
			_exit(0);
		}
		wait_byte(leave[0]);
		signal(SIGHUP, SIG_IGN);
	});
	wait_byte(ready[0]);
	wait_byte(ready[0]);
	write(leave[1], "", 1);
	wait_byte(ready[0]);
	say_wait("leader", pid, 0);
	write(go[1], "", 1);
	wait_byte(ready[0]);
	expect(m, "still here\r\n");
	show_poll("somebody has it open", m);
	write(go[1], "", 1);
	UNTIL(poll(&(struct pollfd){ m, 0, 0 }, 1, 0) == 1);
	show_poll("nobody", m);
	show_read("master", m, 10);
	close(m);
	close(ready[0]);
	close(ready[1]);
	close(go[0]);
	close(go[1]);
	close(leave[0]);
	close(leave[1]);
}

/* Another session takes a terminal that is free again, or is given it by opening it. */
static void next_session(void)
{
	int s, status;

	CHECK(openpty(&m, &s, name, NULL, NULL) == 0);
	for (int i = 0; i < 2; i++)
		IN_CHILD(status, {
			signal(SIGHUP, SIG_IGN);
			setsid();
			close(open(name, O_RDWR | O_NOCTTY));
			REPORT(tcgetpgrp(s));
			close(open(name, O_WRONLY));
			REPORT(tcgetpgrp(s));
			CHECK(open(name, O_RDWR) >= 0);
			CHECK(tcgetpgrp(s) == getpid() && tcgetsid(s) == getpid());
			REPORT(ioctl(m, TIOCSCTTY, 0));
			REPORT(ioctl(s, TIOCNOTTY));
			REPORT(tcgetpgrp(s));
			REPORT(ioctl(m, TIOCSCTTY, 0));
			CHECK(tcgetpgrp(s) == getpid());
			if (i == 0 && fork() == 0) {
				setsid();
				REPORT(ioctl(s, TIOCSCTTY, 0));
				_exit(0);
			}
			wait(NULL);
		});
	close(s);
	close(m);
}

/* Openers by name against masters that come and go, readers and writers on both ends. */
static void storm(void)
{
	int status, failed = 0, kids = 0;

	fflush(stdout);
	for (int k = 0; k < 4; k++, kids++) {
		if (fork())
			continue;
		setsid();
		signal(SIGHUP, SIG_IGN);
		srand(k);
		for (int i = 0; i < 60; i++) {
			char path[32], buf[64];
			int s, master = posix_openpt(O_RDWR | O_NONBLOCK | O_NOCTTY);

			if (master < 0 || unlockpt(master) < 0)
				_exit(1);
			ptsname_r(master, path, sizeof path);
			if (fork() == 0) {
				close(master);
				for (int j = 0; j < 5; j++) {
					s = open(path, O_RDWR | O_NONBLOCK | (j & 1 ? O_NOCTTY : 0));
					if (s < 0 && errno != EIO && errno != ENOENT && errno != ENXIO)
						_exit(2);
					write(s, "hello\n", 6);
					read(s, buf, sizeof buf);
					if (j & 1)
						close(s);
				}
				_exit(0);
			}
			for (int j = rand() % 20; j > 0; j--) {
				write(master, "x\n", 2);
				read(master, buf, sizeof buf);
			}
			if (rand() % 2 && (s = open(path, O_RDWR)) >= 0) {
				close(master);
				close(s);
			} else {
				close(master);
			}
			if (waitpid(-1, &status, 0) < 0 || status)
				_exit(3);
		}
		_exit(0);
	}
	while (kids--) {
		CHECK(wait(&status) > 0);
		failed += status != 0;
	}
	SAY("storm: %d failed\n", failed);
}

int main(void)
{
	master_ends();
	leader_ends();
	next_session();
	storm();
	return done();
}
