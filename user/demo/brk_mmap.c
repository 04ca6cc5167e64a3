/* SPDX-License-Identifier: MIT */
/*
 * Two ways to get memory: brk moves the end of the one heap, mmap makes areas anywhere. /proc/self/maps shows both; what
 * brk gave can only be given back from the top, what mmap gave in any order.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MIB (1024 * 1024)

/* The line of /proc/self/maps that holds an address. No stdio here: its buffers would come out of the heap on show. */
static void show(const char *what, const void *p)
{
	unsigned long address = (unsigned long)p, start, end;
	static char text[8192];
	ssize_t n, got = 0;
	int fd = open("/proc/self/maps", O_RDONLY);

	if (fd < 0)
		err(1, "/proc/self/maps");
	while ((n = read(fd, text + got, sizeof(text) - 1 - (size_t)got)) > 0)
		got += n;
	close(fd);
	text[got] = 0;
	printf("%s\n", what);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (sscanf(line, "%lx-%lx", &start, &end) == 2 && address >= start && address < end) {
			printf("    %s\n", line);
			return;
		}
	printf("    %08lx is not mapped\n", address);
}

int main(void)
{
	char *low, *high, *a, *b;

	/* The first line has stdio make its buffer, so that nobody else moves the end of the heap later. */
	puts("brk and mmap, as /proc/self/maps shows them");
	low = sbrk(MIB);
	if (low == (void *)-1)
		err(1, "sbrk");
	show("the heap after sbrk(1 MiB):", low);
	high = sbrk(MIB);
	printf("a second MiB begins where the first one ended: %s\n", high == low + MIB ? "yes" : "no");
	sbrk(-MIB);
	show("after sbrk(-1 MiB) the upper one is gone:", high);

	a = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	b = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (a == MAP_FAILED || b == MAP_FAILED)
		err(1, "mmap");
	show("two areas by mmap, merged into one because nothing tells them apart:", b);
	munmap(a, MIB);
	show("the first one given back; the second one stays:", b);
	show("and where the first one was:", a);
	if (mprotect(b + MIB / 2, MIB / 4, PROT_READ) < 0)
		err(1, "mprotect");
	show("a part made read-only splits the area:", b);
	show("its middle:", b + MIB / 2);
	return 0;
}
