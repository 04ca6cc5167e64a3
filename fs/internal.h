/* SPDX-License-Identifier: MIT */
#pragma once
/* Between the files of the VFS itself. */
#include "fs/fs.h"
#include "mm/slab.h"

void fs_struct_init(void);
void file_table_init(void);
void namei_init(void);
void pipe_init(void);
void anon_inode_init(void);
void tmpfs_init(void);
extern struct list_head mount_list;	/* every mount of the tree, in the order of their making */
void mount_rootfs(struct file_system_type *type);
void locks_init(void);

/*
 * The state of a path walk. While locked is set the walk holds dcache_lock and no references at all; the rule in
 * fs/dcache.h makes that safe. nd_unlock() takes the references and lets the lock go, for good in this walk.
 */
enum { LAST_NORM, LAST_DOT, LAST_DOTDOT, LAST_ROOT };
struct nameidata {
	struct path path;		/* where the walk stands */
	struct inode *inode;		/* path.dentry's */
	struct path root;		/* ".." stops here; absolute links start here */
	struct qstr last;		/* LOOKUP_PARENT: the final component, not looked up */
	int last_type;			/* LAST_* */
	bool last_slash;		/* it had a slash behind it */
	bool locked;
	u32 flags;			/* LOOKUP_* */
	unsigned int links;		/* symbolic links followed */
	unsigned int steps;		/* components since the lock was taken */
	const char *rest;		/* what is still to be walked after last */
	char *buf;			/* 2 * PATH_MAX: a link's text followed by the rest of the path lies at its end */
};
/* 0, with nd to be given back by nd_end; on an error nothing is held. */
int nd_begin(struct nameidata *nd, int dfd, const char *name, u32 flags);
int nd_walk(struct nameidata *nd, const char *name);	/* on an error nothing is held any more */
void nd_unlock(struct nameidata *nd);
void nd_end(struct nameidata *nd);
/* nd stands (with references) in the directory of link, which is at last: make nd->rest the link's text and what
 * followed it, and move nd to where that begins. Takes over link's references; nd keeps its own, also on an error. */
int nd_follow_link(struct nameidata *nd, struct path *link);
/* Ask the file system. The answer may be negative. ERR_PTR. */
struct dentry *lookup_slow(struct dentry *dir, const struct qstr *name);	/* dir's i_mutex held */
void traverse_mounts(struct path *path);		/* references move along */
/* May the task make this name, or remove it? dir's i_mutex held. */
int may_create(struct inode *dir, struct dentry *child);
int may_delete(struct inode *dir, struct dentry *victim, bool isdir);
struct file *alloc_empty_file(u32 flags);	/* ERR_PTR */
void free_empty_file(struct file *f);
int do_dentry_open(struct file *f);		/* f_path set: fills the rest and calls open */
long do_sys_open(int dfd, const char *user_name, int flags, umode_t mode);
struct file *do_filp_open(int dfd, const char *name, int flags, umode_t mode);

long f_dupfd(unsigned int start, struct file *file, u32 flags);
bool get_close_on_exec(unsigned int fd);
void set_close_on_exec(unsigned int fd, bool on);
