/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Reading a cpio archive of the "newc" kind (cpio(5)), which is what a ramdisk is: for each file a
 * header of 110 ASCII bytes, the name with its NUL, and the data, each padded to a multiple of four.
 * Nothing in an archive is believed: every length is checked against the buffer.
 */
#include "lib/types.h"

struct cpio_entry {
	const char *name;	/* in the buffer, NUL-terminated */
	u32 namelen;		/* without the NUL */
	u32 ino;		/* same ino and dev, nlink above 1: hard links; the data comes with the last */
	u32 mode;
	u32 uid, gid;
	u32 nlink;
	u32 mtime;		/* seconds since 1970 */
	u32 dev_major, dev_minor;
	u32 rdev_major, rdev_minor;	/* of a device file */
	u32 size;		/* of data: the file's contents or the symbolic link's target */
	const u8 *data;
};

/*
 * Reads the entry at *offset (0 at first) of the len bytes at buf and moves *offset behind it.
 * 1: e is filled in.  0: the end of the archive ("TRAILER!!!"); another one may follow at *offset.
 * -EINVAL: this is no newc header.  -ENODATA: the archive ends too early.
 */
int cpio_next(const void *buf, size_t len, size_t *offset, struct cpio_entry *e);
