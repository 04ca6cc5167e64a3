/* SPDX-License-Identifier: MIT */
/* readlink: where a symbolic link points; -f the whole path without any link in it; -n without a newline. */
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	int c, whole = 0, newline = 1, status = 0;
	char path[PATH_MAX + 1];

	while ((c = getopt(argc, argv, "fne")) != -1) {
		if (c == '?')
			usage("[-fn] file ...");
		whole |= c != 'n';
		newline &= c != 'n';
	}
	if (optind == argc)
		usage("[-fn] file ...");
	for (; optind < argc; optind++) {
		ssize_t n = 0;

		if (whole ? !realpath(argv[optind], path) : (n = readlink(argv[optind], path, PATH_MAX)) < 0) {
			status = 1;
			continue;
		}
		if (!whole)
			path[n] = 0;
		printf("%s%s", path, newline ? "\n" : "");
	}
	return finish(status);
}
