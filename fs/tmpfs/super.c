/* SPDX-License-Identifier: MIT */
/*
 * tmpfs: a file system whose only store is the page cache and the dentry cache. A file's pages have no place of their own
 * on a disk, so they may not be dropped (AS_UNEVICTABLE), but they can go to swap; a name exists because its dentry is pinned. What is
 * left to do is to count pages and inodes against the limits given at mount: size=, nr_inodes= (tmpfs(5)).
 *
 * A page is charged when it becomes uptodate for the first time, under its lock, and given back when the file loses it, in memory or
 * in swap.
 */
#include "fs/internal.h"
#include "fs/seq_file.h"
#include "fs/tmpfs/tmpfs.h"
#include "kernel/init.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/kstrtox.h"
#include "lib/string.h"
#include "mm/mm.h"

static struct kmem_cache *tmpfs_inode_cache;
static atomic_t all_pages;

unsigned long tmpfs_pages(void)
{
	return (unsigned long)atomic_read(&all_pages) - tmpfs_swapped_pages();
}

static int reserve_inode(struct tmpfs_sb_info *info)
{
	int err = 0;

	spin_lock(&info->lock);
	if (info->max_inodes && info->used_inodes >= info->max_inodes)
		err = -ENOSPC;
	else
		info->used_inodes++;
	spin_unlock(&info->lock);
	return err;
}

static void release_inode(struct tmpfs_sb_info *info)
{
	spin_lock(&info->lock);
	info->used_inodes--;
	spin_unlock(&info->lock);
}

int tmpfs_charge(struct inode *inode)
{
	struct tmpfs_sb_info *info = TMPFS_SB(inode->i_sb);
	int err = 0;

	spin_lock(&info->lock);
	if (info->max_pages && info->used_pages >= info->max_pages) {
		err = -ENOSPC;
	} else {
		info->used_pages++;
		atomic_inc(&all_pages);
		TMPFS_I(inode)->charged++;
		inode->i_blocks += PAGE_SIZE / 512;
	}
	spin_unlock(&info->lock);
	return err;
}

void tmpfs_uncharge(struct inode *inode, unsigned long pages)
{
	struct tmpfs_sb_info *info = TMPFS_SB(inode->i_sb);

	spin_lock(&info->lock);
	TMPFS_I(inode)->charged -= pages;
	info->used_pages -= pages;
	atomic_sub(pages, &all_pages);
	inode->i_blocks -= (u64)pages * (PAGE_SIZE / 512);
	spin_unlock(&info->lock);
}

static void set_operations(struct inode *inode, umode_t mode, dev_t dev)
{
	inode->i_op = &tmpfs_special_iops;
	switch (mode & S_IFMT) {
	case S_IFREG:
		inode->i_op = &tmpfs_file_iops;
		inode->i_fop = &tmpfs_file_fops;
		inode->i_data.a_ops = &tmpfs_aops;
		set_bit(AS_UNEVICTABLE, &inode->i_data.flags);
		break;
	case S_IFDIR:
		inode->i_op = &tmpfs_dir_iops;
		inode->i_fop = &tmpfs_dir_fops;
		inode->i_size = 40;	/* 20 for each entry, "." and ".." too, as Linux counts */
		set_nlink(inode, 2);
		break;
	case S_IFLNK:
		inode->i_op = &tmpfs_symlink_iops;
		break;
	default:
		init_special_inode(inode, mode, dev);
	}
}

struct inode *tmpfs_get_inode(struct super_block *sb, const struct inode *dir, umode_t mode, dev_t dev, int *err)
{
	struct inode *inode;

	*err = reserve_inode(TMPFS_SB(sb));
	if (*err)
		return NULL;
	inode = new_inode(sb);
	if (!inode) {
		release_inode(TMPFS_SB(sb));
		*err = -ENOMEM;
		return NULL;
	}
	INIT_LIST_HEAD(&TMPFS_I(inode)->entries);
	TMPFS_I(inode)->next_cookie = 0x7ffffffe;
	INIT_LIST_HEAD(&TMPFS_I(inode)->swapped_node);
	INIT_RADIX_TREE(&TMPFS_I(inode)->swapped);
	TMPFS_I(inode)->charged = 0;
	TMPFS_I(inode)->accounted = 0;
	inode_init_owner(inode, dir, mode);
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_fs_time();
	set_operations(inode, mode, dev);
	return inode;
}

static void tmpfs_evict_inode(struct inode *inode)
{
	if (inode->i_data.nrpages)
		truncate_inode_pages(&inode->i_data, 0);
	if (!list_empty(&TMPFS_I(inode)->swapped_node))
		tmpfs_forget_swapped(inode);
	ASSERT(!TMPFS_I(inode)->charged);
	if (TMPFS_I(inode)->accounted)
		vm_unacct_memory(TMPFS_I(inode)->accounted);
	if (S_ISLNK(inode->i_mode))
		kfree(inode->i_link);
	clear_inode(inode);
	release_inode(TMPFS_SB(inode->i_sb));
}

static struct inode *tmpfs_alloc_inode(struct super_block *sb)
{
	struct tmpfs_inode *ti = kmem_cache_alloc(tmpfs_inode_cache, GFP_KERNEL);

	return ti ? &ti->vfs_inode : NULL;
}

static void tmpfs_destroy_inode(struct inode *inode)
{
	kmem_cache_free(tmpfs_inode_cache, TMPFS_I(inode));
}

static void tmpfs_inode_ctor(void *obj)
{
	inode_init_once(&((struct tmpfs_inode *)obj)->vfs_inode);
}

static void tmpfs_put_super(struct super_block *sb)
{
	kfree(sb->s_fs_info);
	sb->s_fs_info = NULL;
}

static int tmpfs_statfs(struct dentry *dentry, struct statfs64 *buf)
{
	struct tmpfs_sb_info *info = TMPFS_SB(dentry->d_sb);

	spin_lock(&info->lock);
	if (info->max_pages) {
		buf->f_blocks = info->max_pages;
		buf->f_bfree = buf->f_bavail = info->max_pages - info->used_pages;
	}
	if (info->max_inodes) {
		buf->f_files = info->max_inodes;
		buf->f_ffree = info->max_inodes - info->used_inodes;
	}
	spin_unlock(&info->lock);
	return 0;
}

/* size=64m, size=50%: pages. */
static int parse_size(const char *value, unsigned long *pages)
{
	char *end;
	u64 n = memparse(value, &end);

	if (*end == '%') {
		n = n * totalram_pages() / 100;
		end++;
	} else {
		n = (n + PAGE_SIZE - 1) >> PAGE_SHIFT;
	}
	if (*end || end == value || n > 0xffffffffu)
		return -EINVAL;
	*pages = (unsigned long)n;
	return 0;
}

static int parse_number(const char *value, unsigned base, u32 *out)
{
	unsigned int n;

	if (kstrtouint(value, base, &n))
		return -EINVAL;
	*out = n;
	return 0;
}

static int parse_option(struct tmpfs_sb_info *info, const char *name, const char *value)
{
	char *end;

	if (!strcmp(name, "size")) {
		info->size_given = true;
		return parse_size(value, &info->max_pages);
	}
	if (!strcmp(name, "nr_blocks") || !strcmp(name, "nr_inodes")) {
		unsigned long *to = name[3] == 'b' ? &info->max_pages : &info->max_inodes;

		*to = (unsigned long)memparse(value, &end);
		return *end || end == value ? -EINVAL : 0;
	}
	if (!strcmp(name, "mode")) {
		info->mode_given = true;
		return parse_number(value, 8, &info->mode);
	}
	if (!strcmp(name, "uid"))
		return parse_number(value, 10, &info->uid);
	if (!strcmp(name, "gid"))
		return parse_number(value, 10, &info->gid);
	return -EINVAL;
}

/* "size=1m,mode=755"; the text is taken apart in place. */
static int parse_options(struct tmpfs_sb_info *info, char *options)
{
	char *option;

	while ((option = strsep(&options, ",")) != NULL) {
		char *value = strchr(option, '=');

		if (!*option)
			continue;
		if (!value)
			return -EINVAL;
		*value++ = '\0';
		if (parse_option(info, option, value)) {
			pr_err("tmpfs: bad value for mount option %s: %s\n", option, value);
			return -EINVAL;
		}
	}
	return 0;
}

static int tmpfs_remount(struct super_block *sb, u32 *flags, char *data)
{
	struct tmpfs_sb_info *info = TMPFS_SB(sb), new;
	int err = 0;

	spin_lock(&info->lock);
	new = *info;
	spin_unlock(&info->lock);
	if (data && parse_options(&new, data))
		return -EINVAL;
	spin_lock(&info->lock);
	if ((new.max_pages && new.max_pages < info->used_pages) || (new.max_inodes && new.max_inodes < info->used_inodes)) {
		err = -EINVAL;
	} else {
		info->max_pages = new.max_pages;
		info->max_inodes = new.max_inodes;
		info->size_given = new.size_given;
	}
	spin_unlock(&info->lock);
	return err;
}

static int tmpfs_show_options(struct seq_file *m, struct dentry *root)
{
	const struct tmpfs_sb_info *info = TMPFS_SB(root->d_sb);

	if (info->size_given)
		seq_printf(m, ",size=%luk", info->max_pages * (PAGE_SIZE / 1024));
	if (info->mode_given)
		seq_printf(m, ",mode=%03o", info->mode);
	if (info->uid)
		seq_printf(m, ",uid=%u", info->uid);
	if (info->gid)
		seq_printf(m, ",gid=%u", info->gid);
	return 0;
}

static const struct super_operations tmpfs_super_ops = {
	.alloc_inode = tmpfs_alloc_inode,
	.destroy_inode = tmpfs_destroy_inode,
	.evict_inode = tmpfs_evict_inode,
	.put_super = tmpfs_put_super,
	.statfs = tmpfs_statfs,
	.remount_fs = tmpfs_remount,
	.show_options = tmpfs_show_options,
};

int tmpfs_fill_super(struct super_block *sb, void *data)
{
	struct tmpfs_sb_info *info = kzalloc(sizeof(*info), GFP_KERNEL);
	struct inode *root;
	int err;

	if (!info)
		return -ENOMEM;
	spin_lock_init(&info->lock);
	info->max_pages = totalram_pages() / 2;
	info->max_inodes = totalram_pages() / 2;
	info->mode = S_IRWXUGO | S_ISVTX;
	info->uid = current->cred->fsuid;
	info->gid = current->cred->fsgid;
	sb->s_fs_info = info;
	sb->s_op = &tmpfs_super_ops;
	sb->s_magic = TMPFS_MAGIC;
	sb->s_maxbytes = MAX_LFS_FILESIZE;
	err = data ? parse_options(info, data) : 0;
	if (err)
		return err;
	root = tmpfs_get_inode(sb, NULL, S_IFDIR | info->mode, 0, &err);
	if (!root)
		return err;
	root->i_uid = info->uid;
	root->i_gid = info->gid;
	sb->s_root = d_make_root(root);
	return sb->s_root ? 0 : -ENOMEM;
}

struct dentry *tmpfs_mount(struct file_system_type *type, u32 flags, const char *dev_name, void *data)
{
	return mount_nodev(type, flags, data, tmpfs_fill_super);
}

static int rootfs_fill_super(struct super_block *sb, void *data)
{
	int err = tmpfs_fill_super(sb, data);

	if (!err) {
		TMPFS_SB(sb)->mode = 0755;
		sb->s_root->d_inode->i_mode = S_IFDIR | 0755;
	}
	return err;
}

static struct dentry *rootfs_mount(struct file_system_type *type, u32 flags, const char *dev_name, void *data)
{
	return mount_nodev(type, flags, data, rootfs_fill_super);
}

static struct file_system_type tmpfs_type = { .name = "tmpfs", .mount = tmpfs_mount };
static struct file_system_type rootfs_type = { .name = "rootfs", .mount = rootfs_mount };

/* Not an initcall: the root is mounted before those run. */
void tmpfs_init(void)
{
	tmpfs_inode_cache = kmem_cache_create("tmpfs_inode", sizeof(struct tmpfs_inode), 0, tmpfs_inode_ctor);
	if (!tmpfs_inode_cache)
		panic("no memory for tmpfs");
	register_filesystem(&rootfs_type);
	register_filesystem(&tmpfs_type);
	mount_rootfs(&rootfs_type);
	shmem_init(&tmpfs_type);
}
