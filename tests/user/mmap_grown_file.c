/* SPDX-License-Identifier: MIT */
/*
 * A mapping that could write before its file grew within the page: what it writes behind the old end, without a new
 * fault, reaches the disk. (With blocks smaller than a page those bytes have no block yet.)
 */
#include <sys/mman.h>
#include "test.h"

static void by_truncate(int fd) { CHECK(ftruncate(fd, 4096) == 0); }
static void by_write(int fd) { CHECK(pwrite(fd, "end", 3, 4093) == 3); }

/* What the disk holds, if the cache lets go of the page. */
static int reread(int fd, int at)
{
	unsigned char c;

	CHECK(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0);
	CHECK(pread(fd, &c, 1, at) == 1);
	return c;
}

static void grow(void (*how)(int), int sync_first)
{
	int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0644);
	volatile char *p;

	CHECK(write(fd, "begin", 5) == 5);
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	p[0] = 'B';
	if (sync_first) {
		CHECK(fsync(fd) == 0);
		p[1] = 'E';
	}
	how(fd);
	p[1500] = 'x';
	p[2500] = 'y';
	if (sync_first)
		CHECK(msync((void *)p, 4096, MS_SYNC) == 0);
	munmap((void *)p, 4096);
	CHECK(fsync(fd) == 0);
	SAY("%c %c %c\n", reread(fd, 0), reread(fd, 1500), reread(fd, 2500));
	close(fd);
}

int main(void)
{
	for (int sync_first = 0; sync_first < 2; sync_first++) {
		grow(by_truncate, sync_first);
		grow(by_write, sync_first);
	}
	unlink("f");
	return done();
}
