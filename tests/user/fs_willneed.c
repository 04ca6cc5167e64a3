/* SPDX-License-Identifier: MIT */
/* Advice about a huge file takes no more time or memory than is reasonable: nobody could end it. */
#include <time.h>
#include "test.h"

int main(void)
{
	int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0644);
	struct timespec before, after;
	char c = 1;

	CHECK(lseek(fd, 8ll << 30, SEEK_SET) == 8ll << 30);
	CHECK(write(fd, "end", 3) == 3);
	clock_gettime(CLOCK_MONOTONIC, &before);
	CHECK(posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED) == 0);
	clock_gettime(CLOCK_MONOTONIC, &after);
	CHECK(after.tv_sec - before.tv_sec < 4);
	CHECK(pread(fd, &c, 1, 5000) == 1 && c == 0);
	close(fd);
	unlink("f");
	return done();
}
