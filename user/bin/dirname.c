/* SPDX-License-Identifier: MIT */
/* dirname: a path without its last component. */
#include <libgen.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	if (argc != 2)
		usage("path");
	puts(dirname(argv[1]));
	return finish(0);
}
