/* SPDX-License-Identifier: MIT */
/* What mmap, munmap and mprotect refuse, and with which error. */
#include <sys/mman.h>
#include "test.h"

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

int main(void)
{
	int rw = make_file("file", 5000), ro = open("file", O_RDONLY), wo = open("file", O_WRONLY), dir = open(".", O_RDONLY);
	int null = open("/dev/null", O_RDWR), pipes[2];
	char *p;

	CHECK(pipe(pipes) == 0);
	REPORT(mmap(NULL, 0, PROT_READ, ANON, -1, 0));
	REPORT(mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0));		/* neither private nor shared */
	REPORT(mmap(NULL, PAGE, PROT_READ, 0, rw, 0));
	REPORT(mmap(NULL, -PAGE, PROT_READ, ANON, -1, 0));
	REPORT(mmap(NULL, -1, PROT_READ, ANON, -1, 0));
	REPORT(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, -1, 0));
	REPORT(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 99, 0));
	REPORT(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, dir, 0));
	REPORT(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, pipes[0], 0));
	REPORT(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, null, 0));
	REPORT(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, wo, 0));
	REPORT(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, wo, 0));
	REPORT(mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, wo, 0));
	REPORT(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, ro, 0));
	REPORT(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, ro, 0));
	REPORT(mmap((void *)123, PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0));
	REPORT(mmap((void *)-PAGE, 2 * PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0));
	REPORT(mmap(NULL, PAGE, PROT_READ, ANON, -1, PAGE));			/* the offset is ignored */
	REPORT(mmap(NULL, PAGE, PROT_READ, ANON, 99, 0));			/* so is the descriptor */

	/* The old call, with a struct and an offset in bytes. */
	unsigned long args[6] = { 0, PAGE, PROT_READ, MAP_PRIVATE, rw, 100 };
	REPORT(SYS(mmap, args));
	args[5] = PAGE;
	REPORT(SYS(mmap, args));
	REPORT(SYS(mmap, 1));

	p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, ANON, -1, 0);
	CHECK(p != MAP_FAILED);
	REPORT(munmap(p + 1, PAGE));
	REPORT(munmap(p, 0));
	REPORT(munmap(p, -PAGE));
	REPORT(munmap((void *)-PAGE, 2 * PAGE));
	REPORT(munmap(p + PAGE, 1));						/* rounded up */
	REPORT(munmap(p + PAGE, PAGE));						/* nothing there: fine */
	REPORT(mprotect(p, 4 * PAGE, PROT_READ));				/* the hole */
	say_touch("before the hole, now read-only", p, 0, 1);
	say_touch("behind the hole, as it was", p, 2 * PAGE, 1);
	REPORT(mprotect(p + 1, PAGE, PROT_READ));
	REPORT(mprotect(p, 0, PROT_READ));
	REPORT(mprotect(p + 2 * PAGE, PAGE, 0x100));
	REPORT(mprotect(p + 2 * PAGE, -PAGE, PROT_READ));
	REPORT(msync(p, PAGE, 77));
	REPORT(msync(p, PAGE, MS_SYNC | MS_ASYNC));
	REPORT(msync(p, 4 * PAGE, MS_SYNC));
	REPORT(madvise(p + 1, PAGE, MADV_NORMAL));
	REPORT(madvise(p, PAGE, 12345));
	REPORT(madvise(p, 4 * PAGE, MADV_NORMAL));
	REPORT(munmap(p, 4 * PAGE));

	/* A shared mapping of a descriptor that cannot write stays unwritable. */
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, ro, 0);
	REPORT(mprotect(p, PAGE, PROT_READ | PROT_WRITE));
	REPORT(munmap(p, PAGE));
	unlink("file");
	return done();
}
