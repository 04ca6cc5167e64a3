/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Memory and strings as in C and in string(3). Sizes are in bytes, regions of memcpy must not
 * overlap, and no string function looks behind the NUL or the n-th byte.
 */
#include "lib/types.h"

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
/* The first byte that differs from c, or NULL. */
void *memchr_inv(const void *s, int c, size_t n);

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t n);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
/* The first c, or the end of the string. */
char *strchrnul(const char *s, int c);
char *strstr(const char *s, const char *what);
size_t strspn(const char *s, const char *accept);
size_t strcspn(const char *s, const char *reject);
char *strpbrk(const char *s, const char *accept);
/* The next token up to a byte of delim, which becomes a NUL; *s moves on, and is NULL after the last. */
char *strsep(char **s, const char *delim);

char *strcpy(char *dst, const char *src);
char *strcat(char *dst, const char *src);
char *strncpy(char *dst, const char *src, size_t n);
/* Copies at most n - 1 bytes and a NUL; returns strlen(src): not less than n means cut off. */
size_t strlcpy(char *dst, const char *src, size_t n);
/* The same for appending, n being the size of dst. */
size_t strlcat(char *dst, const char *src, size_t n);
/* As strlcpy, but returns the bytes copied or -E2BIG if src was cut off (n 0: nothing is written). */
ssize_t strscpy(char *dst, const char *src, size_t n);
/* Skips white space at the front; cuts it at the end as well. */
char *skip_spaces(const char *s);
char *strim(char *s);

static __always_inline bool str_has_prefix(const char *s, const char *prefix)
{
	while (*prefix)
		if (*s++ != *prefix++)
			return false;
	return true;
}

/* ASCII, whatever the sign of char. */
static __always_inline int isdigit(int c) { return (unsigned)c - '0' < 10; }
static __always_inline int islower(int c) { return (unsigned)c - 'a' < 26; }
static __always_inline int isupper(int c) { return (unsigned)c - 'A' < 26; }
static __always_inline int isspace(int c) { return c == ' ' || (unsigned)c - '\t' < 5; }
static __always_inline int isprint(int c) { return (unsigned)c - ' ' < 95; }
static __always_inline int isxdigit(int c) { return isdigit(c) || ((unsigned)c | 32) - 'a' < 6; }
static __always_inline int tolower(int c) { return isupper(c) ? c + 32 : c; }
static __always_inline int toupper(int c) { return islower(c) ? c - 32 : c; }

#if !__STDC_HOSTED__
/* A copy of a small constant size is a few moves, which the compiler places better than a call. */
#define memcpy(d, s, n) (__builtin_constant_p(n) && (n) <= 64 ? __builtin_memcpy(d, s, n) : memcpy(d, s, n))
#define memset(d, c, n) (__builtin_constant_p(n) && (n) <= 64 ? __builtin_memset(d, c, n) : memset(d, c, n))
#endif
