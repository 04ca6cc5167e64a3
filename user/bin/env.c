/* SPDX-License-Identifier: MIT */
/* env: prints the environment, or runs a command in a changed one. -i begins with none, -u takes a name out. */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "-i") || !argv[i][1])
			clearenv();
		else if (!strcmp(argv[i], "-u") && i + 1 < argc)
			unsetenv(argv[++i]);
		else
			usage("[-i] [-u name] [name=value ...] [command ...]");
	}
	for (; i < argc && strchr(argv[i], '='); i++)
		putenv(argv[i]);
	if (i == argc) {
		for (char **e = environ; e && *e; e++)
			puts(*e);
		return finish(0);
	}
	execvp(argv[i], argv + i);
	err(errno == ENOENT ? 127 : 126, "%s", argv[i]);
}
