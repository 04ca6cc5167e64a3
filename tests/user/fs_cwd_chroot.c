/* SPDX-License-Identifier: MIT */
/* The working directory and the root are each process's own, ".." stops at the root, and fchdir leads out of it. */
#include "fs.h"

static char start[300], here[600];

/* The working directory relative to where the test began. */
static void say_cwd(const char *what)
{
	if (!getcwd(here, sizeof here))
		SAY("%s: error %d\n", what, errno);
	else if (!strncmp(here, start, strlen(start)) && start[1])
		SAY("%s: START%s\n", what, here + strlen(start));
	else
		SAY("%s: %s\n", what, here);
}

static void walk(void)
{
	int dir = open("a", O_RDONLY), file = open("f", O_RDWR | O_CREAT, 0644), status;

	REPORT(chdir("a/b"));
	say_cwd("down");
	OPENS(open("../../f", O_RDONLY));
	REPORT(fchdir(dir));
	say_cwd("by descriptor");
	IN_CHILD(status, REPORT(chdir("b")); say_cwd("child"));
	say_cwd("parent");
	/* A directory that moves takes those in it along. */
	REPORT(rename("../a", "../moved"));
	say_cwd("renamed");
	REPORT(chdir(".."));
	REPORT(rename("moved", "a"));
	REPORT(fchdir(file));
	REPORT(fchdir(99));
	REPORT(chdir("none"));
	REPORT(chdir("f"));
	VALUE(SYS(getcwd, here, 1));
	close(dir);
	close(file);
}

static void in_a_root(void)
{
	int out = open(".", O_RDONLY);
	struct stat root, up;

	REPORT(chroot("f"));
	REPORT(chroot("none"));
	REPORT(chroot("a"));
	/* The working directory is still outside. */
	OPENS(open("f", O_RDONLY));
	OPENS(open("/f", O_RDONLY));
	OPENS(open("/b/inside", O_RDONLY));
	OPENS(open("/../../b/inside", O_RDONLY));
	OPENS(open("/out", O_RDONLY));
	OPENS(open("/in", O_RDONLY));
	REPORT(chdir("/b"));
	say_cwd("inside");
	REPORT(chdir("../../.."));
	say_cwd("top");
	CHECK(stat("/", &root) == 0 && stat("/..", &up) == 0 && root.st_ino == up.st_ino);
	REPORT(fchdir(out));
	OPENS(open("f", O_RDONLY));
	OPENS(open("/f", O_RDONLY));
	close(out);
}

int main(void)
{
	int status;

	umask(022);
	CHECK(getcwd(start, sizeof start) != NULL);
	CHECK(mkdir("a", 0755) == 0 && mkdir("a/b", 0755) == 0);
	walk();
	put_file("a/b/inside", "x");
	CHECK(symlink("/f", "a/out") == 0 && symlink("/b/inside", "a/in") == 0);
	IN_CHILD(status, in_a_root());
	say_status("in a root", status);
	say_cwd("outside");
	OPENS(open("f", O_RDONLY));
	CHECK(unlink("a/out") == 0 && unlink("a/in") == 0 && unlink("a/b/inside") == 0 && rmdir("a/b") == 0);
	CHECK(rmdir("a") == 0 && unlink("f") == 0);
	return done();
}
