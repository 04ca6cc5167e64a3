/* SPDX-License-Identifier: MIT */
/* tr: replaces characters of the first set by those of the second; -d deletes, -s squeezes repeats, -c takes the complement. */
#include <ctype.h>
#include <err.h>
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

struct set {
	unsigned char c[1024];
	int n;
};

static const struct { const char *name; int (*is)(int); } classes[] = {
	{ "alpha", isalpha }, { "digit", isdigit }, { "alnum", isalnum }, { "upper", isupper }, { "lower", islower },
	{ "space", isspace }, { "blank", isblank }, { "punct", ispunct }, { "print", isprint }, { "graph", isgraph },
	{ "cntrl", iscntrl }, { "xdigit", isxdigit },
};

static void put(struct set *s, int c)
{
	if (s->n < (int)sizeof(s->c))
		s->c[s->n++] = (unsigned char)c;
}

/* One character, perhaps escaped. */
static int character(const char **p)
{
	static const char names[] = "abfnrtv\\", values[] = "\a\b\f\n\r\t\v\\";
	int c = (unsigned char)*(*p)++;
	const char *at;

	if (c != '\\' || !**p)
		return c;
	if (**p >= '0' && **p <= '7') {
		c = 0;
		for (int i = 0; i < 3 && **p >= '0' && **p <= '7'; i++)
			c = c * 8 + (*(*p)++ - '0');
		return c & 255;
	}
	c = (unsigned char)*(*p)++;
	at = strchr(names, c);
	return at ? values[at - names] : c;
}

static int class(const char **p, struct set *s)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
		size_t n = strlen(classes[i].name);

		if (strncmp(*p, "[:", 2) || strncmp(*p + 2, classes[i].name, n) || strncmp(*p + 2 + n, ":]", 2))
			continue;
		for (int c = 0; c < 256; c++)
			if (classes[i].is(c))
				put(s, c);
		*p += n + 4;
		return 1;
	}
	return 0;
}

static void parse(const char *p, struct set *s)
{
	while (*p) {
		int from, to;

		if (class(&p, s))
			continue;
		from = to = character(&p);
		if (*p == '-' && p[1]) {
			p++;
			to = character(&p);
			if (to < from)
				errx(1, "%c-%c goes backwards", from, to);
		}
		for (int c = from; c <= to; c++)
			put(s, c);
	}
}

static void complement(struct set *s)
{
	struct set all = { .n = 0 };

	for (int c = 0; c < 256; c++)
		if (!memchr(s->c, c, (size_t)s->n))
			put(&all, c);
	*s = all;
}

int main(int argc, char **argv)
{
	static const char how[] = "[-cds] set1 [set2]";
	int c, delete = 0, squeeze = 0, invert = 0, last = -1;
	static struct set from, to;
	short map[256];
	char squeezed[256] = { 0 };

	while ((c = getopt(argc, argv, "cCds")) != -1) {
		switch (c) {
		case 'c':
		case 'C': invert = 1; break;
		case 'd': delete = 1; break;
		case 's': squeeze = 1; break;
		default: usage(how);
		}
	}
	if (optind == argc || argc - optind > 2 || (argc - optind < 2 && !delete && !squeeze))
		usage(how);
	parse(argv[optind], &from);
	if (invert)
		complement(&from);
	if (optind + 1 < argc)
		parse(argv[optind + 1], &to);
	for (int i = 0; i < 256; i++)
		map[i] = (short)i;
	if (!delete && to.n)
		for (int i = from.n - 1; i >= 0; i--)	/* the first mention counts */
			map[from.c[i]] = to.c[i < to.n ? i : to.n - 1];
	for (int i = 0; delete && i < from.n; i++)
		map[from.c[i]] = -1;
	if (squeeze) {
		const struct set *s = to.n ? &to : &from;

		for (int i = 0; i < s->n; i++)
			squeezed[s->c[i]] = 1;
	}
	while ((c = getchar()) != EOF) {
		c = map[c];
		if (c < 0 || (c == last && squeezed[c]))
			continue;
		putchar(c);
		last = c;
	}
	return finish(0);
}
