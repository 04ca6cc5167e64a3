/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * ext2 as it lies on a disk. Sources: "The Second Extended File System" by Dave Poirier, and for the names of later
 * features "ext4 Data Structures and Algorithms" in Linux's documentation. All numbers are little-endian, as on this CPU.
 *
 *      block group 0                     group 1 ...               each group, of s_blocks_per_group blocks:
 *   +------+-----------------------+---------------------+---
 *   | boot | group                 | group               |       [superblock | descriptors]  block   inode   inode
 *   +------+-----------------------+---------------------+---     copies, in some groups     bitmap  bitmap  table    data ...
 *   0    1024 bytes: the superblock
 *
 * The superblock is always 1024 bytes behind the start; the descriptors of all groups follow in the next block.
 */
#include "lib/types.h"

#define EXT2_SB_OFFSET 1024u
#define EXT2_MIN_BLOCK_LOG 10u

/* Inodes with a purpose. The first for files is s_first_ino. */
#define EXT2_ROOT_INO 2u
#define EXT2_GOOD_OLD_FIRST_INO 11u
#define EXT2_GOOD_OLD_INODE_SIZE 128u
#define EXT2_LINK_MAX 32000u
#define EXT2_NAME_LEN 255u

struct ext2_super_block {
	u32 s_inodes_count, s_blocks_count, s_r_blocks_count, s_free_blocks_count, s_free_inodes_count;
	u32 s_first_data_block;		/* the block of the superblock: 1 with blocks of 1 KiB, else 0 */
	u32 s_log_block_size;		/* 1024 << this */
	u32 s_log_frag_size;
	u32 s_blocks_per_group, s_frags_per_group, s_inodes_per_group;
	u32 s_mtime, s_wtime;		/* mounted, written: seconds since 1970 */
	u16 s_mnt_count, s_max_mnt_count;
	u16 s_magic;			/* EXT2_SUPER_MAGIC */
	u16 s_state;			/* EXT2_*_FS */
	u16 s_errors;			/* EXT2_ERRORS_* */
	u16 s_minor_rev_level;
	u32 s_lastcheck, s_checkinterval, s_creator_os;
	u32 s_rev_level;		/* 0: what follows s_def_resgid has no meaning */
	u16 s_def_resuid, s_def_resgid;	/* who may use the reserved blocks beside root */
	u32 s_first_ino;
	u16 s_inode_size, s_block_group_nr;
	u32 s_feature_compat;		/* who does not know one may write all the same */
	u32 s_feature_incompat;		/* ... may not mount at all */
	u32 s_feature_ro_compat;	/* ... may only read */
	u8 s_uuid[16];
	char s_volume_name[16], s_last_mounted[64];
	u32 s_algorithm_usage_bitmap;
	u8 s_prealloc_blocks, s_prealloc_dir_blocks;
	u16 s_reserved_gdt_blocks;
	u8 s_later[380];		/* of ext3 and ext4 */
	u32 s_backup_bgs[2];		/* with sparse_super2: the groups that have copies */
	u8 s_still_later[428];
};
static_assert(sizeof(struct ext2_super_block) == 1024, "the superblock is 1024 bytes");
static_assert(offsetof(struct ext2_super_block, s_magic) == 56, "s_magic");
static_assert(offsetof(struct ext2_super_block, s_rev_level) == 76, "s_rev_level");
static_assert(offsetof(struct ext2_super_block, s_feature_compat) == 92, "s_feature_compat");
static_assert(offsetof(struct ext2_super_block, s_uuid) == 104, "s_uuid");
static_assert(offsetof(struct ext2_super_block, s_backup_bgs) == 588, "s_backup_bgs");

/* s_state */
#define EXT2_VALID_FS 1u		/* unmounted cleanly */
#define EXT2_ERROR_FS 2u		/* something was found wrong */
/* s_errors, and the mount option errors= */
#define EXT2_ERRORS_CONTINUE 1u
#define EXT2_ERRORS_RO 2u
#define EXT2_ERRORS_PANIC 3u

#define EXT2_FEATURE_COMPAT_SPARSE_SUPER2 0x200u
#define EXT2_FEATURE_INCOMPAT_FILETYPE 0x2u
#define EXT2_FEATURE_RO_COMPAT_SPARSE_SUPER 0x1u
#define EXT2_FEATURE_RO_COMPAT_LARGE_FILE 0x2u
#define EXT2_FEATURE_RO_COMPAT_BTREE_DIR 0x4u

struct ext2_group_desc {
	u32 bg_block_bitmap, bg_inode_bitmap, bg_inode_table;	/* block numbers */
	u16 bg_free_blocks_count, bg_free_inodes_count, bg_used_dirs_count;
	u16 bg_flags;
	u32 bg_later[3];
};
static_assert(sizeof(struct ext2_group_desc) == 32, "a group descriptor is 32 bytes");

/* i_block: twelve direct blocks, then the roots of trees of one, two and three levels. */
#define EXT2_NDIR_BLOCKS 12u
#define EXT2_IND_BLOCK 12u
#define EXT2_N_BLOCKS 15u

struct ext2_inode {
	u16 i_mode, i_uid;
	u32 i_size;
	u32 i_atime, i_ctime, i_mtime;	/* seconds, signed */
	u32 i_dtime;			/* when it was deleted */
	u16 i_gid, i_links_count;
	u32 i_blocks;			/* of 512 bytes, indirect blocks included */
	u32 i_flags;			/* EXT2_*_FL */
	u32 i_osd1;
	u32 i_block[EXT2_N_BLOCKS];	/* or the text of a short symbolic link, or a device number */
	u32 i_generation;
	u32 i_file_acl;			/* the block of extended attributes */
	u32 i_size_high;		/* of regular files */
	u32 i_faddr;
	u16 i_blocks_high, i_file_acl_high;
	u16 i_uid_high, i_gid_high;
	u32 i_osd2_reserved;
};
static_assert(sizeof(struct ext2_inode) == 128, "an inode has at least 128 bytes");
static_assert(offsetof(struct ext2_inode, i_block) == 40, "i_block");
static_assert(offsetof(struct ext2_inode, i_size_high) == 108, "i_size_high");
static_assert(offsetof(struct ext2_inode, i_uid_high) == 120, "i_uid_high");

/* i_flags: as chattr(1) shows them */
#define EXT2_SECRM_FL 0x1u
#define EXT2_UNRM_FL 0x2u
#define EXT2_COMPR_FL 0x4u
#define EXT2_SYNC_FL 0x8u
#define EXT2_IMMUTABLE_FL 0x10u
#define EXT2_APPEND_FL 0x20u
#define EXT2_NODUMP_FL 0x40u
#define EXT2_NOATIME_FL 0x80u
#define EXT2_INDEX_FL 0x1000u		/* directory with a hash tree (ext3) */
#define EXT2_NOTAIL_FL 0x8000u
#define EXT2_DIRSYNC_FL 0x10000u
#define EXT2_TOPDIR_FL 0x20000u
#define EXT2_FL_USER_VISIBLE 0x0003dfffu
#define EXT2_FL_USER_MODIFIABLE 0x000380ffu
/* What a new file takes over from its directory. */
#define EXT2_FL_INHERITED (EXT2_SECRM_FL | EXT2_UNRM_FL | EXT2_COMPR_FL | EXT2_SYNC_FL | EXT2_NODUMP_FL | \
			   EXT2_NOATIME_FL | EXT2_NOTAIL_FL | EXT2_DIRSYNC_FL)

/* A directory entry. A block is filled with them from end to end; none crosses into the next. */
struct ext2_dir_entry {
	u32 inode;			/* 0: unused space */
	u16 rec_len;			/* to the next entry: a multiple of 4 */
	u8 name_len;
	u8 file_type;			/* EXT2_FT_*, with the feature filetype; else 0 */
	char name[];			/* not terminated */
};
static_assert(sizeof(struct ext2_dir_entry) == 8, "the head of a directory entry is 8 bytes");
#define EXT2_DIR_REC_LEN(name_len) (((name_len) + 8u + 3u) & ~3u)

enum {
	EXT2_FT_UNKNOWN, EXT2_FT_REG_FILE, EXT2_FT_DIR, EXT2_FT_CHRDEV, EXT2_FT_BLKDEV, EXT2_FT_FIFO, EXT2_FT_SOCK, EXT2_FT_SYMLINK,
	EXT2_FT_MAX
};

/* The head of a block of extended attributes, which several inodes may share. */
struct ext2_xattr_header {
	u32 h_magic, h_refcount, h_blocks, h_hash;
};
#define EXT2_XATTR_MAGIC 0xEA020000u
