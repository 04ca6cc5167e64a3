/* SPDX-License-Identifier: MIT */
#pragma once
/* Inside tmpfs. The rest of the kernel knows it by its name, "tmpfs", only. */
#include "fs/fs.h"

struct tmpfs_sb_info {
	spinlock_t lock;		/* guards the used_ counts */
	unsigned long max_pages;	/* 0: no limit */
	unsigned long used_pages;
	unsigned long max_inodes;	/* 0: no limit */
	unsigned long used_inodes;
	u32 uid, gid;			/* of the root directory */
	umode_t mode;
	bool size_given, mode_given;	/* as mount options: shown in /proc/mounts */
};

struct tmpfs_inode {
	struct inode vfs_inode;
	struct list_head entries;	/* directory: dentries by d_fs_list, newest first; by i_mutex */
	unsigned long next_cookie;	/* directory: the next entry's position less one; by i_mutex */
	unsigned long charged;		/* pages counted against the limit; by sb->lock */
	unsigned long accounted;	/* pages counted against the overcommit limit: shared memory */
};

static inline struct tmpfs_inode *TMPFS_I(struct inode *inode)
{
	return container_of(inode, struct tmpfs_inode, vfs_inode);
}
static inline struct tmpfs_sb_info *TMPFS_SB(struct super_block *sb)
{
	return sb->s_fs_info;
}

extern const struct inode_operations tmpfs_dir_iops, tmpfs_file_iops, tmpfs_symlink_iops, tmpfs_special_iops;
extern const struct file_operations tmpfs_dir_fops, tmpfs_file_fops;
extern const struct address_space_operations tmpfs_aops;

/* A new inode for dir (NULL: the root); NULL: no memory or no inode left, *err says which. */
struct inode *tmpfs_get_inode(struct super_block *sb, const struct inode *dir, umode_t mode, dev_t dev, int *err);
int tmpfs_charge(struct inode *inode);		/* one page: 0 or -ENOSPC */
void tmpfs_uncharge(struct inode *inode, unsigned long pages);
unsigned long tmpfs_pages(void);			/* of all instances, shared memory too */
void tmpfs_recharge(struct inode *inode);	/* after pages were dropped: count what is left */
int tmpfs_fill_super(struct super_block *sb, void *data);
void shmem_init(struct file_system_type *type);
struct dentry *tmpfs_mount(struct file_system_type *type, u32 flags, const char *dev_name, void *data);
