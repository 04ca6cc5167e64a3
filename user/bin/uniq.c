/* SPDX-License-Identifier: MIT */
/*
 * uniq: of equal lines that follow each other, one. -c counts them, -d only repeated, -u only single ones; -f skips
 * fields, -s characters, -i case.
 */
#include <ctype.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "user/util/util.h"

static int counts, repeated, single, fold, skip_fields, skip_chars;

static const char *part(const char *s)
{
	for (int i = 0; i < skip_fields; i++) {
		while (isblank((unsigned char)*s))
			s++;
		while (*s && !isblank((unsigned char)*s))
			s++;
	}
	for (int i = 0; i < skip_chars && *s; i++)
		s++;
	return s;
}

static void print(const char *line, unsigned long n)
{
	if ((repeated && n < 2) || (single && n > 1))
		return;
	if (counts)
		printf("%7lu ", n);
	puts(line);
}

int main(int argc, char **argv)
{
	char *line = NULL, *last = NULL;
	unsigned long count = 0;
	size_t cap = 0;
	ssize_t n;
	int c;

	while ((c = getopt(argc, argv, "cduif:s:")) != -1) {
		switch (c) {
		case 'c': counts = 1; break;
		case 'd': repeated = 1; break;
		case 'u': single = 1; break;
		case 'i': fold = 1; break;
		case 'f': skip_fields = atoi(optarg); break;
		case 's': skip_chars = atoi(optarg); break;
		default: usage("[-cdui] [-f fields] [-s chars] [in [out]]");
		}
	}
	if (optind < argc && strcmp(argv[optind], "-") && !freopen(argv[optind], "r", stdin))
		err(1, "%s", argv[optind]);
	if (optind + 1 < argc && !freopen(argv[optind + 1], "w", stdout))
		err(1, "%s", argv[optind + 1]);
	while ((n = getline(&line, &cap, stdin)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = 0;
		if (last && !(fold ? strcasecmp : strcmp)(part(last), part(line))) {
			count++;
			continue;
		}
		if (last)
			print(last, count);
		free(last);
		last = strdup(line);
		count = 1;
	}
	if (last)
		print(last, count);
	return finish(ferror(stdin) != 0);
}
