/* SPDX-License-Identifier: MIT */
/* printenv: the environment, or the values of the names given; 1 if one is not set. */
#include <stdlib.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	int status = 0;

	for (char **e = environ; argc == 1 && e && *e; e++)
		puts(*e);
	for (int i = 1; i < argc; i++) {
		const char *value = getenv(argv[i]);

		if (value)
			puts(value);
		else
			status = 1;
	}
	return finish(status);
}
