/* SPDX-License-Identifier: MIT */
/* sync: has everything that was written go to the disk; with files, those alone. */
#include <err.h>
#include <fcntl.h>
#include <unistd.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	int status = 0;

	if (argc == 1)
		sync();
	for (int i = 1; i < argc; i++) {
		int fd = open(argv[i], O_RDONLY | O_NONBLOCK | O_CLOEXEC);

		if (fd < 0 || fsync(fd) < 0) {
			warn("%s", argv[i]);
			status = 1;
		}
		if (fd >= 0)
			close(fd);
	}
	return status;
}
