/* SPDX-License-Identifier: MIT */
/* basename: the last component of a path, without a suffix if one is given. */
#include <libgen.h>
#include <string.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	char *name;

	if (argc < 2 || argc > 3)
		usage("path [suffix]");
	name = basename(argv[1]);
	if (argc == 3) {
		size_t n = strlen(name), k = strlen(argv[2]);

		if (n > k && !strcmp(name + n - k, argv[2]))
			name[n - k] = 0;
	}
	puts(name);
	return finish(0);
}
