/* SPDX-License-Identifier: MIT */
/* cut: parts of each line, by characters (-c, -b) or fields (-f, parted by -d); -s leaves out lines without a separator. */
#include <ctype.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

static struct { unsigned long from, to; } ranges[64];
static int nranges, delimiter = '\t', by_field, only_separated;
static const char *out_delimiter;

/* "1,3-5,7-" */
static void parse(const char *s)
{
	while (*s) {
		unsigned long from = 1, to;
		char *end = (char *)s;

		if (isdigit((unsigned char)*s))
			from = strtoul(s, &end, 10);
		to = from;
		if (*end == '-') {
			s = end + 1;
			to = strtoul(s, &end, 10);
			if (end == s)
				to = (unsigned long)-1;
		} else if (end == s) {
			errx(1, "%s is no list", s);
		}
		if (!from || to < from || (*end && *end != ',') || nranges == 64)
			errx(1, "%s is no list", s);
		ranges[nranges].from = from;
		ranges[nranges++].to = to;
		s = *end ? end + 1 : end;
	}
}

static int wanted(unsigned long n)
{
	for (int i = 0; i < nranges; i++)
		if (n >= ranges[i].from && n <= ranges[i].to)
			return 1;
	return 0;
}

static void cut_fields(char *line)
{
	int any = 0;
	unsigned long n = 1;

	if (!strchr(line, delimiter)) {
		if (!only_separated)
			puts(line);
		return;
	}
	for (char *p = line, *end; p; p = end ? end + 1 : NULL, n++) {
		end = strchr(p, delimiter);
		if (!wanted(n))
			continue;
		if (any++)
			fputs(out_delimiter, stdout);
		fwrite(p, 1, end ? (size_t)(end - p) : strlen(p), stdout);
	}
	putchar('\n');
}

static void cut(FILE *f, const char *name)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	(void)name;
	while ((n = getline(&line, &cap, f)) > 0) {
		if (line[n - 1] == '\n')
			line[--n] = 0;
		if (by_field) {
			cut_fields(line);
			continue;
		}
		for (ssize_t i = 0; i < n; i++)
			if (wanted((unsigned long)i + 1))
				putchar(line[i]);
		putchar('\n');
	}
	free(line);
}

int main(int argc, char **argv)
{
	static char same[2];
	int c;

	while ((c = getopt(argc, argv, "b:c:f:d:o:sn")) != -1) {
		switch (c) {
		case 'f': by_field = 1;
			/* fall through */
		case 'b':
		case 'c': parse(optarg); break;
		case 'd': delimiter = *optarg; break;
		case 'o': out_delimiter = optarg; break;
		case 's': only_separated = 1; break;
		case 'n': break;
		default: usage("-c list | -f list [-d delimiter] [-s] [file ...]");
		}
	}
	if (!nranges)
		usage("-c list | -f list [-d delimiter] [-s] [file ...]");
	same[0] = (char)delimiter;
	if (!out_delimiter)
		out_delimiter = same;
	return finish(each_input(argc, argv, optind, cut));
}
