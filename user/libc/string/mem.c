/* SPDX-License-Identifier: MIT */
/* Blocks of memory. The copies use the string instructions, which every x86 since the Pentium Pro does in blocks. */
#include <string.h>

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
	void *d = dst;
	size_t words = n / 4, bytes = n % 4;

	__asm__ volatile("rep movsl\n\t"
			 "movl %3, %%ecx\n\t"
			 "rep movsb"
			 : "+D"(d), "+S"(src), "+c"(words)
			 : "r"(bytes)
			 : "memory");
	return dst;
}

void *mempcpy(void *restrict dst, const void *restrict src, size_t n)
{
	return (char *)memcpy(dst, src, n) + n;
}

/* Overlapping with dst above src: from the end, one byte at a time. */
static void copy_down(char *d, const char *s, size_t n)
{
	while (n--)
		d[n] = s[n];
}

void *memmove(void *dst, const void *src, size_t n)
{
	if ((char *)dst <= (const char *)src || (char *)dst >= (const char *)src + n)
		return memcpy(dst, src, n);
	copy_down(dst, src, n);
	return dst;
}

void *memset(void *dst, int c, size_t n)
{
	void *d = dst;
	size_t words = n / 4, bytes = n % 4;

	__asm__ volatile("rep stosl\n\t"
			 "movl %2, %%ecx\n\t"
			 "rep stosb"
			 : "+D"(d), "+c"(words)
			 : "r"(bytes), "a"((unsigned char)c * 0x01010101u)
			 : "memory");
	return dst;
}

void bzero(void *p, size_t n)
{
	memset(p, 0, n);
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *p = a, *q = b;

	for (; n; n--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	const unsigned char *p = s;

	for (; n; n--, p++)
		if (*p == (unsigned char)c)
			return (void *)p;
	return NULL;
}

void *memrchr(const void *s, int c, size_t n)
{
	const unsigned char *p = s;

	while (n--)
		if (p[n] == (unsigned char)c)
			return (void *)(p + n);
	return NULL;
}

void *memmem(const void *hay, size_t hlen, const void *needle, size_t nlen)
{
	const char *h = hay;

	for (; hlen >= nlen; h++, hlen--)
		if (!memcmp(h, needle, nlen))
			return (void *)h;
	return NULL;
}
