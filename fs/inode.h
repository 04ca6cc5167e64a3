/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Inodes: files without their names. One inode in memory stands for one file on a file system, however many names,
 * open files and mappings it has; i_data is its page cache.
 *
 * Locks: i_mutex serialises everything that changes the file: writes, truncation, attributes, and for a directory
 * its entries (look-ups on disk too). i_lock guards i_state and i_count against the inode cache and is innermost.
 */
#include "lib/abi/stat.h"
#include "lib/abi/sysmacros.h"
#include "fs/dcache.h"
#include "mm/filemap.h"

typedef u32 dev_t;		/* as MKDEV makes it: major 12 bits, minor 20 */
typedef u32 umode_t;
struct file;
struct file_operations;
struct inode_operations;
struct pipe_inode_info;
struct block_device;
struct file_lock_context;
struct vfsmount;

struct fs_time { s64 sec; u32 nsec; };

struct inode {
	umode_t i_mode;			/* type constant; permission bits by i_mutex */
	u32 i_uid, i_gid;		/* by i_mutex */
	u32 i_nlink;			/* by the i_mutex of the directories and its own */
	const struct inode_operations *i_op;
	const struct file_operations *i_fop;	/* what an open file of it gets */
	struct super_block *i_sb;
	struct address_space *i_mapping;	/* &i_data, or a block device's */
	atomic_t i_count;
	u64 i_ino;
	dev_t i_rdev;			/* device files */
	volatile u32 i_size_seq;	/* odd while i_size is changing */
	loff_t i_size;			/* written by i_size_write under i_mutex, read by i_size_read */
	u64 i_blocks;			/* of 512 bytes; by i_lock */
	u32 i_blkbits;
	struct fs_time i_atime, i_mtime, i_ctime;	/* by i_mutex, read without: a torn time stamp is tolerated */
	u64 i_version;			/* directories: counts removals, by i_mutex */
	struct mutex i_mutex;
	spinlock_t i_lock;
	u32 i_state;			/* I_*, by i_lock; I_NEW and I_FREEING by inode_hash_lock too: reading asks for one of them */
	u32 i_flags;			/* S_* */
	atomic_t i_writecount;		/* > 0: open for writing; < 0: being executed (ETXTBSY) */
	struct file_lock_context *i_flctx;	/* record locks and flock; made at need, by i_lock */
	union {
		struct pipe_inode_info *i_pipe;	/* FIFOs and pipes, by i_lock */
		struct block_device *i_bdev;
		const char *i_link;		/* symbolic links whose text stays in memory */
	};
	struct address_space i_data;
	struct hlist_node i_hash;	/* iget: by inode_hash_lock */
	struct list_head i_sb_list;	/* by i_sb->s_inode_lock */
	struct list_head i_io_list;	/* dirty inodes of the file system, by i_sb->s_inode_lock */
	u64 dirtied_when;		/* monotonic ns */
	void *i_private;		/* for the file system or driver */
	u32 i_generation;
};

#define I_NEW 0x1u			/* being read: wait for unlock_new_inode */
#define I_DIRTY_SYNC 0x2u		/* attributes changed */
#define I_DIRTY_DATASYNC 0x4u		/* of which fdatasync needs some: the size */
#define I_DIRTY_PAGES 0x8u
#define I_FREEING 0x10u
#define I_LINKABLE 0x20u		/* made by O_TMPFILE: linkat may give it a name */
#define I_SYNC 0x40u			/* is being written back */
#define I_DIRTY (I_DIRTY_SYNC | I_DIRTY_DATASYNC | I_DIRTY_PAGES)

#define S_DEAD 0x1u			/* removed directory */
#define S_NOATIME 0x2u
#define S_IMMUTABLE 0x4u
#define S_APPEND 0x8u
#define S_SWAPFILE 0x10u		/* a swap area: not to be written, cut or removed; set by i_mutex */

/* What setattr is asked to change. */
struct iattr {
	u32 ia_valid;			/* ATTR_* */
	umode_t ia_mode;
	u32 ia_uid, ia_gid;
	loff_t ia_size;
	struct fs_time ia_atime, ia_mtime, ia_ctime;
};
#define ATTR_MODE 0x1u
#define ATTR_UID 0x2u
#define ATTR_GID 0x4u
#define ATTR_SIZE 0x8u
#define ATTR_ATIME 0x10u
#define ATTR_MTIME 0x20u
#define ATTR_CTIME 0x40u
#define ATTR_ATIME_SET 0x80u		/* to the given time, not to now */
#define ATTR_MTIME_SET 0x100u
#define ATTR_FORCE 0x200u		/* no permission check */
#define ATTR_KILL_SUID 0x400u
#define ATTR_KILL_SGID 0x800u

/* What stat(2) and statx(2) report. */
struct kstat {
	u64 ino;
	dev_t dev, rdev;
	umode_t mode;
	u32 nlink, uid, gid;
	loff_t size;
	struct fs_time atime, mtime, ctime;
	u32 blksize;
	u64 blocks;
};

/*
 * What get_link may leave behind beside its text: fn(arg) is called when the text is no longer used. A magic link
 * (/proc/PID/fd/3) has no text that could be walked: it returns NULL and the file itself in jump, with references.
 */
struct delayed_call { void (*fn)(void *); void *arg; struct path jump; };
static inline void do_delayed_call(struct delayed_call *c) { if (c->fn) c->fn(c->arg); }

/*
 * Directories: lookup and what changes names. All sleep and are called with the directory's i_mutex held (rename:
 * both directories', and the victim's). The VFS has checked permissions, types and EXDEV, and that the name is
 * free or taken as the call needs it. Times of the directories are the file system's business.
 */
struct inode_operations {
	/* Fill dentry: d_add(dentry, inode or NULL) and NULL; another dentry to use instead; or ERR_PTR. */
	struct dentry *(*lookup)(struct inode *dir, struct dentry *dentry);
	int (*create)(struct inode *dir, struct dentry *dentry, umode_t mode);
	int (*link)(struct dentry *old, struct inode *dir, struct dentry *dentry);
	int (*unlink)(struct inode *dir, struct dentry *dentry);
	int (*symlink)(struct inode *dir, struct dentry *dentry, const char *target);
	int (*mkdir)(struct inode *dir, struct dentry *dentry, umode_t mode);
	int (*rmdir)(struct inode *dir, struct dentry *dentry);	/* ENOTEMPTY is the file system's to find */
	int (*mknod)(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t dev);
	/* flags: 0 or RENAME_NOREPLACE or RENAME_EXCHANGE; the VFS does d_move or d_exchange afterwards. */
	int (*rename)(struct inode *old_dir, struct dentry *old, struct inode *new_dir, struct dentry *new, u32 flags);
	int (*tmpfile)(struct inode *dir, struct dentry *dentry, umode_t mode);	/* instantiates it, nlink 0 */
	/* Symbolic links: the text, valid until the delayed call; NULL with done->jump; ERR_PTR. */
	const char *(*get_link)(struct dentry *dentry, struct inode *inode, struct delayed_call *done);
	int (*permission)(struct inode *inode, int mask);	/* NULL: generic_permission */
	int (*setattr)(struct dentry *dentry, struct iattr *attr);	/* NULL: simple_setattr; i_mutex held */
	int (*getattr)(const struct path *path, struct kstat *stat);	/* NULL: generic_fillattr */
};

static inline loff_t i_size_read(const struct inode *inode)
{
	u32 seq;
	loff_t size;

	do {
		seq = inode->i_size_seq & ~1u;
		barrier();
		size = *(const volatile loff_t *)&inode->i_size;
		barrier();
	} while (unlikely(inode->i_size_seq != seq));
	return size;
}
static inline void i_size_write(struct inode *inode, loff_t size)
{
	preempt_disable();
	inode->i_size_seq++;
	barrier();
	inode->i_size = size;
	barrier();
	inode->i_size_seq++;
	preempt_enable();
}
static inline void inode_lock(struct inode *inode) { mutex_lock(&inode->i_mutex); }
static inline void inode_lock_nested(struct inode *inode, unsigned which) { mutex_lock_nested(&inode->i_mutex, which); }
static inline void inode_unlock(struct inode *inode) { mutex_unlock(&inode->i_mutex); }

void inode_init(void);
/* A new inode of the file system, count 1, i_mode 0, nlink 1, a fresh number; NULL: no memory. Sleeps. */
struct inode *new_inode(struct super_block *sb);
/* The inode with that number: cached, or new with I_NEW, which the caller fills and unlocks (or iget_failed). NULL: no memory. */
struct inode *iget_locked(struct super_block *sb, u64 ino);
void unlock_new_inode(struct inode *inode);
void inode_change_state(struct inode *inode, u32 clear, u32 set);	/* I_*; takes i_lock */
void iget_failed(struct inode *inode);
static inline struct inode *ihold(struct inode *inode) { atomic_inc(&inode->i_count); return inode; }
void iput(struct inode *inode);			/* may sleep; NULL is fine */
void clear_inode(struct inode *inode);		/* in evict_inode: the pages are gone */
void inode_init_once(struct inode *inode);	/* constructor of a cache whose objects begin with an inode */
u64 get_next_ino(void);
void mark_inode_dirty(struct inode *inode);
void __mark_inode_dirty(struct inode *inode, u32 flags);
int write_inode_now(struct inode *inode, bool sync);	/* pages and attributes: fs/writeback.c */
bool inode_begin_sync(struct inode *inode, bool wait);
void inode_end_sync(struct inode *inode);
void inode_wait_settled(struct super_block *sb, u64 ino);	/* until the inode with that number is neither read nor evicted */
void inode_add_bytes(struct inode *inode, s64 bytes);	/* i_blocks */

static inline void inc_nlink(struct inode *inode) { inode->i_nlink++; }
static inline void drop_nlink(struct inode *inode) { inode->i_nlink--; }
static inline void clear_nlink(struct inode *inode) { inode->i_nlink = 0; }
static inline void set_nlink(struct inode *inode, u32 n) { inode->i_nlink = n; }

struct fs_time current_fs_time(void);
void touch_atime(struct file *file);		/* relatime rules */
void file_update_time(struct file *file);	/* mtime and ctime are now; before a write */
int file_remove_privs(struct file *file);	/* a write clears set-user-id; i_mutex held */
void inode_init_owner(struct inode *inode, const struct inode *dir, umode_t mode);
void init_special_inode(struct inode *inode, umode_t mode, dev_t rdev);

#define MAY_EXEC 1
#define MAY_WRITE 2
#define MAY_READ 4
#define MAY_APPEND 8
/* May the current task? 0, -EACCES, -EPERM, -EROFS. generic_permission never sleeps. */
int inode_permission(struct inode *inode, int mask);
int generic_permission(struct inode *inode, int mask);
bool inode_owner_or_capable(const struct inode *inode);
int setattr_prepare(struct dentry *dentry, struct iattr *attr);
void setattr_copy(struct inode *inode, const struct iattr *attr);
int notify_change(struct dentry *dentry, struct iattr *attr);	/* i_mutex held */
void truncate_setsize(struct inode *inode, loff_t newsize);	/* size and cached pages; i_mutex held */
int simple_setattr(struct dentry *dentry, struct iattr *attr);
int inode_newsize_ok(const struct inode *inode, loff_t size);	/* RLIMIT_FSIZE, s_maxbytes: -EFBIG, SIGXFSZ sent */
void generic_fillattr(struct inode *inode, struct kstat *stat);
int vfs_getattr(const struct path *path, struct kstat *stat);

/* Writing and executing exclude each other: 0 or -ETXTBSY. */
static inline int get_write_access(struct inode *inode)
{
	int v = atomic_read(&inode->i_writecount), old;

	for (; v >= 0; v = old)
		if ((old = atomic_cmpxchg(&inode->i_writecount, v, v + 1)) == v)
			return 0;
	return -26; /* ETXTBSY */
}
static inline void put_write_access(struct inode *inode) { atomic_dec(&inode->i_writecount); }
int deny_write_access(struct file *file);
void allow_write_access(struct file *file);
