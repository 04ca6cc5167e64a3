/* SPDX-License-Identifier: MIT */
/*
 * reference: pagoda-only (others have no page check)
 *
 * The page check while memory is anything but quiet: processes fork, copy on write, map, move, cut and write files and end, on all
 * CPUs, and the check stops them eight times. What is only on its way must not be taken for wrong, and what is wrong only while several
 * are at it shows here and nowhere else.
 */
#include <sys/mman.h>
#include <time.h>
#include "test.h"

#define CHECKS 8
#define AREA (64 * PAGE)

static char *map(int flags, int fd)
{
	char *p = mmap(NULL, AREA, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (p == MAP_FAILED)
		_exit(1);
	return p;
}

static void fork_and_copy(int round)
{
	char *p = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
	pid_t pid;

	for (int i = 0; i < AREA; i += PAGE)
		p[i] = round;
	pid = fork();
	for (int i = 0; i < AREA; i += 2 * PAGE)
		p[i + (pid ? 0 : PAGE)]++;
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	munmap(p, AREA);
}

static void map_and_cut(int round)
{
	char name[20], *p;
	int fd;

	snprintf(name, sizeof name, "f%d", getpid());
	fd = open(name, O_RDWR | O_CREAT, 0644);
	ftruncate(fd, AREA);
	p = map(round % 2 ? MAP_SHARED : MAP_PRIVATE, fd);
	for (int i = 0; i < AREA / 2; i += PAGE)
		p[i] = round;
	ftruncate(fd, AREA / 4);
	pwrite(fd, name, sizeof name, AREA - 100);
	munmap(p + PAGE, AREA - PAGE);
	munmap(p, PAGE);
	close(fd);
	unlink(name);
}

static void move_and_protect(int round)
{
	char *p = map(MAP_PRIVATE | MAP_ANONYMOUS, -1), *q;

	for (int i = 0; i < AREA; i += PAGE)
		p[i] = round;
	mprotect(p + 8 * PAGE, 8 * PAGE, PROT_NONE);
	q = mremap(p, 8 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + (64 << 20));
	madvise(p + 20 * PAGE, 8 * PAGE, MADV_DONTNEED);
	munmap(q, 8 * PAGE);
	munmap(p, AREA);
}

int main(void)
{
	static void (*const work[])(int) = { fork_and_copy, map_and_cut, move_and_protect, fork_and_copy };
	const struct timespec pause = { .tv_nsec = 3000000 };
	int fd = open("/sys/kernel/debug/page_check", O_WRONLY), n = 0;
	pid_t pids[4];

	if (fd < 0) {
		SAY("not run: this kernel does not check itself\n");
		return 0;
	}
	for (int k = 0; k < 4; k++) {
		pids[k] = fork();
		for (int round = 0; pids[k] == 0; round++)
			work[k](round);
	}
	for (; n < CHECKS && write(fd, "1", 1) == 1; n++)
		nanosleep(&pause, NULL);
	CHECK(n == CHECKS);
	for (int k = 0; k < 4; k++) {
		kill(pids[k], SIGKILL);
		CHECK(waitpid(pids[k], NULL, 0) == pids[k]);
	}
	while (wait(NULL) > 0)
		;
	for (int k = 0; k < 4; k++) {
		char name[20];

		snprintf(name, sizeof name, "f%d", pids[k]);
		unlink(name);
	}
	return done();
}
