/* SPDX-License-Identifier: MIT */
/*
 * open(2): from a path name and flags to an open file.
 *
 * Without O_CREAT it is a path walk, a permission check and do_dentry_open. With O_CREAT the walk stops at the
 * directory: the last component is looked up, made if it is missing (under the directory's i_mutex, so that of
 * two who create at once one makes the file and the other opens it), and a symbolic link there is followed to
 * where the file is to be made.
 */
#include "fs/internal.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/task/task.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/err.h"

#define VALID_OPEN_FLAGS (O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC | FASYNC | \
	O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_PATH | __O_TMPFILE)

/* What an open asks for, taken apart. */
struct open_flags {
	u32 flags;	/* O_* */
	umode_t mode;
	u32 acc_mode;	/* MAY_* */
	u32 lookup;	/* LOOKUP_* */
};

static int build_open(struct open_flags *op, int flags, umode_t mode)
{
	static const u8 acc[4] = { MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE, MAY_READ | MAY_WRITE };

	flags &= VALID_OPEN_FLAGS;
	if (flags & O_PATH)
		flags &= O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC;
	if (flags & __O_TMPFILE) {
		if ((flags & O_TMPFILE) != O_TMPFILE || !(acc[flags & O_ACCMODE] & MAY_WRITE))
			return -EINVAL;
	}
	if ((flags & (O_DIRECTORY | O_CREAT)) == (O_DIRECTORY | O_CREAT))
		return -EINVAL;
	op->flags = flags;
	op->mode = flags & (O_CREAT | __O_TMPFILE) ? mode & S_IALLUGO : 0;
	op->acc_mode = flags & O_PATH ? 0 : acc[flags & O_ACCMODE] | (flags & O_TRUNC ? MAY_WRITE : 0);
	op->lookup = (flags & O_NOFOLLOW ? 0 : LOOKUP_FOLLOW) | (flags & O_DIRECTORY ? LOOKUP_DIRECTORY : 0);
	return 0;
}

static int open_nothing(struct inode *inode, struct file *file)
{
	return -ENXIO;		/* a socket's file */
}
static const struct file_operations no_open_fops = { .open = open_nothing };

static int take_write_access(struct file *f)
{
	int err = get_write_access(f->f_inode);

	if (err)
		return err;
	err = mnt_want_write(f->f_path.mnt);
	if (err) {
		put_write_access(f->f_inode);
		return err;
	}
	f->f_mode |= FMODE_WRITER;
	return 0;
}

/* f_path is set and referenced. On an error the file holds nothing but that. */
int do_dentry_open(struct file *f)
{
	struct inode *inode = f->f_path.dentry->d_inode;
	u32 acc = f->f_flags & O_ACCMODE;
	int err;

	f->f_inode = inode;
	f->f_mapping = inode->i_mapping;
	f->f_mode |= FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	if (unlikely(f->f_flags & O_PATH)) {
		f->f_mode = FMODE_PATH;
		f->f_op = &no_open_fops;
		return 0;
	}
	if (acc != O_WRONLY)
		f->f_mode |= FMODE_READ;
	if (acc != O_RDONLY)
		f->f_mode |= FMODE_WRITE;
	if (S_ISREG(inode->i_mode) || S_ISDIR(inode->i_mode)) {
		f->f_mode |= FMODE_ATOMIC_POS;
		if (f->f_mode & FMODE_WRITE) {
			err = take_write_access(f);
			if (err)
				return err;
		}
	}
	f->f_op = S_ISSOCK(inode->i_mode) ? &no_open_fops : inode->i_fop;
	if (f->f_op->open) {
		err = f->f_op->open(inode, f);
		if (err)
			goto undo;
	}
	if (!f->f_op->llseek)
		f->f_mode &= ~(FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE);
	f->f_flags &= ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC);
	return 0;
undo:
	if (f->f_mode & FMODE_WRITER) {
		put_write_access(inode);
		mnt_drop_write(f->f_path.mnt);
		f->f_mode &= ~FMODE_WRITER;
	}
	return err;
}

/* An empty file, or the error of getting one, becomes the path's, whose references it takes; both go back on an error. */
static struct file *open_with(struct file *f, struct path *path)
{
	int err = PTR_ERR_OR_ZERO(f);

	if (!err) {
		f->f_path = *path;
		err = do_dentry_open(f);
		if (likely(!err))
			return f;
		free_empty_file(f);
	}
	path_put(path);
	return ERR_PTR(err);
}

static struct file *open_path(struct path *path, u32 flags) { return open_with(alloc_empty_file(flags), path); }

struct file *dentry_open(const struct path *path, int flags)
{
	struct path p = *path;

	path_get(&p);
	return open_path(&p, flags);
}

/* Does the kind of the file, its mount and its mode allow what is asked? */
static int may_open(const struct path *path, const struct open_flags *op)
{
	struct inode *inode = path->dentry->d_inode;
	int err;

	switch (inode->i_mode & S_IFMT) {
	case S_IFLNK:
		return -ELOOP;
	case S_IFDIR:
		if ((op->acc_mode & (MAY_WRITE | MAY_EXEC)) || (op->flags & O_CREAT))
			return op->acc_mode & MAY_EXEC ? -EACCES : -EISDIR;
		break;
	case S_IFBLK:
	case S_IFCHR:
		if (path->mnt->mnt_flags & MNT_NODEV)
			return -EACCES;
		fallthrough;
	case S_IFIFO:
	case S_IFSOCK:
		if (op->acc_mode & MAY_EXEC)
			return -EACCES;
		break;
	case S_IFREG:
		if ((op->acc_mode & MAY_EXEC) && path_noexec(path))
			return -EACCES;
		break;
	}
	err = inode_permission(inode, op->acc_mode);
	if (err)
		return err;
	if ((inode->i_flags & S_APPEND) && (op->acc_mode & MAY_WRITE) && (!(op->flags & O_APPEND) || (op->flags & O_TRUNC)))
		return -EPERM;
	if ((op->flags & O_NOATIME) && !inode_owner_or_capable(inode))
		return -EPERM;
	return 0;
}

static int handle_truncate(const struct path *path)
{
	struct inode *inode = path->dentry->d_inode;
	int err = mnt_want_write(path->mnt);

	if (err)
		return err;
	err = get_write_access(inode);
	if (!err) {
		err = do_truncate(path->dentry, 0, ATTR_MTIME | ATTR_CTIME);
		put_write_access(inode);
	}
	mnt_drop_write(path->mnt);
	return err;
}

/* The file exists. Takes path over. What may fail for want of memory comes before the contents are cut off. */
static struct file *open_existing(struct path *path, const struct open_flags *op)
{
	struct file *f = alloc_empty_file(op->flags);
	int err;

	if (unlikely(op->flags & O_PATH) || IS_ERR(f))
		return open_with(f, path);
	err = may_open(path, op);
	if (!err && (op->flags & O_TRUNC) && S_ISREG(path->dentry->d_inode->i_mode))
		err = handle_truncate(path);
	if (!err)
		return open_with(f, path);
	free_empty_file(f);
	path_put(path);
	return ERR_PTR(err);
}

/* The new file is opened whatever its mode says: its maker may write to a file that it made read-only. */
static struct file *create_and_open(struct nameidata *nd, struct dentry *d, const struct open_flags *op)
{
	struct file *f = alloc_empty_file(op->flags & ~O_TRUNC);	/* first: without it nothing is made */
	struct path path = { nd->path.mnt, d };
	int err;

	if (IS_ERR(f))
		return f;
	err = vfs_create(nd->inode, d, op->mode & ~fs_umask(current->fs));
	if (err) {
		free_empty_file(f);
		return ERR_PTR(err);
	}
	path_get(&path);
	return open_with(f, &path);
}

/* NULL: next is the existing file (with references). Else the new file or an error. nd keeps its references. */
static struct file *lookup_or_create(struct nameidata *nd, const struct open_flags *op, struct path *next)
{
	struct dentry *d = d_lookup(nd->path.dentry, &nd->last);
	struct file *f = NULL;
	int ro;

	if (!d || !d->d_inode || (d->d_op && d->d_op->d_revalidate) || (op->flags & O_EXCL)) {
		ro = mnt_want_write(nd->path.mnt);
		inode_lock(nd->inode);
		/* A negative entry that is still in its place is the answer: only holders of i_mutex change that. */
		if (!d || d_unhashed(d) || d->d_parent != nd->path.dentry || (d->d_op && d->d_op->d_revalidate)) {
			dput(d);
			d = lookup_slow(nd->path.dentry, &nd->last);
		}
		if (IS_ERR(d))
			f = ERR_CAST(d);
		else if (!d->d_inode)
			f = ro ? ERR_PTR(ro) : create_and_open(nd, d, op);
		else if (op->flags & O_EXCL)
			f = ERR_PTR(-EEXIST);
		inode_unlock(nd->inode);
		if (!ro)
			mnt_drop_write(nd->path.mnt);
		if (f) {
			if (!IS_ERR(d))
				dput(d);
			return f;
		}
	}
	*next = (struct path){ mntget(nd->path.mnt), d };
	traverse_mounts(next);
	return NULL;
}

static struct file *open_create(int dfd, const char *name, const struct open_flags *op)
{
	struct nameidata nd;
	struct path next;
	struct file *f;
	int err = nd_begin(&nd, dfd, name, LOOKUP_PARENT);

	if (err)
		return ERR_PTR(err);
	for (;;) {
		err = nd_walk(&nd, name);
		if (err)
			return ERR_PTR(err);
		nd_unlock(&nd);
		if (nd.last_type != LAST_NORM || nd.last_slash) {
			f = ERR_PTR(-EISDIR);
			break;
		}
		f = lookup_or_create(&nd, op, &next);
		if (f)
			break;
		if (!S_ISLNK(next.dentry->d_inode->i_mode) || (op->flags & O_NOFOLLOW)) {
			f = open_existing(&next, op);
			break;
		}
		err = nd_follow_link(&nd, &next);
		if (err) {
			f = ERR_PTR(err);
			break;
		}
		if (!*nd.rest) {	/* a magic link: there is no name to create, only the file */
			next = nd.path;
			path_get(&next);
			f = open_existing(&next, op);
			break;
		}
		name = nd.rest;
	}
	nd_end(&nd);
	return f;
}

static struct file *open_tmpfile(int dfd, const char *name, const struct open_flags *op)
{
	static const struct qstr noname = QSTR_INIT("#");
	struct path dir, path;
	struct dentry *d;
	struct file *f;
	int err = filename_lookup(dfd, name, op->lookup | LOOKUP_DIRECTORY, &dir);

	if (err)
		return ERR_PTR(err);
	err = mnt_want_write(dir.mnt);
	if (err)
		goto out_dir;
	err = inode_permission(dir.dentry->d_inode, MAY_WRITE | MAY_EXEC);
	if (!err && !dir.dentry->d_inode->i_op->tmpfile)
		err = -EOPNOTSUPP;
	d = err ? NULL : d_alloc(dir.dentry, &noname);
	if (!err && !d)
		err = -ENOMEM;
	if (!err)
		err = dir.dentry->d_inode->i_op->tmpfile(dir.dentry->d_inode, d,
							 (op->mode & ~fs_umask(current->fs)) | S_IFREG);
	if (!err) {
		if (!(op->flags & O_EXCL))
			inode_change_state(d->d_inode, 0, I_LINKABLE);
		path = (struct path){ dir.mnt, d };
		path_get(&path);
		f = open_path(&path, op->flags);
		err = PTR_ERR_OR_ZERO(f);
	}
	dput(d);
	mnt_drop_write(dir.mnt);
out_dir:
	path_put(&dir);
	return err ? ERR_PTR(err) : f;
}

static struct file *do_open(int dfd, const char *name, const struct open_flags *op)
{
	struct path path;
	int err;

	if (op->flags & __O_TMPFILE)
		return open_tmpfile(dfd, name, op);
	if (op->flags & O_CREAT)
		return open_create(dfd, name, op);
	err = filename_lookup(dfd, name, op->lookup, &path);
	return err ? ERR_PTR(err) : open_existing(&path, op);
}

struct file *do_filp_open(int dfd, const char *name, int flags, umode_t mode)
{
	struct open_flags op;
	int err = build_open(&op, flags, mode);

	return err ? ERR_PTR(err) : do_open(dfd, name, &op);
}

struct file *filp_open(const char *name, int flags, umode_t mode)
{
	return do_filp_open(AT_FDCWD, name, flags, mode);
}

struct file *open_execat(int dfd, const char *name, int flags)
{
	struct open_flags op = {
		.flags = O_LARGEFILE | O_RDONLY,
		.acc_mode = MAY_EXEC,
		.lookup = (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) | (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0),
	};
	struct file *f;
	int err;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return ERR_PTR(-EINVAL);
	f = do_open(dfd, name, &op);
	if (IS_ERR(f))
		return f;
	f->f_mode |= FMODE_EXEC;
	err = S_ISREG(f->f_inode->i_mode) ? deny_write_access(f) : -EACCES;
	if (!err)
		return f;
	fput(f);
	return ERR_PTR(err);
}

struct file *open_exec(const char *name)
{
	return open_execat(AT_FDCWD, name, 0);
}

long do_sys_open(int dfd, const char *user_name, int flags, umode_t mode)
{
	struct open_flags op;
	struct filename fn;
	struct file *f;
	int fd = build_open(&op, flags, mode);

	if (fd)
		return fd;
	fd = getname(&fn, user_name);
	if (fd)
		return fd;
	fd = get_unused_fd_flags(flags);
	if (fd >= 0) {
		f = do_open(dfd, fn.name, &op);
		if (IS_ERR(f)) {
			put_unused_fd(fd);
			fd = PTR_ERR(f);
		} else {
			fd_install(fd, f);
		}
	}
	putname(&fn);
	return fd;
}

long sys_open(const char *name, int flags, umode_t mode)
{
	return do_sys_open(AT_FDCWD, name, flags, mode);
}

long sys_openat(int dfd, const char *name, int flags, umode_t mode)
{
	return do_sys_open(dfd, name, flags, mode);
}

long sys_creat(const char *name, umode_t mode)
{
	return do_sys_open(AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int generic_file_open(struct inode *inode, struct file *file)
{
	if (!(file->f_flags & O_LARGEFILE) && i_size_read(inode) > 0x7fffffff)
		return -EOVERFLOW;
	return 0;
}

int nonseekable_open(struct inode *inode, struct file *file)
{
	file->f_mode &= ~(FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE);
	return 0;
}

int stream_open(struct inode *inode, struct file *file)
{
	file->f_mode &= ~(FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE | FMODE_ATOMIC_POS);
	return 0;
}
