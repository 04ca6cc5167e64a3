/* SPDX-License-Identifier: MIT */
/*
 * vsnprintf: a directive is read into a struct spec, its digits are made from the right in a small
 * buffer, and put_field() adds sign, prefix, zeros and padding. All output goes through one
 * function that counts every byte and keeps those that fit.
 */
#include "lib/div64.h"
#include "lib/printf.h"
#include "lib/string.h"

struct out {
	char *buf;
	size_t size;		/* of buf, with the NUL */
	size_t len;		/* of the text so far, stored or not */
};

enum { F_LEFT = 1, F_PLUS = 2, F_SPACE = 4, F_ALT = 8, F_ZERO = 16, F_UPPER = 32 };

struct spec {
	unsigned flags;
	int width;
	int precision;		/* -1: none given */
	int length;		/* bytes of the argument */
};

static void put_char(struct out *o, char c)
{
	if (o->len + 1 < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void put_repeat(struct out *o, char c, int n)
{
	while (n-- > 0)
		put_char(o, c);
}

static void put_bytes(struct out *o, const char *s, int n)
{
	while (n-- > 0)
		put_char(o, *s++);
}

/* prefix, then zeros, then body: padded with spaces on the one side or the other. */
static void put_field(struct out *o, const struct spec *sp, const char *prefix, int zeros, const char *body, int n)
{
	int plen = strlen(prefix);
	int pad = sp->width - plen - zeros - n;

	if (!(sp->flags & F_LEFT))
		put_repeat(o, ' ', pad);
	put_bytes(o, prefix, plen);
	put_repeat(o, '0', zeros);
	put_bytes(o, body, n);
	if (sp->flags & F_LEFT)
		put_repeat(o, ' ', pad);
}

/* Writes v's digits so that they end before end; returns the first. No digit for 0. */
static char *make_digits(char *end, u64 v, unsigned base, bool upper)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";

	while (v >> 32) {
		u32 digit;

		v = div_u64_rem(v, base, &digit);
		*--end = digits[digit];
	}
	for (u32 low = (u32)v; low; low /= base)
		*--end = digits[low % base];
	return end;
}

static void put_number(struct out *o, const struct spec *sp, u64 v, unsigned base, const char *prefix)
{
	char digits[24];		/* 22 octal digits of 64 bits */
	char *end = digits + sizeof(digits);
	char *first = make_digits(end, v, base, sp->flags & F_UPPER);
	int n = end - first;
	int zeros = (sp->precision < 0 ? 1 : sp->precision) - n;

	if (base == 8 && (sp->flags & F_ALT) && zeros <= 0)
		zeros = 1;
	if (sp->precision < 0 && (sp->flags & F_ZERO) && !(sp->flags & F_LEFT))
		zeros = max(zeros, sp->width - (int)strlen(prefix) - n);
	put_field(o, sp, prefix, max(zeros, 0), first, n);
}

static void put_signed(struct out *o, const struct spec *sp, s64 v)
{
	const char *sign = v < 0 ? "-" : sp->flags & F_PLUS ? "+" : sp->flags & F_SPACE ? " " : "";

	put_number(o, sp, v < 0 ? -(u64)v : (u64)v, 10, sign);
}

static void put_hex(struct out *o, const struct spec *sp, u64 v)
{
	const char *prefix = !(sp->flags & F_ALT) || !v ? "" : sp->flags & F_UPPER ? "0X" : "0x";

	put_number(o, sp, v, 16, prefix);
}

static void put_string(struct out *o, const struct spec *sp, const char *s)
{
	if (!s)
		s = "(null)";
	put_field(o, sp, "", 0, s, sp->precision < 0 ? strlen(s) : strnlen(s, sp->precision));
}

static void put_pointer(struct out *o, struct spec *sp, unsigned long v)
{
	sp->flags |= F_ALT;
	if (v)
		put_hex(o, sp, v);
	else
		put_field(o, sp, "", 0, "(nil)", 5);
}

static const char *parse_flags(struct spec *sp, const char *p)
{
	for (;; p++) {
		switch (*p) {
		case '-': sp->flags |= F_LEFT; break;
		case '+': sp->flags |= F_PLUS; break;
		case ' ': sp->flags |= F_SPACE; break;
		case '#': sp->flags |= F_ALT; break;
		case '0': sp->flags |= F_ZERO; break;
		default: return p;
		}
	}
}

static const char *parse_number(int *value, const char *p)
{
	for (*value = 0; isdigit(*p); p++)
		*value = *value * 10 + (*p - '0');
	return p;
}

static const char *parse_length(struct spec *sp, const char *p)
{
	sp->length = sizeof(int);
	switch (*p) {
	case 'h':
		sp->length = p[1] == 'h' ? 1 : 2;
		return p + (p[1] == 'h' ? 2 : 1);
	case 'l':
		sp->length = p[1] == 'l' ? 8 : (int)sizeof(long);
		return p + (p[1] == 'l' ? 2 : 1);
	case 'j':
		sp->length = 8;
		return p + 1;
	case 'z':
	case 't':
		sp->length = sizeof(size_t);
		return p + 1;
	}
	return p;
}

/* Narrow arguments arrive as int and are cut to their width again. */
static u64 cut_unsigned(u64 v, int length)
{
	return length == 1 ? (u8)v : length == 2 ? (u16)v : length == 4 ? (u32)v : v;
}

static s64 cut_signed(u64 v, int length)
{
	return length == 1 ? (s8)v : length == 2 ? (s16)v : length == 4 ? (s32)v : (s64)v;
}

/* va_list may be an array, which a function receives as a pointer: it travels in a structure. */
struct arguments {
	va_list ap;
};

static u64 next_integer(struct arguments *a, int length)
{
	return length == 8 ? va_arg(a->ap, unsigned long long) : va_arg(a->ap, unsigned int);
}

static const char *parse_spec(struct spec *sp, const char *p, struct arguments *a)
{
	p = parse_flags(sp, p);
	if (*p == '*') {
		sp->width = va_arg(a->ap, int);
		p++;
		if (sp->width < 0) {
			sp->flags |= F_LEFT;
			sp->width = -sp->width;
		}
	} else {
		p = parse_number(&sp->width, p);
	}
	sp->precision = -1;
	if (*p == '.') {
		if (*++p == '*') {
			sp->precision = va_arg(a->ap, int);
			p++;
		} else {
			p = parse_number(&sp->precision, p);
		}
	}
	return parse_length(sp, p);
}

/* One directive, p behind its '%'; returns what follows it. */
static const char *put_directive(struct out *o, const char *p, struct arguments *a)
{
	struct spec sp = { 0 };
	const char *start = p;
	char c;

	p = parse_spec(&sp, p, a);
	switch (*p) {
	case 'd':
	case 'i':
		put_signed(o, &sp, cut_signed(next_integer(a, sp.length), sp.length));
		break;
	case 'u':
		put_number(o, &sp, cut_unsigned(next_integer(a, sp.length), sp.length), 10, "");
		break;
	case 'o':
		put_number(o, &sp, cut_unsigned(next_integer(a, sp.length), sp.length), 8, "");
		break;
	case 'X':
		sp.flags |= F_UPPER;
		fallthrough;
	case 'x':
		put_hex(o, &sp, cut_unsigned(next_integer(a, sp.length), sp.length));
		break;
	case 'c':
		c = va_arg(a->ap, int);
		put_field(o, &sp, "", 0, &c, 1);
		break;
	case 's':
		put_string(o, &sp, va_arg(a->ap, const char *));
		break;
	case 'p':
		put_pointer(o, &sp, (unsigned long)va_arg(a->ap, void *));
		break;
	case '%':
		put_char(o, '%');
		break;
	default:		/* not one of ours: shown as it stands */
		put_char(o, '%');
		return start;
	}
	return p + 1;
}

int vsnprintf(char *buf, size_t n, const char *fmt, va_list args)
{
	struct out o = { buf, n, 0 };
	struct arguments a;

	va_copy(a.ap, args);
	while (*fmt) {
		if (*fmt == '%')
			fmt = put_directive(&o, fmt + 1, &a);
		else
			put_char(&o, *fmt++);
	}
	va_end(a.ap);
	if (n)
		buf[o.len < n ? o.len : n - 1] = '\0';
	return o.len;
}

int snprintf(char *buf, size_t n, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int len = vsnprintf(buf, n, fmt, args);

	va_end(args);
	return len;
}

int vscnprintf(char *buf, size_t n, const char *fmt, va_list args)
{
	int len = vsnprintf(buf, n, fmt, args);

	return (size_t)len < n ? len : n ? (int)n - 1 : 0;
}

int scnprintf(char *buf, size_t n, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int len = vscnprintf(buf, n, fmt, args);

	va_end(args);
	return len;
}
