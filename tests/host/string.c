/* SPDX-License-Identifier: MIT */
/* Memory and string functions against the C library's, over all small sizes and offsets. */
#include <stdlib.h>
#include "lib/abi/errno.h"
#include "lib/string.h"
#include "tests/host/host.h"

static int sign(int x) { return (x > 0) - (x < 0); }

static void randomise(u8 *p, size_t n)
{
	while (n--)
		*p++ = random32();
}

TEST(string_memcpy_memset)
{
	u8 src[400], mine[400], reference[400];

	randomise(src, sizeof(src));
	for (size_t n = 0; n < 300; n++) {
		for (int k = 0; k < 8; k++) {
			size_t from = random_below(20), to = random_below(20);

			randomise(mine, sizeof(mine));
			__builtin_memcpy(reference, mine, sizeof(mine));
			CHECK(memcpy(mine + to, src + from, n) == mine + to);
			__builtin_memcpy(reference + to, src + from, n);
			CHECK(!__builtin_memcmp(mine, reference, sizeof(mine)));
			CHECK(memset(mine + to, k * 50 - 256, n) == mine + to);
			__builtin_memset(reference + to, k * 50 - 256, n);
			CHECK(!__builtin_memcmp(mine, reference, sizeof(mine)));
		}
	}
}

/* Blocks of exactly n bytes on the heap: the sanitizer sees any byte too many. */
TEST(string_memcpy_stays_inside)
{
	for (size_t n = 1; n < 200; n++) {
		u8 *a = malloc(n), *b = malloc(n);

		memset(a, 1, n);
		memcpy(b, a, n);
		memmove(a, b, n);
		CHECK(!memcmp(a, b, n) && !memchr_inv(b, 1, n) && !memchr(b, 2, n));
		free(a);
		free(b);
	}
}

TEST(string_memmove_overlap)
{
	u8 mine[300], reference[300];

	for (size_t n = 0; n < 150; n++) {
		for (int distance = -40; distance <= 40; distance++) {
			randomise(mine, sizeof(mine));
			__builtin_memcpy(reference, mine, sizeof(mine));
			memmove(mine + 60 + distance, mine + 60, n);
			__builtin_memmove(reference + 60 + distance, reference + 60, n);
			CHECK(!__builtin_memcmp(mine, reference, sizeof(mine)));
		}
	}
}

TEST(string_memcmp_memchr)
{
	u8 a[64], b[64];

	for (int i = 0; i < 20000; i++) {
		size_t n = random_below(64);

		for (size_t k = 0; k < n; k++)
			a[k] = b[k] = random_below(4) * 85;
		if (n && random_below(2))
			b[random_below(n)] = random32();
		CHECK(sign(memcmp(a, b, n)) == sign(__builtin_memcmp(a, b, n)));
		CHECK(memchr(a, 85, n) == __builtin_memchr(a, 85, n));
		const u8 *p = memchr_inv(a, 0, n);

		for (size_t k = 0; k < (p ? (size_t)(p - a) : n); k++)
			CHECK(a[k] == 0);
		CHECK(!p || *p);
	}
}

/* Short strings of few letters, so that everything happens often. */
static char *random_string(char *s, unsigned max_len)
{
	unsigned n = random_below(max_len + 1);

	for (unsigned i = 0; i < n; i++)
		s[i] = "aAbB\xe4,"[random_below(6)];
	s[n] = '\0';
	return s;
}

TEST(string_searches)
{
	char a[16], b[8];

	for (int i = 0; i < 50000; i++) {
		random_string(a, 12);
		random_string(b, 3);
		unsigned n = random_below(14);

		CHECK(strlen(a) == __builtin_strlen(a));
		CHECK(strnlen(a, n) == (strlen(a) < n ? strlen(a) : n));
		CHECK(sign(strcmp(a, b)) == sign(__builtin_strcmp(a, b)));
		CHECK(sign(strncmp(a, b, n)) == sign(__builtin_strncmp(a, b, n)));
		CHECK(sign(strcasecmp(a, b)) == sign(__builtin_strcasecmp(a, b)));
		CHECK(strchr(a, 'b') == __builtin_strchr(a, 'b') && strchr(a, 0) == a + strlen(a));
		CHECK(strrchr(a, 'b') == __builtin_strrchr(a, 'b') && strrchr(a, 0) == a + strlen(a));
		CHECK(strstr(a, b) == __builtin_strstr(a, b));
		CHECK(strspn(a, b) == __builtin_strspn(a, b));
		CHECK(strcspn(a, b) == __builtin_strcspn(a, b));
		CHECK(strpbrk(a, b) == __builtin_strpbrk(a, b));
		CHECK(strchrnul(a, 'B') == a + strcspn(a, "B"));
		CHECK(str_has_prefix(a, b) == !__builtin_strncmp(a, b, strlen(b)));
	}
}

TEST(string_bounded_copies)
{
	char src[16], dst[16];

	for (int i = 0; i < 20000; i++) {
		size_t n = random_below(16), len = strlen(random_string(src, 12));

		__builtin_memset(dst, '#', sizeof(dst));
		CHECK(strscpy(dst, src, n) == (n && len < n ? (ssize_t)len : -E2BIG));
		CHECK(n == 0 ? dst[0] == '#' : dst[min(len, n - 1)] == '\0' && !__builtin_memcmp(dst, src, min(len, n - 1)));
		CHECK(n == sizeof(dst) || dst[max(n, min(len, n) + 1)] == '#');
		__builtin_memset(dst, '#', sizeof(dst));
		CHECK(strlcpy(dst, src, n) == len);
		CHECK(n == 0 ? dst[0] == '#' : strlen(dst) == min(len, n - 1));
		strncpy(dst, src, n);
		CHECK(len >= n || (!memchr_inv(dst + len, 0, n - len) && !strcmp(dst, src)));
	}
	strcpy(dst, "abc");
	CHECK(!strcmp(strcat(dst, "def"), "abcdef"));
	CHECK(strlcat(dst, "ghi", 8) == 9 && !strcmp(dst, "abcdefg"));
}

TEST(string_strsep_and_spaces)
{
	char text[] = "a,,b", padded[] = " \t x y \n", blank[] = "  ";
	char *s = text;

	CHECK(!strcmp(strsep(&s, ","), "a"));
	CHECK(!strcmp(strsep(&s, ","), ""));
	CHECK(!strcmp(strsep(&s, ","), "b"));
	CHECK(!s && !strsep(&s, ","));
	CHECK(!strcmp(strim(padded), "x y") && !strcmp(strim(blank), ""));
}
