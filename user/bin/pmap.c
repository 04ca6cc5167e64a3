/* SPDX-License-Identifier: MIT */
/* pmap: the areas of a process's address space, from /proc/PID/maps; -x with what of them is in memory, from smaps if there is one. */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/util/proc.h"
#include "user/util/util.h"

struct area {
	unsigned long start, end, rss, dirty;
	char mode[8], name[200];
};

static int parse_area(const char *line, struct area *a)
{
	int name = 0;

	*a = (struct area){ 0 };
	if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %n", &a->start, &a->end, a->mode, &name) < 3)
		return 0;
	if (name)
		strlcpy(a->name, line + name, sizeof(a->name));
	a->name[strcspn(a->name, "\n")] = 0;
	return 1;
}

static void print(const struct area *a, int extended)
{
	printf("%08lx %7luK ", a->start, (a->end - a->start) >> 10);
	if (extended)
		printf("%7luK %7luK ", a->rss, a->dirty);
	printf("%s %s\n", a->mode, *a->name ? a->name : "  [ anon ]");
}

static int show(int pid, int extended)
{
	unsigned long total = 0, rss = 0, dirty = 0;
	char path[40], line[512], key[40];
	struct area a = { 0 };
	struct process p;
	unsigned long n;
	FILE *f;

	if (read_process(pid, &p) < 0) {
		warnx("there is no process %d", pid);
		return 1;
	}
	snprintf(path, sizeof(path), extended ? "/proc/%d/smaps" : "/proc/%d/maps", pid);
	f = fopen(path, "r");
	if (!f) {
		warn("%s", path);
		return 1;
	}
	printf("%d:   %s\n", pid, process_args(&p));
	while (fgets(line, sizeof(line), f)) {
		struct area next;

		if (parse_area(line, &next)) {
			if (a.end)
				print(&a, extended);
			a = next;
			total += (a.end - a.start) >> 10;
		} else if (sscanf(line, "%39[^:]: %lu", key, &n) == 2) {
			if (!strcmp(key, "Rss")) {
				a.rss = n;
				rss += n;
			} else if (!strcmp(key, "Private_Dirty") || !strcmp(key, "Shared_Dirty")) {
				a.dirty += n;
				dirty += n;
			}
		}
	}
	if (a.end)
		print(&a, extended);
	fclose(f);
	printf("total    %7luK", total);
	if (extended)
		printf(" %7luK %7luK", rss, dirty);
	putchar('\n');
	return 0;
}

int main(int argc, char **argv)
{
	int c, extended = 0, status = 0;

	while ((c = getopt(argc, argv, "x")) != -1) {
		if (c == '?')
			usage("[-x] pid ...");
		extended = 1;
	}
	if (optind == argc)
		usage("[-x] pid ...");
	for (; optind < argc; optind++)
		status |= show(atoi(argv[optind]), extended);
	return finish(status);
}
