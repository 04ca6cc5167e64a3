/* SPDX-License-Identifier: MIT */
/*
 * Text to integer. One scanner collects the digits into 64 unsigned bits and says whether they fit; each of the
 * four functions then clamps to its own type's range.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

struct scan {
	unsigned long long value;
	int negative;
	int overflow;
};

static int digit(int c)
{
	if (isdigit(c))
		return c - '0';
	return isalpha(c) ? tolower(c) - 'a' + 10 : 99;
}

static struct scan scan(const char *s, char **end, int base)
{
	struct scan r = { 0, 0, 0 };
	const char *start = s, *digits;

	while (isspace(*s))
		s++;
	if (*s == '-' || *s == '+')
		r.negative = *s++ == '-';
	if ((base == 0 || base == 16) && s[0] == '0' && tolower(s[1]) == 'x' && digit(s[2]) < 16) {
		s += 2;
		base = 16;
	}
	if (base == 0)
		base = *s == '0' ? 8 : 10;
	for (digits = s; digit(*s) < base; s++)
		if (__builtin_mul_overflow(r.value, (unsigned long long)base, &r.value) ||
		    __builtin_add_overflow(r.value, (unsigned long long)digit(*s), &r.value))
			r.overflow = 1;
	if (end)
		*end = (char *)(s == digits ? start : s);
	return r;
}

static unsigned long long as_unsigned(struct scan r, unsigned long long max)
{
	if (r.overflow || r.value > max) {
		errno = ERANGE;
		return max;
	}
	return r.negative ? -r.value : r.value;
}

static long long as_signed(struct scan r, unsigned long long max)
{
	if (r.overflow || r.value > max + r.negative) {
		errno = ERANGE;
		return r.negative ? -(long long)max - 1 : (long long)max;
	}
	return (long long)(r.negative ? -r.value : r.value);
}

long strtol(const char *restrict s, char **restrict end, int base)
{
	return (long)as_signed(scan(s, end, base), LONG_MAX);
}

unsigned long strtoul(const char *restrict s, char **restrict end, int base)
{
	return (unsigned long)as_unsigned(scan(s, end, base), ULONG_MAX);
}

long long strtoll(const char *restrict s, char **restrict end, int base)
{
	return as_signed(scan(s, end, base), LLONG_MAX);
}

unsigned long long strtoull(const char *restrict s, char **restrict end, int base)
{
	return as_unsigned(scan(s, end, base), ULLONG_MAX);
}

intmax_t strtoimax(const char *s, char **end, int base)
{
	return strtoll(s, end, base);
}

uintmax_t strtoumax(const char *s, char **end, int base)
{
	return strtoull(s, end, base);
}

int atoi(const char *s) { return (int)strtol(s, NULL, 10); }
long atol(const char *s) { return strtol(s, NULL, 10); }
long long atoll(const char *s) { return strtoll(s, NULL, 10); }
double atof(const char *s) { return strtod(s, NULL); }

/*
 * Decimal fractions, through the 64-bit mantissa of the x87: right to the last bit for what people type (up to
 * 19 digits and small powers of ten), within a few units in the last place for the rest.
 */
double strtod(const char *restrict s, char **restrict end)
{
	const char *start = s;
	long double value = 0, scale = 1;
	int negative = 0, seen = 0, exp = 0;

	while (isspace(*s))
		s++;
	if (*s == '-' || *s == '+')
		negative = *s++ == '-';
	for (; isdigit(*s); s++, seen = 1)
		value = value * 10 + (*s - '0');
	if (*s == '.')
		for (s++; isdigit(*s); s++, seen = 1, exp--)
			value = value * 10 + (*s - '0');
	if (seen && tolower(*s) == 'e' && (isdigit(s[1]) || ((s[1] == '-' || s[1] == '+') && isdigit(s[2]))))
		exp += (int)strtol(s + 1, (char **)&s, 10);
	for (int n = abs(exp); n-- > 0 && scale < 1e4000L;)
		scale *= 10;
	if (end)
		*end = (char *)(seen ? s : start);
	value = exp < 0 ? value / scale : value * scale;
	return (double)(negative ? -value : value);
}
