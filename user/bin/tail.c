/* SPDX-License-Identifier: MIT */
/* tail: the last lines (-n, 10) or bytes (-c) of each file, or those from +N on; -f waits for more. */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

static long long count = 10;
static int bytes, from_start, headers, shown;

/* Lines or bytes from number count on. */
static void skip(FILE *f)
{
	long long left = count - 1;
	int c;

	while (left > 0 && (c = getc(f)) != EOF)
		left -= bytes || c == '\n';
	while ((c = getc(f)) != EOF)
		putchar(c);
}

/* The last lines in a ring of lines. */
static void last_lines(FILE *f)
{
	size_t n = (size_t)count, total = 0;
	char **ring = calloc(n, sizeof(*ring));
	size_t *sizes = calloc(n, sizeof(*sizes)), *lengths = calloc(n, sizeof(*lengths));
	ssize_t len;

	if (!ring || !sizes || !lengths)
		errx(1, "out of memory");
	while ((len = getline(&ring[total % n], &sizes[total % n], f)) > 0)
		lengths[total++ % n] = (size_t)len;
	for (size_t i = total > n ? total - n : 0; i < total; i++)
		fwrite(ring[i % n], 1, lengths[i % n], stdout);
	for (size_t i = 0; i < n; i++)
		free(ring[i]);
	free(ring);
	free(sizes);
	free(lengths);
}

static void last_bytes(FILE *f)
{
	size_t n = (size_t)count, total = 0;
	char *ring = xrealloc(NULL, n);
	int c;

	while ((c = getc(f)) != EOF)
		ring[total++ % n] = (char)c;
	for (size_t i = total > n ? total - n : 0; i < total; i++)
		putchar(ring[i % n]);
	free(ring);
}

static void tail(FILE *f, const char *name)
{
	if (headers)
		printf("%s==> %s <==\n", shown++ ? "\n" : "", strcmp(name, "-") ? name : "standard input");
	if (from_start)
		skip(f);
	else if (count > 0)
		(bytes ? last_bytes : last_lines)(f);
}

/* New data is whatever read finds beyond the end, twice a second. */
static void __attribute__((noreturn)) follow(const char *path)
{
	FILE *f = open_input(path);
	char buf[4096];

	if (!f)
		exit(1);
	fseek(f, 0, SEEK_END);
	for (;;) {
		size_t n = fread(buf, 1, sizeof(buf), f);

		if (n) {
			fwrite(buf, 1, n, stdout);
			fflush(stdout);
			continue;
		}
		clearerr(f);
		usleep(500000);
	}
}

static void set_count(const char *s)
{
	from_start = *s == '+';
	count = parse_size(s + (*s == '+' || *s == '-'));
	if (count < 0)
		usage("[-f] [-n [+]lines | -c [+]bytes] [-qv] [file ...]");
}

int main(int argc, char **argv)
{
	int c, quiet = 0, again = 0, status;

	if (argc > 1 && (argv[1][0] == '-' || argv[1][0] == '+') && argv[1][1] >= '0' && argv[1][1] <= '9') {
		set_count(argv[1]);
		optind = 2;
	}
	while ((c = getopt(argc, argv, "n:c:fqv")) != -1) {
		switch (c) {
		case 'c': bytes = 1;
			/* fall through */
		case 'n': set_count(optarg); break;
		case 'f': again = 1; break;
		case 'q': quiet = 1; break;
		case 'v': headers = 1; break;
		default: usage("[-f] [-n [+]lines | -c [+]bytes] [-qv] [file ...]");
		}
	}
	headers = (headers || argc - optind > 1) && !quiet;
	status = each_input(argc, argv, optind, tail);
	if (again && argc - optind == 1) {
		fflush(stdout);
		follow(argv[optind]);
	}
	return finish(status);
}
