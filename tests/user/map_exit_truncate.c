/* SPDX-License-Identifier: MIT */
/*
 * Address spaces that end while somebody cuts the file that they map: truncation reaches their page tables through the
 * file, up to the moment when they are gone. There are enough pages that neither side gets through a table without
 * letting its lock go in between. And msync while another process writes the same file.
 */
#include "test.h"
#include <sys/mman.h>

#define SIZE (400 * 4096)

static void mapper(int fd)
{
	for (int i = 0; i < 150; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			char *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

			/* The first page is always there. */
			p[i] = 1;
			/* The others may go at any time: SIGBUS is one more way to exit. */
			for (int at = 4096; i % 2 && at < SIZE; at += 4096)
				(void)*(volatile char *)(p + at);
			if (i % 10 == 0)
				msync(p, SIZE, MS_SYNC);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
}

/* For as long as anybody maps the file, and with pauses, in which there come to be pages to take away. */
static void cutter(int fd, int mappers)
{
	for (int i = 0; mappers; i++) {
		int status;

		CHECK(ftruncate(fd, 4096) == 0);
		CHECK(ftruncate(fd, SIZE) == 0);
		if (i % 50 == 0)
			fsync(fd);
		usleep(i % 8 * 250);
		if (waitpid(-1, &status, WNOHANG) > 0) {
			CHECK(status == 0);
			mappers--;
		}
	}
}

int main(void)
{
	int fd = open("f", O_RDWR | O_CREAT, 0600);
	char c;

	CHECK(ftruncate(fd, SIZE) == 0);
	for (int i = 0; i < 3; i++) {
		fflush(stdout);
		if (fork() == 0) {
			mapper(fd);
			_exit(0);
		}
	}
	cutter(fd, 3);
	CHECK(pread(fd, &c, 1, 100) == 1 && c == 1);
	CHECK(pread(fd, &c, 1, SIZE - 1) == 1 && c == 0);
	close(fd);
	CHECK(unlink("f") == 0);
	return done();
}
