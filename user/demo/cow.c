/* SPDX-License-Identifier: MIT */
/*
 * Copy on write: fork copies no memory. Parent and child share every page, write-protected, until one of them writes;
 * the fault gives the writer a copy. Who reads only never pays.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define PAGES 256

static char *area;

static long faults(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_minflt;
}

static long microseconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (long)(ts.tv_sec % 1000) * 1000000 + ts.tv_nsec / 1000;
}

static void child(void)
{
	long before = faults(), sum = 0;

	for (int i = 0; i < PAGES; i++)
		sum += area[i * PAGE];
	printf("child: read %d pages that hold %ld in all: %ld faults\n", PAGES, sum, faults() - before);
	before = faults();
	for (int i = 0; i < PAGES / 2; i++)
		area[i * PAGE] = 2;
	printf("child: wrote half of them: %ld faults\n", faults() - before);
	before = faults();
	for (int i = 0; i < PAGES / 2; i++)
		area[i * PAGE] = 3;
	printf("child: wrote them again: %ld faults\n", faults() - before);
	fflush(stdout);
	_exit(0);
}

int main(void)
{
	long before, start, sum = 0;
	int status;
	pid_t pid;

	area = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		err(1, "mmap");
	madvise(area, PAGES * PAGE, MADV_NOHUGEPAGE);
	memset(area, 1, PAGES * PAGE);
	fflush(stdout);
	start = microseconds();
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid == 0)
		child();
	start = microseconds() - start;
	waitpid(pid, &status, 0);
	printf("parent: fork with %d KiB of data took %ld us\n", PAGES * PAGE / 1024, start);
	before = faults();
	for (int i = 0; i < PAGES; i++)
		sum += area[i * PAGE];
	printf("parent: still reads %ld, the child's writes went to copies: %ld faults\n", sum, faults() - before);
	before = faults();
	memset(area, 4, PAGES * PAGE);
	printf("parent: wrote all, as the only owner left: %ld faults, no page copied\n", faults() - before);
	return 0;
}
