/* SPDX-License-Identifier: MIT */
/* The mode that a new file gets, and the modes that chmod and chown leave. */
#include "fs.h"

static void masks(void)
{
	static const int mask[] = { 0, 022, 077, 0777 };

	for (int i = 0; i < 4; i++) {
		SAY("umask %o, before it %o\n", mask[i], (unsigned)umask(mask[i]));
		close(open("f", O_RDWR | O_CREAT, 0666));
		CHECK(mkdir("d", 0777) == 0 && mknod("p", S_IFIFO | 0644, 0) == 0 && symlink("f", "l") == 0);
		say_file("f");
		say_file("d");
		say_file("p");
		say_file("l");
		CHECK(unlink("f") == 0 && rmdir("d") == 0 && unlink("p") == 0 && unlink("l") == 0);
	}
	SAY("umask keeps nine bits: %o %o\n", (unsigned)umask(07777), (unsigned)umask(022));
}

/* The mask is the process's: a child has a copy. */
static void inherited(void)
{
	int status;

	umask(027);
	IN_CHILD(status, SAY("child %o\n", (unsigned)umask(0)));
	SAY("parent %o\n", (unsigned)umask(022));
}

static void modes(void)
{
	int fd = open("f", O_RDWR | O_CREAT, 07777);

	say_file("f");
	REPORT(fchmod(fd, 0));
	say_file("f");
	REPORT(fchmod(fd, 07777));
	say_file("f");
	REPORT(chmod("f", 0170644));
	say_file("f");
	REPORT(chmod("none", 0644));
	REPORT(fchmod(99, 0644));
	REPORT(fchmodat(AT_FDCWD, "f", 0600, 0));
	say_file("f");
	close(fd);
	CHECK(mkdir("d", 07777) == 0);
	say_file("d");
	REPORT(chmod("d", 02700));
	say_file("d");
	CHECK(rmdir("d") == 0);
}

/* A new owner: set-user-ID goes; set-group-ID goes if the group may execute, or else it means something else. */
static void owners(void)
{
	struct stat st;

	REPORT(chmod("f", 06755));
	REPORT(chown("f", 1000, 1001));
	say_file("f");
	REPORT(chmod("f", 06745));
	REPORT(chown("f", -1, 1002));
	say_file("f");
	REPORT(chown("f", -1, -1));
	CHECK(stat("f", &st) == 0);
	SAY("uid %d gid %d\n", (int)st.st_uid, (int)st.st_gid);
	CHECK(symlink("f", "l") == 0);
	REPORT(lchown("l", 7, 8));
	CHECK(lstat("l", &st) == 0);
	SAY("link: uid %d gid %d\n", (int)st.st_uid, (int)st.st_gid);
	REPORT(chown("l", 9, 10));
	CHECK(stat("f", &st) == 0);
	SAY("file: uid %d gid %d\n", (int)st.st_uid, (int)st.st_gid);
	REPORT(fchownat(AT_FDCWD, "f", 0, 0, 0x4000));
	REPORT(chown("none", 0, 0));
	CHECK(unlink("l") == 0 && unlink("f") == 0);
}

int main(void)
{
	umask(0);
	masks();
	inherited();
	modes();
	owners();
	return done();
}
