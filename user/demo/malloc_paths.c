/* SPDX-License-Identifier: MIT */
/*
 * Where malloc's memory comes from: small blocks out of the heap that brk grows, large ones from mmap, each by itself. What is
 * freed joins its free neighbours and is handed out again.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIB (1024 * 1024)

static char *heap_start;

static const char *where(const void *p)
{
	return (const char *)p >= heap_start && (const char *)p < (char *)sbrk(0) ? "in the heap" : "outside, by mmap";
}

int main(void)
{
	char *a, *b, *c, *large, *again;
	char *end;

	heap_start = sbrk(0);
	a = malloc(100);
	b = malloc(100);
	c = malloc(100);
	if (!a || !b || !c)
		err(1, "malloc");
	heap_start = heap_start < a ? heap_start : a;
	printf("100 bytes: %s\n", where(a));
	printf("three in a row lie %d and %d bytes apart: the block and what malloc writes down about it\n", (int)(b - a), (int)(c - b));
	end = sbrk(0);
	large = malloc(MIB);
	if (!large)
		err(1, "malloc");
	printf("1 MiB: %s; the heap has grown by %d KiB\n", where(large), (int)((char *)sbrk(0) - end) / 1024);
	free(large);
	free(b);
	again = malloc(100);
	printf("a freed block is handed out again: %s\n", again == b ? "yes, the same" : "no");
	free(a);
	free(again);
	a = malloc(180);
	printf("two free neighbours have become one: 180 bytes %s\n", a <= again && a + 180 > again ? "lie over both" : "lie elsewhere");
	memset(a, 7, 180);
	b = realloc(a, 150);
	printf("realloc to less keeps the place: %s\n", a == b ? "yes" : "no");
	b = realloc(b, 5000);
	printf("realloc to more keeps the bytes: %s\n", b[0] == 7 && b[149] == 7 ? "yes" : "no");
	return 0;
}
