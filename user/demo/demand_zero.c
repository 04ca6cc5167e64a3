/* SPDX-License-Identifier: MIT */
/*
 * Demand zero: mmap hands out addresses, not memory. Each page comes into being, filled with zeros, at the first touch:
 * that touch is a minor fault, which getrusage counts and mincore sees.
 */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define PAGE 4096
#define PAGES 64

static long faults(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_minflt;
}

static int resident(char *area)
{
	unsigned char map[PAGES];
	int n = 0;

	if (mincore(area, PAGES * PAGE, map) < 0)
		err(1, "mincore");
	for (int i = 0; i < PAGES; i++)
		n += map[i] & 1;
	return n;
}

static long touch(char *area, int from, int to, int write)
{
	long before = faults();
	volatile char *p = area;

	for (int i = from; i < to; i++) {
		if (write)
			p[i * PAGE] = 1;
		else if (p[i * PAGE])
			errx(1, "page %d is not zero", i);
	}
	return faults() - before;
}

int main(void)
{
	char *area = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long n;

	if (area == MAP_FAILED)
		err(1, "mmap");
	madvise(area, PAGES * PAGE, MADV_NOHUGEPAGE);
	printf("%d pages mapped: %d in memory\n", PAGES, resident(area));
	n = touch(area, 0, 16, 1);
	printf("16 pages written: %ld faults, %d in memory\n", n, resident(area));
	printf("the same 16 again: %ld faults\n", touch(area, 0, 16, 1));
	printf("16 others read, all zeros: %ld faults (each maps the one zero page)\n", touch(area, 16, 32, 0));
	printf("those written now: %ld faults (each gets a page of its own)\n", touch(area, 16, 32, 1));
	if (madvise(area, 16 * PAGE, MADV_DONTNEED) < 0)
		err(1, "madvise");
	printf("the first 16 given back: %d in memory\n", resident(area));
	printf("and read again: %ld faults, and zeros\n", touch(area, 0, 16, 0));
	return 0;
}
