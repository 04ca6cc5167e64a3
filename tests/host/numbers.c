/* SPDX-License-Identifier: MIT */
/* Division, numbers from text, bitmaps, checksums, hashes and sorting. */
#include <stdint.h>
#include <stdlib.h>
#include "lib/abi/errno.h"
#include "lib/bitmap.h"
#include "lib/crc32.h"
#include "lib/div64.h"
#include "lib/err.h"
#include "lib/hash.h"
#include "lib/kstrtox.h"
#include "lib/printf.h"
#include "lib/sort.h"
#include "lib/string.h"
#include "tests/host/host.h"

u64 __udivdi3(u64 n, u64 d);
u64 __umoddi3(u64 n, u64 d);
s64 __divdi3(s64 n, s64 d);
s64 __moddi3(s64 n, s64 d);

TEST(div64_like_native)
{
	for (int i = 0; i < 500000; i++) {
		u64 n = random_edgy(), d = random_edgy(), rem;
		u32 d32 = (u32)d, rem32;

		if (d) {
			CHECK(__udivdi3(n, d) == n / d && __umoddi3(n, d) == n % d);
			CHECK(div64_u64_rem(n, d, &rem) == n / d && rem == n % d);
		}
		if (d && !((s64)n == INT64_MIN && (s64)d == -1))
			CHECK(__divdi3(n, d) == (s64)n / (s64)d && __moddi3(n, d) == (s64)n % (s64)d);
		if (d32) {
			CHECK(div_u64_rem(n, d32, &rem32) == n / d32 && rem32 == n % d32);
			CHECK(div_u64(n, d32) == n / d32 && mod_u64(n, d32) == n % d32);
		}
	}
}

TEST(div64_scale)
{
	for (int i = 0; i < 100000; i++) {
		u64 a = random_edgy();
		u32 b = (u32)random_edgy(), d = (u32)random_edgy() | 1;
		unsigned __int128 q = (unsigned __int128)a * b / d;

		if (q >> 64 == 0)
			CHECK(mul_u64_u32_div(a, b, d) == (u64)q);
	}
}

TEST(kstrtox_values_and_errors)
{
	static const struct { const char *text; unsigned base; int error; unsigned long long value; } cases[] = {
		{ "0", 0, 0, 0 }, { "42", 0, 0, 42 }, { "+42\n", 10, 0, 42 }, { "0x1F", 0, 0, 31 }, { "1f", 16, 0, 31 },
		{ "0x1f", 16, 0, 31 }, { "017", 0, 0, 15 }, { "18446744073709551615", 10, 0, ~0ull },
		{ "18446744073709551616", 10, -ERANGE, 0 }, { "0x10000000000000000", 0, -ERANGE, 0 },
		{ "", 10, -EINVAL, 0 }, { "x", 10, -EINVAL, 0 }, { "12x", 10, -EINVAL, 0 }, { "09", 0, -EINVAL, 0 },
		{ "0x", 0, -EINVAL, 0 }, { "-1", 10, -EINVAL, 0 }, { "1\n\n", 10, -EINVAL, 0 }, { " 1", 10, -EINVAL, 0 },
		{ "99999999999999999999x", 10, -EINVAL, 0 },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned long long v = 77;

		CHECK(kstrtoull(cases[i].text, cases[i].base, &v) == cases[i].error);
		CHECK(v == (cases[i].error ? 77 : cases[i].value));
	}
}

TEST(kstrtox_ranges)
{
	int i = 5;
	unsigned u = 5;
	long long ll;
	bool b;

	CHECK(!kstrtoint("-2147483648", 10, &i) && i == INT32_MIN);
	CHECK(kstrtoint("-2147483649", 10, &i) == -ERANGE && kstrtoint("2147483648", 10, &i) == -ERANGE);
	CHECK(kstrtouint("4294967296", 10, &u) == -ERANGE && u == 5);
	CHECK(!kstrtouint("4294967295", 10, &u) && u == ~0u);
	CHECK(!kstrtoll("-9223372036854775808", 10, &ll) && ll == INT64_MIN);
	CHECK(kstrtoll("-9223372036854775809", 10, &ll) == -ERANGE && kstrtoll("9223372036854775808", 10, &ll) == -ERANGE);
	CHECK(kstrtoll("-+1", 10, &ll) == -EINVAL);
	CHECK(!kstrtobool("on\n", &b) && b && !kstrtobool("N", &b) && !b && kstrtobool("maybe", &b) == -EINVAL);
}

TEST(kstrtox_simple)
{
	char *end, text[40];

	CHECK(simple_strtoul("123abc", &end, 10) == 123 && !strcmp(end, "abc"));
	CHECK(simple_strtoul("zz", &end, 10) == 0 && !strcmp(end, "zz"));
	CHECK(simple_strtoul("0xg", &end, 0) == 0 && !strcmp(end, "xg"));
	CHECK(simple_strtol("-12", NULL, 0) == -12);
	CHECK(memparse("512M", &end) == 512ull << 20 && !*end);
	CHECK(memparse("0x10k,", &end) == 16384 && *end == ',');
	for (int i = 0; i < 20000; i++) {
		u64 v = random_edgy();

		snprintf(text, sizeof(text), i % 2 ? "%llu" : "%#llx", (unsigned long long)v);
		CHECK(simple_strtoull(text, &end, 0) == v && !*end);
	}
}

#define BITS 200
TEST(bitmap_against_bool_array)
{
	DECLARE_BITMAP(map, BITS) = { 0 };
	bool model[BITS] = { false };

	for (int round = 0; round < 20000; round++) {
		unsigned start = random_below(BITS), n = random_below(BITS - start + 1), size = random_below(BITS + 1);
		unsigned set = start, zero = start, weight = 0;
		bool value = random_below(2);

		if (random_below(3) == 0) {
			value ? bitmap_set(map, start, n) : bitmap_clear(map, start, n);
			for (unsigned i = start; i < start + n; i++)
				model[i] = value;
		} else {
			CHECK((value ? __test_and_set_bit(start, map) : __test_and_clear_bit(start, map)) == model[start]);
			model[start] = value;
		}
		while (set < size && !model[set])
			set++;
		while (zero < size && model[zero])
			zero++;
		for (unsigned i = 0; i < size; i++)
			weight += model[i];
		CHECK(find_next_bit(map, size, start) == (start < size ? set : size));
		CHECK(find_next_zero_bit(map, size, start) == (start < size ? zero : size));
		CHECK(bitmap_weight(map, size) == weight && bitmap_empty(map, size) == (weight == 0));
	}
}

TEST(bitmap_zero_area)
{
	DECLARE_BITMAP(map, BITS) = { 0 };

	for (int round = 0; round < 5000; round++) {
		unsigned want = 1 + random_below(20), start = random_below(BITS), expected = BITS;

		__set_bit(random_below(BITS), map);
		bitmap_clear(map, random_below(BITS - 20), random_below(20));
		for (unsigned at = start; at + want <= BITS && expected == BITS; at++)
			if (find_next_bit(map, at + want, at) == at + want)
				expected = at;
		CHECK(bitmap_find_next_zero_area(map, BITS, start, want) == expected);
	}
	CHECK(__fls(1) == 0 && __fls(0x80000000) == 31 && __ffs(8) == 3);
	CHECK(ilog2_ceil(1) == 0 && ilog2_ceil(2) == 1 && ilog2_ceil(3) == 2 && ilog2_ceil(4096) == 12 && ilog2_ceil(4097) == 13);
}

TEST(crc32_known_and_by_parts)
{
	const char *text = "123456789";	/* the check value of the CRC catalogue */

	CHECK(crc32(0, text, 9) == 0xcbf43926);
	CHECK(crc32(crc32(0, text, 4), text + 4, 5) == 0xcbf43926);
	CHECK(crc32(0, "", 0) == 0);
	CHECK(crc32_le(~0u, text, 9) == ~0xcbf43926);
}

TEST(hash_spreads)
{
	unsigned counts[256] = { 0 }, names[256] = { 0 };
	char name[16];

	for (unsigned i = 0; i < 4096; i++) {
		counts[hash_32(i * 4096, 8)]++;
		names[full_name_hash(1, name, snprintf(name, sizeof(name), "file%u", i)) & 255]++;
	}
	for (int i = 0; i < 256; i++)
		CHECK(counts[i] < 48 && names[i] < 48);	/* 16 on average */
	CHECK(full_name_hash(1, "a", 1) != full_name_hash(2, "a", 1));
	CHECK(full_name_hash(0, "ab", 1) == full_name_hash(0, "ac", 1));
}

static int compare_u32(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

TEST(sort_like_qsort)
{
	u32 mine[100], reference[100];

	for (int round = 0; round < 2000; round++) {
		unsigned n = random_below(100), keys = 1 + random_below(200);

		for (unsigned i = 0; i < n; i++)
			mine[i] = reference[i] = random_below(keys);
		sort(mine, n, sizeof(u32), compare_u32);
		qsort(reference, n, sizeof(u32), compare_u32);
		CHECK(!__builtin_memcmp(mine, reference, n * sizeof(u32)));
	}
}

TEST(err_pointers)
{
	int object;

	CHECK(IS_ERR(ERR_PTR(-ENOENT)) && PTR_ERR(ERR_PTR(-ENOENT)) == -ENOENT);
	CHECK(IS_ERR(ERR_PTR(-MAX_ERRNO)) && !IS_ERR(ERR_PTR(-MAX_ERRNO - 1)));
	CHECK(!IS_ERR(&object) && !IS_ERR(NULL) && IS_ERR_OR_NULL(NULL) && !IS_ERR_OR_NULL(&object));
	CHECK(PTR_ERR_OR_ZERO(&object) == 0 && PTR_ERR_OR_ZERO(ERR_PTR(-EIO)) == -EIO);
}

TEST(types_alignment_and_ranges)
{
	CHECK(ALIGN(4097u, 4096) == 8192 && ALIGN(4096u, 4096) == 4096 && ALIGN_DOWN(4097u, 4096) == 4096);
	CHECK(ALIGN((u64)0xfffffff01, 16) == 0xfffffff10 && IS_ALIGNED((u64)1 << 40, 4096));
	CHECK(DIV_ROUND_UP(10, 3) == 4 && clamp(5, 1, 3) == 3 && clamp(-5, 1, 3) == 1 && clamp(2, 1, 3) == 2);
	CHECK(min(3, 4) == 3 && max(3, 4) == 4 && min_t(u8, 44, 50) == 44);
	CHECK(is_power_of_2(64u) && !is_power_of_2(0u) && !is_power_of_2(96u));
}
