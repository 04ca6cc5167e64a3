/* SPDX-License-Identifier: MIT */
/* ln: one more name for a file, or with -s a symbolic link; -f replaces what has that name. */
#include <err.h>
#include <stdlib.h>
#include <unistd.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	int c, symbolic = 0, force = 0, nofollow = 0, status = 0;
	const char *to;
	struct stat st;

	while ((c = getopt(argc, argv, "sfnv")) != -1) {
		switch (c) {
		case 's': symbolic = 1; break;
		case 'f': force = 1; break;
		case 'n': nofollow = 1; break;
		case 'v': break;
		default: usage("[-sfn] target ... name");
		}
	}
	if (optind == argc)
		usage("[-sfn] target ... name");
	to = argc - optind > 1 ? argv[--argc] : ".";
	if (argc - optind > 1 && (stat(to, &st) < 0 || !S_ISDIR(st.st_mode)))
		errx(1, "%s is not a directory", to);
	for (; optind < argc; optind++) {
		int as_is = nofollow && lstat(to, &st) == 0 && S_ISLNK(st.st_mode);
		char *path = as_is ? (char *)to : target_path(to, argv[optind]);

		if (force)
			unlink(path);
		if ((symbolic ? symlink(argv[optind], path) : link(argv[optind], path)) < 0) {
			warn("cannot link %s to %s", path, argv[optind]);
			status = 1;
		}
		if (!as_is)
			free(path);
	}
	return status;
}
