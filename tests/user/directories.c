/* SPDX-License-Identifier: MIT */
/* Directories: more than a thousand names read in pieces, while they change; the current one; a removed one. */
#include <dirent.h>
#include <sys/stat.h>
#include "lib/abi/dirent.h"
#include "test.h"

#define FILES 1200

static char seen[FILES];

static void name_of(char *name, int i) { sprintf(name, "dir/file-%04d", i); }

/* All records through a buffer of the given size; each file exactly once. */
static void read_all(int size)
{
	static char buf[65536];
	int fd = open("dir", O_RDONLY | O_DIRECTORY), n, files = 0, dots = 0, twice = 0;

	memset(seen, 0, sizeof seen);
	while ((n = SYS(getdents64, fd, buf, size)) > 0)
		for (int at = 0; at < n;) {
			struct linux_dirent64 *e = (struct linux_dirent64 *)(buf + at);
			int i;

			if (e->d_name[0] == '.') {
				dots += e->d_type == 4;
			} else if (sscanf(e->d_name, "file-%d", &i) == 1) {
				twice += seen[i];
				seen[i] = 1;
				files += e->d_type == 8 && e->d_ino != 0;
			}
			at += e->d_reclen;
			CHECK(e->d_reclen % 8 == 0 && e->d_reclen > 0);
		}
	SAY("buffer of %d: result %d, files %d, dots %d, twice %d\n", size, n, files, dots, twice);
	close(fd);
}

static void small_buffer(void)
{
	char buf[10];
	int fd = open("dir", O_RDONLY);

	REPORT(SYS(getdents64, fd, buf, sizeof buf));
	close(fd);
	fd = open("dir/file-0000", O_RDONLY);
	REPORT(SYS(getdents64, fd, buf, sizeof buf));
	close(fd);
	REPORT(SYS(getdents64, 99, buf, sizeof buf));
}

/* Removing each file as it is read must not skip others. */
static void remove_while_reading(void)
{
	DIR *d = opendir("dir");
	struct dirent *e;
	char name[300];
	int removed = 0;

	while ((e = readdir(d)))
		if (e->d_name[0] != '.') {
			snprintf(name, sizeof name, "dir/%s", e->d_name);
			removed += unlink(name) == 0;
		}
	closedir(d);
	SAY("removed while reading: %d\n", removed);
}

static void current(void)
{
	char before[300], buf[300], *tail;
	struct stat st;
	int fd;

	CHECK(getcwd(before, sizeof before) != NULL);
	CHECK(mkdir("dir/a", 0700) == 0 && mkdir("dir/a/b", 0700) == 0 && chdir("dir/a/b") == 0);
	CHECK(getcwd(buf, sizeof buf) != NULL);
	SAY("below: %s\n", buf + strlen(before));
	SAY("getcwd's length right: %d\n", SYS(getcwd, buf, sizeof buf) == (int)strlen(buf) + 1);
	REPORT(SYS(getcwd, buf, 3));
	CHECK(rename("../../a", "../../moved") == 0 && getcwd(buf, sizeof buf) != NULL);
	SAY("renamed above: %s\n", buf + strlen(before));
	fd = open(".", O_RDONLY);
	CHECK(rmdir("../b") == 0);
	REPORT(SYS(getcwd, buf, sizeof buf));
	REPORT(open("x", O_CREAT | O_WRONLY, 0600));
	REPORT(mkdir("x", 0700));
	REPORT(stat(".", &st));
	SAY("links of a removed directory: %d\n", (int)st.st_nlink);
	REPORT(chdir(".."));
	CHECK(getcwd(buf, sizeof buf) != NULL);
	tail = strrchr(buf, '/');
	SAY("parent: %s\n", tail);
	REPORT(fchdir(fd));
	REPORT(stat("x", &st));
	close(fd);
	CHECK(chdir(before) == 0);
	fd = open("dir/moved", O_RDONLY);
	CHECK(fchdir(fd) == 0 && chdir("../..") == 0 && getcwd(buf, sizeof buf) && !strcmp(buf, before));
	REPORT(mkdirat(fd, "at", 0700));
	REPORT(unlinkat(fd, "at", 0));
	REPORT(unlinkat(fd, "at", AT_REMOVEDIR));
	REPORT(openat(99, "x", O_RDONLY));
	REPORT(openat(1, "x", O_RDONLY));
	close(fd);
	CHECK(rmdir("dir/moved") == 0);
	REPORT(chdir("missing"));
	REPORT(fchdir(99));
}

int main(void)
{
	char name[100];

	CHECK(mkdir("dir", 0700) == 0);
	for (int i = 0; i < FILES; i++) {
		int fd;

		name_of(name, i);
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);
		CHECK(fd >= 0);
		close(fd);
	}
	read_all(65536);
	read_all(1000);
	read_all(64);
	REPORT(rmdir("dir"));
	small_buffer();
	remove_while_reading();
	current();
	REPORT(rmdir("dir"));
	return done();
}
