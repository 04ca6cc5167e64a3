/* SPDX-License-Identifier: MIT */
/* reference: debian (needs root, to become somebody else) */
/* Who may do what: modes, owners, umask, directories, sticky ones, set-user-ID, signals. */
#include <sys/stat.h>
#include "test.h"

static void become(int uid, int gid)
{
	CHECK(SYS(setgroups32, 0, NULL) == 0);
	CHECK(SYS(setresgid32, gid, gid, gid) == 0);
	CHECK(SYS(setresuid32, uid, uid, uid) == 0);
}

static void show(const char *name)
{
	struct stat st;

	CHECK(lstat(name, &st) == 0);
	SAY("%s: mode %o owner %d:%d\n", name, (int)st.st_mode, (int)st.st_uid, (int)st.st_gid);
}

static void as_user(void)
{
	int fd;

	become(1000, 1000);
	REPORT(open("secret", O_RDONLY));
	REPORT(open("readable", O_WRONLY));
	REPORT(open("readable", O_RDONLY));
	REPORT(open("group", O_RDONLY));
	REPORT(open("new", O_CREAT | O_WRONLY, 0600));			/* the directory is not ours */
	REPORT(unlink("readable"));
	REPORT(rename("readable", "x"));
	REPORT(mkdir("x", 0700));
	REPORT(open("closed/file", O_RDONLY));				/* no search permission */
	REPORT(open("blind", O_RDONLY));				/* search without read */
	REPORT(open("blind/file", O_RDONLY));
	REPORT(chmod("readable", 0777));
	REPORT(chown("readable", 1000, 1000));
	REPORT(truncate("readable", 0));
	REPORT(access("secret", R_OK));
	REPORT(access("readable", R_OK));
	REPORT(access("readable", W_OK));
	REPORT(access("readable", X_OK));
	REPORT(access("missing", F_OK));
	REPORT(access("readable", 99));
	REPORT(execve("readable", (char *[]){ "x", NULL }, (char *[]){ NULL }));
	REPORT(kill(1, 0));
	REPORT(SYS(setuid32, 0));
	REPORT(SYS(chroot, "/"));
	REPORT(mknod("open/device", 0020600, 0x103));
	/* Ours, in a directory for all, where the sticky bit protects the others' files. */
	fd = open("open/mine", O_CREAT | O_RDWR | O_EXCL, 0666);
	CHECK(fd >= 0);
	show("open/mine");
	REPORT(chmod("open/mine", 04755));
	REPORT(fchown(fd, 1000, 1000));
	REPORT(fchown(fd, 1001, -1));
	REPORT(fchown(fd, -1, 0));
	REPORT(unlink("open/root"));
	REPORT(rename("open/root", "open/x"));
	REPORT(open("open/mine", O_WRONLY));
	CHECK(fchmod(fd, 0) == 0);
	REPORT(open("open/mine", O_RDONLY));				/* the owner too */
	CHECK(write(fd, "x", 1) == 1);					/* but what is open stays open */
	REPORT(unlink("open/mine"));
	close(fd);
}

int main(void)
{
	int status, fd;
	pid_t pid;

	umask(022);
	close(make_file("secret", 10));
	chmod("secret", 0600);
	close(make_file("readable", 10));
	close(make_file("group", 10));
	chmod("group", 0040);
	CHECK(chown("group", 0, 1000) == 0);
	CHECK(mkdir("closed", 0700) == 0 && mkdir("blind", 0711) == 0 && mkdir("open", 0777) == 0);
	close(make_file("closed/file", 1));
	close(make_file("blind/file", 1));
	chmod("open", 01777);
	close(make_file("open/root", 1));
	chmod("open/root", 0666);
	show("readable");
	show("open");
	fd = open("masked", O_CREAT | O_WRONLY, 07777);
	close(fd);
	show("masked");
	SAY("umask was %o\n", umask(077));
	mkdir("maskdir", 0777);
	show("maskdir");
	umask(022);
	IN_CHILD(status, as_user());
	CHECK(status == 0);

	/* chown takes the set-user-ID bits away; so does a write by another. */
	CHECK(chmod("readable", 06755) == 0 && chown("readable", 1000, 1000) == 0);
	show("readable");
	CHECK(chmod("readable", 06777) == 0);
	IN_CHILD(status, become(1001, 1001); fd = open("readable", O_WRONLY); CHECK(write(fd, "y", 1) == 1));
	show("readable");
	/* A directory with the set-group-ID bit hands its group on. */
	CHECK(mkdir("shared", 0755) == 0 && chown("shared", 0, 50) == 0 && chmod("shared", 02755) == 0);
	close(make_file("shared/file", 1));
	mkdir("shared/dir", 0755);
	show("shared/file");
	show("shared/dir");
	/* Signals between users. */
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	IN_CHILD(status, become(1000, 1000); REPORT(kill(pid, SIGTERM)); REPORT(setpgid(pid, 0)));
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	say_status("root's process", status);
	IN_CHILD(status, {
		int r, e, s;

		CHECK(SYS(setresuid32, 1, 2, 3) == 0 && SYS(getresuid32, &r, &e, &s) == 0);
		SAY("ids %d %d %d\n", r, e, s);
		REPORT(SYS(setresuid32, 4, -1, -1));
		REPORT(SYS(setresuid32, 3, 1, -1));
		REPORT(SYS(setuid32, 3));
		REPORT(SYS(setuid32, 0));
		SYS(getresuid32, &r, &e, &s);
		SAY("ids %d %d %d\n", r, e, s);
	});
	static const char *const files[] = { "secret", "readable", "group", "masked", "closed/file",
		"blind/file", "open/root", "shared/file" },
		*const dirs[] = { "shared/dir", "shared", "closed", "blind", "open", "maskdir" };
	for (unsigned i = 0; i < sizeof files / sizeof *files; i++)
		CHECK(unlink(files[i]) == 0);
	for (unsigned i = 0; i < sizeof dirs / sizeof *dirs; i++)
		CHECK(rmdir(dirs[i]) == 0);
	return done();
}
