/* SPDX-License-Identifier: MIT */
/* which: where in PATH a command is; -a every place. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

static int executable(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static int find(const char *name, int all)
{
	const char *path = getenv("PATH");
	char full[PATH_MAX];
	int found = 0;

	if (strchr(name, '/')) {
		found = executable(name);
		if (found)
			puts(name);
		return found;
	}
	for (const char *p = path ? path : "/bin"; p; p = strchr(p, ':'), p += p != NULL) {
		size_t n = strcspn(p, ":");

		snprintf(full, sizeof(full), "%.*s/%s", n ? (int)n : 1, n ? p : ".", name);
		if (!executable(full))
			continue;
		puts(full);
		found = 1;
		if (!all)
			break;
	}
	return found;
}

int main(int argc, char **argv)
{
	int c, all = 0, status = 0;

	while ((c = getopt(argc, argv, "a")) != -1) {
		if (c == '?')
			usage("[-a] command ...");
		all = 1;
	}
	if (optind == argc)
		usage("[-a] command ...");
	for (; optind < argc; optind++)
		status |= !find(argv[optind], all);
	return finish(status);
}
