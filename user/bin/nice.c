/* SPDX-License-Identifier: MIT */
/* nice: runs a command with a lower priority, by 10 or -n; without a command it prints its own niceness. */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	int c, by = 10, own;

	while ((c = getopt(argc, argv, "+n:")) != -1) {
		if (c != 'n')
			usage("[-n number] [command ...]");
		by = atoi(optarg);
	}
	own = getpriority(PRIO_PROCESS, 0);
	if (optind == argc) {
		printf("%d\n", own);
		return finish(0);
	}
	if (setpriority(PRIO_PROCESS, 0, own + by) < 0)
		warn("cannot set the niceness");
	execvp(argv[optind], argv + optind);
	err(errno == ENOENT ? 127 : 126, "%s", argv[optind]);
}
