/* SPDX-License-Identifier: MIT */
/*
 * A file grows, and as soon as its new size can be seen another thread writes behind the old end through a mapping. What it writes
 * is there when ftruncate has returned, and on the disk afterwards; around it are zeros.
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include "thread.h"

#define PAGES 5
#define ROUNDS 1500
#define OLD_SIZE 100

static volatile unsigned char *map;
static int fd;
static volatile int round, written;

static unsigned at(int k) { return (k % PAGES ? k % PAGES * PAGE : 2048) + 7; }

static void writer(void *arg)
{
	struct stat st;

	(void)arg;
	for (int k = 1; k <= ROUNDS; k++) {
		while (round != k || fstat(fd, &st) || st.st_size == OLD_SIZE)
			if (round != k)
				SYS(sched_yield);
		map[at(k)] = 1 + k % 255;
		written = k;
	}
}

static int right(int k)
{
	static unsigned char buf[PAGES * PAGE];

	if (k % 8 == 0) {
		CHECK(fsync(fd) == 0);
		CHECK(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0);
	}
	CHECK(pread(fd, buf, sizeof buf, 0) == sizeof buf);
	for (unsigned i = 0; i < sizeof buf; i++)
		if (buf[i] != (i == at(k) ? 1 + k % 255 : 0))
			return 0;
	return 1;
}

int main(void)
{
	static struct thread thread;
	int lost = 0;

	fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0644);
	map = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(fd >= 0 && map != MAP_FAILED);
	CHECK(thread_start(&thread, writer, NULL) > 0);
	for (int k = 1; k <= ROUNDS; k++) {
		CHECK(ftruncate(fd, 0) == 0 && ftruncate(fd, OLD_SIZE) == 0);
		round = k;
		if (k % 2)
			SYS(sched_yield);
		CHECK(ftruncate(fd, PAGES * PAGE) == 0);
		while (written != k)
			SYS(sched_yield);
		lost += !right(k);
	}
	thread_join(&thread);
	SAY("%d of %d lost\n", lost, ROUNDS);
	unlink("f");
	return done();
}
