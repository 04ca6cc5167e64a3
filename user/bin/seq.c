/* SPDX-License-Identifier: MIT */
/* seq: the numbers from first (1) by step (1) to last. -s sets what stands between them, -w pads with zeros. */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

/* Digits behind the point. */
static int places(const char *s)
{
	const char *dot = strchr(s, '.');

	return dot ? (int)strlen(dot + 1) : 0;
}

static double number(const char *s)
{
	char *end;
	double n = strtod(s, &end);

	if (*end || end == s)
		errx(1, "%s is no number", s);
	return n;
}

int main(int argc, char **argv)
{
	double first = 1, step = 1, last;
	const char *sep = "\n";
	int pad = 0, precision = 0, width = 0, n;
	long count;

	for (optind = 1; optind < argc && argv[optind][0] == '-'; optind++) {
		if (!strcmp(argv[optind], "-w"))
			pad = 1;
		else if (argv[optind][1] == 's' && (argv[optind][2] || optind + 1 < argc))
			sep = argv[optind][2] ? argv[optind] + 2 : argv[++optind];
		else
			break;	/* a negative number */
	}
	n = argc - optind;
	if (n < 1 || n > 3)
		usage("[-w] [-s separator] [first [step]] last");
	if (n > 1)
		first = number(argv[optind]);
	if (n > 2)
		step = number(argv[optind + 1]);
	last = number(argv[argc - 1]);
	if (step == 0)
		errx(1, "the step is zero");
	for (int i = 0; i < n - (n > 1); i++)
		if (places(argv[optind + i]) > precision)
			precision = places(argv[optind + i]);
	if (pad) {
		int a = snprintf(NULL, 0, "%.*f", precision, first), b = snprintf(NULL, 0, "%.*f", precision, last);

		width = a > b ? a : b;
	}
	/* Counted, not added up: sums of fractions would drift. */
	count = (long)((last - first) / step + 1e-9);
	if ((last - first) / step < 0)
		return 0;
	for (long i = 0; i <= count; i++)
		printf("%s%0*.*f", i ? sep : "", width, precision, first + (double)i * step);
	putchar('\n');
	return finish(0);
}
