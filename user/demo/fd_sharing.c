/* SPDX-License-Identifier: MIT */
/*
 * A descriptor is an index into the process's table; the table points at an open file, which holds the position and
 * the flags; the open file points at the inode. dup and fork copy pointers: what follows shows who shares the position.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int next(int fd)
{
	char c = '?';

	if (read(fd, &c, 1) < 0)
		err(1, "read");
	return c;
}

int main(void)
{
	char path[] = "/tmp/fd_sharing.XXXXXX";
	int fd = mkstemp(path), copy, again, status;
	pid_t pid;

	if (fd < 0 || write(fd, "abcdefgh", 8) != 8)
		err(1, "%s", path);
	lseek(fd, 0, SEEK_SET);
	copy = dup(fd);
	again = open(path, O_RDONLY);
	if (copy < 0 || again < 0)
		err(1, "%s", path);
	unlink(path);		/* the inode lives on as long as it is open */

	printf("fd reads %c\n", next(fd));
	printf("its dup goes on where fd stopped: %c\n", next(copy));
	printf("a second open has a position of its own: %c\n", next(again));
	fflush(stdout);

	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		printf("the child goes on, too: %c\n", next(fd));
		fflush(stdout);
		close(fd);
		fcntl(copy, F_SETFL, O_APPEND);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	printf("and the parent behind the child: %c\n", next(fd));
	printf("fd is still open here, though the child closed its own: yes\n");
	printf("the child set O_APPEND on the shared open file; the parent sees it: %s\n", fcntl(fd, F_GETFL) & O_APPEND ? "yes" : "no");
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	printf("close-on-exec belongs to the descriptor: fd has it, its dup %s\n", fcntl(copy, F_GETFD) & FD_CLOEXEC ? "too" : "not");
	return 0;
}
