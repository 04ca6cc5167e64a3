/* SPDX-License-Identifier: MIT */
/* pwd: the current directory, without symbolic links in it. */
#include <err.h>
#include <limits.h>
#include <unistd.h>
#include "user/util/util.h"

int main(void)
{
	char path[PATH_MAX];

	if (!getcwd(path, sizeof(path)))
		err(1, "cannot tell the current directory");
	puts(path);
	return finish(0);
}
