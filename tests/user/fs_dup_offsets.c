/* SPDX-License-Identifier: MIT */
/*
 * Descriptor, open file, inode: dup and fork share the offset and the status flags, a second open shares neither, and
 * close-on-exec belongs to the descriptor alone.
 */
#include "fs.h"

static void offsets(void)
{
	int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0644), other = open("f", O_RDONLY), copy = dup(fd), status;

	CHECK(write(fd, "0123456789", 10) == 10);
	VALUE(lseek(copy, 0, SEEK_CUR));
	VALUE(lseek(other, 0, SEEK_CUR));
	VALUE(lseek(copy, 3, SEEK_SET));
	IN_CHILD(status, VALUE(lseek(fd, 2, SEEK_CUR)); close(fd));
	VALUE(lseek(fd, 0, SEEK_CUR));
	VALUE(pwrite(fd, "xy", 2, 0));
	VALUE(lseek(fd, 0, SEEK_CUR));
	close(fd);
	VALUE(write(copy, "ab", 2));
	say_text(other, 10, 0);
	VALUE(lseek(other, -4, SEEK_END));
	VALUE(lseek(other, -11, SEEK_END));
	VALUE(lseek(other, 0, SEEK_CUR));
	VALUE(lseek(other, 0, 9));
	close(copy);
	close(other);
}

/* Each write of an appending file goes to the end, wherever others have moved that. */
static void append(void)
{
	int one = open("f", O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0644), two = open("f", O_WRONLY | O_APPEND);

	CHECK(write(one, "aa", 2) == 2 && write(two, "bb", 2) == 2 && write(one, "cc", 2) == 2);
	VALUE(lseek(one, 0, SEEK_CUR));
	VALUE(lseek(two, 0, SEEK_CUR));
	CHECK(lseek(one, 0, SEEK_SET) == 0);
	VALUE(write(one, "dd", 2));
	say_text(one, 8, 0);
	close(one);
	close(two);
}

static void flags(void)
{
	int fd = open("f", O_RDWR), copy = dup(fd), other = open("f", O_RDWR);

	REPORT(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK));
	SAY("flags %o %o %o\n", fcntl(fd, F_GETFL) & ~O_LARGEFILE, fcntl(copy, F_GETFL) & ~O_LARGEFILE,
	    fcntl(other, F_GETFL) & ~O_LARGEFILE);
	REPORT(fcntl(fd, F_SETFD, FD_CLOEXEC));
	SAY("close-on-exec %d %d\n", fcntl(fd, F_GETFD), fcntl(copy, F_GETFD));
	REPORT(dup2(fd, fd) == fd ? 0 : -1);
	SAY("after dup2 to itself: %d\n", fcntl(fd, F_GETFD));
	VALUE(dup2(fd, 40));
	SAY("close-on-exec %d\n", fcntl(40, F_GETFD));
	VALUE(dup3(fd, 50, O_CLOEXEC));
	SAY("close-on-exec %d\n", fcntl(50, F_GETFD));
	VALUE(fcntl(fd, F_DUPFD, 50));
	VALUE(fcntl(fd, F_DUPFD_CLOEXEC, 50));
	SAY("close-on-exec %d %d\n", fcntl(51, F_GETFD), fcntl(52, F_GETFD));
	/* The lowest free number, always. */
	close(40);
	VALUE(fcntl(fd, F_DUPFD, 40));
	for (int i = 40; i <= 52; i++)
		close(i);
	close(fd);
	close(copy);
	close(other);
}

static void errors(void)
{
	REPORT(dup(99));
	REPORT(dup2(99, 5));
	REPORT(dup2(0, -1));
	REPORT(dup3(0, 0, 0));
	REPORT(dup3(0, 60, O_APPEND));
	REPORT(fcntl(0, F_DUPFD, -1));
	REPORT(fcntl(0, F_DUPFD, 20000000));
	REPORT(fcntl(0, 12345));
	REPORT(fcntl(99, F_GETFL));
	REPORT(close(99));
	REPORT(close(-1));
}

int main(void)
{
	umask(022);
	offsets();
	append();
	flags();
	errors();
	CHECK(unlink("f") == 0);
	return done();
}
