/* SPDX-License-Identifier: MIT */
/*
 * devtmpfs: one tmpfs instance with a node for each device that a driver has announced. Drivers announce from
 * initcalls, when nothing is mounted on /dev yet: the instance exists from the first announcement on, and every
 * mount of type "devtmpfs" shows it. Programs may add and remove names there as in any tmpfs.
 */
#include "fs/internal.h"
#include "fs/tmpfs/tmpfs.h"
#include "kernel/init.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/string.h"

static struct vfsmount *dev_mnt;	/* the kernel's own mount: keeps the instance */

static int dev_fill_super(struct super_block *sb, void *data)
{
	int err = tmpfs_fill_super(sb, NULL);

	if (!err) {
		TMPFS_SB(sb)->mode = 0755;
		sb->s_root->d_inode->i_mode = S_IFDIR | 0755;
	}
	return err;
}

static struct dentry *dev_mount(struct file_system_type *type, u32 flags, const char *dev_name, void *data)
{
	return mount_single(type, flags, NULL, dev_fill_super);
}
static struct file_system_type devtmpfs_type = { .name = "devtmpfs", .mount = dev_mount };

static int devtmpfs_init(void)
{
	struct vfsmount *m;
	int err = register_filesystem(&devtmpfs_type);

	if (err)
		return err;
	m = kern_mount(&devtmpfs_type);
	if (IS_ERR(m))
		return PTR_ERR(m);
	dev_mnt = m;
	return 0;
}
core_initcall(devtmpfs_init);

/* Called with dir's i_mutex. */
static int make_dir(struct dentry *dir, struct dentry *d)
{
	return d->d_inode ? (S_ISDIR(d->d_inode->i_mode) ? 0 : -ENOTDIR) : dir->d_inode->i_op->mkdir(dir->d_inode, d, 0755);
}

static int make_node(struct dentry *dir, struct dentry *d, umode_t mode, dev_t dev)
{
	int err;

	if (d->d_inode)
		return -EEXIST;
	err = dir->d_inode->i_op->mknod(dir->d_inode, d, mode, dev);
	/* The node belongs to root whoever happens to run when the driver announces it. */
	if (!err)
		d->d_inode->i_uid = d->d_inode->i_gid = 0;
	return err;
}

int device_create_node(const char *name, umode_t mode, dev_t dev)
{
	struct dentry *dir;
	int err = 0;

	if (!dev_mnt)
		return -ENODEV;
	dir = dget(dev_mnt->mnt_root);
	while (*name) {
		const char *end = strchrnul(name, '/');
		struct qstr q = { d_name_hash(name, end - name), end - name, name };
		struct dentry *d;

		inode_lock(dir->d_inode);
		d = lookup_slow(dir, &q);
		if (IS_ERR(d))
			err = PTR_ERR(d);
		else
			err = *end ? make_dir(dir, d) : make_node(dir, d, mode, dev);
		inode_unlock(dir->d_inode);
		dput(dir);
		if (IS_ERR(d))
			return err;
		dir = d;
		if (err)
			break;
		name = *end ? end + 1 : end;
	}
	dput(dir);
	return err;
}
