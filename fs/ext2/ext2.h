/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Inside ext2: what is kept in memory, and who offers what. The rest of the kernel knows it by its name only.
 *
 *   super.c      mounting and unmounting: the life of an instance      check.c     is this an ext2 that we can handle?
 *   inode.c      inodes between disk and memory                        options.c   mount options, errors at run time
 *   block_map.c  which blocks a file has; truncation                   dir.c       entries of a directory
 *   balloc.c     block bitmaps                                         namei.c     operations on names
 *   ialloc.c     inode bitmaps                                         file.c      operations on open files
 *                                                                      symlink.c   symbolic links
 *
 * Locks, from the outside in: i_mutex of directories and files (the VFS takes it), the lock of a file's page,
 * truncate_mutex, the locks of the device's pages and buffers, s_lock. s_lock is a spinlock: bitmaps and descriptors
 * are read in before it is taken.
 */
#include "fs/buffer.h"
#include "fs/ext2/ext2_fs.h"
#include "fs/file.h"
#include "lib/abi/errno.h"

#define EFSCORRUPTED EUCLEAN

struct ext2_mount_options {
	u32 sb_block;			/* sb=: the superblock to use, in KiB */
	u32 resuid, resgid;		/* who may use the reserved blocks beside root; resgid 0: nobody */
	u16 errors;			/* EXT2_ERRORS_* */
	bool minix_df;			/* statfs counts the metadata as part of the size */
};

struct ext2_sb_info {
	/* Constant while mounted, as checked: a program may write to the device, and to the superblock's buffer with it. */
	u32 s_blocks_count, s_inodes_count, s_first_data_block;
	u32 s_groups_count, s_blocks_per_group, s_inodes_per_group, s_itb_per_group;
	u32 s_desc_per_block, s_gdb_count;
	u32 s_inode_size, s_first_ino;
	u32 s_addr_per_block, s_addr_per_block_bits;	/* block numbers in an indirect block */
	u32 s_overhead;				/* blocks of metadata: superblocks, descriptors, bitmaps, inode tables */
	struct buffer_head *s_sbh;		/* the superblock's block */
	struct ext2_super_block *s_es;		/* in it */
	struct buffer_head **s_group_desc;	/* the blocks of descriptors */
	struct ext2_mount_options s_opts;	/* changes in remount only, under s_umount */

	spinlock_t s_lock;			/* guards bitmaps, descriptors' counts and what follows */
	u32 s_free_blocks, s_free_inodes, s_dirs;
	u32 s_next_generation;
	bool s_writing;				/* mounted for writing: by s_umount */
	u16 s_mount_state;			/* what s_state becomes at unmount */
	u32 s_errors_seen;
};

struct ext2_inode_info {
	struct inode vfs_inode;
	u32 i_data[EXT2_N_BLOCKS];	/* i_block: by truncate_mutex; see block_map.c for who reads without */
	u32 i_flags;			/* EXT2_*_FL, by i_mutex */
	u32 i_file_acl, i_dtime;
	u32 i_block_group;		/* where the inode lies; its blocks should be near */
	bool i_loaded;			/* agrees with the disk or is newer; if not, nothing is written or freed */
	bool i_new;			/* not yet on the disk, whose inode holds rubbish */
	u32 i_free_hint;		/* directory: no block before this one had room for an entry; by i_mutex */
	u32 i_parent, i_parent_pos;	/* directory: where its only name is, 0: unknown; by i_lock */
	struct mutex truncate_mutex;	/* blocks are added or freed */
};

static inline struct ext2_inode_info *EXT2_I(const struct inode *inode)
{
	return container_of((struct inode *)inode, struct ext2_inode_info, vfs_inode);
}
static inline struct ext2_sb_info *EXT2_SB(const struct super_block *sb)
{
	return sb->s_fs_info;
}
static inline bool ext2_has_incompat(const struct super_block *sb, u32 feature)
{
	return EXT2_SB(sb)->s_es->s_feature_incompat & feature;
}
static inline bool ext2_has_ro_compat(const struct super_block *sb, u32 feature)
{
	return EXT2_SB(sb)->s_es->s_feature_ro_compat & feature;
}
static inline u32 ext2_group_first_block(const struct super_block *sb, u32 group)
{
	return EXT2_SB(sb)->s_first_data_block + group * EXT2_SB(sb)->s_blocks_per_group;
}

/* options.c */
/* "errors=remount-ro,resuid=5" over what opts holds. 0, or -EINVAL after a message. The text is taken apart in place. */
int ext2_parse_options(struct super_block *sb, struct ext2_mount_options *opts, char *options);
int ext2_show_options(struct seq_file *m, struct dentry *root);
/* The disk holds what it must not: reported, noted in the superblock, then as errors= says. Any context but s_lock held. */
void ext2_error(struct super_block *sb, const char *fmt, ...) __printf(2, 3);

/* check.c: 0 or -EINVAL after a message that says what is wrong and what to try. */
int ext2_check_magic(struct super_block *sb, const struct ext2_super_block *es);
/* Every field before it is used. rdonly: features that forbid only writing are accepted. */
int ext2_check_super(struct super_block *sb, const struct ext2_super_block *es);
int ext2_check_features(struct super_block *sb, const struct ext2_super_block *es, bool rdonly);
int ext2_check_descriptors(struct super_block *sb);	/* s_fs_info is filled */
bool ext2_descriptor_ok(struct super_block *sb, u32 group);	/* does it name blocks of its group? */

/* super.c */
void ext2_sync_super(struct super_block *sb, bool wait);	/* counts and time go into the superblock */
void ext2_set_large_file(struct super_block *sb);		/* a file has passed 2 GiB */

/* balloc.c */
/* The descriptor, and the buffer that it lies in; no reference is taken. */
struct ext2_group_desc *ext2_get_group_desc(struct super_block *sb, u32 group, struct buffer_head **bh);
bool ext2_bg_has_super(const struct super_block *sb, u32 group);	/* copies of the superblock and the descriptors */
/* May a file own these blocks? Within the file system and outside its metadata. */
bool ext2_data_blocks_valid(struct super_block *sb, u32 block, u32 count);
/* A block near goal, marked as used: its number, or 0 with *err (-ENOSPC, -EIO). Sleeps. */
u32 ext2_new_block(struct inode *inode, u32 goal, int *err);
void ext2_free_blocks(struct super_block *sb, u32 block, u32 count);	/* sleeps */

/* ialloc.c */
/* A new inode of dir's file system, count 1, nlink 1, with its operations set. ERR_PTR: -ENOSPC, -EIO, -ENOMEM. Sleeps. */
struct inode *ext2_new_inode(struct inode *dir, umode_t mode, dev_t rdev);
void ext2_free_inode(struct inode *inode);		/* the number; last thing of an eviction */

/* block_map.c */
get_block_t ext2_get_block;
/* lseek(2): the next byte of data, or of a hole, from offset on. -ENXIO: there is none. */
loff_t ext2_seek_data_hole(struct inode *inode, loff_t offset, bool data);
/* The device block behind a block of the file in *block, 0: a hole. 1: create has filled it; 0; or errno. Sleeps. */
int ext2_map_block(struct inode *inode, u64 iblock, bool create, u32 *block);
/* Frees the blocks behind newsize bytes; the pages behind it are gone. i_mutex held, or the last reference. */
void ext2_truncate_blocks(struct inode *inode, loff_t newsize);
loff_t ext2_max_size(u32 block_bits);			/* the largest file with blocks of this size */

/* inode.c */
extern const struct address_space_operations ext2_aops;
struct inode *ext2_iget(struct super_block *sb, u32 ino);	/* ERR_PTR: -EFSCORRUPTED, -EIO, -ENOMEM, -ESTALE: deleted */
int ext2_write_inode(struct inode *inode, bool sync);
int ext2_sync_inode(struct inode *inode);
void ext2_evict_inode(struct inode *inode);
int ext2_setattr(struct dentry *dentry, struct iattr *attr);
void ext2_set_inode_flags(struct inode *inode);		/* S_* from i_flags */
void ext2_set_operations(struct inode *inode, dev_t rdev);	/* by i_mode */
/* i_nlink goes down; a disk that says it was 0 is reported. */
void ext2_drop_nlink(struct inode *inode);
static inline bool ext2_is_fast_symlink(const struct inode *inode)
{
	return S_ISLNK(inode->i_mode) && inode->i_size < (loff_t)sizeof(EXT2_I(inode)->i_data);
}

/* symlink.c. 0 or errno; i_link is set. Sleep. */
int ext2_read_link(struct inode *inode);
int ext2_write_link(struct inode *inode, const char *target);	/* of a new inode; shorter than a block */

/* dir.c. All need the directory's i_mutex and sleep. An entry is named by its position: its byte in the directory. */
struct ext2_dir_pos { struct buffer_head *bh; struct ext2_dir_entry *de; u32 pos; };	/* bh: with a reference */
/* 0 and at, or -ENOENT, -EIO, -EFSCORRUPTED. hint: where it was last seen. */
int ext2_find_entry(struct inode *dir, const struct qstr *name, u32 hint, struct ext2_dir_pos *at);
/* Adds a name that is not there. 0 and its position, or errno. */
int ext2_add_entry(struct inode *dir, const struct qstr *name, struct inode *inode, u32 *pos);
int ext2_delete_entry(struct inode *dir, struct ext2_dir_pos *at);	/* takes the reference over, as the next does */
void ext2_set_entry(struct inode *dir, struct ext2_dir_pos *at, struct inode *inode);	/* another inode under the name */
int ext2_find_dotdot(struct inode *dir, struct ext2_dir_pos *at);
int ext2_make_empty(struct inode *dir, struct inode *parent);		/* "." and ".." of a new directory */
int ext2_empty_dir(struct inode *dir);		/* 0, -ENOTEMPTY or another errno */
int ext2_readdir(struct file *file, struct dir_context *ctx);

extern const struct inode_operations ext2_dir_iops, ext2_file_iops, ext2_symlink_iops, ext2_special_iops;
extern const struct file_operations ext2_dir_fops, ext2_file_fops;
