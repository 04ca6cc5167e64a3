/* SPDX-License-Identifier: MIT */
/* fallocate: room in advance, within and behind the size, and holes punched in the middle of pages. */
#include "fs.h"
#include <sys/mount.h>

#define KEEP_SIZE 1
#define PUNCH_HOLE 2

static long size_of(int fd)
{
	struct stat st;

	CHECK(fstat(fd, &st) == 0);
	return st.st_size;
}

static void allocate(int fd)
{
	char c = 1;

	REPORT(fallocate(fd, 0, 0, 100000));
	SAY("size %ld\n", size_of(fd));
	CHECK(pread(fd, &c, 1, 99999) == 1 && c == 0);
	REPORT(fallocate(fd, KEEP_SIZE, 200000, 4096));
	SAY("size %ld\n", size_of(fd));
	REPORT(fallocate(fd, 0, 10, 10));
	SAY("size %ld\n", size_of(fd));
	REPORT(posix_fallocate(fd, 100000, 1));
	SAY("size %ld\n", size_of(fd));
}

static void punch(int fd)
{
	static char page[3 * PAGE];
	int zeros = 0;

	memset(page, 'p', sizeof page);
	CHECK(pwrite(fd, page, sizeof page, 0) == sizeof page);
	REPORT(fallocate(fd, PUNCH_HOLE | KEEP_SIZE, PAGE - 4, PAGE + 8));
	CHECK(pread(fd, page, sizeof page, 0) == sizeof page);
	for (int i = 0; i < (int)sizeof page; i++)
		zeros += page[i] == 0;
	SAY("zeros %d, around them %c %d %d %c\n", zeros, page[PAGE - 5], page[PAGE - 4], page[2 * PAGE + 3],
	    page[2 * PAGE + 4]);
	SAY("size %ld\n", size_of(fd));
	/* Old contents are kept where there are some. */
	REPORT(fallocate(fd, 0, 0, 3 * PAGE));
	CHECK(pread(fd, page, 1, 0) == 1 && page[0] == 'p');
	REPORT(fallocate(fd, PUNCH_HOLE | KEEP_SIZE, 1 << 20, 10));
	SAY("size %ld\n", size_of(fd));
}

static void errors(int fd)
{
	int ro = open("f", O_RDONLY), p[2];

	CHECK(pipe(p) == 0);
	REPORT(fallocate(fd, PUNCH_HOLE, 0, 10));
	REPORT(fallocate(fd, 0, 0, 0));
	REPORT(fallocate(fd, 0, -1, 10));
	REPORT(fallocate(fd, 0, 0, -1));
	REPORT(fallocate(ro, 0, 0, 10));
	REPORT(fallocate(p[1], 0, 0, 10));
	REPORT(fallocate(99, 0, 0, 10));
	close(ro);
	close(p[0]);
	close(p[1]);
}

/* ext2 offers none of this, on Linux too: then the test takes a tmpfs. */
static int needs_tmpfs(void)
{
	int fd = open("f", O_RDWR | O_CREAT, 0644), needed = fallocate(fd, 0, 0, 1) < 0 && errno == EOPNOTSUPP;

	close(fd);
	unlink("f");
	return needed;
}

int main(void)
{
	int fd, own = needs_tmpfs();

	if (own) {
		CHECK(mkdir("t", 0755) == 0 && mount("tmpfs", "t", "tmpfs", 0, NULL) == 0 && chdir("t") == 0);
	}
	fd = open("f", O_RDWR | O_CREAT, 0644);
	allocate(fd);
	punch(fd);
	errors(fd);
	close(fd);
	CHECK(unlink("f") == 0);
	if (own) {
		CHECK(chdir("..") == 0 && umount("t") == 0 && rmdir("t") == 0);
	}
	return done();
}
