/* SPDX-License-Identifier: MIT */
/* chown: changes the owner, the group (:group) or both (owner:group), by name or number; -R for all below, -h the link itself. */
#include <err.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

static uid_t uid = (uid_t)-1;
static gid_t gid = (gid_t)-1;
static int recursive, link_itself;

static unsigned number(const char *s, const char *what)
{
	char *end;
	unsigned long n = strtoul(s, &end, 10);

	if (*end || end == s)
		errx(1, "%s is no %s", s, what);
	return (unsigned)n;
}

static void parse(char *s)
{
	char *colon = strchr(s, ':');
	struct passwd *pw;
	struct group *gr;

	if (colon)
		*colon++ = 0;
	if (*s) {
		pw = getpwnam(s);
		uid = pw ? pw->pw_uid : number(s, "user");
	}
	if (colon && *colon) {
		gr = getgrnam(colon);
		gid = gr ? gr->gr_gid : number(colon, "group");
	}
}

static int change(const char *path, const struct stat *st, enum visit when, int depth)
{
	if (when == VISIT_DIR_END)
		return 0;
	if (fchownat(AT_FDCWD, path, uid, gid, link_itself || (depth && S_ISLNK(st->st_mode)) ? AT_SYMLINK_NOFOLLOW : 0) < 0) {
		warn("%s", path);
		return -1;
	}
	return recursive ? WALK_GO_ON : WALK_SKIP;
}

int main(int argc, char **argv)
{
	int c, status = 0;

	while ((c = getopt(argc, argv, "Rh")) != -1) {
		if (c == '?')
			usage("[-Rh] owner[:group] file ...");
		recursive |= c == 'R';
		link_itself |= c == 'h';
	}
	if (argc - optind < 2)
		usage("[-Rh] owner[:group] file ...");
	parse(argv[optind++]);
	for (; optind < argc; optind++)
		status |= walk_tree(argv[optind], link_itself ? 0 : WALK_FOLLOW, change) < 0;
	return status;
}
