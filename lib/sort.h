/* SPDX-License-Identifier: MIT */
#pragma once
#include "lib/types.h"

/*
 * Sorts n elements of size bytes at base; cmp is negative, 0 or positive as its first argument belongs
 * before, beside or behind the second. Heap sort: no memory, no recursion, never worse than n log n;
 * equal elements may change places.
 */
void sort(void *base, size_t n, size_t size, int (*cmp)(const void *, const void *));
