/* SPDX-License-Identifier: MIT */
/* Descriptors: dup and fork share an open file and its offset, a second open does not; flags, limits. */
#include <sys/resource.h>
#include <sys/stat.h>
#include "test.h"

static int at(int fd) { return (int)lseek(fd, 0, SEEK_CUR); }

static void offsets(void)
{
	int a = make_file("file", 100), b, c, status;
	char buf[10];

	lseek(a, 10, SEEK_SET);
	b = dup(a);
	c = open("file", O_RDWR);
	CHECK(read(b, buf, 5) == 5);
	SAY("dup %d %d, second open %d\n", at(a), at(b), at(c));
	IN_CHILD(status, lseek(a, 50, SEEK_SET));
	SAY("after a child's lseek: %d %d\n", at(a), at(b));
	CHECK(pread(a, buf, 5, 0) == 5 && pwrite(a, buf, 5, 90) == 5);
	SAY("after pread and pwrite: %d\n", at(a));
	CHECK(fcntl(b, F_SETFL, O_APPEND | O_NONBLOCK) == 0);
	SAY("flags shared: %#x, second open %#x\n", fcntl(a, F_GETFL) & ~O_LARGEFILE, fcntl(c, F_GETFL) & ~O_LARGEFILE);
	CHECK(write(a, "end", 3) == 3);
	SAY("appended, at %d\n", at(b));
	CHECK(fcntl(a, F_SETFL, 0) == 0 && close(b) == 0);
	CHECK(read(a, buf, 5) == 0);
	close(a);
	close(c);
	unlink("file");
}

static void duplicates(void)
{
	int fd = open("/dev/null", O_RDWR), d;

	d = dup2(fd, 50);
	SAY("dup2 %d, of itself %d, ", d, dup2(50, 50));
	SAY("fcntl %d %d\n", fcntl(fd, F_DUPFD, 50), fcntl(fd, F_DUPFD_CLOEXEC, 40));
	SAY("close on exec: %d %d\n", fcntl(51, F_GETFD), fcntl(40, F_GETFD));
	REPORT(dup2(fd, -1));
	REPORT(dup2(99, 50));
	REPORT(fcntl(50, F_GETFD));				/* still open */
	REPORT(dup2(99, 99));
	REPORT(dup3(fd, fd, 0));
	REPORT(dup3(fd, 60, 1));
	REPORT(fcntl(fd, F_DUPFD, -1));
	REPORT(fcntl(fd, F_DUPFD, 100000000));
	REPORT(fcntl(fd, 9999, 0));
	REPORT(fcntl(99, F_GETFL));
	REPORT(close(99));
	REPORT(close(-1));
	REPORT(close(50));
	REPORT(close(50));
	CHECK(close(51) == 0 && close(40) == 0);
	REPORT(SYS(close_range, 100, 50, 0));
	CHECK(dup2(fd, 70) == 70 && dup2(fd, 71) == 71 && SYS(close_range, 70, 80, 0) == 0);
	REPORT(fcntl(70, F_GETFD));
	close(fd);
}

static void limit(void)
{
	struct rlimit l = { 20, 20 };
	int fd, last = -1, p[2];

	CHECK(setrlimit(RLIMIT_NOFILE, &l) == 0);
	while ((fd = open("/dev/null", O_RDONLY)) >= 0)
		last = fd;
	SAY("last %d, then error %d\n", last, errno);
	REPORT(dup(0));
	REPORT(pipe(p));
	REPORT(dup2(0, 20));
	REPORT(dup2(0, 19));
	close(19);
	REPORT(pipe(p));					/* room for one end only */
	SAY("lowest free: %d\n", open("/dev/null", O_RDONLY));
	close(7);
	SAY("lowest free: %d\n", dup(0));
	l.rlim_max = 30;
}

int main(void)
{
	int status;

	for (int fd = 3; fd < 40; fd++)
		close(fd);
	offsets();
	duplicates();
	IN_CHILD(status, limit());
	say_status("limit", status);
	return done();
}
