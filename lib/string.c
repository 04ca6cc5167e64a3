/* SPDX-License-Identifier: MIT */
/*
 * Memory and string functions. Most are the obvious loop, for the strings of a kernel are short.
 *
 * The copies are different: a kernel spends much of its life in them. They move words, which x86
 * allows at any address. Large blocks go through single `movsl` in a row: one instruction for each
 * word, as `rep movsl`, but without its cost per round, which is high in an emulator. What is left,
 * and small copies as a whole, is one `rep`, which needs no loop and no branch.
 */
#include "lib/abi/errno.h"
#include "lib/string.h"

/* Any object may be read and written through these, at any address. */
typedef u32 __attribute__((may_alias, aligned(1))) word_t;
typedef u16 __attribute__((may_alias, aligned(1))) half_t;

static __always_inline u32 get_word(const void *p) { return *(const word_t *)p; }
static __always_inline void put_word(void *p, u32 v) { *(word_t *)p = v; }

/* 0 to 16 bytes. All is read before anything is written, so the regions may overlap. */
static __always_inline void move_small(u8 *d, const u8 *s, size_t n)
{
	if (n >= 8) {
		u32 a = get_word(s), b = get_word(s + 4), c = get_word(s + n - 8), e = get_word(s + n - 4);

		put_word(d, a);
		put_word(d + 4, b);
		put_word(d + n - 8, c);
		put_word(d + n - 4, e);
	} else if (n >= 4) {
		u32 a = get_word(s), b = get_word(s + n - 4);

		put_word(d, a);
		put_word(d + n - 4, b);
	} else if (n) {
		u8 last = s[n - 1];

		if (n > 1) {
			half_t first = *(const half_t *)s;

			*(half_t *)d = first;
		}
		d[n - 1] = last;
	}
}

#define BLOCK 256

#ifdef __i386__
#define FOUR_TIMES(s) s s s s

static __always_inline void copy_block(u8 **d, const u8 **s)
{
	__asm__ volatile(FOUR_TIMES(FOUR_TIMES(FOUR_TIMES("movsl\n\t"))) : "+D"(*d), "+S"(*s) :: "memory");
}

/* Less than a block: words, then the bytes that make no word. */
static __always_inline void copy_rest(u8 *d, const u8 *s, size_t n)
{
	size_t words = n / 4;

	__asm__ volatile("rep movsl" : "+D"(d), "+S"(s), "+c"(words) :: "memory");
	if (n & 2)
		__asm__ volatile("movsw" : "+D"(d), "+S"(s) :: "memory");
	if (n & 1)
		*d = *s;
}

static __always_inline u8 *fill_words(u8 *d, u32 v, size_t words)
{
	__asm__ volatile("rep stosl" : "+D"(d), "+c"(words) : "a"(v) : "memory");
	return d;
}
#else
static __always_inline void copy_rest(u8 *d, const u8 *s, size_t n)
{
	for (; n >= 4; n -= 4, d += 4, s += 4)
		put_word(d, get_word(s));
	while (n--)
		*d++ = *s++;
}

static __always_inline void copy_block(u8 **d, const u8 **s)
{
	copy_rest(*d, *s, BLOCK);
	*d += BLOCK;
	*s += BLOCK;
}

static __always_inline u8 *fill_words(u8 *d, u32 v, size_t words)
{
	for (; words; words--, d += 4)
		put_word(d, v);
	return d;
}
#endif

/* Upwards, so that it also serves a memmove to a lower address. */
void *(memcpy)(void *dst, const void *src, size_t n)
{
	u8 *d = dst;
	const u8 *s = src;

	for (; n >= BLOCK; n -= BLOCK)
		copy_block(&d, &s);
	copy_rest(d, s, n);
	return dst;
}

/* n is more than 16; the destination lies above the source and overlaps it. */
static void copy_down(u8 *d, const u8 *s, size_t n)
{
	u32 h0 = get_word(s), h1 = get_word(s + 4), h2 = get_word(s + 8), h3 = get_word(s + 12);

	for (; n > 16; n -= 16) {
		u32 a = get_word(s + n - 16), b = get_word(s + n - 12);
		u32 c = get_word(s + n - 8), e = get_word(s + n - 4);

		put_word(d + n - 16, a);
		put_word(d + n - 12, b);
		put_word(d + n - 8, c);
		put_word(d + n - 4, e);
	}
	put_word(d, h0);
	put_word(d + 4, h1);
	put_word(d + 8, h2);
	put_word(d + 12, h3);
}

void *memmove(void *dst, const void *src, size_t n)
{
	if ((size_t)((u8 *)dst - (const u8 *)src) >= n)
		return memcpy(dst, src, n);
	if (n <= 16)
		move_small(dst, src, n);
	else
		copy_down(dst, src, n);
	return dst;
}

/* Written out: the compiler would make it a loop. */
static __always_inline void fill32(u8 *d, u32 v)
{
	put_word(d, v);
	put_word(d + 4, v);
	put_word(d + 8, v);
	put_word(d + 12, v);
	put_word(d + 16, v);
	put_word(d + 20, v);
	put_word(d + 24, v);
	put_word(d + 28, v);
}

void *(memset)(void *dst, int c, size_t n)
{
	u8 *d = dst;
	u32 v = (u8)c * 0x01010101u;

	for (; n >= 128; n -= 128, d += 128) {
		fill32(d, v);
		fill32(d + 32, v);
		fill32(d + 64, v);
		fill32(d + 96, v);
	}
	d = fill_words(d, v, n / 4);
	for (n &= 3; n; n--)
		*d++ = c;
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *x = a, *y = b;

	for (; n >= 4 && get_word(x) == get_word(y); n -= 4) {
		x += 4;
		y += 4;
	}
	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	for (const u8 *p = s; n--; p++)
		if (*p == (u8)c)
			return (void *)p;
	return NULL;
}

void *memchr_inv(const void *s, int c, size_t n)
{
	const u8 *p = s;
	u32 v = (u8)c * 0x01010101u;

	for (; n >= 4 && get_word(p) == v; n -= 4)
		p += 4;
	for (; n--; p++)
		if (*p != (u8)c)
			return (void *)p;
	return NULL;
}

size_t strlen(const char *s)
{
	const char *p = s;

	while (*p)
		p++;
	return p - s;
}

size_t strnlen(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i])
		i++;
	return i;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++)
		if (*a != *b || !*a)
			return (u8)*a - (u8)*b;
	return 0;
}

int strncasecmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++) {
		int x = tolower((u8)*a), y = tolower((u8)*b);

		if (x != y || !x)
			return x - y;
	}
	return 0;
}

int strcasecmp(const char *a, const char *b) { return strncasecmp(a, b, (size_t)-1); }

char *strchrnul(const char *s, int c)
{
	while (*s && *s != (char)c)
		s++;
	return (char *)s;
}

char *strchr(const char *s, int c)
{
	char *p = strchrnul(s, c);

	return *p == (char)c ? p : NULL;
}

char *strrchr(const char *s, int c)
{
	const char *found = NULL;

	for (;; s++) {
		if (*s == (char)c)
			found = s;
		if (!*s)
			return (char *)found;
	}
}

char *strstr(const char *s, const char *what)
{
	size_t n = strlen(what);

	if (!n)
		return (char *)s;
	for (; (s = strchr(s, *what)); s++)
		if (!strncmp(s, what, n))
			return (char *)s;
	return NULL;
}

size_t strspn(const char *s, const char *accept)
{
	size_t n = 0;

	while (s[n] && strchr(accept, s[n]))
		n++;
	return n;
}

size_t strcspn(const char *s, const char *reject)
{
	size_t n = 0;

	while (s[n] && !strchr(reject, s[n]))
		n++;
	return n;
}

char *strpbrk(const char *s, const char *accept)
{
	s += strcspn(s, accept);
	return *s ? (char *)s : NULL;
}

char *strsep(char **s, const char *delim)
{
	char *token = *s;

	if (!token)
		return NULL;
	char *end = strpbrk(token, delim);

	if (end)
		*end++ = '\0';
	*s = end;
	return token;
}

char *strcpy(char *dst, const char *src) { return memcpy(dst, src, strlen(src) + 1); }

char *strcat(char *dst, const char *src)
{
	strcpy(dst + strlen(dst), src);
	return dst;
}

char *strncpy(char *dst, const char *src, size_t n)
{
	size_t len = strnlen(src, n);

	memcpy(dst, src, len);
	memset(dst + len, 0, n - len);
	return dst;
}

size_t strlcpy(char *dst, const char *src, size_t n)
{
	size_t len = strlen(src);

	if (n) {
		size_t part = len < n ? len : n - 1;

		memcpy(dst, src, part);
		dst[part] = '\0';
	}
	return len;
}

size_t strlcat(char *dst, const char *src, size_t n)
{
	size_t len = strnlen(dst, n);

	return len + strlcpy(dst + len, src, n - len);
}

ssize_t strscpy(char *dst, const char *src, size_t n)
{
	if (!n)
		return -E2BIG;
	size_t len = strnlen(src, n);
	bool fits = len < n;

	if (!fits)
		len = n - 1;
	memcpy(dst, src, len);
	dst[len] = '\0';
	return fits ? (ssize_t)len : -E2BIG;
}

char *skip_spaces(const char *s)
{
	while (isspace((u8)*s))
		s++;
	return (char *)s;
}

char *strim(char *s)
{
	size_t n = strlen(s);

	while (n && isspace((u8)s[n - 1]))
		n--;
	s[n] = '\0';
	return skip_spaces(s);
}
