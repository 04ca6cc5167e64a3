/* SPDX-License-Identifier: MIT */
/*
 * devpts as a file system (reference: pagoda-only (needs mount rights)): instances with numbers of their own, the mount
 * options, what programs may not do there, and that a mount can go while its terminals are used.
 */
#include <dirent.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <sys/statfs.h>
#include "pty.h"

static void say_mode(const char *path)
{
	struct stat st;

	CHECK(stat(path, &st) == 0);
	SAY("%s: %o %d %d, %d:%d, inode %d\n", path, st.st_mode, (int)st.st_uid, (int)st.st_gid, (int)major(st.st_rdev),
	    (int)minor(st.st_rdev), (int)st.st_ino);
}

static void say_entries(const char *path)
{
	DIR *d = opendir(path);
	int names = 0, digits = 0;

	for (struct dirent *e; d && (e = readdir(d));) {
		names++;
		digits += e->d_name[0] >= '0' && e->d_name[0] <= '9';
	}
	closedir(d);
	SAY("%s: %d names, %d terminals\n", path, names, digits);
}

static int open_pts(const char *dir, int n)
{
	char path[32];

	snprintf(path, sizeof path, "%s/%d", dir, n);
	return open(path, O_RDWR | O_NOCTTY);
}

static int number(int m)
{
	int n = -1;

	CHECK(ioctl(m, TIOCGPTN, &n) == 0);
	return n;
}

int main(void)
{
	int m[3], s;
	struct statfs f;

	CHECK(mkdir("pts", 0755) == 0 && mkdir("b", 0755) == 0);
	umask(077);
	REPORT(mount("none", "pts", "devpts", 0, "nonsense"));
	REPORT(mount("none", "pts", "devpts", 0, "uid=x"));
	REPORT(mount("none", "pts", "devpts", 0, "max=2000000"));
	REPORT(mount("none", "pts", "devpts", 0, "mode=640,gid=5,ptmxmode=666,max=2"));
	REPORT(mount("none", "b", "devpts", 0, "newinstance"));
	say_mode("pts");
	say_mode("pts/ptmx");
	say_mode("b/ptmx");
	CHECK(SYS(statfs, "pts", &f) == 0);
	SAY("type %x\n", (unsigned)f.f_type);

	/* A ptmx elsewhere means the instance on "pts" beside it; without one there is none. */
	CHECK(mknod("ptmx", S_IFCHR | 0666, makedev(5, 2)) == 0);
	CHECK(mknod("slave", S_IFCHR | 0666, makedev(136, 0)) == 0);
	m[0] = open("ptmx", O_RDWR);
	m[1] = open("pts/ptmx", O_RDWR);
	REPORT(open("pts/ptmx", O_RDWR));
	m[2] = open("b/ptmx", O_RDWR);
	SAY("numbers %d %d, other instance %d\n", number(m[0]), number(m[1]), number(m[2]));
	say_mode("pts/0");
	say_mode("b/0");
	say_entries("pts");
	unlockpt(m[0]);
	REPORT(open("slave", O_RDWR | O_NOCTTY));
	s = ioctl(m[0], TIOCGPTPEER, O_RDWR | O_NOCTTY);
	CHECK(s >= 0);
	REPORT(umount("pts"));
	close(m[0]);
	REPORT(open("pts/ptmx", O_RDWR));	/* the slave still has the number */
	say_entries("pts");
	close(s);
	m[0] = open("pts/ptmx", O_RDWR);
	SAY("number %d\n", number(m[0]));

	REPORT(open("pts/file", O_CREAT | O_RDWR, 0666));
	REPORT(mkdir("pts/dir", 0777));
	REPORT(unlink("pts/0"));
	REPORT(unlink("pts/ptmx"));
	REPORT(rename("pts/0", "pts/7"));
	REPORT(symlink("x", "pts/link"));
	REPORT(mknod("pts/9", S_IFCHR | 0666, makedev(136, 9)));
	REPORT(chmod("pts/0", 0622));
	REPORT(chown("pts/0", 1, 2));
	say_mode("pts/0");
	REPORT(mount(NULL, "pts", NULL, MS_REMOUNT, "mode=600,uid=7,max=1"));
	say_mode("pts/ptmx");
	close(m[1]);
	REPORT(open("pts/ptmx", O_RDWR));
	close(m[0]);
	m[0] = open("pts/ptmx", O_RDWR);
	say_mode("pts/0");
	close(m[0]);
	unlockpt(m[2]);
	s = open_pts("b", 0);
	CHECK(s >= 0);
	close(s);
	close(m[2]);

	/* Opened by a name elsewhere, a terminal does not keep the mount; it works on without its name. */
	m[0] = open("ptmx", O_RDWR);
	REPORT(umount("pts"));
	REPORT(unlockpt(m[0]));
	REPORT(ioctl(m[0], TIOCGPTPEER, O_RDWR | O_NOCTTY));
	REPORT(open("ptmx", O_RDWR));
	close(m[0]);
	REPORT(umount("b"));
	unlink("ptmx");
	unlink("slave");
	rmdir("pts");
	rmdir("b");
	return done();
}
