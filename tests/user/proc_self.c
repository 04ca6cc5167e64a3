/* SPDX-License-Identifier: MIT */
/* /proc of a process by itself and by its parent: the shape of stat, status, maps, the links, the list of tasks. */
#include <ctype.h>
#include <dirent.h>
#include <sys/mman.h>
#include "fs.h"

static char text[32768];

/* The whole of a file that has no size. */
static int slurp(const char *name)
{
	int fd = open(name, O_RDONLY), n, total = 0;

	if (fd < 0)
		return -1;
	while (total < (int)sizeof text - 1 && (n = read(fd, text + total, 1000)) > 0)
		total += n;
	close(fd);
	text[total] = 0;
	return total;
}

static void stat_fields(void)
{
	char *p, state;
	int fields = 2, pid, ppid, pgrp, session;

	CHECK(slurp("/proc/self/stat") > 0);
	CHECK(atoi(text) == getpid());
	p = strrchr(text, ')');
	CHECK(p != NULL && strchr(text, '(') != NULL);
	for (char *q = p; *q; q++)
		fields += *q == ' ';
	SAY("%d fields, ends with a newline %d\n", fields, text[strlen(text) - 1] == '\n');
	CHECK(sscanf(p + 2, "%c %d %d %d", &state, &ppid, &pgrp, &session) == 4);
	CHECK(ppid == getppid() && pgrp == getpgrp() && session == getsid(0));
	SAY("name %.*s state %c\n", (int)(p - strchr(text, '(')) + 1, strchr(text, '('), state);
	pid = fork();
	if (pid == 0)
		_exit(0);
	usleep(50000);
	snprintf(text, 40, "/proc/%d/stat", pid);
	CHECK(slurp(text) > 0);
	SAY("a zombie: %c\n", strrchr(text, ')')[2]);
	CHECK(waitpid(pid, NULL, 0) == pid);
	snprintf(text, 40, "/proc/%d/stat", pid);
	REPORT(slurp(text));
}

/* The value of a line of /proc/self/status, without its leading blanks. */
static const char *status_line(const char *name)
{
	static char value[100];
	char *p = strstr(text, name);

	if (!p)
		return "(none)";
	p += strlen(name);
	while (*p == ' ' || *p == '\t')
		p++;
	snprintf(value, sizeof value, "%.*s", (int)strcspn(p, "\n"), p);
	return value;
}

static void status(void)
{
	static const char *const say[] = { "Name:", "Umask:", "State:", "TracerPid:", "Uid:", "Gid:", "Threads:", "SigBlk:",
		"SigIgn:", "SigCgt:" };
	static const char *const have[] = { "VmPeak:", "VmSize:", "VmRSS:", "VmData:", "VmStk:", "VmExe:" };
	sigset_t set;

	signal(SIGUSR1, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, 40);
	sigprocmask(SIG_BLOCK, &set, NULL);
	CHECK(slurp("/proc/self/status") > 0);
	for (int i = 0; i < 10; i++)
		SAY("%s %s\n", say[i], status_line(say[i]));
	CHECK(atoi(status_line("\nPid:")) == getpid() && atoi(status_line("\nPPid:")) == getppid());
	CHECK(atoi(status_line("\nTgid:")) == getpid());
	for (int i = 0; i < 6; i++)
		SAY("%s %s\n", have[i], strstr(status_line(have[i]), " kB") ? "in kB" : "missing");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	signal(SIGUSR1, SIG_DFL);
}

/* Sorted, without overlap, whole pages; a mapping of ours is in it with its protection and its name. */
static void maps(void)
{
	int fd = make_file("mapped", 3 * PAGE), lines = 0, stacks = 0;
	char *p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE);
	unsigned long last = 0;

	CHECK(p != MAP_FAILED && slurp("/proc/self/maps") > 0);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		unsigned long from, to, offset;
		char prot[5];

		CHECK(sscanf(line, "%lx-%lx %4s %lx", &from, &to, prot, &offset) == 4);
		CHECK(from >= last && to > from && from % PAGE == 0 && to % PAGE == 0);
		last = to;
		lines++;
		stacks += strstr(line, "[stack]") != NULL;
		if (from == (unsigned long)p)
			SAY("ours: %lx bytes %s offset %lx %s\n", to - from, prot, offset, strrchr(line, '/'));
	}
	SAY("more than two %d, stacks %d\n", lines > 2, stacks);
	munmap(p, PAGE);
	close(fd);
	CHECK(unlink("mapped") == 0);
}

static void say_link(const char *name)
{
	char to[300] = "";
	int n = readlink(name, to, sizeof to - 1);

	if (n < 0) {
		SAY("%s: error %d\n", name, errno);
		return;
	}
	to[n] = 0;
	SAY("%s: %s\n", name, strrchr(to, '/') ? strrchr(to, '/') : strncmp(to, "pipe:[", 6) ? to : "a pipe");
}

static void links(void)
{
	int fd, p[2];

	fd = open("f", O_RDWR | O_CREAT | O_APPEND, 0644);
	CHECK(dup2(fd, 40) == 40 && pipe(p) == 0 && dup2(p[1], 41) == 41);
	say_link("/proc/self/exe");
	say_link("/proc/self/root");
	say_link("/proc/self/fd/0");
	say_link("/proc/self/fd/40");
	say_link("/proc/self/fd/41");
	say_link("/proc/self/fd/42");
	CHECK(write(40, "text", 4) == 4);
	OPENS(open("/proc/self/fd/40", O_RDONLY));
	CHECK(slurp("/proc/self/fd/40") == 4);
	CHECK(slurp("/proc/self/fdinfo/40") > 0);
	SAY("position %s\n", status_line("pos:"));
	CHECK(unlink("f") == 0);
	say_link("/proc/self/fd/40");
	/* The file without a name, through the descriptor's link. */
	SAY("removed, read: %d\n", slurp("/proc/self/fd/40"));
	close(40);
	close(41);
	close(p[0]);
	close(p[1]);
	close(fd);
}

static int holds_only_numbers(const char *name, int *entries)
{
	DIR *dir = opendir(name);
	struct dirent *e;
	int good = 1;

	CHECK(dir != NULL);
	*entries = 0;
	while (dir && (e = readdir(dir)))
		if (e->d_name[0] != '.') {
			good &= isdigit(e->d_name[0]) != 0;
			++*entries;
		}
	if (dir)
		closedir(dir);
	return good;
}

static void lists(void)
{
	char self[20], to[20] = "", name[40];
	int n, before, null;

	SAY("tasks: numbers %d", holds_only_numbers("/proc/self/task", &n));
	SAY(", %d\n", n);
	holds_only_numbers("/proc/self/fd", &before);
	null = open("/dev/null", O_RDONLY);
	SAY("descriptors: numbers %d", holds_only_numbers("/proc/self/fd", &n));
	SAY(", one more %d\n", n == before + 1);
	close(null);
	snprintf(self, sizeof self, "%d", (int)getpid());
	CHECK(readlink("/proc/self", to, sizeof to - 1) > 0 && !strcmp(self, to));
	snprintf(name, sizeof name, "/proc/%s/task/%s/stat", self, self);
	CHECK(slurp(name) > 0 && atoi(text) == getpid());
	OPENS(open("/proc/self/none", O_RDONLY));
	OPENS(open("/proc/99999999/stat", O_RDONLY));
	REPORT(mkdir("/proc/x", 0755));
	REPORT(unlink("/proc/self/stat"));
}

static void command_line(void)
{
	char *argv[] = { "one", "two words", "", "last", NULL }, *envp[] = { "A=b", NULL };
	int p[2], n, at = 0;
	pid_t child;

	CHECK(pipe(p) == 0);
	child = fork();
	if (child == 0) {
		dup2(p[1], 1);
		execve("/proc/self/exe", argv, envp);
		_exit(1);
	}
	close(p[1]);
	while ((n = read(p[0], text + at, sizeof text - 1 - at)) > 0)
		at += n;
	text[at] = 0;
	SAY("%s", text);
	close(p[0]);
	CHECK(waitpid(child, NULL, 0) == child);
}

/* A file whose strings end with zero bytes, these shown as bars. */
static void say_strings(const char *name)
{
	int n = slurp(name);

	CHECK(n >= 0);
	for (int i = 0; i < n; i++)
		if (!text[i])
			text[i] = '|';
	SAY("%s: %s\n", name, text);
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[0], "one")) {
		say_strings("/proc/self/cmdline");
		say_strings("/proc/self/environ");
		return 0;
	}
	umask(022);
	stat_fields();
	status();
	maps();
	links();
	lists();
	command_line();
	return done();
}
