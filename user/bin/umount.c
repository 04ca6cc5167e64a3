/* SPDX-License-Identifier: MIT */
/* umount: detaches file systems; -l at once, though in use; -f by force. */
#include <err.h>
#include <sys/mount.h>
#include <unistd.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	int c, flags = 0, status = 0;

	while ((c = getopt(argc, argv, "lf")) != -1) {
		if (c == '?')
			usage("[-lf] directory ...");
		flags |= c == 'l' ? MNT_DETACH : MNT_FORCE;
	}
	if (optind == argc)
		usage("[-lf] directory ...");
	for (; optind < argc; optind++)
		if (umount2(argv[optind], flags) < 0) {
			warn("%s", argv[optind]);
			status = 1;
		}
	return status;
}
