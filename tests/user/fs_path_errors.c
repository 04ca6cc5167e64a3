/* SPDX-License-Identifier: MIT */
/* Names that are too long, empty, of the wrong kind, in bad memory, or gone. */
#include "fs.h"

static char name[5000];

static const char *long_name(int n)
{
	memset(name, 'a', n);
	name[n] = 0;
	return name;
}

static void lengths(void)
{
	struct stat st;

	OPENS(open(long_name(255), O_RDWR | O_CREAT, 0600));
	REPORT(stat(long_name(255), &st));
	REPORT(unlink(long_name(255)));
	REPORT(stat(long_name(255), &st));
	REPORT(stat(long_name(256), &st));
	REPORT(mkdir(long_name(256), 0755));
	REPORT(stat(long_name(4095), &st));
	REPORT(stat(long_name(4096), &st));
	/* 4095 bytes of "./" are a path, 4096 are none. */
	for (int i = 0; i < 4096; i++)
		name[i] = i % 2 ? '/' : '.';
	name[4095] = 0;
	REPORT(stat(name, &st));
	name[4095] = '/';
	name[4096] = 0;
	REPORT(stat(name, &st));
	REPORT(symlink(long_name(1000), "l"));
	REPORT(symlink(long_name(4096), "m"));
	SAY("%d\n", (int)readlink("l", name, sizeof name));
	REPORT(unlink("l"));
}

static void kinds(void)
{
	struct stat st;

	put_file("f", "x");
	REPORT(stat("", &st));
	REPORT(stat("f/", &st));
	REPORT(stat("f/.", &st));
	REPORT(stat("f/..", &st));
	REPORT(stat("none/..", &st));
	REPORT(stat(".//././/f", &st));
	REPORT(mkdir("f/x", 0755));
	REPORT(mkdir("none/x", 0755));
	REPORT(mkdir("", 0755));
	REPORT(mkdir(".", 0755));
	REPORT(mkdir("..", 0755));
	REPORT(mkdir("/", 0755));
	REPORT(mkdir("d/", 0755));
	REPORT(mkdir("d", 0755));
	REPORT(mkdir("f", 0755));
	REPORT(rmdir("."));
	REPORT(rmdir("d/."));
	REPORT(rmdir("d/.."));
	REPORT(rmdir("f"));
	REPORT(rmdir("none"));
	put_file("d/x", "x");
	REPORT(rmdir("d"));
	REPORT(unlink("d/x"));
	REPORT(unlink("d/"));
	REPORT(unlink("."));
	REPORT(rmdir("d/"));
	REPORT(chdir("f"));
	REPORT(truncate(".", 0));
	REPORT(truncate("none", 0));
	CHECK(unlink("f") == 0);
}

static void bad_memory(void)
{
	char *bad = (char *)16;

	OPENS(open(bad, O_RDONLY));
	REPORT(SYS(stat64, bad, name));
	REPORT(SYS(stat64, ".", bad));
	REPORT(mkdir(bad, 0755));
	REPORT(rename(bad, "x"));
	REPORT(symlink("x", bad));
	REPORT(SYS(readlink, "/proc/self", bad, 10));
	REPORT(SYS(getcwd, bad, 100));
	REPORT(SYS(getdents64, 0, bad, 100));
}

/* The working directory, removed: it is empty, nothing can be made in it, and "." still opens. */
static void removed(void)
{
	struct stat st;

	CHECK(mkdir("gone", 0755) == 0 && chdir("gone") == 0 && rmdir("../gone") == 0);
	REPORT(SYS(getcwd, name, sizeof name));
	OPENS(open("x", O_RDWR | O_CREAT, 0600));
	OPENS(open(".", O_RDONLY));
	REPORT(stat("x", &st));
	REPORT(mkdir("y", 0755));
	REPORT(symlink("a", "b"));
	REPORT(rename(".", "z"));
	REPORT(chdir(".."));
	REPORT(stat("gone", &st));
}

int main(void)
{
	umask(022);
	lengths();
	kinds();
	bad_memory();
	removed();
	return done();
}
