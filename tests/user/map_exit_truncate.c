/* SPDX-License-Identifier: MIT */
/*
 * Address spaces that end while somebody cuts the file that they map: truncation reaches their page tables through the
 * file, up to the moment when they are gone. And msync while another process writes the same file.
 */
#include "test.h"
#include <sys/mman.h>

#define SIZE (64 * 4096)

static void mapper(int fd)
{
	for (int i = 0; i < 150; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			char *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

			/* The first page is always there. */
			p[i] = 1;
			if (i % 10 == 0)
				msync(p, SIZE, MS_SYNC);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
}

static void cutter(int fd)
{
	for (int i = 0; i < 1000; i++) {
		ftruncate(fd, 4096);
		ftruncate(fd, SIZE);
		if (i % 50 == 0)
			fsync(fd);
	}
}

int main(void)
{
	int fd = open("f", O_RDWR | O_CREAT, 0600), status;
	pid_t pids[4];
	char c;

	CHECK(ftruncate(fd, SIZE) == 0);
	for (int i = 0; i < 4; i++) {
		fflush(stdout);
		pids[i] = fork();
		if (pids[i] == 0) {
			i < 3 ? mapper(fd) : cutter(fd);
			_exit(0);
		}
	}
	for (int i = 0; i < 4; i++)
		CHECK(waitpid(pids[i], &status, 0) == pids[i] && status == 0);
	CHECK(pread(fd, &c, 1, 100) == 1 && c == 1);
	CHECK(pread(fd, &c, 1, SIZE - 1) == 1 && c == 0);
	close(fd);
	CHECK(unlink("f") == 0);
	return done();
}
