/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The names of pseudo-terminals, for the driver (kernel/dev/pty.c). All of it sleeps but devpts_slave.
 * Whoever has a number holds an active reference to the instance, so that it outlives its last mount.
 */
#include "fs/file.h"

/* The root of the instance that an opened ptmx belongs to, with references. 0, or -ENODEV: there is none beside it. */
int devpts_root(struct file *ptmx, struct path *root);
/* The lowest free number, with a reference to the instance; -ENOSPC. */
int devpts_new_index(struct super_block *sb);
void devpts_put_index(struct super_block *sb, u32 index);
/* Makes the slave's name, owned by the opener as the mount options say; tty is what devpts_slave finds. ERR_PTR. */
struct dentry *devpts_new_slave(struct super_block *sb, u32 index, void *tty);
/* Removes it; the dentry stays the caller's. Afterwards devpts_slave does not find the terminal any more. */
void devpts_remove_slave(struct dentry *node);
/* Calls get on what the file's inode stands for, while that cannot be removed, and returns it. NULL: not (any more) a slave. */
void *devpts_slave(struct file *file, void (*get)(void *tty));
