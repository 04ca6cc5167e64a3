/* SPDX-License-Identifier: MIT */
/*
 * Process 1 of a test run: runs every program of /tests in a directory of its own and prints
 *
 *	# begin NAME
 *	... what the program prints ...
 *	# end NAME status N
 *	ok NAME		(or: not ok NAME: why)
 *
 * On Pagoda it also weighs: before and after each test, with all caches emptied, the pages in use and the slab
 * objects of each kind must be the same. Its exit status, 0 if all went well, becomes QEMU's (test=init). Also runs
 * on Linux, as process 1 of a ramdisk, without the weighing.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define MAX_TESTS 256
#define MAX_SLABS 96
#define TIME_LIMIT 120
#define WARM_UP_TASKS 500

struct weight {
	long free_pages;		/* and those that slabs hold: objects are counted one by one */
	int slabs;
	struct { char name[32]; long active; } slab[MAX_SLABS];
};

static int on_pagoda;

static void write_file(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY);

	if (fd >= 0) {
		write(fd, text, strlen(text));
		close(fd);
	}
}

/* Whole small file into buf, as a string. */
static int read_file(const char *name, char *buf, int size)
{
	int fd = open(name, O_RDONLY), n, total = 0;

	if (fd < 0)
		return -1;
	while (total < size - 1 && (n = read(fd, buf + total, size - 1 - total)) > 0)
		total += n;
	close(fd);
	buf[total] = 0;
	return total;
}

static long field(const char *text, const char *name)
{
	const char *p = strstr(text, name);

	return p ? strtol(p + strlen(name), NULL, 10) : 0;
}

/*
 * Pages that are free, or that slabs hold: those objects are counted one by one. Both from one reading, since reading itself takes
 * and gives back some of either.
 */
static long count_free(void)
{
	static char buf[4096];

	if (read_file("/proc/vmstat", buf, sizeof buf) < 0)
		return -1;
	return field(buf, "nr_free_pages ") + field(buf, "nr_slab_reclaimable ") + field(buf, "nr_slab_unreclaimable ");
}

static void weigh(struct weight *w)
{
	static char buf[16384];

	memset(w, 0, sizeof *w);
	/* What is dirty cannot be dropped; and dropping an inode may make the block dirty that holds it on disk. */
	for (int i = 0; i < 2; i++) {
		sync();
		write_file("/proc/sys/vm/drop_caches", "3\n");
	}
	w->free_pages = count_free();
	if (read_file("/proc/slabinfo", buf, sizeof buf) < 0)
		return;
	for (char *line = strtok(buf, "\n"); line && w->slabs < MAX_SLABS; line = strtok(NULL, "\n")) {
		char *p = strchr(line, ' ');

		if (*line == '#' || !strncmp(line, "slabinfo", 8) || !p)
			continue;
		*p++ = 0;
		snprintf(w->slab[w->slabs].name, sizeof w->slab[0].name, "%s", line);
		w->slab[w->slabs++].active = strtol(p, NULL, 10);
	}
}

/*
 * What the kernel keeps for good once it has needed it is no leak: page tables of the area that holds kernel stacks.
 * So it needs them once before the first test.
 */
static void warm_up(void)
{
	int hold[2], n = 0;
	char c;

	if (pipe(hold) < 0)
		return;
	while (n < WARM_UP_TASKS) {
		int pid = fork();

		if (pid == 0) {
			close(hold[1]);
			read(hold[0], &c, 1);
			exit(0);
		}
		if (pid < 0)
			break;
		n++;
	}
	close(hold[0]);
	close(hold[1]);
	while (wait(NULL) > 0)
		;
}

/* What is different, in words; 0 if nothing. */
static int compare(const struct weight *a, const struct weight *b, char *why, int size)
{
	int n = 0;

	why[0] = 0;
	/* More than before is no leak: who drives memory to its end frees what was kept and could not be dropped by asking. */
	if (a->free_pages > b->free_pages)
		n = snprintf(why, size, "leaks %ld pages", a->free_pages - b->free_pages);
	for (int i = 0; i < a->slabs && i < b->slabs && n < size - 80; i++)
		if (a->slab[i].active != b->slab[i].active)
			n += snprintf(why + n, size - n, "%s%s %+ld", n ? ", " : "", b->slab[i].name,
				      b->slab[i].active - a->slab[i].active);
	return n;
}

/* A debug kernel looks at every page; what it finds is in its log. False: something is wrong. */
static int pages_are_right(void)
{
	int fd = open("/sys/kernel/debug/page_check", O_WRONLY), ok;

	if (fd < 0)
		return 1;
	ok = write(fd, "1", 1) == 1;
	close(fd);
	return ok;
}

/* Whose are the pages that were handed out since the test began? */
static void show_owners(void)
{
	static char buf[65536];
	int lines = 0;

	if (read_file("/sys/kernel/debug/page_owner", buf, sizeof buf) < 0)
		return;
	for (char *line = strtok(buf, "\n"); line && lines < 16; line = strtok(NULL, "\n"), lines++)
		printf("# owner %s\n", line);
}

/* Weighs until nothing changes: somebody who has been waited for may still be on the way out. */
static void settle(struct weight *w)
{
	static struct weight again;
	char why[400];

	weigh(&again);
	for (int k = 0; k < 200; k++) {
		usleep(1000);
		weigh(w);
		if (!compare(&again, w, why, sizeof why) && !compare(w, &again, why, sizeof why))
			break;
		again = *w;
	}
}

static int run(const char *name)
{
	char path[300], dir[300];
	int status, pid;

	snprintf(path, sizeof path, "/tests/%s", name);
	snprintf(dir, sizeof dir, "/tmp/%s", name);
	mkdir(dir, 0777);
	pid = fork();
	if (pid == 0) {
		char *argv[] = { path, NULL }, *envp[] = { "PATH=/bin", "HOME=/", NULL };
		int null = open("/dev/null", O_RDONLY);

		setsid();
		dup2(null, 0);
		close(null);
		chdir(dir);
		alarm(TIME_LIMIT);
		execve(path, argv, envp);
		if (errno != ENOENT)
			printf("not ok exec: %s\n", strerror(errno));
		exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	/* Whatever it left running goes too, and its directory. */
	kill(-pid, SIGKILL);
	for (int k = 0; k < 200; k++) {
		int left = waitpid(-1, NULL, WNOHANG);

		if (left < 0)
			break;
		if (left == 0)
			usleep(1000);
	}
	if (rmdir(dir) < 0)
		printf("# %s left files behind in %s\n", name, dir);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_tests(char **names)
{
	DIR *d = opendir("/tests");
	struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d)) && n < MAX_TESTS)
		if (e->d_name[0] != '.')
			names[n++] = strdup(e->d_name);
	if (d)
		closedir(d);
	qsort(names, n, sizeof *names, by_name);
	return n;
}

/* No arguments: every program; else those whose name contains one of them. */
static int wanted(const char *name, char **argv)
{
	if (!argv[0] || !argv[1])
		return 1;
	for (argv++; *argv; argv++)
		if (strstr(name, *argv))
			return 1;
	return 0;
}

int main(int argc, char **argv)
{
	static char *names[MAX_TESTS];
	static struct weight before, after;
	char why[400];
	struct utsname u;
	int failed = 0, ran = 0, n;

	(void)argc;
	mount("proc", "/proc", "proc", 0, NULL);
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	mount("devpts", "/dev/pts", "devpts", 0, "mode=620,ptmxmode=666");
	uname(&u);
	on_pagoda = strstr(u.version, "Pagoda") != NULL;
	printf("# %s %s\n", u.sysname, u.machine);
	fflush(stdout);
	if (on_pagoda) {
		/* The pages that this program itself is about to touch. */
		weigh(&before);
		weigh(&after);
		compare(&before, &after, why, sizeof why);
		run("none");	/* there is none of this name */
		warm_up();
	}
	n = list_tests(names);
	for (int i = 0; i < n; i++) {
		int status, leak = 0;

		if (!wanted(names[i], argv))
			continue;
		if (on_pagoda) {
			settle(&before);
			write_file("/sys/kernel/debug/page_owner", "0");
		}
		printf("# begin %s\n", names[i]);
		fflush(stdout);
		status = run(names[i]);
		printf("# end %s status %d\n", names[i], status);
		if (on_pagoda) {
			/* A task that has just ended may still be on its way out. */
			for (int k = 0; k < 100; k++) {
				weigh(&after);
				leak = compare(&before, &after, why, sizeof why);
				if (!leak)
					break;
				usleep(10000);
			}
			if (leak)
				show_owners();
			if (!pages_are_right()) {
				leak = 1;
				strcpy(why, "the page check finds something wrong");
			}
		}
		if (status == 0 && !leak)
			printf("ok %s\n", names[i]);
		else if (status == 0)
			printf("not ok %s: %s\n", names[i], why);
		else
			printf("not ok %s: status %d\n", names[i], status);
		fflush(stdout);
		failed += status != 0 || leak;
		ran++;
	}
	sync();
	if (on_pagoda && mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0) {
		printf("not ok remount: %s\n", strerror(errno));
		failed++;
	}
	if (on_pagoda && read_file("/sys/kernel/debug/page_check", why, sizeof why) > 0)
		for (char *line = strtok(why, "\n"); line; line = strtok(NULL, "\n"))
			printf("# page check: %s\n", line);
	printf("# %d programs, %d failed\n", ran, failed);
	fflush(stdout);
	tcdrain(1);		/* the end of process 1 ends the machine at once */
	if (!on_pagoda && getpid() == 1)
		reboot(RB_POWER_OFF);
	return failed || !ran;
}
