/* SPDX-License-Identifier: MIT */
/* File locks: fcntl's belong to the process and to byte ranges, flock's to the open file. */
#include <sys/file.h>
#include "test.h"

static int lock(int fd, int cmd, int type, int start, int len)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len };

	return fcntl(fd, cmd, &l);
}

static void test(int fd, const char *what, int type, int start, int len)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len };

	CHECK(fcntl(fd, F_GETLK, &l) == 0);
	if (l.l_type == F_UNLCK)
		SAY("%s: free\n", what);
	else
		SAY("%s: type %d from %d for %d, %s\n", what, l.l_type, (int)l.l_start, (int)l.l_len,
		    l.l_pid == getppid() ? "parent's" : "?");
}

int main(void)
{
	int fd = make_file("file", 1000), other, status, p[2];
	pid_t pid;
	char c;

	REPORT(lock(fd, F_SETLK, F_WRLCK, 100, 50));
	REPORT(lock(fd, F_SETLK, F_RDLCK, 120, 10));			/* splits ours in three */
	IN_CHILD(status, {
		test(fd, "before", F_WRLCK, 0, 100);
		test(fd, "first part", F_RDLCK, 0, 110);
		test(fd, "middle, read", F_RDLCK, 120, 10);
		test(fd, "middle, write", F_WRLCK, 125, 1);
		test(fd, "last part", F_WRLCK, 130, 0);
		REPORT(lock(fd, F_SETLK, F_WRLCK, 100, 1));
		REPORT(lock(fd, F_SETLK, F_RDLCK, 120, 10));
		REPORT(lock(fd, F_SETLK, F_WRLCK, 150, 0));
	});
	REPORT(lock(fd, F_SETLK, F_WRLCK, 100, 50));			/* the child's went with it */
	REPORT(lock(fd, F_SETLK, F_UNLCK, 110, 10));
	IN_CHILD(status, test(fd, "unlocked part", F_WRLCK, 110, 10); test(fd, "over both", F_WRLCK, 105, 20));
	/* Waiting, until we unlock. */
	CHECK(pipe(p) == 0);
	pid = fork();
	if (pid == 0) {
		write(p[1], "w", 1);
		REPORT(lock(fd, F_SETLKW, F_WRLCK, 0, 0));
		_exit(0);
	}
	read(p[0], &c, 1);
	usleep(20000);
	SAY("unlocking\n");
	/* Closing any descriptor of the file drops all our locks on it. */
	other = open("file", O_RDONLY);
	close(other);
	CHECK(waitpid(pid, &status, 0) == pid);
	/* A circle of two that wait is refused. */
	CHECK(lock(fd, F_SETLK, F_WRLCK, 0, 1) == 0);
	pid = fork();
	if (pid == 0) {
		CHECK(lock(fd, F_SETLK, F_WRLCK, 1, 1) == 0);
		write(p[1], "w", 1);
		lock(fd, F_SETLKW, F_WRLCK, 0, 1);
		_exit(test_failures);
	}
	read(p[0], &c, 1);
	usleep(20000);
	REPORT(lock(fd, F_SETLKW, F_WRLCK, 1, 1));
	lock(fd, F_SETLK, F_UNLCK, 0, 0);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	REPORT(lock(fd, F_SETLK, 9, 0, 1));
	REPORT(lock(fd, F_SETLK, F_WRLCK, -1, 1));
	REPORT(lock(99, F_SETLK, F_WRLCK, 0, 1));
	other = open("file", O_RDONLY);
	REPORT(lock(other, F_SETLK, F_WRLCK, 0, 1));
	REPORT(lock(p[0], F_SETLK, F_RDLCK, 0, 1) == -1 && errno != EBADF ? -1 : 0);

	REPORT(flock(fd, LOCK_EX));
	REPORT(flock(other, LOCK_SH | LOCK_NB));
	IN_CHILD(status, REPORT(flock(fd, LOCK_SH)); REPORT(flock(other, LOCK_SH | LOCK_NB)));	/* the same open file */
	REPORT(flock(other, LOCK_EX | LOCK_NB));
	REPORT(flock(fd, LOCK_UN));
	REPORT(flock(other, LOCK_EX | LOCK_NB));
	REPORT(flock(fd, 16));
	close(other);
	REPORT(flock(fd, LOCK_EX | LOCK_NB));
	close(fd);
	unlink("file");
	return done();
}
