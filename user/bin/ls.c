/* SPDX-License-Identifier: MIT */
/*
 * ls: what is in directories. Names in columns on a terminal, one a line elsewhere (-1, -C); -l with all that stat says.
 * -a -A names with a dot, too; -d directories themselves; -R all below; -i inode numbers; -s blocks; -h sizes for people;
 * -F and -p marks for the kind; -n numbers for owners; -t -S -U -r the order.
 */
#include <dirent.h>
#include <err.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>
#include "user/util/util.h"

struct entry {
	char *name, *path, *target;	/* target: of a symbolic link, or NULL */
	struct stat st;
};
struct list {
	struct entry *e;
	size_t n, cap;
};

static char opt[128];	/* by letter */
static int status, printed_before, block_width = 1;

static char *link_target(const char *path)
{
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target));

	return n < 0 ? NULL : strndup(target, (size_t)n);
}

static void add(struct list *l, const char *name, char *path)
{
	struct entry *e;

	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 64;
		l->e = xrealloc(l->e, l->cap * sizeof(*l->e));
	}
	e = &l->e[l->n];
	/* What is named on the command line is followed, unless it is to be described itself. */
	if ((opt['L'] || (!strcmp(name, path) && !opt['l'] && !opt['d'])) && stat(path, &e->st) == 0)
		;
	else if (lstat(path, &e->st) < 0) {
		warn("cannot access %s", path);
		status = 2;
		free(path);
		return;
	}
	e->name = strdup(name);
	e->path = path;
	e->target = opt['l'] && S_ISLNK(e->st.st_mode) ? link_target(path) : NULL;
	l->n++;
}

static void release(struct list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->e[i].name);
		free(l->e[i].path);
		free(l->e[i].target);
	}
	free(l->e);
	*l = (struct list){ 0 };
}

static int compare(const void *pa, const void *pb)
{
	const struct entry *a = pa, *b = pb;
	long long d = 0;

	if (opt['S'])
		d = b->st.st_size - a->st.st_size;
	else if (opt['t'])
		d = b->st.st_mtim.tv_sec != a->st.st_mtim.tv_sec ? b->st.st_mtim.tv_sec - a->st.st_mtim.tv_sec :
		    (long long)b->st.st_mtim.tv_nsec - a->st.st_mtim.tv_nsec;
	if (!d)
		d = strcmp(a->name, b->name);
	d = opt['r'] ? -d : d;
	return d < 0 ? -1 : d > 0;
}

static const char *mark(const struct stat *st)
{
	if (S_ISDIR(st->st_mode))
		return opt['F'] || opt['p'] ? "/" : "";
	if (!opt['F'])
		return "";
	return S_ISLNK(st->st_mode) ? "@" : S_ISFIFO(st->st_mode) ? "|" : S_ISSOCK(st->st_mode) ? "=" :
	       S_ISREG(st->st_mode) && st->st_mode & 0111 ? "*" : "";
}

static void size_text(const struct stat *st, char *out, size_t n)
{
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		snprintf(out, n, "%u, %3u", (unsigned)major(st->st_rdev), (unsigned)minor(st->st_rdev));
	else if (opt['h'])
		snprintf(out, n, "%s", human_size((unsigned long long)st->st_size));
	else
		snprintf(out, n, "%lld", (long long)st->st_size);
}

static const char *owner(unsigned id, const char *(*name)(unsigned))
{
	static char number[16];

	if (!opt['n'])
		return name(id);
	snprintf(number, sizeof(number), "%u", id);
	return number;
}

/* Half a year around now shows the time of the day, all else the year. */
static void date_text(time_t t, char *out, size_t n)
{
	time_t now = time(NULL), half_year = 182 * 86400;

	strftime(out, n, t > now - half_year && t <= now + 3600 ? "%b %e %H:%M" : "%b %e  %Y", localtime(&t));
}

static void print_prefix(const struct entry *e)
{
	if (opt['i'])
		printf("%7llu ", (unsigned long long)e->st.st_ino);
	if (opt['s'])
		printf("%*llu ", block_width, (unsigned long long)e->st.st_blocks / 2);
}

struct widths { int links, user, group, size; };

static void widen(int *w, int n)
{
	if (n > *w)
		*w = n;
}

static void print_long(const struct entry *e, const struct widths *w)
{
	char mode[11], size[32], date[32];

	mode_string(e->st.st_mode, mode);
	size_text(&e->st, size, sizeof(size));
	date_text(e->st.st_mtime, date, sizeof(date));
	print_prefix(e);
	printf("%s %*u ", mode, w->links, (unsigned)e->st.st_nlink);
	printf("%-*s ", w->user, owner(e->st.st_uid, user_name));
	printf("%-*s %*s %s %s", w->group, owner(e->st.st_gid, group_name), w->size, size, date, e->name);
	if (e->target)
		printf(" -> %s\n", e->target);
	else
		printf("%s\n", mark(&e->st));
}

static void print_all_long(const struct list *l)
{
	struct widths w = { 0 };
	char buf[32];

	for (size_t i = 0; i < l->n; i++) {
		const struct stat *st = &l->e[i].st;

		size_text(st, buf, sizeof(buf));
		widen(&w.size, (int)strlen(buf));
		widen(&w.links, snprintf(NULL, 0, "%u", (unsigned)st->st_nlink));
		widen(&w.user, (int)strlen(owner(st->st_uid, user_name)));
		widen(&w.group, (int)strlen(owner(st->st_gid, group_name)));
	}
	for (size_t i = 0; i < l->n; i++)
		print_long(&l->e[i], &w);
}

static void print_one(const struct entry *e, int width)
{
	int n;

	print_prefix(e);
	n = printf("%s%s", e->name, mark(&e->st));
	if (width > n)
		printf("%*s", width - n, "");
}

static void print_columns(const struct list *l)
{
	int width = 0, extra = (opt['i'] ? 8 : 0) + (opt['s'] ? block_width + 1 : 0), columns, rows;

	for (size_t i = 0; i < l->n; i++)
		widen(&width, (int)strlen(l->e[i].name) + (opt['F'] || opt['p'] ? 1 : 0));
	width += 2;
	columns = terminal_columns() / (width + extra);
	columns = columns < 1 ? 1 : columns;
	rows = ((int)l->n + columns - 1) / columns;
	for (int row = 0; row < rows; row++)
		for (int i = row; i < (int)l->n; i += rows) {
			int last = i + rows >= (int)l->n;

			print_one(&l->e[i], last ? 0 : width);
			if (last)
				putchar('\n');
		}
}

static void print(struct list *l)
{
	for (size_t i = 0; i < l->n; i++)
		widen(&block_width, snprintf(NULL, 0, "%llu", (unsigned long long)l->e[i].st.st_blocks / 2));
	if (l->n && !opt['U'])
		qsort(l->e, l->n, sizeof(*l->e), compare);
	if (opt['l']) {
		print_all_long(l);
	} else if (opt['C']) {
		print_columns(l);
	} else {
		for (size_t i = 0; i < l->n; i++) {
			print_one(&l->e[i], 0);
			putchar('\n');
		}
	}
}

static int wanted(const char *name)
{
	if (*name != '.' || opt['a'])
		return 1;
	return opt['A'] && strcmp(name, ".") && strcmp(name, "..");
}

static void list_dir(const char *path, int header)
{
	unsigned long long blocks = 0;
	struct list l = { 0 };
	struct dirent *d;
	DIR *dir = opendir(path);

	if (!dir) {
		warn("cannot open directory %s", path);
		status = 2;
		return;
	}
	while ((d = readdir(dir)))
		if (wanted(d->d_name))
			add(&l, d->d_name, path_join(path, d->d_name));
	closedir(dir);
	if (header)
		printf("%s%s:\n", printed_before ? "\n" : "", path);
	printed_before = 1;
	if (opt['l'] || opt['s']) {
		for (size_t i = 0; i < l.n; i++)
			blocks += (unsigned long long)l.e[i].st.st_blocks;
		if (opt['h'])
			printf("total %s\n", human_size(blocks * 512));
		else
			printf("total %llu\n", blocks / 2);
	}
	print(&l);
	for (size_t i = 0; opt['R'] && i < l.n; i++)
		if (S_ISDIR(l.e[i].st.st_mode) && strcmp(l.e[i].name, ".") && strcmp(l.e[i].name, ".."))
			list_dir(l.e[i].path, 1);
	release(&l);
}

int main(int argc, char **argv)
{
	struct list files = { 0 }, dirs = { 0 };
	char *here[] = { ".", NULL };
	int c, n;

	opt['C'] = (char)isatty(1);
	while ((c = getopt(argc, argv, "1AaCdFhiLlnpRrSstU")) != -1) {
		if (c == '?')
			usage("[-1AaCdFhiLlnpRrSstU] [file ...]");
		opt[c] = 1;
		if (c == '1')
			opt['C'] = 0;
		if (c == 'n')
			opt['l'] = 1;
	}
	argv += optind;
	n = argc - optind;
	if (!n) {
		argv = here;
		n = 1;
	}
	for (int i = 0; i < n; i++) {
		struct stat st;
		int is_dir = !opt['d'] && stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode);

		/* ls -l describes a link to a directory. */
		if (is_dir && opt['l'] && !opt['L'] && lstat(argv[i], &st) == 0 && S_ISLNK(st.st_mode) &&
		    argv[i][strlen(argv[i]) - 1] != '/')
			is_dir = 0;
		add(is_dir ? &dirs : &files, argv[i], strdup(argv[i]));
	}
	if (files.n) {
		print(&files);
		printed_before = 1;
	}
	if (dirs.n && !opt['U'])
		qsort(dirs.e, dirs.n, sizeof(*dirs.e), compare);
	for (size_t i = 0; i < dirs.n; i++)
		list_dir(dirs.e[i].path, n > 1 || opt['R']);
	return finish(status);
}
