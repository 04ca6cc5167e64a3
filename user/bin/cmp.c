/* SPDX-License-Identifier: MIT */
/* cmp: whether two files are the same; tells where they are not. -s says nothing, -l lists all differing bytes. */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	unsigned long long at = 1, line = 1;
	int o, silent = 0, list = 0, status = 0;
	FILE *f, *g;

	while ((o = getopt(argc, argv, "sl")) != -1) {
		if (o == '?')
			usage("[-s | -l] file1 file2");
		silent |= o == 's';
		list |= o == 'l';
	}
	if (argc - optind != 2)
		usage("[-s | -l] file1 file2");
	f = open_input(argv[optind]);
	g = f ? open_input(argv[optind + 1]) : NULL;
	if (!g)
		return 2;
	for (;; at++) {
		int a = getc(f), b = getc(g);

		if (a == EOF && b == EOF)
			return finish(status);
		if (a == EOF || b == EOF) {
			if (!silent) {
				fflush(stdout);
				fprintf(stderr, "cmp: EOF on %s after byte %llu%s\n", argv[a == EOF ? optind : optind + 1], at - 1,
					at == 1 ? ", which is empty" : "");
			}
			return 1;
		}
		if (a != b && !list) {
			if (!silent)
				printf("%s %s differ: char %llu, line %llu\n", argv[optind], argv[optind + 1], at, line);
			return 1;
		}
		if (a != b) {
			printf("%llu %3o %3o\n", at, a, b);
			status = 1;
		}
		line += a == '\n';
	}
}
