/* SPDX-License-Identifier: MIT */
/* rmdir: removes empty directories; -p also those above that become empty. */
#include <err.h>
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	int parents = 0, status = 0, c;

	while ((c = getopt(argc, argv, "p")) != -1) {
		if (c == '?')
			usage("[-p] dir ...");
		parents = 1;
	}
	if (optind == argc)
		usage("[-p] dir ...");
	for (; optind < argc; optind++) {
		char *path = argv[optind], *slash;

		do {
			if (rmdir(path) < 0) {
				warn("cannot remove %s", path);
				status = 1;
				break;
			}
			slash = strrchr(path, '/');
			if (slash)
				*slash = 0;
		} while (parents && slash && *path);
	}
	return status;
}
