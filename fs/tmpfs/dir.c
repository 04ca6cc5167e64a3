/* SPDX-License-Identifier: MIT */
/*
 * tmpfs directories: the dentries are the entries. A name that exists has its dentry pinned and in the directory's
 * list; looking up any other name makes a negative dentry, which the cache may forget.
 *
 * Reading a directory must survive that it changes between two calls. Every entry gets a number at birth that
 * grows downwards, the list is sorted by it (newest first), and the file position is the number to go on from. The
 * open file also remembers where in the list that was, which holds until an entry is removed (i_version).
 */
#include "fs/tmpfs/tmpfs.h"
#include "lib/abi/dirent.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/string.h"
#include "mm/slab.h"

#define BOGO_DIRENT_SIZE 20
#define FIRST_COOKIE 0x7ffffffeul	/* the oldest entry's position; must fit the old getdents */

/* The numbers have run out after two thousand million creations: start again from the oldest. */
static void renumber(struct tmpfs_inode *dir)
{
	struct dentry *d;

	dir->next_cookie = FIRST_COOKIE;
	list_for_each_entry_reverse(d, &dir->entries, d_fs_list)
		d->d_cookie = dir->next_cookie--;
	dir->vfs_inode.i_version++;
}

static void dir_changed(struct inode *dir, int entries, struct fs_time now)
{
	i_size_write(dir, dir->i_size + entries * BOGO_DIRENT_SIZE);
	dir->i_mtime = dir->i_ctime = now;
}

static void add_entry(struct inode *dir, struct dentry *d)
{
	struct tmpfs_inode *ti = TMPFS_I(dir);

	if (unlikely(ti->next_cookie <= 2))
		renumber(ti);
	d->d_cookie = ti->next_cookie--;
	list_add(&d->d_fs_list, &ti->entries);
}

static void remove_entry(struct inode *dir, struct dentry *d)
{
	list_del_init(&d->d_fs_list);
	dir->i_version++;
}

/* The dentry is the answer: there is no such name, or it would have been found in the cache. */
static struct dentry *tmpfs_lookup(struct inode *dir, struct dentry *dentry)
{
	d_add(dentry, NULL);
	return NULL;
}

/* The inode's change time is now: it was made or got another name. */
static void publish(struct inode *dir, struct dentry *d, struct inode *inode)
{
	d_instantiate_pinned(d, inode);
	add_entry(dir, d);
	dir_changed(dir, 1, inode->i_ctime);
}

static int tmpfs_mknod(struct inode *dir, struct dentry *d, umode_t mode, dev_t dev)
{
	int err;
	struct inode *inode = tmpfs_get_inode(dir->i_sb, dir, mode, dev, &err);

	if (!inode)
		return err;
	publish(dir, d, inode);
	return 0;
}

static int tmpfs_create(struct inode *dir, struct dentry *d, umode_t mode)
{
	return tmpfs_mknod(dir, d, mode | S_IFREG, 0);
}

static int tmpfs_mkdir(struct inode *dir, struct dentry *d, umode_t mode)
{
	int err = tmpfs_mknod(dir, d, mode | S_IFDIR, 0);

	if (!err)
		inc_nlink(dir);
	return err;
}

static int tmpfs_tmpfile(struct inode *dir, struct dentry *d, umode_t mode)
{
	int err;
	struct inode *inode = tmpfs_get_inode(dir->i_sb, dir, mode, 0, &err);

	if (!inode)
		return err;
	clear_nlink(inode);
	d_instantiate(d, inode);
	return 0;
}

static int tmpfs_symlink(struct inode *dir, struct dentry *d, const char *target)
{
	int err;
	struct inode *inode = tmpfs_get_inode(dir->i_sb, dir, S_IFLNK | S_IRWXUGO, 0, &err);

	if (!inode)
		return err;
	inode->i_link = kstrdup(target, GFP_KERNEL);
	if (!inode->i_link) {
		iput(inode);
		return -ENOMEM;
	}
	inode->i_size = strlen(target);
	publish(dir, d, inode);
	return 0;
}

static int tmpfs_link(struct dentry *old, struct inode *dir, struct dentry *d)
{
	struct inode *inode = old->d_inode;

	inode->i_ctime = current_fs_time();
	inc_nlink(inode);
	publish(dir, d, ihold(inode));
	return 0;
}

static int tmpfs_unlink(struct inode *dir, struct dentry *d)
{
	struct inode *inode = d->d_inode;

	inode->i_ctime = current_fs_time();
	remove_entry(dir, d);
	dir_changed(dir, -1, inode->i_ctime);
	drop_nlink(inode);
	d_unpin(d);
	return 0;
}

static bool is_empty(struct inode *dir)
{
	return list_empty(&TMPFS_I(dir)->entries);
}

static int tmpfs_rmdir(struct inode *dir, struct dentry *d)
{
	if (!is_empty(d->d_inode))
		return -ENOTEMPTY;
	drop_nlink(d->d_inode);
	drop_nlink(dir);
	return tmpfs_unlink(dir, d);
}

static int tmpfs_exchange(struct inode *old_dir, struct dentry *old, struct inode *new_dir, struct dentry *new)
{
	bool old_is_dir = S_ISDIR(old->d_inode->i_mode), new_is_dir = S_ISDIR(new->d_inode->i_mode);
	struct fs_time now = current_fs_time();

	remove_entry(old_dir, old);
	remove_entry(new_dir, new);
	add_entry(new_dir, old);
	add_entry(old_dir, new);
	if (old_dir != new_dir && old_is_dir != new_is_dir) {
		inc_nlink(old_is_dir ? new_dir : old_dir);
		drop_nlink(old_is_dir ? old_dir : new_dir);
	}
	old->d_inode->i_ctime = new->d_inode->i_ctime = now;
	dir_changed(old_dir, 0, now);
	dir_changed(new_dir, 0, now);
	return 0;
}

static int tmpfs_rename(struct inode *old_dir, struct dentry *old, struct inode *new_dir, struct dentry *new, u32 flags)
{
	bool is_dir = S_ISDIR(old->d_inode->i_mode);
	struct fs_time now = current_fs_time();

	if (flags & RENAME_EXCHANGE)
		return tmpfs_exchange(old_dir, old, new_dir, new);
	if (new->d_inode) {
		if (is_dir && !is_empty(new->d_inode))
			return -ENOTEMPTY;
		if (is_dir) {
			drop_nlink(new->d_inode);
			drop_nlink(new_dir);
		}
		tmpfs_unlink(new_dir, new);
	}
	if (is_dir) {
		drop_nlink(old_dir);
		inc_nlink(new_dir);
	}
	old->d_inode->i_ctime = now;
	remove_entry(old_dir, old);
	dir_changed(old_dir, -1, now);
	add_entry(new_dir, old);
	dir_changed(new_dir, 1, now);
	return 0;
}

static const char *tmpfs_get_link(struct dentry *dentry, struct inode *inode, struct delayed_call *done)
{
	return inode->i_link;
}

/* The first entry at or behind pos; NULL at the end. */
static struct dentry *first_entry_from(struct file *file, struct tmpfs_inode *dir, loff_t pos)
{
	struct dentry *d = file->private_data;

	if (list_empty(&dir->entries) || (u64)pos > list_last_entry(&dir->entries, struct dentry, d_fs_list)->d_cookie)
		return NULL;
	if (d && file->f_version == dir->vfs_inode.i_version && d->d_cookie == (u64)pos)
		return d;
	list_for_each_entry(d, &dir->entries, d_fs_list)
		if (d->d_cookie >= (u64)pos)
			break;
	return d;
}

static int tmpfs_readdir(struct file *file, struct dir_context *ctx)
{
	struct tmpfs_inode *dir = TMPFS_I(file->f_inode);
	struct dentry *d;

	if (ctx->pos < 2 && !dir_emit_dots(file, ctx))
		return 0;
	d = first_entry_from(file, dir, ctx->pos);
	if (!d)
		return 0;
	list_for_each_entry_from(d, &dir->entries, d_fs_list) {
		ctx->pos = d->d_cookie;
		if (!dir_emit(ctx, d->d_name.name, d->d_name.len, d->d_inode->i_ino, IFTODT(d->d_inode->i_mode))) {
			file->private_data = d;
			file->f_version = dir->vfs_inode.i_version;
			return 0;
		}
		ctx->pos++;
	}
	return 0;
}

/* Positions are numbers of entries: any is as good as another. */
static loff_t tmpfs_dir_llseek(struct file *file, loff_t offset, int whence)
{
	if (whence == SEEK_CUR)
		offset += file->f_pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (offset < 0)
		return -EINVAL;
	return file->f_pos = offset;
}

const struct inode_operations tmpfs_dir_iops = {
	.lookup = tmpfs_lookup,
	.create = tmpfs_create,
	.link = tmpfs_link,
	.unlink = tmpfs_unlink,
	.symlink = tmpfs_symlink,
	.mkdir = tmpfs_mkdir,
	.rmdir = tmpfs_rmdir,
	.mknod = tmpfs_mknod,
	.rename = tmpfs_rename,
	.tmpfile = tmpfs_tmpfile,
};
const struct inode_operations tmpfs_symlink_iops = { .get_link = tmpfs_get_link };
const struct file_operations tmpfs_dir_fops = {
	.llseek = tmpfs_dir_llseek,
	.iterate_shared = tmpfs_readdir,
	.fsync = noop_fsync,
};
