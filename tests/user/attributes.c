/* SPDX-License-Identifier: MIT */
/* What stat says, and what changes it: types, links, blocks, times. */
#include <poll.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include "test.h"

static struct stat look(const char *name)
{
	struct stat st = { .st_mode = 0 };

	CHECK(lstat(name, &st) == 0);
	return st;
}

static int later(struct timespec a, struct timespec b)
{
	return a.tv_sec > b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec > b.tv_nsec);
}

static void times(void)
{
	struct timespec t[2] = { { .tv_sec = 1000, .tv_nsec = 500 }, { .tv_sec = 2000, .tv_nsec = 0 } };
	struct stat before, after;
	char c;
	int fd;

	CHECK(utimensat(AT_FDCWD, "file", t, 0) == 0);
	after = look("file");
	SAY("set: %lld.%ld %lld.%ld\n", after.st_atim.tv_sec, after.st_atim.tv_nsec, after.st_mtim.tv_sec, after.st_mtim.tv_nsec);
	CHECK(after.st_ctim.tv_sec > 1000000);
	t[0].tv_nsec = (1l << 30) - 2;		/* UTIME_OMIT */
	t[1].tv_sec = 3000;
	CHECK(utimensat(AT_FDCWD, "file", t, 0) == 0);
	after = look("file");
	SAY("one omitted: %lld %lld\n", after.st_atim.tv_sec, after.st_mtim.tv_sec);
	t[0].tv_nsec = 1000000000;
	REPORT(utimensat(AT_FDCWD, "file", t, 0));
	REPORT(utimensat(AT_FDCWD, "missing", NULL, 0));
	REPORT(utimensat(AT_FDCWD, "file", NULL, 0x8000));
	fd = open("file", O_RDWR);
	usleep(20000);
	before = look("file");
	CHECK(write(fd, "x", 1) == 1);
	after = look("file");
	SAY("write: mtime %d ctime %d\n", later(after.st_mtim, before.st_mtim), later(after.st_ctim, before.st_ctim));
	before = after;
	usleep(20000);
	CHECK(chmod("file", 0640) == 0);
	after = look("file");
	SAY("chmod: mtime %d ctime %d\n", later(after.st_mtim, before.st_mtim), later(after.st_ctim, before.st_ctim));
	before = look(".");
	usleep(20000);
	close(open("other", O_CREAT | O_WRONLY, 0600));
	after = look(".");
	SAY("new name: directory's mtime %d\n", later(after.st_mtim, before.st_mtim));
	before = after;
	usleep(20000);
	unlink("other");
	after = look(".");
	SAY("removed: directory's mtime %d\n", later(after.st_mtim, before.st_mtim));
	(void)c;
	close(fd);
}

static void fifo(void)
{
	struct pollfd f;
	int r, w, status;
	char c;

	CHECK(mkfifo("fifo", 0600) == 0);
	SAY("fifo: mode %o\n", (int)look("fifo").st_mode);
	REPORT(mkfifo("fifo", 0600));
	REPORT(open("fifo", O_WRONLY | O_NONBLOCK));			/* no reader yet */
	r = open("fifo", O_RDONLY | O_NONBLOCK);
	CHECK(r >= 0);
	SAY("no writer: %d\n", (int)read(r, &c, 1));
	w = open("fifo", O_WRONLY);
	REPORT(read(r, &c, 1));
	CHECK(write(w, "f", 1) == 1 && read(r, &c, 1) == 1 && c == 'f');
	close(w);
	f = (struct pollfd){ r, POLLIN, 0 };
	CHECK(poll(&f, 1, 0) == 1);
	SAY("writer gone: %#x\n", f.revents);
	close(r);
	/* Both ends wait for each other. */
	IN_CHILD(status, {
		if (fork() == 0) {
			usleep(10000);
			w = open("fifo", O_WRONLY);
			write(w, "meet", 4);
			_exit(0);
		}
		char buf[5] = "";

		r = open("fifo", O_RDONLY);
		CHECK(read(r, buf, 4) == 4);
		SAY("%s\n", buf);
		wait(NULL);
	});
	CHECK(unlink("fifo") == 0);
}

int main(void)
{
	struct stat st, st2;
	int fd;

	umask(022);
	fd = make_file("file", 5000);
	st = look("file");
	SAY("mode %o links %d size %lld blocks %s\n", (int)st.st_mode, (int)st.st_nlink, st.st_size, st.st_blocks > 0 ? "some" : "none");
	CHECK(st.st_ino && st.st_blksize >= 512 && st.st_uid == getuid());
	CHECK(fstat(fd, &st2) == 0 && st2.st_ino == st.st_ino && st2.st_dev == st.st_dev);
	CHECK(stat("/dev/null", &st) == 0);
	SAY("null: mode %o device %d:%d\n", (int)st.st_mode & S_IFMT, (int)major(st.st_rdev), (int)minor(st.st_rdev));
	CHECK(stat(".", &st) == 0 && S_ISDIR(st.st_mode));
	CHECK(chmod("file", 0) == 0 && (look("file").st_mode & 07777) == 0);
	CHECK(chmod("file", 07777) == 0 && (look("file").st_mode & 07777) == 07777);
	CHECK(fchmod(fd, 0644) == 0);
	REPORT(chmod("missing", 0));
	REPORT(fchmod(99, 0));
	CHECK(symlink("file", "link") == 0);
	CHECK(stat("link", &st) == 0 && st.st_ino == look("file").st_ino && look("link").st_ino != st.st_ino);
	SAY("link: mode %o\n", (int)look("link").st_mode);
	CHECK(chmod("link", 0600) == 0 && (look("file").st_mode & 07777) == 0600);	/* through it */
	REPORT(fstatat(AT_FDCWD, "link", &st, 0x8000));
	CHECK(fstatat(AT_FDCWD, "link", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode));
	CHECK(fstatat(fd, "", &st, 0x1000) == 0 && S_ISREG(st.st_mode));		/* AT_EMPTY_PATH */
	REPORT(fstatat(fd, "", &st, 0));
	REPORT(mknod("sock", 0140600, 0));
	CHECK(unlink("sock") == 0);
	REPORT(mknod("dir", 0040600, 0));
	REPORT(mknod("plain", 0, 0));
	CHECK(S_ISREG(look("plain").st_mode) && unlink("plain") == 0);
	times();
	fifo();
	unlink("link");
	close(fd);
	unlink("file");
	return done();
}
