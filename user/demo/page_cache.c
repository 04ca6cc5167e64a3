/* SPDX-License-Identifier: MIT */
/*
 * One page cache: read, write and a shared mapping of a file all work on the same page of memory, so each sees at once what
 * another did. A private mapping sees it, too, until it writes: then it has a page of its own.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096

static void check(const char *what, const char *got, const char *want)
{
	printf("%-68s %.5s%s\n", what, got, strncmp(got, want, 5) ? "  (unexpected!)" : "");
	if (strncmp(got, want, 5))
		exit(1);
}

int main(void)
{
	char path[] = "/tmp/page_cache.XXXXXX", buf[6] = "", *shared, *private;
	int fd = mkstemp(path);

	if (fd < 0 || unlink(path) < 0 || ftruncate(fd, 2 * PAGE) < 0)
		err(1, "%s", path);
	shared = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	private = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (shared == MAP_FAILED || private == MAP_FAILED)
		err(1, "mmap");

	pwrite(fd, "first", 5, 0);
	check("write, seen through the shared mapping:", shared, "first");
	check("... and through the private one, not yet written:", private, "first");
	memcpy(shared, "again", 5);
	pread(fd, buf, 5, 0);
	check("a store into the shared mapping, seen by read:", buf, "again");
	check("... and by the private mapping:", private, "again");
	memcpy(private, "alone", 5);
	pread(fd, buf, 5, 0);
	check("a store into the private mapping is not seen by read:", buf, "again");
	check("... nor by the shared mapping:", shared, "again");
	pwrite(fd, "third", 5, 0);
	check("from now on the private page is a copy; a write leaves it alone:", private, "alone");
	check("... its second page still follows the file:", (pwrite(fd, "next!", 5, PAGE), private + PAGE), "next!");
	return 0;
}
