/* SPDX-License-Identifier: MIT */
/*
 * 64-bit division for the i386, which the compiler expects under libgcc's names.
 *
 * A divisor of 32 bits takes two `div` instructions, as on paper. For a longer one the quotient has
 * at most 32 bits: divide the upper part of n by the upper 32 bits of d (moved up so that its top
 * bit is set). That estimate is right or too large by one; so it is lowered by one, and one step
 * of correction decides.
 */
#include "lib/div64.h"

u64 div64_u64_rem(u64 n, u64 d, u64 *rem)
{
	u32 r;

	if (d >> 32 == 0) {
		u64 q = div_u64_rem(n, (u32)d, &r);

		*rem = r;
		return q;
	}
	unsigned shift = __builtin_clz((u32)(d >> 32));
	u32 top = (u32)(d << shift >> 32);
	u64 half = n >> 1;		/* its upper word is below top: the quotient fits */
	u64 q = (u64)div_2by1((u32)(half >> 32), (u32)half, top, &r) << shift >> 31;

	if (q)
		q--;
	u64 left = n - q * d;

	if (left >= d) {
		q++;
		left -= d;
	}
	*rem = left;
	return q;
}

static u64 magnitude(s64 x) { return x < 0 ? -(u64)x : (u64)x; }

u64 __udivmoddi4(u64 n, u64 d, u64 *rem);
u64 __udivdi3(u64 n, u64 d);
u64 __umoddi3(u64 n, u64 d);
s64 __divmoddi4(s64 n, s64 d, s64 *rem);
s64 __divdi3(s64 n, s64 d);
s64 __moddi3(s64 n, s64 d);

u64 __udivmoddi4(u64 n, u64 d, u64 *rem)
{
	u64 left, q = div64_u64_rem(n, d, &left);

	if (rem)
		*rem = left;
	return q;
}

u64 __udivdi3(u64 n, u64 d) { return __udivmoddi4(n, d, NULL); }

u64 __umoddi3(u64 n, u64 d)
{
	u64 rem;

	__udivmoddi4(n, d, &rem);
	return rem;
}

/* The quotient is rounded towards zero; the remainder has the sign of n. */
s64 __divmoddi4(s64 n, s64 d, s64 *rem)
{
	u64 left, q = div64_u64_rem(magnitude(n), magnitude(d), &left);

	if (rem)
		*rem = (s64)(n < 0 ? -left : left);
	return (s64)((n < 0) != (d < 0) ? -q : q);
}

s64 __divdi3(s64 n, s64 d) { return __divmoddi4(n, d, NULL); }

s64 __moddi3(s64 n, s64 d)
{
	s64 rem;

	__divmoddi4(n, d, &rem);
	return rem;
}
