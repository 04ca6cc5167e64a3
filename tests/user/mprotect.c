/* SPDX-License-Identifier: MIT */
/*
 * Protection faults: code, address and reason, in the page where they happen. Each access follows one that was
 * allowed, so that a stale TLB entry would show (bug 3), and so would a handler that ignores the reason (bug 11).
 */
#include <sys/mman.h>
#include "test.h"

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW (PROT_READ | PROT_WRITE)

int main(void)
{
	char *p = mmap(NULL, 4 * PAGE, RW, ANON, -1, 0);
	int status;

	memset(p, 1, 4 * PAGE);
	CHECK(mprotect(p + PAGE, PAGE, PROT_READ) == 0);
	say_touch("read-only, read", p, PAGE, 0);
	say_touch("read-only, write", p, PAGE + 5, 1);
	CHECK(mprotect(p + PAGE, PAGE, PROT_NONE) == 0);
	say_touch("none, read", p, PAGE, 0);
	say_touch("none, write", p, 2 * PAGE - 1, 1);
	say_touch("next page", p, 2 * PAGE, 1);
	CHECK(mprotect(p + PAGE, PAGE, RW) == 0);
	say_touch("writable again", p, PAGE + 1, 1);
	SAY("kept its contents: %d\n", p[PAGE]);
	CHECK(munmap(p + 2 * PAGE, PAGE) == 0);
	say_touch("unmapped, read", p, 2 * PAGE, 0);
	say_touch("unmapped, write", p, 3 * PAGE - 1, 1);
	/* Never touched before: decided by the mapping, not by an entry. */
	p = mmap(p, 4 * PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0);
	say_touch("fresh read-only, write", p, 0, 1);
	say_touch("fresh read-only, read", p, 0, 0);
	say_touch("zero page, write", p, 0, 1);
	CHECK(mprotect(p, PAGE, RW) == 0);
	say_touch("zero page, now writable", p, 0, 1);
	SAY("others of the zero page: %d\n", p[PAGE]);
	/* Write-only means readable too on this machine. */
	CHECK(mprotect(p, PAGE, PROT_WRITE) == 0);
	say_touch("write-only, read", p, 0, 0);
	say_touch("program text, write", (char *)((unsigned long)main & -PAGE), 0, 1);
	/* Each child's protection is its own. */
	IN_CHILD(status, CHECK(mprotect(p, PAGE, PROT_NONE) == 0); say_touch("child", p, 0, 0));
	say_touch("parent", p, 0, 0);
	/* A thousand rounds: no fault may be lost or come for nothing. */
	for (int i = 0, bad = 0; i <= 1000; i++) {
		CHECK(mprotect(p, PAGE, i % 2 ? RW : PROT_READ) == 0);
		bad += (POKE(p) == 0) != (i % 2);
		if (i == 1000)
			SAY("wrong outcomes of 1000: %d\n", bad);
	}
	munmap(p, 4 * PAGE);
	return done();
}
