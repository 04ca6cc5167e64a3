/* SPDX-License-Identifier: MIT */
/* swapon: has the kernel swap to devices and files that mkswap made; -p their priority, 0 to 32767. Without any, or -s: those in use. */
#include <err.h>
#include <stdlib.h>
#include <sys/swap.h>
#include <unistd.h>
#include "user/util/util.h"

static int show(void)
{
	char text[4096];

	if (read_file("/proc/swaps", text, sizeof(text)) < 0)
		err(1, "/proc/swaps");
	fputs(text, stdout);
	return finish(0);
}

int main(int argc, char **argv)
{
	int c, flags = 0, status = 0;
	char *end;

	while ((c = getopt(argc, argv, "sp:")) != -1) {
		if (c == 's')
			return show();
		if (c != 'p')
			usage("[-s] [-p priority] [file ...]");
		flags = SWAP_FLAG_PREFER | (int)(strtoul(optarg, &end, 10) & SWAP_FLAG_PRIO_MASK);
		if (*end || end == optarg)
			errx(1, "%s: not a priority", optarg);
	}
	if (optind == argc)
		return show();
	for (; optind < argc; optind++)
		if (swapon(argv[optind], flags) < 0) {
			warn("%s: swapon failed", argv[optind]);
			status = 1;
		}
	return status;
}
