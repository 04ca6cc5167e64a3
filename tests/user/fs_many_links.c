/* SPDX-License-Identifier: MIT */
/*
 * Many names for one file, and many directories in one. How many there may be is each file system's own: with an
 * argument it is expected to be ext2's 32000; without one a few hundred must do.
 */
#include <sys/stat.h>
#include "test.h"

static int most;

static void files(void)
{
	struct stat st;
	char name[30];
	int n = 1;

	close(open("d/f", O_RDWR | O_CREAT, 0644));
	for (; n < most + 10; n++) {
		sprintf(name, "d/l%d", n);
		if (link("d/f", name))
			break;
	}
	SAY("links: error %d\n", n < most + 10 ? errno : 0);
	CHECK(stat("d/f", &st) == 0 && (int)st.st_nlink == n);
	for (int i = 1; i < n; i++) {
		sprintf(name, "d/l%d", i);
		CHECK(unlink(name) == 0);
	}
	CHECK(stat("d/f", &st) == 0 && st.st_nlink == 1);
	unlink("d/f");
}

static void directories(int limit)
{
	char name[30];
	int n = 0;

	for (; n < limit; n++) {
		sprintf(name, "d/d%d", n);
		if (mkdir(name, 0755))
			break;
	}
	SAY("directories: error %d\n", n < limit ? errno : 0);
	CHECK(mkdir("other", 0755) == 0);
	REPORT(rename("other", "d/other"));
	for (int i = 0; i < n; i++) {
		sprintf(name, "d/d%d", i);
		CHECK(rmdir(name) == 0);
	}
	rmdir("other");
	rmdir("d/other");
}

int main(int argc, char **argv)
{
	char name[300] = "d/";

	most = argc > 1 ? 32000 : 300;
	CHECK(mkdir("d", 0755) == 0);
	files();
	directories(argc > 2 ? 33000 : 300);
	(void)argv;
	memset(name + 2, 'x', 256);
	REPORT(mkdir(name, 0755));
	name[257] = '\0';
	REPORT(mkdir(name, 0755));
	REPORT(rmdir(name));
	CHECK(rmdir("d") == 0);
	return done();
}
