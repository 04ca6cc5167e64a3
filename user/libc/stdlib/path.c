/* SPDX-License-Identifier: MIT */
/* Names of files: the true one, temporary ones, and their parts. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Removes the last component of a resolved path; never the root. */
static size_t parent(const char *path, size_t len)
{
	while (len > 1 && path[len - 1] != '/')
		len--;
	return len > 1 ? len - 1 : len;
}

/* rest is what is still to walk; a link's target is put in front of it. */
static int walk(char *out, char *rest)
{
	char target[PATH_MAX], joined[PATH_MAX];
	size_t len = strlen(out);
	int links = 0;

	while (*(rest += strspn(rest, "/"))) {
		size_t n = strcspn(rest, "/"), old = len;
		ssize_t t;

		if (n == 1 && rest[0] == '.') {
			rest += n;
			continue;
		}
		if (n == 2 && rest[0] == '.' && rest[1] == '.') {
			len = parent(out, len);
			out[len] = 0;
			rest += n;
			continue;
		}
		if (len + n + 2 > PATH_MAX)
			return ENAMETOOLONG;
		if (len > 1)
			out[len++] = '/';
		memcpy(out + len, rest, n);
		len += n;
		out[len] = 0;
		rest += n;
		t = readlink(out, target, sizeof(target) - 1);
		if (t < 0) {
			if (errno != EINVAL)
				return errno;
			continue;
		}
		if (++links > SYMLOOP_MAX)
			return ELOOP;
		target[t] = 0;
		if (snprintf(joined, sizeof(joined), "%s/%s", target, rest) >= (int)sizeof(joined))
			return ENAMETOOLONG;
		rest = strcpy(target, joined);
		len = target[0] == '/' ? 1 : old;
		out[len] = 0;
	}
	return 0;
}

char *realpath(const char *restrict path, char *restrict resolved)
{
	char rest[PATH_MAX], out[PATH_MAX] = "/";
	struct stat st;

	if (!*path) {
		errno = ENOENT;
		return NULL;
	}
	if (strlcpy(rest, path, sizeof(rest)) >= sizeof(rest)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	if (*path != '/' && !getcwd(out, sizeof(out)))
		return NULL;
	errno = walk(out, rest);
	if (errno)
		return NULL;
	/* "file/" is no file */
	if (path[strlen(path) - 1] == '/' && stat(out, &st) == 0 && !S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return NULL;
	}
	return resolved ? strcpy(resolved, out) : strdup(out);
}

static char *fill_template(char *template)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	size_t len = strlen(template);
	unsigned char r[6];

	if (len < 6 || strcmp(template + len - 6, "XXXXXX")) {
		errno = EINVAL;
		return NULL;
	}
	if (getrandom(r, sizeof(r), GRND_NONBLOCK) != sizeof(r)) {
		struct timespec ts;

		clock_gettime(CLOCK_MONOTONIC, &ts);
		srand((unsigned)(ts.tv_nsec ^ getpid()));
		for (int i = 0; i < 6; i++)
			r[i] = (unsigned char)rand();
	}
	for (int i = 0; i < 6; i++)
		template[len - 6 + i] = letters[r[i] % (sizeof(letters) - 1)];
	return template;
}

/* Tries names until one was free; make returns -1 with EEXIST for a name that is not. */
static int try_names(char *template, int (*make)(const char *))
{
	size_t len = strlen(template);

	for (int i = 0; i < 100; i++) {
		int r;

		if (!fill_template(template))
			return -1;
		r = make(template);
		if (r >= 0 || errno != EEXIST)
			return r;
		strcpy(template + len - 6, "XXXXXX");
	}
	return -1;
}

static int make_file(const char *path)
{
	return open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
}

static int make_dir(const char *path)
{
	return mkdir(path, 0700);
}

int mkstemp(char *template)
{
	return try_names(template, make_file);
}

char *mkdtemp(char *template)
{
	return try_names(template, make_dir) < 0 ? NULL : template;
}

char *mktemp(char *template)
{
	return fill_template(template);
}

char *basename(char *path)
{
	char *slash;
	size_t n;

	if (!path || !*path)
		return ".";
	for (n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
		path[n - 1] = 0;
	slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

char *dirname(char *path)
{
	size_t n;

	if (!path || !*path)
		return ".";
	for (n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
		;
	while (n > 0 && path[n - 1] != '/')
		n--;
	if (n == 0)
		return ".";
	while (n > 1 && path[n - 1] == '/')
		n--;
	path[n] = 0;
	return path;
}
