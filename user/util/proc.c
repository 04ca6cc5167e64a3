/* SPDX-License-Identifier: MIT */
/* Reading /proc, for ps, top, free and their like; see proc(5). */
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>
#include "user/util/proc.h"
#include "user/util/util.h"

int read_process(int pid, struct process *p)
{
	char path[40], text[1024], *open_paren, *close_paren;
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (stat(path, &st) < 0 || read_file(path, text, sizeof(text)) <= 0)
		return -1;
	*p = (struct process){ .pid = pid, .uid = st.st_uid };
	/* The name may hold blanks and parentheses: it ends at the last one. */
	open_paren = strchr(text, '(');
	close_paren = strrchr(text, ')');
	if (!open_paren || !close_paren)
		return -1;
	*close_paren = 0;
	strlcpy(p->comm, open_paren + 1, sizeof(p->comm));
	return sscanf(close_paren + 1,
		      " %c %d %d %d %d %d %*u %lu %*u %lu %*u %llu %llu %*d %*d %*d %d %d %*d %llu %llu %ld",
		      &p->state, &p->ppid, &p->pgrp, &p->session, &p->tty, &p->tpgid, &p->minflt, &p->majflt,
		      &p->utime, &p->stime, &p->nice, &p->threads, &p->start, &p->vsize, &p->rss) == 15 ? 0 : -1;
}

static int by_pid(const void *a, const void *b)
{
	return ((const struct process *)a)->pid - ((const struct process *)b)->pid;
}

struct process *read_processes(size_t *count)
{
	size_t n = 0, cap = 0;
	struct process *list = NULL;
	struct dirent *d;
	DIR *dir = opendir("/proc");

	if (!dir)
		err(1, "/proc");
	while ((d = readdir(dir))) {
		if (!isdigit((unsigned char)d->d_name[0]))
			continue;
		if (n == cap) {
			cap = cap ? 2 * cap : 64;
			list = xrealloc(list, cap * sizeof(*list));
		}
		/* It may have ended since its name was read. */
		n += read_process(atoi(d->d_name), &list[n]) == 0;
	}
	closedir(dir);
	if (n)
		qsort(list, n, sizeof(*list), by_pid);
	*count = n;
	return list;
}

const char *process_args(const struct process *p)
{
	static char args[512];
	char path[40];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", p->pid);
	n = read_file(path, args, sizeof(args));
	while (n > 0 && !args[n - 1])
		n--;
	if (n <= 0) {
		snprintf(args, sizeof(args), "[%s]", p->comm);
		return args;
	}
	for (ssize_t i = 0; i < n; i++)
		if (!isprint((unsigned char)args[i]))
			args[i] = ' ';
	return args;
}

const char *tty_name(int dev)
{
	static char name[24];
	int min = (int)minor(dev);

	switch (major(dev)) {
	case 4:
		snprintf(name, sizeof(name), min < 64 ? "tty%d" : "ttyS%d", min < 64 ? min : min - 64);
		return name;
	case 5:
		return min == 1 ? "console" : "tty";
	}
	if (major(dev) < 136 || major(dev) > 143)
		return "?";
	snprintf(name, sizeof(name), "pts/%d", (int)(major(dev) - 136) * 256 + min);
	return name;
}

unsigned long meminfo(const char *text, const char *name)
{
	size_t n = strlen(name);

	for (; text && *text; text = strchr(text, '\n'), text += text != NULL)
		if (!strncmp(text, name, n) && text[n] == ':')
			return strtoul(text + n + 1, NULL, 10);
	return 0;
}

double uptime_seconds(void)
{
	char text[64];

	if (read_file("/proc/uptime", text, sizeof(text)) <= 0)
		err(1, "/proc/uptime");
	return atof(text);
}

void print_uptime(void)
{
	unsigned long up = (unsigned long)uptime_seconds(), days = up / 86400;
	char text[64], clock[16], load[3][16] = { "0.00", "0.00", "0.00" };
	time_t now = time(NULL);

	strftime(clock, sizeof(clock), "%H:%M:%S", localtime(&now));
	if (read_file("/proc/loadavg", text, sizeof(text)) > 0)
		sscanf(text, "%15s %15s %15s", load[0], load[1], load[2]);
	printf(" %s up ", clock);
	if (days)
		printf("%lu day%s, ", days, days == 1 ? "" : "s");
	printf("%2lu:%02lu,  load average: %s, %s, %s\n", up / 3600 % 24, up / 60 % 60, load[0], load[1], load[2]);
}

void cpu_ticks(unsigned long long t[7])
{
	char text[512];

	memset(t, 0, 7 * sizeof(*t));
	if (read_file("/proc/stat", text, sizeof(text)) <= 0 ||
	    sscanf(text, "cpu %llu %llu %llu %llu %llu %llu %llu", &t[0], &t[1], &t[2], &t[3], &t[4], &t[5], &t[6]) < 4)
		err(1, "/proc/stat");
}
