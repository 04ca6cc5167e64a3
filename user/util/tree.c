/* SPDX-License-Identifier: MIT */
/*
 * Whole trees of files: walking, removing and copying them. A directory's names are read before anything is done with
 * them, so that no descriptor stays open on the way down and what a visitor removes or makes cannot confuse the reading.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

typedef int visitor(const char *path, const struct stat *st, enum visit when, int depth);

static int not_dots(const struct dirent *d)
{
	return strcmp(d->d_name, ".") && strcmp(d->d_name, "..");
}

static int walk(const char *path, int flags, visitor *visit, int depth)
{
	int follow = flags & WALK_FOLLOW_ALL || (flags & WALK_FOLLOW && !depth), result = 0, n;
	struct dirent **names;
	struct stat st;

	if ((!follow || stat(path, &st) < 0) && lstat(path, &st) < 0) {
		warn("%s", path);
		return -1;
	}
	if (!S_ISDIR(st.st_mode))
		return visit(path, &st, VISIT_FILE, depth) < 0 ? -1 : 0;
	if (visit(path, &st, VISIT_DIR, depth) == WALK_SKIP)
		return 0;
	n = scandir(path, &names, not_dots, NULL);
	if (n < 0) {
		warn("%s", path);
		result = -1;
	} else {
		for (int i = 0; i < n; i++) {
			char *child = path_join(path, names[i]->d_name);

			if (walk(child, flags, visit, depth + 1) < 0)
				result = -1;
			free(child);
			free(names[i]);
		}
		free(names);
	}
	if (visit(path, &st, VISIT_DIR_END, depth) < 0)
		result = -1;
	return result;
}

int walk_tree(const char *path, int flags, visitor *visit)
{
	return walk(path, flags, visit, 0);
}

static int remove_one(const char *path, const struct stat *st, enum visit when, int depth)
{
	(void)st, (void)depth;
	if (when == VISIT_DIR)
		return WALK_GO_ON;
	if ((when == VISIT_FILE ? unlink(path) : rmdir(path)) < 0) {
		warn("cannot remove %s", path);
		return -1;
	}
	return 0;
}

int remove_tree(const char *path)
{
	return walk_tree(path, 0, remove_one);
}

/* The owner first: changing it takes the set-user-ID bit away. */
static int preserve(const char *path, const struct stat *st)
{
	struct timespec times[2] = { st->st_atim, st->st_mtim };
	int result = 0;

	if (lchown(path, st->st_uid, st->st_gid) < 0 && errno != EPERM)
		result = -1;
	if (!S_ISLNK(st->st_mode) && chmod(path, st->st_mode & 07777) < 0)
		result = -1;
	if (utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) < 0)
		result = -1;
	if (result < 0)
		warn("cannot preserve the attributes of %s", path);
	return result;
}

static int copy_regular(const char *from, const char *to, const struct stat *st, int flags)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out, result = 0;

	if (in < 0) {
		warn("%s", from);
		return -1;
	}
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, st->st_mode & 0777);
	if (out < 0 && flags & COPY_FORCE && unlink(to) == 0)
		out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, st->st_mode & 0777);
	if (out < 0) {
		warn("cannot create %s", to);
		close(in);
		return -1;
	}
	if (copy_fd(in, out) < 0) {
		warn("cannot copy %s to %s", from, to);
		result = -1;
	}
	close(in);
	if (close(out) < 0) {
		warn("%s", to);
		result = -1;
	}
	return result;
}

static int copy_link(const char *from, const char *to)
{
	char target[PATH_MAX];
	ssize_t n = readlink(from, target, sizeof(target) - 1);

	if (n < 0) {
		warn("%s", from);
		return -1;
	}
	target[n] = 0;
	unlink(to);
	if (symlink(target, to) < 0) {
		warn("cannot create %s", to);
		return -1;
	}
	return 0;
}

static int copy_dir(const char *from, const char *to, const struct stat *st, int flags)
{
	struct dirent **names;
	int result = 0, n = scandir(from, &names, not_dots, alphasort);

	if (n < 0) {
		warn("%s", from);
		return -1;
	}
	/* Writable while it is filled; the real mode comes afterwards. */
	if (mkdir(to, (st->st_mode & 0777) | 0700) < 0 && errno != EEXIST) {
		warn("cannot create %s", to);
		result = -1;
	}
	for (int i = 0; i < n; i++) {
		char *a = path_join(from, names[i]->d_name), *b = path_join(to, names[i]->d_name);

		if (!result || flags & COPY_FORCE)
			result |= copy_tree(a, b, flags | COPY_NOFOLLOW);
		free(a);
		free(b);
		free(names[i]);
	}
	free(names);
	return result;
}

/* Is the directory `to` inside `from`? Copying it there would never end. */
static int inside(const struct stat *from, const char *to)
{
	char *path = strdup(to), *slash;
	struct stat st;
	int found = 0;

	for (;;) {
		slash = path ? strrchr(path, '/') : NULL;
		if (slash)
			slash[slash == path] = 0;
		if (stat(slash ? path : ".", &st) == 0 && st.st_dev == from->st_dev && st.st_ino == from->st_ino)
			found = 1;
		if (found || !slash || slash == path)
			break;
	}
	free(path);
	return found;
}

int copy_tree(const char *from, const char *to, int flags)
{
	struct stat st, old;
	int result;

	if ((flags & COPY_NOFOLLOW ? lstat(from, &st) : stat(from, &st)) < 0) {
		warn("%s", from);
		return -1;
	}
	if (S_ISDIR(st.st_mode) && !(flags & COPY_RECURSIVE)) {
		warnx("%s is a directory (not copied without -r)", from);
		return -1;
	}
	if (stat(to, &old) == 0 && !S_ISLNK(st.st_mode) && old.st_dev == st.st_dev && old.st_ino == st.st_ino) {
		warnx("%s and %s are the same file", from, to);
		return -1;
	}
	if (S_ISDIR(st.st_mode) && inside(&st, to)) {
		warnx("cannot copy %s into itself, %s", from, to);
		return -1;
	}
	if (flags & COPY_VERBOSE)
		printf("%s -> %s\n", from, to);
	if (S_ISDIR(st.st_mode)) {
		result = copy_dir(from, to, &st, flags);
	} else if (S_ISLNK(st.st_mode)) {
		result = copy_link(from, to);
	} else if (S_ISREG(st.st_mode) || !(flags & COPY_RECURSIVE)) {
		result = copy_regular(from, to, &st, flags);
	} else {
		result = mknod(to, st.st_mode & ~(mode_t)07000, st.st_rdev);
		if (result < 0)
			warn("cannot create %s", to);
	}
	if (flags & COPY_PRESERVE && !result)
		result = preserve(to, &st);
	else if (S_ISDIR(st.st_mode) && !result && !(st.st_mode & 0200))
		result = chmod(to, st.st_mode & 0777);
	return result;
}
