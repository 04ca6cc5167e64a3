/* SPDX-License-Identifier: MIT */
/* What poll and select say of pipes: readable, writable, hung up, broken; and whom an event wakes. */
#include <poll.h>
#include <sys/select.h>
#include "fs.h"

static char buf[70000];

static void say_poll(const char *what, int r, int w)
{
	struct pollfd p[2] = { { .fd = r, .events = POLLIN | POLLPRI }, { .fd = w, .events = POLLOUT } };
	int n = poll(p, 2, 0);

	SAY("%s: %d, reader %x, writer %x\n", what, n, p[0].revents, p[1].revents);
}

static void states(void)
{
	int p[2];

	CHECK(pipe2(p, O_NONBLOCK) == 0);
	say_poll("empty", p[0], p[1]);
	CHECK(write(p[1], "x", 1) == 1);
	say_poll("one byte", p[0], p[1]);
	while (write(p[1], buf, 4096) > 0)
		;
	say_poll("full", p[0], p[1]);
	CHECK(read(p[0], buf, 1) == 1);
	CHECK(read(p[0], buf, 4096) == 4096);
	say_poll("a page less", p[0], p[1]);
	while (read(p[0], buf, sizeof buf) > 0)
		;
	say_poll("empty again", p[0], p[1]);
	CHECK(write(p[1], "x", 1) == 1);
	close(p[1]);
	say_poll("writer gone, data", p[0], -1);
	CHECK(read(p[0], buf, 10) == 1);
	say_poll("writer gone", p[0], -1);
	close(p[0]);
	CHECK(pipe(p) == 0);
	close(p[0]);
	say_poll("reader gone", -1, p[1]);
	close(p[1]);
	say_poll("closed", p[0], p[1]);
}

/* Events that were not asked for: hang-up and error come all the same. */
static void unasked(void)
{
	struct pollfd one = { .events = 0 };
	int p[2];

	CHECK(pipe(p) == 0 && write(p[1], "x", 1) == 1);
	one.fd = p[0];
	SAY("data, not asked for: %d\n", poll(&one, 1, 0));
	close(p[1]);
	SAY("hang-up: %d", poll(&one, 1, 0));
	SAY(" %x\n", one.revents);
	close(p[0]);
	put_file("f", "x");
	one = (struct pollfd){ .fd = open("f", O_RDONLY), .events = POLLIN | POLLOUT };
	SAY("file: %d", poll(&one, 1, 0));
	SAY(" %x\n", one.revents);
	close(one.fd);
	CHECK(unlink("f") == 0);
}

static void sets(void)
{
	fd_set r, w;
	struct timeval now = { .tv_sec = 0 };
	int p[2];

	CHECK(pipe(p) == 0);
	for (int k = 0; k < 2; k++) {
		FD_ZERO(&r);
		FD_ZERO(&w);
		FD_SET(p[0], &r);
		FD_SET(p[1], &r);
		FD_SET(p[0], &w);
		FD_SET(p[1], &w);
		SAY("select %d:", select(p[1] + 1, &r, &w, NULL, &now));
		SAY(" %d %d %d %d\n", (int)FD_ISSET(p[0], &r), (int)FD_ISSET(p[1], &r), (int)FD_ISSET(p[0], &w),
		    (int)FD_ISSET(p[1], &w));
		CHECK(write(p[1], "x", 1) == 1);
	}
	close(p[1]);
	FD_ZERO(&r);
	FD_SET(p[0], &r);
	SAY("hang-up: %d\n", select(p[0] + 1, &r, NULL, NULL, &now));
	close(p[0]);
	FD_SET(p[0], &r);
	REPORT(select(p[0] + 1, &r, NULL, NULL, &now));
	REPORT(select(-1, NULL, NULL, NULL, &now));
}

/* One poll over two pipes is woken by a write, by the writer's end, by room to write. */
static void wakes(void)
{
	struct pollfd p[2];
	int a[2], b[2], status;
	pid_t child;

	for (int how = 0; how < 3; how++) {
		CHECK(pipe(a) == 0 && pipe(b) == 0);
		fcntl(b[1], F_SETFL, O_NONBLOCK);
		while (write(b[1], buf, 4096) > 0)
			;
		child = fork();
		if (child == 0) {
			close(b[1]);
			usleep(30000);
			if (how == 0)
				CHECK(write(a[1], "x", 1) == 1);
			if (how == 1)
				CHECK(read(b[0], buf, 8192) == 8192);
			_exit(test_failures != 0);
		}
		close(a[1]);
		p[0] = (struct pollfd){ .fd = a[0], .events = POLLIN };
		p[1] = (struct pollfd){ .fd = b[1], .events = POLLOUT };
		int n = poll(p, 2, 10000);
		/* The child's end may already be seen as well. */
		SAY("woken %d: %x %x\n", n > 0, how == 1 ? 0 : p[0].revents & (how ? POLLHUP : POLLIN), p[1].revents);
		CHECK(waitpid(child, &status, 0) == child && status == 0);
		close(a[0]);
		close(b[0]);
		close(b[1]);
	}
}

int main(void)
{
	umask(022);
	states();
	unasked();
	sets();
	wakes();
	return done();
}
