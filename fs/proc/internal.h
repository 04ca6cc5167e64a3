/* SPDX-License-Identifier: MIT */
#pragma once
/* Between the files of procfs. */
#include "fs/internal.h"
#include "fs/proc/proc.h"
#include "kernel/task/task.h"

struct proc_dir_entry {
	const char *name;
	u32 namelen;
	umode_t mode;
	u64 ino;
	const struct inode_operations *iops;	/* NULL: by the kind of file */
	const struct file_operations *fops;
	void *data;				/* what the fops make of it */
	int (*show)(struct seq_file *, void *);	/* proc_create_single */
	const struct seq_operations *seq_ops;	/* proc_create_seq */
	struct proc_dir_entry *parent;
	struct list_head subdir;		/* children in the order of their making; by proc_lock */
	struct list_head sibling;
};
extern struct proc_dir_entry proc_root;
extern spinlock_t proc_lock;

/* A file of the directory of a task, or of one of its threads. */
struct pid_entry {
	const char *name;
	umode_t mode;
	int (*show)(struct seq_file *m, struct task_struct *task);	/* text files */
	int (*get_path)(struct task_struct *task, struct path *path);	/* links to files; with references */
	const struct inode_operations *iops;	/* directories and what is special */
	const struct file_operations *fops;
	bool private;				/* only for the owner of the task, see proc_may_inspect */
};

/* Inodes of tasks hold no task: they name it by number and start time, and look it up at each use. */
struct proc_inode {
	struct inode vfs_inode;
	struct proc_dir_entry *pde;	/* or NULL */
	int pid;			/* 0: not of a task */
	u64 start_time;
	const struct pid_entry *entry;
	int fd;				/* fd/N and fdinfo/N */
};
static inline struct proc_inode *PROC_I(const struct inode *inode)
{
	return container_of((struct inode *)inode, struct proc_inode, vfs_inode);
}

/* The instance shows the tree of entries below root: 0 or -ENOMEM. procfs has one such tree, debugfs another. */
int proc_fill_tree(struct super_block *sb, struct proc_dir_entry *root, unsigned long magic);
struct inode *proc_get_inode(struct super_block *sb, struct proc_dir_entry *pde);
/* NULL: no memory. mode with its type. */
struct inode *proc_pid_make_inode(struct super_block *sb, struct task_struct *task, umode_t mode);
/* The task with a reference; NULL once it is gone. */
struct task_struct *get_proc_task(const struct inode *inode);
/* May the current task look into the memory and files of that one? */
bool proc_may_inspect(struct task_struct *task);
struct proc_dir_entry *proc_find(struct proc_dir_entry *dir, const char *name, u32 len);
/* Emits the children of dir from ctx->pos - 2 on; false: the buffer is full. */
bool proc_readdir_entries(struct proc_dir_entry *dir, struct dir_context *ctx);
struct dentry *proc_lookup_entry(struct inode *dir, struct dentry *dentry);
/* A small text that is written: into buf, NUL-terminated, without the newline. The length of all that was written, or errno. */
ssize_t proc_get_text(struct iov_iter *from, char *buf, size_t size);
/* A number without leading zeros, or -1. */
int proc_name_to_int(const struct qstr *name);

struct dentry *proc_pid_lookup(struct inode *dir, struct dentry *dentry);	/* /proc/PID */
int proc_pid_readdir(struct file *file, struct dir_context *ctx, int base);	/* positions from base on */
struct dentry *proc_instantiate(struct dentry *dentry, struct inode *inode, const struct dentry_operations *d_op);
unsigned int nr_processes(void);

extern const struct dentry_operations pid_dentry_operations;
extern const struct inode_operations proc_dir_iops, proc_root_iops, proc_fd_iops, proc_fdinfo_iops, proc_pid_link_iops;
extern const struct file_operations proc_dir_fops, proc_root_fops, proc_fd_fops, proc_fdinfo_fops;
extern const struct file_operations proc_maps_fops, proc_smaps_fops, proc_pagemap_fops;
extern const struct file_operations proc_fail_nth_fops, proc_make_it_fail_fops;	/* debug builds: fs/proc/fail.c */
extern const struct seq_operations mounts_seq_ops, mountinfo_seq_ops;

/* fs/proc/task_text.c. proc_single_fops: a text file of a task, by the show of its pid_entry. */
extern const struct file_operations proc_single_fops, proc_cmdline_fops, proc_environ_fops, proc_auxv_fops;
extern const struct file_operations proc_comm_fops, proc_oom_score_adj_fops;
int proc_comm_show(struct seq_file *m, struct task_struct *task);
int proc_oom_score_adj_show(struct seq_file *m, struct task_struct *task);
int proc_personality_show(struct seq_file *m, struct task_struct *task);
int proc_sched_show(struct seq_file *m, struct task_struct *task);
int proc_limits_show(struct seq_file *m, struct task_struct *task);

int proc_pid_stat(struct seq_file *m, struct task_struct *task);
int proc_tgid_stat(struct seq_file *m, struct task_struct *task);
int proc_pid_status(struct seq_file *m, struct task_struct *task);
int proc_pid_statm(struct seq_file *m, struct task_struct *task);
/* ns to the ticks of 1/100 s that programs know. */
u64 nsec_to_clock_t(u64 ns);
