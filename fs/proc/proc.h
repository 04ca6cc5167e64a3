/* SPDX-License-Identifier: MIT */
#pragma once
/* Adding to /proc and /proc/sys. Entries are static or live for ever; nothing is removed. */
#include "fs/seq_file.h"

struct proc_dir_entry;

/* parent NULL: /proc itself. name may hold "/" for existing or new directories. NULL: no memory. */
struct proc_dir_entry *proc_mkdir(const char *name, struct proc_dir_entry *parent);
struct proc_dir_entry *proc_create(const char *name, umode_t mode, struct proc_dir_entry *parent,
				   const struct file_operations *fops);
struct proc_dir_entry *proc_create_data(const char *name, umode_t mode, struct proc_dir_entry *parent,
					const struct file_operations *fops, void *data);
struct proc_dir_entry *proc_create_single(const char *name, umode_t mode, struct proc_dir_entry *parent,
					  int (*show)(struct seq_file *, void *));
struct proc_dir_entry *proc_create_seq(const char *name, umode_t mode, struct proc_dir_entry *parent,
				       const struct seq_operations *ops);
struct proc_dir_entry *proc_symlink(const char *name, struct proc_dir_entry *parent, const char *target);
void *proc_data(const struct inode *inode);	/* the data of its entry */

/*
 * sysctl: a variable as a text file. register_sysctl("vm", table) makes /proc/sys/vm/NAME for each entry.
 */
struct ctl_table {
	const char *procname;		/* NULL ends the table */
	void *data;
	int maxlen;			/* bytes of data */
	umode_t mode;			/* 0644 */
	/* Read: print into buf (at most *len, set to the length). Write: parse buf of *len bytes, NUL-terminated. 0 or errno. */
	int (*proc_handler)(const struct ctl_table *t, bool write, char *buf, size_t *len);
	long extra1, extra2;		/* smallest and largest value, for minmax */
};
int register_sysctl(const char *path, const struct ctl_table *table);
int proc_dointvec(const struct ctl_table *t, bool write, char *buf, size_t *len);	/* ints */
int proc_dointvec_minmax(const struct ctl_table *t, bool write, char *buf, size_t *len);
int proc_doulongvec(const struct ctl_table *t, bool write, char *buf, size_t *len);
int proc_dostring(const struct ctl_table *t, bool write, char *buf, size_t *len);
