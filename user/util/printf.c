/* SPDX-License-Identifier: MIT */
/* printf: the format is used again until the operands are used up. */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "user/util/util.h"

static char **operand;
static int left, status;

static const char *next(void)
{
	if (!left)
		return NULL;
	left--;
	return *operand++;
}

/* A number, or 'c for a character's code. */
static long long number(int is_unsigned)
{
	const char *s = next();
	char *end;
	long long v;

	if (!s || !*s)
		return 0;
	if (*s == '\'' || *s == '"')
		return (unsigned char)s[1];
	errno = 0;
	v = is_unsigned && *s != '-' ? (long long)strtoull(s, &end, 0) : strtoll(s, &end, 0);
	if (*end || errno) {
		fflush(stdout);
		warnx("printf: %s: %s", s, errno ? strerror(errno) : end == s ? "expected numeric value" : "not completely converted");
		status = 1;
	}
	return v;
}

/* A backslash escape at p (behind the backslash); returns what follows. octal0: \0ooo, as in %b. */
static const char *escape(const char *p, int octal0, int *stop, char *out)
{
	static const char from[] = "abfnrtv\\\"'", to[] = "\a\b\f\n\r\t\v\\\"'";
	const char *at = *p ? strchr(from, *p) : NULL;
	int v = 0;

	if (at) {
		*out = to[at - from];
		return p + 1;
	}
	if (*p == 'c' && octal0) {
		*stop = 1;
		return p + 1;
	}
	if (*p >= '0' && *p <= '7') {
		int max = octal0 && *p == '0' ? 4 : 3;

		for (int i = 0; i < max && *p >= '0' && *p <= '7'; i++)
			v = v * 8 + (*p++ - '0');
		*out = (char)v;
		return p;
	}
	*out = '\\';
	return p;
}

static int print_b(const char *s, const char *spec)
{
	char *buf = malloc(strlen(s) + 1), *o = buf;
	int stop = 0;

	while (buf && *s && !stop) {
		if (*s != '\\') {
			*o++ = *s++;
			continue;
		}
		s = escape(s + 1, 1, &stop, o);
		o += !stop;
	}
	if (!buf)
		return 1;
	if (!strcmp(spec, "%b")) {
		fwrite(buf, 1, o - buf, stdout);	/* it may hold NULs */
	} else {
		char fmt[64];

		*o = 0;
		snprintf(fmt, sizeof(fmt), "%.*ss", (int)strlen(spec) - 1, spec);
		printf(fmt, buf);
	}
	free(buf);
	return stop;
}

#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"

/* One conversion, [spec, end): flags, width and precision with * replaced, then printed with the C function. */
static int convert(const char *spec, size_t n)
{
	char fmt[128];
	char conv = spec[n - 1];
	size_t k = 0;
	const char *s;

	for (size_t i = 0; i < n && k < sizeof(fmt) - 16; i++) {
		if (spec[i] == '*')
			k += (size_t)sprintf(fmt + k, "%d", (int)number(0));
		else
			fmt[k++] = spec[i];
	}
	fmt[k] = 0;
	switch (conv) {
	case 'd':
	case 'i':
	case 'o':
	case 'u':
	case 'x':
	case 'X':
		strcpy(fmt + k - 1, "ll");
		fmt[k + 1] = conv;
		fmt[k + 2] = 0;
		printf(fmt, number(conv != 'd' && conv != 'i'));
		break;
	case 'e':
	case 'E':
	case 'f':
	case 'F':
	case 'g':
	case 'G':
		s = next();
		printf(fmt, s ? atof(s) : 0.0);
		break;
	case 'c':
		s = next();
		fmt[k - 1] = 's';
		printf(fmt, s && *s ? (char[]){ *s, 0 } : "");
		break;
	case 's':
		s = next();
		printf(fmt, s ? s : "");
		break;
	case 'b':
		s = next();
		return print_b(s ? s : "", fmt);
	default:
		fflush(stdout);
		warnx("printf: %s: invalid directive", fmt);
		status = 1;
		return 1;
	}
	return 0;
}

/* The format once; 1 to stop. */
static int pass(const char *p)
{
	while (*p) {
		size_t n = 1;
		int stop = 0;
		char c;

		if (*p == '\\') {
			p = escape(p + 1, 0, &stop, &c);
			putchar(c);
		} else if (*p == '%' && p[1] == '%') {
			putchar('%');
			p += 2;
		} else if (*p == '%') {
			n += strspn(p + n, "-+ #0123456789.*");
			if (!p[n]) {
				warnx("printf: %s: invalid directive", p);
				status = 1;
				return 1;
			}
			if (convert(p, n + 1))
				return 1;
			p += n + 1;
		} else {
			putchar(*p++);
		}
	}
	return 0;
}

int printf_main(int argc, char **argv)
{
	int i = 1, before;

	if (i < argc && !strcmp(argv[i], "--"))
		i++;
	if (i >= argc) {
		fprintf(stderr, "usage: printf format [argument ...]\n");
		return 2;
	}
	operand = argv + i + 1;
	left = argc - i - 1;
	status = 0;
	do {
		before = left;
		if (pass(argv[i]))
			break;
	} while (left && left != before);
	return status;
}
