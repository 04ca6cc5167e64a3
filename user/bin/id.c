/* SPDX-License-Identifier: MIT */
/* id: who the process is, by user and group; -u, -g one number, -n its name instead, -G all groups. */
#include <unistd.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	int c, what = 0, names = 0, n;
	gid_t groups[64];

	while ((c = getopt(argc, argv, "ugGnr")) != -1) {
		if (c == '?')
			usage("[-u | -g | -G] [-n]");
		if (c == 'n')
			names = 1;
		else if (c != 'r')
			what = c;
	}
	n = getgroups(64, groups);
	if (what == 'u') {
		if (names)
			puts(user_name(geteuid()));
		else
			printf("%u\n", geteuid());
	} else if (what) {
		for (int i = -1; i < (what == 'G' ? n : 0); i++) {
			gid_t gid = i < 0 ? getegid() : groups[i];

			if (i >= 0 && gid == getegid())
				continue;
			if (names)
				printf("%s%s", i < 0 ? "" : " ", group_name(gid));
			else
				printf("%s%u", i < 0 ? "" : " ", gid);
		}
		putchar('\n');
	} else {
		printf("uid=%u(%s) gid=%u(%s)", geteuid(), user_name(geteuid()), getegid(), group_name(getegid()));
		printf(" groups=%u(%s)", getegid(), group_name(getegid()));
		for (int i = 0; i < n; i++)
			if (groups[i] != getegid())
				printf(",%u(%s)", groups[i], group_name(groups[i]));
		putchar('\n');
	}
	return finish(0);
}
