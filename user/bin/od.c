/* SPDX-License-Identifier: MIT */
/*
 * od: a dump of bytes. -A d|o|x|n how addresses look, -t a|c|d|o|u|x[size] how data does (-b -c -d -o -x -i for short), -j
 * skips, -N stops, -v all lines.
 */
#include <ctype.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

#define ROW 16

static struct { char kind; int size; } types[8];
static int ntypes, byte_width, address = 'o', every;
static char **files;
static unsigned long long offset;

/* The operands as one stream. */
static int next_byte(void)
{
	static FILE *f;
	int c;

	for (;;) {
		if (!f) {
			if (!*files)
				return EOF;
			f = open_input(*files++);
			if (!f)
				continue;
		}
		c = getc(f);
		if (c != EOF)
			return c;
		close_input(f);
		f = NULL;
	}
}

static void add_types(const char *s)
{
	while (*s) {
		char kind = *s++;
		int size = kind == 'a' || kind == 'c' ? 1 : 4;

		if (!strchr("acdoux", kind) || ntypes == 8)
			usage("[-A d|o|x|n] [-t type] [-bcdoxiv] [-j skip] [-N count] [file ...]");
		if (isdigit((unsigned char)*s))
			size = (int)strtol(s, (char **)&s, 10);
		else if (*s && strchr("CSIL", *s))
			size = *s == 'C' ? 1 : *s == 'S' ? 2 : 4, s++;
		if (size != 1 && size != 2 && size != 4 && size != 8)
			errx(1, "there is no type of %d bytes", size);
		types[ntypes].kind = kind;
		types[ntypes++].size = size;
	}
}

static void print_address(void)
{
	if (address == 'n')
		return;
	printf(address == 'd' ? "%07llu" : address == 'x' ? "%06llx" : "%07llo", offset);
}

/* Digits that the widest value of 1, 2, 4, 8 bytes takes. */
static int digits(char kind, int size)
{
	static const int octal[] = { 3, 6, 11, 22 }, hex[] = { 2, 4, 8, 16 }, decimal[] = { 3, 5, 10, 20 };
	int i = size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : 3;

	switch (kind) {
	case 'o': return octal[i];
	case 'x': return hex[i];
	case 'u': return decimal[i];
	case 'd': return decimal[i] + (size < 8);
	}
	return 3;
}

/* As wide a byte as the widest type needs, so that several types line up. */
static void set_width(void)
{
	for (int t = 0; t < ntypes; t++) {
		int w = (digits(types[t].kind, types[t].size) + types[t].size) / types[t].size;

		byte_width = w > byte_width ? w : byte_width;
	}
	if (ntypes == 1)
		byte_width = 0;
}

static const char *character(unsigned char c, int named)
{
	static const char *const names[] = { "nul", "soh", "stx", "etx", "eot", "enq", "ack", "bel", "bs", "ht", "nl", "vt", "ff", "cr",
		"so", "si", "dle", "dc1", "dc2", "dc3", "dc4", "nak", "syn",
		"etb", "can", "em", "sub", "esc", "fs", "gs", "rs", "us", "sp" };
	static const char escapes[] = "0\0\0\0\0\0\0abtnvfr";
	static char text[8];

	if (named && (c & 127) <= ' ')
		return names[c & 127];
	if (named && (c & 127) == 127)
		return "del";
	if (named || isprint(c))
		snprintf(text, sizeof(text), "%c", named ? c & 127 : c);
	else if (c < sizeof(escapes) - 1 && escapes[c])
		snprintf(text, sizeof(text), "\\%c", escapes[c]);
	else
		snprintf(text, sizeof(text), "%03o", c);
	return text;
}

static const char *number(char kind, int size, const unsigned char *p)
{
	unsigned long long v = 0;
	static char text[32];
	int n = digits(kind, size);

	memcpy(&v, p, (size_t)size);
	if (kind == 'd')
		snprintf(text, sizeof(text), "%*lld", n, (long long)(v << (64 - 8 * size)) >> (64 - 8 * size));
	else
		snprintf(text, sizeof(text), kind == 'o' ? "%0*llo" : kind == 'x' ? "%0*llx" : "%*llu", n, v);
	return text;
}

static void print_row(const unsigned char *row, size_t n)
{
	for (int t = 0; t < ntypes; t++) {
		if (t && address != 'n')
			printf("%*s", address == 'x' ? 6 : 7, "");
		else if (!t)
			print_address();
		for (size_t i = 0; i < n; i += (size_t)types[t].size)
			printf("%*s", byte_width ? byte_width * types[t].size : digits(types[t].kind, types[t].size) + 1,
			       types[t].kind == 'a' || types[t].kind == 'c' ? character(row[i], types[t].kind == 'a') :
			       number(types[t].kind, types[t].size, row + i));
		putchar('\n');
	}
}

static void dump(unsigned long long limit)
{
	unsigned char row[ROW], last[ROW];
	int starred = 0, have_last = 0, c = 0;
	size_t n;

	while (c != EOF && limit) {
		memset(row, 0, sizeof(row));
		for (n = 0; n < ROW && limit && (c = next_byte()) != EOF; n++, limit--)
			row[n] = (unsigned char)c;
		if (!n)
			break;
		if (!every && have_last && n == ROW && !memcmp(row, last, ROW)) {
			if (!starred)
				puts("*");
			starred = 1;
		} else {
			print_row(row, n);
			starred = 0;
		}
		memcpy(last, row, ROW);
		have_last = 1;
		offset += n;
	}
	if (address != 'n') {
		print_address();
		putchar('\n');
	}
}

int main(int argc, char **argv)
{
	static char *standard_input[] = { "-", NULL };
	unsigned long long limit = ~0ull, skip = 0;
	int c;

	while ((c = getopt(argc, argv, "A:t:j:N:vbcdoxi")) != -1) {
		switch (c) {
		case 'A': address = *optarg; break;
		case 't': add_types(optarg); break;
		case 'j': skip = (unsigned long long)parse_size(optarg); break;
		case 'N': limit = (unsigned long long)parse_size(optarg); break;
		case 'v': every = 1; break;
		case 'b': add_types("o1"); break;
		case 'c': add_types("c"); break;
		case 'd': add_types("u2"); break;
		case 'o': add_types("o2"); break;
		case 'x': add_types("x2"); break;
		case 'i': add_types("d4"); break;
		default: usage("[-A d|o|x|n] [-t type] [-bcdoxiv] [-j skip] [-N count] [file ...]");
		}
	}
	if (!ntypes)
		add_types("o2");
	set_width();
	files = optind < argc ? argv + optind : standard_input;
	for (; offset < skip; offset++)
		if (next_byte() == EOF)
			errx(1, "cannot skip beyond the end");
	dump(limit);
	return finish(0);
}
