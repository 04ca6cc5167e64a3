/* SPDX-License-Identifier: MIT */
/* Packet mode: the master hears of flow control, flushes and settings; and TIOCSIG, the window's size and its signal. */
#include "pty.h"

static int m, s;

static void packets(void)
{
	struct termios t;
	int on = 1, off = 0, v;

	CHECK(openpty(&m, &s, NULL, NULL, NULL) == 0);
	REPORT(ioctl(s, TIOCPKT, &on));
	CHECK(ioctl(m, TIOCGPKT, &v) == 0);
	SAY("packet mode %d\n", v);
	tcflow(s, TCOOFF);
	tcflow(s, TCOON);
	CHECK(ioctl(m, TIOCPKT, &on) == 0 && ioctl(m, TIOCGPKT, &v) == 0);
	SAY("packet mode %d\n", v);
	show_poll("what was before does not count", m);
	send(s, "data");
	show_read("one byte", m, 1);
	show_read("data", m, 100);
	CHECK(tcflow(s, TCOOFF) == 0);
	show_poll("stopped", m);
	show_read("stopped", m, 100);
	show_poll("told", m);
	CHECK(tcflow(s, TCOON) == 0);
	show_read("started", m, 100);
	CHECK(tcflow(s, TCOOFF) == 0 && tcflow(s, TCOON) == 0);
	show_read("stopped and started", m, 100);
	CHECK(tcflush(s, TCIFLUSH) == 0);
	show_read("flushed input", m, 100);
	CHECK(tcflush(s, TCOFLUSH) == 0);
	show_read("flushed output", m, 100);
	CHECK(tcflush(s, TCIOFLUSH) == 0);
	show_read("flushed both", m, 100);

	tcgetattr(s, &t);
	t.c_iflag &= ~IXON;
	tcsetattr(s, TCSANOW, &t);
	show_read("no flow control", m, 100);
	t.c_iflag |= IXON;
	tcsetattr(s, TCSANOW, &t);
	show_read("flow control", m, 100);
	t.c_cc[VSTOP] = 'x';
	tcsetattr(s, TCSANOW, &t);
	show_read("an unusual key", m, 100);
	t.c_lflag &= ~ECHO;
	t.c_cc[VINTR] = 'y';
	tcsetattr(s, TCSANOW, &t);
	show_poll("other settings", m);
	tcsetattr(s, TCSAFLUSH, &t);
	show_read("set with a flush", m, 100);
	send(m, "y");
	UNTIL(poll(&(struct pollfd){ m, POLLPRI, 0 }, 1, 100) == 1);
	show_read("interrupted", m, 100);
	send(s, "then");
	CHECK(tcflow(s, TCOOFF) == 0);
	show_read("status before data", m, 100);
	show_read("data", m, 100);
	ioctl(m, TIOCPKT, &off);
	CHECK(tcflow(s, TCOON) == 0);
	show_poll("off", m);
	send(s, "plain");
	expect_bytes("plain", m, 5);
	ioctl(m, TIOCPKT, &on);
	close(s);
	show_read("closed", m, 10);
	show_poll("closed", m);
	close(m);
}

static volatile sig_atomic_t caught[64];
static void note(int sig) { caught[sig]++; }

static void signals_from_the_master(void)
{
	static const int sigs[] = { SIGINT, SIGQUIT, SIGTSTP, SIGWINCH };
	struct winsize w = { 10, 20, 0, 0 };
	int ready[2], pid, group = 0;
	char c;

	CHECK(openpty(&m, &s, NULL, NULL, NULL) == 0 && pipe(ready) == 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		int out = dup(1);

		close(m);
		for (int i = 0; i < 4; i++)
			signal(sigs[i], note);
		login_tty(s);
		dup2(out, 1);
		write(ready[1], "", 1);
		for (int i = 0; i < 4; i++) {
			UNTIL(caught[sigs[i]]);
			SAY("caught %d\n", sigs[i]);
			write(ready[1], "", 1);
		}
		_exit(test_failures);
	}
	close(s);
	CHECK(read(ready[0], &c, 1) == 1);
	CHECK(tcgetsid(m) == pid && ioctl(m, TIOCGPGRP, &group) == 0 && group == pid);
	REPORT(ioctl(m, TIOCSPGRP, &pid));
	REPORT(ioctl(m, TIOCNOTTY));
	REPORT(ioctl(m, TIOCSIG, SIGTERM));
	for (int i = 0; i < 3; i++) {
		CHECK(ioctl(m, TIOCSIG, sigs[i]) == 0);
		CHECK(read(ready[0], &c, 1) == 1);
	}
	CHECK(ioctl(m, TIOCSWINSZ, &w) == 0);
	CHECK(read(ready[0], &c, 1) == 1);
	say_wait("session", pid, 0);
	close(m);
	close(ready[0]);
	close(ready[1]);
}

int main(void)
{
	packets();
	signals_from_the_master();
	return done();
}
