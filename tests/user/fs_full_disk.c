/* SPDX-License-Identifier: MIT */
/*
 * What a full file system answers. It needs one that may be filled, in the current directory, of a few MiB and with
 * reserved blocks, and root: with an argument only; tests/boot/ext2.py gives one.
 */
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include "test.h"

static char block[4096];
static sigjmp_buf no_room;

static void bus_error(int sig)
{
	siglongjmp(no_room, sig);
}

/* Until there is no room; the error. */
static int fill(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_APPEND, 0666), err;

	if (fd < 0)
		return errno;
	while (write(fd, block, sizeof block) > 0)
		;
	while (write(fd, block, 1) > 0)
		;
	err = errno;
	close(fd);
	return err;
}

static long long available(void)
{
	struct statfs64 s;

	CHECK(statfs64(".", &s) == 0);
	return (long long)s.f_bfree * s.f_bsize;
}

/* A hole in a file, written through a mapping: SIGBUS, and the rest of the file is as it was. */
static void map_hole(int fd)
{
	volatile char *p = mmap(NULL, 8 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	int got = sigsetjmp(no_room, 1);

	if (!got)
		for (unsigned i = 4096; i < 8u << 20; i += 4096)
			p[i] = 1;
	SAY("mapping: signal %d\n", got);
	CHECK(p[0] == 'k');
	munmap((void *)p, 8 << 20);
}

static void ordinary_user(void)
{
	CHECK(setgid(1000) == 0 && setuid(1000) == 0);
	SAY("user: error %d\n", fill("user/f"));
	_exit(test_failures);
}

static void expect_full(void)
{
	char slow[101], name[256];
	struct stat st;
	int i, fd;

	REPORT(mkdir("newdir", 0755));
	memset(slow, 's', 100);
	slow[100] = '\0';
	REPORT(symlink(slow, "slow"));
	REPORT(symlink("short", "short"));		/* needs an inode only */
	REPORT(rename("small", "renamed"));		/* and this a place in a directory that has some */
	REPORT(rename("renamed", "small"));
	memset(name, 'n', 255);
	name[255] = '\0';
	for (i = 0; i < 200; i++) {			/* until the directory wants another block */
		sprintf(name, "%03d", i);
		name[3] = 'n';
		if ((fd = open(name, O_WRONLY | O_CREAT, 0644)) < 0)
			break;
		close(fd);
	}
	SAY("names: error %d\n", i < 200 ? errno : 0);
	CHECK(stat(name, &st) == -1);
	for (; i >= 0; i--) {
		sprintf(name, "%03d", i);
		name[3] = 'n';
		unlink(name);
	}
	fd = open("small", O_RDWR);
	CHECK(read(fd, name, 5) == 5 && !memcmp(name, "small", 5));
	REPORT(pwrite(fd, "small", 5, 0));		/* has its block */
	close(fd);
}

int main(int argc, char **argv)
{
	long long free_before;
	struct stat st;
	int fd, status;

	if (argc < 2)
		return done();
	(void)argv;
	signal(SIGBUS, bus_error);
	umask(0);
	fd = open("small", O_RDWR | O_CREAT, 0644);
	CHECK(write(fd, "small", 5) == 5);
	close(fd);
	CHECK(mkdir("user", 0777) == 0);
	free_before = available();
	for (int round = 0; round < 3; round++) {
		fd = open("hole", O_RDWR | O_CREAT, 0644);
		CHECK(write(fd, "k", 1) == 1 && ftruncate(fd, 8 << 20) == 0);
		if (fork() == 0)
			ordinary_user();
		CHECK(wait(&status) > 0 && status == 0);
		SAY("%s is left to root\n", available() > 100000 ? "much" : "little");
		SAY("root: error %d\n", fill("big"));
		CHECK(available() < 4096);
		expect_full();
		map_hole(fd);
		CHECK(fsync(fd) == 0);
		CHECK(stat("big", &st) == 0 && truncate("big", st.st_size / 2) == 0);
		CHECK(available() > 0);
		SAY("root again: error %d\n", fill("big"));
		close(fd);
		unlink("hole"); unlink("big"); unlink("user/f"); unlink("short"); unlink("slow"); rmdir("newdir");
		sync();
	}
	/* The directory may have kept a block, or a few. */
	CHECK(free_before - available() <= 16384);
	return done();
}
