/* SPDX-License-Identifier: MIT */
/* Following symbolic links: 40 in one walk and no more, wherever in the path they are, and loops end. */
#include "fs.h"

static void chain(void)
{
	char from[8], to[8];

	put_file("l0", "end");
	for (int i = 1; i <= 42; i++) {
		snprintf(to, sizeof to, "l%d", i - 1);
		snprintf(from, sizeof from, "l%d", i);
		CHECK(symlink(to, from) == 0);
	}
	OPENS(open("l39", O_RDONLY));
	OPENS(open("l40", O_RDONLY));
	OPENS(open("l41", O_RDONLY));
	OPENS(open("l41", O_PATH | O_NOFOLLOW));
	for (int i = 0; i <= 42; i++) {
		snprintf(from, sizeof from, "l%d", i);
		CHECK(unlink(from) == 0);
	}
}

/* The same count when the links are parts of one path: here/here/.../f. */
static void in_the_middle(void)
{
	char path[300];
	int n;

	CHECK(symlink(".", "here") == 0);
	put_file("f", "end");
	for (int links = 39; links <= 41; links++) {
		for (n = 0; n < links; n++)
			memcpy(path + 5 * n, "here/", 5);
		strcpy(path + 5 * n, "f");
		errno = 0;
		SAY("%d times through here: %d, error %d\n", links, access(path, F_OK), errno);
	}
	CHECK(unlink("here") == 0 && unlink("f") == 0);
}

static void loops(void)
{
	struct stat st;

	CHECK(symlink("self", "self") == 0 && symlink("pong", "ping") == 0 && symlink("ping", "pong") == 0);
	OPENS(open("self", O_RDONLY));
	OPENS(open("self/x", O_RDONLY));
	OPENS(open("self", O_RDWR | O_CREAT, 0644));
	OPENS(open("self", O_RDWR | O_CREAT | O_EXCL, 0644));
	REPORT(stat("ping", &st));
	REPORT(lstat("ping", &st));
	REPORT(chdir("ping"));
	REPORT(mkdir("ping", 0755));
	REPORT(rename("ping", "pang"));
	REPORT(stat("pong", &st));
	CHECK(unlink("self") == 0 && unlink("pang") == 0 && unlink("pong") == 0);
}

/* A link to a directory: with a slash behind it, it is the directory. */
static void slashes(void)
{
	struct stat st;

	CHECK(mkdir("d", 0755) == 0 && symlink("d", "l") == 0 && symlink("d/", "ls") == 0);
	CHECK(lstat("l", &st) == 0);
	SAY("l %o\n", (unsigned)(st.st_mode & S_IFMT));
	CHECK(lstat("l/", &st) == 0);
	SAY("l/ %o\n", (unsigned)(st.st_mode & S_IFMT));
	CHECK(lstat("l/.", &st) == 0);
	SAY("l/. %o\n", (unsigned)(st.st_mode & S_IFMT));
	OPENS(open("ls", O_RDONLY | O_DIRECTORY));
	OPENS(open("ls", O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
	REPORT(rmdir("l"));
	REPORT(rmdir("l/"));
	REPORT(unlink("l/"));
	REPORT(mkdir("l", 0755));
	REPORT(mkdir("l/in", 0755));
	REPORT(rmdir("d/in"));
	CHECK(unlink("l") == 0 && unlink("ls") == 0 && rmdir("d") == 0);
}

int main(void)
{
	umask(022);
	chain();
	in_the_middle();
	loops();
	slashes();
	return done();
}
