/* SPDX-License-Identifier: MIT */
/*
 * Files that have no name in any tree: what is behind an eventfd or a timer descriptor. They share one inode, for
 * all that makes them different is in the open file.
 */
#include "fs/internal.h"
#include "kernel/panic.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/printf.h"

static struct vfsmount *anon_mnt;
static struct inode *anon_inode;

static int anon_dname(struct dentry *d, char *buf, int len)
{
	return snprintf(buf, len, "anon_inode:%s", d->d_name.name);
}
static const struct dentry_operations anon_dops = { .d_dname = anon_dname };

static int anon_fill_super(struct super_block *sb, void *data)
{
	struct inode *root = new_inode(sb);

	sb->s_magic = ANON_INODE_FS_MAGIC;
	if (!root)
		return -ENOMEM;
	root->i_mode = S_IRUSR | S_IWUSR;
	sb->s_root = d_make_root(root);
	return sb->s_root ? 0 : -ENOMEM;
}

static struct dentry *anon_mount(struct file_system_type *type, u32 flags, const char *dev, void *data)
{
	return mount_nodev(type, flags, data, anon_fill_super);
}
static struct file_system_type anon_fs_type = { .name = "anon_inodefs", .mount = anon_mount };

void anon_inode_init(void)
{
	anon_mnt = kern_mount(&anon_fs_type);
	if (IS_ERR(anon_mnt))
		panic("cannot mount the anonymous inodes");
	anon_inode = anon_mnt->mnt_root->d_inode;
}

struct file *anon_inode_getfile(const char *name, const struct file_operations *fops, void *priv, int flags)
{
	struct path path = { anon_mnt, d_alloc_pseudo(anon_mnt->mnt_sb, name, anon_inode) };
	struct file *f;

	if (!path.dentry)
		return ERR_PTR(-ENOMEM);
	ihold(anon_inode);
	path.dentry->d_op = &anon_dops;
	mntget(path.mnt);
	f = alloc_file(&path, flags & (O_ACCMODE | O_NONBLOCK), fops);
	if (IS_ERR(f)) {
		path_put(&path);
		return f;
	}
	f->private_data = priv;
	return f;
}

int anon_inode_getfd(const char *name, const struct file_operations *fops, void *priv, int flags)
{
	int fd = get_unused_fd_flags(flags);
	struct file *f;

	if (fd < 0)
		return fd;
	f = anon_inode_getfile(name, fops, priv, flags);
	if (IS_ERR(f)) {
		put_unused_fd(fd);
		return PTR_ERR(f);
	}
	fd_install(fd, f);
	return fd;
}
