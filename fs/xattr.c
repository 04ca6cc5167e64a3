/* SPDX-License-Identifier: MIT */
/*
 * Extended attributes, of which our file systems have none: reading one says so, and the list is empty. Programs such
 * as ls take that for an answer, but not ENOSYS. Sources: getxattr(2), listxattr(2).
 */
#include "fs/internal.h"
#include "lib/abi/errno.h"

static long on_path(const char *name, unsigned int lookup, long answer)
{
	struct path path;
	int err = user_path_at(AT_FDCWD, name, lookup, &path);

	if (err)
		return err;
	path_put(&path);
	return answer;
}

static long on_fd(unsigned int fd, long answer)
{
	struct fd f = fdget(fd);

	if (!f.file)
		return -EBADF;
	fdput(f);
	return answer;
}

long sys_getxattr(const char *path);
long sys_getxattr(const char *path) { return on_path(path, LOOKUP_FOLLOW, -EOPNOTSUPP); }
long sys_lgetxattr(const char *path);
long sys_lgetxattr(const char *path) { return on_path(path, 0, -EOPNOTSUPP); }
long sys_fgetxattr(unsigned int fd);
long sys_fgetxattr(unsigned int fd) { return on_fd(fd, -EOPNOTSUPP); }
long sys_listxattr(const char *path);
long sys_listxattr(const char *path) { return on_path(path, LOOKUP_FOLLOW, 0); }
long sys_llistxattr(const char *path);
long sys_llistxattr(const char *path) { return on_path(path, 0, 0); }
long sys_flistxattr(unsigned int fd);
long sys_flistxattr(unsigned int fd) { return on_fd(fd, 0); }
