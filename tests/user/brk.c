/* SPDX-License-Identifier: MIT */
/* brk: the old break on failure, zeros after growing again, nothing mapped above it (bug 17). */
#include <sys/mman.h>
#include <sys/resource.h>
#include "test.h"

static char *raw_brk(void *end)
{
	return (char *)raw_syscall(__NR_brk, end);
}

int main(void)
{
	char *bottom, *start, *page, *block;
	struct rlimit limit = { 1 << 20, 1 << 20 };
	int status;

	bottom = raw_brk(0);
	SAY("first line\n");			/* libc has its buffer now, below start */
	start = raw_brk(0);
	CHECK(start == raw_brk(0));
	CHECK(raw_brk(start + 10000) == start + 10000);
	memset(start, 'x', 10000);
	page = (char *)(((unsigned long)start + 10000 + PAGE - 1) & -PAGE);
	say_touch("last byte of the last page", page, -1, 1);
	say_touch("the byte after it", page, 0, 1);
	CHECK(raw_brk(start) == start);
	CHECK(raw_brk(start + 10000) == start + 10000);
	page = (char *)(((unsigned long)start + PAGE - 1) & -PAGE);
	SAY("whole pages after shrinking and growing: %d\n", page[0] | page[PAGE]);
	CHECK(raw_brk((void *)1) == start + 10000);		/* below the heap */
	CHECK(raw_brk(bottom - 1) == start + 10000);
	CHECK(raw_brk((void *)-PAGE) == start + 10000);		/* in the kernel */
	CHECK(raw_brk((void *)-1) == start + 10000);
	SAY("the break stays where it cannot go\n");

	/* Into another mapping: refused, even with the guard gap between. */
	block = mmap(page + 64 * PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	CHECK(block == page + 64 * PAGE);
	CHECK(raw_brk(block + PAGE) == start + 10000);
	CHECK(raw_brk(block + 100) == start + 10000);
	CHECK(raw_brk(page + 32 * PAGE) == page + 32 * PAGE);
	*(page + 32 * PAGE - 1) = 1;
	CHECK(raw_brk(start) == start);
	CHECK(munmap(block, PAGE) == 0);

	IN_CHILD(status, {
		CHECK(setrlimit(RLIMIT_DATA, &limit) == 0);
		CHECK(raw_brk(start + (2 << 20)) == start);
	});
	say_status("RLIMIT_DATA", status);
	IN_CHILD(status, {
		CHECK(raw_brk(start + PAGE * 4) == start + PAGE * 4);
		start[5] = 7;
		IN_CHILD(status, CHECK(start[5] == 7 && raw_brk(start) == start));
		CHECK(status == 0 && start[5] == 7 && raw_brk(0) == start + PAGE * 4);
	});
	say_status("after fork", status);
	return done();
}
