/* SPDX-License-Identifier: MIT */
/* strings: the readable runs of at least -n (4) characters in files; -t d|o|x their places. */
#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>
#include "user/util/util.h"

static size_t least = 4;
static int radix;

static void scan(FILE *f, const char *name)
{
	char *run = xrealloc(NULL, least + 1);
	unsigned long long at = 0;
	size_t n = 0;
	int c;

	(void)name;
	for (;; at++) {
		c = getc(f);
		if (c != EOF && (isprint(c) || c == '\t')) {
			if (n < least)
				run[n] = (char)c;
			if (++n == least) {
				run[n] = 0;
				if (radix)
					printf(radix == 'x' ? "%7llx " : radix == 'o' ? "%7llo " : "%7llu ", at + 1 - n);
				fputs(run, stdout);
			} else if (n > least) {
				putchar(c);
			}
			continue;
		}
		if (n >= least)
			putchar('\n');
		n = 0;
		if (c == EOF)
			break;
	}
	free(run);
}

int main(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "an:t:")) != -1) {
		if (c == 'n')
			least = (size_t)atol(optarg);
		else if (c == 't')
			radix = *optarg;
		else if (c != 'a')
			usage("[-n length] [-t d|o|x] [file ...]");
	}
	if (!least)
		usage("[-n length] [-t d|o|x] [file ...]");
	return finish(each_input(argc, argv, optind, scan));
}
