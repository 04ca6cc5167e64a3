/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/stat and status of processes and threads that are ending at that moment (bug: the reader went around in
 * circles in the list of threads that the ended one had left).
 */
#include "fs.h"

#define CHILDREN 1500

/* Reads the files of one child after the other, as their numbers come through the pipe, until they are gone. */
static void reader(int from, const char *file)
{
	char name[64], buf[512];
	pid_t pid;

	while (read(from, &pid, sizeof pid) == sizeof pid) {
		int fd;

		snprintf(name, sizeof name, "/proc/%d/%s", pid, file);
		fd = open(name, O_RDONLY);
		for (int i = 0; fd >= 0 && i < 50 && pread(fd, buf, sizeof buf, 0) > 0; i++)
			;
		close(fd);
	}
	_exit(0);
}

int main(void)
{
	static const char *const files[] = { "stat", "status" };
	int out[2], p[2], status;

	for (int i = 0; i < 2; i++) {
		CHECK(pipe(p) == 0);
		if (fork() == 0) {
			close(p[1]);
			reader(p[0], files[i]);
		}
		close(p[0]);
		out[i] = p[1];
	}
	for (int k = 0; k < CHILDREN; k++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		for (int i = 0; i < 2; i++)
			write(out[i], &pid, sizeof pid);
		if (waitpid(pid, &status, 0) != pid || status)
			SAY("child %d: status %d\n", k, status);
	}
	close(out[0]);
	close(out[1]);
	for (int i = 0; i < 2; i++)
		CHECK(wait(&status) > 0 && status == 0);
	SAY("all were read\n");
	return done();
}
