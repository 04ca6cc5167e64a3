/* SPDX-License-Identifier: MIT */
#pragma once
/* Inside tmpfs. The rest of the kernel knows it by its name, "tmpfs", only. */
#include "fs/fs.h"
#include "mm/shmem.h"
#include "mm/swap.h"

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
	struct radix_tree_root swapped;	/* file: the entries of its pages in swap (fs/tmpfs/swap.c); by i_data.tree_lock */
	struct list_head swapped_node;	/* on the list of files that had such pages */
	unsigned long charged;		/* pages counted against the limit: in memory and in swap; by sb->lock */
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
unsigned long tmpfs_pages(void);			/* in memory, of all instances, shared memory too */

/* fs/tmpfs/swap.c. Both trees at one moment: the page with a reference, uptodate or not, or NULL; the entry, or 0. */
struct page *tmpfs_find(struct address_space *m, pgoff_t index, swp_entry_t *entry);
/* The page with its contents, a reference, from swap if need be; NULL: a hole, or being made just now; ERR_PTR. Sleeps. */
struct page *tmpfs_get_page(struct address_space *m, pgoff_t index);
bool tmpfs_next_data(struct address_space *m, pgoff_t *index);	/* moves the index up to the next page that is no hole; false: none */
bool tmpfs_is_swapped(struct page *page);	/* a new, locked page of the file: are its contents in swap? */
/* A locked page that is not uptodate becomes so, from swap or as zeros (charged). After an error it is locked, but has left the file. */
int tmpfs_fill_page(struct page *page);
int tmpfs_writepage(struct page *page, struct writeback_control *wbc);
unsigned long tmpfs_drop_swapped(struct address_space *m, pgoff_t first, pgoff_t last);	/* how many it were; uncharged */
void tmpfs_forget_swapped(struct inode *inode);	/* all, at its end */

int tmpfs_fill_super(struct super_block *sb, void *data);
void shmem_init(struct file_system_type *type);
struct dentry *tmpfs_mount(struct file_system_type *type, u32 flags, const char *dev_name, void *data);
