/* SPDX-License-Identifier: MIT */
/* tee: copies standard input to standard output and to each file; -a appends. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	int c, flags = O_TRUNC, status = 0, n = 1, fds[64] = { 1 };
	char buf[16384];
	ssize_t len;

	while ((c = getopt(argc, argv, "ai")) != -1) {
		if (c == '?')
			usage("[-ai] [file ...]");
		if (c == 'a')
			flags = O_APPEND;
		else
			signal(SIGINT, SIG_IGN);
	}
	for (; optind < argc && n < 64; optind++) {
		fds[n] = open(argv[optind], O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);
		if (fds[n] < 0) {
			warn("%s", argv[optind]);
			status = 1;
		} else {
			n++;
		}
	}
	while ((len = read(0, buf, sizeof(buf))) != 0) {
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			err(1, "read error");
		for (int i = 0; i < n; i++)
			if (fds[i] >= 0 && write_all(fds[i], buf, (size_t)len) < 0) {
				warn("write error");
				status = 1;
				fds[i] = -1;
			}
	}
	return status;
}
