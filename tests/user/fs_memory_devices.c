/* SPDX-License-Identifier: MIT */
/* null, zero, full and urandom: reads, writes, positions, mappings; and files that live in memory only. */
#include <poll.h>
#include <sys/mman.h>
#include "fs.h"

static void device(const char *name)
{
	struct pollfd p = { .events = POLLIN | POLLOUT };
	char buf[16];
	int fd = open(name, O_RDWR), sum = 0;

	SAY("%s\n", name);
	CHECK(fd >= 0);
	memset(buf, 7, sizeof buf);
	VALUE(read(fd, buf, sizeof buf));
	for (int i = 0; i < 16; i++)
		sum += buf[i];
	if (strcmp(name, "/dev/urandom"))
		SAY("sum %d\n", sum);
	VALUE(write(fd, buf, sizeof buf));
	p.fd = fd;
	SAY("poll %d", poll(&p, 1, 0));
	SAY(" %x\n", p.revents);
	REPORT(ftruncate(fd, 0));
	close(fd);
}

static void zero_mapped(void)
{
	int fd = open("/dev/zero", O_RDWR), status;
	char *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	char *private = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

	CHECK(shared != MAP_FAILED && private != MAP_FAILED && !shared[5] && !private[5]);
	IN_CHILD(status, strcpy(shared, "child"); strcpy(private, "child"));
	SAY("shared %s, private %d\n", shared, private[0]);
	close(fd);
	fd = open("/dev/null", O_RDWR);
	REPORT((long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0));
	close(fd);
	munmap(shared, PAGE);
	munmap(private, PAGE);
}

static void random_bytes(void)
{
	unsigned char a[32] = { 0 }, b[32] = { 0 };

	VALUE(SYS(getrandom, a, sizeof a, 0));
	VALUE(SYS(getrandom, b, sizeof b, 1));
	CHECK(memcmp(a, b, sizeof a) != 0);
	REPORT(SYS(getrandom, a, sizeof a, 77));
	REPORT(SYS(getrandom, 16, sizeof a, 0));
}

static void memory_file(void)
{
	char name[40], to[80] = "";
	int fd = SYS(memfd_create, "scratch", 1), n;

	CHECK(fd >= 0);
	VALUE(write(fd, "abc", 3));
	say_text(fd, 3, 0);
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	n = readlink(name, to, sizeof to - 1);
	SAY("%d %s, close-on-exec %d\n", n, to, fcntl(fd, F_GETFD));
	OPENS(open(name, O_RDWR));
	REPORT(ftruncate(fd, 100));
	VALUE(lseek(fd, 0, SEEK_END));
	close(fd);
	REPORT(SYS(memfd_create, 16, 0));
	REPORT(SYS(memfd_create, "x", 0x10000));
}

int main(void)
{
	device("/dev/null");
	device("/dev/zero");
	device("/dev/full");
	device("/dev/urandom");
	zero_mapped();
	random_bytes();
	memory_file();
	return done();
}
