/* SPDX-License-Identifier: MIT */
/* Path resolution and the calls that change names: rename, link, unlink, symlink, mkdir, and their errors. */
#include <sys/stat.h>
#include "test.h"

static void touch_file(const char *name) { close(make_file(name, 3)); }

static void paths(void)
{
	static char name[5000];
	struct stat st;

	REPORT(stat("", &st));
	REPORT(stat("f", &st));
	REPORT(stat("f/", &st));
	REPORT(stat("f/x", &st));
	REPORT(stat("f/.", &st));
	REPORT(stat("f/..", &st));
	REPORT(stat("missing", &st));
	REPORT(stat("missing/..", &st));
	REPORT(stat("d/", &st));
	REPORT(stat("d//..///./f", &st));
	REPORT(stat("/../../..", &st));
	memset(name, 'n', 255);
	REPORT(stat(name, &st));
	name[255] = 'n';
	REPORT(stat(name, &st));
	memset(name, '/', 4096);
	name[4095] = 0;
	REPORT(stat(name, &st));
	name[4095] = '/';
	name[4096] = 0;
	REPORT(stat(name, &st));
	REPORT(open("new/", O_CREAT | O_WRONLY, 0600));
	REPORT(open("f/", O_RDONLY));
	REPORT(mkdir("newdir/", 0700));
	REPORT(rmdir("newdir/"));
	REPORT(mkdir("d", 0700));
	REPORT(mkdir("f", 0700));
	REPORT(mkdir("missing/x", 0700));
	REPORT(mkdir("/", 0700));
	REPORT(mkdir("d/.", 0700));
}

static void links(void)
{
	struct stat st;
	char buf[100];
	int fd;

	REPORT(link("f", "hard"));
	CHECK(stat("f", &st) == 0 && st.st_nlink == 2);
	REPORT(link("f", "hard"));
	REPORT(link("d", "hard2"));
	REPORT(link("missing", "hard2"));
	REPORT(link("f", "missing/x"));
	REPORT(unlink("f"));
	CHECK(stat("hard", &st) == 0 && st.st_nlink == 1);
	CHECK(rename("hard", "f") == 0);
	REPORT(unlink("d"));
	REPORT(unlink("missing"));
	REPORT(unlink("f/"));
	REPORT(rmdir("f"));
	REPORT(rmdir("missing"));
	REPORT(rmdir("."));
	REPORT(rmdir("d/.."));
	REPORT(rmdir("/"));
	/* Unlinked while open. */
	fd = make_file("gone", 100);
	CHECK(unlink("gone") == 0 && fstat(fd, &st) == 0 && st.st_nlink == 0);
	CHECK(pread(fd, buf, 100, 0) == 100 && write(fd, buf, 100) == 100);
	REPORT(open("gone", O_RDONLY));
	close(fd);

	REPORT(symlink("f", "s"));
	REPORT(symlink("f", "s"));
	REPORT(symlink("", "empty"));
	CHECK(lstat("s", &st) == 0 && S_ISLNK(st.st_mode) && st.st_size == 1);
	SAY("readlink %d, cut %d\n", (int)readlink("s", buf, 100), (int)readlink("/proc/self/exe", buf, 3));
	REPORT(readlink("f", buf, 100));
	REPORT(readlink("s", buf, 0));
	REPORT(open("s", O_RDONLY | O_NOFOLLOW));
	REPORT(stat("s/", &st));
	REPORT(symlink("missing", "dangling"));
	REPORT(stat("dangling", &st));
	REPORT(mkdir("dangling", 0700));
	REPORT(open("dangling", O_WRONLY | O_CREAT | O_EXCL, 0600));
	fd = open("dangling", O_WRONLY | O_CREAT, 0600);
	SAY("created through a link: %d\n", stat("missing", &st) == 0);
	close(fd);
	unlink("missing");
	REPORT(unlink("dangling"));
	REPORT(link("s", "s2"));					/* of the link itself */
	CHECK(lstat("s2", &st) == 0 && S_ISLNK(st.st_mode));
	REPORT(unlink("s2"));
	REPORT(symlink("d", "sd"));
	REPORT(rmdir("sd"));
	REPORT(rmdir("sd/"));
	REPORT(stat("sd/.", &st));
	REPORT(unlink("sd"));
	REPORT(unlink("s"));
}

/* Forty links may be followed, forty-one not. */
static void loops(void)
{
	char name[20], to[20];
	struct stat st;

	CHECK(symlink("f", "l1") == 0);
	for (int i = 2; i <= 41; i++) {
		sprintf(name, "l%d", i);
		sprintf(to, "l%d", i - 1);
		CHECK(symlink(to, name) == 0);
	}
	REPORT(stat("l40", &st));
	REPORT(stat("l41", &st));
	REPORT(lstat("l41", &st));
	for (int i = 1; i <= 41; i++) {
		sprintf(name, "l%d", i);
		CHECK(unlink(name) == 0);
	}
	CHECK(symlink("b", "a") == 0 && symlink("a", "b") == 0);
	REPORT(stat("a", &st));
	REPORT(open("a/x", O_RDONLY));
	REPORT(rename("a", "c"));
	CHECK(unlink("b") == 0 && unlink("c") == 0);
}

static void renames(void)
{
	struct stat st, st2;

	touch_file("g");
	mkdir("d/sub", 0700);
	mkdir("e", 0700);
	REPORT(rename("f", "f"));
	REPORT(rename("missing", "x"));
	REPORT(rename("f", "missing/x"));
	REPORT(rename("f", "d"));
	REPORT(rename("d", "f"));
	REPORT(rename("d", "d/sub/x"));
	REPORT(rename("d", "d/x"));
	REPORT(rename("d/sub", "d"));
	REPORT(rename("e", "d"));
	REPORT(rename("d/.", "x"));
	REPORT(rename("d", "e/.."));
	REPORT(rename("f", "g/"));
	REPORT(rename("d", "e"));						/* over an empty one */
	REPORT(stat("e/sub", &st));
	REPORT(rename("e", "d/"));
	stat("d/sub/..", &st);
	stat("d", &st2);
	CHECK(st.st_ino == st2.st_ino && st.st_nlink >= 1);
	CHECK(link("f", "h") == 0);
	REPORT(rename("f", "h"));						/* the same file: nothing happens */
	REPORT(stat("f", &st));
	REPORT(unlink("h"));
	REPORT(rename("f", "g"));						/* over another */
	REPORT(stat("f", &st));
	REPORT(rename("g", "f"));
	/* A directory's .. follows it. */
	mkdir("e", 0700);
	REPORT(rename("d/sub", "e/sub"));
	stat("e/sub/..", &st);
	stat("e", &st2);
	CHECK(st.st_ino == st2.st_ino);
	SAY("links of the directories: %d %d\n", (int)(stat("d", &st), st.st_nlink > 1), (int)(st2.st_nlink > 1));
	REPORT(SYS(renameat2, AT_FDCWD, "f", AT_FDCWD, "e", 1));		/* no replace */
	REPORT(SYS(renameat2, AT_FDCWD, "f", AT_FDCWD, "e", 2));		/* exchange */
	CHECK(stat("e", &st) == 0 && S_ISREG(st.st_mode));
	REPORT(SYS(renameat2, AT_FDCWD, "f", AT_FDCWD, "e", 2));
	REPORT(SYS(renameat2, AT_FDCWD, "f", AT_FDCWD, "e", 3));
	REPORT(rmdir("e"));
	REPORT(rmdir("e/sub"));
	REPORT(rmdir("e"));
}

int main(void)
{
	touch_file("f");
	mkdir("d", 0700);
	paths();
	links();
	loops();
	renames();
	REPORT(unlink("f"));
	REPORT(rmdir("d"));
	return done();
}
