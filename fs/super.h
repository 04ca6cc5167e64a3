/* SPDX-License-Identifier: MIT */
#pragma once
/* File-system types and their mounted instances. */
#include "fs/inode.h"
#include "lib/abi/mount.h"
#include "lib/abi/statfs.h"

struct file_system_type;
struct seq_file;

#define MAX_LFS_FILESIZE (((loff_t)PAGE_SIZE << 32) - 1)	/* bytes: as far as the number of a page, a pgoff_t, goes */

struct super_block {
	struct list_head s_list;	/* all instances, by sb_lock */
	dev_t s_dev;			/* st_dev of its files */
	u32 s_blocksize, s_blocksize_bits;
	loff_t s_maxbytes;		/* largest file */
	const struct file_system_type *s_type;
	const struct super_operations *s_op;
	u32 s_flags;			/* MS_RDONLY, MS_SYNCHRONOUS ..., by s_umount */
	u32 s_magic;
	struct dentry *s_root;
	struct rw_semaphore s_umount;	/* held for reading: the instance stays; for writing: it is going or being remounted */
	int s_count;			/* references to the structure, by sb_lock */
	atomic_t s_active;		/* mounts; at zero the instance is shut down */
	spinlock_t s_inode_lock;	/* guards the lists below */
	struct list_head s_inodes;
	struct list_head s_dirty;	/* of inode.i_io_list */
	struct mutex s_vfs_rename_mutex;	/* one rename across directories at a time: the tree stays a tree */
	const struct dentry_operations *s_d_op;	/* of its dentries, or NULL */
	struct block_device *s_bdev;	/* or NULL */
	void *s_fs_info;		/* the file system's own */
	char s_id[32];
	u32 s_time_gran;		/* ns */
};
#define SB_RDONLY MS_RDONLY

/* All optional. */
struct super_operations {
	struct inode *(*alloc_inode)(struct super_block *sb);	/* from its own cache, see inode_init_once */
	void (*destroy_inode)(struct inode *inode);		/* gives the memory back */
	void (*dirty_inode)(struct inode *inode, u32 flags);
	/* The attributes, to where sync_fs or the device's writeback finds them; sync: to disk. The VFS writes the pages. */
	int (*write_inode)(struct inode *inode, bool sync);
	int (*sync_inode)(struct inode *inode);			/* what write_inode was given last is on disk afterwards */
	/* The last reference has gone: free pages (truncate_inode_pages), blocks if nlink is 0, then clear_inode. NULL: that alone. */
	void (*evict_inode)(struct inode *inode);
	void (*put_super)(struct super_block *sb);		/* s_root is gone */
	int (*sync_fs)(struct super_block *sb, bool wait);
	int (*statfs)(struct dentry *dentry, struct statfs64 *buf);	/* f_type, f_bsize and f_namelen are preset */
	int (*remount_fs)(struct super_block *sb, u32 *flags, char *data);
	int (*show_options)(struct seq_file *m, struct dentry *root);	/* ",size=64k" for /proc/mounts */
};

struct file_system_type {
	const char *name;
	u32 fs_flags;			/* FS_* */
	/* The root dentry, with a reference and with s_active raised for the new mount; ERR_PTR. */
	struct dentry *(*mount)(struct file_system_type *type, u32 flags, const char *dev_name, void *data);
	void (*kill_sb)(struct super_block *sb);	/* NULL: generic_shutdown_super */
	struct file_system_type *next;	/* by file_systems_lock */
};
#define FS_REQUIRES_DEV 1u
#define FS_USERNS_MOUNT 8u
#define FS_NOEXEC 16u		/* nothing in it can be executed, or mapped to be */

int register_filesystem(struct file_system_type *fs);	/* 0 or -EBUSY */
struct file_system_type *get_fs_type(const char *name);	/* or NULL */
void filesystems_proc_show(struct seq_file *m);

/* A fresh instance, s_umount held for writing, s_active 1; ERR_PTR. fill_super failed: deactivate_locked_super. */
struct super_block *sget_new(struct file_system_type *type, u32 flags);
/* mount() for file systems without a device: a new instance each time, or one for all. */
struct dentry *mount_nodev(struct file_system_type *type, u32 flags, void *data,
			   int (*fill_super)(struct super_block *sb, void *data));
struct dentry *mount_single(struct file_system_type *type, u32 flags, void *data,
			    int (*fill_super)(struct super_block *sb, void *data));
void generic_shutdown_super(struct super_block *sb);
void deactivate_super(struct super_block *sb);		/* drops s_active; sleeps */
void deactivate_locked_super(struct super_block *sb);	/* the same with s_umount held for writing */
int get_anon_bdev(dev_t *dev);				/* major 0 */
void free_anon_bdev(dev_t dev);
/* Calls fn for each active instance with s_umount held for reading. */
void iterate_supers(void (*fn)(struct super_block *sb, void *arg), void *arg);
/* The same, but leaves out an instance whose s_umount is not free: for reclaim. */
void try_iterate_supers(void (*fn)(struct super_block *sb, void *arg), void *arg);
/* Keeps the instance from being unmounted. Never sleeps: for who meets it in a cache. False: it is going, or comes. */
bool trylock_super(struct super_block *sb);
void unlock_super(struct super_block *sb);
int sync_filesystem(struct super_block *sb);	/* all of it is on disk afterwards; s_umount held: 0 or the first errno */
int do_remount_sb(struct super_block *sb, u32 flags, void *data);
int vfs_statfs(const struct path *path, struct statfs64 *buf);
int simple_statfs(struct dentry *dentry, struct statfs64 *buf);
