/* SPDX-License-Identifier: MIT */
/* realpath: the absolute path without symbolic links, "." and "..". */
#include <err.h>
#include <limits.h>
#include <stdlib.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	char path[PATH_MAX];
	int status = 0;

	if (argc < 2)
		usage("path ...");
	for (int i = 1; i < argc; i++)
		if (realpath(argv[i], path)) {
			puts(path);
		} else {
			warn("%s", argv[i]);
			status = 1;
		}
	return finish(status);
}
