/* SPDX-License-Identifier: MIT */
/* /proc/self: its files have the form that tools read. */
#include <dirent.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "test.h"

static char text[65536];

static int slurp(const char *name)
{
	int fd = open(name, O_RDONLY), n, total = 0;

	CHECK(fd >= 0);
	while ((n = read(fd, text + total, sizeof text - 1 - total)) > 0)
		total += n;
	close(fd);
	text[total] = 0;
	return total;
}

static void maps(void)
{
	char *p = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned long last = 0, start, end, offset, inode;
	int lines = 0, sorted = 1, stack = 0, program = 0, vdso = 0, found = 0;
	char mode[8], name[200];

	CHECK(mprotect(p + PAGE, PAGE, PROT_READ) == 0);
	slurp("/proc/self/maps");
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		unsigned major, minor;

		name[0] = 0;
		CHECK(sscanf(line, "%lx-%lx %7s %lx %x:%x %lu %199s", &start, &end, mode, &offset, &major, &minor, &inode, name) >= 7);
		sorted &= start >= last && end > start && !((start | end) & (PAGE - 1));
		last = end;
		lines++;
		stack += !strcmp(name, "[stack]") && !strcmp(mode, "rw-p");
		vdso += !strcmp(name, "[vdso]") && mode[2] == 'x';
		program += strstr(name, "proc_self") && !strcmp(mode, "r-xp") && inode;
		found += start == (unsigned long)p + PAGE && end == start + PAGE && !strcmp(mode, "r--p");
	}
	SAY("maps: sorted %d, stack %d, vdso %d, program %d, ours %d\n", sorted, stack, vdso, program, found);
	CHECK(lines > 5);
	munmap(p, 3 * PAGE);
}

static void stat_line(void)
{
	char *p, state;
	int pid, ppid, pgrp, fields = 0;

	slurp("/proc/self/stat");
	p = strrchr(text, ')');
	CHECK(p != NULL && sscanf(text, "%d (proc_self", &pid) == 1 && pid == getpid());
	CHECK(sscanf(p + 2, "%c %d %d", &state, &ppid, &pgrp) == 3);
	CHECK(ppid == getppid() && pgrp == getpgrp());
	for (char *q = p + 1; *q; q++)
		fields += *q == ' ';
	SAY("stat: state %c, %d fields\n", state, fields + 2);
	slurp("/proc/self/statm");
	fields = 0;
	for (p = text; *p; p++)
		fields += *p == ' ';
	SAY("statm: %d fields\n", fields + 1);
}

static void status(void)
{
	static const char *const keys[] = { "Name:\tproc_self", "State:\tR (running)", "Tgid:", "Pid:", "PPid:", "Uid:", "Gid:", "VmSize:",
		"VmRSS:", "Threads:\t1\n", "SigPnd:", "SigBlk:", "SigIgn:", "SigCgt:" };

	slurp("/proc/self/status");
	for (unsigned i = 0; i < sizeof keys / sizeof *keys; i++)
		SAY("status has %d: %s\n", (int)i, strstr(text, keys[i]) ? "yes" : keys[i]);
}

static void descriptors(void)
{
	char link[300], here[300], name[40];
	int fd = make_file("file", 1), p[2], n, seen = 0;
	DIR *d;
	struct dirent *e;
	struct stat a, b;

	CHECK(pipe(p) == 0 && getcwd(here, sizeof here));
	sprintf(name, "/proc/self/fd/%d", fd);
	n = readlink(name, link, sizeof link - 1);
	CHECK(n > 0);
	link[n] = 0;
	SAY("fd: %s\n", !strncmp(link, here, strlen(here)) ? link + strlen(here) : link);
	CHECK(stat(name, &a) == 0 && fstat(fd, &b) == 0 && a.st_ino == b.st_ino);
	unlink("file");
	n = readlink(name, link, sizeof link - 1);
	link[n < 0 ? 0 : n] = 0;
	SAY("unlinked: %s\n", strrchr(link, '/'));
	n = open(name, O_RDONLY);
	SAY("opened again through it: %d\n", n >= 0);
	close(n);
	sprintf(name, "/proc/self/fd/%d", p[0]);
	n = readlink(name, link, sizeof link - 1);
	SAY("pipe: %.6s\n", link);
	d = opendir("/proc/self/fd");
	while (d && (e = readdir(d)))
		seen += atoi(e->d_name) == fd || atoi(e->d_name) == p[0] || atoi(e->d_name) == p[1];
	closedir(d);
	SAY("listed: %d\n", seen);
	close(fd);
	REPORT(readlink(name + 0, link, 0));
	close(p[0]);
	close(p[1]);
	REPORT(readlink(name, link, sizeof link));
}

static void arguments(char **argv)
{
	int n = slurp("/proc/self/cmdline");

	CHECK(n == (int)strlen(argv[0]) + 1 && !strcmp(text, argv[0]));
	CHECK(slurp("/proc/self/environ") > 0 && strchr(text, '='));
	slurp("/proc/self/comm");
	SAY("comm: %s", text);
	n = readlink("/proc/self/cwd", text, sizeof text - 1);
	CHECK(n > 0);
	text[n] = 0;
	SAY("cwd right: %d\n", !strcmp(text, getcwd(text + 1000, 1000)));
	n = readlink("/proc/self", text, 100);
	text[n] = 0;
	SAY("self right: %d\n", atoi(text) == getpid());
	REPORT(open("/proc/self/missing", O_RDONLY));
	REPORT(open("/proc/99999999/stat", O_RDONLY));
	REPORT(mkdir("/proc/x", 0700));
	REPORT(unlink("/proc/self/stat") == -1 && errno == EPERM ? -1 : -1);
}

/* Reading about a process that ends meanwhile must be harmless (bug 20). */
static void race(void)
{
	char name[60];
	int bad = 0;

	for (int i = 0; i < 100; i++) {
		pid_t pid = fork();
		int fd, n;

		if (pid == 0)
			_exit(0);
		sprintf(name, "/proc/%d/%s", (int)pid, i % 3 == 0 ? "maps" : i % 3 == 1 ? "status" : "cmdline");
		fd = open(name, O_RDONLY);
		waitpid(pid, NULL, 0);
		n = fd >= 0 ? read(fd, text, sizeof text) : 0;
		bad += n < 0 && errno != ESRCH;
		close(fd);
	}
	SAY("races: %d strange errors\n", bad);
}

int main(int argc, char **argv)
{
	(void)argc;
	maps();
	stat_line();
	status();
	descriptors();
	arguments(argv);
	race();
	return done();
}
