/* SPDX-License-Identifier: MIT */
/*
 * A textbook case: an empty file is mapped large, and extended afterwards. Nothing can be reached at first; what the file grows
 * by can, through the same mapping, without mapping it again; and the file has what was written through it.
 */
#include "textbook.h"

#define PAGES 8

static int reachable(char *p)
{
	int n = 0;

	for (int i = 0; i < PAGES; i++)
		n += PEEK(p + i * PAGE) == 0;
	return n;
}

static void map(int flags, const char *name)
{
	int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0600), n = 0;
	char *p = mmap(NULL, PAGES * PAGE, RW, flags, fd, 0), c;

	CHECK(p != MAP_FAILED);
	SAY("%s\n", name);
	say_touch("empty, read", p, 0, 0);
	say_touch("empty, write", p, 0, 1);
	say_touch("its last byte", p, PAGES * PAGE - 1, 0);
	SAY("size: %ld\n", size_of(fd));
	for (int size = 0; size <= PAGES * PAGE; size += 2500) {
		CHECK(ftruncate(fd, size) == 0);
		SAY("%d bytes: %d pages\n", size, reachable(p));
		if (size)
			p[size - 1] = 'a' + n++;
	}
	SAY("size: %ld\n", size_of(fd));
	for (int size = 2500, bad = 0; size <= PAGES * PAGE; size += 2500) {
		CHECK(pread(fd, &c, 1, size - 1) == 1);
		bad += c != (flags & MAP_SHARED ? p[size - 1] : 0);
		if (size + 2500 > PAGES * PAGE)
			SAY("bytes that are not where they should be: %d\n", bad);
	}
	/* By a write at its end too. */
	CHECK(ftruncate(fd, 0) == 0);
	SAY("empty again: %d pages\n", reachable(p));
	CHECK(pwrite(fd, "end", 3, 3 * PAGE - 1) == 3);
	SAY("after a write: %d pages, %c%c%c\n", reachable(p), p[3 * PAGE - 1], p[3 * PAGE], p[3 * PAGE + 1]);
	SAY("the hole before it: %d\n", p[3 * PAGE - 2]);
	munmap(p, PAGES * PAGE);
	close(fd);
	unlink("file");
}

int main(void)
{
	map(MAP_SHARED, "shared");
	map(MAP_PRIVATE, "private");
	return done();
}
