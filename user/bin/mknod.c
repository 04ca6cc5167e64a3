/* SPDX-License-Identifier: MIT */
/* mknod: makes a character (c) or block (b) device node, or a fifo (p); -m gives the mode. */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	static const char how[] = "[-m mode] name b|c major minor  or  mknod name p";
	mode_t mode = 0666, kind;
	int c, chmod_it = 0;
	dev_t dev = 0;

	while ((c = getopt(argc, argv, "m:")) != -1) {
		if (c == '?' || parse_mode(optarg, 0666, &mode) < 0)
			usage(how);
		chmod_it = 1;
	}
	argv += optind;
	argc -= optind;
	if (argc < 2 || strlen(argv[1]) != 1 || !strchr("bcup", argv[1][0]) || argc != (argv[1][0] == 'p' ? 2 : 4))
		usage(how);
	kind = argv[1][0] == 'p' ? S_IFIFO : argv[1][0] == 'b' ? S_IFBLK : S_IFCHR;
	if (argc == 4)
		dev = makedev(strtoul(argv[2], NULL, 0), strtoul(argv[3], NULL, 0));
	if (mknod(argv[0], kind | mode, dev) < 0 || (chmod_it && chmod(argv[0], mode) < 0))
		err(1, "%s", argv[0]);
	return 0;
}
