/* SPDX-License-Identifier: MIT */
/* Holes read as zeros, sizes beyond 4 GiB, and truncation that leaves nothing of the old bytes. */
#include "fs.h"

#define FAR 5000000000LL

static int count_nonzero(int fd, long from, long to)
{
	char buf[4096];
	int n = 0;

	for (long at = from; at < to; at += sizeof buf) {
		int len = to - at < (long)sizeof buf ? to - at : (int)sizeof buf;

		CHECK(pread(fd, buf, len, at) == len);
		for (int i = 0; i < len; i++)
			n += buf[i] != 0;
	}
	return n;
}

static void holes(int fd)
{
	CHECK(write(fd, "head", 4) == 4);
	VALUE(lseek(fd, 100000, SEEK_SET));
	say_file("f");
	VALUE(write(fd, "tail", 4));
	say_file("f");
	SAY("in the hole %d\n", count_nonzero(fd, 4, 100000));
	say_text(fd, 4, 100000);
	VALUE(pread(fd, (char[10]){ 0 }, 10, 100000));
	VALUE(pread(fd, (char[10]){ 0 }, 10, 100004));
	VALUE(pread(fd, (char[10]){ 0 }, 10, 200000));
	VALUE(pread(fd, (char[10]){ 0 }, 10, -1));
	VALUE(pwrite(fd, "x", 1, -1));
	VALUE(lseek(fd, -1, SEEK_SET));
}

/* What is cut off is gone: after growing again there are zeros, in the partial page, too. */
static void truncation(int fd)
{
	static char full[10000];

	memset(full, 'f', sizeof full);
	CHECK(ftruncate(fd, 0) == 0 && pwrite(fd, full, sizeof full, 0) == sizeof full);
	REPORT(ftruncate(fd, 4));
	say_file("f");
	REPORT(ftruncate(fd, 10000));
	SAY("old bytes %d %d\n", count_nonzero(fd, 0, 4), count_nonzero(fd, 4, 10000));
	/* A write behind the end shows none of them either. */
	CHECK(pwrite(fd, full, sizeof full, 0) == sizeof full && ftruncate(fd, 5000) == 0);
	VALUE(pwrite(fd, "x", 1, 9000));
	SAY("old bytes %d %d\n", count_nonzero(fd, 0, 5000), count_nonzero(fd, 5000, 9000));
	REPORT(truncate("f", 1));
	say_file("f");
	REPORT(ftruncate(fd, -1));
	REPORT(truncate("f", -1));
	/* The offset stays where it was, behind the end. */
	CHECK(lseek(fd, 50, SEEK_SET) == 50 && ftruncate(fd, 10) == 0);
	VALUE(lseek(fd, 0, SEEK_CUR));
	VALUE(write(fd, "y", 1));
	say_file("f");
}

static void far_away(int fd)
{
	struct stat st;
	char b[4] = "";

	CHECK(ftruncate(fd, 0) == 0);
	SAY("%d\n", lseek(fd, FAR, SEEK_SET) == FAR);
	VALUE(write(fd, "z", 1));
	CHECK(fstat(fd, &st) == 0);
	SAY("size %d, %d blocks\n", st.st_size == FAR + 1, st.st_blocks < 100);
	VALUE(pread(fd, b, 4, FAR - 2));
	SAY("%d %d %c\n", b[0], b[1], b[2]);
	SAY("%d\n", lseek(fd, 0, SEEK_END) == FAR + 1);
	/* The old stat call has 32 bits for a size, and says so. */
	REPORT(SYS(fstat, fd, (char[128]){ 0 }));
	REPORT(ftruncate(fd, FAR - 1));
	CHECK(fstat(fd, &st) == 0 && st.st_size == FAR - 1);
}

static void seek_data(int fd)
{
	CHECK(ftruncate(fd, 0) == 0 && pwrite(fd, "x", 1, 1 << 20) == 1 && pwrite(fd, "y", 1, 3 << 20) == 1);
	VALUE(lseek(fd, 0, SEEK_DATA));
	VALUE(lseek(fd, (1 << 20) + 4096, SEEK_DATA));
	VALUE(lseek(fd, 0, SEEK_HOLE));
	VALUE(lseek(fd, 3 << 20, SEEK_HOLE));
	VALUE(lseek(fd, (3 << 20) + 1, SEEK_DATA));
	VALUE(lseek(fd, -1, SEEK_DATA));
}

int main(void)
{
	int fd = open("f", O_RDWR | O_CREAT, 0644);

	umask(022);
	holes(fd);
	truncation(fd);
	far_away(fd);
	seek_data(fd);
	close(fd);
	CHECK(unlink("f") == 0);
	return done();
}
