/* SPDX-License-Identifier: MIT */
/* Formatted input: integers, floating point, words, characters, sets. What does not match is put back. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "user/libc/internal/stdio.h"

struct scan {
	FILE *f;
	int count;	/* characters consumed */
};

static int next(struct scan *s)
{
	int c = fgetc(s->f);

	if (c != EOF)
		s->count++;
	return c;
}

static void back(struct scan *s, int c)
{
	if (c != EOF) {
		ungetc(c, s->f);
		s->count--;
	}
}

static void skip_space(struct scan *s)
{
	int c;

	do
		c = next(s);
	while (isspace(c));
	back(s, c);
}

static void store(va_list *ap, int size, unsigned long long v)
{
	if (size == 8)
		*va_arg(*ap, unsigned long long *) = v;
	else if (size == 2)
		*va_arg(*ap, unsigned short *) = (unsigned short)v;
	else if (size == 1)
		*va_arg(*ap, unsigned char *) = (unsigned char)v;
	else
		*va_arg(*ap, unsigned int *) = (unsigned int)v;
}

/* Collects what could be a number of this kind; the caller's strto* decides. Returns its length. */
static int collect(struct scan *s, char *buf, int max, int base, int is_float)
{
	int n = 0, c;

	while (n < max) {
		c = next(s);
		if (!(isdigit(c) || ((c == '-' || c == '+') && (n == 0 || (is_float && tolower(buf[n - 1]) == 'e'))) ||
		      (is_float && (c == '.' || tolower(c) == 'e')) ||
		      (!is_float && base != 10 && base != 8 && (isxdigit(c) || (tolower(c) == 'x' && n && buf[n - 1] == '0'))))) {
			back(s, c);
			break;
		}
		buf[n++] = (char)c;
	}
	buf[n] = 0;
	return n;
}

static int in_set(const char *set, const char *end, int c)
{
	for (const char *p = set; p < end; p++) {
		if (p + 2 < end && p[1] == '-') {
			if (c >= p[0] && c <= p[2])
				return 1;
			p += 2;
		} else if (*p == c) {
			return 1;
		}
	}
	return 0;
}

/* %s, %c and %[: returns 1 if something was stored (or skipped). */
static int text(struct scan *s, char conv, const char *set, const char *end, int invert, int width, char *to)
{
	int n = 0, c;

	if (conv == 'c' && !width)
		width = 1;
	while (!width || n < width) {
		c = next(s);
		if (c == EOF || (conv == 's' && isspace(c)) || (conv == '[' && in_set(set, end, c) == invert)) {
			back(s, c);
			break;
		}
		if (to)
			to[n] = (char)c;
		n++;
	}
	if (to && conv != 'c')
		to[n] = 0;
	return conv == 'c' ? n == width : n > 0;
}

int vfscanf(FILE *restrict f, const char *restrict fmt, va_list args)
{
	struct scan s = { f, 0 };
	int done = 0;
	va_list ap;

	va_copy(ap, args);
	for (; *fmt; fmt++) {
		int skip = 0, width = 0, size = 4, invert = 0, base, c;
		const char *set = NULL, *end = NULL;
		char buf[64], *stop;

		if (isspace(*fmt)) {
			skip_space(&s);
			continue;
		}
		if (*fmt != '%' || fmt[1] == '%') {
			fmt += *fmt == '%';
			c = next(&s);
			if (c != (unsigned char)*fmt) {
				back(&s, c);
				break;
			}
			continue;
		}
		fmt++;
		if (*fmt == '*') {
			skip = 1;
			fmt++;
		}
		while (isdigit(*fmt))
			width = width * 10 + (*fmt++ - '0');
		for (; strchr("hljzqL", *fmt) && *fmt; fmt++)
			size = *fmt == 'h' ? size / 2 : *fmt == 'j' || *fmt == 'q' || (*fmt == 'l' && fmt[-1] == 'l') ? 8 : size;
		if (*fmt == 'n') {
			store(&ap, size, s.count);
			continue;
		}
		if (*fmt == '[') {
			set = fmt + 1;
			invert = *set == '^';
			set += invert;
			end = strchr(set + (*set == ']'), ']');
			if (!end)
				break;
			if (!text(&s, '[', set, end, invert, width, skip ? NULL : va_arg(ap, char *)))
				break;
			fmt = end;
		} else if (*fmt == 'c' || *fmt == 's') {
			if (*fmt == 's')
				skip_space(&s);
			if (!text(&s, *fmt, NULL, NULL, 0, width, skip ? NULL : va_arg(ap, char *)))
				break;
		} else if (strchr("fega", *fmt)) {
			double v;

			skip_space(&s);
			if (!collect(&s, buf, width && width < 63 ? width : 63, 10, 1))
				break;
			v = strtod(buf, &stop);
			if (stop == buf)
				break;
			if (!skip && fmt[-1] == 'l')
				*va_arg(ap, double *) = v;
			else if (!skip)
				*va_arg(ap, float *) = (float)v;
		} else {
			base = *fmt == 'x' || *fmt == 'X' || *fmt == 'p' ? 16 : *fmt == 'o' ? 8 : *fmt == 'i' ? 0 : 10;
			skip_space(&s);
			if (!collect(&s, buf, width && width < 63 ? width : 63, base, 0))
				break;
			unsigned long long v = *fmt == 'd' || *fmt == 'i' ? (unsigned long long)strtoll(buf, &stop, base)
									   : strtoull(buf, &stop, base);
			if (stop == buf)
				break;
			if (!skip)
				store(&ap, size, v);
		}
		done += !skip;
	}
	va_end(ap);
	return done || !feof(f) ? done : EOF;
}

int fscanf(FILE *restrict f, const char *restrict fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vfscanf(f, fmt, ap);
	va_end(ap);
	return n;
}

int scanf(const char *restrict fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vfscanf(stdin, fmt, ap);
	va_end(ap);
	return n;
}

int sscanf(const char *restrict str, const char *restrict fmt, ...)
{
	FILE *f = fmemopen((char *)str, strlen(str), "r");
	va_list ap;
	int n;

	if (!f)
		return EOF;
	va_start(ap, fmt);
	n = vfscanf(f, fmt, ap);
	va_end(ap);
	fclose(f);
	return n;
}
