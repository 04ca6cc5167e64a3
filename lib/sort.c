/* SPDX-License-Identifier: MIT */
/*
 * Heap sort. The array is first made a heap (no child greater than its parent), then the greatest
 * element, at the front, changes places with the last, and the heap is one shorter.
 */
#include "lib/sort.h"

static void swap_elements(u8 *a, u8 *b, size_t size)
{
	while (size--) {
		swap(*a, *b);
		a++;
		b++;
	}
}

/* Lets the element at index sink until no child is greater. */
static void sift_down(u8 *base, size_t index, size_t n, size_t size, int (*cmp)(const void *, const void *))
{
	size_t child;

	while ((child = 2 * index + 1) < n) {
		if (child + 1 < n && cmp(base + child * size, base + (child + 1) * size) < 0)
			child++;
		if (cmp(base + index * size, base + child * size) >= 0)
			return;
		swap_elements(base + index * size, base + child * size, size);
		index = child;
	}
}

void sort(void *base, size_t n, size_t size, int (*cmp)(const void *, const void *))
{
	for (size_t i = n / 2; i-- > 0;)
		sift_down(base, i, n, size, cmp);
	while (n > 1) {
		n--;
		swap_elements(base, (u8 *)base + n * size, size);
		sift_down(base, 0, n, size, cmp);
	}
}
