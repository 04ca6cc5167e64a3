/* SPDX-License-Identifier: MIT */
/*
 * The zero page: an untouched anonymous page that is read gets mapped, read-only, to one page of zeros that all share.
 * Reading a huge area therefore takes no memory, only page tables; the resident set grows with the writes.
 */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PAGE 4096
#define MIB 32
#define SIZE (MIB * 1024 * 1024)

/* RssAnon of /proc/self/status, KiB; VmRSS where the kernel does not tell them apart. */
static long resident(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	long rss = -1, anonymous = -1;
	char line[128];

	if (!f)
		err(1, "/proc/self/status");
	while (fgets(line, sizeof(line), f)) {
		sscanf(line, "VmRSS: %ld", &rss);
		sscanf(line, "RssAnon: %ld", &anonymous);
	}
	fclose(f);
	return anonymous >= 0 ? anonymous : rss;
}

int main(void)
{
	volatile char *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	long start, read, written, sum = 0;

	if (p == MAP_FAILED)
		err(1, "mmap");
	madvise((void *)p, SIZE, MADV_NOHUGEPAGE);
	start = resident();
	for (long i = 0; i < SIZE; i += PAGE)
		sum += p[i];
	read = resident() - start;
	for (long i = 0; i < SIZE / 4; i += PAGE)
		p[i] = 1;
	written = resident() - start;
	printf("%d MiB read, the sum is %ld: %ld KiB more in memory\n", MIB, sum, read);
	printf("a quarter written: %ld KiB more in memory\n", written);
	return sum || read > SIZE / 1024 / 8 || written < SIZE / 1024 / 4;
}
