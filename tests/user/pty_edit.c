/* SPDX-License-Identifier: MIT */
/* Typing at a terminal: editing a line, its end, echo, flow control, and raw reads with VMIN and VTIME. */
#include <time.h>
#include "pty.h"

static int m, s;

/* Types; the echo is `echo`, and one read gives the line. */
static void type(const char *keys, const char *echo)
{
	send(m, keys);
	expect(m, echo);
	show_read("line", s, 200);
}

static void set_cc(int which, int c)
{
	struct termios t;

	tcgetattr(s, &t);
	t.c_cc[which] = c;
	tcsetattr(s, TCSANOW, &t);
}

static void canonical(void)
{
	int n;

	type("plain\n", "plain\r\n");
	type("abx\177c\n", "abx\b \bc\r\n");
	type("\177\177a\n", "a\r\n");
	type("one two  \027three\n", "one two  \b \b\b \b\b \b\b \b\b \bthree\r\n");
	type("gone\025kept\n", "gone\b \b\b \b\b \b\b \bkept\r\n");
	type("a\022b\n", "a^R\r\nab\r\n");
	type("\026\003\026\026x\n", "^\b^C^\b^Vx\r\n");
	type("a\tb\177\177c\n", "a\tb\b \b\b\b\b\b\b\b\bc\r\n");
	type("\001\177b\n", "^A\b \b\b \bb\r\n");
	type("no newline\004", "no newline");
	type("\004", "");
	type("a\004\004", "a");
	show_read("end of file", s, 10);
	set_cc(VEOL, '!');
	type("ends!", "ends!");
	set_cc(VEOL, 0);
	send(m, "first\nsecond\n");
	expect(m, "first\r\nsecond\r\n");
	CHECK(ioctl(s, FIONREAD, &n) == 0);
	SAY("two lines have %d\n", n);
	show_read("part", s, 3);
	show_read("rest", s, 100);
	show_read("next", s, 100);
	send(m, "half");
	expect(m, "half");
	show_poll("no line yet", s);
	fcntl(s, F_SETFL, O_NONBLOCK);
	show_read("no line yet", s, 10);
	fcntl(s, F_SETFL, 0);
	send(m, "\n");
	expect(m, "\r\n");
	show_poll("a line", s);
	show_read("line", s, 100);

	change_flags(s, ECHOE, 0, 0, 0);
	type("ab\177c\n", "ab^?c\r\n");
	change_flags(s, ECHO, ECHONL, 0, 0);
	type("unseen\n", "\r\n");
	change_flags(s, ECHONL, ECHO | ECHOE | ECHOPRT, 0, 0);
	type("abc\177\177d\n", "abc\\cb/d\r\n");
	change_flags(s, ECHOPRT | ECHOCTL | ECHOKE, 0, 0, 0);
	type("\001a\025b\n", "\001a\025\r\nb\r\n");
	change_flags(s, IEXTEN, ECHOCTL | ECHOKE, 0, 0);
	type("a\026\027b\n", "a^V^Wb\r\n");
	change_flags(s, 0, IEXTEN, ICRNL, OPOST);
	type("cr\rnl\n", "cr^Mnl\n");
	change_flags(s, ECHO, 0, 0, 0);
}

static void flow(void)
{
	send(m, "\023");
	UNTIL(poll(&(struct pollfd){ s, POLLOUT, 0 }, 1, 0) == 0);
	show_poll("stopped slave", s);
	fcntl(s, F_SETFL, O_NONBLOCK);
	show_poll("nothing at the master", m);
	REPORT(write(s, "x", 1));
	fcntl(s, F_SETFL, 0);
	send(m, "\021");
	UNTIL(poll(&(struct pollfd){ s, POLLOUT, 0 }, 1, 0) == 1);
	send(s, "goes on");
	expect(m, "goes on");
}

/* A line that is too long: what does not fit is dropped, but its end is not. */
static void long_line(void)
{
	static char line[6000];
	int n, total = 0;

	memset(line, 'x', sizeof line);
	CHECK(write(m, line, 3000) == 3000);
	CHECK(write(m, line, 3000) == 3000);
	send(m, "\n");
	do {
		n = read(s, line, 1000);
		total += n;
	} while (n > 0 && line[n - 1] != '\n');
	SAY("%d of a long line\n", total);
}

static int ms_since(const struct timespec *t)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - t->tv_sec) * 1000 + (now.tv_nsec - t->tv_nsec) / 1000000;
}

static void raw_read(int vmin, int vtime, const char *now, const char *later, int least_ms)
{
	struct timespec t;
	char what[40];
	int status;

	set_raw(s, vmin, vtime);
	send(m, now);
	fflush(stdout);
	if (*later && fork() == 0) {
		usleep(60000);
		send(m, later);
		_exit(0);
	}
	clock_gettime(CLOCK_MONOTONIC, &t);
	snprintf(what, sizeof what, "min %d time %d", vmin, vtime);
	show_read(what, s, 10);
	CHECK(ms_since(&t) >= least_ms - 10);	/* Linux counts in ticks, of which the first is under way */
	if (*later)
		wait(&status);
	tcflush(s, TCIFLUSH);
}

static void raw(void)
{
	raw_read(1, 0, "abc", "", 0);
	raw_read(5, 0, "abc", "de", 50);
	raw_read(5, 0, "abcdefgh", "", 0);
	raw_read(20, 0, "abcdefghijkl", "", 0);
	raw_read(0, 0, "", "", 0);
	raw_read(0, 0, "ab", "", 0);
	raw_read(0, 1, "", "", 90);
	raw_read(0, 100, "", "a", 50);
	raw_read(5, 1, "ab", "", 90);
	raw_read(3, 200, "a", "bc", 50);
	set_raw(s, 4, 0);
	send(m, "abc");
	show_poll("three of four", s);
	send(m, "d");
	show_poll("four", s);
	show_read("four", s, 10);
	/* From raw to lines: what has come is a line without an end. */
	send(m, "raw");
	show_poll("three", s);
	change_flags(s, 0, ICANON, 0, 0);
	show_read("was raw", s, 10);
}

int main(void)
{
	CHECK(openpty(&m, &s, NULL, NULL, NULL) == 0);
	canonical();
	flow();
	long_line();
	raw();
	close(s);
	close(m);
	return done();
}
