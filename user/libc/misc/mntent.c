/* SPDX-License-Identifier: MIT */
/* /proc/mounts: device, directory, type and options, with \040 for a blank inside a name. */
#include <mntent.h>
#include <stdlib.h>
#include <string.h>

FILE *setmntent(const char *path, const char *mode)
{
	return fopen(path, mode);
}

static char *unescape(char *s)
{
	char *to = s, *from = s;

	while (*from) {
		if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] && from[3]) {
			*to++ = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = 0;
	return s;
}

struct mntent *getmntent(FILE *f)
{
	static struct mntent m;
	static char *line;
	static size_t cap;
	char *field[4], *save;

	while (getline(&line, &cap, f) > 0) {
		int n = 0;

		for (char *p = line; n < 4 && (field[n] = strtok_r(p, " \t\n", &save)); p = NULL)
			n++;
		if (n < 4 || field[0][0] == '#')
			continue;
		m = (struct mntent){ unescape(field[0]), unescape(field[1]), field[2], field[3], 0, 0 };
		return &m;
	}
	return NULL;
}

int endmntent(FILE *f)
{
	fclose(f);
	return 1;
}
