/* SPDX-License-Identifier: MIT */
/*
 * Formatted output. One interpreter feeds bytes to a sink: a stream, or a bounded string. Floating point is exact: the
 * number is written out as a big integer in base 10^9, and rounded half to even at the digit asked for.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/libc/internal/stdio.h"

struct sink {
	FILE *f;		/* or, if NULL: */
	char *buf;
	size_t size;
	size_t count;		/* bytes produced, also those that did not fit */
	int error;
};

struct spec {
	unsigned minus : 1, plus : 1, space : 1, alt : 1, zero : 1;
	int width;
	int prec;		/* -1: none given */
	char conv;
};

static void out(struct sink *s, const char *p, size_t n)
{
	if (s->f) {
		if (n && fwrite(p, 1, n, s->f) != n)
			s->error = 1;
	} else if (s->count < s->size) {
		size_t room = s->size - s->count;

		memcpy(s->buf + s->count, p, n < room ? n : room);
	}
	s->count += n;
}

static void pad(struct sink *s, char c, int n)
{
	char block[32];

	memset(block, c, sizeof(block));
	for (; n > 0; n -= (int)sizeof(block))
		out(s, block, n < (int)sizeof(block) ? n : (int)sizeof(block));
}

/* prefix (sign, 0x), then zeros, then the body, in a field. */
static void field(struct sink *s, const struct spec *sp, const char *prefix, int zeros, const char *body, int len)
{
	int plen = (int)strlen(prefix), fill = sp->width - plen - zeros - len;

	if (fill > 0 && sp->zero && !sp->minus) {
		zeros += fill;
		fill = 0;
	}
	if (!sp->minus)
		pad(s, ' ', fill);
	out(s, prefix, plen);
	pad(s, '0', zeros);
	out(s, body, len);
	if (sp->minus)
		pad(s, ' ', fill);
}

static const char *sign_of(const struct spec *sp, int negative)
{
	return negative ? "-" : sp->plus ? "+" : sp->space ? " " : "";
}

static void integer(struct sink *s, struct spec *sp, unsigned long long v, int negative)
{
	char buf[24], *p = buf + sizeof(buf);
	const char *prefix = "", *digits = sp->conv == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	unsigned base = sp->conv == 'o' ? 8 : tolower(sp->conv) == 'x' ? 16 : 10;
	int len, zeros;

	if (sp->conv == 'd')
		prefix = sign_of(sp, negative);
	else if (base == 16 && sp->alt && v)
		prefix = sp->conv == 'X' ? "0X" : "0x";
	for (; v; v /= base)
		*--p = digits[v % base];
	len = (int)(buf + sizeof(buf) - p);
	if (sp->prec >= 0)
		sp->zero = 0;
	else
		sp->prec = 1;
	zeros = sp->prec > len ? sp->prec - len : 0;
	if (base == 8 && sp->alt && !zeros)
		zeros = 1;
	field(s, sp, prefix, zeros, p, len);
}

/* A double as decimal digits: up to 309 before the point and 1074 behind it. */
struct decimal {
	char digit[1400];
	int len;	/* digits held */
	int point;	/* how many of them are before the decimal point; may be negative */
};

static void bignum_mul_add(uint32_t *big, int *n, uint32_t mul, uint32_t add)
{
	uint64_t carry = add;

	for (int i = 0; i < *n; i++) {
		carry += (uint64_t)big[i] * mul;
		big[i] = (uint32_t)(carry % 1000000000u);
		carry /= 1000000000u;
	}
	if (carry)
		big[(*n)++] = (uint32_t)carry;
}

/* v = mantissa * 2^exp. For a negative exp multiply by 5 instead, and move the point: 2^-k = 5^k / 10^k. */
static void to_decimal(struct decimal *d, double v)
{
	union { double d; uint64_t u; } bits = { .d = v };
	int exp = (int)((bits.u >> 52) & 0x7ff);
	uint64_t m = bits.u & ((1ull << 52) - 1);
	uint32_t big[160];
	int n = 0, len = 0;

	if (exp)
		m |= 1ull << 52;
	else
		exp = 1;
	exp -= 1075;
	while (m && !(m & 1)) {
		m >>= 1;
		exp++;
	}
	for (uint64_t rest = m; rest; rest /= 1000000000u)
		big[n++] = (uint32_t)(rest % 1000000000u);
	for (int i = 0; i < exp; i++)
		bignum_mul_add(big, &n, 2, 0);
	for (int i = 0; i > exp; i--)
		bignum_mul_add(big, &n, 5, 0);
	while (n-- > 0)
		for (uint32_t unit = 100000000; unit; unit /= 10)
			if (len || big[n] / unit % 10)
				d->digit[len++] = (char)('0' + big[n] / unit % 10);
	d->len = len;
	d->point = len + (exp < 0 ? exp : 0);
	if (!len)
		d->point = 1;
}

/* Keeps the first n digits (n may be negative), half to even. */
static void round_decimal(struct decimal *d, int n)
{
	int up, i;

	if (n >= d->len)
		return;
	if (n < 0) {
		d->len = 0;
		return;
	}
	up = d->digit[n] > '5';
	if (d->digit[n] == '5') {
		for (i = n + 1; i < d->len && d->digit[i] == '0'; i++)
			;
		up = i < d->len || (n > 0 && (d->digit[n - 1] & 1));
	}
	d->len = n;
	if (!up)
		return;
	for (i = n - 1; i >= 0 && d->digit[i] == '9'; i--)
		d->digit[i] = '0';
	if (i >= 0) {
		d->digit[i]++;
		return;
	}
	memmove(d->digit + 1, d->digit, n);
	d->digit[0] = '1';
	d->len = n + 1;
	d->point++;
}

static char digit_at(const struct decimal *d, int i)
{
	return i >= 0 && i < d->len ? d->digit[i] : '0';
}

static int fixed(char *buf, const struct decimal *d, int prec, int alt)
{
	int n = 0;

	if (d->point <= 0)
		buf[n++] = '0';
	for (int i = 0; i < d->point; i++)
		buf[n++] = digit_at(d, i);
	if (prec > 0 || alt)
		buf[n++] = '.';
	for (int i = 0; i < prec; i++)
		buf[n++] = digit_at(d, d->point + i);
	return n;
}

static int scientific(char *buf, const struct decimal *d, int prec, int alt, char e)
{
	int n = 0, exp = d->len ? d->point - 1 : 0;

	buf[n++] = digit_at(d, 0);
	if (prec > 0 || alt)
		buf[n++] = '.';
	for (int i = 1; i <= prec; i++)
		buf[n++] = digit_at(d, i);
	return n + sprintf(buf + n, "%c%c%02d", e, exp < 0 ? '-' : '+', abs(exp));
}

static int strip_zeros(char *buf, int n)
{
	if (!memchr(buf, '.', n))
		return n;
	while (buf[n - 1] == '0')
		n--;
	return buf[n - 1] == '.' ? n - 1 : n;
}

#define PREC_MAX 1100

static void floating(struct sink *s, struct spec *sp, double v)
{
	static struct decimal d;
	static char buf[1500 + PREC_MAX];
	int n, negative = __builtin_signbit(v) != 0, prec = sp->prec < 0 ? 6 : sp->prec;
	char conv = (char)tolower(sp->conv);

	if (__builtin_isnan(v) || __builtin_isinf(v)) {
		sp->zero = 0;
		field(s, sp, sign_of(sp, negative), 0, __builtin_isnan(v) ? "nan" : "inf", 3);
		return;
	}
	prec = prec > PREC_MAX ? PREC_MAX : prec;
	to_decimal(&d, negative ? -v : v);
	if (conv == 'f') {
		round_decimal(&d, d.point + prec);
		n = fixed(buf, &d, prec, sp->alt);
	} else if (conv == 'e') {
		round_decimal(&d, prec + 1);
		n = scientific(buf, &d, prec, sp->alt, sp->conv);
	} else {
		int exp;

		prec = prec ? prec : 1;
		round_decimal(&d, prec);
		exp = d.len ? d.point - 1 : 0;
		if (exp < -4 || exp >= prec) {
			int m = scientific(buf, &d, prec - 1, sp->alt, sp->conv - 2), e = m;

			while (tolower(buf[e - 1]) != 'e')
				e--;
			n = sp->alt ? e - 1 : strip_zeros(buf, e - 1);
			memmove(buf + n, buf + e - 1, m - e + 1);
			n += m - e + 1;
		} else {
			n = fixed(buf, &d, prec - 1 - exp, sp->alt);
			n = sp->alt ? n : strip_zeros(buf, n);
		}
	}
	field(s, sp, sign_of(sp, negative), 0, buf, n);
}

/* Flags, width and precision; returns what follows them. */
static const char *parse_spec(const char *f, struct spec *sp, va_list *ap)
{
	memset(sp, 0, sizeof(*sp));
	for (;; f++) {
		if (*f == '-')
			sp->minus = 1;
		else if (*f == '+')
			sp->plus = 1;
		else if (*f == ' ')
			sp->space = 1;
		else if (*f == '#')
			sp->alt = 1;
		else if (*f == '0')
			sp->zero = 1;
		else
			break;
	}
	if (*f == '*') {
		f++;
		sp->width = va_arg(*ap, int);
		if (sp->width < 0) {
			sp->minus = 1;
			sp->width = -sp->width;
		}
	} else {
		sp->width = (int)strtol(isdigit(*f) ? f : "0", isdigit(*f) ? (char **)&f : NULL, 10);
	}
	sp->prec = -1;
	if (*f == '.') {
		f++;
		if (*f == '*') {
			f++;
			sp->prec = va_arg(*ap, int);
		} else {
			sp->prec = 0;
			while (isdigit(*f))
				sp->prec = sp->prec * 10 + (*f++ - '0');
		}
	}
	return f;
}

/* h, hh, l, ll, z, j, t: returns the size in bytes of the integer meant. */
static const char *parse_length(const char *f, int *size)
{
	*size = sizeof(int);
	switch (*f) {
	case 'h':
		*size = f[1] == 'h' ? 1 : 2;
		return f + (f[1] == 'h' ? 2 : 1);
	case 'l':
		*size = f[1] == 'l' ? 8 : sizeof(long);
		return f + (f[1] == 'l' ? 2 : 1);
	case 'q':
	case 'j':
		*size = 8;
		return f + 1;
	case 'L':
		*size = 12;
		return f + 1;
	case 'z':
	case 't':
		return f + 1;
	}
	return f;
}

static void signed_arg(struct sink *s, struct spec *sp, int size, va_list *ap)
{
	long long v = size == 8 ? va_arg(*ap, long long) : va_arg(*ap, int);

	if (size == 1)
		v = (signed char)v;
	else if (size == 2)
		v = (short)v;
	sp->conv = 'd';
	integer(s, sp, v < 0 ? -(unsigned long long)v : (unsigned long long)v, v < 0);
}

static void unsigned_arg(struct sink *s, struct spec *sp, int size, va_list *ap)
{
	unsigned long long v = size == 8 ? va_arg(*ap, unsigned long long) : va_arg(*ap, unsigned int);

	if (size == 1)
		v = (unsigned char)v;
	else if (size == 2)
		v = (unsigned short)v;
	integer(s, sp, v, 0);
}

static void convert(struct sink *s, struct spec *sp, int size, va_list *ap)
{
	const char *str;
	char c;

	switch (sp->conv) {
	case 'd':
	case 'i':
		signed_arg(s, sp, size, ap);
		break;
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		unsigned_arg(s, sp, size, ap);
		break;
	case 'p':
		sp->conv = 'x';
		sp->alt = 1;
		integer(s, sp, (uintptr_t)va_arg(*ap, void *), 0);
		break;
	case 'c':
		c = (char)va_arg(*ap, int);
		sp->zero = 0;
		field(s, sp, "", 0, &c, 1);
		break;
	case 's':
		str = va_arg(*ap, const char *);
		str = str ? str : "(null)";
		sp->zero = 0;
		field(s, sp, "", 0, str, sp->prec < 0 ? (int)strlen(str) : (int)strnlen(str, sp->prec));
		break;
	case 'm':
		str = strerror(errno);
		field(s, sp, "", 0, str, (int)strlen(str));
		break;
	case 'e':
	case 'E':
	case 'f':
	case 'F':
	case 'g':
	case 'G':
		floating(s, sp, size == 12 ? (double)va_arg(*ap, long double) : va_arg(*ap, double));
		break;
	case 'n':
		*va_arg(*ap, int *) = (int)s->count;
		break;
	case '%':
		out(s, "%", 1);
		break;
	default:
		s->error = 1;
	}
}

static void format(struct sink *s, const char *f, va_list *ap)
{
	while (*f && !s->error) {
		const char *percent = strchrnul(f, '%');
		struct spec sp;
		int size;

		out(s, f, percent - f);
		if (!*percent)
			return;
		f = parse_spec(percent + 1, &sp, ap);
		f = parse_length(f, &size);
		sp.conv = *f;
		if (!*f++)
			return;
		convert(s, &sp, size, ap);
	}
}

int vfprintf(FILE *restrict f, const char *restrict fmt, va_list ap)
{
	struct sink s = { .f = f };
	va_list copy;

	va_copy(copy, ap);
	format(&s, fmt, &copy);
	va_end(copy);
	return s.error || s.count > INT_MAX ? -1 : (int)s.count;
}

int vsnprintf(char *restrict buf, size_t n, const char *restrict fmt, va_list ap)
{
	struct sink s = { .buf = buf, .size = n ? n - 1 : 0 };
	va_list copy;

	va_copy(copy, ap);
	format(&s, fmt, &copy);
	va_end(copy);
	if (n)
		buf[s.count < n ? s.count : n - 1] = 0;
	return s.error || s.count > INT_MAX ? -1 : (int)s.count;
}

int vprintf(const char *restrict fmt, va_list ap)
{
	return vfprintf(stdout, fmt, ap);
}

int vsprintf(char *restrict s, const char *restrict fmt, va_list ap)
{
	return vsnprintf(s, INT_MAX, fmt, ap);
}

int vasprintf(char **outp, const char *restrict fmt, va_list ap)
{
	int n = vsnprintf(NULL, 0, fmt, ap);

	*outp = n < 0 ? NULL : malloc(n + 1);
	return *outp ? vsnprintf(*outp, n + 1, fmt, ap) : -1;
}

int vdprintf(int fd, const char *restrict fmt, va_list ap)
{
	char *s;
	int n = vasprintf(&s, fmt, ap);

	if (n >= 0) {
		n = (int)write(fd, s, n);
		free(s);
	}
	return n;
}

#define VARIADIC(call) \
	va_list ap; \
	int n; \
	va_start(ap, fmt); \
	n = call; \
	va_end(ap); \
	return n

int printf(const char *restrict fmt, ...) { VARIADIC(vfprintf(stdout, fmt, ap)); }
int fprintf(FILE *restrict f, const char *restrict fmt, ...) { VARIADIC(vfprintf(f, fmt, ap)); }
int dprintf(int fd, const char *restrict fmt, ...) { VARIADIC(vdprintf(fd, fmt, ap)); }
int sprintf(char *restrict s, const char *restrict fmt, ...) { VARIADIC(vsnprintf(s, INT_MAX, fmt, ap)); }
int snprintf(char *restrict s, size_t size, const char *restrict fmt, ...) { VARIADIC(vsnprintf(s, size, fmt, ap)); }
int asprintf(char **outp, const char *restrict fmt, ...) { VARIADIC(vasprintf(outp, fmt, ap)); }
