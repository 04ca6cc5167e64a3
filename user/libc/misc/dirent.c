/* SPDX-License-Identifier: MIT */
/* Reading directories: getdents64 fills a buffer with records, readdir hands them out one by one. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "user/libc/internal/syscall.h"

struct __dir {
	int fd;
	int pos, end;
	long long offset;	/* of the next record */
	struct dirent entry;
	char buf[4096] __attribute__((aligned(8)));
};

DIR *fdopendir(int fd)
{
	struct stat st;
	DIR *dir;

	if (fstat(fd, &st) < 0)
		return NULL;
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return NULL;
	}
	dir = malloc(sizeof(*dir));
	if (dir) {
		dir->fd = fd;
		dir->pos = dir->end = 0;
		dir->offset = 0;
	}
	return dir;
}

DIR *opendir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0)
		close(fd);
	return dir;
}

struct dirent *readdir(DIR *dir)
{
	struct linux_dirent64 *d;

	if (dir->pos == dir->end) {
		long n = sys_call(__NR_getdents64, dir->fd, dir->buf, sizeof(dir->buf));

		if (n <= 0)
			return NULL;
		dir->pos = 0;
		dir->end = (int)n;
	}
	d = (struct linux_dirent64 *)(dir->buf + dir->pos);
	dir->pos += d->d_reclen;
	dir->offset = d->d_off;
	dir->entry.d_ino = d->d_ino;
	dir->entry.d_off = d->d_off;
	dir->entry.d_reclen = d->d_reclen;
	dir->entry.d_type = d->d_type;
	strlcpy(dir->entry.d_name, d->d_name, sizeof(dir->entry.d_name));
	return &dir->entry;
}

int closedir(DIR *dir)
{
	int fd = dir->fd;

	free(dir);
	return close(fd);
}

void seekdir(DIR *dir, long pos)
{
	dir->offset = lseek(dir->fd, pos, SEEK_SET);
	dir->pos = dir->end = 0;
}

void rewinddir(DIR *dir) { seekdir(dir, 0); }
long telldir(DIR *dir) { return (long)dir->offset; }
int dirfd(DIR *dir) { return dir->fd; }

int alphasort(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int scandir(const char *path, struct dirent ***list, int (*filter)(const struct dirent *),
	    int (*cmp)(const struct dirent **, const struct dirent **))
{
	DIR *dir = opendir(path);
	struct dirent *d, **all = NULL;
	int n = 0;

	if (!dir)
		return -1;
	while ((d = readdir(dir))) {
		struct dirent **grown;

		if (filter && !filter(d))
			continue;
		grown = realloc(all, (n + 1) * sizeof(*all));
		if (grown)
			all = grown;
		if (!grown || !(all[n] = malloc(sizeof(*d)))) {
			while (n)
				free(all[--n]);
			free(all);
			closedir(dir);
			return -1;
		}
		*all[n++] = *d;
	}
	closedir(dir);
	if (cmp)
		qsort(all, n, sizeof(*all), (int (*)(const void *, const void *))cmp);
	*list = all;
	return n;
}
