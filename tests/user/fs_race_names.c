/* SPDX-License-Identifier: MIT */
/*
 * Four processes make, move, exchange, link, read and remove the same few names, directories into each other among
 * them, while a fifth reads the directories. Nothing may hang, no tree may get lost: afterwards all can be removed.
 */
#include <dirent.h>
#include "fs.h"

#define WORKERS 4
#define ROUNDS 1500

static unsigned seed;

static unsigned any(unsigned n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static const char *name(char *buf)
{
	static const char *const dirs[] = { "", "d0/", "d1/", "d0/e/", "d1/../" };

	sprintf(buf, "%s%s%d", dirs[any(5)], any(3) ? "f" : "l", any(4));
	return buf;
}

static void contents(const char *path)
{
	char buf[300];
	int fd = open(path, O_RDWR | O_CREAT | (any(2) ? O_TRUNC : 0), 0644);

	if (fd < 0)
		return;
	memset(buf, 'n', sizeof buf);
	pwrite(fd, buf, sizeof buf, any(20000));
	ftruncate(fd, any(9000));
	pread(fd, buf, sizeof buf, any(20000));
	close(fd);
}

static void list(const char *path)
{
	DIR *dir = opendir(path);

	while (dir && readdir(dir))
		;
	if (dir)
		closedir(dir);
}

static void directories(void)
{
	static const char *const moves[][2] = {
		{ "d0", "d1/x" }, { "d1/x", "d0" }, { "d1", "d0/y" }, { "d0/y", "d1" }, { "d0/e", "d1/e" }, { "d0", "d0/e/z" },
	};
	unsigned move = any(6);

	switch (any(4)) {
	case 0:
		mkdir("d0", 0755);
		mkdir("d0/e", 0755);
		break;
	case 1:
		mkdir("d1", 0755);
		rmdir("d0/e");
		break;
	case 2:
		rename(moves[move][0], moves[move][1]);
		break;
	default:
		SYS(renameat2, AT_FDCWD, "d0", AT_FDCWD, "d1", 2);
	}
}

static void work(void)
{
	char a[40], b[40];
	struct stat st;

	for (int i = 0; i < ROUNDS; i++) {
		name(a);
		name(b);
		switch (any(9)) {
		case 0: contents(a); break;
		case 1: unlink(a); break;
		case 2: rename(a, b); break;
		case 3: link(a, b); break;
		case 4: symlink(a, b); break;
		case 5: stat(a, &st); lstat(b, &st); break;
		case 6: SYS(renameat2, AT_FDCWD, a, AT_FDCWD, b, 1 + any(2)); break;
		case 7: list(any(2) ? "." : "d0"); break;
		default: directories();
		}
	}
}

/* Everything under the working directory, and how deep it may be at most: a loop would never end. */
static void remove_all(int depth)
{
	DIR *dir = opendir(".");
	struct dirent *e;

	CHECK(dir && depth < 50);
	while (dir && depth < 50 && (e = readdir(dir))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (unlink(e->d_name) == 0)
			continue;
		CHECK(chdir(e->d_name) == 0);
		remove_all(depth + 1);
		CHECK(chdir("..") == 0 && rmdir(e->d_name) == 0);
	}
	if (dir)
		closedir(dir);
}

int main(void)
{
	int status, bad = 0;
	pid_t reader, workers[WORKERS];

	umask(022);
	CHECK(mkdir("arena", 0755) == 0 && chdir("arena") == 0);
	for (int i = 0; i < WORKERS; i++) {
		workers[i] = fork();
		if (workers[i] == 0) {
			seed = i * 7919 + 1;
			work();
			_exit(0);
		}
	}
	reader = fork();
	while (reader == 0) {
		char buf[300];

		list("d0");
		list("d1/e");
		if (chdir("d0") == 0) {
			getcwd(buf, sizeof buf);
			chdir("/proc/self/cwd/..");
		}
		usleep(500);
	}
	for (int i = 0; i < WORKERS; i++) {
		CHECK(waitpid(workers[i], &status, 0) == workers[i]);
		bad += status != 0;
	}
	kill(reader, SIGKILL);
	CHECK(waitpid(reader, &status, 0) == reader);
	SAY("%d workers, %d bad\n", WORKERS, bad);
	remove_all(0);
	CHECK(chdir("..") == 0);
	REPORT(rmdir("arena"));
	return done();
}
