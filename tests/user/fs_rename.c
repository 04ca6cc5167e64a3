/* SPDX-License-Identifier: MIT */
/* rename: replacing, moving directories (never into themselves), and the flags of renameat2. */
#include "fs.h"

#define NOREPLACE 1
#define EXCHANGE 2
#define RENAME2(a, b, flags) SYS(renameat2, AT_FDCWD, a, AT_FDCWD, b, flags)

static void files(void)
{
	put_file("a", "hello");
	CHECK(link("a", "b") == 0);
	REPORT(rename("a", "c"));
	say_file("a");
	say_file("c");
	/* Two names of one file: nothing happens, both stay. */
	REPORT(rename("c", "b"));
	say_file("c");
	put_file("other", "x");
	REPORT(rename("other", "b"));
	say_file("other");
	say_file("b");
	say_file("c");
	REPORT(rename("none", "z"));
	REPORT(rename("b", "none/x"));
	REPORT(rename("b", "b"));
	REPORT(rename("b", "b/"));
	REPORT(rename("b/", "z"));
	REPORT(rename("b", "c/x"));
	REPORT(rename("", "z"));
	REPORT(rename("b", ""));
}

/* A file that was replaced lives on for those who have it open. */
static void replaced(void)
{
	struct stat st;
	int fd = open("c", O_RDWR);

	REPORT(rename("b", "c"));
	CHECK(fstat(fd, &st) == 0);
	SAY("old links %d\n", (int)st.st_nlink);
	say_text(fd, 5, 0);
	close(fd);
	say_file("c");
}

static void directories(void)
{
	struct stat before, after;

	CHECK(mkdir("m", 0755) == 0 && mkdir("m/s", 0700) == 0 && mkdir("empty", 0711) == 0);
	REPORT(rename("m", "c"));
	REPORT(rename("c", "m"));
	REPORT(rename("m", "m/s"));
	REPORT(rename("m", "m/s/t"));
	REPORT(rename("m/s", "m"));
	REPORT(rename("empty", "m"));
	REPORT(rename("m", "empty"));
	say_file("m");
	say_file("empty/s");
	/* "..", too, is moved. */
	REPORT(rename("empty/s", "s"));
	CHECK(stat("s/..", &before) == 0 && stat(".", &after) == 0 && before.st_ino == after.st_ino);
	REPORT(rename("s", "empty/again"));
	CHECK(stat("empty/again/..", &before) == 0 && stat("empty", &after) == 0 && before.st_ino == after.st_ino);
	REPORT(rename("empty/", "m"));
	REPORT(rename(".", "z"));
	REPORT(rename("m", ".."));
	REPORT(rename("m/.", "z"));
	CHECK(rmdir("m/again") == 0 && rmdir("m") == 0);
}

static void flags(void)
{
	put_file("x", "1");
	put_file("y", "22");
	REPORT(RENAME2("x", "y", NOREPLACE));
	REPORT(RENAME2("x", "z", NOREPLACE));
	REPORT(RENAME2("z", "y", EXCHANGE));
	say_file("z");
	say_file("y");
	CHECK(mkdir("m", 0755) == 0);
	REPORT(RENAME2("y", "m", EXCHANGE));
	say_file("y");
	say_file("m");
	REPORT(RENAME2("y", "none", EXCHANGE));
	REPORT(RENAME2("y", "y/x", EXCHANGE));
	REPORT(RENAME2("m", "z", NOREPLACE | EXCHANGE));
	REPORT(RENAME2("m", "z", 1 << 10));
	CHECK(rmdir("y") == 0 && unlink("m") == 0 && unlink("z") == 0);
}

int main(void)
{
	umask(022);
	files();
	replaced();
	directories();
	flags();
	CHECK(unlink("c") == 0);
	return done();
}
