/* SPDX-License-Identifier: MIT */
#pragma once
/* For the tests of pseudo-terminals: pairs, sessions on them, and what comes out, with patience but no guessing of times. */
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include "test.h"

#define PATIENCE 20000		/* ms: a machine may be slow, never that slow */

static inline void say_bytes(const char *what, const char *s, int n)
{
	printf("%s: \"", what);
	for (int i = 0; i < n; i++) {
		if (s[i] == '\r')
			printf("\\r");
		else if (s[i] == '\n')
			printf("\\n");
		else if ((unsigned char)s[i] < ' ' || (unsigned char)s[i] > '~')
			printf("\\%03o", (unsigned char)s[i]);
		else
			putchar(s[i]);
	}
	printf("\"\n");
	fflush(stdout);
}

/* Reads until so many bytes are there, or nothing comes any more; shows them. */
static inline void expect_bytes(const char *what, int fd, int wanted)
{
	struct pollfd p = { fd, POLLIN, 0 };
	char buf[512];
	int n = 0, got = 1;

	while (n < wanted && got > 0 && poll(&p, 1, PATIENCE) == 1) {
		got = read(fd, buf + n, wanted - n);
		if (got > 0)
			n += got;
	}
	say_bytes(what, buf, n);
	CHECK(n == wanted);
}

/* Exactly this comes, and nothing more for now. */
static inline void expect(int fd, const char *text)
{
	struct pollfd p = { fd, POLLIN, 0 };

	expect_bytes("got", fd, strlen(text));
	CHECK(poll(&p, 1, 0) == 0 || !(p.revents & POLLIN));
}

static inline void send(int fd, const char *text) { CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text)); }

/* One read, with its result. */
static inline void show_read(const char *what, int fd, int max)
{
	char buf[512];
	int n;

	errno = 0;
	n = read(fd, buf, max);
	if (n < 0)
		SAY("%s: error %d\n", what, errno);
	else
		say_bytes(what, buf, n);
}

static inline void show_poll(const char *what, int fd)
{
	struct pollfd p = { fd, POLLIN | POLLPRI | POLLOUT, 0 };

	poll(&p, 1, 0);
	SAY("%s:%s%s%s%s%s\n", what, p.revents & POLLIN ? " IN" : "", p.revents & POLLPRI ? " PRI" : "",
	    p.revents & POLLOUT ? " OUT" : "", p.revents & POLLERR ? " ERR" : "", p.revents & POLLHUP ? " HUP" : "");
}

/* Waits for the child to change, and says how. */
static inline void say_wait(const char *what, pid_t pid, int options)
{
	int status;

	CHECK(waitpid(pid, &status, options) == pid);
	say_status(what, status);
}

/* Until the fact holds; the kernel's worker and other processes take their time. */
#define UNTIL(fact) do {								\
		int ms_ = 0;								\
		while (!(fact) && ms_++ < PATIENCE)					\
			usleep(1000);							\
		CHECK(ms_ < PATIENCE);							\
	} while (0)

static inline void change_flags(int fd, unsigned lflag_off, unsigned lflag_on, unsigned iflag_off, unsigned oflag_off)
{
	struct termios t;

	CHECK(tcgetattr(fd, &t) == 0);
	t.c_lflag = (t.c_lflag & ~lflag_off) | lflag_on;
	t.c_iflag &= ~iflag_off;
	t.c_oflag &= ~oflag_off;
	CHECK(tcsetattr(fd, TCSANOW, &t) == 0);
}

static inline void set_raw(int fd, int vmin, int vtime)
{
	struct termios t;

	CHECK(tcgetattr(fd, &t) == 0);
	cfmakeraw(&t);
	t.c_cc[VMIN] = vmin;
	t.c_cc[VTIME] = vtime;
	CHECK(tcsetattr(fd, TCSANOW, &t) == 0);
}
