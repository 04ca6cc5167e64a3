/* SPDX-License-Identifier: MIT */
/*
 * The dentry cache: names that were looked up once are found again by a hash of parent and name, without asking
 * the file system. "There is no such name" is remembered as well: a shell that searches PATH asks for the same
 * missing files all day.
 *
 * One lock, dcache_lock, guards the hash, the tree links, the LRU and every transition of a count from or to
 * zero. It is held for some dozens of instructions at a time and never over anything that sleeps: freeing takes
 * the dentry out under the lock and gives its inode back after it.
 *
 * The LRU is lazy. A dentry joins it when its count first falls to zero and stays when it is used again, so
 * that the common dget and dput leave the list alone; the shrinker puts right what it finds in use.
 */
#include "fs/mount.h"
#include "kernel/panic.h"
#include "lib/abi/errno.h"
#include "lib/hash.h"
#include "lib/string.h"
#include "mm/slab.h"

DEFINE_SPINLOCK(dcache_lock);
atomic_t nr_dentry, nr_dentry_unused;

static struct hlist_head *dentry_hashtable;
static unsigned int d_hash_bits;
static LIST_HEAD(dentry_lru);		/* most recently used first */
static struct kmem_cache *dentry_cache;

static inline struct hlist_head *d_bucket(const struct dentry *parent, u32 hash)
{
	return &dentry_hashtable[hash_32(hash ^ (u32)(unsigned long)parent, d_hash_bits)];
}

/* Names are short: a call of memcmp would cost more than the comparison. */
static inline bool same_bytes(const char *a, const char *b, u32 len)
{
	while (len--)
		if (a[len] != b[len])
			return false;
	return true;
}

static inline bool d_same_name(const struct dentry *d, const struct dentry *parent, const struct qstr *name)
{
	return d->d_name.hash == name->hash && d->d_parent == parent && d->d_name.len == name->len &&
	       same_bytes(d->d_name.name, name->name, name->len);
}

struct dentry *d_lookup_locked(struct dentry *parent, const struct qstr *name)
{
	struct dentry *d;

	hlist_for_each_entry(d, d_bucket(parent, name->hash), d_hash)
		if (d_same_name(d, parent, name))
			return d;
	return NULL;
}

struct dentry *d_lookup(struct dentry *parent, const struct qstr *name)
{
	struct dentry *d;

	spin_lock(&dcache_lock);
	d = d_lookup_locked(parent, name);
	if (d)
		dget(d);
	spin_unlock(&dcache_lock);
	return d;
}

static struct dentry *__d_alloc(struct super_block *sb, const struct qstr *name)
{
	struct dentry *d = kmem_cache_alloc(dentry_cache, GFP_KERNEL);
	char *text;

	if (!d)
		return NULL;
	text = d->d_iname;
	if (name->len >= DNAME_INLINE_LEN) {
		text = kmalloc(name->len + 1, GFP_KERNEL);
		if (!text) {
			kmem_cache_free(dentry_cache, d);
			return NULL;
		}
	}
	memcpy(text, name->name, name->len);
	text[name->len] = '\0';
	d->d_name = (struct qstr){ name->hash, name->len, text };
	INIT_HLIST_NODE(&d->d_hash);
	d->d_parent = d;
	d->d_inode = NULL;
	atomic_set(&d->d_count, 1);
	d->d_flags = 0;
	d->d_sb = sb;
	d->d_op = sb ? sb->s_d_op : NULL;
	INIT_LIST_HEAD(&d->d_lru);
	INIT_LIST_HEAD(&d->d_child);
	INIT_LIST_HEAD(&d->d_subdirs);
	INIT_LIST_HEAD(&d->d_fs_list);
	d->d_cookie = 0;
	d->d_fsdata = NULL;
	atomic_inc(&nr_dentry);
	return d;
}

static void d_free(struct dentry *d)
{
	if (d->d_name.name != d->d_iname)
		kfree(d->d_name.name);
	kmem_cache_free(dentry_cache, d);
	atomic_dec(&nr_dentry);
}

struct dentry *d_alloc(struct dentry *parent, const struct qstr *name)
{
	struct dentry *d = __d_alloc(parent->d_sb, name);

	if (!d)
		return NULL;
	d->d_parent = dget(parent);
	spin_lock(&dcache_lock);
	list_add(&d->d_child, &parent->d_subdirs);
	spin_unlock(&dcache_lock);
	return d;
}

struct dentry *d_alloc_name(struct dentry *parent, const char *name)
{
	struct qstr q = { d_name_hash(name, strlen(name)), strlen(name), name };

	return d_alloc(parent, &q);
}

struct dentry *d_make_root(struct inode *root)
{
	static const struct qstr slash = QSTR_INIT("/");
	struct dentry *d;

	if (!root)
		return NULL;
	d = __d_alloc(root->i_sb, &slash);
	if (d)
		d->d_inode = root;
	else
		iput(root);
	return d;
}

struct dentry *d_alloc_pseudo(struct super_block *sb, const char *name, struct inode *inode)
{
	struct qstr q = { 0, strlen(name), name };
	struct dentry *d = __d_alloc(sb, &q);

	if (d) {
		d->d_flags |= DCACHE_DISCONNECTED;
		d->d_inode = inode;
	}
	return d;
}

void d_instantiate(struct dentry *d, struct inode *inode)
{
	ASSERT(!d->d_inode);
	spin_lock(&dcache_lock);
	d->d_inode = inode;
	spin_unlock(&dcache_lock);
}

static void __d_rehash(struct dentry *d)
{
	hlist_add_head(&d->d_hash, d_bucket(d->d_parent, d->d_name.hash));
}

void d_rehash(struct dentry *d)
{
	spin_lock(&dcache_lock);
	if (d_unhashed(d))
		__d_rehash(d);
	spin_unlock(&dcache_lock);
}

void d_add(struct dentry *d, struct inode *inode)
{
	spin_lock(&dcache_lock);
	d->d_inode = inode;
	if (d_unhashed(d))
		__d_rehash(d);
	spin_unlock(&dcache_lock);
}

void d_drop(struct dentry *d)
{
	spin_lock(&dcache_lock);
	hlist_del_init(&d->d_hash);
	spin_unlock(&dcache_lock);
}

void d_instantiate_pinned(struct dentry *d, struct inode *inode)
{
	ASSERT(!d->d_inode);
	spin_lock(&dcache_lock);
	d->d_inode = inode;
	d->d_flags |= DCACHE_PINNED;
	dget(d);
	spin_unlock(&dcache_lock);
}

/* The caller has a reference of its own, so this one cannot be the last. */
void d_unpin(struct dentry *d)
{
	spin_lock(&dcache_lock);
	ASSERT(d->d_flags & DCACHE_PINNED);
	ASSERT(atomic_read(&d->d_count) > 1);
	d->d_flags &= ~DCACHE_PINNED;
	atomic_dec(&d->d_count);
	spin_unlock(&dcache_lock);
}

void d_delete(struct dentry *d)
{
	struct inode *inode = NULL;

	spin_lock(&dcache_lock);
	if (atomic_read(&d->d_count) == 1) {
		inode = d->d_inode;
		d->d_inode = NULL;
	} else {
		hlist_del_init(&d->d_hash);
	}
	spin_unlock(&dcache_lock);
	iput(inode);
}

static void lru_remove(struct dentry *d)
{
	if (!(d->d_flags & DCACHE_LRU))
		return;
	d->d_flags &= ~DCACHE_LRU;
	list_del_init(&d->d_lru);
	atomic_dec(&nr_dentry_unused);
}

/* Called with dcache_lock, which it gives back, for a dentry of count zero. Returns the parent, whose reference is now the caller's. */
static struct dentry *dentry_kill(struct dentry *d)
{
	struct dentry *parent = IS_ROOT(d) ? NULL : d->d_parent;
	struct inode *inode = d->d_inode;

	ASSERT(atomic_read(&d->d_count) == 0);
	ASSERT(list_empty(&d->d_subdirs));
	hlist_del_init(&d->d_hash);
	lru_remove(d);
	list_del_init(&d->d_child);
	d->d_inode = NULL;
	spin_unlock(&dcache_lock);
	iput(inode);
	if (d->d_op && d->d_op->d_release)
		d->d_op->d_release(d);
	d_free(d);
	return parent;
}

static inline bool d_unwanted(struct dentry *d)
{
	return d_unhashed(d) || (d->d_op && d->d_op->d_delete && d->d_op->d_delete(d));
}

/* A loop, not a recursion: the last child of a directory may take the whole path to the root with it. */
void dput(struct dentry *d)
{
	while (d) {
		int count = atomic_read(&d->d_count), old;

		for (; count > 1; count = old)
			if ((old = atomic_cmpxchg(&d->d_count, count, count - 1)) == count)
				return;
		might_sleep();
		spin_lock(&dcache_lock);
		if (!atomic_dec_and_test(&d->d_count)) {
			spin_unlock(&dcache_lock);
			return;
		}
		if (unlikely(d_unwanted(d))) {
			d = dentry_kill(d);
			continue;
		}
		d->d_flags |= DCACHE_REFERENCED;
		if (unlikely(!(d->d_flags & DCACHE_LRU))) {
			d->d_flags |= DCACHE_LRU;
			list_add(&d->d_lru, &dentry_lru);
			atomic_inc(&nr_dentry_unused);
		}
		spin_unlock(&dcache_lock);
		return;
	}
}

/* The coldest dentry that may go, or NULL after a bounded search. dcache_lock held. */
static struct dentry *coldest_dentry(unsigned int scan)
{
	while (scan-- && !list_empty(&dentry_lru)) {
		struct dentry *d = list_last_entry(&dentry_lru, struct dentry, d_lru);

		if (atomic_read(&d->d_count)) {
			lru_remove(d);
		} else if (d->d_flags & DCACHE_REFERENCED) {
			d->d_flags &= ~DCACHE_REFERENCED;
			list_move(&d->d_lru, &dentry_lru);
		} else {
			return d;
		}
	}
	return NULL;
}

/* Whoever takes a dentry out holds its inode and its parent for a while: the file system must not be unmounted meanwhile. */
unsigned long prune_dcache(unsigned long nr)
{
	unsigned long freed = 0, empty_scans = 0;

	while (freed < nr && !list_empty(&dentry_lru)) {
		struct dentry *d;

		spin_lock(&dcache_lock);
		d = coldest_dentry(64);
		if (d && trylock_super(d->d_sb)) {
			struct super_block *sb = d->d_sb;

			dput(dentry_kill(d));
			unlock_super(sb);
			freed++;
			empty_scans = 0;
			continue;
		}
		if (d)
			list_move(&d->d_lru, &dentry_lru);
		spin_unlock(&dcache_lock);
		/* Every dentry was met once unreferenced by now: what is left is used again and again. */
		if (++empty_scans > (unsigned long)atomic_read(&nr_dentry) / 32 + 2)
			break;
	}
	return freed;
}

static unsigned long dcache_scan(unsigned long nr)
{
	return nr ? prune_dcache(nr) : (unsigned long)atomic_read(&nr_dentry_unused);
}

static struct shrinker dcache_shrinker = { .name = "dentry", .scan = dcache_scan };

void shrink_dcache_parent(struct dentry *parent)
{
	struct dentry *d;

again:
	spin_lock(&dcache_lock);
	list_for_each_entry(d, &parent->d_subdirs, d_child)
		if (atomic_read(&d->d_count) == 0) {
			dput(dentry_kill(d));
			goto again;
		}
	spin_unlock(&dcache_lock);
}

/* Leaves first. Nobody else can find the tree any more, so a count that is left over is a lost reference. */
void shrink_dcache_for_umount(struct super_block *sb)
{
	struct dentry *d = sb->s_root, *parent;

	sb->s_root = NULL;
	while (d) {
		spin_lock(&dcache_lock);
		while (!list_empty(&d->d_subdirs))
			d = list_first_entry(&d->d_subdirs, struct dentry, d_child);
		if (IS_ROOT(d) || (d->d_flags & DCACHE_PINNED))
			atomic_dec(&d->d_count);
		if (unlikely(atomic_read(&d->d_count) != 0)) {
			pr_err("%s: %s is still used %d times at unmount\n", sb->s_id, d->d_name.name,
			       atomic_read(&d->d_count));
			WARN_ON_ONCE(true);
			atomic_set(&d->d_count, 0);
		}
		parent = dentry_kill(d);
		if (parent)
			atomic_dec(&parent->d_count);
		d = parent;
	}
}

/* Exchange the texts; a short name lies inside the dentry and has to be copied. */
static void swap_names(struct dentry *a, struct dentry *b)
{
	bool a_inline = a->d_name.name == a->d_iname, b_inline = b->d_name.name == b->d_iname;
	char tmp[DNAME_INLINE_LEN];

	memcpy(tmp, a->d_iname, sizeof(tmp));
	memcpy(a->d_iname, b->d_iname, sizeof(tmp));
	memcpy(b->d_iname, tmp, sizeof(tmp));
	swap(a->d_name, b->d_name);
	if (b_inline)
		a->d_name.name = a->d_iname;
	if (a_inline)
		b->d_name.name = b->d_iname;
}

/* References to the parents change owner with the pointers. */
static void swap_places(struct dentry *a, struct dentry *b)
{
	hlist_del_init(&a->d_hash);
	hlist_del_init(&b->d_hash);
	swap_names(a, b);
	if (a->d_parent == b->d_parent)
		return;
	swap(a->d_parent, b->d_parent);
	list_move(&a->d_child, &a->d_parent->d_subdirs);
	list_move(&b->d_child, &b->d_parent->d_subdirs);
}

void d_move(struct dentry *d, struct dentry *target)
{
	spin_lock(&dcache_lock);
	swap_places(d, target);
	__d_rehash(d);
	spin_unlock(&dcache_lock);
}

void d_exchange(struct dentry *a, struct dentry *b)
{
	spin_lock(&dcache_lock);
	swap_places(a, b);
	__d_rehash(a);
	__d_rehash(b);
	spin_unlock(&dcache_lock);
}

bool is_subdir(struct dentry *d, struct dentry *ancestor)
{
	bool found;

	spin_lock(&dcache_lock);
	while (d != ancestor && !IS_ROOT(d))
		d = d->d_parent;
	found = d == ancestor;
	spin_unlock(&dcache_lock);
	return found;
}

/* A bucket for each 64 KiB of memory: 8192 with 512 MiB. */
void dcache_init(void)
{
	unsigned long want = totalram_pages() / 16;
	unsigned int order = 0;

	while (order < 6 && (PAGE_SIZE << order) / sizeof(struct hlist_head) < want)
		order++;
	dentry_cache = kmem_cache_create("dentry", sizeof(struct dentry), 0, NULL);
	dentry_hashtable = (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, order);
	if (!dentry_cache || !dentry_hashtable)
		panic("no memory for the dentry cache");
	d_hash_bits = 10 + order;	/* 1024 buckets in a page */
	static_assert(PAGE_SIZE / sizeof(struct hlist_head) == 1024, "buckets in a page");
	register_shrinker(&dcache_shrinker);
}
