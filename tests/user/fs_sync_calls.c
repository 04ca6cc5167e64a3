/* SPDX-License-Identifier: MIT */
/*
 * The calls after which data is on the disk. argv[1] and [2]: one of them on one file; tests/boot/ext2.py takes the power
 * away when it returns, and looks at the disk.
 */
#include <sys/mman.h>
#include "test.h"

static const char *const calls[] = { "fsync", "fdatasync", "syncfs", "sync", "msync", "O_SYNC", "O_DSYNC", "fdatasync-grown" };
static char text[50000];

static int write_all(int fd)
{
	for (size_t at = 0; at < sizeof text; at += 5000)
		if (write(fd, text + at, 5000) != 5000)
			return -1;
	return 0;
}

static int through_mapping(int fd)
{
	char *p;
	int err;

	CHECK(ftruncate(fd, sizeof text) == 0);
	p = mmap(NULL, sizeof text, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	memcpy(p, text, sizeof text);
	err = msync(p, sizeof text, MS_SYNC);
	munmap(p, sizeof text);
	return err;
}

static int call(const char *name, const char *path)
{
	int flags = !strcmp(name, "O_SYNC") ? O_SYNC : !strcmp(name, "O_DSYNC") ? O_DSYNC : 0;
	int fd = open(path, O_RDWR | O_CREAT | flags, 0644), err = 0;

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)('a' + i % 23);
	if (!strcmp(name, "msync"))
		err = through_mapping(fd) || fsync(fd);		/* the size is not msync's business */
	else
		err = write_all(fd);
	if (!strcmp(name, "fsync"))
		err |= fsync(fd);
	else if (!strncmp(name, "fdatasync", 9))
		err |= fdatasync(fd);
	else if (!strcmp(name, "syncfs"))
		err |= (int)SYS(syncfs, fd);
	else if (!strcmp(name, "sync"))
		sync();
	if (!strcmp(name, "fdatasync-grown"))
		err |= pwrite(fd, text, 23, sizeof text + 23 * 1000) != 23 || fdatasync(fd);
	SAY("%s: %s\n", name, err ? "failed" : "ok");
	close(fd);
	return err;
}

int main(int argc, char **argv)
{
	if (argc > 2)
		return call(argv[1], argv[2]);
	for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++) {
		CHECK(call(calls[i], "f") == 0);
		unlink("f");
	}
	return done();
}
