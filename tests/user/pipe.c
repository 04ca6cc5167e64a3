/* SPDX-License-Identifier: MIT */
/* Pipes: order, end of file, SIGPIPE, capacity, what is written at once stays together, errors. */
#include <poll.h>
#include <sys/stat.h>
#include "test.h"

static void ends(void)
{
	int p[2], status;
	char buf[100];

	CHECK(pipe(p) == 0 && p[1] == p[0] + 1);
	CHECK(write(p[1], "hello", 5) == 5 && write(p[1], "world", 5) == 5);
	CHECK(read(p[0], buf, 3) == 3 && read(p[0], buf + 3, 97) == 7);
	SAY("%.10s\n", buf);
	REPORT(read(p[1], buf, 1));
	REPORT(write(p[0], buf, 1));
	REPORT(lseek(p[0], 0, SEEK_CUR));
	REPORT(pread(p[0], buf, 1, 0));
	REPORT(fsync(p[0]));
	REPORT(ftruncate(p[1], 0));
	write(p[1], "rest", 4);
	close(p[1]);
	SAY("after the writer: %d", (int)read(p[0], buf, 100));
	SAY(", then %d %d\n", (int)read(p[0], buf, 100), (int)read(p[0], buf, 100));
	close(p[0]);

	CHECK(pipe(p) == 0);
	close(p[0]);
	IN_CHILD(status, write(p[1], "x", 1));
	say_status("no reader", status);
	signal(SIGPIPE, SIG_IGN);
	REPORT(write(p[1], "x", 1));
	SAY("nothing to nobody: %d\n", (int)write(p[1], "", 0));
	signal(SIGPIPE, SIG_DFL);
	close(p[1]);
	REPORT(SYS(pipe2, p, 0x12345678));
}

static void capacity(void)
{
	static char buf[70000];
	int p[2], n = 0, total = 0;

	CHECK(pipe2(p, O_NONBLOCK | O_CLOEXEC) == 0);
	SAY("flags %#x, descriptor flags %d\n", fcntl(p[0], F_GETFL) & (O_NONBLOCK | O_ACCMODE), fcntl(p[1], F_GETFD));
	REPORT(read(p[0], buf, 10));
	while ((n = write(p[1], buf, 1024)) > 0)
		total += n;
	SAY("capacity in writes of 1024: %d, then error %d\n", total, errno);
	REPORT(write(p[1], buf, 4097));
	CHECK(read(p[0], buf, 65536) > 0);
	while (read(p[0], buf, 65536) > 0)
		;
	SAY("one large write: %d\n", (int)write(p[1], buf, 70000));
	REPORT(write(p[1], buf, 1));
	CHECK(read(p[0], buf, 4096) == 4096);
	SAY("one page free: %d\n", (int)write(p[1], buf, 4096));
	SAY("F_GETPIPE_SZ: %d\n", fcntl(p[0], 1032));
	close(p[0]);
	close(p[1]);
}

/* Writes of up to PIPE_BUF bytes by many never mix; larger ones may, but lose nothing. */
static void atomic(void)
{
	enum { WRITERS = 8, LINES = 50, LENGTH = 1000 };
	static char line[LENGTH], got[LENGTH];
	int p[2], count[WRITERS] = { 0 }, mixed = 0;

	CHECK(pipe(p) == 0);
	for (int w = 0; w < WRITERS; w++)
		if (fork() == 0) {
			memset(line, 'a' + w, LENGTH);
			for (int i = 0; i < LINES; i++)
				if (write(p[1], line, LENGTH) != LENGTH)
					_exit(1);
			_exit(0);
		}
	close(p[1]);
	for (;;) {
		int have = 0, n = 1;

		while (have < LENGTH && (n = read(p[0], got + have, LENGTH - have)) > 0)
			have += n;
		if (have < LENGTH)
			break;
		for (int i = 1; i < LENGTH; i++)
			mixed += got[i] != got[0];
		count[(got[0] - 'a') % WRITERS]++;
	}
	for (int w = 0; w < WRITERS; w++)
		CHECK(count[w] == LINES);
	while (wait(NULL) > 0)
		;
	SAY("mixed bytes: %d\n", mixed);
	close(p[0]);
}

/* A blocking write larger than the pipe, and a reader that takes odd pieces. */
static void stream(void)
{
	enum { TOTAL = 1 << 20 };
	static unsigned char buf[TOTAL];
	int p[2], have = 0, n, bad = 0, status;
	pid_t pid;

	CHECK(pipe(p) == 0);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < TOTAL; i++)
			buf[i] = i * 7 + (i >> 8);
		_exit(write(p[1], buf, TOTAL) != TOTAL);
	}
	close(p[1]);
	while ((n = read(p[0], buf + have, 1 + have % 5000)) > 0 || (n < 0 && errno == EINTR))
		have += n;
	for (int i = 0; i < have; i++)
		bad += buf[i] != (unsigned char)(i * 7 + (i >> 8));
	CHECK(waitpid(pid, &status, 0) == pid);
	SAY("streamed %d, wrong %d\n", have, bad);
	say_status("writer", status);
	close(p[0]);
}

static int ready(int fd, int events)
{
	struct pollfd f = { fd, events, 0 };

	return poll(&f, 1, 0) < 0 ? -1 : f.revents;
}

static void polled(void)
{
	static char buf[65536];
	int p[2];

	CHECK(pipe(p) == 0);
	SAY("empty: %#x %#x\n", ready(p[0], POLLIN | POLLOUT), ready(p[1], POLLIN | POLLOUT));
	CHECK(write(p[1], buf, 65536) == 65536);
	SAY("full: %#x %#x\n", ready(p[0], POLLIN), ready(p[1], POLLOUT));
	CHECK(read(p[0], buf, 100) == 100);
	SAY("less than a page free: %#x\n", ready(p[1], POLLOUT));
	CHECK(read(p[0], buf, 4096) == 4096);
	SAY("a page free: %#x\n", ready(p[1], POLLOUT));
	close(p[1]);
	SAY("writer gone: %#x\n", ready(p[0], POLLIN));
	while (read(p[0], buf, 65536) > 0)
		;
	SAY("and empty: %#x\n", ready(p[0], POLLIN));
	close(p[0]);
	CHECK(pipe(p) == 0);
	close(p[0]);
	SAY("reader gone: %#x\n", ready(p[1], POLLOUT));
	close(p[1]);
	SAY("closed: %#x\n", ready(p[1], POLLOUT));
}

int main(void)
{
	ends();
	capacity();
	atomic();
	stream();
	polled();
	return done();
}
