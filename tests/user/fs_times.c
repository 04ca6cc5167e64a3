/* SPDX-License-Identifier: MIT */
/* The three times: which call moves which, and setting them. */
#include <sys/time.h>
#include <time.h>
#include "fs.h"

static struct timespec mark[3];

static int later(struct timespec a, struct timespec b)
{
	return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

static void remember(const char *name)
{
	struct stat st;

	CHECK(stat(name, &st) == 0);
	mark[0] = st.st_atim;
	mark[1] = st.st_mtim;
	mark[2] = st.st_ctim;
	usleep(30000);
}

/* Which have moved since remember(). Access times depend on how the file system is mounted. */
static void moved(const char *name, const char *what)
{
	struct stat st;

	CHECK(stat(name, &st) == 0);
	CHECK(!later(mark[0], st.st_atim) && !later(mark[1], st.st_mtim) && !later(mark[2], st.st_ctim));
	SAY("%s:%s%s\n", what, later(st.st_mtim, mark[1]) ? " modified" : "", later(st.st_ctim, mark[2]) ? " changed" : "");
	remember(name);
}

static void files(void)
{
	int fd = open("f", O_RDWR | O_CREAT, 0644);
	char c;

	remember("f");
	CHECK(write(fd, "text", 4) == 4);
	moved("f", "write");
	CHECK(pread(fd, &c, 1, 0) == 1);
	moved("f", "read");
	CHECK(fchmod(fd, 0600) == 0);
	moved("f", "chmod");
	CHECK(chown("f", 0, 0) == 0);
	moved("f", "chown");
	CHECK(link("f", "g") == 0);
	moved("f", "link");
	CHECK(unlink("g") == 0);
	moved("f", "unlink");
	CHECK(ftruncate(fd, 2) == 0);
	moved("f", "truncate");
	CHECK(ftruncate(fd, 2) == 0);
	moved("f", "truncate to the same size");
	CHECK(rename("f", "g") == 0 && rename("g", "f") == 0);
	moved("f", "rename");
	CHECK(write(fd, "", 0) == 0);
	moved("f", "write of nothing");
	close(open("f", O_WRONLY | O_TRUNC));
	moved("f", "open with O_TRUNC");
	CHECK(truncate("f", 100) == 0);
	moved("f", "truncate by name");
	close(fd);
}

static void directories(void)
{
	CHECK(mkdir("d", 0755) == 0);
	remember("d");
	put_file("d/x", "x");
	moved("d", "a new file");
	put_file("d/x", "longer");
	moved("d", "an old file");
	CHECK(rename("d/x", "d/y") == 0);
	moved("d", "a new name");
	CHECK(unlink("d/y") == 0);
	moved("d", "a file less");
	CHECK(rmdir("d") == 0);
}

static void say_times(void)
{
	struct stat st;

	CHECK(stat("f", &st) == 0);
	SAY("%ld.%09ld %ld.%09ld\n", (long)st.st_atim.tv_sec, (long)st.st_atim.tv_nsec, (long)st.st_mtim.tv_sec,
	    (long)st.st_mtim.tv_nsec);
}

static void setting(void)
{
	struct timespec ts[2] = { { .tv_sec = 1000, .tv_nsec = 5 }, { .tv_sec = 2000, .tv_nsec = 999999999 } };
	struct timeval tv[2] = { { .tv_sec = 7, .tv_usec = 8 }, { .tv_sec = 9, .tv_usec = 10 } };
	struct stat st;
	int fd = open("f", O_RDONLY);

	REPORT(utimensat(AT_FDCWD, "f", ts, 0));
	say_times();
	ts[0].tv_nsec = UTIME_OMIT;
	ts[1].tv_sec = 3000;
	REPORT(utimensat(AT_FDCWD, "f", ts, 0));
	say_times();
	ts[1].tv_nsec = 1000000000;
	REPORT(utimensat(AT_FDCWD, "f", ts, 0));
	REPORT(utimes("f", tv));
	say_times();
	tv[0].tv_usec = 1000000;
	REPORT(utimes("f", tv));
	ts[0].tv_nsec = UTIME_NOW;
	ts[1].tv_nsec = UTIME_OMIT;
	REPORT(futimens(fd, ts));
	CHECK(stat("f", &st) == 0 && st.st_atim.tv_sec >= time(NULL) - 5);
	SAY("modified %ld\n", (long)st.st_mtim.tv_sec);
	REPORT(utimensat(AT_FDCWD, "f", NULL, 0));
	CHECK(stat("f", &st) == 0 && st.st_mtim.tv_sec >= time(NULL) - 5);
	REPORT(utimensat(AT_FDCWD, "none", NULL, 0));
	REPORT(futimens(99, NULL));
	close(fd);
}

static void of_links(void)
{
	struct timespec ts[2] = { { .tv_sec = 11 }, { .tv_sec = 12 } };
	struct stat st;

	CHECK(symlink("f", "l") == 0);
	REPORT(utimensat(AT_FDCWD, "l", ts, AT_SYMLINK_NOFOLLOW));
	CHECK(lstat("l", &st) == 0);
	SAY("link %ld\n", (long)st.st_mtim.tv_sec);
	CHECK(stat("l", &st) == 0 && st.st_mtim.tv_sec > 12);
	CHECK(unlink("l") == 0);
}

int main(void)
{
	umask(022);
	files();
	directories();
	setting();
	of_links();
	CHECK(unlink("f") == 0);
	return done();
}
