/* SPDX-License-Identifier: MIT */
/* mkdir: makes directories; -p those above, too, and does not mind what is there already; -m gives the mode. */
#include <err.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

static int make_parents(char *path)
{
	struct stat st;

	for (char *p = path + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		if (mkdir(path, 0777) < 0 && errno != EEXIST && (stat(path, &st) < 0 || !S_ISDIR(st.st_mode)))
			return -1;
		*p = '/';
	}
	return 0;
}

static int make(char *path, int parents, mode_t mode, int chmod_it)
{
	struct stat st;

	if (parents && make_parents(path) < 0)
		return -1;
	if (mkdir(path, mode) < 0)
		return parents && errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? 0 : -1;
	return chmod_it ? chmod(path, mode) : 0;
}

int main(int argc, char **argv)
{
	int c, parents = 0, chmod_it = 0, status = 0;
	mode_t mode = 0777;

	while ((c = getopt(argc, argv, "pm:v")) != -1) {
		if (c == 'p')
			parents = 1;
		else if (c == 'm' && parse_mode(optarg, S_IFDIR | 0777, &mode) == 0)
			chmod_it = 1;
		else if (c != 'v')
			usage("[-p] [-m mode] dir ...");
	}
	if (optind == argc)
		usage("[-p] [-m mode] dir ...");
	for (; optind < argc; optind++)
		if (make(argv[optind], parents, mode, chmod_it) < 0) {
			warn("cannot create directory %s", argv[optind]);
			status = 1;
		}
	return status;
}
