/* SPDX-License-Identifier: MIT */
/* Numbers from text; all of them come from one loop that knows whether the value still fits 64 bits. */
#include "lib/abi/errno.h"
#include "lib/kstrtox.h"
#include "lib/string.h"

static int digit_value(char c)
{
	return isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : 99;
}

/* Skips the prefix of the base and settles a base of 0. */
static const char *parse_base(const char *s, unsigned *base)
{
	bool hex = s[0] == '0' && tolower(s[1]) == 'x' && isxdigit(s[2]);

	if (*base == 0)
		*base = hex ? 16 : s[0] == '0' ? 8 : 10;
	return hex && *base == 16 ? s + 2 : s;
}

/* Returns the first byte that is no digit, s itself if there is none; *overflow if 64 bits are too few. */
static const char *parse_digits(const char *s, unsigned base, unsigned long long *value, bool *overflow)
{
	const char *start = s, *p = parse_base(s, &base), *first = p;
	unsigned long long v = 0;

	*overflow = false;
	for (; (unsigned)digit_value(*p) < base; p++)
		if (__builtin_mul_overflow(v, base, &v) || __builtin_add_overflow(v, (unsigned)digit_value(*p), &v))
			*overflow = true;
	*value = v;
	return p == first ? start : p;
}

int kstrtoull(const char *s, unsigned base, unsigned long long *result)
{
	unsigned long long value;
	bool overflow;

	if (*s == '+')
		s++;
	const char *end = parse_digits(s, base, &value, &overflow);

	if (end == s)
		return -EINVAL;
	if (*end == '\n')
		end++;
	if (*end)
		return -EINVAL;
	if (overflow)
		return -ERANGE;
	*result = value;
	return 0;
}

int kstrtoll(const char *s, unsigned base, long long *result)
{
	bool negative = *s == '-';
	unsigned long long value, limit = (unsigned long long)__LONG_LONG_MAX__ + negative;
	int error = kstrtoull(negative ? s + 1 : s, base, &value);

	if (!error && negative && s[1] == '+')
		error = -EINVAL;
	if (!error && value > limit)
		error = -ERANGE;
	if (!error)
		*result = (long long)(negative ? -value : value);
	return error;
}

/* The narrower types: the wide function, then the question whether the value survives the cast. */
#define NARROW(name, type, wide_name, wide_type)				\
int name(const char *s, unsigned base, type *result)				\
{										\
	wide_type value;							\
	int error = wide_name(s, base, &value);					\
										\
	if (!error && (wide_type)(type)value != value)				\
		error = -ERANGE;						\
	if (!error)								\
		*result = (type)value;						\
	return error;								\
}
NARROW(kstrtoul, unsigned long, kstrtoull, unsigned long long)
NARROW(kstrtouint, unsigned, kstrtoull, unsigned long long)
NARROW(kstrtol, long, kstrtoll, long long)
NARROW(kstrtoint, int, kstrtoll, long long)

int kstrtobool(const char *s, bool *result)
{
	static const struct { const char *word; bool value; } words[] = {
		{ "y", true }, { "1", true }, { "on", true }, { "n", false }, { "0", false }, { "off", false },
	};
	size_t n = strcspn(s, "\n");

	for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i].word) == n && !strncasecmp(s, words[i].word, n)) {
			*result = words[i].value;
			return 0;
		}
	}
	return -EINVAL;
}

unsigned long long simple_strtoull(const char *s, char **end, unsigned base)
{
	unsigned long long value;
	bool overflow;
	const char *stop = parse_digits(s, base, &value, &overflow);

	if (end)
		*end = (char *)stop;
	return value;
}

unsigned long simple_strtoul(const char *s, char **end, unsigned base)
{
	return (unsigned long)simple_strtoull(s, end, base);
}

long simple_strtol(const char *s, char **end, unsigned base)
{
	return *s == '-' ? (long)-simple_strtoull(s + 1, end, base) : (long)simple_strtoull(s, end, base);
}

unsigned long long memparse(const char *s, char **end)
{
	char *p;
	unsigned long long value = simple_strtoull(s, &p, 0);

	switch (toupper(*p)) {
	case 'G':
		value <<= 10;
		fallthrough;
	case 'M':
		value <<= 10;
		fallthrough;
	case 'K':
		value <<= 10;
		p++;
	}
	if (end)
		*end = p;
	return value;
}
