/* SPDX-License-Identifier: MIT */
/* Hard links, the life of a file without a name, and symbolic links as things of their own. */
#include "fs.h"

static void hard(void)
{
	put_file("a", "hello");
	REPORT(link("a", "b"));
	say_file("b");
	REPORT(link("a", "b"));
	REPORT(link("d", "e"));
	REPORT(link("none", "e"));
	REPORT(link("a", "none/e"));
	REPORT(link("a", "e/"));
	REPORT(unlink("a"));
	say_file("b");
	REPORT(unlink("a"));
	REPORT(unlink("d"));
	REPORT(unlink("b/"));
	REPORT(rmdir("b"));
}

static void without_name(void)
{
	struct stat st;
	int fd = open("b", O_RDWR);

	CHECK(unlink("b") == 0 && fstat(fd, &st) == 0);
	SAY("links %d\n", (int)st.st_nlink);
	VALUE(pwrite(fd, "J", 1, 0));
	say_text(fd, 5, 0);
	REPORT(access("b", F_OK));
	close(fd);
}

/* A file made without a name, which gets one when it is complete. */
static void tmpfile_named(void)
{
	char self[40];
	struct stat st;
	int fd = open("d", O_RDWR | O_TMPFILE, 0644);

	CHECK(fd >= 0 && write(fd, "whole", 5) == 5 && fstat(fd, &st) == 0);
	SAY("links %d mode %o\n", (int)st.st_nlink, (unsigned)st.st_mode);
	snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
	REPORT(linkat(AT_FDCWD, self, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
	say_file("named");
	close(fd);
	OPENS(open("d", O_RDONLY | O_TMPFILE, 0644));
	OPENS(open("named", O_RDWR | O_TMPFILE, 0644));
	CHECK(unlink("named") == 0);
}

static void symbolic(void)
{
	char buf[32] = "";

	put_file("t", "target");
	REPORT(symlink("t", "l"));
	say_file("l");
	VALUE(readlink("l", buf, sizeof buf));
	VALUE(readlink("l", buf, 0));
	REPORT(symlink("a/longer/target", "m"));
	VALUE(readlink("m", buf, 4));
	SAY("%s\n", buf);
	VALUE(readlink("t", buf, sizeof buf));
	VALUE(readlink("none", buf, sizeof buf));
	REPORT(symlink("x", "l"));
	REPORT(symlink("", "e"));
	REPORT(symlink("x", ""));
	/* link names the symbolic link, unless told to follow it. */
	REPORT(link("l", "ll"));
	say_file("ll");
	REPORT(linkat(AT_FDCWD, "l", AT_FDCWD, "lt", AT_SYMLINK_FOLLOW));
	say_file("lt");
	REPORT(chmod("l", 0600));
	say_file("t");
	REPORT(unlink("l"));
	REPORT(rmdir("ll"));
	CHECK(unlink("ll") == 0 && unlink("lt") == 0 && unlink("m") == 0);
	say_file("t");
	CHECK(unlink("t") == 0);
}

int main(void)
{
	umask(022);
	CHECK(mkdir("d", 0755) == 0);
	hard();
	without_name();
	tmpfile_named();
	symbolic();
	CHECK(rmdir("d") == 0);
	return done();
}
