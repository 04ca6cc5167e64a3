/* SPDX-License-Identifier: MIT */
/* mremap grows, shrinks and moves without copying; madvise throws pages away. */
#include <sys/mman.h>
#include "test.h"

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW (PROT_READ | PROT_WRITE)

int main(void)
{
	unsigned char resident[5];
	char *area = mmap(NULL, 64 * PAGE, PROT_NONE, ANON, -1, 0), *p, *q;
	int fd, status;

	/* A mapping with room behind it, in the middle of the reserved area. */
	CHECK(munmap(area + 8 * PAGE, 16 * PAGE) == 0);
	p = mmap(area + 8 * PAGE, 4 * PAGE, RW, ANON | MAP_FIXED, -1, 0);
	memset(p, 'm', 4 * PAGE);
	q = mremap(p, 4 * PAGE, 8 * PAGE, 0);
	SAY("grown in place: %s, %c %d\n", q == p ? "yes" : "no", p[4 * PAGE - 1], p[4 * PAGE]);
	REPORT(mremap(p, 8 * PAGE, 20 * PAGE, 0));
	q = mremap(p, 8 * PAGE, 20 * PAGE, MREMAP_MAYMOVE);
	SAY("moved: %s, %c %d\n", q != p && q != MAP_FAILED ? "yes" : "no", q[4 * PAGE - 1], q[20 * PAGE - 1]);
	say_touch("old place", p, 0, 0);
	CHECK(mremap(q, 20 * PAGE, 2 * PAGE, 0) == q);
	say_touch("shrunk, inside", q, 2 * PAGE - 1, 1);
	say_touch("shrunk, outside", q, 2 * PAGE, 1);
	p = mremap(q, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, area + 32 * PAGE);
	SAY("to a fixed place: %s, %c\n", p == area + 32 * PAGE ? "yes" : "no", p[0]);
	say_touch("what lay beside it", p, 2 * PAGE, 0);
	IN_CHILD(status, p[0] = 'c'; CHECK(mremap(p, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE) != MAP_FAILED));
	SAY("after a child moved its own: %c\n", p[0]);
	REPORT(mremap(p + 1, PAGE, PAGE, 0));
	REPORT(mremap(p, PAGE, 0, 0));
	REPORT(mremap(p, PAGE, PAGE, MREMAP_FIXED, area));
	REPORT(mremap(p, PAGE, PAGE, 64));
	REPORT(mremap(p, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + PAGE));	/* overlap */
	REPORT(mremap(p, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 1));
	CHECK(munmap(area, 64 * PAGE) == 0);
	REPORT(mremap(p, PAGE, 2 * PAGE, MREMAP_MAYMOVE));

	/* What a locked area grows by is in memory at once. */
	p = mmap(NULL, 2 * PAGE, RW, ANON, -1, 0);
	CHECK(mlock(p, 2 * PAGE) == 0);
	p = mremap(p, 2 * PAGE, 5 * PAGE, MREMAP_MAYMOVE);
	CHECK(p != MAP_FAILED && mincore(p, 5 * PAGE, resident) == 0);
	SAY("locked and grown, in memory: %d %d %d %d\n", resident[0] & 1, resident[2] & 1, resident[3] & 1, resident[4] & 1);
	munmap(p, 5 * PAGE);

	/* A file mapping moves with its offset. */
	fd = make_file("file", 8 * PAGE);
	p = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 2 * PAGE);
	p = mremap(p, 4 * PAGE, 6 * PAGE, MREMAP_MAYMOVE);
	CHECK(p != MAP_FAILED && p[0] == (char)(2 * PAGE % 251) && p[5 * PAGE] == (char)(7 * PAGE % 251));
	q = mremap(p + PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE);
	CHECK(q == p + PAGE);
	SAY("a file keeps its offset\n");
	munmap(p, 6 * PAGE);

	p = mmap(NULL, 4 * PAGE, RW, ANON, -1, 0);
	memset(p, 'd', 4 * PAGE);
	CHECK(madvise(p + PAGE, 2 * PAGE, MADV_DONTNEED) == 0);
	SAY("MADV_DONTNEED: %d %d %d %d\n", p[0], p[PAGE], p[3 * PAGE - 1], p[3 * PAGE]);
	CHECK(madvise(p, PAGE, MADV_DONTFORK) == 0);
	IN_CHILD(status, say_touch("MADV_DONTFORK in the child", p, 0, 0); say_touch("beside it", p, PAGE, 0));
	CHECK(madvise(p, PAGE, MADV_DOFORK) == 0);
	IN_CHILD(status, SAY("MADV_DOFORK: %d\n", p[0]));
	munmap(p, 4 * PAGE);
	p = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
	p[5] = 'S';
	CHECK(madvise(p, PAGE, MADV_DONTNEED) == 0);
	SAY("MADV_DONTNEED of a shared file keeps it: %c\n", p[5]);
	munmap(p, PAGE);
	close(fd);
	unlink("file");
	return done();
}
