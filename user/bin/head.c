/* SPDX-License-Identifier: MIT */
/* head: the first lines (-n, 10) or bytes (-c) of each file; -n -N all but the last N lines. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

static long long count = 10;
static int bytes, headers, shown;

static void all_but_last(FILE *f, size_t n)
{
	char **ring = calloc(n + 1, sizeof(*ring));
	size_t *sizes = calloc(n + 1, sizeof(*sizes)), at = 0;
	ssize_t len;

	while ((len = getline(&ring[at % (n + 1)], &sizes[at % (n + 1)], f)) > 0) {
		at++;
		if (at > n)
			fputs(ring[at % (n + 1)], stdout);
	}
}

static void head(FILE *f, const char *name)
{
	long long left = count;
	int c;

	if (headers)
		printf("%s==> %s <==\n", shown++ ? "\n" : "", strcmp(name, "-") ? name : "standard input");
	if (count < 0) {
		all_but_last(f, (size_t)-count);
		return;
	}
	while (left > 0 && (c = getc(f)) != EOF) {
		putchar(c);
		left -= bytes || c == '\n';
	}
}

int main(int argc, char **argv)
{
	int c, quiet = 0;

	if (argc > 1 && argv[1][0] == '-' && argv[1][1] >= '0' && argv[1][1] <= '9') {
		count = atoll(argv[1] + 1);
		optind = 2;
	}
	while ((c = getopt(argc, argv, "n:c:qv")) != -1) {
		switch (c) {
		case 'c':
			bytes = 1;
			count = parse_size(optarg);
			if (count < 0)
				usage("[-n lines | -c bytes] [-qv] [file ...]");
			break;
		case 'n': count = atoll(optarg); break;
		case 'q': quiet = 1; break;
		case 'v': headers = 1; break;
		default: usage("[-n lines | -c bytes] [-qv] [file ...]");
		}
	}
	headers = (headers || argc - optind > 1) && !quiet;
	return finish(each_input(argc, argv, optind, head));
}
