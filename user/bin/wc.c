/* SPDX-License-Identifier: MIT */
/* wc: counts lines, words, bytes and characters (UTF-8). */
#include <ctype.h>
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

enum { LINES, WORDS, CHARS, BYTES, COUNTS };
static const char letters[] = "lwmc";
static int wanted[COUNTS], width = 7;
static unsigned long long total[COUNTS];

static void print(const unsigned long long n[], const char *name)
{
	const char *sep = "";

	for (int i = 0; i < COUNTS; i++)
		if (wanted[i]) {
			printf("%s%*llu", sep, width, n[i]);
			sep = " ";
		}
	printf(strcmp(name, "-") ? " %s\n" : "\n", name);
}

static void count(FILE *f, const char *name)
{
	unsigned long long n[COUNTS] = { 0 };
	int c, in_word = 0;

	while ((c = getc(f)) != EOF) {
		n[BYTES]++;
		n[CHARS] += (c & 0xc0) != 0x80;
		n[LINES] += c == '\n';
		n[WORDS] += !isspace(c) && !in_word;
		in_word = !isspace(c);
	}
	for (int i = 0; i < COUNTS; i++)
		total[i] += n[i];
	print(n, name);
}

/* As wide as the sum of the sizes; 7 where a size cannot be known, 1 for a single number. */
static int choose_width(int argc, char **argv)
{
	unsigned long long size = 0;
	int files = argc - optind, columns = 0, w = 1;
	struct stat st;

	for (int i = 0; i < COUNTS; i++)
		columns += wanted[i];
	if (columns == 1 && files <= 1)
		return 1;
	for (int i = optind; i < argc || (!files && i == optind); i++) {
		if ((files && strcmp(argv[i], "-") ? stat(argv[i], &st) : fstat(0, &st)) < 0)
			continue;
		if (!S_ISREG(st.st_mode))
			return 7;
		size += (unsigned long long)st.st_size;
	}
	for (; size >= 10; size /= 10)
		w++;
	return w;
}

int main(int argc, char **argv)
{
	int c, any = 0, status;

	while ((c = getopt(argc, argv, letters)) != -1) {
		if (c == '?')
			usage("[-lwmc] [file ...]");
		wanted[strchr(letters, c) - letters] = any = 1;
	}
	if (!any)
		wanted[LINES] = wanted[WORDS] = wanted[BYTES] = 1;
	width = choose_width(argc, argv);
	status = each_input(argc, argv, optind, count);
	if (argc - optind > 1)
		print(total, "total");
	return finish(status);
}
