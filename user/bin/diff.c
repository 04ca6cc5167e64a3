/* SPDX-License-Identifier: MIT */
/*
 * diff: what to change in one file to get the other; -u with lines around, -q only whether, -r whole directories, -N
 * absent files are empty, -i without case, -b blanks count once, -w not at all.
 *
 * Myers' O(ND) algorithm: lines are numbers (equal lines, equal numbers); going through a grid of both files, every
 * equal pair is a free diagonal step, every deletion or insertion costs one, and the cheapest way wins. For each cost
 * d the furthest point reached on each diagonal is kept, so that the way can be walked back from the end.
 */
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>
#include "user/util/util.h"

struct file {
	const char *name;
	char **line;
	int *id;
	int n, no_newline;
	struct stat st;
};

static int brief, recursive, unified, absent_empty, fold, squeeze, no_blanks;
static int context = 3;
static char options[32];

static char *canonical(const char *s)
{
	char *out = xrealloc(NULL, strlen(s) + 1), *o = out;

	for (; *s; s++) {
		if ((squeeze || no_blanks) && isspace((unsigned char)*s)) {
			while (isspace((unsigned char)s[1]))
				s++;
			if (!no_blanks && s[1])
				*o++ = ' ';
			continue;
		}
		*o++ = (char)(fold ? tolower((unsigned char)*s) : *s);
	}
	*o = 0;
	return out;
}

/* A table of the lines seen so far gives each its number. */
static struct { char *s; int id; } *table;
static size_t table_size, table_used;

static unsigned hash(const char *s)
{
	unsigned h = 2166136261u;

	while (*s)
		h = (h ^ (unsigned char)*s++) * 16777619u;
	return h;
}

static int line_id(char *s)
{
	size_t i;

	if (2 * table_used >= table_size) {
		size_t old_size = table_size;
		typeof(table) old = table;

		table_size = table_size ? 2 * table_size : 1024;
		table = calloc(table_size, sizeof(*table));
		if (!table)
			errx(2, "out of memory");
		for (size_t j = 0; j < old_size; j++) {
			if (!old[j].s)
				continue;
			for (i = hash(old[j].s) % table_size; table[i].s; i = (i + 1) % table_size)
				;
			table[i] = old[j];
		}
		free(old);
	}
	for (i = hash(s) % table_size; table[i].s; i = (i + 1) % table_size)
		if (!strcmp(table[i].s, s)) {
			free(s);
			return table[i].id;
		}
	table[i].s = s;
	table[i].id = (int)table_used++;
	return table[i].id;
}

static int read_lines(struct file *f, const char *name)
{
	FILE *in = open_input(name);
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int room = 0;

	*f = (struct file){ .name = name };
	if (!in)
		return -1;
	fstat(fileno(in), &f->st);
	while ((n = getline(&line, &cap, in)) > 0) {
		char *key;

		if (f->n == room) {
			room = room ? 2 * room : 256;
			f->line = xrealloc(f->line, (size_t)room * sizeof(*f->line));
			f->id = xrealloc(f->id, (size_t)room * sizeof(*f->id));
		}
		f->no_newline = line[n - 1] != '\n';
		key = canonical(line);
		if (!f->no_newline)
			line[n - 1] = 0;
		f->line[f->n] = strdup(line);
		f->id[f->n++] = line_id(key);
	}
	free(line);
	close_input(in);
	return 0;
}

/* deleted[i]: line i of a is not in b; inserted[j] the other way. */
static char *deleted, *inserted;

static void compare(const struct file *a, const struct file *b)
{
	int max = a->n + b->n, **trace = NULL, *v, d, k, x, y, done = 0;

	deleted = calloc((size_t)a->n + 1, 1);
	inserted = calloc((size_t)b->n + 1, 1);
	v = calloc((size_t)(2 * max + 3), sizeof(*v));
	if (!deleted || !inserted || !v)
		errx(2, "out of memory");
	v += max + 1;
	for (d = 0; d <= max && !done; d++) {
		trace = xrealloc(trace, (size_t)(d + 1) * sizeof(*trace));
		trace[d] = xrealloc(NULL, (size_t)(2 * d + 3) * sizeof(**trace));
		/* what diagonals -d-1 .. d+1 held before this round */
		memcpy(trace[d], v - d - 1, (size_t)(2 * d + 3) * sizeof(*v));
		for (k = -d; k <= d && !done; k += 2) {
			x = k == -d || (k != d && v[k - 1] < v[k + 1]) ? v[k + 1] : v[k - 1] + 1;
			y = x - k;
			while (x < a->n && y < b->n && a->id[x] == b->id[y])
				x++, y++;
			v[k] = x;
			done = x >= a->n && y >= b->n;
		}
	}
	x = a->n;
	y = b->n;
	for (d--; d > 0; d--) {
		const int *w = trace[d] + d + 1;
		int from_above;

		k = x - y;
		from_above = k == -d || (k != d && w[k - 1] < w[k + 1]);
		x = from_above ? w[k + 1] : w[k - 1];
		y = x - (from_above ? k + 1 : k - 1);
		if (from_above)
			inserted[y] = 1;
		else
			deleted[x] = 1;
		free(trace[d]);
	}
	free(trace);
	free(v - max - 1);
}

static void print_lines(const struct file *f, int from, int to, const char *mark)
{
	for (int i = from; i < to; i++) {
		printf("%s%s\n", mark, f->line[i]);
		if (i == f->n - 1 && f->no_newline)
			puts("\\ No newline at end of file");
	}
}

static void print_range(int from, int to)
{
	if (to - from > 1)
		printf("%d,%d", from + 1, to);
	else
		printf("%d", to - from ? from + 1 : from);
}

static void print_normal(const struct file *a, const struct file *b)
{
	for (int i = 0, j = 0; i < a->n || j < b->n;) {
		int i0 = i, j0 = j;

		while (i < a->n && deleted[i])
			i++;
		while (j < b->n && inserted[j])
			j++;
		if (i == i0 && j == j0) {
			i++, j++;
			continue;
		}
		print_range(i0, i);
		putchar(i == i0 ? 'a' : j == j0 ? 'd' : 'c');
		print_range(j0, j);
		putchar('\n');
		print_lines(a, i0, i, "< ");
		if (i > i0 && j > j0)
			puts("---");
		print_lines(b, j0, j, "> ");
	}
}

static void print_header(const char *mark, const struct file *f)
{
	char text[40];

	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", localtime(&f->st.st_mtim.tv_sec));
	printf("%s %s\t%s.%09ld +0000\n", mark, f->name, text, f->st.st_mtim.tv_nsec);
}

static void print_unified_range(char mark, int from, int n)
{
	if (n == 1)
		printf("%c%d", mark, from + 1);
	else
		printf("%c%d,%d", mark, n ? from + 1 : from, n);
}

/* From (i, j) on: a hunk ends after more than twice the context of equal lines. */
static void print_hunk(const struct file *a, const struct file *b, int i0, int j0, int i1, int j1)
{
	printf("@@ ");
	print_unified_range('-', i0, i1 - i0);
	putchar(' ');
	print_unified_range('+', j0, j1 - j0);
	printf(" @@\n");
	for (int i = i0, j = j0; i < i1 || j < j1;) {
		if (i < i1 && deleted[i]) {
			print_lines(a, i, i + 1, "-");
			i++;
		} else if (j < j1 && inserted[j]) {
			print_lines(b, j, j + 1, "+");
			j++;
		} else {
			print_lines(a, i, i + 1, " ");
			i++, j++;
		}
	}
}

static void print_unified(const struct file *a, const struct file *b)
{
	int start_i = -1, start_j = 0, end_i = 0, end_j = 0;

	print_header("---", a);
	print_header("+++", b);
	for (int i = 0, j = 0; i < a->n || j < b->n;) {
		int changed = (i < a->n && deleted[i]) || (j < b->n && inserted[j]);

		if (changed) {
			if (start_i < 0 || i - end_i > 2 * context) {
				if (start_i >= 0) {
					int extra = context < a->n - end_i ? context : a->n - end_i;

					print_hunk(a, b, start_i, start_j, end_i + extra, end_j + extra);
				}
				int lead = i < context ? i : context;

				lead = j < lead ? j : lead;
				start_i = i - lead;
				start_j = j - lead;
			}
			while (i < a->n && deleted[i])
				i++;
			while (j < b->n && inserted[j])
				j++;
			end_i = i;
			end_j = j;
		} else {
			i++, j++;
		}
	}
	if (start_i >= 0) {
		int extra = context < a->n - end_i ? context : a->n - end_i;

		print_hunk(a, b, start_i, start_j, end_i + extra, end_j + extra);
	}
}

static void release(struct file *f)
{
	for (int i = 0; i < f->n; i++)
		free(f->line[i]);
	free(f->line);
	free(f->id);
}

static int diff_files(const char *left, const char *right, int in_tree)
{
	struct file a, b;
	int same;

	if (read_lines(&a, left) < 0 || read_lines(&b, right) < 0)
		return 2;
	same = a.n == b.n && a.no_newline == b.no_newline && (!a.n || !memcmp(a.id, b.id, (size_t)a.n * sizeof(*a.id)));
	if (!same && brief) {
		printf("Files %s and %s differ\n", left, right);
	} else if (!same) {
		if (in_tree)
			printf("diff %s%s %s\n", options, left, right);
		compare(&a, &b);
		(unified ? print_unified : print_normal)(&a, &b);
		free(deleted);
		free(inserted);
	}
	release(&a);
	release(&b);
	return !same;
}

static int not_dots(const struct dirent *d)
{
	return strcmp(d->d_name, ".") && strcmp(d->d_name, "..");
}

static int diff_any(const char *left, const char *right, int in_tree);

static int one_sided(const char *left, const char *right, const char *dir, const char *name, int is_left)
{
	char *path = path_join(dir, name);
	int status = 1;

	if (absent_empty)
		status = is_left ? diff_files(path, "/dev/null", 1) : diff_files("/dev/null", path, 1);
	else
		printf("Only in %s: %s\n", dir, name);
	(void)left, (void)right;
	free(path);
	return status;
}

static int diff_dirs(const char *left, const char *right)
{
	struct dirent **a, **b;
	int n = scandir(left, &a, not_dots, alphasort), m = scandir(right, &b, not_dots, alphasort), status = 0;

	if (n < 0 || m < 0) {
		warn("%s", n < 0 ? left : right);
		return 2;
	}
	for (int i = 0, j = 0; i < n || j < m;) {
		int d = i == n ? 1 : j == m ? -1 : strcmp(a[i]->d_name, b[j]->d_name), s;

		if (d < 0) {
			s = one_sided(left, right, left, a[i++]->d_name, 1);
		} else if (d > 0) {
			s = one_sided(left, right, right, b[j++]->d_name, 0);
		} else {
			char *x = path_join(left, a[i++]->d_name), *y = path_join(right, b[j++]->d_name);

			s = diff_any(x, y, 1);
			free(x);
			free(y);
		}
		status = s > status ? s : status;
	}
	return status;
}

static int is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int diff_any(const char *left, const char *right, int in_tree)
{
	int l = is_dir(left), r = is_dir(right), status;
	char *path;

	if (l && r) {
		if (!in_tree || recursive)
			return diff_dirs(left, right);
		printf("Common subdirectories: %s and %s\n", left, right);
		return 0;
	}
	if (in_tree && l != r) {
		printf("File %s is a %s while file %s is a %s\n", left, l ? "directory" : "regular file", right,
		       r ? "directory" : "regular file");
		return 1;
	}
	if (!l && !r)
		return diff_files(left, right, in_tree);
	/* A file and a directory: the file of the same name in it. */
	path = target_path(l ? left : right, l ? right : left);
	status = l ? diff_files(path, right, in_tree) : diff_files(left, path, in_tree);
	free(path);
	return status;
}

int main(int argc, char **argv)
{
	static const char how[] = "[-urNqibw] [-U lines] file1 file2";
	int c, status;

	while ((c = getopt(argc, argv, "urNqibwaU:")) != -1) {
		switch (c) {
		case 'u': unified = 1; break;
		case 'U': unified = 1; context = atoi(optarg); break;
		case 'r': recursive = 1; break;
		case 'N': absent_empty = 1; break;
		case 'q': brief = 1; break;
		case 'i': fold = 1; break;
		case 'b': squeeze = 1; break;
		case 'w': no_blanks = 1; break;
		case 'a': break;
		default: usage(how);
		}
	}
	if (argc - optind != 2)
		usage(how);
	for (int i = 1; i < optind; i++) {
		strlcat(options, argv[i], sizeof(options));
		strlcat(options, " ", sizeof(options));
	}
	status = diff_any(argv[optind], argv[optind + 1], 0);
	return finish(status);
}
