/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Buffers: which blocks of a disk back a page of the page cache. A page whose PG_private is set carries a ring of
 * buffer_heads (page->private), one for each block, in the order of their place in the page. There is no cache
 * beside the page cache: the page of a block device that holds block n is found by its index, and the buffer in it.
 *
 * File systems read and change their metadata (superblock, bitmaps, inode tables, indirect blocks, directories where
 * they like) through the device's own pages: sb_bread, change b_data, mark_buffer_dirty, brelse.
 * A file's pages carry buffers too: they say where the file's blocks are, so that a page is looked up on disk once.
 *
 * I/O goes by pages: a page that is locked is being filled, one with PG_writeback is being written, never both at once
 * (some of its blocks may be new, and the others not in memory yet), and lock_buffer is the lock of the buffer's page.
 * The ring of a page changes under the page's lock and mapping->private_lock; either is enough to look at it. b_count
 * keeps the ring. The contents of a metadata block are guarded by whatever lock its file system uses for it.
 */
#include "fs/super.h"
#include "kernel/block/blkdev.h"

enum bh_state_bits {
	BH_Uptodate,		/* holds what the disk holds, or newer */
	BH_Dirty,		/* newer than the disk */
	BH_Mapped,		/* b_bdev and b_blocknr say where it is on disk; else a hole, or not yet looked up */
	BH_New,			/* get_block has just allocated it: the disk holds old rubbish */
	BH_Write_EIO,		/* the last write failed */
	BH_PrivateStart		/* from here on the file system's own */
};

struct buffer_head {
	unsigned long b_state;			/* atomic bits */
	struct buffer_head *b_this_page;	/* ring of the page's buffers */
	struct page *b_page;
	sector_t b_blocknr;			/* in units of b_size */
	u32 b_size;				/* bytes */
	char *b_data;				/* its kernel address (a device's pages are low memory); a file's page: only the offset */
	struct block_device *b_bdev;
	atomic_t b_count;			/* users; keeps the page from losing its buffers */
	atomic_t b_pending;			/* first of the ring: transfers under way, and one while they are started */
	struct inode *b_assoc_inode;		/* of mark_buffer_dirty_inode; both by the device's private_lock */
	struct list_head b_assoc;
};

#define BUFFER_FNS(bit, name)										\
static inline bool buffer_##name(const struct buffer_head *bh) { return test_bit(BH_##bit, &bh->b_state); }	\
static inline void set_buffer_##name(struct buffer_head *bh) { set_bit(BH_##bit, &bh->b_state); }	\
static inline void clear_buffer_##name(struct buffer_head *bh) { clear_bit(BH_##bit, &bh->b_state); }
BUFFER_FNS(Uptodate, uptodate) BUFFER_FNS(Dirty, dirty) BUFFER_FNS(Mapped, mapped) BUFFER_FNS(New, new)
BUFFER_FNS(Write_EIO, write_io_error)
static inline bool buffer_locked(const struct buffer_head *bh) { return PageLocked(bh->b_page); }

/*
 * Metadata. All sleep unless said. NULL: no memory, or (sb_bread) it cannot be read, which has been reported.
 * Reading what is cached costs a radix tree look-up.
 */
struct buffer_head *__bread(struct block_device *bdev, sector_t block, u32 size);	/* uptodate, with a reference */
struct buffer_head *__getblk(struct block_device *bdev, sector_t block, u32 size);	/* perhaps not uptodate */
static inline struct buffer_head *sb_bread(struct super_block *sb, sector_t block) { return __bread(sb->s_bdev, block, sb->s_blocksize); }
/* For a block that is new or will be overwritten whole: fill it under lock_buffer, set_buffer_uptodate, unlock. */
static inline struct buffer_head *sb_getblk(struct super_block *sb, sector_t block) { return __getblk(sb->s_bdev, block, sb->s_blocksize); }
/* The block is free: its buffer, if it has one, must not be written any more (it may be a file's data tomorrow). */
void bforget(struct buffer_head *bh);		/* drops the reference too */
/* The same for blocks that may be in the device's cache or not; and no write of theirs is under way any more. */
void clean_bdev_aliases(struct block_device *bdev, sector_t block, sector_t count);
static inline void get_bh(struct buffer_head *bh) { atomic_inc(&bh->b_count); }
static inline void brelse(struct buffer_head *bh) { if (bh) atomic_dec(&bh->b_count); }	/* any context */
/* While it is held no block that shares the page can be read: read first, lock then. */
static inline void lock_buffer(struct buffer_head *bh) { lock_page(bh->b_page); }
static inline void unlock_buffer(struct buffer_head *bh) { unlock_page(bh->b_page); }
void mark_buffer_dirty(struct buffer_head *bh);	/* any context but interrupts: written sooner or later */
/* The same for a block that belongs to a file's structure (indirect blocks): fsync of the file writes it. */
void mark_buffer_dirty_inode(struct buffer_head *bh, struct inode *inode);
int sync_dirty_buffer(struct buffer_head *bh);	/* written now if dirty; waits: 0 or -EIO */

/*
 * Where is block iblock of the file? Sets b_bdev, b_blocknr and BH_Mapped by map_bh(); a hole stays unmapped. With
 * create a hole is filled: BH_New is set and metadata is updated. The data of a new block is the caller's to write.
 * 0 or errno (ENOSPC, EIO, ENOMEM, EFBIG). Sleeps; page locked; takes the file system's own locks.
 */
typedef int get_block_t(struct inode *inode, sector_t iblock, struct buffer_head *bh_result, bool create);
static inline void map_bh(struct buffer_head *bh, struct super_block *sb, sector_t block)
{
	set_buffer_mapped(bh);
	bh->b_bdev = sb->s_bdev;
	bh->b_blocknr = block;
	bh->b_size = sb->s_blocksize;
}

/* address_space_operations for files whose blocks get_block finds. See mm/filemap.h for the contracts. */
int block_read_full_page(struct page *page, get_block_t *get_block);
void block_readpages(struct page **pages, unsigned nr, get_block_t *get_block);
int block_write_full_page(struct page *page, get_block_t *get_block, struct writeback_control *wbc);
/* On an error the caller must truncate what was allocated behind i_size. */
int block_write_begin(struct address_space *mapping, loff_t pos, unsigned len, struct page **pagep, get_block_t *get_block);
int generic_write_end(struct file *file, struct address_space *mapping, loff_t pos, unsigned len, unsigned copied, struct page *page);
/* A shared mapping is about to write to the page: its blocks are allocated. For vm_operations_struct.page_mkwrite:
 * 0 with the page locked and still in the file, or VM_FAULT_*. */
int block_page_mkwrite(struct vm_area_struct *vma, struct page *page, get_block_t *get_block);
/* Zero the rest of the block that newsize cuts (the file grows back later: old bytes must not be seen). Marks it dirty. */
int block_truncate_page(struct address_space *mapping, loff_t newsize, get_block_t *get_block);
/* The device block behind a file block, for FIBMAP and swap files; 0: a hole. */
u64 generic_block_bmap(struct address_space *mapping, u64 iblock, get_block_t *get_block);

/* .dirty_private, .invalidatepage, .releasepage */
void block_dirty_buffers(struct page *page);
void block_invalidatepage(struct page *page, unsigned offset);
bool try_to_free_buffers(struct page *page);

/* Writes the file's dirty pages and its structure's blocks and waits, then the inode; the device is flushed last. */
int generic_file_fsync(struct file *file, loff_t start, loff_t end, bool datasync);
/* The same without the file's pages and without a flush. */
int sync_inode_metadata(struct inode *inode, bool datasync);
int sync_mapping_buffers(struct inode *inode);	/* of mark_buffer_dirty_inode: written and waited for; I_SYNC held */
void invalidate_inode_buffers(struct inode *inode);	/* forget that list: the inode is going */
/* Dirty pages of a device: written; wait: and waited for. 0 or errno. */
int sync_blockdev(struct block_device *bdev, bool wait);

unsigned long nr_blockdev_pages(void);	/* in the page caches of all devices */

/* Opening devices; by the kernel (mount) or a program. */
/* By the path of a device file: ERR_PTR(-ENOTBLK, -ENXIO, -EBUSY, -EACCES ...). */
struct block_device *blkdev_get_by_name(const char *dev_name, u32 fmode, void *holder);
int blkdev_get(struct block_device *bdev, u32 fmode, void *holder);	/* holder: for itself, or NULL. -EBUSY, -ENOMEM, -EROFS */
void blkdev_put(struct block_device *bdev, void *holder);		/* the last one writes and drops the cache */
int set_blocksize(struct block_device *bdev, u32 size);			/* 0 or -EINVAL; drops buffers of another size after writing them */
/* The same for a file system that is being mounted; sets s_blocksize. 0: refused, else size. */
int sb_set_blocksize(struct super_block *sb, u32 size);
/* mount() of a file system on a device: opens it, one super_block for each device. */
struct dentry *mount_bdev(struct file_system_type *type, u32 flags, const char *dev_name, void *data,
			  int (*fill_super)(struct super_block *sb, void *data));
void kill_block_super(struct super_block *sb);	/* file_system_type.kill_sb */
