/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The page cache: the pages of one inode's data, by page index, in a radix tree. read, write, mmap, execve and
 * sendfile all come here, so all see the same struct page. This is also where mm/ and fs/ meet:
 * a file system fills an address_space_operations table and knows nothing of page tables.
 */
#include "kernel/sched/mutex.h"
#include "lib/radix_tree.h"
#include "mm/iov_iter.h"

struct file;
struct inode;
struct vm_area_struct;
struct writeback_control;

struct address_space {
	struct inode *host;
	struct radix_tree_root page_tree;	/* of struct page, by tree_lock */
	spinlock_t tree_lock;
	unsigned long nrpages;			/* by tree_lock */
	const struct address_space_operations *a_ops;
	struct mutex i_mmap_lock;		/* guards i_mmap */
	struct list_head i_mmap;		/* of vm_area_struct.shared: every area that maps this file */
	gfp_t gfp_mask;				/* for its pages: GFP_HIGHUSER or GFP_USER */
	unsigned long flags;			/* AS_* bits */
	spinlock_t private_lock;		/* guards page->private of its pages and what hangs there: fs/buffer.c */
	struct list_head private_list;		/* a file: dirty buffers of its structure; by the device's private_lock */
};
enum { AS_EIO, AS_ENOSPC, AS_UNEVICTABLE /* the cache is the only copy: tmpfs */ };

/*
 * What the page cache asks of a file system. All but readpage may be NULL. "Locked" is PG_locked; all may sleep.
 */
struct address_space_operations {
	/* Fill a locked page that is not uptodate; sets uptodate and unlocks (now or when I/O ends), or errno with the page unlocked. */
	int (*readpage)(struct file *file, struct page *page);
	/* The same for pages with neighbouring indices that have just been added, to be read ahead: all are unlocked in the end. */
	void (*readpages)(struct address_space *mapping, struct page **pages, unsigned nr);
	/*
	 * Write a locked page whose dirty mark has just been taken (clear_page_dirty_for_io): set_page_writeback, unlock,
	 * start the I/O; end_page_writeback when it ends. Unlocked after an error too. tmpfs: the page leaves the file for swap.
	 */
	int (*writepage)(struct page *page, struct writeback_control *wbc);
	/* Ready bytes [pos, pos+len) of one page for a change: *pagep is locked with a reference, old bytes outside the range valid. */
	int (*write_begin)(struct file *file, struct address_space *mapping, loff_t pos, unsigned len, struct page **pagep);
	/* copied bytes were changed: mark dirty, grow i_size, unlock, put. Returns the bytes accepted or errno. */
	int (*write_end)(struct file *file, struct address_space *mapping, loff_t pos, unsigned len, unsigned copied, struct page *page);
	/* A shared mapping is about to write: make room on disk, mark dirty. 0 with the page locked and in the file, or VM_FAULT_*. */
	int (*page_mkwrite)(struct vm_area_struct *vma, struct page *page);
	/* The locked page has become dirty as a whole: pass it on to what page->private describes. Must not sleep. */
	void (*dirty_private)(struct page *page);
	/* Bytes from offset on are cut off the locked page; 0: it leaves the file. Only pages with PG_private. */
	void (*invalidatepage)(struct page *page, unsigned offset);
	/* The locked clean page shall lose page->private, to be freed: false if that is in use. Must not sleep. */
	bool (*releasepage)(struct page *page);
	/* The locked page has left the mapping. Must not sleep. */
	void (*freepage)(struct address_space *mapping, struct page *page);
	/* The device block behind a block of the file, 0: a hole. NULL: there is none. */
	u64 (*bmap)(struct address_space *mapping, u64 block);
};

void address_space_init(struct address_space *mapping, struct inode *host, const struct address_space_operations *ops, gfp_t gfp);

/* NULL or the page with a reference. Never sleeps. */
struct page *find_get_page(struct address_space *mapping, pgoff_t index);
/* The same, locked (sleeps); still in the mapping. */
struct page *find_lock_page(struct address_space *mapping, pgoff_t index);
/* Finds or makes it; locked, with a reference. A new one is not uptodate. NULL: no memory. */
struct page *find_or_create_page(struct address_space *mapping, pgoff_t index, gfp_t gfp);
/* Puts a new locked page into the mapping (which takes a reference of its own): 0, -EEXIST, -ENOMEM. */
int add_to_page_cache(struct page *page, struct address_space *mapping, pgoff_t index, gfp_t gfp);
/* Up to nr pages from *start on, each with a reference; *start is moved behind the last. */
unsigned find_get_pages(struct address_space *mapping, pgoff_t *start, unsigned nr, struct page **pages);
unsigned find_get_pages_tag(struct address_space *mapping, pgoff_t *start, enum radix_tree_tag tag, unsigned nr, struct page **pages);
/* Uptodate page with a reference, read if need be; ERR_PTR. */
struct page *read_mapping_page(struct address_space *mapping, pgoff_t index, struct file *file);
void delete_from_page_cache(struct page *page);	/* locked; drops the cache's reference */
void __delete_from_page_cache(struct page *page);	/* tree_lock held, and it is the file's; the cache's reference is the caller's */
/* The locked page leaves the cache if nobody but the cache and the caller refers to it and it is clean. */
bool remove_mapping(struct address_space *mapping, struct page *page);

void lock_page(struct page *page);		/* sleeps */
bool trylock_page(struct page *page);
void unlock_page(struct page *page);
void wait_on_page_locked(struct page *page);
void wait_on_page_writeback(struct page *page);
void set_page_writeback(struct page *page);	/* locked, dirty mark taken */
void end_page_writeback(struct page *page);	/* any context */
bool set_page_dirty(struct page *page);		/* tags the tree and the inode, and all that hangs on the page; true if it was clean */
bool __set_page_dirty(struct page *page);	/* the same without what hangs on it */
/* About to be written: no mapping may change it unnoticed from here on. Locked. False: it is clean. */
bool clear_page_dirty_for_io(struct page *page);
void cancel_dirty_page(struct page *page);	/* its contents are not wanted any more */
extern atomic_t nr_dirty_pages, nr_writeback_pages;	/* of files that are written back */

/* file_operations.read / .write / .mmap for files whose data is in the page cache. */
ssize_t generic_file_read(struct file *file, struct iov_iter *to, loff_t *pos);
ssize_t generic_file_write(struct file *file, struct iov_iter *from, loff_t *pos);
int generic_file_mmap(struct file *file, struct vm_area_struct *vma);

/* i_size has grown from a place within a page: mappings must ask again before they write behind it. */
void pagecache_isize_extended(struct inode *inode, loff_t from, loff_t to);

/* Drop all pages wholly or partly behind the byte offset from every mapper and from the cache; zero the rest of a partial last page. */
void truncate_pagecache(struct inode *inode, loff_t newsize);
void truncate_inode_pages(struct address_space *mapping, loff_t from);	/* without the mappers */
void truncate_page_tail(struct address_space *mapping, loff_t from);	/* zeros up to the end of the page that from lies in */
/* Take the pages [first, last] out of every page table that maps the file (last: inclusive). even_cows: private copies too. */
void unmap_mapping_range(struct address_space *mapping, pgoff_t first, pgoff_t last, bool even_cows);
/* Drops clean unused pages of [index, last]: their number. */
unsigned long invalidate_mapping_pages(struct address_space *mapping, pgoff_t index, pgoff_t last);
unsigned long nr_pagecache_pages(void);
void filemap_init(void);
