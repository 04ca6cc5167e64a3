/* SPDX-License-Identifier: MIT */
/* cp: copies files and, with -r, trees. -p keeps mode, owner and times; -a is -r -p without following links. */
#include <err.h>
#include <stdlib.h>
#include <unistd.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	int c, flags = 0, interactive = 0, status = 0;
	const char *to;
	struct stat st;

	while ((c = getopt(argc, argv, "rRapdPfiv")) != -1) {
		switch (c) {
		case 'r':
		case 'R': flags |= COPY_RECURSIVE; break;
		case 'a': flags |= COPY_RECURSIVE | COPY_PRESERVE | COPY_NOFOLLOW; break;
		case 'p': flags |= COPY_PRESERVE; break;
		case 'd':
		case 'P': flags |= COPY_NOFOLLOW; break;
		case 'f': flags |= COPY_FORCE; break;
		case 'i': interactive = 1; break;
		case 'v': flags |= COPY_VERBOSE; break;
		default: usage("[-rpadfiv] from ... to");
		}
	}
	if (argc - optind < 2)
		usage("[-rpadfiv] from ... to");
	to = argv[--argc];
	if (argc - optind > 1 && (stat(to, &st) < 0 || !S_ISDIR(st.st_mode)))
		errx(1, "%s is not a directory", to);
	for (; optind < argc; optind++) {
		char *path = target_path(to, argv[optind]);

		if (!interactive || lstat(path, &st) < 0 || ask("overwrite %s? ", path))
			status |= copy_tree(argv[optind], path, flags) < 0;
		free(path);
	}
	return finish(status);
}
