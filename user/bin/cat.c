/* SPDX-License-Identifier: MIT */
/* cat: the files one after the other. -n numbers the lines. */
#include <err.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

static int line;

static void numbered(FILE *f, const char *name)
{
	int c, fresh = 1;

	(void)name;
	while ((c = getc(f)) != EOF) {
		if (fresh)
			printf("%6d\t", ++line);
		putchar(c);
		fresh = c == '\n';
	}
}

static int plain(const char *path)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : 0, status = 0;

	if (fd < 0) {
		warn("%s", path);
		return 1;
	}
	if (copy_fd(fd, 1) < 0) {
		warn("%s", path);
		status = 1;
	}
	if (fd)
		close(fd);
	return status;
}

int main(int argc, char **argv)
{
	int c, status = 0, number = 0;

	while ((c = getopt(argc, argv, "nu")) != -1) {
		if (c == '?')
			usage("[-n] [file ...]");
		number |= c == 'n';
	}
	if (number)
		return finish(each_input(argc, argv, optind, numbered));
	if (optind == argc)
		status = plain("-");
	for (; optind < argc; optind++)
		status |= plain(argv[optind]);
	return status;
}
