/* SPDX-License-Identifier: MIT */
/* tty: the name of the terminal behind standard input; 1 if it is none. */
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	const char *name = ttyname(0);

	if (argc < 2 || strcmp(argv[1], "-s"))
		puts(name ? name : isatty(0) ? "/dev/tty" : "not a tty");
	return finish(!isatty(0));
}
