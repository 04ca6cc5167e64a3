/* SPDX-License-Identifier: MIT */
/* swapoff: has the kernel bring back what it swapped to these devices and files, and leave them; -a: all of them. */
#include <err.h>
#include <string.h>
#include <sys/swap.h>
#include <unistd.h>
#include "user/util/util.h"

static int status;

static void leave(const char *path)
{
	if (swapoff(path) < 0) {
		warn("%s: swapoff failed", path);
		status = 1;
	}
}

/* The names in /proc/swaps, behind its headline. */
static void leave_all(void)
{
	char text[4096], *line;

	if (read_file("/proc/swaps", text, sizeof(text)) < 0)
		err(1, "/proc/swaps");
	for (line = strchr(text, '\n'); line && line[1]; ) {
		char *name = line + 1;

		line = strchr(name, '\n');
		name[strcspn(name, " \n")] = 0;
		leave(name);
	}
}

int main(int argc, char **argv)
{
	int c, all = 0;

	while ((c = getopt(argc, argv, "a")) != -1) {
		if (c == '?')
			usage("[-a] [file ...]");
		all = 1;
	}
	if (!all && optind == argc)
		usage("[-a] [file ...]");
	if (all)
		leave_all();
	for (; optind < argc; optind++)
		leave(argv[optind]);
	return status;
}
