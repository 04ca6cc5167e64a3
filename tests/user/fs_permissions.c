/* SPDX-License-Identifier: MIT */
/* What another user may not do: every check of owner, group, others, directories and the sticky bit. */
#include "fs.h"
#include <sys/sysmacros.h>

#define USER 1000
#define GROUP 1000

static void become_user(void)
{
	CHECK(SYS(setgroups32, 0, NULL) == 0);
	CHECK(SYS(setresgid32, GROUP, GROUP, GROUP) == 0);
	CHECK(SYS(setresuid32, USER, USER, USER) == 0);
}

static void owned(const char *name, int mode, int uid, int gid)
{
	put_file(name, "x");
	CHECK(chown(name, uid, gid) == 0 && chmod(name, mode) == 0);
}

/* The first class that fits decides, even if a later one would permit more. */
static void classes(void)
{
	OPENS(open("mine077", O_RDONLY));
	OPENS(open("group707", O_RDONLY));
	OPENS(open("group040", O_RDONLY));
	OPENS(open("group040", O_WRONLY));
	OPENS(open("other004", O_RDONLY));
	OPENS(open("other004", O_RDWR));
	OPENS(open("root600", O_RDONLY));
	OPENS(open("root600", O_WRONLY | O_TRUNC));
	OPENS(open("root600", O_RDWR | O_CREAT, 0666));
	OPENS(open("root600", O_PATH));
	REPORT(truncate("root600", 0));
	REPORT(access("other004", R_OK));
	REPORT(access("other004", R_OK | W_OK));
	REPORT(access("other004", X_OK));
	REPORT(access("root600", F_OK));
	REPORT(access("root600", 8));
}

static void attributes(void)
{
	REPORT(chmod("root600", 0666));
	REPORT(chown("root600", USER, GROUP));
	REPORT(chmod("mine077", 0600));
	REPORT(chown("mine077", 0, -1));
	REPORT(chown("mine077", -1, 0));
	REPORT(chown("mine077", -1, GROUP));
	REPORT(chmod("mine077", 04755));
	say_file("mine077");
	REPORT(utimensat(AT_FDCWD, "root600", NULL, 0));
	REPORT(utimensat(AT_FDCWD, "mine077", NULL, 0));
}

static void directories(void)
{
	struct stat st;

	OPENS(open("closed/x", O_RDONLY));
	REPORT(stat("closed/x", &st));
	REPORT(stat("closed", &st));
	REPORT(chdir("closed"));
	OPENS(open("closed", O_RDONLY));
	/* Search without read: names can be used by those who know them. */
	REPORT(stat("search/x", &st));
	OPENS(open("search", O_RDONLY));
	/* Read without search: only names. */
	OPENS(open("list", O_RDONLY));
	REPORT(stat("list/x", &st));
	REPORT(stat("list/.", &st));
	OPENS(open("new", O_RDWR | O_CREAT, 0644));
	REPORT(mkdir("new", 0755));
	REPORT(unlink("other004"));
	REPORT(rename("other004", "moved"));
	REPORT(link("mine077", "new"));
	REPORT(symlink("x", "new"));
	REPORT(unlink("none"));
	REPORT(mkdir("closed", 0755));
}

static void sticky(void)
{
	REPORT(unlink("sticky/root"));
	REPORT(rename("sticky/root", "sticky/mine"));
	OPENS(open("sticky/mine", O_RDWR | O_CREAT | O_EXCL, 0600));
	REPORT(rename("sticky/mine", "sticky/root"));
	REPORT(rename("sticky/mine", "sticky/again"));
	REPORT(unlink("sticky/again"));
}

static void privileges(void)
{
	REPORT(mknod("sticky/null", S_IFCHR | 0600, makedev(1, 3)));
	REPORT(mknod("sticky/fifo", S_IFIFO | 0600, 0));
	REPORT(unlink("sticky/fifo"));
	REPORT(chroot("."));
	REPORT(SYS(setresuid32, 0, 0, 0));
	REPORT(SYS(setresgid32, 0, 0, 0));
}

/* Writing takes the set-user-ID bit away, for who is no superuser; a new file has its maker's group, or the directory's. */
static void bits(void)
{
	struct stat st;
	int fd;

	CHECK(chmod("mine077", 06755) == 0);
	say_file("mine077");
	fd = open("mine077", O_WRONLY);
	CHECK(write(fd, "q", 1) == 1);
	close(fd);
	say_file("mine077");
	fd = open("setgid/new", O_RDWR | O_CREAT, 0644);
	CHECK(fstat(fd, &st) == 0);
	SAY("uid %d gid %d\n", (int)st.st_uid, (int)st.st_gid);
	close(fd);
	REPORT(mkdir("setgid/dir", 0755));
	say_file("setgid/dir");
	CHECK(rmdir("setgid/dir") == 0 && unlink("setgid/new") == 0);
}

static void as_user(void)
{
	become_user();
	classes();
	attributes();
	directories();
	sticky();
	privileges();
	bits();
}

int main(void)
{
	int status;

	umask(022);
	/* A directory of its own: the one above may be closed to others. */
	CHECK(mkdir("d", 0755) == 0 && chdir("d") == 0);
	owned("mine077", 0077, USER, 0);
	owned("group707", 0707, 0, GROUP);
	owned("group040", 0040, 0, GROUP);
	owned("other004", 0004, 0, 0);
	owned("root600", 0600, 0, 0);
	CHECK(mkdir("closed", 0700) == 0 && mkdir("search", 0711) == 0 && mkdir("list", 0744) == 0);
	put_file("search/x", "x");
	put_file("list/x", "x");
	CHECK(mkdir("sticky", 0755) == 0 && chmod("sticky", 01777) == 0);
	put_file("sticky/root", "x");
	CHECK(mkdir("setgid", 0755) == 0 && chown("setgid", USER, 5) == 0 && chmod("setgid", 02755) == 0);
	IN_CHILD(status, as_user());
	say_status("as user", status);
	/* The superuser may do it all, except execute what nobody may. */
	OPENS(open("mine077", O_RDWR));
	OPENS(open("group040", O_RDWR));
	REPORT(access("root600", R_OK | W_OK));
	REPORT(access("root600", X_OK));
	CHECK(unlink("sticky/root") == 0 && unlink("search/x") == 0 && unlink("list/x") == 0);
	CHECK(rmdir("sticky") == 0 && rmdir("search") == 0 && rmdir("list") == 0 && rmdir("closed") == 0);
	CHECK(rmdir("setgid") == 0 && unlink("mine077") == 0 && unlink("group707") == 0 && unlink("group040") == 0);
	CHECK(unlink("other004") == 0 && unlink("root600") == 0 && chdir("..") == 0 && rmdir("d") == 0);
	return done();
}
