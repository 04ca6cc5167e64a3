/* SPDX-License-Identifier: MIT */
/* Where mappings go: hints, MAP_FIXED over others, MAP_FIXED_NOREPLACE, splitting by munmap, merging. */
#include <sys/mman.h>
#include "test.h"

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW (PROT_READ | PROT_WRITE)

/* Lines of /proc/self/maps that lie inside [p, p + len). */
static int areas(char *p, unsigned long len)
{
	char line[300];
	FILE *f = fopen("/proc/self/maps", "r");
	int n = 0;

	if (!f)
		return -1;
	while (fgets(line, sizeof line, f)) {
		unsigned long start = strtoul(line, NULL, 16);

		n += start >= (unsigned long)p && start < (unsigned long)p + len;
	}
	fclose(f);
	return n;
}

int main(void)
{
	/* Something else lies on either side, so that nothing merges with what the system had there. */
	char *around = mmap(NULL, 18 * PAGE, PROT_NONE, ANON, -1, 0), *p = around + PAGE, *q;

	CHECK(around != MAP_FAILED);
	CHECK(mmap(p, 16 * PAGE, RW, ANON | MAP_FIXED, -1, 0) == p);
	memset(p, 'a', 16 * PAGE);
	/* In the middle of an existing one. */
	q = mmap(p + 4 * PAGE, 4 * PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0);
	CHECK(q == p + 4 * PAGE);
	SAY("replaced: %d, before %c, behind %c\n", q[0], q[-1], q[4 * PAGE]);
	say_touch("write into it", q, 0, 1);
	say_touch("write before it", q, -1, 1);
	say_touch("write behind it", q, 4 * PAGE, 1);
	errno = 0;
	CHECK(mmap(p + 3 * PAGE, 2 * PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED && errno == EEXIST);
	CHECK(p[3 * PAGE] == 'a');
	/* Holes. */
	CHECK(munmap(p + 9 * PAGE, 2 * PAGE) == 0);
	say_touch("hole, first byte", p, 9 * PAGE, 0);
	say_touch("hole, last byte", p, 11 * PAGE - 1, 0);
	SAY("around the hole: %c %c\n", p[9 * PAGE - 1], p[11 * PAGE]);
	q = mmap(p + 9 * PAGE, PAGE, RW, ANON, -1, 0);
	SAY("a free hint is taken: %s\n", q == p + 9 * PAGE ? "yes" : "no");
	q = mmap(p + 9 * PAGE, PAGE, RW, ANON, -1, 0);
	SAY("an occupied hint is not: %s\n", q != p + 9 * PAGE && q != MAP_FAILED ? "right" : "wrong");
	CHECK(munmap(q, PAGE) == 0);
	q = mmap(p + 10 * PAGE + 5, PAGE, RW, ANON, -1, 0);
	SAY("a hint is rounded: %s\n", ((unsigned long)q & (PAGE - 1)) == 0 && q != MAP_FAILED ? "yes" : "no");
	CHECK(munmap(q, PAGE) == 0);
	q = mmap(p + 10 * PAGE, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
	CHECK(q == p + 10 * PAGE);
	/* Over several mappings at once, with holes between. */
	CHECK(munmap(p + 13 * PAGE, PAGE) == 0);
	q = mmap(p, 16 * PAGE, RW, ANON | MAP_FIXED, -1, 0);
	CHECK(q == p);
	for (int i = 0; i < 16 * PAGE; i++)
		if (p[i]) {
			CHECK(!"zero");
			break;
		}
	SAY("areas at the end: %d\n", areas(p, 16 * PAGE));
	/* mprotect splits into three, and back into one. */
	CHECK(mprotect(p + 5 * PAGE, PAGE, PROT_READ) == 0);
	SAY("split: %d\n", areas(p + PAGE, 15 * PAGE));
	CHECK(mprotect(p + 5 * PAGE, PAGE, RW) == 0);
	SAY("merged: %d\n", areas(p + PAGE, 15 * PAGE));
	CHECK(munmap(around, 18 * PAGE) == 0);
	say_touch("gone", p, 0, 0);
	return done();
}
