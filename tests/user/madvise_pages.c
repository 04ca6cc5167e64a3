/* SPDX-License-Identifier: MIT */
/* reference: debian (where there is no swap) */
/*
 * MADV_FREE, MADV_COLD and MADV_PAGEOUT: what happens to the pages, and that nobody loses what is still wanted. What needs a disk
 * and swap is checked with the argument "disk" (tests/boot/swap.py). A page that was given up goes when reclaim meets it, and
 * MADV_PAGEOUT is how a program can make that happen.
 */
#include <sys/mman.h>
#include "test.h"

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define PAGES 600

static char *fresh(int flags, int fd)
{
	char *p = mmap(NULL, PAGES * PAGE, RW, flags, fd, 0);

	CHECK(p != MAP_FAILED);
	for (int i = 0; i < PAGES; i++)
		p[i * PAGE] = 1 + i % 100;
	return p;
}

static int in_core(char *p)
{
	static unsigned char there[PAGES];
	int n = 0;

	CHECK(mincore(p, PAGES * PAGE, there) == 0);
	for (int i = 0; i < PAGES; i++)
		n += there[i] & 1;
	return n;
}

/* How many pages of every step-th from first on hold what they should, and how many are zero. */
static void say_pages(const char *what, char *p, int first, int step)
{
	int good = 0, zero = 0, all = 0;

	for (int i = first; i < PAGES; i += step, all++) {
		good += p[i * PAGE] == (char)(1 + i % 100);
		zero += p[i * PAGE] == 0;
	}
	SAY("%s: of %d pages %d as they were, %d zero\n", what, all, good, zero);
}

static void advise(char *p, int advice) { CHECK(madvise(p, PAGES * PAGE, advice) == 0); }

static void give_up(void)
{
	char *p = fresh(ANON, -1);

	advise(p, MADV_FREE);
	SAY("given up, in memory: %d\n", in_core(p));
	say_pages("given up, and read before anybody needs memory", p, 0, 1);
	advise(p, MADV_FREE);
	for (int i = 0; i < PAGES; i += 3)		/* and written to again: those stay, with what is in them */
		p[i * PAGE + 8] = 5;
	advise(p, MADV_PAGEOUT);
	SAY("reclaimed, in memory: %d\n", in_core(p));
	say_pages("written to again", p, 0, 3);
	say_pages("the others", p, 1, 3);
	advise(p, MADV_PAGEOUT);
	say_pages("ordinary pages since then", p, 0, 3);
	munmap(p, PAGES * PAGE);
}

/* What a child shares is not this program's to give up. */
static void give_up_shared(void)
{
	char *p = fresh(ANON, -1), c;
	int go[2], status;
	pid_t pid;

	CHECK(pipe(go) == 0);
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		read(go[0], &c, 1);
		say_pages("the child's", p, 0, 1);
		_exit(0);
	}
	advise(p, MADV_FREE);
	advise(p, MADV_PAGEOUT);
	close(go[1]);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	say_pages("the parent's", p, 0, 1);
	munmap(p, PAGES * PAGE);
}

/* A fork after it shares pages that may go at any time; what one of the two writes is its own. */
static void fork_after(void)
{
	char *p = fresh(ANON, -1);
	int status;

	advise(p, MADV_FREE);
	IN_CHILD(status, {
		for (int i = 0; i < PAGES; i++)
			p[i * PAGE] = 1 + i % 100;
		advise(p, MADV_PAGEOUT);
		say_pages("written by the child", p, 0, 1);
	});
	CHECK(status == 0);
	for (int i = 0; i < PAGES; i++)
		p[i * PAGE] = 1 + i % 100;
	advise(p, MADV_PAGEOUT);
	say_pages("written by the parent", p, 0, 1);
	munmap(p, PAGES * PAGE);
}

static void cold(int swap)
{
	char *p = fresh(ANON, -1);

	advise(p, MADV_COLD);
	SAY("cold, in memory: %d\n", in_core(p));
	say_pages("cold", p, 0, 1);
	advise(p, MADV_PAGEOUT);
	SAY("paged out, in memory: %d\n", in_core(p));
	if (swap)
		CHECK(in_core(p) == 0);
	say_pages("and back", p, 0, 1);
	munmap(p, PAGES * PAGE);
}

static long swapped_kb(void)
{
	char buf[4096], *p;
	int fd = open("/proc/self/status", O_RDONLY), n = read(fd, buf, sizeof buf - 1);

	close(fd);
	buf[n > 0 ? n : 0] = 0;
	p = strstr(buf, "VmSwap:");
	return p ? strtol(p + 7, NULL, 10) : -1;
}

static void with_disk(void)
{
	int fd = open("file", O_RDWR | O_CREAT, 0600);
	char *p = fresh(ANON, -1);

	advise(p, MADV_PAGEOUT);
	SAY("in swap: %ld kB\n", swapped_kb());
	CHECK(madvise(p, PAGES / 2 * PAGE, MADV_FREE) == 0);		/* what is there is given up at once */
	SAY("half given up: %ld kB\n", swapped_kb());
	CHECK(madvise(p, PAGES / 2 * PAGE, MADV_WILLNEED) == 0);
	say_pages("all", p, 0, 1);
	munmap(p, PAGES * PAGE);
	SAY("unmapped: %ld kB\n", swapped_kb());
	cold(1);
	p = fresh(MAP_SHARED | MAP_ANONYMOUS, -1);
	advise(p, MADV_PAGEOUT);
	SAY("shared, in memory: %d\n", in_core(p));
	say_pages("shared", p, 0, 1);
	munmap(p, PAGES * PAGE);
	/* A file's dirty pages are the flusher's business, clean ones go. */
	CHECK(ftruncate(fd, PAGES * PAGE) == 0);
	p = fresh(MAP_SHARED, fd);
	CHECK(msync(p, PAGES * PAGE, MS_SYNC) == 0);
	advise(p, MADV_PAGEOUT);
	SAY("file, in memory: %d\n", in_core(p));
	say_pages("file", p, 0, 1);
	munmap(p, PAGES * PAGE);
	close(fd);
	unlink("file");
}

int main(int argc, char **argv)
{
	int disk = argc > 1 && !strcmp(argv[1], "disk");

	if (disk)
		with_disk();
	give_up();
	give_up_shared();
	fork_after();
	if (!disk)
		cold(0);
	return done();
}
