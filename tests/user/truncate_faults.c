/* SPDX-License-Identifier: MIT */
/*
 * A file is cut while other threads fault on its pages, for reading and for writing, in a shared and in a private mapping. As
 * soon as ftruncate has returned nothing behind the new end may be reached through any of them, until the file grows again; and
 * what it then grows by is zero.
 */
#include "thread.h"

#define PAGES 24
#define ROUNDS 500

static char *shared, *private;
static volatile int stop;

/* With a system call, so that what would be SIGBUS is EFAULT: the kernel reads an empty path, or writes the time. */
static int can_read(char *p) { return SYS(access, p, 0) < 0 && errno != EFAULT; }
static int can_write(char *p) { return SYS(time, p) >= 0; }

static void toucher(void *arg)
{
	int which = (int)(long)arg;

	for (int i = 0; !stop; i = (i + 1) % PAGES) {
		raw_syscall(__NR_access, shared + i * PAGE + which, 0);
		raw_syscall(__NR_time, (which ? shared : private) + i * PAGE + 8);
		if (which == 2)
			raw_syscall(__NR_access, private + i * PAGE + which, 0);
	}
}

static int reachable(char *p, int from)
{
	int n = 0;

	for (int i = from; i < PAGES; i++)
		n += can_read(p + i * PAGE) + can_write(p + i * PAGE);
	return n;
}

static int dirty_pages(char *p, int from)
{
	int n = 0;

	for (int i = from; i < PAGES; i++)
		n += p[i * PAGE + 2000] != 0;
	return n;
}

static void race(int fd, const char *name)
{
	static struct thread threads[3];
	int seen = 0, old = 0;

	CHECK(ftruncate(fd, PAGES * PAGE) == 0);
	shared = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	private = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(shared != MAP_FAILED && private != MAP_FAILED);
	stop = 0;
	for (long i = 0; i < 3; i++)
		CHECK(thread_start(&threads[i], toucher, (void *)i) > 0);
	for (int k = 0; k < ROUNDS; k++) {
		int pages = 1 + k % 5;

		if (k % 16 == 0)
			usleep(500);
		for (int i = 0; i < PAGES; i++)
			pwrite(fd, "data", 4, i * PAGE + 2000);
		CHECK(ftruncate(fd, pages * PAGE) == 0);
		seen += reachable(shared, pages) + reachable(private, pages);
		CHECK(ftruncate(fd, PAGES * PAGE) == 0);
		old += dirty_pages(shared, pages) + dirty_pages(private, pages);
	}
	stop = 1;
	for (int i = 0; i < 3; i++)
		thread_join(&threads[i]);
	SAY("%s: %d pages reached behind the end, %d with old contents\n", name, seen, old);
	CHECK(seen == 0 && old == 0);
	munmap(shared, PAGES * PAGE);
	munmap(private, PAGES * PAGE);
	close(fd);
}

int main(void)
{
	race(open("file", O_RDWR | O_CREAT, 0600), "file");
	race(SYS(memfd_create, "m", 0), "memory");
	unlink("file");
	return done();
}
