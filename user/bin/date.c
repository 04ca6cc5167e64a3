/* SPDX-License-Identifier: MIT */
/* date: the time, as strftime(3) writes +format; -d @seconds or -r file another time; -s @seconds sets the clock. */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "user/util/util.h"

/* @seconds, or "YYYY-MM-DD hh:mm[:ss]". */
static time_t parse(const char *s)
{
	struct tm tm = { 0 };

	if (*s == '@')
		return atoll(s + 1);
	if (sscanf(s, "%d-%d-%d %d:%d:%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec) < 3)
		errx(1, "%s is neither @seconds nor YYYY-MM-DD hh:mm:ss", s);
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return timegm(&tm);
}

int main(int argc, char **argv)
{
	const char *format = "%a %b %e %H:%M:%S UTC %Y";
	time_t t = time(NULL);
	char text[512];
	struct stat st;
	int c;

	while ((c = getopt(argc, argv, "ud:r:s:")) != -1) {
		switch (c) {
		case 'u': break;
		case 'd': t = parse(optarg); break;
		case 'r':
			if (stat(optarg, &st) < 0)
				err(1, "%s", optarg);
			t = st.st_mtime;
			break;
		case 's':
			t = parse(optarg);
			if (clock_settime(CLOCK_REALTIME, &(struct timespec){ .tv_sec = t }) < 0)
				err(1, "cannot set the clock");
			break;
		default: usage("[-d time | -r file | -s time] [+format]");
		}
	}
	if (optind < argc) {
		if (*argv[optind] != '+')
			usage("[-d time | -r file | -s time] [+format]");
		format = argv[optind] + 1;
	}
	if (!strftime(text, sizeof(text), format, localtime(&t)) && *format)
		errx(1, "the text is too long");
	puts(text);
	return finish(0);
}
