/* SPDX-License-Identifier: MIT */
/* hostname: prints the machine's name, or sets it. */
#include <err.h>
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	char name[256];

	if (argc > 2)
		usage("[name]");
	if (argc == 2) {
		if (sethostname(argv[1], strlen(argv[1])) < 0)
			err(1, "cannot set the name");
		return 0;
	}
	if (gethostname(name, sizeof(name)) < 0)
		err(1, "gethostname");
	puts(name);
	return finish(0);
}
