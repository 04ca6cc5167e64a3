/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Files for those who look for mistakes: whatever a part of the kernel wants to show, or to be told, with no promise that the
 * next version has it too. Made once, from initcalls, and never removed. Only root may look.
 */
#include "fs/proc/proc.h"

/* parent NULL: the root of debugfs. NULL: no memory. */
struct proc_dir_entry *debugfs_create_dir(const char *name, struct proc_dir_entry *parent);
struct proc_dir_entry *debugfs_create_file(const char *name, umode_t mode, struct proc_dir_entry *parent, void *data,
					   const struct file_operations *fops);	/* proc_data() gives the data */

/* A file that is read and written as one text. store gets it without the newline: 0 or errno. Either may be NULL. */
struct debugfs_text {
	int (*show)(struct seq_file *m, void *data);
	int (*store)(void *data, const char *text);
};
struct proc_dir_entry *debugfs_create_text(const char *name, umode_t mode, struct proc_dir_entry *parent, void *data,
					   const struct debugfs_text *ops);
struct proc_dir_entry *debugfs_create_u32(const char *name, umode_t mode, struct proc_dir_entry *parent, u32 *value);
struct proc_dir_entry *debugfs_create_bool(const char *name, umode_t mode, struct proc_dir_entry *parent, bool *value);	/* Y or N */
