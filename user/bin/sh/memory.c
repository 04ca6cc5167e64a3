/* SPDX-License-Identifier: MIT */
/*
 * Memory by the lump. A parsed command lives in an arena of its own; what expansion makes lives in `temp`, which is
 * cut back to a mark when the command that needed it is done.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/bin/sh/sh.h"

#define BLOCK 4000

struct block {
	struct block *down;
	size_t used, size;
	char data[] __attribute__((aligned(8)));
};

struct arena temp;

void *xmalloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		sh_error("out of memory");
	return p;
}

char *xstrdup(const char *s)
{
	return strcpy(xmalloc(strlen(s) + 1), s);
}

void *arena_alloc(struct arena *a, size_t n)
{
	struct block *b = a->top;
	void *p;

	n = (n + 7) & ~(size_t)7;
	if (!b || b->size - b->used < n) {
		size_t size = n > BLOCK ? n : BLOCK;

		b = xmalloc(sizeof(*b) + size);
		b->down = a->top;
		b->used = 0;
		b->size = size;
		a->top = b;
	}
	p = b->data + b->used;
	b->used += n;
	return p;
}

static void pop_block(struct arena *a)
{
	struct block *b = a->top;

	a->top = b->down;
	free(b);
}

void arena_free(struct arena *a)
{
	while (a->top)
		pop_block(a);
}

void *talloc(size_t n)
{
	return arena_alloc(&temp, n);
}

char *tstrndup(const char *s, size_t n)
{
	char *t = talloc(n + 1);

	memcpy(t, s, n);
	t[n] = 0;
	return t;
}

char *tstrdup(const char *s)
{
	return tstrndup(s, strlen(s));
}

char *tprintf(const char *fmt, ...)
{
	va_list ap;
	char *t;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	t = talloc(n + 1);
	va_start(ap, fmt);
	vsnprintf(t, n + 1, fmt, ap);
	va_end(ap);
	return t;
}

struct mark temp_mark(void)
{
	return (struct mark){ temp.top, temp.top ? temp.top->used : 0 };
}

void temp_release(struct mark m)
{
	while (temp.top != m.top)
		pop_block(&temp);
	if (temp.top)
		temp.top->used = m.used;
}

void str_add(struct str *s, char c)
{
	if (s->n + 2 > s->cap) {
		s->cap = s->cap ? s->cap * 2 : 64;
		s->s = realloc(s->s, s->cap);
		if (!s->s)
			sh_error("out of memory");
	}
	s->s[s->n++] = c;
	s->s[s->n] = 0;
}

void str_adds(struct str *s, const char *t)
{
	while (*t)
		str_add(s, *t++);
}

char *str_get(struct str *s)
{
	if (!s->s) {
		str_add(s, 0);
		s->n = 0;
	}
	return s->s;
}

void str_free(struct str *s)
{
	free(s->s);
	*s = (struct str){ 0 };
}
