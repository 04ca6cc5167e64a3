/* SPDX-License-Identifier: MIT */
/*
 * A file against an array: random writes, mappings, truncations, reads, syncs, second descriptors and reopenings, and
 * after each the bytes that were read must be those of the array. The seed is fixed, so that every run is the same; a
 * long run is a matter of the number of rounds.
 */
#include "test.h"
#include <sys/mman.h>
#include <sys/stat.h>

#define MAX 300000
#define ROUNDS 3000

static unsigned char model[MAX], buf[MAX];
static int fd, size;
static unsigned long long state = 20260101;

static unsigned random_below(unsigned n)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(state >> 33) % n;
}

/* Often at the borders of pages and blocks, where mistakes live. */
static int random_place(int limit)
{
	int at = random_below(4) ? (int)random_below(limit) : (int)(random_below(limit / 512 + 1) * 512) + (int)random_below(3) - 1;

	return at < 0 ? 0 : at >= limit ? limit - 1 : at;
}

static void fill(int from, int n)
{
	for (int i = 0; i < n; i++)
		buf[i] = (unsigned char)random_below(256);
	memcpy(model + from, buf, n);
	if (from + n > size)
		size = from + n;
}

static void do_write(void)
{
	int from = random_place(MAX - 1), n = 1 + (int)random_below(random_below(8) ? 6000 : MAX);

	if (from + n > MAX)
		n = MAX - from;
	fill(from, n);
	CHECK(pwrite(fd, buf, n, from) == n);
}

static void do_truncate(void)
{
	int to = random_place(MAX);

	CHECK(ftruncate(fd, to) == 0);
	if (to < size)
		memset(model + to, 0, size - to);
	size = to;
}

static void do_map(void)
{
	int from, n;
	unsigned char *p;

	if (!size)
		return;
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(p != MAP_FAILED);
	for (int k = random_below(5); k >= 0; k--) {
		from = random_place(size);
		n = 1 + (int)random_below(9000);
		if (from + n > size)
			n = size - from;
		if (random_below(2)) {
			fill(from, n);
			memcpy(p + from, buf, n);
		} else {
			CHECK(!memcmp(p + from, model + from, n));
		}
		if (!random_below(6))
			CHECK(msync(p, size, random_below(2) ? MS_SYNC : MS_ASYNC) == 0);
	}
	munmap(p, size);
}

static void do_read(void)
{
	int from = random_place(MAX), n = 1 + (int)random_below(random_below(8) ? 10000 : MAX), have = size - from;

	have = have < 0 ? 0 : have < n ? have : n;
	CHECK(pread(fd, buf, n, from) == have);
	CHECK(!memcmp(buf, model + from, have));
}

static void do_append(void)
{
	int other = open("f", O_WRONLY | O_APPEND), n = 1 + (int)random_below(3000);

	if (size + n <= MAX) {
		int at = size;

		fill(at, n);
		CHECK(write(other, buf, n) == n);
	}
	close(other);
}

static void do_sync(void)
{
	switch (random_below(5)) {
	case 0: CHECK(fsync(fd) == 0); break;
	case 1: CHECK(fdatasync(fd) == 0); break;
	case 2: close(fd); fd = open("f", O_RDWR); break;
	case 3:	/* from the disk again, what can be */
		CHECK(random_below(2) || fsync(fd) == 0);
		CHECK(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0);
		break;
	default: if (!random_below(10)) sync();
	}
}

int main(void)
{
	static void (*const operations[])(void) = { do_write, do_write, do_truncate, do_map, do_map, do_read, do_read, do_append, do_sync };
	struct stat st;

	fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0644);
	for (int i = 0; i < ROUNDS && !test_failures; i++) {
		operations[random_below(sizeof operations / sizeof *operations)]();
		CHECK(fstat(fd, &st) == 0 && st.st_size == size);
		if (test_failures)
			printf("in round %d\n", i);
	}
	CHECK(pread(fd, buf, MAX, 0) == size && !memcmp(buf, model, size));
	close(fd);
	CHECK(unlink("f") == 0);
	return done();
}
