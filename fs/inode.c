/* SPDX-License-Identifier: MIT */
/*
 * Inodes in memory: making, finding by number, giving back, marking dirty.
 *
 * An inode lives as long as something refers to it: dentries, open files, mappings (through their file). The
 * dentry LRU is therefore also the inode cache. When the last reference goes the file system's evict_inode frees
 * the cached pages and, if no name is left, the blocks.
 *
 * File systems with inode numbers on disk find their inodes through inode_hashtable. An inode that is being
 * evicted stays in it with I_FREEING until its last state is on disk; who looks for the number waits for that,
 * and so never reads an old state.
 */
#include "fs/fs.h"
#include "fs/locks.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "kernel/time.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/div64.h"
#include "lib/hash.h"
#include "mm/slab.h"

#define I_HASH_BITS 10
static struct hlist_head inode_hashtable[1 << I_HASH_BITS];
static DEFINE_SPINLOCK(inode_hash_lock);	/* outside i_lock */
static DECLARE_WAIT_QUEUE_HEAD(inode_wait);	/* for I_NEW, I_FREEING and I_SYNC to end: rare, so one queue for all */
static struct kmem_cache *inode_cache;

void inode_init_once(struct inode *inode)
{
	mutex_init(&inode->i_mutex);
	spin_lock_init(&inode->i_lock);
	INIT_HLIST_NODE(&inode->i_hash);
	INIT_LIST_HEAD(&inode->i_sb_list);
	INIT_LIST_HEAD(&inode->i_io_list);
}

static void inode_ctor(void *obj)
{
	inode_init_once(obj);
}

void inode_init(void)
{
	inode_cache = kmem_cache_create("inode", sizeof(struct inode), 0, inode_ctor);
	if (!inode_cache)
		panic("no memory for the inode cache");
}

u64 get_next_ino(void)
{
	static atomic_t last = ATOMIC_INIT(1);

	return (u32)atomic_inc_return(&last);
}

void inode_change_state(struct inode *inode, u32 clear, u32 set)
{
	spin_lock(&inode->i_lock);
	inode->i_state = (inode->i_state & ~clear) | set;
	spin_unlock(&inode->i_lock);
}

static const struct inode_operations no_inode_ops;
static const struct file_operations no_file_ops;
static const struct address_space_operations no_aops;

/* One at a time writes an inode back. False, if others do and we need not wait. */
bool inode_begin_sync(struct inode *inode, bool wait)
{
	for (;;) {
		bool ours;

		spin_lock(&inode->i_lock);
		ours = !(inode->i_state & I_SYNC);
		inode->i_state |= I_SYNC;
		spin_unlock(&inode->i_lock);
		if (ours || !wait)
			return ours;
		wait_event(&inode_wait, !(READ_ONCE(inode->i_state) & I_SYNC));
	}
}

/* Meanwhile it was on s_dirty if anything was. What has become dirty since has been dirty from now on. */
void inode_end_sync(struct inode *inode)
{
	struct super_block *sb = inode->i_sb;

	spin_lock(&sb->s_inode_lock);
	spin_lock(&inode->i_lock);
	inode->i_state &= ~I_SYNC;
	if ((inode->i_state & I_DIRTY) && !(inode->i_state & I_FREEING)) {
		inode->dirtied_when = ktime_get();
		list_move(&inode->i_io_list, &sb->s_dirty);
	} else {
		list_del_init(&inode->i_io_list);
	}
	spin_unlock(&inode->i_lock);
	spin_unlock(&sb->s_inode_lock);
	wake_up_all(&inode_wait);
}

/* Everything that the constructor does not set: objects come back in any state. */
static struct inode *alloc_inode(struct super_block *sb)
{
	struct inode *inode = sb->s_op->alloc_inode ? sb->s_op->alloc_inode(sb)
						    : kmem_cache_alloc(inode_cache, GFP_KERNEL);

	if (!inode)
		return NULL;
	inode->i_mode = 0;
	inode->i_uid = inode->i_gid = 0;
	inode->i_nlink = 1;
	inode->i_op = &no_inode_ops;
	inode->i_fop = &no_file_ops;
	inode->i_sb = sb;
	atomic_set(&inode->i_count, 1);
	inode->i_ino = 0;
	inode->i_rdev = 0;
	inode->i_size_seq = 0;
	inode->i_size = 0;
	inode->i_blocks = 0;
	inode->i_blkbits = sb->s_blocksize_bits;
	inode->i_atime = inode->i_mtime = inode->i_ctime = (struct fs_time){ 0, 0 };
	inode->i_version = 1;
	inode->i_state = 0;
	inode->i_flags = 0;
	atomic_set(&inode->i_writecount, 0);
	inode->i_flctx = NULL;
	inode->i_pipe = NULL;
	inode->i_private = NULL;
	inode->i_generation = 0;
	inode->dirtied_when = 0;
	address_space_init(&inode->i_data, inode, &no_aops, GFP_HIGHUSER);
	inode->i_mapping = &inode->i_data;
	spin_lock(&sb->s_inode_lock);
	list_add(&inode->i_sb_list, &sb->s_inodes);
	spin_unlock(&sb->s_inode_lock);
	return inode;
}

static void destroy_inode(struct inode *inode)
{
	struct super_block *sb = inode->i_sb;

	spin_lock(&sb->s_inode_lock);
	list_del_init(&inode->i_sb_list);
	list_del_init(&inode->i_io_list);
	spin_unlock(&sb->s_inode_lock);
	if (inode->i_flctx)
		locks_free_lock_context(inode);
	if (sb->s_op->destroy_inode)
		sb->s_op->destroy_inode(inode);
	else
		kmem_cache_free(inode_cache, inode);
}

struct inode *new_inode(struct super_block *sb)
{
	struct inode *inode = alloc_inode(sb);

	if (inode)
		inode->i_ino = get_next_ino();
	return inode;
}

static struct hlist_head *i_bucket(const struct super_block *sb, u64 ino)
{
	return &inode_hashtable[hash_64(ino ^ (unsigned long)sb, I_HASH_BITS)];
}

/* inode_hash_lock held. */
static struct inode *find_inode(struct super_block *sb, u64 ino)
{
	struct inode *inode;

	hlist_for_each_entry(inode, i_bucket(sb, ino), i_hash)
		if (inode->i_ino == ino && inode->i_sb == sb)
			return inode;
	return NULL;
}

/* Neither being filled nor being evicted; the inode may be gone when this returns. */
static bool inode_settled(struct super_block *sb, u64 ino)
{
	struct inode *inode;
	bool settled;

	spin_lock(&inode_hash_lock);
	inode = find_inode(sb, ino);
	settled = !inode || !(inode->i_state & (I_NEW | I_FREEING));
	spin_unlock(&inode_hash_lock);
	return settled;
}

void inode_wait_settled(struct super_block *sb, u64 ino)
{
	wait_event(&inode_wait, inode_settled(sb, ino));
}

static void hash_new_inode(struct inode *inode, u64 ino)
{
	inode->i_ino = ino;
	inode->i_state = I_NEW;
	hlist_add_head(&inode->i_hash, i_bucket(inode->i_sb, ino));
}

struct inode *iget_locked(struct super_block *sb, u64 ino)
{
	struct inode *fresh = NULL, *inode;

	for (;;) {
		spin_lock(&inode_hash_lock);
		inode = find_inode(sb, ino);
		if (!inode && fresh) {
			hash_new_inode(fresh, ino);
			spin_unlock(&inode_hash_lock);
			return fresh;
		}
		if (inode && !(inode->i_state & (I_NEW | I_FREEING))) {
			ihold(inode);
			spin_unlock(&inode_hash_lock);
			break;
		}
		spin_unlock(&inode_hash_lock);
		if (inode) {
			inode_wait_settled(sb, ino);
		} else {
			fresh = alloc_inode(sb);
			if (!fresh)
				return NULL;
		}
	}
	if (fresh)
		destroy_inode(fresh);
	return inode;
}

void unlock_new_inode(struct inode *inode)
{
	spin_lock(&inode_hash_lock);
	inode_change_state(inode, I_NEW, 0);
	spin_unlock(&inode_hash_lock);
	wake_up_all(&inode_wait);
}

static void unhash_inode(struct inode *inode)
{
	if (hlist_unhashed(&inode->i_hash))
		return;
	spin_lock(&inode_hash_lock);
	hlist_del_init(&inode->i_hash);
	spin_unlock(&inode_hash_lock);
	wake_up_all(&inode_wait);
}

void iget_failed(struct inode *inode)
{
	unhash_inode(inode);
	inode_change_state(inode, I_NEW, 0);
	clear_nlink(inode);
	iput(inode);
}

void clear_inode(struct inode *inode)
{
	ASSERT(inode->i_data.nrpages == 0 && list_empty(&inode->i_data.private_list));
	(void)inode;
}

static void evict(struct inode *inode)
{
	const struct super_operations *op = inode->i_sb->s_op;

	if (op->evict_inode)
		op->evict_inode(inode);
	else if (inode->i_data.nrpages)
		truncate_inode_pages(&inode->i_data, 0);
	unhash_inode(inode);
	destroy_inode(inode);
}

/* The last reference: nobody can find it any more, or whoever finds it in the hash waits. */
static void iput_final(struct inode *inode)
{
	struct super_block *sb = inode->i_sb;

	if (inode->i_nlink && (inode->i_state & I_DIRTY) && sb->s_op->write_inode)
		write_inode_now(inode, true);
	/* A sync waits for an inode that is being written on its way out, but not for one that is being deleted. */
	if (!list_empty(&inode->i_io_list)) {
		spin_lock(&sb->s_inode_lock);
		list_del_init(&inode->i_io_list);
		spin_unlock(&sb->s_inode_lock);
	}
	evict(inode);
}

void iput(struct inode *inode)
{
	int count, old;

	if (!inode)
		return;
	for (count = atomic_read(&inode->i_count); count > 1; count = old)
		if ((old = atomic_cmpxchg(&inode->i_count, count, count - 1)) == count)
			return;
	might_sleep();
	if (hlist_unhashed(&inode->i_hash)) {
		if (atomic_dec_and_test(&inode->i_count))
			iput_final(inode);
		return;
	}
	spin_lock(&inode_hash_lock);
	if (!atomic_dec_and_test(&inode->i_count)) {
		spin_unlock(&inode_hash_lock);
		return;
	}
	inode_change_state(inode, 0, I_FREEING);
	spin_unlock(&inode_hash_lock);
	iput_final(inode);
}

/* File systems without write_inode (tmpfs, proc) have nothing to write back. */
void __mark_inode_dirty(struct inode *inode, u32 flags)
{
	struct super_block *sb = inode->i_sb;

	if (!sb->s_op->write_inode && !sb->s_op->dirty_inode)
		return;
	if (sb->s_op->dirty_inode && (flags & (I_DIRTY_SYNC | I_DIRTY_DATASYNC)))
		sb->s_op->dirty_inode(inode, flags);
	smp_mb();	/* the change before the look at the flags: writeback clears them before it looks at what has changed */
	if (!sb->s_op->write_inode || (READ_ONCE(inode->i_state) & flags) == flags)
		return;
	spin_lock(&sb->s_inode_lock);
	spin_lock(&inode->i_lock);
	if (list_empty(&inode->i_io_list) && !(inode->i_state & I_FREEING)) {
		inode->dirtied_when = ktime_get();
		list_add(&inode->i_io_list, &sb->s_dirty);
	}
	inode->i_state |= flags;
	spin_unlock(&inode->i_lock);
	spin_unlock(&sb->s_inode_lock);
}

void mark_inode_dirty(struct inode *inode)
{
	__mark_inode_dirty(inode, I_DIRTY);
}

void inode_add_bytes(struct inode *inode, s64 bytes)
{
	spin_lock(&inode->i_lock);
	inode->i_blocks += bytes >> 9;
	spin_unlock(&inode->i_lock);
}

struct fs_time current_fs_time(void)
{
	u32 nsec;
	u64 sec = div_u64_rem(ktime_get_coarse_real(), (u32)NSEC_PER_SEC, &nsec);

	return (struct fs_time){ (s64)sec, nsec };
}

static inline bool time_after(const struct fs_time *a, const struct fs_time *b)
{
	return a->sec > b->sec || (a->sec == b->sec && a->nsec > b->nsec);
}

/* relatime: the access time follows only if it would show an access since the last change, or once a day. */
static bool relatime_wants_update(const struct inode *inode, u32 now)
{
	return !time_after(&inode->i_atime, &inode->i_mtime) || !time_after(&inode->i_atime, &inode->i_ctime) ||
	       inode->i_atime.sec + 86400 <= (s64)now;
}

void touch_atime(struct file *file)
{
	struct inode *inode = file->f_inode;
	u32 mnt_flags = file->f_path.mnt->mnt_flags;
	struct fs_time now;

	if (((file->f_flags & O_NOATIME) | (inode->i_flags & S_NOATIME) | (mnt_flags & (MNT_NOATIME | MNT_READONLY)) |
	     (inode->i_sb->s_flags & SB_RDONLY)) != 0)
		return;
	if ((mnt_flags & MNT_NODIRATIME) && S_ISDIR(inode->i_mode))
		return;
	if ((mnt_flags & MNT_RELATIME) && !relatime_wants_update(inode, get_seconds()))
		return;
	now = current_fs_time();
	if (now.nsec == inode->i_atime.nsec && now.sec == inode->i_atime.sec)
		return;
	inode->i_atime = now;
	__mark_inode_dirty(inode, I_DIRTY_SYNC);
}

void file_update_time(struct file *file)
{
	struct inode *inode = file->f_inode;
	struct fs_time now = current_fs_time();

	if (now.nsec == inode->i_mtime.nsec && now.sec == inode->i_mtime.sec &&
	    now.nsec == inode->i_ctime.nsec && now.sec == inode->i_ctime.sec)
		return;
	inode->i_mtime = inode->i_ctime = now;
	__mark_inode_dirty(inode, I_DIRTY_SYNC);
}

/* A program that someone else has written into must not run with its owner's power. */
int file_remove_privs(struct file *file)
{
	struct inode *inode = file->f_inode;
	umode_t kill = 0;

	if (likely(!(inode->i_mode & (S_ISUID | S_ISGID))) || !S_ISREG(inode->i_mode))
		return 0;
	if (inode->i_mode & S_ISUID)
		kill |= S_ISUID;
	if ((inode->i_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		kill |= S_ISGID;
	if (!kill || capable(CAP_FSETID))
		return 0;
	inode->i_mode &= ~kill;
	__mark_inode_dirty(inode, I_DIRTY_SYNC);
	return 0;
}

/* Who makes a file owns it; in a set-group-id directory it belongs to the directory's group. */
void inode_init_owner(struct inode *inode, const struct inode *dir, umode_t mode)
{
	inode->i_uid = current->cred->fsuid;
	inode->i_gid = current->cred->fsgid;
	if (dir && (dir->i_mode & S_ISGID)) {
		inode->i_gid = dir->i_gid;
		if (S_ISDIR(mode))
			mode |= S_ISGID;
		else if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) && !in_group(inode->i_gid) &&
			 !capable(CAP_FSETID))
			mode &= ~S_ISGID;
	}
	inode->i_mode = mode;
}
