/* SPDX-License-Identifier: MIT */
#pragma once
/* Where a process stands in the tree of names; shared by threads (CLONE_FS). */
#include "fs/dcache.h"

struct task_struct;

struct fs_struct {
	atomic_t users;
	spinlock_t lock;	/* guards the rest; taken inside dcache_lock, which root and pwd need as well to change */
	u32 umask;
	struct path root, pwd;	/* with references */
	bool in_exec;
};
extern struct fs_struct init_fs;

int copy_fs(unsigned long clone_flags, struct task_struct *t);	/* 0 or -ENOMEM */
void exit_fs(struct task_struct *t);
int unshare_fs(void);
void set_fs_root(struct fs_struct *fs, const struct path *path);	/* takes its own reference */
void set_fs_pwd(struct fs_struct *fs, const struct path *path);
void get_fs_root(struct fs_struct *fs, struct path *root);
void get_fs_pwd(struct fs_struct *fs, struct path *pwd);
static inline u32 fs_umask(const struct fs_struct *fs) { return fs->umask; }
