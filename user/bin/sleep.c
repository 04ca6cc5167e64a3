/* SPDX-License-Identifier: MIT */
/* sleep: waits for the sum of its operands, in seconds, or with m, h, d in minutes, hours, days; fractions are allowed. */
#include <err.h>
#include <stdlib.h>
#include <time.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	double seconds = 0;
	struct timespec ts;

	if (argc < 2)
		usage("number[smhd] ...");
	for (int i = 1; i < argc; i++) {
		char *end;
		double n = strtod(argv[i], &end);

		if (end == argv[i] || n < 0 || (*end && end[1]))
			errx(1, "%s is no time", argv[i]);
		switch (*end) {
		case 'd': n *= 24;
			/* fall through */
		case 'h': n *= 60;
			/* fall through */
		case 'm': n *= 60;
			/* fall through */
		case 's':
		case 0: break;
		default: errx(1, "%s is no time", argv[i]);
		}
		seconds += n;
	}
	ts = (struct timespec){ .tv_sec = (time_t)seconds, .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9) };
	while (nanosleep(&ts, &ts) < 0)
		;
	return 0;
}
