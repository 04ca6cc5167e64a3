/* SPDX-License-Identifier: MIT */
/* Files: positions, holes (bug 18), truncation, append, vectors, sendfile, errors. */
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include "test.h"

static char buf[70000];

static void show(int fd, const char *what)
{
	struct stat st;

	CHECK(fstat(fd, &st) == 0);
	SAY("%s: size %lld, at %lld\n", what, st.st_size, lseek(fd, 0, SEEK_CUR));
}

static int zeros(const char *p, int n)
{
	for (int i = 0; i < n; i++)
		if (p[i])
			return 0;
	return 1;
}

static void positions(int fd)
{
	show(fd, "new");
	REPORT(lseek(fd, -1, SEEK_SET));
	REPORT(lseek(fd, -5001, SEEK_END));
	REPORT(lseek(fd, 0, 9));
	CHECK(lseek(fd, -1, SEEK_END) == 4999 && read(fd, buf, 10) == 1 && buf[0] == (char)(4999 % 251));
	CHECK(read(fd, buf, 10) == 0);
	CHECK(lseek(fd, 1000, SEEK_END) == 6000);
	show(fd, "seeking does not grow");
	CHECK(read(fd, buf, 10) == 0);
	REPORT(pread(fd, buf, 10, -1));
	REPORT(pwrite(fd, buf, 10, -1));
	SAY("read 0 bytes: %d, write 0 bytes: %d\n", (int)read(fd, buf, 0), (int)write(fd, buf, 0));
	show(fd, "still");
	REPORT(read(99, buf, 1));
}

static void holes(int fd)
{
	CHECK(pwrite(fd, "hole", 4, 50000) == 4);
	show(fd, "hole");
	memset(buf, 1, sizeof buf);
	CHECK(pread(fd, buf, sizeof buf, 0) == 50004);
	CHECK(buf[4999] == (char)(4999 % 251) && zeros(buf + 5000, 45000) && !memcmp(buf + 50000, "hole", 4));
	/* Cut inside a page, grow again: what was cut off must not come back. */
	CHECK(ftruncate(fd, 100) == 0 && ftruncate(fd, 5000) == 0);
	CHECK(pread(fd, buf, 5000, 0) == 5000 && buf[99] == 99 && zeros(buf + 100, 4900));
	show(fd, "cut and grown");
	CHECK(pwrite(fd, "far", 3, 0x100000000ll) == 3);		/* beyond 4 GiB */
	show(fd, "far");
	CHECK(pread(fd, buf, 10, 0x100000000ll - 4) == 7 && zeros(buf, 4) && !memcmp(buf + 4, "far", 3));
	REPORT(ftruncate(fd, -1));
	REPORT(truncate("file", 0));
	show(fd, "empty");
	REPORT(truncate("missing", 0));
	REPORT(truncate(".", 0));
	REPORT(ftruncate(open("file", O_RDONLY), 0));
}

static void append(void)
{
	int a = open("log", O_WRONLY | O_CREAT | O_APPEND, 0600), b = open("log", O_RDWR | O_APPEND);

	CHECK(write(a, "one ", 4) == 4 && write(b, "two ", 4) == 4 && write(a, "three ", 6) == 6);
	lseek(a, 0, SEEK_SET);
	CHECK(write(a, "four", 4) == 4);
	memset(buf, 0, 30);
	CHECK(pread(b, buf, 30, 0) == 18);
	SAY("%s\n", buf);
	/* Many writers, each line whole, none lost. */
	for (int w = 0; w < 5; w++)
		if (fork() == 0) {
			for (int i = 0; i < 100; i++)
				write(a, "0123456789abcdef", 16);
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
	CHECK(lseek(a, 0, SEEK_END) == 18 + 5 * 100 * 16);
	CHECK(pread(b, buf, 8000, 18) == 8000);
	for (int i = 0; i < 8000; i++)
		if (buf[i] != "0123456789abcdef"[i % 16]) {
			CHECK(!"lines whole");
			break;
		}
	close(a);
	close(b);
	unlink("log");
}

static void vectors(void)
{
	struct iovec v[3] = { { "one ", 4 }, { NULL, 0 }, { "two", 3 } }, r[2] = { { buf, 2 }, { buf + 100, 50 } }, many[1025];
	int fd = make_file("vector", 0), out;

	CHECK(writev(fd, v, 3) == 7);
	lseek(fd, 0, SEEK_SET);
	CHECK(readv(fd, r, 2) == 7);
	SAY("%.2s|%.5s\n", buf, buf + 100);
	REPORT(writev(fd, v, -1));
	REPORT(writev(fd, v, 0));
	for (int i = 0; i < 1025; i++)
		many[i] = v[0];
	REPORT(writev(fd, many, 1025));
	CHECK(writev(fd, many, 1024) == 4096);
	v[1].iov_len = 0x80000000;
	REPORT(writev(fd, v, 3));
	v[1].iov_len = 10;						/* bad address in the middle: what came before is written */
	SAY("short: %d\n", (int)writev(fd, v, 3));
	out = make_file("out", 0);
	off_t from = 2;
	CHECK(sendfile(out, fd, &from, 5) == 5 && from == 7 && lseek(out, 0, SEEK_CUR) == 5);
	CHECK(pread(out, buf, 10, 0) == 5);
	SAY("sendfile: %.5s\n", buf);
	from = 1 << 20;
	SAY("behind the end: %d\n", (int)sendfile(out, fd, &from, 5));
	close(fd);
	close(out);
	unlink("vector");
	unlink("out");
}

static void devices(void)
{
	int zero = open("/dev/zero", O_RDWR), full = open("/dev/full", O_RDWR), null = open("/dev/null", O_RDWR);

	memset(buf, 1, 100);
	SAY("zero %d", (int)read(zero, buf, 100));
	CHECK(zeros(buf, 100));
	SAY(" %d, null %d %d\n", (int)write(zero, buf, 100), (int)read(null, buf, 100), (int)write(null, buf, 100));
	SAY("full %d\n", (int)read(full, buf, 10));
	REPORT(write(full, buf, 10));
	REPORT(open("/dev/null", O_RDWR | O_DIRECTORY));
	close(zero), close(full), close(null);
}

int main(void)
{
	int fd = make_file("file", 5000);

	lseek(fd, 0, SEEK_SET);
	positions(fd);
	holes(fd);
	append();
	vectors();
	devices();
	REPORT(read(open(".", O_RDONLY), buf, 10));
	REPORT(open(".", O_WRONLY));
	REPORT(open(".", O_RDONLY | O_CREAT, 0600));
	REPORT(open("file", O_RDWR | O_CREAT | O_EXCL, 0600));
	REPORT(open("file", O_RDONLY | O_DIRECTORY));
	close(fd);
	unlink("file");
	return done();
}
