/* SPDX-License-Identifier: MIT */
/*
 * Mounts (reference: pagoda-only (needs mount rights)): a tmpfs that is full, a busy one, read-only ones, one place
 * seen from two, and that what is under a mount comes back. The expected values are mount(2)'s and Linux's.
 */
#include <sys/mount.h>
#include <sys/statfs.h>
#include "fs.h"

#define FAILS(call, error) do {							\
		errno = 0;								\
		CHECK((call) == -1 && errno == (error));				\
	} while (0)

static void full(void)
{
	static char page[PAGE];
	struct statfs64 fs;
	int fd, n = 0;

	CHECK(mount("none", "m", "tmpfs", 0, "size=64k,nr_inodes=6") == 0);
	CHECK(statfs64("m", &fs) == 0 && fs.f_blocks == 16 && fs.f_bfree == 16 && fs.f_files == 6);
	fd = open("m/f", O_RDWR | O_CREAT, 0644);
	while (write(fd, page, PAGE) == PAGE)
		n++;
	CHECK(n == 16 && errno == ENOSPC);
	CHECK(statfs64("m", &fs) == 0 && fs.f_bfree == 0);
	CHECK(pwrite(fd, "over", 4, 0) == 4);
	FAILS(pwrite(fd, "x", 1, 20 * PAGE), ENOSPC);
	CHECK(ftruncate(fd, PAGE) == 0 && pwrite(fd, page, PAGE, 20 * PAGE) == PAGE);
	CHECK(statfs64("m", &fs) == 0 && fs.f_bfree == 14);
	for (n = 0; n < 10; n++) {
		char name[20];

		snprintf(name, sizeof name, "m/d%d", n);
		if (mkdir(name, 0755) < 0)
			break;
	}
	CHECK(n == 4 && errno == ENOSPC);
	/* Removed, but open: its pages are still in use. */
	CHECK(unlink("m/f") == 0 && statfs64("m", &fs) == 0 && fs.f_bfree == 14);
	close(fd);
	CHECK(statfs64("m", &fs) == 0 && fs.f_bfree == 16);
	CHECK(umount("m") == 0);
	SAY("full\n");
}

static void busy(void)
{
	struct stat under, over;
	int fd;

	put_file("m/under", "x");
	CHECK(stat("m", &under) == 0 && mount("none", "m", "tmpfs", 0, "mode=700") == 0);
	CHECK(stat("m", &over) == 0 && over.st_dev != under.st_dev && (over.st_mode & 07777) == 0700);
	FAILS(access("m/under", F_OK), ENOENT);
	FAILS(rmdir("m"), EBUSY);
	FAILS(rename("m", "n"), EBUSY);
	put_file("m/f", "x");
	FAILS(rename("m/f", "f"), EXDEV);
	FAILS(link("m/f", "f"), EXDEV);
	CHECK(stat("m/..", &under) == 0 && stat(".", &over) == 0 && under.st_ino == over.st_ino);
	fd = open("m/f", O_RDONLY);
	FAILS(umount("m"), EBUSY);
	close(fd);
	CHECK(chdir("m") == 0);
	FAILS(umount("../m"), EBUSY);
	CHECK(chdir("..") == 0);
	/* Detached: gone from the tree, but those who use it go on. */
	fd = open("m/f", O_RDWR);
	CHECK(umount2("m", MNT_DETACH) == 0);
	CHECK(access("m/under", F_OK) == 0);
	CHECK(pwrite(fd, "still", 5, 0) == 5);
	close(fd);
	FAILS(umount("m"), EINVAL);
	CHECK(unlink("m/under") == 0);
	SAY("busy\n");
}

static void read_only(void)
{
	int fd;

	CHECK(mount("none", "m", "tmpfs", 0, NULL) == 0);
	put_file("m/f", "x");
	fd = open("m/f", O_RDWR);
	FAILS(mount("none", "m", NULL, MS_REMOUNT | MS_RDONLY, NULL), EBUSY);
	close(fd);
	CHECK(mount("none", "m", NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0);
	FAILS(open("m/f", O_RDWR), EROFS);
	FAILS(open("m/g", O_RDWR | O_CREAT, 0644), EROFS);
	FAILS(unlink("m/f"), EROFS);
	FAILS(mkdir("m/d", 0755), EROFS);
	FAILS(chmod("m/f", 0600), EROFS);
	FAILS(truncate("m/f", 0), EROFS);
	FAILS(access("m/f", W_OK), EROFS);
	fd = open("m/f", O_RDONLY);
	CHECK(fd >= 0);
	close(fd);
	CHECK(mount("none", "m", NULL, MS_REMOUNT, NULL) == 0 && unlink("m/f") == 0 && umount("m") == 0);
	SAY("read-only\n");
}

static void bind(void)
{
	struct stat a, b;

	CHECK(mkdir("src", 0755) == 0 && mkdir("src/sub", 0755) == 0);
	put_file("src/f", "bound");
	CHECK(mount("src", "m", NULL, MS_BIND, NULL) == 0);
	CHECK(stat("src/f", &a) == 0 && stat("m/f", &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev);
	put_file("m/g", "through");
	CHECK(access("src/g", F_OK) == 0 && unlink("src/g") == 0 && access("m/g", F_OK) == -1);
	FAILS(rename("m/f", "src/f2"), EXDEV);
	/* A mount in the source is not in an earlier or a plain later bind of it, but in a recursive one. */
	CHECK(mount("none", "src/sub", "tmpfs", 0, NULL) == 0);
	put_file("src/sub/deep", "x");
	FAILS(access("m/sub/deep", F_OK), ENOENT);
	CHECK(umount("m") == 0 && mount("src", "m", NULL, MS_BIND | MS_REC, NULL) == 0);
	CHECK(access("m/sub/deep", F_OK) == 0);
	FAILS(umount("m"), EBUSY);
	CHECK(umount("m/sub") == 0 && umount("m") == 0 && umount("src/sub") == 0);
	CHECK(unlink("src/f") == 0 && rmdir("src/sub") == 0 && rmdir("src") == 0);
	SAY("bound\n");
}

static void errors(void)
{
	int status;

	put_file("f", "x");
	FAILS(mount("none", "m", "nosuchfs", 0, NULL), ENODEV);
	FAILS(mount("none", "none", "tmpfs", 0, NULL), ENOENT);
	FAILS(mount("none", "f", "tmpfs", 0, NULL), ENOTDIR);
	FAILS(mount("none", "m", "tmpfs", 0, "size=banana"), EINVAL);
	FAILS(mount("none", "m", NULL, MS_BIND, NULL), ENOENT);
	FAILS(mount("none", "m", NULL, MS_REMOUNT, NULL), EINVAL);
	FAILS(umount("none"), ENOENT);
	FAILS(umount("m"), EINVAL);
	IN_CHILD(status, {
		CHECK(SYS(setresuid32, 1000, 1000, 1000) == 0);
		FAILS(mount("none", "/", "tmpfs", 0, NULL), EPERM);
		FAILS(umount("/"), EPERM);
	});
	CHECK(status == 0 && unlink("f") == 0);
	SAY("errors\n");
}

int main(void)
{
	umask(022);
	CHECK(mkdir("m", 0755) == 0);
	full();
	busy();
	read_only();
	bind();
	errors();
	CHECK(rmdir("m") == 0);
	return done();
}
