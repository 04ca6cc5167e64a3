/* SPDX-License-Identifier: MIT */
#pragma once
/* From path names to dentries, and the operations on names. */
#include "fs/inode.h"

/*
 * A path name copied from a user, once. It lies in the caller's frame if short, else in an allocation.
 */
#define EMBEDDED_NAME_MAX 104
struct filename {
	const char *name;
	char *alloc;			/* to be freed, or NULL */
	char iname[EMBEDDED_NAME_MAX];
};
/* 0, -EFAULT, -ENAMETOOLONG, -ENOMEM; -ENOENT for "" unless LOOKUP_EMPTY is in flags. putname after success only. */
int getname_flags(struct filename *fn, const char *user, u32 flags);
static inline int getname(struct filename *fn, const char *user) { return getname_flags(fn, user, 0); }
void __putname(struct filename *fn);
static inline void putname(struct filename *fn) { if (unlikely(fn->alloc)) __putname(fn); }

#define LOOKUP_FOLLOW 0x1u		/* a symbolic link at the end */
#define LOOKUP_DIRECTORY 0x2u		/* must be one */
#define LOOKUP_EMPTY 0x4000u		/* "" means dfd itself */
#define LOOKUP_PARENT 0x10u

/* All sleep, return 0 or errno, and give a path that path_put() gives back. dfd: AT_FDCWD or a directory. */
int filename_lookup(int dfd, const char *name, u32 flags, struct path *path);
int user_path_at(int dfd, const char *user_name, u32 flags, struct path *path);
int kern_path(const char *name, u32 flags, struct path *path);
/* Look one name up below base (i_mutex held), permission checked; ERR_PTR. A negative dentry is an answer. */
struct dentry *lookup_one_len(const char *name, struct dentry *base, int len);
/* For mknod and the like in the kernel: the negative dentry, its directory locked, mount writable. end: done_path_create. */
struct dentry *kern_path_create(int dfd, const char *name, struct path *parent, u32 flags);
void done_path_create(struct path *parent, struct dentry *dentry);

/* The directory's i_mutex is held (rename: both, see lock_rename). Permissions are checked. */
int vfs_create(struct inode *dir, struct dentry *dentry, umode_t mode);
int vfs_mkdir(struct inode *dir, struct dentry *dentry, umode_t mode);
int vfs_mknod(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t dev);
int vfs_symlink(struct inode *dir, struct dentry *dentry, const char *target);
int vfs_link(struct dentry *old, struct inode *dir, struct dentry *new);
int vfs_unlink(struct inode *dir, struct dentry *dentry);
int vfs_rmdir(struct inode *dir, struct dentry *dentry);
int vfs_rename(struct inode *old_dir, struct dentry *old, struct inode *new_dir, struct dentry *new, u32 flags);
int do_truncate(struct dentry *dentry, loff_t length, u32 time_attrs);

/* Kernel names. 0 or errno. */
long do_mkdirat(int dfd, const char *name, umode_t mode);
long do_mknodat(int dfd, const char *name, umode_t mode, dev_t dev);
long do_symlinkat(const char *target, int dfd, const char *name);
long do_linkat(int olddfd, const char *old, int newdfd, const char *new, int flags);
long do_unlinkat(int dfd, const char *name);
long do_rmdir(int dfd, const char *name);
