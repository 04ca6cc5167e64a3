/* SPDX-License-Identifier: MIT */
/* Copies inside the kernel: sendfile and copy_file_range, with and without an offset of the caller's. */
#include <sys/sendfile.h>
#include "fs.h"

static void offsets(int in, int out)
{
	off_t at = 1;

	VALUE(sendfile(out, in, &at, 4));
	SAY("offset %d, position %d\n", (int)at, (int)lseek(in, 0, SEEK_CUR));
	VALUE(sendfile(out, in, NULL, 3));
	SAY("position %d\n", (int)lseek(in, 0, SEEK_CUR));
	VALUE(sendfile(out, in, NULL, 100));
	VALUE(sendfile(out, in, NULL, 100));
	VALUE(sendfile(out, in, NULL, 0));
	say_text(out, 14, 0);
	at = 50;
	VALUE(sendfile(out, in, &at, 1));
	at = -1;
	VALUE(sendfile(out, in, &at, 1));
}

static void errors(int in, int out)
{
	int wo = open("out", O_WRONLY), dir = open(".", O_RDONLY);

	VALUE(sendfile(in, in, NULL, 1));
	VALUE(sendfile(out, wo, NULL, 1));
	VALUE(sendfile(99, in, NULL, 1));
	VALUE(sendfile(out, 99, NULL, 1));
	VALUE(sendfile(out, dir, NULL, 1));
	close(wo);
	close(dir);
}

/* More than a pipe holds: what the reader gets is the file. */
static void through_a_pipe(void)
{
	int big = make_file("big", 300000), fds[2], status, n, bad = 0;
	long total = 0;
	pid_t child;
	static unsigned char buf[7777];

	CHECK(pipe(fds) == 0);
	child = fork();
	if (child == 0) {
		off_t at = 0;

		close(fds[0]);
		while (at < 300000 && sendfile(fds[1], big, &at, 300000 - at) > 0)
			;
		_exit(at == 300000 ? 0 : 1);
	}
	close(fds[1]);
	while ((n = read(fds[0], buf, sizeof buf)) > 0)
		for (int i = 0; i < n; i++, total++)
			bad += buf[i] != total % 251;
	CHECK(waitpid(child, &status, 0) == child);
	say_status("sender", status);
	SAY("through a pipe: %ld, %d bad\n", total, bad);
	close(fds[0]);
	close(big);
	CHECK(unlink("big") == 0);
}

static void ranges(int in, int out)
{
	long long from = 0, to = 3;

	CHECK(ftruncate(out, 0) == 0 && pwrite(out, "abcdefgh", 8, 0) == 8);
	VALUE(SYS(copy_file_range, in, &from, out, &to, 4, 0));
	SAY("from %d to %d\n", (int)from, (int)to);
	say_text(out, 8, 0);
	VALUE(SYS(copy_file_range, in, &from, out, &to, 100, 0));
	say_text(out, 13, 0);
	VALUE(SYS(copy_file_range, in, &from, out, &to, 4, 1));
	VALUE(SYS(copy_file_range, out, &from, in, &to, 4, 0));
	from = 0;
	to = 2;
	VALUE(SYS(copy_file_range, out, &from, out, &to, 4, 0));
}

int main(void)
{
	int in, out;

	umask(022);
	put_file("in", "0123456789");
	in = open("in", O_RDONLY);
	out = open("out", O_RDWR | O_CREAT, 0644);
	offsets(in, out);
	errors(in, out);
	through_a_pipe();
	ranges(in, out);
	close(in);
	close(out);
	CHECK(unlink("in") == 0 && unlink("out") == 0);
	return done();
}
