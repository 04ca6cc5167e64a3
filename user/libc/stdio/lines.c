/* SPDX-License-Identifier: MIT */
/* Reading text by lines, and streams on memory. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "user/libc/internal/stdio.h"

char *fgets(char *restrict s, int n, FILE *restrict f)
{
	int i = 0, c;

	while (i < n - 1 && (c = fgetc(f)) != EOF) {
		s[i++] = (char)c;
		if (c == '\n')
			break;
	}
	if (!i)
		return NULL;
	s[i] = 0;
	return s;
}

ssize_t getdelim(char **restrict line, size_t *restrict cap, int delim, FILE *restrict f)
{
	size_t n = 0;
	int c;

	do {
		c = fgetc(f);
		if (c == EOF)
			break;
		if (!*line || n + 2 > *cap) {
			size_t grown = n + 2 < 120 ? 120 : (n + 2) * 2;
			char *p = realloc(*line, grown);

			if (!p)
				return -1;
			*line = p;
			*cap = grown;
		}
		(*line)[n++] = (char)c;
	} while (c != delim);
	if (!n)
		return -1;
	(*line)[n] = 0;
	return (ssize_t)n;
}

ssize_t getline(char **restrict line, size_t *restrict cap, FILE *restrict f)
{
	return getdelim(line, cap, '\n', f);
}

struct memory {
	char **buf;
	size_t *size;
	const char *from;	/* fmemopen: what is left to read, or the room left to write */
	size_t left;
};

/* The result is always ended by a NUL that is not counted. */
static ssize_t memory_write(FILE *f, const void *p, size_t n)
{
	struct memory *m = f->cookie;
	char *grown = realloc(*m->buf, *m->size + n + 1);

	if (!grown)
		return -1;
	memcpy(grown + *m->size, p, n);
	*m->buf = grown;
	*m->size += n;
	grown[*m->size] = 0;
	return (ssize_t)n;
}

static FILE *memory_file(int flags)
{
	struct memory *m;
	/* The cookie lies behind the FILE, so that fclose frees both. */
	FILE *f = __new_file(-1, flags), *both;

	if (!f)
		return NULL;
	both = realloc(f, sizeof(*f) + sizeof(*m));
	if (!both) {
		fclose(f);
		return NULL;
	}
	*both->link = both;
	if (both->next)
		both->next->link = &both->next;
	both->cookie = memset(both + 1, 0, sizeof(*m));
	both->mode = _IOFBF;
	return both;
}

FILE *open_memstream(char **buf, size_t *size)
{
	FILE *f = memory_file(F_WRITE);
	struct memory *m;

	if (!f)
		return NULL;
	m = f->cookie;
	m->buf = buf;
	m->size = size;
	*size = 0;
	*buf = calloc(1, 1);
	f->write = memory_write;
	return f;
}

static ssize_t string_read(FILE *f, void *p, size_t n)
{
	struct memory *m = f->cookie;

	n = n < m->left ? n : m->left;
	memcpy(p, m->from, n);
	m->from += n;
	m->left -= n;
	return (ssize_t)n;
}

static ssize_t string_write(FILE *f, const void *p, size_t n)
{
	struct memory *m = f->cookie;

	if (n >= m->left) {
		errno = ENOSPC;
		return -1;
	}
	memcpy((char *)m->from, p, n);
	m->from += n;
	m->left -= n;
	*(char *)m->from = 0;
	return (ssize_t)n;
}

FILE *fmemopen(void *buf, size_t size, const char *mode)
{
	FILE *f = memory_file(*mode == 'r' ? F_READ : F_WRITE);
	struct memory *m;

	if (!f)
		return NULL;
	m = f->cookie;
	m->from = buf;
	m->left = size;
	f->read = string_read;
	f->write = string_write;
	return f;
}
