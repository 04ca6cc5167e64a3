/* SPDX-License-Identifier: MIT */
/* vsnprintf against the C library's: every conversion with random flags, width and precision. */
#include <stdio.h>
#include "lib/printf.h"
#include "lib/string.h"
#include "tests/host/host.h"


/* "%", flags that C defines for the conversion, width, precision, length and the conversion itself. */
static void make_format(char *fmt, const char *flags, const char *length, char conversion, bool precision)
{
	char *p = fmt;

	*p++ = '%';
	for (; *flags; flags++)
		if (random_below(3) == 0)
			*p++ = *flags;
	if (random_below(2))
		p += sprintf(p, "%u", 1 + random_below(25));
	if (precision && random_below(2))
		p += sprintf(p, ".%u", random_below(25));
	sprintf(p, "%s%c", length, conversion);
}

static void compare(const char *fmt, const char *mine, int my_len, const char *reference, int length)
{
	if (my_len != length || strcmp(mine, reference)) {
		static char why[300];

		__builtin_snprintf(why, sizeof(why), "%s: '%s' (%d), not '%s' (%d)", fmt, mine, my_len, reference, length);
		host_test_fail(__FILE__, __LINE__, why);
	}
}

#define BOTH(fmt, ...) do {							\
	char mine_[128], reference_[128];					\
	size_t size_ = random_below(4) ? sizeof(mine_) : 1 + random_below(12);	\
	int my_len_ = snprintf(mine_, size_, fmt, __VA_ARGS__);			\
	int length_ = __builtin_snprintf(reference_, size_, fmt, __VA_ARGS__);	\
	compare(fmt, mine_, my_len_, reference_, length_);			\
} while (0)

TEST(printf_integers_like_libc)
{
	static const char *const lengths[] = { "hh", "h", "", "l", "ll", "j", "z", "t" };
	static const struct { char conversion; const char *flags; } kinds[] = {
		{ 'd', "-+ 0" }, { 'i', "-+ 0" }, { 'u', "-0" }, { 'o', "-#0" }, { 'x', "-#0" }, { 'X', "-#0" },
	};
	char fmt[32];

	for (int i = 0; i < 60000; i++) {
		unsigned kind = random_below(ARRAY_SIZE(kinds)), length = random_below(ARRAY_SIZE(lengths));
		u64 v = random_below(8) ? random_edgy() : 0;

		make_format(fmt, kinds[kind].flags, lengths[length], kinds[kind].conversion, true);
		if (length >= 3)
			BOTH(fmt, v);
		else
			BOTH(fmt, (unsigned)v);
	}
}

TEST(printf_text_like_libc)
{
	static const char *const words[] = { "", "a", "pagoda", "a longer text with spaces" };
	char fmt[32];

	for (int i = 0; i < 5000; i++) {
		const char *word = words[random_below(4)];
		char c = 'A' + random_below(26);
		void *pointer = (void *)(unsigned long)(random_below(3) ? random_edgy() : 0);

		make_format(fmt, "-", "", 's', true);
		BOTH(fmt, word);
		make_format(fmt, "-", "", 'c', false);
		BOTH(fmt, c);
		make_format(fmt, "-", "", 'p', false);
		BOTH(fmt, pointer);
	}
}

TEST(printf_star_arguments)
{
	for (int width = -12; width <= 12; width++) {
		for (int precision = -3; precision <= 8; precision++) {
			BOTH("[%*.*d]", width, precision, -42);
			BOTH("[%*.*s]", width, precision, "word");
			BOTH("[%0*x|%-*u]", width, 0xbeef, width, 7u);
		}
	}
}

TEST(printf_many_arguments_and_limits)
{
	char buf[8];

	BOTH("%d %s %llx %c %% %ld %u\n", -1, "two", 0x123456789abcdefull, '4', -5l, 6u);
	CHECK(snprintf(NULL, 0, "%d", 12345) == 5);
	CHECK(snprintf(buf, 0, "%s", "x") == 1);
	CHECK(snprintf(buf, 4, "%s", "abcdef") == 6 && !strcmp(buf, "abc"));
	CHECK(scnprintf(buf, 4, "%s", "abcdef") == 3);
	CHECK(scnprintf(buf, 8, "%s", "abc") == 3);
	CHECK(scnprintf(buf, 0, "%s", "abc") == 0);
	CHECK(snprintf(buf, 8, "%s", (char *)NULL) == 6 && !strcmp(buf, "(null)"));
	CHECK(snprintf(buf, 8, "%y") == 2 && !strcmp(buf, "%y"));
	CHECK(snprintf(buf, 8, "a%") == 2 && !strcmp(buf, "a%"));
}
