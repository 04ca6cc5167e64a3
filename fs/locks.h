/* SPDX-License-Identifier: MIT */
#pragma once
/* Advisory locks: POSIX record locks, open-file-description locks, flock. See fs/locks.c. */
#include "fs/file.h"
struct files_struct;
/* close(2): the process's record locks on the file go. */
void locks_remove_posix(struct file *file, struct files_struct *owner);
void locks_remove_file(struct file *file);	/* last reference: flock and OFD locks go */
void locks_free_lock_context(struct inode *inode);
struct seq_file;
int fcntl_getlk(struct file *file, u32 cmd, struct flock64 *fl);
int fcntl_setlk(unsigned int fd, struct file *file, u32 cmd, struct flock64 *fl);
