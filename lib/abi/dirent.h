/* SPDX-License-Identifier: MIT */
/*
 * What the getdents family writes: records of d_reclen bytes, one after the other. In linux_dirent the type is
 * the record's last byte. d_off is the position of the next record, a cookie. Source: getdents(2), readdir(2).
 */
#ifndef LIB_ABI_DIRENT_H
#define LIB_ABI_DIRENT_H

#include "lib/abi/types.h"

#define DT_UNKNOWN 0
#define DT_FIFO 1
#define DT_CHR 2
#define DT_DIR 4
#define DT_BLK 6
#define DT_REG 8
#define DT_LNK 10
#define DT_SOCK 12
#define DT_WHT 14
#define IFTODT(mode) (((mode) & 0170000) >> 12)

/* getdents, call 141; records are multiples of 4 bytes */
struct linux_dirent {
	__u32 d_ino;
	__u32 d_off;
	__u16 d_reclen;
	char d_name[];
};
ABI_OFFSET(struct linux_dirent, d_name, 10);

/* getdents64, call 220; records are multiples of 8 bytes */
struct linux_dirent64 {
	__u64 d_ino;
	__s64 d_off;
	__u16 d_reclen;
	__u8 d_type;
	char d_name[];
};
ABI_OFFSET(struct linux_dirent64, d_type, 18);
ABI_OFFSET(struct linux_dirent64, d_name, 19);

/* readdir, call 89: one entry */
struct old_linux_dirent {
	__u32 d_ino;
	__u32 d_offset;
	__u16 d_namlen;
	char d_name[];
};

#endif
