/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The mount tree: which file system's root covers which directory. The tree's links and the hash that maps a
 * (mount, dentry) pair to the mount on top of it are guarded by dcache_lock for readers; writers hold
 * namespace_sem as well, so that holding either is enough to read.
 */
#include "fs/super.h"

struct vfsmount {
	struct hlist_node mnt_hash;		/* by mnt_parent and mnt_mountpoint */
	struct vfsmount *mnt_parent;		/* itself: the root of the tree, or detached */
	struct dentry *mnt_mountpoint;		/* with a reference, in mnt_parent */
	struct dentry *mnt_root;		/* with a reference */
	struct super_block *mnt_sb;		/* with an active reference */
	struct list_head mnt_mounts, mnt_child;	/* mounts on this one */
	struct list_head mnt_list;		/* all attached mounts in order, for /proc/mounts */
	atomic_t mnt_count;			/* references; an attached mount has one of its own */
	atomic_t mnt_writers;			/* mnt_want_write, open writable files */
	u32 mnt_flags;				/* MNT_* */
	int mnt_id;
	char *mnt_devname;
};
#define MNT_NOSUID 0x1u
#define MNT_NODEV 0x2u
#define MNT_NOEXEC 0x4u
#define MNT_NOATIME 0x8u
#define MNT_NODIRATIME 0x10u
#define MNT_RELATIME 0x20u
#define MNT_READONLY 0x40u
#define MNT_INTERNAL 0x4000u		/* of the kernel, not in the tree */

static inline struct vfsmount *mntget(struct vfsmount *m) { atomic_inc(&m->mnt_count); return m; }
void mntput(struct vfsmount *m);	/* may sleep; NULL is fine */
bool path_noexec(const struct path *path);	/* by its mount, or by the kind of its file system */
/* Reserve the right to change the file system: 0 or -EROFS; pair with mnt_drop_write. */
int mnt_want_write(struct vfsmount *m);
static inline void mnt_drop_write(struct vfsmount *m) { atomic_dec(&m->mnt_writers); }
/* What is mounted on dentry in mnt, or NULL; no reference. dcache_lock held. */
struct vfsmount *__lookup_mnt(struct vfsmount *mnt, struct dentry *dentry);
/* Step from a mount's root to the place it covers; false at the root of all. References move along. */
bool follow_up(struct path *path);
/* Step onto whatever is mounted on path, repeatedly. References move along. */
void follow_down(struct path *path);
/* A mount of the kernel's own, outside the tree. ERR_PTR. */
struct vfsmount *kern_mount(struct file_system_type *type);
/* Mount inside the kernel: type on the directory. 0 or errno. */
int do_mount(const char *dev_name, const char *dir_name, const char *type, u32 flags, void *data);
extern struct rw_semaphore namespace_sem;
extern struct vfsmount *root_mnt;	/* of the root file system */
void mnt_init(void);
