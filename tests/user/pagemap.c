/* SPDX-License-Identifier: MIT */
/*
 * reference: debian (as root)
 *
 * /proc/PID/pagemap against what else is known of the pages: mincore, smaps, and what was done to them.
 */
#include <stdint.h>
#include <sys/mman.h>
#include "test.h"

#define PRESENT (1ull << 63)
#define SWAP (1ull << 62)
#define OF_FILE (1ull << 61)
#define EXCLUSIVE (1ull << 56)
#define FRAME ((1ull << 55) - 1)

static int map_fd;

static uint64_t entry(const void *p)
{
	uint64_t e = 0;

	CHECK(pread(map_fd, &e, sizeof e, (off_t)((unsigned long)p / PAGE * sizeof e)) == sizeof e);
	return e;
}

static void show(const char *what, const void *p)
{
	uint64_t e = entry(p);

	SAY("%s:%s%s%s%s\n", what, e & PRESENT ? " present" : "", e & SWAP ? " swap" : "", e & OF_FILE ? " file" : "",
	    e & EXCLUSIVE ? " exclusive" : "");
}

static long smaps_rss(const void *start)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	char line[300], want[20];
	long rss = -1;
	int here = 0;

	snprintf(want, sizeof want, "%08lx-", (unsigned long)start);
	while (f && fgets(line, sizeof line, f)) {
		if (!strncmp(line, want, strlen(want)))
			here = 1;
		if (here && sscanf(line, "Rss: %ld", &rss) == 1)
			break;
	}
	if (f)
		fclose(f);
	return rss;
}

/* Sixteen pages, of which each third was written: mincore, pagemap and smaps say the same. */
static void compare_views(void)
{
	char *p = mmap(NULL, 18 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *q = p + PAGE;
	unsigned char core[16];
	uint64_t entries[16];
	int n = 0;

	CHECK(mprotect(p, PAGE, PROT_NONE) == 0 && mprotect(p + 17 * PAGE, PAGE, PROT_NONE) == 0);	/* neighbours do not join */
	for (int i = 0; i < 16; i += 3)
		q[i * PAGE] = 1;
	CHECK(mincore(q, 16 * PAGE, core) == 0);
	CHECK(pread(map_fd, entries, sizeof entries, (off_t)((unsigned long)q / PAGE * 8)) == sizeof entries);
	for (int i = 0; i < 16; i++) {
		CHECK(!!(entries[i] & PRESENT) == (core[i] & 1));
		CHECK(!!(entries[i] & PRESENT) == (i % 3 == 0));
		n += !!(entries[i] & PRESENT);
	}
	CHECK(smaps_rss(q) == n * PAGE / 1024);
	SAY("%d of 16 pages\n", n);
	munmap(p, 18 * PAGE);
}

static void show_kinds(void)
{
	int fd = make_file("f", 2 * PAGE), status;
	char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *file = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

	show("untouched", p);
	p[0] = 1;
	show("written", p);
	IN_CHILD(status, map_fd = open("/proc/self/pagemap", O_RDONLY); show("shared with the child", p); p[0] = 2;
		 show("the child's own", p));
	show("alone again", p);
	p[PAGE] = 1;
	CHECK(mprotect(p + PAGE, PAGE, PROT_NONE) == 0);
	show("without access", p + PAGE);
	CHECK(madvise(p, PAGE, MADV_DONTNEED) == 0);
	show("given back", p);
	shared[0] = 1;
	show("shared memory", shared);
	(void)*(volatile char *)file;
	show("file, read", file);
	file[PAGE] = 1;
	show("file, private copy", file + PAGE);
	munmap(p, 4 * PAGE);
	show("unmapped", p);
	munmap(shared, PAGE);
	munmap(file, 2 * PAGE);
	close(fd);
	unlink("f");
}

static void read_oddly(void)
{
	char buf[4096 * 2];
	unsigned long end = 0xc0000000ul / PAGE * 8;

	SAY("half an entry: %d\n", pread(map_fd, buf, 4, 0) < 0 ? errno : 0);
	SAY("from the middle of an entry: %d\n", pread(map_fd, buf, 8, 4) < 0 ? errno : 0);
	SAY("nothing: %d\n", (int)pread(map_fd, buf, 0, 0));
	SAY("many: %d\n", (int)pread(map_fd, buf, sizeof buf, 0x08048000 / PAGE * 8) == sizeof buf);
	CHECK(pread(map_fd, buf, 8, end - 8) == 8);
	SAY("bad buffer: %d\n", pread(map_fd, (void *)16, 8, 0) < 0 ? errno : 0);
	SAY("writing: %d\n", open("/proc/self/pagemap", O_WRONLY) < 0 ? errno : 0);
}

/* Which frame it is concerns root alone. */
static void hide_frames(void)
{
	char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	p[0] = 1;
	if (setuid(1000) < 0)
		return;
	map_fd = open("/proc/self/pagemap", O_RDONLY);
	if (map_fd >= 0)	/* Linux may forbid it: who changed its user is not dumpable */
		CHECK(!(entry(p) & FRAME) && entry(p) & PRESENT);
}

int main(void)
{
	int status;

	map_fd = open("/proc/self/pagemap", O_RDONLY);
	CHECK(map_fd >= 0);
	compare_views();
	show_kinds();
	read_oddly();
	IN_CHILD(status, hide_frames());
	return done();
}
