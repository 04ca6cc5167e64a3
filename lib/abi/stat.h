/* SPDX-License-Identifier: MIT */
/*
 * What a file is. i386 has four answers, one per age of the ABI: __old_kernel_stat (calls 18, 28, 84), abi_stat
 * (calls 106-108, "newstat"), stat64 (calls 195-197, 300) and statx (call 383). Source: stat(2), statx(2),
 * inode(7), and the kernel's asm/stat.h for the layouts.
 */
#ifndef LIB_ABI_STAT_H
#define LIB_ABI_STAT_H

#include "lib/abi/types.h"

#define S_IFMT 00170000
#define S_IFSOCK 0140000
#define S_IFLNK 0120000
#define S_IFREG 0100000
#define S_IFBLK 0060000
#define S_IFDIR 0040000
#define S_IFCHR 0020000
#define S_IFIFO 0010000
#define S_ISUID 0004000
#define S_ISGID 0002000
#define S_ISVTX 0001000

#define S_ISLNK(m) (((m) & S_IFMT) == S_IFLNK)
#define S_ISREG(m) (((m) & S_IFMT) == S_IFREG)
#define S_ISDIR(m) (((m) & S_IFMT) == S_IFDIR)
#define S_ISCHR(m) (((m) & S_IFMT) == S_IFCHR)
#define S_ISBLK(m) (((m) & S_IFMT) == S_IFBLK)
#define S_ISFIFO(m) (((m) & S_IFMT) == S_IFIFO)
#define S_ISSOCK(m) (((m) & S_IFMT) == S_IFSOCK)

#define S_IRWXU 00700
#define S_IRUSR 00400
#define S_IWUSR 00200
#define S_IXUSR 00100
#define S_IRWXG 00070
#define S_IRGRP 00040
#define S_IWGRP 00020
#define S_IXGRP 00010
#define S_IRWXO 00007
#define S_IROTH 00004
#define S_IWOTH 00002
#define S_IXOTH 00001
#define S_IRWXUGO (S_IRWXU | S_IRWXG | S_IRWXO)
#define S_IALLUGO (S_ISUID | S_ISGID | S_ISVTX | S_IRWXUGO)
#define S_IRUGO (S_IRUSR | S_IRGRP | S_IROTH)
#define S_IWUGO (S_IWUSR | S_IWGRP | S_IWOTH)
#define S_IXUGO (S_IXUSR | S_IXGRP | S_IXOTH)

/* utimensat(2): in tv_nsec */
#define UTIME_NOW 0x3fffffff
#define UTIME_OMIT 0x3ffffffe

struct __old_kernel_stat {
	__u16 st_dev;
	__u16 st_ino;
	__u16 st_mode;
	__u16 st_nlink;
	__u16 st_uid;
	__u16 st_gid;
	__u16 st_rdev;
	__u32 st_size;
	__u32 st_atime;
	__u32 st_mtime;
	__u32 st_ctime;
};
ABI_SIZE(struct __old_kernel_stat, 32);

struct abi_stat {
	__u32 st_dev;
	__u32 st_ino;
	__u16 st_mode;
	__u16 st_nlink;
	__u16 st_uid;
	__u16 st_gid;
	__u32 st_rdev;
	__u32 st_size;
	__u32 st_blksize;
	__u32 st_blocks;
	__u32 st_atime;
	__u32 st_atime_nsec;
	__u32 st_mtime;
	__u32 st_mtime_nsec;
	__u32 st_ctime;
	__u32 st_ctime_nsec;
	__u32 __unused4;
	__u32 __unused5;
};
ABI_SIZE(struct abi_stat, 64);
ABI_OFFSET(struct abi_stat, st_size, 20);
ABI_OFFSET(struct abi_stat, st_ctime_nsec, 52);

struct stat64 {
	__u64 st_dev;
	__u8 __pad0[4];
	__u32 __st_ino;		/* the low half, for programs older than st_ino below */
	__u32 st_mode;
	__u32 st_nlink;
	__u32 st_uid;
	__u32 st_gid;
	__u64 st_rdev;
	__u8 __pad3[4];
	__s64 st_size;
	__u32 st_blksize;
	__u64 st_blocks;	/* of 512 bytes */
	__u32 st_atime;
	__u32 st_atime_nsec;
	__u32 st_mtime;
	__u32 st_mtime_nsec;
	__u32 st_ctime;
	__u32 st_ctime_nsec;
	__u64 st_ino;
};
ABI_SIZE(struct stat64, 96);
ABI_OFFSET(struct stat64, __st_ino, 12);
ABI_OFFSET(struct stat64, st_rdev, 32);
ABI_OFFSET(struct stat64, st_size, 44);
ABI_OFFSET(struct stat64, st_blocks, 56);
ABI_OFFSET(struct stat64, st_atime, 64);
ABI_OFFSET(struct stat64, st_ino, 88);

struct statx_timestamp {
	__s64 tv_sec;
	__u32 tv_nsec;
	__s32 __reserved;
};

struct statx {
	__u32 stx_mask;
	__u32 stx_blksize;
	__u64 stx_attributes;
	__u32 stx_nlink;
	__u32 stx_uid;
	__u32 stx_gid;
	__u16 stx_mode;
	__u16 __spare0[1];
	__u64 stx_ino;
	__u64 stx_size;
	__u64 stx_blocks;
	__u64 stx_attributes_mask;
	struct statx_timestamp stx_atime;
	struct statx_timestamp stx_btime;
	struct statx_timestamp stx_ctime;
	struct statx_timestamp stx_mtime;
	__u32 stx_rdev_major;
	__u32 stx_rdev_minor;
	__u32 stx_dev_major;
	__u32 stx_dev_minor;
	__u64 stx_mnt_id;
	__u32 stx_dio_mem_align;
	__u32 stx_dio_offset_align;
	__u64 __spare3[12];
};
ABI_SIZE(struct statx, 256);
ABI_OFFSET(struct statx, stx_ino, 32);
ABI_OFFSET(struct statx, stx_atime, 64);
ABI_OFFSET(struct statx, stx_rdev_major, 128);
ABI_OFFSET(struct statx, stx_mnt_id, 144);

#define STATX_TYPE 0x0001
#define STATX_MODE 0x0002
#define STATX_NLINK 0x0004
#define STATX_UID 0x0008
#define STATX_GID 0x0010
#define STATX_ATIME 0x0020
#define STATX_MTIME 0x0040
#define STATX_CTIME 0x0080
#define STATX_INO 0x0100
#define STATX_SIZE 0x0200
#define STATX_BLOCKS 0x0400
#define STATX_BASIC_STATS 0x07ff
#define STATX_BTIME 0x0800
#define STATX_ALL 0x0fff
#define STATX_MNT_ID 0x1000
#define STATX__RESERVED 0x80000000u

#define STATX_ATTR_MOUNT_ROOT 0x2000

#define AT_STATX_SYNC_TYPE 0x6000
#define AT_STATX_FORCE_SYNC 0x2000
#define AT_STATX_DONT_SYNC 0x4000

#endif
