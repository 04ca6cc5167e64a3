/* SPDX-License-Identifier: MIT */
/* What stat says of each kind of file, through a name, a descriptor and statx. */
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include "fs.h"

static void kind(const char *what, int result, const struct stat *st)
{
	if (result < 0)
		SAY("%s: error %d\n", what, errno);
	else
		SAY("%s: mode %o uid %d gid %d\n", what, (unsigned)st->st_mode, (int)st->st_uid, (int)st->st_gid);
}

static void kinds(void)
{
	struct stat st;
	int fds[2];

	put_file("f", "12345");
	CHECK(mkdir("d", 0750) == 0 && symlink("f", "l") == 0 && mkfifo("p", 0640) == 0);
	kind("file", stat("f", &st), &st);
	kind("directory", stat("d", &st), &st);
	kind("link", lstat("l", &st), &st);
	kind("followed", stat("l", &st), &st);
	kind("fifo", stat("p", &st), &st);
	CHECK(pipe(fds) == 0);
	kind("pipe", fstat(fds[0], &st), &st);
	SAY("pipe: links %d size %d, ends are one: ", (int)st.st_nlink, (int)st.st_size);
	ino_t ino = st.st_ino;
	CHECK(fstat(fds[1], &st) == 0);
	SAY("%d\n", st.st_ino == ino);
	close(fds[0]);
	close(fds[1]);
	CHECK(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
	SAY("null: %d, %d\n", (int)major(st.st_rdev), (int)minor(st.st_rdev));
	kind("none", stat("none", &st), &st);
	kind("descriptor", fstat(99, &st), &st);
}

static void numbers(void)
{
	struct stat a, b;
	int fd = open("f", O_RDONLY);

	CHECK(stat("f", &a) == 0 && fstat(fd, &b) == 0);
	CHECK(a.st_ino == b.st_ino && a.st_dev == b.st_dev && a.st_ino != 0);
	CHECK(link("f", "f2") == 0 && stat("f2", &b) == 0 && a.st_ino == b.st_ino);
	SAY("links %d size %d rdev %d\n", (int)b.st_nlink, (int)b.st_size, (int)b.st_rdev);
	CHECK(stat("d", &b) == 0 && a.st_dev == b.st_dev && a.st_ino != b.st_ino);
	CHECK(b.st_blksize >= 512 && a.st_blksize >= 512);
	CHECK(stat("d/..", &b) == 0 && stat(".", &a) == 0 && a.st_ino == b.st_ino);
	CHECK(unlink("f2") == 0);
	close(fd);
}

/* The fields of struct statx that a test can know: mask, links, uid, gid, mode, size at their offsets. */
static void statx_fields(void)
{
	unsigned char x[256] __attribute__((aligned(8)));
	int fd = open("f", O_RDONLY);

	memset(x, 0xff, sizeof x);
	REPORT(SYS(statx, AT_FDCWD, "f", 0, 0x7ff, x));
	SAY("mask %x links %d uid %d gid %d mode %o size %d\n", *(unsigned *)x & 0x7ff, *(int *)(x + 16), *(int *)(x + 20),
	    *(int *)(x + 24), *(unsigned short *)(x + 28), *(int *)(x + 40));
	REPORT(SYS(statx, fd, "", AT_EMPTY_PATH, 0x7ff, x));
	SAY("size %d\n", *(int *)(x + 40));
	REPORT(SYS(statx, fd, "", 0, 0x7ff, x));
	REPORT(SYS(statx, AT_FDCWD, "l", AT_SYMLINK_NOFOLLOW, 0x7ff, x));
	SAY("mode %o size %d\n", *(unsigned short *)(x + 28), *(int *)(x + 40));
	REPORT(SYS(statx, AT_FDCWD, "f", 0x8000000, 0x7ff, x));
	REPORT(SYS(statx, AT_FDCWD, "f", 0, 0x80000000u, x));
	close(fd);
}

static void at(void)
{
	int dir = open("d", O_RDONLY);
	struct stat st;

	put_file("d/x", "xyz");
	kind("in the directory", fstatat(dir, "x", &st, 0), &st);
	SAY("size %d\n", (int)st.st_size);
	kind("above it", fstatat(dir, "../l", &st, AT_SYMLINK_NOFOLLOW), &st);
	kind("the directory", fstatat(dir, "", &st, AT_EMPTY_PATH), &st);
	kind("nothing", fstatat(dir, "", &st, 0), &st);
	kind("flags", fstatat(dir, "x", &st, 0x8000000), &st);
	close(dir);
	CHECK(unlink("d/x") == 0);
}

static void file_system(void)
{
	struct statfs64 fs;

	REPORT(statfs64(".", &fs));
	CHECK(fs.f_bsize >= 512 && fs.f_namelen == 255 && fs.f_bfree <= fs.f_blocks);
	REPORT(statfs64("none", &fs));
	REPORT(fstatfs64(99, &fs));
	REPORT(statfs64("/proc", &fs));
	SAY("type %x\n", (unsigned)fs.f_type);
}

int main(void)
{
	umask(022);
	kinds();
	numbers();
	statx_fields();
	at();
	file_system();
	CHECK(unlink("f") == 0 && rmdir("d") == 0 && unlink("l") == 0 && unlink("p") == 0);
	return done();
}
