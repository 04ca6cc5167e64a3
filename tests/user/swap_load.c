/* SPDX-License-Identifier: MIT */
/* reference: pagoda-only (the load is meant for a machine with little memory: tests/boot/swap.py) */
/*
 * Memory whose every byte is checked: swap_load [what [MiB]]. Without arguments all loads, with little memory, so without swap.
 */
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include "test.h"

#define WORDS (PAGE / 4)

static unsigned pages;

/* What word i of a page with this key holds. */
static unsigned word(unsigned key, unsigned i) { return (key * 2654435761u) ^ (i * 40503u + key); }

static void fill(unsigned *page, unsigned key)
{
	for (unsigned i = 0; i < WORDS; i++)
		page[i] = word(key, i);
}

static int holds(const unsigned *page, unsigned key)
{
	for (unsigned i = 0; i < WORDS; i++)
		if (page[i] != word(key, i))
			return 0;
	return 1;
}

static unsigned *map(unsigned n, int flags)
{
	void *p = mmap(NULL, n * PAGE, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	if (p == MAP_FAILED)
		_exit(1);
	return p;
}

static unsigned next_random(unsigned *seed) { return (*seed = *seed * 1103515245u + 12345u) >> 8; }

/* All pages of a part hold what their keys say: key(i) = i + add. */
static void check_all(unsigned *m, unsigned n, unsigned add)
{
	unsigned bad = 0;

	for (unsigned i = 0; i < n; i++)
		bad += !holds(m + i * WORDS, i + add);
	CHECK(bad == 0);
	if (bad)
		SAY("%u of %u pages are wrong\n", bad, n);
}

/* In order, backwards, and at random with changes. */
static void load_anon(void)
{
	unsigned *m = map(pages, MAP_PRIVATE), seed = 1;
	unsigned char *age = calloc(pages, 1);

	for (unsigned i = 0; i < pages; i++)
		fill(m + i * WORDS, i);
	check_all(m, pages, 0);
	for (unsigned n = 0; n < pages / 2; n++) {
		unsigned i = next_random(&seed) % pages;

		CHECK(holds(m + i * WORDS, i + age[i] * 1000000u));
		age[i]++;
		fill(m + i * WORDS, i + age[i] * 1000000u);
	}
	for (unsigned i = pages; i-- > 0; )
		CHECK(holds(m + i * WORDS, i + age[i] * 1000000u));
	/* Half of it goes while it is in swap, and is zero when it comes again. */
	CHECK(madvise(m, pages / 2 * PAGE, MADV_DONTNEED) == 0);
	for (unsigned i = 0; i < pages / 2; i += 16)
		CHECK(m[i * WORDS] == 0 && m[i * WORDS + WORDS - 1] == 0);
	munmap(m, pages * PAGE);
	free(age);
}

/* Parent and child share what is in swap until one of them writes. */
static void load_fork(void)
{
	unsigned *m = map(pages, MAP_PRIVATE);
	int status;

	for (unsigned i = 0; i < pages; i++)
		fill(m + i * WORDS, i);
	IN_CHILD(status, {
		for (unsigned i = 0; i < pages; i += 3)
			fill(m + i * WORDS, i + 5000000);
		for (unsigned i = 0; i < pages; i++)
			CHECK(holds(m + i * WORDS, i % 3 ? i : i + 5000000));
	});
	CHECK(status == 0);
	check_all(m, pages, 0);
	IN_CHILD(status, {
		IN_CHILD(status, check_all(m, pages, 0));
		CHECK(status == 0);
	});
	CHECK(status == 0);
	/* Both write at once, to all of it. */
	pid_t pid = fork();
	unsigned add = pid ? 7000000 : 8000000;

	for (unsigned i = 0; i < pages; i++) {
		CHECK(holds(m + i * WORDS, i));
		fill(m + i * WORDS, i + add);
	}
	check_all(m, pages, add);
	if (!pid)
		_exit(test_failures != 0);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	munmap(m, pages * PAGE);
}

/* Many share the same pages, some of which change theirs. */
static void load_sharers(void)
{
	enum { SHARERS = 300, SHARED = 64 };
	unsigned *m = map(SHARED, MAP_PRIVATE), *other = map(pages, MAP_PRIVATE);
	int go[2], status, bad = 0, started = 0;
	char c;

	CHECK(pipe(go) == 0);
	for (unsigned i = 0; i < SHARED; i++)
		fill(m + i * WORDS, i);
	for (int n = 0; n < SHARERS; n++) {
		pid_t pid = fork();

		if (pid < 0)
			break;
		started++;
		if (pid)
			continue;
		close(go[1]);
		read(go[0], &c, 1);
		check_all(m, SHARED, 0);
		fill(m + (unsigned)n % SHARED * WORDS, 99);
		_exit(!holds(m + (unsigned)n % SHARED * WORDS, 99) || test_failures);
	}
	CHECK(started == SHARERS);
	for (unsigned i = 0; i < pages; i++)
		fill(other + i * WORDS, i);
	close(go[1]);
	while (wait(&status) > 0)
		bad += status != 0;
	CHECK(bad == 0);
	check_all(m, SHARED, 0);
	check_all(other, pages, 0);
	close(go[0]);
	munmap(m, SHARED * PAGE);
	munmap(other, pages * PAGE);
}

static void check_file(int fd, unsigned from, unsigned to, int zero)
{
	static unsigned buf[WORDS];

	for (unsigned i = from; i < to; i++) {
		CHECK(pread(fd, buf, PAGE, (off_t)i * PAGE) == PAGE);
		if (zero)
			for (unsigned k = 0; k < WORDS; k++)
				CHECK(buf[k] == 0);
		else
			CHECK(holds(buf, i));
	}
}

static long long blocks(int fd)
{
	struct stat st;

	fstat(fd, &st);
	return st.st_blocks;
}

/* A file on tmpfs: written, mapped, punched, cut; st_blocks counts what is there, wherever it is. */
static void load_tmpfs(void)
{
	static unsigned buf[WORDS];
	char options[32];
	unsigned *m;
	int fd;

	sprintf(options, "size=%uk", (pages + 64) * 4);
	mkdir("/tmp/swapped", 0700);
	CHECK(mount("none", "/tmp/swapped", "tmpfs", 0, options) == 0);
	fd = open("/tmp/swapped/file", O_RDWR | O_CREAT, 0600);
	for (unsigned i = 0; i < pages; i++) {
		fill(buf, i);
		CHECK(write(fd, buf, PAGE) == PAGE);
	}
	CHECK(blocks(fd) == pages * 8ll);
	check_file(fd, 0, pages, 0);
	m = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(m != MAP_FAILED);
	check_all(m, pages, 0);
	/* Changed through the mapping, a byte each, and back. */
	for (unsigned i = 0; i < pages; i++)
		m[i * WORDS + 5] ^= 1;
	for (unsigned i = pages; i-- > 0; )
		m[i * WORDS + 5] ^= 1;
	check_all(m, pages, 0);
	munmap(m, pages * PAGE);
	CHECK(blocks(fd) == pages * 8ll);
	/* Holes: pages 100 to pages/2, and the parts before and behind. */
	CHECK(fallocate(fd, 3, 100 * PAGE - 8, (pages / 2 - 100) * PAGE + 16) == 0);
	CHECK(blocks(fd) == (pages - (pages / 2 - 100)) * 8ll);
	CHECK(pread(fd, buf, PAGE, 99 * PAGE) == PAGE);
	CHECK(buf[WORDS - 3] == word(99, WORDS - 3) && buf[WORDS - 2] == 0 && buf[WORDS - 1] == 0);
	CHECK(lseek(fd, 0, 4) == 100 * PAGE && lseek(fd, 100 * PAGE, 3) == (off_t)(pages / 2 * PAGE));
	check_file(fd, 0, 99, 0);
	check_file(fd, 100, pages / 2, 1);
	check_file(fd, pages / 2 + 1, pages, 0);
	/* Cut within a page, and long again: zeros. */
	CHECK(ftruncate(fd, 50 * PAGE + 12) == 0 && blocks(fd) == 51 * 8);
	CHECK(ftruncate(fd, pages * PAGE) == 0 && blocks(fd) == 51 * 8);
	CHECK(pread(fd, buf, PAGE, 50 * PAGE) == PAGE && buf[2] == word(50, 2) && buf[3] == 0 && buf[WORDS - 1] == 0);
	check_file(fd, 51, pages, 1);
	for (unsigned i = 0; i < pages; i++) {
		fill(buf, i);
		CHECK(pwrite(fd, buf, PAGE, (off_t)i * PAGE) == PAGE);
	}
	check_file(fd, 0, pages, 0);
	CHECK(blocks(fd) == pages * 8ll);
	/* The limit of the mount counts what is in swap. */
	int other = open("/tmp/swapped/other", O_RDWR | O_CREAT, 0600), n = 0;

	while (write(other, buf, PAGE) == PAGE)
		n++;
	CHECK(errno == ENOSPC && n == 64);
	close(other);
	close(fd);
	CHECK(umount("/tmp/swapped") == 0);
	rmdir("/tmp/swapped");
}

/* Memory that two processes share, both at work. */
static void load_shared(void)
{
	unsigned *m = map(pages, MAP_SHARED);
	int status;

	IN_CHILD(status, {
		for (unsigned i = 0; i < pages; i += 2)
			fill(m + i * WORDS, i);
	});
	CHECK(status == 0);
	for (unsigned i = 1; i < pages; i += 2)
		fill(m + i * WORDS, i);
	IN_CHILD(status, check_all(m, pages, 0));
	CHECK(status == 0);
	check_all(m, pages, 0);
	munmap(m, pages * PAGE);
}

/* What is locked stays. */
static void load_mlock(void)
{
	enum { LOCKED = 256 };
	unsigned *m = map(LOCKED, MAP_PRIVATE), *other = map(pages, MAP_PRIVATE), resident = 0;
	unsigned char vec[LOCKED];

	for (unsigned i = 0; i < LOCKED; i++)
		fill(m + i * WORDS, i);
	CHECK(mlock(m, LOCKED * PAGE) == 0);
	for (unsigned i = 0; i < pages; i++)
		fill(other + i * WORDS, i);
	CHECK(mincore(m, LOCKED * PAGE, vec) == 0);
	for (unsigned i = 0; i < LOCKED; i++)
		resident += vec[i] & 1;
	CHECK(resident == LOCKED);
	check_all(m, LOCKED, 0);
	check_all(other, pages, 0);
	munmap(m, LOCKED * PAGE);
	munmap(other, pages * PAGE);
}

/* Fills its memory, says so, and then waits, or is at work, until it is killed: for swapoff. A wrong byte ends it. */
static void load_busy(int works)
{
	unsigned *m = map(pages, MAP_PRIVATE), seed = (unsigned)getpid();

	for (unsigned i = 0; i < pages; i++)
		fill(m + i * WORDS, i);
	SAY("full\n");
	while (!works)
		pause();
	for (;;) {
		unsigned i = next_random(&seed) % pages;

		if (!holds(m + i * WORDS, i)) {
			SAY("not ok: page %u is wrong\n", i);
			_exit(1);
		}
		fill(m + i * WORDS, i);
		if (next_random(&seed) % 64 == 0 && fork() == 0)
			_exit(!holds(m + i * WORDS, i));
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

int main(int argc, char **argv)
{
	static const struct { const char *name; void (*load)(void); } loads[] = {
		{ "anon", load_anon }, { "fork", load_fork }, { "sharers", load_sharers }, { "tmpfs", load_tmpfs },
		{ "shared", load_shared }, { "mlock", load_mlock },
	};

	on_pagoda_only();
	pages = (argc > 2 ? (unsigned)atoi(argv[2]) : 4) * 256;
	if (argc > 1 && (!strcmp(argv[1], "busy") || !strcmp(argv[1], "hold")))
		load_busy(*argv[1] == 'b');
	for (unsigned i = 0; i < sizeof(loads) / sizeof(loads[0]); i++)
		if (argc < 2 || !strcmp(argv[1], loads[i].name)) {
			loads[i].load();
			SAY("%s: %s\n", loads[i].name, test_failures ? "wrong" : "every byte");
		}
	return done();
}
