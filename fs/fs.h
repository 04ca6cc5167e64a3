/* SPDX-License-Identifier: MIT */
#pragma once
/* The file systems' interface in one include, and how the kernel starts them. */
#include "fs/chrdev.h"
#include "fs/file.h"
#include "fs/fs_struct.h"
#include "fs/mount.h"
#include "fs/namei.h"
#include "fs/super.h"

/* Caches, the root tmpfs, init_task's root and working directory. After mm and tasks are up; may sleep. */
void vfs_init(void);
/* Unpack a newc cpio archive into the root. 0, or errno after a message that says what is wrong and what to try. */
int populate_rootfs(const void *buf, size_t len);
int unpack_initramfs(const void *buf, size_t len);
/* The root from a disk, as root= says, in the place of the first tmpfs. Panics with words if there is none. */
void mount_root(void);
/* Make what is mounted at name the root of all (pivot the kernel's idea of "/"). 0 or errno. */
int switch_root(const char *name);
/* Write back everything; for sync(2), reboot and panic-free shutdown. Sleeps. */
void ksys_sync(void);
/* For tests and drop_caches: 1 page cache, 2 dentries and inodes, 3 both. */
void drop_caches(int what);
