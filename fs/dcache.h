/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Dentries: the tree of names as far as it is known. A dentry joins a name in a directory to an inode, or records
 * that there is no such name (negative: d_inode is NULL).
 *
 * Lifetime: a dentry holds a reference to its parent and to its inode. At count zero a hashed dentry stays in the
 * cache, on the LRU, until the shrinker takes it; an unhashed one is freed at once.
 *
 * The rule that makes path walks cheap: nothing reachable from a dentry (the dentry itself, its inode, a mount on
 * it) is freed without passing through dcache_lock. Whoever holds dcache_lock may therefore look at all of it
 * without taking references.
 */
#include "kernel/sched/mutex.h"
#include "lib/abi/limits.h"
#include "lib/atomic.h"
#include "lib/list.h"

struct inode;
struct super_block;
struct vfsmount;
struct dentry;

/* A name with its length and hash: computed once per walk, compared before the bytes are. */
struct qstr {
	u32 hash;
	u32 len;
	const char *name;	/* not always terminated: len counts */
};
#define QSTR_INIT(n) { 0, sizeof(n) - 1, n }

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

/* All optional. */
struct dentry_operations {
	/* Is the cached answer still true? 1: yes; 0: forget it; errno. May sleep. */
	int (*d_revalidate)(struct dentry *dentry);
	/* At the last dput: nonzero to free it instead of keeping it. Under dcache_lock. */
	int (*d_delete)(const struct dentry *dentry);
	void (*d_release)(struct dentry *dentry);
	/* The text for d_path of a file without a place in the tree ("pipe:[12]"); length or errno. May sleep. */
	int (*d_dname)(struct dentry *dentry, char *buf, int len);
};

#define DNAME_INLINE_LEN 40

struct dentry {
	struct hlist_node d_hash;	/* by dcache_lock, as all up to d_iname unless said otherwise */
	struct dentry *d_parent;	/* itself for a root */
	struct qstr d_name;		/* changes in rename only, which also holds the directories' i_mutex */
	struct inode *d_inode;
	atomic_t d_count;		/* from zero it is raised under dcache_lock only */
	u32 d_flags;			/* DCACHE_* */
	struct super_block *d_sb;	/* constant */
	const struct dentry_operations *d_op;	/* constant once hashed; or NULL */
	struct list_head d_lru;
	struct list_head d_child;	/* in d_parent->d_subdirs */
	struct list_head d_subdirs;
	struct list_head d_fs_list;	/* for the file system; tmpfs: the directory's entries, by its i_mutex */
	unsigned long d_cookie;		/* for the file system; tmpfs: position in the directory */
	void *d_fsdata;			/* for the file system */
	char d_iname[DNAME_INLINE_LEN];	/* short names lie here; longer ones are kmalloced */
};

#define DCACHE_MOUNTED 0x1u		/* something is mounted here in some mount */
#define DCACHE_LRU 0x2u			/* is on the LRU (it may be in use again) */
#define DCACHE_REFERENCED 0x4u		/* used since the shrinker last saw it */
#define DCACHE_DISCONNECTED 0x8u	/* has no place in the tree: pipes, anonymous inodes */
#define DCACHE_PINNED 0x10u		/* the only record of the name (tmpfs): holds a reference on itself */

extern spinlock_t dcache_lock;

void dcache_init(void);

/* A new dentry, count 1, not hashed, negative, with a reference to parent. NULL: no memory. */
struct dentry *d_alloc(struct dentry *parent, const struct qstr *name);
struct dentry *d_alloc_name(struct dentry *parent, const char *name);
/* The root of a new tree; takes over the inode's reference, also on failure (NULL). */
struct dentry *d_make_root(struct inode *root);
/* A dentry outside every tree with the given name, for pipes and the like; takes over the inode. NULL: no memory (inode untouched). */
struct dentry *d_alloc_pseudo(struct super_block *sb, const char *name, struct inode *inode);

/* Gives a negative dentry its inode (reference taken over). */
void d_instantiate(struct dentry *dentry, struct inode *inode);
/* The same and makes it findable; inode may be NULL: a negative entry. The parent's i_mutex is held. */
void d_add(struct dentry *dentry, struct inode *inode);
void d_rehash(struct dentry *dentry);
/* No longer findable; holders keep it. */
void d_drop(struct dentry *dentry);
/* The name has gone: becomes negative if nobody else uses it, else is dropped. */
void d_delete(struct dentry *dentry);
/* dentry takes target's name and place; target is dropped. Both directories' i_mutex are held. */
void d_move(struct dentry *dentry, struct dentry *target);
void d_exchange(struct dentry *a, struct dentry *b);
/* NULL or the cached dentry with a reference. d_lookup_locked: dcache_lock held, no reference is taken. */
struct dentry *d_lookup(struct dentry *parent, const struct qstr *name);
struct dentry *d_lookup_locked(struct dentry *parent, const struct qstr *name);
/* A dentry that nothing but memory records is pinned when its name is made and unpinned when it is removed. */
void d_instantiate_pinned(struct dentry *dentry, struct inode *inode);
void d_unpin(struct dentry *dentry);
/* Free the unused dentries in the directory: what a directory must get rid of before it goes. */
void shrink_dcache_parent(struct dentry *parent);
/* Free the tree of a file system that has no more users. */
void shrink_dcache_for_umount(struct super_block *sb);
unsigned long prune_dcache(unsigned long nr);		/* at most nr from the cold end; count freed */
bool is_subdir(struct dentry *dentry, struct dentry *ancestor);
extern atomic_t nr_dentry, nr_dentry_unused;

static inline struct dentry *dget(struct dentry *dentry) { atomic_inc(&dentry->d_count); return dentry; }
void dput(struct dentry *dentry);			/* may sleep; NULL is fine */
static inline bool d_unhashed(const struct dentry *d) { return hlist_unhashed(&d->d_hash); }
static inline bool d_is_negative(const struct dentry *d) { return !d->d_inode; }
static inline bool IS_ROOT(const struct dentry *d) { return d->d_parent == d; }
/* Removed while still in use: nothing may be created below it. */
static inline bool d_unlinked(const struct dentry *d) { return d_unhashed(d) && !IS_ROOT(d); }

/* The hash of a name, one byte at a time, as the path walk computes it. */
static __always_inline u32 partial_name_hash(u32 h, unsigned char c) { return (h + c) * 33u; }
static inline u32 d_name_hash(const char *name, size_t len)
{
	u32 h = 0;

	while (len--)
		h = partial_name_hash(h, (unsigned char)*name++);
	return h;
}

/* The absolute path of the file as the current task sees it, at the end of buf; " (deleted)" is appended for one
 * that is gone. ERR_PTR(-ENAMETOOLONG). May sleep. */
char *d_path(const struct path *path, char *buf, int len);
/* The path relative to root, without "(deleted)"; *reachable says whether root was met. */
char *__d_path(const struct path *path, const struct path *root, char *buf, int len, bool *reachable);

void path_get(const struct path *path);
void path_put(const struct path *path);
