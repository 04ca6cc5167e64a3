/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Division of 64-bit numbers on a processor whose `div` takes 64 bits by 32. Plain / and % on u64
 * work too (the compiler calls the functions of lib/div64.c); these are the short forms for the
 * common 32-bit divisor.
 */
#include "lib/types.h"

/* (high:low) / d, which must fit 32 bits: high < d. */
static __always_inline u32 div_2by1(u32 high, u32 low, u32 d, u32 *rem)
{
#if defined(__i386__) || defined(__x86_64__)
	u32 q;

	__asm__("divl %4" : "=a"(q), "=d"(*rem) : "0"(low), "1"(high), "rm"(d) : "cc");
	return q;
#else
	u64 n = (u64)high << 32 | low;

	*rem = (u32)(n % d);
	return (u32)(n / d);
#endif
}

static __always_inline u64 div_u64_rem(u64 n, u32 d, u32 *rem)
{
	u32 high = n >> 32, q_high = 0;

	if (high >= d) {
		q_high = high / d;
		high %= d;
	}
	return (u64)q_high << 32 | div_2by1(high, (u32)n, d, rem);
}

static __always_inline u64 div_u64(u64 n, u32 d)
{
	u32 rem;

	return div_u64_rem(n, d, &rem);
}

static __always_inline u32 mod_u64(u64 n, u32 d)
{
	u32 rem;

	div_u64_rem(n, d, &rem);
	return rem;
}

/* a * b / d with a product of 96 bits; the quotient must fit 64. */
static __always_inline u64 mul_u64_u32_div(u64 a, u32 b, u32 d)
{
	u64 low = (a & 0xffffffff) * b, high = (a >> 32) * b + (low >> 32);
	u32 rem, rem2;
	u64 q_high = div_u64_rem(high, d, &rem);

	return (q_high << 32) + div_2by1(rem, (u32)low, d, &rem2);
}

/* Quotient and remainder of any two; d must not be 0. */
u64 div64_u64_rem(u64 n, u64 d, u64 *rem);
