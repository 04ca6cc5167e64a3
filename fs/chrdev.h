/* SPDX-License-Identifier: MIT */
#pragma once
/* Device numbers and who serves them; device nodes in /dev. */
#include "fs/file.h"

/* Minors [base, base + count) of a major belong to fops. 0, -EBUSY, -ENOMEM. name must stay. */
int register_chrdev(u32 major, u32 base, u32 count, const char *name, const struct file_operations *fops);
int register_blkdev(u32 major, const char *name);	/* for /proc/devices */
/* Make /dev/NAME as devtmpfs shows it, in every mount of it, with the directories on the way; "pts/" makes a directory
 * alone. mode with S_IFCHR or S_IFBLK. From initcalls and later. 0 or errno. */
int device_create_node(const char *name, umode_t mode, dev_t dev);
extern const struct file_operations def_chr_fops, def_blk_fops;
struct seq_file;
void chrdev_show(struct seq_file *m);	/* /proc/devices */
