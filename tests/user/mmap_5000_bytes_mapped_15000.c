/* SPDX-License-Identifier: MIT */
/*
 * A textbook case: a file of 5,000 bytes, mapped for 15,000. The first two pages are there. The next two belong to the mapping
 * but not to the file: SIGBUS. What lies behind belongs to neither: SIGSEGV.
 */
#include "textbook.h"

static void map(int flags, const char *name)
{
	int fd = make_file("file", 5000), other = make_file("other", 100);
	char *area = mmap(NULL, 8 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *p = area + PAGE;

	CHECK(munmap(area, 8 * PAGE) == 0);
	CHECK(mmap(p, 15000, RW, flags | MAP_FIXED, fd, 0) == p);
	SAY("%s\n", name);
	walk("mapped", p, 5 * PAGE, 5000);
	say_touch("last byte of the file's page, write", p, 2 * PAGE - 1, 1);
	say_touch("behind the file, write", p, 2 * PAGE, 1);
	say_touch("end of the mapping asked for, write", p, 14999, 1);
	say_touch("end of its page, write", p, 4 * PAGE - 1, 1);
	say_touch("behind the mapping, write", p, 4 * PAGE, 1);
	/* A system call gets as far as the file does. */
	SAY("write of 15000 bytes from there: %d\n", (int)pwrite(other, p, 15000, 0));
	REPORT(write(other, p + 2 * PAGE, 1));
	REPORT(pread(other, p + 2 * PAGE, 1, 0));
	say_file("the file", fd, 5000);
	/* Each page becomes reachable when the file gets there, and not before. */
	CHECK(ftruncate(fd, 2 * PAGE) == 0);
	say_touch("file of two pages, third page", p, 2 * PAGE, 0);
	CHECK(ftruncate(fd, 2 * PAGE + 1) == 0);
	say_touch("one byte more, third page", p, 2 * PAGE, 1);
	say_touch("its end", p, 3 * PAGE - 1, 1);
	say_touch("fourth page", p, 3 * PAGE, 0);
	CHECK(ftruncate(fd, 20000) == 0);
	say_touch("20000 bytes, fourth page", p, 4 * PAGE - 1, 1);
	say_touch("behind the mapping", p, 4 * PAGE, 0);
	SAY("size: %ld\n", size_of(fd));
	CHECK(ftruncate(fd, 5000) == 0);
	walk("5000 again", p, 5 * PAGE, 5000);
	munmap(p, 4 * PAGE);
	close(fd);
	close(other);
	unlink("file");
	unlink("other");
}

int main(void)
{
	map(MAP_SHARED, "shared");
	map(MAP_PRIVATE, "private");
	return done();
}
