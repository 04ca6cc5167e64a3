/* SPDX-License-Identifier: MIT */
/* Mapped pages beyond the end of the file: SIGBUS for the program, EFAULT for the kernel, also after a truncation. */
#include <sys/mman.h>
#include "test.h"

#define RW (PROT_READ | PROT_WRITE)

static void map(int flags, const char *name)
{
	int fd = make_file("file", 2 * PAGE + 100), other = make_file("other", 10);
	char *p = mmap(NULL, 5 * PAGE, RW, flags, fd, 0);

	SAY("%s\n", name);
	CHECK(p != MAP_FAILED);
	say_touch("last page, behind the end", p, 2 * PAGE + 200, 1);
	say_touch("next page, read", p, 3 * PAGE + 7, 0);
	say_touch("next page, write", p, 3 * PAGE + 8, 1);
	REPORT(pread(other, p + 3 * PAGE, 5, 0));
	REPORT(write(other, p + 3 * PAGE, 5));
	p[PAGE] = 'w';						/* a written page: private to us if MAP_PRIVATE */
	CHECK(ftruncate(fd, PAGE / 2) == 0);
	say_touch("truncated, page of the end", p, PAGE - 1, 0);
	SAY("behind the new end: %d\n", p[PAGE / 2]);
	say_touch("truncated away, was written", p, PAGE, 0);
	say_touch("truncated away, was read", p, 2 * PAGE, 0);
	CHECK(ftruncate(fd, 2 * PAGE) == 0);
	say_touch("grown again", p, PAGE, 0);
	SAY("what was cut off is zero: %d %d\n", p[PAGE / 2], p[PAGE]);
	munmap(p, 5 * PAGE);
	close(fd);
	close(other);
	unlink("file");
	unlink("other");
}

int main(void)
{
	int status, fd;
	char *p;

	map(MAP_SHARED, "shared");
	map(MAP_PRIVATE, "private");
	fd = make_file("file", 10);
	p = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
	IN_CHILD(status, signal(SIGBUS, SIG_DFL); p[PAGE] = 1);
	say_status("unhandled", status);
	unlink("file");
	return done();
}
