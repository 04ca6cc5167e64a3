/* SPDX-License-Identifier: MIT */
/*
 * The system's limit of open files, /proc/sys/fs/file-max: ENFILE for users, not for the administrator (proc(5)).
 * reference: pagoda-only (it would take open files away from everybody on the machine that runs the tests)
 */
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "test.h"

static void put(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (int)strlen(text));
	close(fd);
}

int main(void)
{
	char old[32] = "", used[64] = "";
	int fd, fds[2], status;

	fd = open("/proc/sys/fs/file-max", O_RDONLY);
	CHECK(read(fd, old, sizeof old - 1) > 0);
	close(fd);
	fd = open("/proc/sys/fs/file-nr", O_RDONLY);
	CHECK(read(fd, used, sizeof used - 1) > 0);
	close(fd);
	*strchr(used, '\t') = 0;
	put("/proc/sys/fs/file-max", used);
	fd = open("/dev/null", O_RDONLY);
	CHECK(fd >= 0);				/* we may still */
	if (fork() == 0) {
		CHECK(setuid(1000) == 0);
		CHECK(open("/dev/null", O_RDONLY) == -1 && errno == ENFILE);
		CHECK(pipe(fds) == -1 && errno == ENFILE);
		_exit(test_failures);
	}
	CHECK(wait(&status) > 0 && status == 0);
	close(fd);
	put("/proc/sys/fs/file-max", old);
	return done();
}
