/* SPDX-License-Identifier: MIT */
/* Scattered reads and gathered writes: in order, across empty pieces, up to the first bad one, within limits. */
#include <sys/mman.h>
#include <sys/uio.h>
#include "fs.h"

static char a[16], b[16], c[16];

static void pieces(int fd)
{
	struct iovec v[] = { { "01", 2 }, { NULL, 0 }, { "234", 3 }, { "56789", 5 } };
	struct iovec r[] = { { a, 3 }, { b, 0 }, { b, 4 }, { c, 10 } };

	VALUE(writev(fd, v, 4));
	VALUE(lseek(fd, 0, SEEK_CUR));
	say_text(fd, 10, 0);
	CHECK(lseek(fd, 1, SEEK_SET) == 1);
	VALUE(readv(fd, r, 4));
	SAY("%.3s %.4s %.2s %d\n", a, b, c, c[2]);
	VALUE(readv(fd, r, 4));
	VALUE(SYS(pwritev, fd, v, 1, 4, 0));
	say_text(fd, 10, 0);
	VALUE(SYS(preadv, fd, r, 1, 7, 0));
	SAY("%.3s\n", a);
	VALUE(SYS(preadv, fd, r, 1, -1, -1));
	VALUE(lseek(fd, 0, SEEK_CUR));
}

static void limits(int fd)
{
	struct iovec v[2] = { { a, 2 }, { b, -1 } };
	static struct iovec many[1025];

	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	VALUE(readv(fd, v, 2));
	VALUE(writev(fd, v, 2));
	v[0].iov_len = v[1].iov_len = 0x7fffffff;
	VALUE(readv(fd, v, -1));
	VALUE(readv(fd, v, 0));
	VALUE(readv(fd, (void *)16, 1));
	for (int i = 0; i < 1025; i++)
		many[i] = (struct iovec){ a, i % 2 };
	VALUE(writev(fd, many, 1024));
	VALUE(writev(fd, many, 1025));
	VALUE(readv(99, many, 1));
}

/* What could be done is done and counted; with nothing done there is the error. */
static void bad_pieces(void)
{
	struct iovec v[] = { { a, 4 }, { (void *)16, 4 }, { c, 4 } };
	int fds[2];

	CHECK(pipe(fds) == 0);
	memcpy(a, "good", 4);
	VALUE(writev(fds[1], v + 1, 1));
	CHECK(write(fds[1], "12345678", 8) == 8);
	VALUE(readv(fds[0], v + 1, 1));
	close(fds[0]);
	close(fds[1]);
}

/* A buffer whose second page is missing: what fits before it arrives. */
static void half_a_buffer(int fd)
{
	char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED && munmap(p + PAGE, PAGE) == 0);
	CHECK(ftruncate(fd, 0) == 0 && pwrite(fd, "0123456789", 10, 0) == 10);
	VALUE(pread(fd, p + PAGE, 10, 0));
	VALUE(pwrite(fd, p + PAGE, 10, 0));
	say_text(fd, 10, 0);
	munmap(p, PAGE);
}

int main(void)
{
	int fd;

	umask(022);
	fd = open("f", O_RDWR | O_CREAT, 0644);
	pieces(fd);
	limits(fd);
	bad_pieces();
	half_a_buffer(fd);
	close(fd);
	CHECK(unlink("f") == 0);
	return done();
}
