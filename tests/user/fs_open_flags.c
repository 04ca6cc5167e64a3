/* SPDX-License-Identifier: MIT */
/* open: what each flag permits, forbids and makes, on files, directories and symbolic links. */
#include "fs.h"

static void create(void)
{
	OPENS(open("none", O_RDONLY));
	OPENS(open("f", O_RDWR | O_CREAT, 0666));
	say_file("f");
	OPENS(open("f", O_RDWR | O_CREAT, 0600));
	say_file("f");
	OPENS(open("f", O_RDWR | O_CREAT | O_EXCL, 0666));
	put_file("f", "text");
	OPENS(open("f", O_RDONLY));
	say_file("f");
	OPENS(open("f", O_WRONLY | O_TRUNC));
	say_file("f");
	/* A new file that nobody may write, and the descriptor that made it may. */
	int fd = open("ro", O_RDWR | O_CREAT | O_EXCL, 0);
	VALUE(write(fd, "abc", 3));
	close(fd);
	say_file("ro");
	CHECK(unlink("ro") == 0);
}

static void directories(void)
{
	OPENS(open("d", O_RDONLY));
	OPENS(open("d", O_RDONLY | O_DIRECTORY));
	OPENS(open("d", O_WRONLY));
	OPENS(open("d", O_RDWR));
	OPENS(open("d", O_RDONLY | O_CREAT, 0644));
	OPENS(open("d/", O_RDWR | O_CREAT, 0644));
	OPENS(open(".", O_RDWR | O_CREAT, 0644));
	OPENS(open("f", O_RDONLY | O_DIRECTORY));
	OPENS(open("f/", O_RDONLY));
	OPENS(open("f/x", O_RDONLY));
	OPENS(open("new/", O_RDWR | O_CREAT, 0644));
	say_file("new");
}

static void links(void)
{
	CHECK(symlink("f", "lf") == 0 && symlink("made", "dangling") == 0 && symlink("none/x", "bad") == 0);
	OPENS(open("lf", O_RDONLY));
	OPENS(open("lf", O_RDONLY | O_NOFOLLOW));
	OPENS(open("lf", O_PATH | O_NOFOLLOW));
	OPENS(open("lf", O_RDONLY | O_CREAT | O_EXCL, 0644));
	OPENS(open("lf/", O_RDONLY));
	OPENS(open("dangling", O_RDONLY));
	OPENS(open("dangling", O_RDWR | O_CREAT | O_EXCL, 0644));
	say_file("made");
	OPENS(open("dangling", O_RDWR | O_CREAT, 0640));
	say_file("made");
	OPENS(open("bad", O_RDWR | O_CREAT, 0644));
	CHECK(unlink("lf") == 0 && unlink("dangling") == 0 && unlink("bad") == 0 && unlink("made") == 0);
}

/* The access mode binds the descriptor, before the buffer is looked at. */
static void modes(void)
{
	int ro = open("f", O_RDONLY), wo = open("f", O_WRONLY), path = open("f", O_PATH), dir = open("d", O_RDONLY);
	struct stat st;
	char c;

	VALUE(read(ro, &c, 1));
	VALUE(write(ro, "x", 1));
	VALUE(write(ro, NULL, 0));
	REPORT(ftruncate(ro, 0));
	VALUE(write(wo, "xy", 2));
	VALUE(pread(wo, &c, 1, 0));
	VALUE(read(path, &c, 1));
	VALUE(write(path, &c, 1));
	REPORT(fchmod(path, 0600));
	REPORT(fstat(path, &st));
	SAY("size %d\n", (int)st.st_size);
	REPORT(lseek(path, 0, SEEK_SET));
	SAY("flags %o\n", fcntl(path, F_GETFL) & ~O_LARGEFILE);
	VALUE(read(dir, &c, 1));
	VALUE(write(dir, &c, 1));
	close(ro);
	close(wo);
	close(path);
	close(dir);
}

static void at(void)
{
	int dir = open("d", O_RDONLY), file = open("f", O_RDONLY);

	OPENS(openat(dir, "x", O_RDWR | O_CREAT, 0600));
	say_file("d/x");
	OPENS(openat(dir, "../f", O_RDONLY));
	OPENS(openat(file, "x", O_RDONLY));
	OPENS(openat(99, "x", O_RDONLY));
	OPENS(openat(99, "/", O_RDONLY));
	OPENS(openat(dir, "", O_RDONLY));
	REPORT(unlinkat(dir, "x", AT_REMOVEDIR));
	REPORT(unlinkat(dir, "x", 0));
	REPORT(unlinkat(dir, "x", 0x4000));
	REPORT(unlinkat(AT_FDCWD, "d", 0));
	close(dir);
	close(file);
}

int main(void)
{
	umask(022);
	CHECK(mkdir("d", 0755) == 0);
	create();
	directories();
	links();
	modes();
	at();
	CHECK(unlink("f") == 0 && rmdir("d") == 0);
	return done();
}
