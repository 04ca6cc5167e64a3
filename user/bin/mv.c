/* SPDX-License-Identifier: MIT */
/* mv: renames; from one file system to another it copies and removes. */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "user/util/util.h"

static int move(const char *from, const char *to)
{
	if (rename(from, to) == 0)
		return 0;
	if (errno != EXDEV) {
		warn("cannot move %s to %s", from, to);
		return -1;
	}
	if (copy_tree(from, to, COPY_RECURSIVE | COPY_PRESERVE | COPY_NOFOLLOW | COPY_FORCE) < 0)
		return -1;
	return remove_tree(from);
}

int main(int argc, char **argv)
{
	int c, interactive = 0, keep = 0, verbose = 0, status = 0;
	struct stat st;
	const char *to;

	while ((c = getopt(argc, argv, "finv")) != -1) {
		if (c == '?')
			usage("[-finv] from ... to");
		interactive = c == 'i' || (c == 'v' && interactive);
		keep |= c == 'n';
		verbose |= c == 'v';
	}
	if (argc - optind < 2)
		usage("[-finv] from ... to");
	to = argv[--argc];
	if (argc - optind > 1 && (stat(to, &st) < 0 || !S_ISDIR(st.st_mode)))
		errx(1, "%s is not a directory", to);
	for (; optind < argc; optind++) {
		char *path = target_path(to, argv[optind]);
		int exists = lstat(path, &st) == 0;

		if (!(exists && (keep || (interactive && !ask("overwrite %s? ", path))))) {
			if (move(argv[optind], path) < 0)
				status = 1;
			else if (verbose)
				printf("%s -> %s\n", argv[optind], path);
		}
		free(path);
	}
	return finish(status);
}
