/* SPDX-License-Identifier: MIT */
/*
 * Four processes that share one descriptor table (clone with CLONE_FILES and CLONE_FS) open, duplicate, close, read,
 * poll and lock each other's descriptors, and change each other's working directory, all at once. A descriptor that
 * is closed while another reads from it stays until that read is over.
 */
#include <poll.h>
#include <sys/file.h>
#include "fs.h"

#define WORKERS 4
#define ROUNDS 3000
#define CLONE_FS 0x200
#define CLONE_FILES 0x400

static unsigned seed;

static unsigned any(unsigned n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static void step(void)
{
	int a = 50 + any(30), b = 50 + any(100), p[2];
	struct pollfd polled[4];
	struct flock l = { .l_type = any(3), .l_start = any(50), .l_len = 10 };
	struct stat st;
	char buf[100] = "";

	switch (any(10)) {
	case 0:
		p[0] = open("/proc/self/stat", O_RDONLY);
		dup2(p[0], a);
		close(p[0]);
		break;
	case 1: close(a); break;
	case 2: dup2(a, b); break;
	case 3: pread(a, buf, sizeof buf, 0); break;
	case 4:
		if (pipe2(p, O_NONBLOCK) == 0) {
			dup2(p[0], a);
			dup2(p[1], b);
			close(p[0]);
			close(p[1]);
		}
		break;
	case 5: write(b, buf, sizeof buf); break;
	case 6:
		for (int i = 0; i < 4; i++)
			polled[i] = (struct pollfd){ .fd = 50 + any(40), .events = POLLIN | POLLOUT };
		poll(polled, 4, any(2));
		break;
	case 7:
		fcntl(a, F_SETLK, &l);
		flock(a, any(2) ? LOCK_EX | LOCK_NB : LOCK_UN);
		break;
	case 8:
		chdir(any(2) ? "/" : "/proc");
		stat("..", &st);
		break;
	default: SYS(close_range, b, b + 5, any(2) ? 4 : 0);
	}
}

static pid_t clone_sharing(void)
{
	fflush(stdout);
	return SYS(clone, CLONE_FS | CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
}

static void race(void)
{
	int status, bad = 0;

	for (int i = 0; i < WORKERS; i++) {
		if (clone_sharing() == 0) {
			signal(SIGPIPE, SIG_IGN);
			seed = i * 77 + 1;
			for (int k = 0; k < ROUNDS; k++)
				step();
			_exit(0);
		}
	}
	while (wait(&status) > 0)
		bad += status != 0;
	SAY("%d workers, %d bad\n", WORKERS, bad);
}

/* The other closes the read end under a sleeping reader; data that comes then still reaches it. */
static void closed_under_reader(void)
{
	int p[2], status;
	char c = 0;

	CHECK(pipe(p) == 0);
	if (clone_sharing() == 0) {
		usleep(30000);
		CHECK(close(p[0]) == 0);
		CHECK(write(p[1], "x", 1) == 1);
		_exit(test_failures != 0);
	}
	VALUE(read(p[0], &c, 1));
	SAY("%c\n", c);
	CHECK(wait(&status) > 0 && status == 0);
	VALUE(read(p[0], &c, 1));
	close(p[1]);
}

int main(void)
{
	int status;

	closed_under_reader();
	/* In a child: what the workers leave in the table goes with it. */
	IN_CHILD(status, race());
	say_status("race", status);
	return done();
}
