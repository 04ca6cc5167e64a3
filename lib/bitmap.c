/* SPDX-License-Identifier: MIT */
/*
 * Searches and runs in an array of bits. A search looks at one word at a time: the bits before
 * start, and behind size in the last word, are masked or ruled out, and the processor's
 * count-trailing-zeros finds the bit within the word.
 */
#include "lib/bitmap.h"

/* Finds a set bit in the map with each word XORed by flip: 0 looks for ones, ~0 for zeros. */
static unsigned find_next(const unsigned long *map, unsigned size, unsigned start, unsigned long flip)
{
	if (start >= size)
		return size;
	unsigned word = BIT_WORD(start);
	unsigned long bits = (map[word] ^ flip) & (~0ul << start % BITS_PER_LONG);

	while (!bits) {
		if (++word >= BITS_TO_LONGS(size))
			return size;
		bits = map[word] ^ flip;
	}
	unsigned n = word * BITS_PER_LONG + __ffs(bits);

	return n < size ? n : size;
}

unsigned find_next_bit(const unsigned long *map, unsigned size, unsigned start)
{
	return find_next(map, size, start, 0);
}

unsigned find_next_zero_bit(const unsigned long *map, unsigned size, unsigned start)
{
	return find_next(map, size, start, ~0ul);
}

/* The bits of word `word` that lie within [start, end). */
static unsigned long word_mask(unsigned word, unsigned start, unsigned end)
{
	unsigned long mask = ~0ul;
	unsigned first = word * BITS_PER_LONG;

	if (start > first)
		mask &= ~0ul << (start - first);
	if (end - first < (unsigned)BITS_PER_LONG)
		mask &= ~(~0ul << (end - first));
	return mask;
}

void bitmap_set(unsigned long *map, unsigned start, unsigned n)
{
	for (unsigned w = BIT_WORD(start); n && w <= BIT_WORD(start + n - 1); w++)
		map[w] |= word_mask(w, start, start + n);
}

void bitmap_clear(unsigned long *map, unsigned start, unsigned n)
{
	for (unsigned w = BIT_WORD(start); n && w <= BIT_WORD(start + n - 1); w++)
		map[w] &= ~word_mask(w, start, start + n);
}

/* No popcount instruction on the i686: bits are added in pairs, then fours, then bytes. */
static unsigned weight32(u32 x)
{
	x -= x >> 1 & 0x55555555;
	x = (x & 0x33333333) + (x >> 2 & 0x33333333);
	x = (x + (x >> 4)) & 0x0f0f0f0f;
	return x * 0x01010101 >> 24;
}

unsigned bitmap_weight(const unsigned long *map, unsigned size)
{
	unsigned total = 0;

	for (unsigned w = 0; size && w <= BIT_WORD(size - 1); w++) {
		u64 bits = map[w] & word_mask(w, 0, size);

		total += weight32((u32)bits) + weight32((u32)(bits >> 32));
	}
	return total;
}

bool bitmap_empty(const unsigned long *map, unsigned size)
{
	return find_first_bit(map, size) == size;
}

unsigned bitmap_find_next_zero_area(const unsigned long *map, unsigned size, unsigned start, unsigned n)
{
	while ((start = find_next_zero_bit(map, size, start)) < size && n <= size - start) {
		unsigned end = find_next_bit(map, start + n, start);

		if (end == start + n)
			return start;
		start = end + 1;
	}
	return size;
}
