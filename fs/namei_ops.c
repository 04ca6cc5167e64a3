/* SPDX-License-Identifier: MIT */
/*
 * Making, removing and moving names: the checks that are the same for every file system, then the file system's
 * own operation. Everything is checked before the operation is called.
 *
 * Locks: a directory's i_mutex, then the victim's. For a rename between two directories s_vfs_rename_mutex comes
 * first, so that the tree does not change shape meanwhile, then the ancestor's i_mutex before the descendant's
 * (see lock_rename in fs/namei_calls.c), then the files' own, in the order of their addresses.
 */
#include "fs/internal.h"
#include "kernel/task/task.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/err.h"

int may_create(struct inode *dir, struct dentry *child)
{
	if (child->d_inode)
		return -EEXIST;
	if (dir->i_flags & S_DEAD)
		return -ENOENT;
	return inode_permission(dir, MAY_WRITE | MAY_EXEC);
}

/* In a sticky directory (/tmp) a name may be removed by the owner of the file or of the directory only. */
static bool sticky_forbids(const struct inode *dir, const struct inode *victim)
{
	u32 fsuid = current->cred->fsuid;

	if (!(dir->i_mode & S_ISVTX) || victim->i_uid == fsuid || dir->i_uid == fsuid)
		return false;
	return !capable(CAP_FOWNER);
}

int may_delete(struct inode *dir, struct dentry *victim, bool isdir)
{
	struct inode *inode = victim->d_inode;
	int err;

	if (!inode)
		return -ENOENT;
	err = inode_permission(dir, MAY_WRITE | MAY_EXEC);
	if (err)
		return err;
	if (sticky_forbids(dir, inode) || (inode->i_flags & (S_APPEND | S_IMMUTABLE | S_SWAPFILE)))
		return -EPERM;
	if (isdir && !S_ISDIR(inode->i_mode))
		return -ENOTDIR;
	if (isdir && IS_ROOT(victim))
		return -EBUSY;
	if (!isdir && S_ISDIR(inode->i_mode))
		return -EISDIR;
	return dir->i_flags & S_DEAD ? -ENOENT : 0;
}

static bool is_mountpoint(const struct dentry *d)
{
	return d->d_flags & DCACHE_MOUNTED;
}

int vfs_create(struct inode *dir, struct dentry *dentry, umode_t mode)
{
	int err = may_create(dir, dentry);

	if (err)
		return err;
	return dir->i_op->create ? dir->i_op->create(dir, dentry, (mode & S_IALLUGO) | S_IFREG) : -EACCES;
}

int vfs_mkdir(struct inode *dir, struct dentry *dentry, umode_t mode)
{
	int err = may_create(dir, dentry);

	if (err)
		return err;
	return dir->i_op->mkdir ? dir->i_op->mkdir(dir, dentry, mode & (S_IRWXUGO | S_ISVTX)) : -EPERM;
}

int vfs_mknod(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t dev)
{
	int err = may_create(dir, dentry);

	if (err)
		return err;
	if ((S_ISCHR(mode) || S_ISBLK(mode)) && !capable(CAP_MKNOD))
		return -EPERM;
	return dir->i_op->mknod ? dir->i_op->mknod(dir, dentry, mode, dev) : -EPERM;
}

int vfs_symlink(struct inode *dir, struct dentry *dentry, const char *target)
{
	int err = may_create(dir, dentry);

	if (err)
		return err;
	return dir->i_op->symlink ? dir->i_op->symlink(dir, dentry, target) : -EPERM;
}

int vfs_link(struct dentry *old, struct inode *dir, struct dentry *new)
{
	struct inode *inode = old->d_inode;
	int err = may_create(dir, new);

	if (err)
		return err;
	if (dir->i_sb != inode->i_sb)
		return -EXDEV;
	if ((inode->i_flags & (S_APPEND | S_IMMUTABLE)) || !dir->i_op->link || S_ISDIR(inode->i_mode))
		return -EPERM;
	inode_lock(inode);
	/* A file without names stays without, lest it be freed under its new one; O_TMPFILE's are the exception. */
	if (inode->i_nlink == 0 && !(inode->i_state & I_LINKABLE))
		err = -ENOENT;
	else
		err = dir->i_op->link(old, dir, new);
	if (!err)
		inode_change_state(inode, I_LINKABLE, 0);
	inode_unlock(inode);
	return err;
}

int vfs_unlink(struct inode *dir, struct dentry *dentry)
{
	struct inode *victim = dentry->d_inode;
	int err = may_delete(dir, dentry, false);

	if (err)
		return err;
	if (!dir->i_op->unlink)
		return -EPERM;
	inode_lock(victim);
	err = is_mountpoint(dentry) ? -EBUSY : dir->i_op->unlink(dir, dentry);
	inode_unlock(victim);
	if (!err)
		d_delete(dentry);
	return err;
}

int vfs_rmdir(struct inode *dir, struct dentry *dentry)
{
	struct inode *victim = dentry->d_inode;
	int err = may_delete(dir, dentry, true);

	if (err)
		return err;
	if (!dir->i_op->rmdir)
		return -EPERM;
	inode_lock(victim);
	shrink_dcache_parent(dentry);
	err = is_mountpoint(dentry) ? -EBUSY : dir->i_op->rmdir(dir, dentry);
	if (!err)
		victim->i_flags |= S_DEAD;
	inode_unlock(victim);
	if (!err)
		d_delete(dentry);
	return err;
}

static void lock_pair(struct inode *a, struct inode *b)
{
	if (a > b)
		swap(a, b);
	if (a)
		inode_lock(a);
	if (b && b != a)
		inode_lock_nested(b, I_MUTEX_SECOND);
}

static void unlock_pair(struct inode *a, struct inode *b)
{
	if (a)
		inode_unlock(a);
	if (b && b != a)
		inode_unlock(b);
}

static int may_rename(struct inode *old_dir, struct dentry *old, struct inode *new_dir, struct dentry *new, u32 flags)
{
	bool is_dir = S_ISDIR(old->d_inode->i_mode), new_is_dir = false;
	int err = may_delete(old_dir, old, is_dir);

	if (err)
		return err;
	if (!new->d_inode) {
		err = may_create(new_dir, new);
	} else {
		new_is_dir = S_ISDIR(new->d_inode->i_mode);
		err = may_delete(new_dir, new, flags & RENAME_EXCHANGE ? new_is_dir : is_dir);
	}
	if (err || old_dir == new_dir)
		return err;
	/* A directory that moves gets a new "..": that is a write to it. */
	if (is_dir)
		err = inode_permission(old->d_inode, MAY_WRITE);
	if (!err && (flags & RENAME_EXCHANGE) && new_is_dir)
		err = inode_permission(new->d_inode, MAY_WRITE);
	return err;
}

int vfs_rename(struct inode *old_dir, struct dentry *old, struct inode *new_dir, struct dentry *new, u32 flags)
{
	struct inode *source = old->d_inode, *target = new->d_inode;
	bool exchange = flags & RENAME_EXCHANGE;
	/* Directories that are removed are locked as in rmdir; what merely moves is held by its parents' locks. */
	struct inode *lock_source = S_ISDIR(source->i_mode) ? NULL : source;
	struct inode *lock_target = target && S_ISDIR(target->i_mode) && exchange ? NULL : target;
	int err;

	if (source == target)
		return 0;
	err = may_rename(old_dir, old, new_dir, new, flags);
	if (err)
		return err;
	if (!old_dir->i_op->rename)
		return -EPERM;
	lock_pair(lock_source, lock_target);
	if (is_mountpoint(old) || is_mountpoint(new)) {
		err = -EBUSY;
	} else {
		if (target && S_ISDIR(target->i_mode) && !exchange)
			shrink_dcache_parent(new);
		err = old_dir->i_op->rename(old_dir, old, new_dir, new, flags);
	}
	if (!err) {
		if (target && S_ISDIR(target->i_mode) && !exchange)
			target->i_flags |= S_DEAD;
		if (exchange)
			d_exchange(old, new);
		else
			d_move(old, new);
	}
	unlock_pair(lock_source, lock_target);
	return err;
}
