/* SPDX-License-Identifier: MIT */
/* How full a file system is. Source: statfs(2), statfs64 (calls 268, 269) from the kernel's asm-generic/statfs.h. */
#ifndef LIB_ABI_STATFS_H
#define LIB_ABI_STATFS_H

#include "lib/abi/types.h"

typedef struct {
	__s32 val[2];
} __kernel_fsid_t;

struct statfs {
	__u32 f_type;
	__u32 f_bsize;
	__u32 f_blocks;
	__u32 f_bfree;
	__u32 f_bavail;
	__u32 f_files;
	__u32 f_ffree;
	__kernel_fsid_t f_fsid;
	__u32 f_namelen;
	__u32 f_frsize;
	__u32 f_flags;
	__u32 f_spare[4];
};
ABI_SIZE(struct statfs, 64);

/* The calls' size argument must be sizeof(struct statfs64). */
struct statfs64 {
	__u32 f_type;
	__u32 f_bsize;
	__u64 f_blocks;
	__u64 f_bfree;
	__u64 f_bavail;
	__u64 f_files;
	__u64 f_ffree;
	__kernel_fsid_t f_fsid;
	__u32 f_namelen;
	__u32 f_frsize;
	__u32 f_flags;
	__u32 f_spare[4];
};
ABI_SIZE(struct statfs64, 84);
ABI_OFFSET(struct statfs64, f_fsid, 48);

#define ST_RDONLY 1
#define ST_NOSUID 2
#define ST_NODEV 4
#define ST_NOEXEC 8
#define ST_SYNCHRONOUS 16
#define ST_VALID 0x0020
#define ST_NOATIME 0x0400
#define ST_NODIRATIME 0x0800
#define ST_RELATIME 0x1000

/* f_type */
#define EXT2_SUPER_MAGIC 0xEF53
#define TMPFS_MAGIC 0x01021994
#define RAMFS_MAGIC 0x858458f6u
#define PROC_SUPER_MAGIC 0x9fa0
#define SYSFS_MAGIC 0x62656572
#define DEBUGFS_MAGIC 0x64626720
#define DEVPTS_SUPER_MAGIC 0x1cd1
#define PIPEFS_MAGIC 0x50495045
#define SOCKFS_MAGIC 0x534F434B
#define ANON_INODE_FS_MAGIC 0x09041934

#endif
