/* SPDX-License-Identifier: MIT */
/* Anonymous memory appears when touched, one page per fault, and always as zeros (bug 12). */
#include <sys/mman.h>
#include <sys/resource.h>
#include "test.h"

#define PAGES 64

static long faults(void)
{
	struct rusage usage;

	getrusage(0, &usage);
	return usage.ru_minflt;
}

static int resident(char *p, unsigned char *vec)
{
	int n = 0;

	CHECK(mincore(p, PAGES * PAGE, vec) == 0);
	for (int i = 0; i < PAGES; i++)
		n += vec[i] & 1;
	return n;
}

static int zero(const char *p, int n)
{
	for (int i = 0; i < n; i++)
		if (p[i])
			return 0;
	return 1;
}

int main(void)
{
	char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char vec[PAGES];
	long before;
	int status;

	CHECK(p != MAP_FAILED);
	SAY("resident at first: %d\n", resident(p, vec));
	before = faults();
	for (int i = 0; i < PAGES; i += 2)
		p[i * PAGE] = 1;
	CHECK(faults() - before >= PAGES / 2 && faults() - before < PAGES / 2 + 20);
	SAY("after writing every second: %d\n", resident(p, vec));
	CHECK((vec[0] & 1) && !(vec[1] & 1));
	before = faults();
	for (int i = 0; i < PAGES; i += 2)
		p[i * PAGE] = 2;
	CHECK(faults() - before < 10);
	CHECK(zero(p + PAGE, PAGE) && zero(p + 1, PAGE - 1));

	/* What another process left behind must not show. */
	for (int round = 0; round < 4; round++) {
		IN_CHILD(status, {
			char *q = mmap(NULL, 1 << 22, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

			CHECK(zero(q, 1 << 22));
			memset(q, 0xa5, 1 << 22);
		});
		CHECK(status == 0);
	}
	SAY("fresh pages are zero\n");
	REPORT(mincore(p + 1, PAGE, vec));
	REPORT(mincore(p, PAGES * PAGE, (unsigned char *)1));
	REPORT(munmap(p + PAGE, PAGE));
	REPORT(mincore(p, PAGES * PAGE, vec));
	REPORT(munmap(p, PAGES * PAGE));
	return done();
}
