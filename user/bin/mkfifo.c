/* SPDX-License-Identifier: MIT */
/* mkfifo: makes named pipes; -m gives the mode. */
#include <err.h>
#include <unistd.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	int c, status = 0, chmod_it = 0;
	mode_t mode = 0666;

	while ((c = getopt(argc, argv, "m:")) != -1) {
		if (c == '?' || parse_mode(optarg, 0666, &mode) < 0)
			usage("[-m mode] name ...");
		chmod_it = 1;
	}
	if (optind == argc)
		usage("[-m mode] name ...");
	for (; optind < argc; optind++)
		if (mkfifo(argv[optind], mode) < 0 || (chmod_it && chmod(argv[optind], mode) < 0)) {
			warn("cannot create fifo %s", argv[optind]);
			status = 1;
		}
	return status;
}
