/* SPDX-License-Identifier: MIT */
/* Pathname expansion: the pattern is matched one component at a time, reading a directory only where one has magic. */
#include <dirent.h>
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int add(glob_t *g, const char *path, int flags)
{
	size_t at = g->gl_offs + g->gl_pathc, len = strlen(path);
	char **grown = realloc(g->gl_pathv, (at + 2) * sizeof(char *)), *copy = malloc(len + 2);
	struct stat st;

	if (grown)
		g->gl_pathv = grown;
	if (!grown || !copy) {
		free(copy);
		return GLOB_NOSPACE;
	}
	strcpy(copy, path);
	if (flags & GLOB_MARK && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		strcpy(copy + len, "/");
	grown[at] = copy;
	grown[at + 1] = NULL;
	g->gl_pathc++;
	return 0;
}

static int has_magic(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strchr("*?[\\", p[i]))
			return 1;
	return 0;
}

static int has_wildcard(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\\')
			i++;
		else if (strchr("*?[", p[i]))
			return 1;
	}
	return 0;
}

/* Appends a component without wildcards, taking its backslashes away. */
static size_t append(char *path, size_t len, const char *p, size_t n, int flags)
{
	for (size_t i = 0; i < n && len < PATH_MAX - 1; i++) {
		if (p[i] == '\\' && !(flags & GLOB_NOESCAPE) && i + 1 < n)
			i++;
		path[len++] = p[i];
	}
	path[len] = 0;
	return len;
}

static int expand(glob_t *g, char *path, size_t len, const char *p, int flags, int (*errfunc)(const char *, int));

/* Lists the directory path[0..len) for names that match p[0..n), and goes on with the rest of the pattern. */
static int list(glob_t *g, char *path, size_t len, const char *p, size_t n, int flags, int (*errfunc)(const char *, int))
{
	char pattern[NAME_MAX * 2 + 1];
	struct dirent *d;
	int r = 0;
	DIR *dir;

	if (n >= sizeof(pattern))
		return 0;
	memcpy(pattern, p, n);
	pattern[n] = 0;
	path[len] = 0;
	dir = opendir(len ? path : ".");
	if (!dir)
		return flags & GLOB_ERR ? GLOB_ABORTED : 0;
	while (!r && (d = readdir(dir))) {
		size_t dlen = strlen(d->d_name);

		if (fnmatch(pattern, d->d_name, FNM_PERIOD | (flags & GLOB_NOESCAPE ? FNM_NOESCAPE : 0)))
			continue;
		if (p[n] == '/' && d->d_type != DT_DIR && d->d_type != DT_LNK && d->d_type != DT_UNKNOWN)
			continue;
		if (len + dlen + 1 >= PATH_MAX)
			continue;
		memcpy(path + len, d->d_name, dlen + 1);
		r = expand(g, path, len + dlen, p + n, flags, errfunc);
	}
	closedir(dir);
	return r;
}

/* p is the rest of the pattern; path[0..len) is what it has become so far. */
static int expand(glob_t *g, char *path, size_t len, const char *p, int flags, int (*errfunc)(const char *, int))
{
	struct stat st;

	for (;;) {
		size_t n;

		while (*p == '/' && len < PATH_MAX - 1)
			path[len++] = *p++;
		path[len] = 0;
		n = strcspn(p, "/");
		if (!n)
			break;
		if (has_wildcard(p, n))
			return list(g, path, len, p, n, flags, errfunc);
		len = append(path, len, p, n, flags);
		p += n;
	}
	return lstat(path, &st) == 0 ? add(g, path, flags) : 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int glob(const char *pattern, int flags, int (*errfunc)(const char *, int), glob_t *g)
{
	char path[PATH_MAX] = "";
	size_t before;
	int r = 0;

	if (!(flags & GLOB_APPEND)) {
		g->gl_pathc = 0;
		g->gl_pathv = NULL;
		if (!(flags & GLOB_DOOFFS))
			g->gl_offs = 0;
	}
	before = g->gl_pathc;
	if (strlen(pattern) < PATH_MAX && has_magic(pattern, strlen(pattern)))
		r = expand(g, path, 0, pattern, flags, errfunc);
	else if (access(pattern, F_OK) == 0)
		r = add(g, pattern, flags);
	if (r)
		return r;
	if (g->gl_pathc == before)
		return flags & GLOB_NOCHECK ? add(g, pattern, flags) : GLOB_NOMATCH;
	if (!(flags & GLOB_NOSORT))
		qsort(g->gl_pathv + g->gl_offs + before, g->gl_pathc - before, sizeof(char *), compare);
	return 0;
}

void globfree(glob_t *g)
{
	for (size_t i = 0; i < g->gl_pathc; i++)
		free(g->gl_pathv[g->gl_offs + i]);
	free(g->gl_pathv);
	g->gl_pathv = NULL;
	g->gl_pathc = 0;
}
