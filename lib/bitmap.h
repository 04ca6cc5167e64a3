/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Arrays of bits: bit n lies in word n / BITS_PER_LONG. Nothing here is atomic; where several CPUs
 * change a map, its lock is held (or the single-word operations of lib/atomic.h serve).
 */
#include "lib/types.h"

#define BITS_TO_LONGS(n) DIV_ROUND_UP(n, BITS_PER_LONG)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]
#define BIT_MASK(n) (1ul << ((n) % (unsigned)BITS_PER_LONG))
#define BIT_WORD(n) ((n) / (unsigned)BITS_PER_LONG)

static __always_inline void __set_bit(unsigned n, unsigned long *map) { map[BIT_WORD(n)] |= BIT_MASK(n); }
static __always_inline void __clear_bit(unsigned n, unsigned long *map) { map[BIT_WORD(n)] &= ~BIT_MASK(n); }
static __always_inline bool __test_bit(unsigned n, const unsigned long *map) { return map[BIT_WORD(n)] & BIT_MASK(n); }

/* Each sets or clears the bit and returns what it was. */
static __always_inline bool __test_and_set_bit(unsigned n, unsigned long *map)
{
	bool was = __test_bit(n, map);

	__set_bit(n, map);
	return was;
}

static __always_inline bool __test_and_clear_bit(unsigned n, unsigned long *map)
{
	bool was = __test_bit(n, map);

	__clear_bit(n, map);
	return was;
}

/* The first bit at or after start (start may be anything) that is set (clear); size if there is none. */
unsigned find_next_bit(const unsigned long *map, unsigned size, unsigned start);
unsigned find_next_zero_bit(const unsigned long *map, unsigned size, unsigned start);
#define find_first_bit(map, size) find_next_bit(map, size, 0)
#define find_first_zero_bit(map, size) find_next_zero_bit(map, size, 0)

#define for_each_set_bit(n, map, size) \
	for ((n) = find_first_bit(map, size); (n) < (size); (n) = find_next_bit(map, size, (n) + 1))

/* Set or clear n bits from start on. */
void bitmap_set(unsigned long *map, unsigned start, unsigned n);
void bitmap_clear(unsigned long *map, unsigned start, unsigned n);
/* The number of set bits among the first size. */
unsigned bitmap_weight(const unsigned long *map, unsigned size);
bool bitmap_empty(const unsigned long *map, unsigned size);
/* The start of the first run of n clear bits at or after start, size if there is none. */
unsigned bitmap_find_next_zero_area(const unsigned long *map, unsigned size, unsigned start, unsigned n);

/* The index of the highest (lowest) set bit; x must not be 0. */
static __always_inline unsigned __fls(unsigned long x) { return BITS_PER_LONG - 1 - __builtin_clzl(x); }
static __always_inline unsigned __ffs(unsigned long x) { return __builtin_ctzl(x); }
/* The smallest order with 1 << order >= n; n must not be 0. */
static __always_inline unsigned ilog2_ceil(unsigned long n) { return n <= 1 ? 0 : __fls(n - 1) + 1; }
