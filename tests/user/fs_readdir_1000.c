/* SPDX-License-Identifier: MIT */
/* A directory of 1000 files: each is read once, also while names come and go, and a position is kept. */
#include <dirent.h>
#include "fs.h"

#define FILES 1000

static unsigned char seen[FILES];

static void make(int from, int to)
{
	char name[24];

	for (int i = from; i < to; i++) {
		snprintf(name, sizeof name, "d/file%d", i);
		CHECK(mknod(name, S_IFREG | 0644, 0) == 0);
	}
}

/* Reads to the end: how many entries, those counted that were never or twice seen. */
static void read_all(DIR *dir, const char *what)
{
	int entries = 0, dots = 0, missing = 0, twice = 0, others = 0;
	struct dirent *e;

	memset(seen, 0, sizeof seen);
	while ((e = readdir(dir))) {
		entries++;
		if (e->d_name[0] == '.') {
			dots++;
			CHECK(e->d_type == DT_DIR);
		} else if (strncmp(e->d_name, "file", 4)) {
			others++;
		} else {
			CHECK(e->d_type == DT_REG && e->d_ino != 0);
			seen[atoi(e->d_name + 4)]++;
		}
	}
	for (int i = 0; i < FILES; i++) {
		missing += seen[i] == 0;
		twice += seen[i] > 1;
	}
	SAY("%s: %d entries, %d of dots, %d others, %d missing, %d twice\n", what, entries, dots, others, missing, twice);
}

/* Every second file goes while others are read: what stays is seen once, and what goes at most once. */
static void remove_while_reading(void)
{
	DIR *dir = opendir("d");
	struct dirent *e;
	char name[300];
	int bad = 0, entries = 0;

	memset(seen, 0, sizeof seen);
	while ((e = readdir(dir))) {
		int i = e->d_name[0] == 'f' ? atoi(e->d_name + 4) : -1;

		entries++;
		if (i < 0)
			continue;
		bad += seen[i]++ != 0;
		if (i % 2 == 0) {
			snprintf(name, sizeof name, "d/%s", e->d_name);
			CHECK(unlink(name) == 0);
		}
	}
	SAY("while removing: %d entries, %d twice\n", entries, bad);
	rewinddir(dir);
	read_all(dir, "after it");
	closedir(dir);
}

static void positions(void)
{
	DIR *dir = opendir("d");
	char name[300];
	struct dirent *e;
	long at;

	for (int i = 0; i < 100; i++)
		CHECK(readdir(dir) != NULL);
	at = telldir(dir);
	e = readdir(dir);
	CHECK(e != NULL);
	strcpy(name, e ? e->d_name : "");
	for (int i = 0; i < 300; i++)
		CHECK(readdir(dir) != NULL);
	seekdir(dir, at);
	e = readdir(dir);
	CHECK(e && !strcmp(e->d_name, name));
	rewinddir(dir);
	read_all(dir, "after rewind");
	closedir(dir);
}

static void errors(void)
{
	char buf[24] __attribute__((aligned(8)));
	int dir = open("d", O_RDONLY), file = open("f", O_RDWR | O_CREAT, 0644);

	REPORT(SYS(getdents64, dir, buf, 8));
	REPORT(SYS(getdents, dir, buf, 8));
	REPORT(SYS(getdents64, file, buf, sizeof buf));
	REPORT(SYS(getdents64, 99, buf, sizeof buf));
	/* Room for one entry at least: "." is 24 bytes with its header. */
	SAY("one entry: %d\n", SYS(getdents64, dir, buf, sizeof buf) == 24);
	CHECK(lseek(dir, 0, SEEK_SET) == 0);
	close(dir);
	close(file);
	REPORT(opendir("f") ? 0 : -1);
	CHECK(unlink("f") == 0);
}

int main(void)
{
	char name[24];
	DIR *dir;

	umask(022);
	CHECK(mkdir("d", 0755) == 0);
	make(0, FILES);
	dir = opendir("d");
	read_all(dir, "first");
	closedir(dir);
	positions();
	errors();
	REPORT(rmdir("d"));
	remove_while_reading();
	for (int i = 1; i < FILES; i += 2) {
		snprintf(name, sizeof name, "d/file%d", i);
		CHECK(unlink(name) == 0);
	}
	REPORT(rmdir("d"));
	return done();
}
