/* SPDX-License-Identifier: MIT */
/* Scripts: #! lines with and without an argument, their nesting, and what the interpreter is given. */
#include <sys/stat.h>
#include "test.h"

static void script(const char *name, const char *line, const char *rest)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);

	dprintf(fd, "%s\n%s", line, rest);
	close(fd);
}

static void run(const char *name)
{
	char *args[] = { "zero", "one", "two words", NULL }, *env[] = { NULL };
	int status;

	SAY("%s\n", name);
	IN_CHILD(status, execve(name, args, env); SAY("  error %d\n", errno); _exit(1));
	say_status("  status", status);
}

int main(int argc, char **argv)
{
	char line[200], here[100];
	int i, fd;

	if (argc > 1) {
		for (i = 1; i < argc; i++)
			SAY("  [%s]\n", argv[i]);
		return argc;
	}
	/* The interpreter is this program, under a short name. */
	CHECK(symlink("/proc/self/exe", "link") == 0);
	CHECK(readlink("/proc/self/exe", line, sizeof line - 1) > 0);
	unlink("link");
	memset(line, 0, sizeof line);
	CHECK(readlink("/proc/self/exe", line, sizeof line - 1) > 0);
	CHECK(symlink(line, "me") == 0);

	script("plain", "#!./me", "body\n");
	run("./plain");
	script("spaces", "#! \t ./me  \t ", "");
	run("./spaces");
	script("arg", "#!./me  -x  y z \t", "");
	run("./arg");
	fd = open("noline", O_WRONLY | O_CREAT | O_TRUNC, 0755);
	write(fd, "#!./me last", 11);
	close(fd);
	run("./noline");
	script("nest1", "#!./plain nested", "");
	run("./nest1");
	script("nest2", "#!./nest1 deeper", "");
	run("./nest2");
	script("nest3", "#!./nest2", "");
	run("./nest3");
	script("nest4", "#!./nest3", "");
	run("./nest4");
	script("nest5", "#!./nest4", "");
	run("./nest5");
	script("nest6", "#!./nest5", "");
	run("./nest6");
	/* A first line longer than the kernel reads: the argument is cut, the interpreter's name must be whole. */
	strcpy(line, "#!./me ");
	for (i = 7; i < 190; i++)
		line[i] = 'a';
	line[i] = 0;
	script("long", line, "");
	{
		struct stat st;

		CHECK(stat("long", &st) == 0 && st.st_size == 191);
	}
	IN_CHILD(i, char *args[] = { "zero", NULL }; execv("./long", args));
	say_status("a long argument", i);
	(void)here;
	static const char *const names[] = { "plain", "spaces", "arg", "noline", "nest1", "nest2", "nest3", "nest4", "nest5", "nest6",
		"long", "me" };
	for (unsigned k = 0; k < sizeof names / sizeof *names; k++)
		CHECK(unlink(names[k]) == 0);
	return done();
}
