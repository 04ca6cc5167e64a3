/* SPDX-License-Identifier: MIT */
/*
 * A textbook case: a file of 5,000 bytes, mapped for 5,000. Both end within their second page. The rest of that page is there
 * and zero, can be written to, and does not reach the file; the page after it belongs to nobody.
 */
#include "textbook.h"

static int is_pagoda(void)
{
	struct utsname u;

	return uname(&u) == 0 && strstr(u.version, "Pagoda");
}

static void map(int flags, const char *name)
{
	int fd = make_file("file", 5000);
	/* A page of ours before and behind, so that what is not mapped is known to be so. */
	char *area = mmap(NULL, 5 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *p = area + PAGE, *again, c;

	CHECK(munmap(area, 5 * PAGE) == 0);
	CHECK(mmap(p, 5000, RW, flags | MAP_FIXED, fd, 0) == p);
	SAY("%s\n", name);
	walk("mapped", p, 3 * PAGE, 5000);
	say_touch("the byte before", p, -1, 0);
	say_touch("the byte behind, read", p, 2 * PAGE, 0);
	say_touch("the byte behind, write", p, 2 * PAGE, 1);
	/* Behind the end of the file, within its page. */
	for (int i = 5000; i < 2 * PAGE; i++)
		p[i] = 'x';
	say_file("the file, its tail written to", fd, 5000);
	CHECK(msync(p, 2 * PAGE, MS_SYNC) == 0);
	say_file("after msync", fd, 5000);
	p[4999] = 'L';
	say_file("its last byte written to", fd, 5000);
	CHECK(ftruncate(fd, 6000) == 0);
	SAY("grown: %ld bytes\n", size_of(fd));
	/* What was written behind the old end does not show, neither in the file nor in a mapping. (On Linux that depends on its kind.) */
	again = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	CHECK(again[5999] == 0 || !is_pagoda());
	CHECK(pread(fd, &c, 1, 5999) == 1 && (c == 0 || !is_pagoda()));
	munmap(again, 2 * PAGE);
	munmap(p, 2 * PAGE);
	close(fd);
	unlink("file");
}

int main(void)
{
	map(MAP_SHARED, "shared");
	map(MAP_PRIVATE, "private");
	return done();
}
