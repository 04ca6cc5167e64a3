/* SPDX-License-Identifier: MIT */
/*
 * sort: lines in order. -n by number, -f without case, -b without leading blanks, -d letters, digits and blanks only, -r backwards;
 * -k f[.c][opts][,f[.c][opts]] by part of a line, -t what separates fields; -u each once, -s stable, -c only checks, -o into a file.
 * All lines are held in memory, and sorted with merges, which keeps the order of equal ones.
 */
#include <ctype.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

struct order { char numeric, fold, blanks, dictionary, reverse; };
struct key {
	int field, ch, end_field, end_ch;	/* from 1; end_field 0: the end of the line; end_ch 0: the end of the field */
	int own_order;
	struct order order;
};

static struct key keys[16];
static int nkeys, unique, stable, separator = -1;
static struct order order;	/* of keys without their own, and of whole lines */
static char **lines;
static size_t nlines;

static int order_letter(struct order *o, int c)
{
	switch (c) {
	case 'n': o->numeric = 1; return 1;
	case 'f': o->fold = 1; return 1;
	case 'b': o->blanks = 1; return 1;
	case 'd': o->dictionary = 1; return 1;
	case 'r': o->reverse = 1; return 1;
	}
	return 0;
}

static char *position(char *s, int *field, int *ch, struct key *k)
{
	*field = (int)strtol(s, &s, 10);
	*ch = 0;
	if (*s == '.')
		*ch = (int)strtol(s + 1, &s, 10);
	while (order_letter(&k->order, *s)) {
		k->own_order = 1;
		s++;
	}
	return s;
}

static void add_key(char *s)
{
	struct key *k = &keys[nkeys++];
	char *text = s;

	if (nkeys == 16)
		errx(2, "too many keys");
	s = position(s, &k->field, &k->ch, k);
	if (*s == ',')
		s = position(s + 1, &k->end_field, &k->end_ch, k);
	if (*s || k->field < 1)
		errx(2, "%s is no key", text);
	if (!k->ch)
		k->ch = 1;
}

/* Where field n (from 1) begins. Without -t the blanks before a field belong to it. */
static const char *field_start(const char *s, int n)
{
	for (; n > 1 && *s; n--) {
		if (separator >= 0) {
			s += strcspn(s, (char[]){ (char)separator, 0 });
			s += *s != 0;
			continue;
		}
		while (isblank((unsigned char)*s))
			s++;
		while (*s && !isblank((unsigned char)*s))
			s++;
	}
	return s;
}

static const char *field_end(const char *s)
{
	if (separator >= 0)
		return s + strcspn(s, (char[]){ (char)separator, 0 });
	while (isblank((unsigned char)*s))
		s++;
	while (*s && !isblank((unsigned char)*s))
		s++;
	return s;
}

static const char *skip_blanks(const char *s)
{
	while (isblank((unsigned char)*s))
		s++;
	return s;
}

static const char *advance(const char *s, int n)
{
	while (n-- > 0 && *s)
		s++;
	return s;
}

static void key_range(const struct key *k, const struct order *o, const char *line, const char **start, const char **end)
{
	const char *s = field_start(line, k->field);

	*start = advance(o->blanks ? skip_blanks(s) : s, k->ch - 1);
	*end = line + strlen(line);
	if (k->end_field) {
		s = field_start(line, k->end_field);
		*end = k->end_ch ? advance(o->blanks ? skip_blanks(s) : s, k->end_ch) : field_end(s);
	}
	if (*end < *start)
		*end = *start;
}

/* Digits of any length, compared as text: [blanks][-]digits[.digits]. */
struct number { int negative; const char *digits, *fraction; size_t n, nfraction; };

static struct number parse_number(const char *s, const char *end)
{
	struct number x = { 0 };

	while (s < end && isblank((unsigned char)*s))
		s++;
	x.negative = s < end && *s == '-';
	s += x.negative;
	while (s < end && *s == '0')
		s++;
	x.digits = s;
	while (s < end && isdigit((unsigned char)*s))
		s++;
	x.n = (size_t)(s - x.digits);
	if (s < end && *s == '.') {
		x.fraction = ++s;
		while (s < end && isdigit((unsigned char)*s))
			s++;
		while (s > x.fraction && s[-1] == '0')
			s--;
		x.nfraction = (size_t)(s - x.fraction);
	}
	if (!x.n && !x.nfraction)
		x.negative = 0;
	return x;
}

static int compare_numbers(const char *a, const char *aend, const char *b, const char *bend)
{
	struct number x = parse_number(a, aend), y = parse_number(b, bend);
	int d;

	if (x.negative != y.negative)
		return x.negative ? -1 : 1;
	if (x.n != y.n)
		d = x.n < y.n ? -1 : 1;
	else
		d = memcmp(x.digits, y.digits, x.n);
	if (!d && (x.nfraction || y.nfraction)) {
		size_t n = x.nfraction < y.nfraction ? x.nfraction : y.nfraction;

		d = n ? memcmp(x.fraction, y.fraction, n) : 0;
		if (!d)
			d = x.nfraction < y.nfraction ? -1 : x.nfraction > y.nfraction;
	}
	return x.negative ? -d : d;
}

static int ignored(const struct order *o, int c)
{
	return o->dictionary && !isalnum(c) && !isblank(c);
}

static int compare_text(const struct order *o, const char *a, const char *aend, const char *b, const char *bend)
{
	if (o->blanks) {
		while (a < aend && isblank((unsigned char)*a))
			a++;
		while (b < bend && isblank((unsigned char)*b))
			b++;
	}
	for (;; a++, b++) {
		int x, y;

		while (a < aend && ignored(o, (unsigned char)*a))
			a++;
		while (b < bend && ignored(o, (unsigned char)*b))
			b++;
		if (a >= aend || b >= bend)
			return (a < aend) - (b < bend);
		x = o->fold ? toupper((unsigned char)*a) : (unsigned char)*a;
		y = o->fold ? toupper((unsigned char)*b) : (unsigned char)*b;
		if (x != y)
			return x - y;
	}
}

static int compare_part(const struct order *o, const char *a, const char *aend, const char *b, const char *bend)
{
	int d = o->numeric ? compare_numbers(a, aend, b, bend) : compare_text(o, a, aend, b, bend);

	return o->reverse ? -d : d;
}

/* By the keys only: what -u and -s call equal. */
static int compare_keys(const char *a, const char *b)
{
	if (!nkeys)
		return compare_part(&order, a, a + strlen(a), b, b + strlen(b));
	for (int i = 0; i < nkeys; i++) {
		const struct order *o = keys[i].own_order ? &keys[i].order : &order;
		const char *as, *ae, *bs, *be;
		int d;

		key_range(&keys[i], o, a, &as, &ae);
		key_range(&keys[i], o, b, &bs, &be);
		d = compare_part(o, as, ae, bs, be);
		if (d)
			return d;
	}
	return 0;
}

static int compare(const char *a, const char *b)
{
	int d = compare_keys(a, b);

	if (d || unique || stable)
		return d;
	d = strcmp(a, b);
	return order.reverse ? -d : d;
}

static void merge_sort(char **a, char **tmp, size_t n)
{
	size_t half = n / 2, i = 0, j = half, k = 0;

	if (n < 2)
		return;
	merge_sort(a, tmp, half);
	merge_sort(a + half, tmp, n - half);
	while (i < half && j < n)
		tmp[k++] = compare(a[i], a[j]) <= 0 ? a[i++] : a[j++];
	while (i < half)
		tmp[k++] = a[i++];
	memcpy(a, tmp, k * sizeof(*a));		/* what is left of the upper half is in place */
}

static void read_lines(FILE *f, const char *name)
{
	static size_t cap;
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	(void)name;
	while ((n = getline(&line, &size, f)) > 0) {
		if (line[n - 1] == '\n')
			line[--n] = 0;
		if (nlines == cap) {
			cap = cap ? 2 * cap : 1024;
			lines = xrealloc(lines, cap * sizeof(*lines));
		}
		lines[nlines] = xrealloc(NULL, (size_t)n + 1);
		memcpy(lines[nlines++], line, (size_t)n + 1);
	}
	free(line);
}

static int check(void)
{
	for (size_t i = 1; i < nlines; i++) {
		int d = compare(lines[i - 1], lines[i]);

		if (d > 0 || (unique && !d)) {
			warnx("line %zu is out of order: %s", i + 1, lines[i]);
			return 1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *out = NULL;
	int c, check_only = 0, status;
	char **tmp;

	while ((c = getopt(argc, argv, "nfbdrk:t:uscmo:")) != -1) {
		if (order_letter(&order, c))
			continue;
		switch (c) {
		case 'k': add_key(optarg); break;
		case 't': separator = !strcmp(optarg, "\\t") ? '\t' : (unsigned char)*optarg; break;
		case 'u': unique = 1; break;
		case 's': stable = 1; break;
		case 'c': check_only = 1; break;
		case 'o': out = optarg; break;
		case 'm': break;
		default: usage("[-nfbdruscm] [-k key] [-t separator] [-o file] [file ...]");
		}
	}
	status = each_input(argc, argv, optind, read_lines) ? 2 : 0;
	if (check_only)
		return check();
	tmp = xrealloc(NULL, nlines * sizeof(*tmp));
	merge_sort(lines, tmp, nlines);
	if (out && !freopen(out, "w", stdout))
		err(2, "%s", out);
	for (size_t i = 0; i < nlines; i++)
		if (!unique || !i || compare_keys(lines[i - 1], lines[i]))
			puts(lines[i]);
	return finish(0) ? 2 : status;
}
