/* SPDX-License-Identifier: MIT */
/*
 * The system calls on names: mkdir, mknod, symlink, link, unlink, rmdir, rename, readlink, in their old and their
 * *at forms. Each takes its path apart into a directory and a last component, locks the directory, looks the
 * component up and hands both to vfs_*().
 */
#include "fs/internal.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/task/task.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/string.h"

/* nd stands in the directory of the last component, with references; end with nd_end. */
static int parent_lookup(struct nameidata *nd, int dfd, const char *name)
{
	int err = nd_begin(nd, dfd, name, LOOKUP_PARENT);

	if (!err)
		err = nd_walk(nd, name);
	if (!err)
		nd_unlock(nd);
	return err;
}

/* The negative dentry of a name to be made, its directory locked and its mount writable. */
static struct dentry *create_begin(struct nameidata *nd, int dfd, const char *name, bool dir_ok)
{
	struct dentry *d;
	int err = parent_lookup(nd, dfd, name), ro;

	if (err)
		return ERR_PTR(err);
	if (nd->last_type != LAST_NORM) {
		nd_end(nd);
		return ERR_PTR(-EEXIST);
	}
	ro = mnt_want_write(nd->path.mnt);
	inode_lock_nested(nd->inode, I_MUTEX_PARENT);
	d = lookup_slow(nd->path.dentry, &nd->last);
	err = PTR_ERR_OR_ZERO(d);
	if (!err) {
		if (d->d_inode)
			err = -EEXIST;
		else if (nd->last_slash && !dir_ok)
			err = -ENOENT;
		else
			err = ro;
		if (!err)
			return d;
		dput(d);
	}
	inode_unlock(nd->inode);
	if (!ro)
		mnt_drop_write(nd->path.mnt);
	nd_end(nd);
	return ERR_PTR(err);
}

static void create_end(struct nameidata *nd, struct dentry *d)
{
	dput(d);
	inode_unlock(nd->inode);
	mnt_drop_write(nd->path.mnt);
	nd_end(nd);
}

struct dentry *kern_path_create(int dfd, const char *name, struct path *parent, u32 flags)
{
	struct nameidata nd;
	struct dentry *d = create_begin(&nd, dfd, name, flags & LOOKUP_DIRECTORY);

	if (IS_ERR(d))
		return d;
	*parent = nd.path;
	path_get(parent);
	nd_end(&nd);
	return d;
}

void done_path_create(struct path *parent, struct dentry *d)
{
	dput(d);
	inode_unlock(parent->dentry->d_inode);
	mnt_drop_write(parent->mnt);
	path_put(parent);
}

long do_mkdirat(int dfd, const char *name, umode_t mode)
{
	struct nameidata nd;
	struct dentry *d = create_begin(&nd, dfd, name, true);
	int err;

	if (IS_ERR(d))
		return PTR_ERR(d);
	err = vfs_mkdir(nd.inode, d, mode & ~fs_umask(current->fs));
	create_end(&nd, d);
	return err;
}

long do_mknodat(int dfd, const char *name, umode_t mode, dev_t dev)
{
	struct nameidata nd;
	struct dentry *d;
	int err;

	switch (mode & S_IFMT) {
	case 0:
		mode |= S_IFREG;
		break;
	case S_IFREG: case S_IFCHR: case S_IFBLK: case S_IFIFO: case S_IFSOCK:
		break;
	default:
		return S_ISDIR(mode) ? -EPERM : -EINVAL;
	}
	d = create_begin(&nd, dfd, name, false);
	if (IS_ERR(d))
		return PTR_ERR(d);
	mode &= ~fs_umask(current->fs);
	if (S_ISREG(mode))
		err = vfs_create(nd.inode, d, mode);
	else
		err = vfs_mknod(nd.inode, d, mode, S_ISCHR(mode) || S_ISBLK(mode) ? dev : 0);
	create_end(&nd, d);
	return err;
}

long do_symlinkat(const char *target, int dfd, const char *name)
{
	struct nameidata nd;
	struct dentry *d;
	int err;

	if (!*target)
		return -ENOENT;
	d = create_begin(&nd, dfd, name, false);
	if (IS_ERR(d))
		return PTR_ERR(d);
	err = vfs_symlink(nd.inode, d, target);
	create_end(&nd, d);
	return err;
}

long do_linkat(int olddfd, const char *old_name, int newdfd, const char *new_name, int flags)
{
	u32 lookup = (flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0) | (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
	struct nameidata nd;
	struct dentry *d;
	struct path old;
	int err;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if ((flags & AT_EMPTY_PATH) && !capable(CAP_DAC_READ_SEARCH))
		return -ENOENT;
	err = filename_lookup(olddfd, old_name, lookup, &old);
	if (err)
		return err;
	d = create_begin(&nd, newdfd, new_name, false);
	err = PTR_ERR_OR_ZERO(d);
	if (!err) {
		err = old.mnt == nd.path.mnt ? vfs_link(old.dentry, nd.inode, d) : -EXDEV;
		create_end(&nd, d);
	}
	path_put(&old);
	return err;
}

/* unlink and rmdir: the last component exists; what is removed lives on until its last user has gone. */
static long remove_name(int dfd, const char *name, bool is_dir)
{
	struct nameidata nd;
	struct inode *inode = NULL;
	struct dentry *d;
	int err = parent_lookup(&nd, dfd, name);

	if (err)
		return err;
	if (nd.last_type != LAST_NORM) {
		err = !is_dir ? -EISDIR : nd.last_type == LAST_DOT ? -EINVAL :
		      nd.last_type == LAST_DOTDOT ? -ENOTEMPTY : -EBUSY;
		nd_end(&nd);
		return err;
	}
	err = mnt_want_write(nd.path.mnt);
	if (err) {
		nd_end(&nd);
		return err;
	}
	inode_lock_nested(nd.inode, I_MUTEX_PARENT);
	d = lookup_slow(nd.path.dentry, &nd.last);
	err = PTR_ERR_OR_ZERO(d);
	if (!err) {
		if (!d->d_inode)
			err = -ENOENT;
		else if (is_dir)
			err = vfs_rmdir(nd.inode, d);
		else if (nd.last_slash)
			err = S_ISDIR(d->d_inode->i_mode) ? -EISDIR : -ENOTDIR;
		else {
			/* Freeing a large file takes long: not under the directory's lock. */
			inode = ihold(d->d_inode);
			err = vfs_unlink(nd.inode, d);
		}
		dput(d);
	}
	inode_unlock(nd.inode);
	iput(inode);
	mnt_drop_write(nd.path.mnt);
	nd_end(&nd);
	return err;
}

long do_unlinkat(int dfd, const char *name)
{
	return remove_name(dfd, name, false);
}

long do_rmdir(int dfd, const char *name)
{
	return remove_name(dfd, name, true);
}

/* Lock two directories; returns the child of one through which the other is reached, or NULL. */
static struct dentry *lock_rename(struct dentry *a, struct dentry *b)
{
	struct dentry *d;

	if (a == b) {
		inode_lock_nested(a->d_inode, I_MUTEX_PARENT);
		return NULL;
	}
	mutex_lock(&a->d_sb->s_vfs_rename_mutex);
	/* No rename across directories runs: the parents of a and b stay what they are. */
	if (is_subdir(b, a)) {
		for (d = b; d->d_parent != a; d = d->d_parent)
			;
		inode_lock_nested(a->d_inode, I_MUTEX_PARENT);
		inode_lock_nested(b->d_inode, I_MUTEX_PARENT2);
		return d;
	}
	d = NULL;
	if (is_subdir(a, b))
		for (d = a; d->d_parent != b; d = d->d_parent)
			;
	inode_lock_nested(b->d_inode, I_MUTEX_PARENT);
	inode_lock_nested(a->d_inode, I_MUTEX_PARENT2);
	return d;
}

static void unlock_rename(struct dentry *a, struct dentry *b)
{
	inode_unlock(a->d_inode);
	if (a != b) {
		inode_unlock(b->d_inode);
		mutex_unlock(&a->d_sb->s_vfs_rename_mutex);
	}
}

static int rename_checked(struct nameidata *from, struct dentry *old, struct nameidata *to, struct dentry *new,
			  struct dentry *trap, u32 flags)
{
	if (!old->d_inode)
		return -ENOENT;
	if ((flags & RENAME_NOREPLACE) && new->d_inode)
		return -EEXIST;
	if ((flags & RENAME_EXCHANGE) && !new->d_inode)
		return -ENOENT;
	if ((flags & RENAME_EXCHANGE) && !S_ISDIR(new->d_inode->i_mode) && to->last_slash)
		return -ENOTDIR;
	if (!S_ISDIR(old->d_inode->i_mode) && (from->last_slash || (!(flags & RENAME_EXCHANGE) && to->last_slash)))
		return -ENOTDIR;
	if (old == trap)
		return -EINVAL;		/* a directory into itself */
	if (new == trap)
		return flags & RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
	return vfs_rename(from->inode, old, to->inode, new, flags);
}

static int rename_between(struct nameidata *from, struct nameidata *to, u32 flags)
{
	struct dentry *old, *new, *trap;
	int err;

	if (from->path.mnt != to->path.mnt)
		return -EXDEV;
	if (from->last_type != LAST_NORM)
		return -EBUSY;
	if (to->last_type != LAST_NORM)
		return flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	err = mnt_want_write(from->path.mnt);
	if (err)
		return err;
	trap = lock_rename(from->path.dentry, to->path.dentry);
	old = lookup_slow(from->path.dentry, &from->last);
	new = IS_ERR(old) ? NULL : lookup_slow(to->path.dentry, &to->last);
	if (IS_ERR(old))
		err = PTR_ERR(old);
	else if (IS_ERR(new))
		err = PTR_ERR(new);
	else
		err = rename_checked(from, old, to, new, trap, flags);
	if (!IS_ERR_OR_NULL(new))
		dput(new);
	if (!IS_ERR(old))
		dput(old);
	unlock_rename(from->path.dentry, to->path.dentry);
	mnt_drop_write(from->path.mnt);
	return err;
}

static long do_renameat2(int olddfd, const char *old, int newdfd, const char *new, u32 flags)
{
	struct nameidata from, to;
	int err;

	if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE)) || flags == (RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	err = parent_lookup(&from, olddfd, old);
	if (err)
		return err;
	err = parent_lookup(&to, newdfd, new);
	if (!err) {
		err = rename_between(&from, &to, flags);
		nd_end(&to);
	}
	nd_end(&from);
	return err;
}

static int copy_link_text(const char *text, char *buf, int size)
{
	int n = min_t(int, strlen(text), size);

	return copy_to_user(buf, text, n) ? -EFAULT : n;
}

/* A magic link shows the path of what it leads to. */
static int copy_jump_path(struct path *jump, char *buf, int size)
{
	char *page = (char *)__get_free_page(GFP_KERNEL), *p;
	int n = -ENOMEM;

	if (page) {
		p = d_path(jump, page, PAGE_SIZE);
		n = IS_ERR(p) ? (int)PTR_ERR(p) : copy_link_text(p, buf, size);
		free_page((unsigned long)page);
	}
	path_put(jump);
	return n;
}

long sys_readlinkat(int dfd, const char *name, char *buf, int size)
{
	struct delayed_call done = { NULL, NULL, { NULL, NULL } };
	struct filename fn;
	struct inode *inode;
	struct path path;
	const char *text;
	bool empty;
	int err;

	if (size <= 0)
		return -EINVAL;
	err = getname_flags(&fn, name, LOOKUP_EMPTY);
	if (err)
		return err;
	empty = !*fn.name;
	err = empty && dfd == AT_FDCWD ? -ENOENT : filename_lookup(dfd, fn.name, LOOKUP_EMPTY, &path);
	putname(&fn);
	if (err)
		return err;
	inode = path.dentry->d_inode;
	if (!inode->i_op->get_link || !S_ISLNK(inode->i_mode)) {
		err = empty ? -ENOENT : -EINVAL;
	} else {
		text = inode->i_op->get_link(path.dentry, inode, &done);
		if (IS_ERR(text))
			err = PTR_ERR(text);
		else if (!text)
			err = copy_jump_path(&done.jump, buf, size);
		else
			err = copy_link_text(text, buf, size);
		do_delayed_call(&done);
	}
	path_put(&path);
	return err;
}

long sys_readlink(const char *name, char *buf, int size)
{
	return sys_readlinkat(AT_FDCWD, name, buf, size);
}

/* Call fn(…, name, …) with a name copied from the user. */
#define WITH_NAME(user_name, call) ({				\
	struct filename fn;					\
	long ret_ = getname(&fn, user_name);			\
	if (!ret_) {						\
		ret_ = (call);					\
		putname(&fn);					\
	}							\
	ret_; })
#define WITH_TWO_NAMES(user_a, user_b, flags_a, call) ({	\
	struct filename a, b;					\
	long ret2_ = getname_flags(&a, user_a, flags_a);	\
	if (!ret2_) {						\
		ret2_ = getname(&b, user_b);			\
		if (!ret2_) {					\
			ret2_ = (call);				\
			putname(&b);				\
		}						\
		putname(&a);					\
	}							\
	ret2_; })

long sys_mkdirat(int dfd, const char *name, umode_t mode)
{
	return WITH_NAME(name, do_mkdirat(dfd, fn.name, mode));
}

long sys_mkdir(const char *name, umode_t mode)
{
	return sys_mkdirat(AT_FDCWD, name, mode);
}

long sys_mknodat(int dfd, const char *name, umode_t mode, u32 dev)
{
	return WITH_NAME(name, do_mknodat(dfd, fn.name, mode, new_decode_dev(dev)));
}

long sys_mknod(const char *name, umode_t mode, u32 dev)
{
	return sys_mknodat(AT_FDCWD, name, mode, dev);
}

long sys_symlinkat(const char *target, int dfd, const char *name)
{
	return WITH_TWO_NAMES(target, name, 0, do_symlinkat(a.name, dfd, b.name));
}

long sys_symlink(const char *target, const char *name)
{
	return sys_symlinkat(target, AT_FDCWD, name);
}

long sys_linkat(int olddfd, const char *old, int newdfd, const char *new, int flags)
{
	return WITH_TWO_NAMES(old, new, flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0,
			      do_linkat(olddfd, a.name, newdfd, b.name, flags));
}

long sys_link(const char *old, const char *new)
{
	return sys_linkat(AT_FDCWD, old, AT_FDCWD, new, 0);
}

long sys_unlink(const char *name)
{
	return WITH_NAME(name, do_unlinkat(AT_FDCWD, fn.name));
}

long sys_rmdir(const char *name)
{
	return WITH_NAME(name, do_rmdir(AT_FDCWD, fn.name));
}

long sys_unlinkat(int dfd, const char *name, int flags)
{
	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	return WITH_NAME(name, remove_name(dfd, fn.name, flags & AT_REMOVEDIR));
}

long sys_renameat2(int olddfd, const char *old, int newdfd, const char *new, u32 flags)
{
	return WITH_TWO_NAMES(old, new, 0, do_renameat2(olddfd, a.name, newdfd, b.name, flags));
}

long sys_renameat(int olddfd, const char *old, int newdfd, const char *new)
{
	return sys_renameat2(olddfd, old, newdfd, new, 0);
}

long sys_rename(const char *old, const char *new)
{
	return sys_renameat2(AT_FDCWD, old, AT_FDCWD, new, 0);
}
