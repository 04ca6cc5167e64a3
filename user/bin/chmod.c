/* SPDX-License-Identifier: MIT */
/* chmod: changes permissions, given in octal (644) or in words (u+x,go-w); -R for all below. */
#include <err.h>
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

static const char *text;
static int recursive;

static int change(const char *path, const struct stat *st, enum visit when, int depth)
{
	mode_t mode;

	if (when == VISIT_DIR_END || (S_ISLNK(st->st_mode) && depth))
		return 0;
	if (parse_mode(text, st->st_mode, &mode) < 0)
		errx(1, "%s is no mode", text);
	if (chmod(path, mode) < 0) {
		warn("%s", path);
		return -1;
	}
	return recursive ? WALK_GO_ON : WALK_SKIP;
}

int main(int argc, char **argv)
{
	int i = 1, status = 0;

	/* A mode may begin with a minus: no getopt. */
	for (; i < argc && (!strcmp(argv[i], "-R") || !strcmp(argv[i], "--")); i++)
		recursive |= argv[i][1] == 'R';
	if (argc - i < 2)
		usage("[-R] mode file ...");
	text = argv[i++];
	for (; i < argc; i++)
		status |= walk_tree(argv[i], WALK_FOLLOW, change) < 0;
	return status;
}
