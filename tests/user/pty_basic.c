/* SPDX-License-Identifier: MIT */
/* Pseudo-terminals: making, unlocking and naming them, what goes through, and what each end sees of the other. */
#include <sys/sysmacros.h>
#include "pty.h"

/* The slave of st is no more; on a machine with other users the number may already be somebody else's. */
static int gone(const char *name, const struct stat *st)
{
	struct stat now;

	return (stat(name, &now) == -1 && errno == ENOENT) ||
	       now.st_ctim.tv_sec != st->st_ctim.tv_sec || now.st_ctim.tv_nsec != st->st_ctim.tv_nsec;
}

static void names_and_locks(void)
{
	int m = posix_openpt(O_RDWR | O_NOCTTY), m2 = posix_openpt(O_RDWR), s, n, lock;
	unsigned int dev;
	char name[32], other[32];
	struct stat st, st2;

	CHECK(m >= 0 && m2 >= 0);
	CHECK(ptsname_r(m, name, sizeof name) == 0 && ptsname_r(m2, other, sizeof other) == 0);
	CHECK(strcmp(name, other) != 0);
	CHECK(ioctl(m, TIOCGPTN, &n) == 0);
	CHECK(stat(name, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(136, n) && st.st_uid == geteuid());
	CHECK(ioctl(m, TIOCGDEV, &dev) == 0 && dev == makedev(136, n));
	CHECK(fstat(m, &st) == 0 && st.st_rdev == makedev(5, 2));
	REPORT(ioctl(m, TIOCGPTLCK, &lock));
	SAY("locked %d\n", lock);
	REPORT(open(name, O_RDWR));
	REPORT(ioctl(m, TIOCGPTPEER, O_RDWR | O_NOCTTY));
	REPORT(unlockpt(m));
	s = open(name, O_RDWR | O_NOCTTY);
	CHECK(s >= 0 && isatty(s) && isatty(m));
	CHECK(ttyname(s) && strcmp(ttyname(s), name) == 0);
	REPORT(ioctl(s, TIOCGPTN, &n));
	REPORT(ioctl(s, TIOCGPTPEER, O_RDWR));
	REPORT(ioctl(s, TIOCSPTLCK, &lock));
	REPORT(ioctl(m, TIOCSPTLCK, NULL));
	REPORT(open("/dev/tty", O_RDWR));
	close(s);
	s = ioctl(m, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	CHECK(s >= 0 && fcntl(s, F_GETFD) == FD_CLOEXEC && fstat(s, &st) == 0 && st.st_rdev == makedev(136, n));
	close(s);
	CHECK(stat(name, &st) == 0 && stat(other, &st2) == 0);
	close(m2);
	close(m);
	CHECK(gone(name, &st) && gone(other, &st2));
}

static void before_the_slave(void)
{
	int m = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK), s;

	unlockpt(m);
	show_poll("fresh master", m);
	show_read("fresh master", m, 10);
	send(m, "early\n");
	s = open(ptsname(m), O_RDWR | O_NOCTTY);
	show_read("slave", s, 100);
	expect(m, "early\r\n");
	close(s);
	close(m);
}

static void both_ways(void)
{
	struct winsize w = { 25, 81, 0, 0 }, got;
	struct termios t;
	int m, s, n;

	CHECK(openpty(&m, &s, NULL, NULL, NULL) == 0);
	send(s, "one\ntab\tend");
	expect(m, "one\r\ntab\tend");
	send(m, "typed\r");
	expect(m, "typed\r\n");
	CHECK(ioctl(s, FIONREAD, &n) == 0);
	SAY("slave has %d\n", n);
	show_read("line", s, 100);
	send(s, "abc");
	show_poll("master", m);
	UNTIL(ioctl(m, FIONREAD, &n) == 0 && n == 3);
	CHECK(ioctl(s, TIOCOUTQ, &n) == 0);
	SAY("on the way %d\n", n);
	expect(m, "abc");
	CHECK(ioctl(m, TIOCGETD, &n) == 0 && n == N_TTY);
	CHECK(tcgetattr(m, &t) == 0);
	SAY("flags %o %o %o %o\n", t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag);
	t.c_cflag = B9600 | CS5 | PARENB;
	CHECK(tcsetattr(m, TCSANOW, &t) == 0 && tcgetattr(s, &t) == 0);
	SAY("set to %o\n", t.c_cflag);
	CHECK(ioctl(m, TIOCSWINSZ, &w) == 0 && ioctl(s, TIOCGWINSZ, &got) == 0);
	SAY("size %d %d\n", got.ws_row, got.ws_col);
	w.ws_row = 50;
	CHECK(ioctl(s, TIOCSWINSZ, &w) == 0 && ioctl(m, TIOCGWINSZ, &got) == 0);
	SAY("size %d %d\n", got.ws_row, got.ws_col);
	REPORT(tcsendbreak(s, 0));
	REPORT(tcdrain(s));
	REPORT(tcdrain(m));

	set_raw(s, 1, 0);
	fcntl(s, F_SETFL, O_NONBLOCK);
	for (int i = 0; i < 200; i++) {		/* what has been written is there */
		char c = 0;

		CHECK(write(m, "x", 1) == 1 && read(s, &c, 1) == 1 && c == 'x');
	}
	show_read("slave empty", s, 10);
	send(m, "thrown away");
	CHECK(tcflush(s, TCIFLUSH) == 0);
	show_poll("slave flushed", s);
	close(s);
	close(m);
}

/* A closed slave leaves a master that reads what was left, then an error; one more open mends it. */
static void slave_closes(void)
{
	char name[32];
	int m, s, s2;

	CHECK(openpty(&m, &s, name, NULL, NULL) == 0);
	change_flags(s, ECHO, 0, 0, 0);
	s2 = dup(s);
	send(s, "last words");
	close(s);
	show_poll("a copy left", m);
	close(s2);
	show_poll("closed", m);
	expect_bytes("left", m, 10);
	show_poll("and empty", m);
	show_read("master", m, 10);
	fcntl(m, F_SETFL, O_NONBLOCK);
	show_read("without waiting", m, 10);
	REPORT(write(m, "for the next\n", 13));
	s = open(name, O_RDWR | O_NOCTTY);
	show_poll("open again", m);
	show_read("next", s, 100);
	show_read("master", m, 10);
	close(s);
	close(m);
}

static void master_closes(void)
{
	int m, s, m2, n, status, ready[2];
	char name[32], other[32];

	CHECK(openpty(&m, &s, name, NULL, NULL) == 0);
	send(m, "a line\n");
	close(m);
	show_read("slave", s, 10);
	REPORT(write(s, "x", 1));
	REPORT(ioctl(s, FIONREAD, &n));
	REPORT(ioctl(s, TIOCSPGRP, &n));
	REPORT(isatty(s) ? 0 : -1);
	show_poll("slave", s);
	REPORT(open(name, O_RDWR));
	m2 = posix_openpt(O_RDWR);		/* the number is not free yet */
	CHECK(ptsname_r(m2, other, sizeof other) == 0 && strcmp(name, other) != 0);
	close(m2);
	close(s);

	CHECK(openpty(&m, &s, NULL, NULL, NULL) == 0 && pipe(ready) == 0);
	if (fork() == 0) {
		close(m);
		write(ready[1], "", 1);
		show_read("waiting reader", s, 10);
		_exit(0);
	}
	CHECK(read(ready[0], name, 1) == 1);
	usleep(50000);
	close(m);
	CHECK(wait(&status) > 0);
	show_read("later reader", s, 10);
	close(s);
	close(ready[0]);
	close(ready[1]);
}

/* The writer waits until somebody reads, in both directions, and nothing is lost or doubled. */
static void much(void)
{
	enum { TOTAL = 100000 };
	static char buf[4096];
	int m, s, status;

	CHECK(openpty(&m, &s, NULL, NULL, NULL) == 0);
	set_raw(s, 1, 0);
	for (int round = 0; round < 2; round++) {
		int from = round ? m : s, to = round ? s : m;
		int got = 0, bad = 0, n;

		fflush(stdout);
		if (fork() == 0) {
			for (int at = 0; at < TOTAL; at += n) {
				int len = TOTAL - at < 3000 ? TOTAL - at : 3000;

				for (int i = 0; i < len; i++)
					buf[i] = (at + i) % 251;
				n = write(from, buf, len);
				if (n <= 0)
					_exit(1);
			}
			_exit(0);
		}
		while (got < TOTAL && (n = read(to, buf, sizeof buf)) > 0)
			for (int i = 0; i < n; i++, got++)
				bad += (unsigned char)buf[i] != got % 251;
		SAY("got %d, wrong %d\n", got, bad);
		CHECK(wait(&status) > 0 && status == 0);
	}
	fcntl(m, F_SETFL, O_NONBLOCK);
	/* Somebody moves what is written on, so the first refusal need not be the last. */
	for (int refused = 0; refused < 3;) {
		refused = write(m, buf, sizeof buf) > 0 ? 0 : refused + 1;
		usleep(10000);
	}
	SAY("full: error %d\n", write(m, buf, sizeof buf) < 0 ? errno : 0);
	show_poll("full", m);
	close(m);
	close(s);
}

int main(void)
{
	signal(SIGHUP, SIG_IGN);
	names_and_locks();
	before_the_slave();
	both_ways();
	slave_closes();
	master_closes();
	much();
	return done();
}
