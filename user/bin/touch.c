/* SPDX-License-Identifier: MIT */
/* touch: sets a file's times to now, or to those of -r's file or -d's @seconds; makes it if it is not there, except with -c. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_NOW } };
	int c, create = 1, access_only = 0, modify_only = 0, status = 0;
	struct stat st;

	while ((c = getopt(argc, argv, "camr:d:")) != -1) {
		switch (c) {
		case 'c': create = 0; break;
		case 'a': access_only = 1; break;
		case 'm': modify_only = 1; break;
		case 'r':
			if (stat(optarg, &st) < 0)
				err(1, "%s", optarg);
			times[0] = st.st_atim;
			times[1] = st.st_mtim;
			break;
		case 'd':
			if (*optarg != '@')
				errx(1, "the time must be given as @seconds");
			times[0] = times[1] = (struct timespec){ .tv_sec = atoll(optarg + 1) };
			break;
		default: usage("[-cam] [-r file | -d @seconds] file ...");
		}
	}
	if (optind == argc)
		usage("[-cam] [-r file | -d @seconds] file ...");
	if (access_only && !modify_only)
		times[1].tv_nsec = UTIME_OMIT;
	if (modify_only && !access_only)
		times[0].tv_nsec = UTIME_OMIT;
	for (; optind < argc; optind++) {
		const char *path = argv[optind];

		if (utimensat(AT_FDCWD, path, times, 0) == 0)
			continue;
		if (errno == ENOENT && !create)
			continue;
		if (errno == ENOENT) {
			int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

			if (fd >= 0 && futimens(fd, times) == 0 && close(fd) == 0)
				continue;
		}
		warn("cannot touch %s", path);
		status = 1;
	}
	return status;
}
