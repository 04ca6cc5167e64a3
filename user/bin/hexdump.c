/* SPDX-License-Identifier: MIT */
/* hexdump: bytes as 16-bit words; -C one by one, with the characters beside; -n stops, -s skips, -v all lines. */
#include <ctype.h>
#include <err.h>
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

#define ROW 16

static int canonical, every;
static unsigned long long offset, limit = ~0ull, skip;
static unsigned char row[ROW], last[ROW];
static int nrow, have_last, starred;

static void print_canonical(void)
{
	printf("%08llx", offset);
	for (int i = 0; i < ROW; i++) {
		printf("%s", i % 8 ? " " : "  ");
		if (i < nrow)
			printf("%02x", row[i]);
		else
			printf("  ");
	}
	printf("  |");
	for (int i = 0; i < nrow; i++)
		putchar(isprint(row[i]) ? row[i] : '.');
	puts("|");
}

static void print_words(void)
{
	printf("%07llx", offset);
	for (int i = 0; i < ROW; i += 2) {
		if (i < nrow)
			printf(" %04x", row[i] | (i + 1 < nrow ? row[i + 1] << 8 : 0));
		else
			printf("     ");
	}
	putchar('\n');
}

static void flush_row(void)
{
	if (!nrow)
		return;
	if (!every && have_last && nrow == ROW && !memcmp(row, last, ROW)) {
		if (!starred)
			puts("*");
		starred = 1;
	} else {
		(canonical ? print_canonical : print_words)();
		starred = 0;
	}
	memcpy(last, row, ROW);
	have_last = 1;
	offset += (unsigned long long)nrow;
	nrow = 0;
}

static void dump(FILE *f, const char *name)
{
	int c;

	(void)name;
	while (limit && (c = getc(f)) != EOF) {
		if (skip) {
			skip--;
			offset++;
			continue;
		}
		row[nrow++] = (unsigned char)c;
		limit--;
		if (nrow == ROW)
			flush_row();
	}
}

int main(int argc, char **argv)
{
	int c, status;

	while ((c = getopt(argc, argv, "Cn:s:v")) != -1) {
		switch (c) {
		case 'C': canonical = 1; break;
		case 'n': limit = (unsigned long long)parse_size(optarg); break;
		case 's': skip = (unsigned long long)parse_size(optarg); break;
		case 'v': every = 1; break;
		default: usage("[-Cv] [-n count] [-s skip] [file ...]");
		}
	}
	status = each_input(argc, argv, optind, dump);
	flush_row();
	if (offset)
		printf(canonical ? "%08llx\n" : "%07llx\n", offset);
	return finish(status);
}
