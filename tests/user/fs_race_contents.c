/* SPDX-License-Identifier: MIT */
/*
 * Several processes write, map, cut, extend, remove and rename the same few files at once. What a file may hold at a
 * place is one value or zero, another for each file: so whoever reads anything else has seen a block of another file,
 * or of the file system. A full disk is no error. argv[1]: rounds.
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include "test.h"

#define WORKERS 4
#define FILES 6
#define SIZE 200000
#define FAR 9000000		/* needs two levels of indirect blocks */

static unsigned seed;
static unsigned char buf[20000];
static sigjmp_buf cut_off;

static unsigned any(unsigned n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static unsigned char value(int file, unsigned at)
{
	unsigned x = (at + 1) * 2654435761u ^ (unsigned)(file + 1) * 0x9e3779b9u;

	x ^= x >> 15;
	x *= 0x85ebca6bu;
	return (unsigned char)(1 + (x >> 16) % 255);
}

/* What it is instead: eight bytes are enough to know it by. */
static void say_whose(const unsigned char *p, int n)
{
	for (int file = 0; file < FILES; file++)
		for (unsigned at = 0, same; at < FAR + SIZE + sizeof buf; at++) {
			for (same = 0; same < 8 && (int)same < n && p[same] == value(file, at + same); same++)
				;
			if (same == 8)
				SAY("it is what file %d may hold at %u\n", file, at);
		}
	for (int i = 0; i < 64 && i < n; i++)
		SAY("%02x ", p[i]);
	SAY("\n");
}

static int right(int file, unsigned at, const unsigned char *p, int n)
{
	for (int i = 0; i < n; i++)
		if (p[i] && p[i] != value(file, at + i)) {
			SAY("file %d, byte %u is wrong, of %d from %u\n", file, at + i, n, at);
			say_whose(p + i, n - i);
			return 0;
		}
	return 1;
}

static void bus_error(int sig)
{
	siglongjmp(cut_off, sig);
}

static unsigned place(void)
{
	return any(8) ? any(SIZE) : FAR + any(SIZE);
}

static void do_write(int file, int fd)
{
	unsigned at = place();
	int n = 1 + (int)any(any(4) ? 3000 : sizeof buf);

	for (int i = 0; i < n; i++)
		buf[i] = value(file, at + i);
	pwrite(fd, buf, n, at);
}

static void do_read(int file, int fd)
{
	unsigned at = place();
	int n = pread(fd, buf, sizeof buf, at);

	CHECK(n <= 0 || right(file, at, buf, n));
}

/* A page that is cut off while we use it is a SIGBUS, and so is a hole that the disk has no room for. */
static void do_map(int file, int fd)
{
	unsigned base = place() & ~4095u;
	int writes = (int)any(2), n = 1 + (int)any(9000);
	volatile unsigned char *p = mmap(NULL, 12288, PROT_READ | (writes ? PROT_WRITE : 0), MAP_SHARED, fd, base);

	if (p == MAP_FAILED)
		return;
	if (!sigsetjmp(cut_off, 1)) {
		if (writes)
			for (int i = 0; i < n; i++)
				p[i] = value(file, base + i);
		else
			CHECK(right(file, base, (const unsigned char *)p, n));
	}
	if (!any(4))
		msync((void *)p, 12288, any(2) ? MS_SYNC : MS_ASYNC);
	munmap((void *)p, 12288);
}

static void do_names(int file)
{
	char f[20], g[20];

	sprintf(f, "f%d", file);
	sprintf(g, "d%d/g%d", (int)any(2), file);
	switch (any(8)) {
	case 0: unlink(f); break;
	case 1: link(f, g); break;
	case 2: unlink(g); break;
	case 3: rename(g, f); break;
	case 4: rename(f, g); break;
	case 5: SYS(renameat2, AT_FDCWD, f, AT_FDCWD, g, 2); break;
	case 6: mkdir("d0/x", 0755); symlink("0123456789012345678901234567890123456789012345678901234567890123456789", "d0/x/s"); break;
	default: unlink("d0/x/s"); rename("d0/x", "d1/x"); rmdir("d1/x");
	}
}

/* A file that gets its name when it is complete. */
static void do_tmpfile(int file)
{
	char path[40], g[20];
	int fd = open(".", O_RDWR | O_TMPFILE, 0644);

	if (fd < 0)
		return;
	do_write(file, fd);
	do_write(file, fd);
	do_read(file, fd);
	sprintf(path, "/proc/self/fd/%d", fd);
	sprintf(g, "d0/g%d", file);
	if (any(2))
		linkat(AT_FDCWD, path, AT_FDCWD, g, AT_SYMLINK_FOLLOW);
	close(fd);
}

static void do_one(int file, int fd)
{
	switch (any(14)) {
	case 0: case 1: case 2: case 3: do_write(file, fd); break;
	case 4: case 5: do_read(file, fd); break;
	case 6: case 7: do_map(file, fd); break;
	case 8: ftruncate(fd, any(2) ? any(SIZE) : place()); break;
	case 9: any(3) ? fdatasync(fd) : fsync(fd); break;
	case 10: posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); break;
	case 11: do_tmpfile(file); break;
	case 12: lseek(fd, any(SIZE), any(2) ? SEEK_DATA : SEEK_HOLE); break;
	default: do_names(file); if (!any(30)) sync();
	}
}

static int work(int worker, int rounds)
{
	signal(SIGBUS, bus_error);
	seed = 1000u * worker + 77;
	for (int i = 0; i < rounds && !test_failures; i++) {
		int file = (int)any(FILES), fd;
		char name[20];

		sprintf(name, "f%d", file);
		fd = open(name, O_RDWR | O_CREAT, 0644);
		if (fd < 0)
			continue;
		for (int k = any(6); k >= 0; k--)
			do_one(file, fd);
		close(fd);
	}
	return test_failures;
}

static void check_and_remove(const char *format, int file, int dir)
{
	char name[20];
	unsigned at = 0;
	int fd, n;

	sprintf(name, format, dir, file);
	fd = open(*name == '0' || *name == '1' ? name + 1 : name, O_RDONLY);
	if (fd < 0)
		return;
	while ((n = read(fd, buf, sizeof buf)) > 0) {
		CHECK(right(file, at, buf, n));
		at += n;
	}
	CHECK(n == 0);
	close(fd);
	unlink(*name == '0' || *name == '1' ? name + 1 : name);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 150, status;

	CHECK(mkdir("d0", 0755) == 0 && mkdir("d1", 0755) == 0);
	for (int i = 0; i < WORKERS; i++)
		if (fork() == 0)
			_exit(work(i, rounds) != 0);
	for (int i = 0; i < WORKERS; i++) {
		CHECK(wait(&status) > 0);
		CHECK(status == 0);
	}
	sync();
	for (int file = 0; file < FILES; file++)
		for (int dir = 0; dir < 2; dir++) {
			check_and_remove("%df%d", file, dir);
			check_and_remove("d%d/g%d", file, dir);
		}
	unlink("d0/x/s");
	unlink("d1/x/s");
	rmdir("d0/x");
	rmdir("d1/x");
	CHECK(rmdir("d0") == 0 && rmdir("d1") == 0);
	return done();
}
