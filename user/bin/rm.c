/* SPDX-License-Identifier: MIT */
/* rm: removes names. -r whole trees, -f neither complains of what is not there nor asks, -i asks. */
#include <err.h>
#include <errno.h>
#include <libgen.h>
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

static int refuse(const char *path)
{
	const char *last = strrchr(path, '/');

	last = last ? last + 1 : path;
	if (strcmp(last, ".") && strcmp(last, "..") && strcmp(path, "/"))
		return 0;
	warnx("refusing to remove %s", path);
	return 1;
}

int main(int argc, char **argv)
{
	int c, recursive = 0, force = 0, interactive = 0, dirs = 0, status = 0;

	while ((c = getopt(argc, argv, "rRfidv")) != -1) {
		switch (c) {
		case 'r':
		case 'R': recursive = 1; break;
		case 'f': force = 1; interactive = 0; break;
		case 'i': interactive = 1; break;
		case 'd': dirs = 1; break;
		case 'v': break;
		default: usage("[-rfid] file ...");
		}
	}
	if (optind == argc && !force)
		usage("[-rfid] file ...");
	for (; optind < argc; optind++) {
		const char *path = argv[optind];
		struct stat st;

		if (lstat(path, &st) < 0) {
			if (!force || errno != ENOENT) {
				warn("cannot remove %s", path);
				status = 1;
			}
		} else if (refuse(path)) {
			status = 1;
		} else if (interactive && !ask("remove %s? ", path)) {
			continue;
		} else if (recursive) {
			status |= remove_tree(path) < 0;
		} else if ((S_ISDIR(st.st_mode) && dirs ? rmdir(path) : unlink(path)) < 0) {
			warn("cannot remove %s", path);
			status = 1;
		}
	}
	return status;
}
