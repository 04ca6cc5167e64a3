/* SPDX-License-Identifier: MIT */
/* What execve refuses; the caller lives on with its memory whole (bug 13), and arguments have a limit (bug 14). */
#include <sys/mman.h>
#include <sys/stat.h>
#include "test.h"

static char *none[] = { NULL }, **volatile nowhere = (char **)1;

static void file(const char *name, const char *text, int mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);

	CHECK(write(fd, text, strlen(text)) == (int)strlen(text));
	close(fd);
	chmod(name, mode);
}

static void copy_self(const char *name)
{
	static char buf[65536];
	int in = open("/proc/self/exe", O_RDONLY), out = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755), n;

	CHECK(in >= 0 && out >= 0);
	while ((n = read(in, buf, sizeof buf)) > 0)
		CHECK(write(out, buf, n) == n);
	close(in);
	close(out);
}

static void too_big(char *self)
{
	static char *many[300 * 1024];
	char *huge = malloc(200 * 1024), *args[] = { self, "arg", huge, NULL };
	int status;

	memset(huge, 'h', 200 * 1024);
	huge[200 * 1024 - 1] = 0;
	REPORT(execve(self, args, none));			/* one string of more than 128 KiB */
	REPORT(execve(self, args, args));
	huge[128 * 1024 - 1] = 0;
	IN_CHILD(status, execve(self, args, none); _exit(99));	/* just short enough */
	say_status("longest argument", status);
	huge[1000] = 0;
	for (unsigned i = 0; i < sizeof many / sizeof *many - 1; i++)
		many[i] = huge;
	REPORT(execve(self, many, none));			/* 300 MB in all */
	for (unsigned i = 0; i < sizeof many / sizeof *many - 1; i++)
		many[i] = "";
	many[0] = self;
	many[1] = "arg";
	many[100 * 1024] = NULL;
	IN_CHILD(status, execve(self, many, none); _exit(99));
	say_status("a hundred thousand empty arguments", status);
	free(huge);
}

int main(int argc, char **argv)
{
	static int kept = 77;
	char *self = argv[0], name[300];
	int status, fd;

	if (argc > 1)
		return 11;
	REPORT(execve("", none, none));
	REPORT(execve("missing", none, none));
	REPORT(execve("missing/x", none, none));
	REPORT(execve(".", none, none));
	REPORT(execve("/dev/null", none, none));
	memset(name, 'n', 299);
	name[299] = 0;
	REPORT(execve(name, none, none));
	file("empty", "", 0755);
	REPORT(execve("empty", none, none));
	file("text", "echo hello\n", 0755);
	REPORT(execve("text", none, none));
	file("plain", "#!/bin/sh\n", 0644);
	REPORT(execve("plain", none, none));
	REPORT(execve("text/below", none, none));
	file("noint", "#!/missing/interpreter\n", 0755);
	REPORT(execve("noint", none, none));
	file("nothing", "#!\n", 0755);
	REPORT(execve("nothing", none, none));
	file("blank", "#!   \t \n", 0755);
	REPORT(execve("blank", none, none));
	file("self", "#!./self\n", 0755);
	REPORT(execve("./self", none, none));
	CHECK(symlink("loop", "loop") == 0);
	REPORT(execve("loop", none, none));
	CHECK(mkfifo("fifo", 0755) == 0);
	REPORT(execve("fifo", none, none));

	copy_self("copy");
	fd = open("copy", O_WRONLY);
	REPORT(execve("copy", none, none));			/* open for writing */
	close(fd);
	{
		char *args[] = { "copy", "arg", NULL };

		IN_CHILD(status, execve("copy", args, none); _exit(99));
		say_status("copy", status);
	}
	/* And the other way round: a running program's file cannot be opened for writing. */
	REPORT(open("/proc/self/exe", O_WRONLY));
	REPORT(truncate("/proc/self/exe", 0));
	REPORT(execve((char *)nowhere, none, none));
	REPORT(execve(self, nowhere, none));
	{
		char *bad[] = { self, (char *)nowhere, NULL };

		REPORT(execve(self, bad, none));
		REPORT(execve(self, none, bad));
	}
	too_big(self);
	SAY("still here: %d\n", kept);

	static const char *const names[] = { "empty", "text", "plain", "noint", "nothing", "blank", "self", "loop", "fifo", "copy" };
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		CHECK(unlink(names[i]) == 0);
	return done();
}
