/* SPDX-License-Identifier: MIT */
/*
 * The page cache: one radix tree of pages for each file, and the waiting on pages.
 *
 * tree_lock guards the tree; a page found in it gets a reference before the lock is let go. The
 * cache itself holds one reference to each of its pages. PG_locked serialises who fills, truncates
 * or writes back a page; a locked page whose mapping is still ours cannot leave the cache.
 * PG_uptodate, once set, stays: reading it needs no lock.
 *
 * Order: i_mutex, page lock, i_mmap_lock, page_table_lock, tree_lock.
 */
#include "fs/fs.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/string.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/highmem.h"
#include "mm/slab.h"

static struct kmem_cache *node_cache;
static atomic_t cached_pages;

void *radix_tree_node_alloc(void) { return kmem_cache_alloc(node_cache, GFP_ATOMIC); }
void radix_tree_node_free(void *node) { kmem_cache_free(node_cache, node); }
unsigned long nr_pagecache_pages(void) { return (unsigned long)atomic_read(&cached_pages); }

void address_space_init(struct address_space *m, struct inode *host, const struct address_space_operations *ops, gfp_t gfp)
{
	m->host = host;
	INIT_RADIX_TREE(&m->page_tree);
	spin_lock_init(&m->tree_lock);
	m->nrpages = 0;
	m->a_ops = ops;
	mutex_init(&m->i_mmap_lock);
	INIT_LIST_HEAD(&m->i_mmap);
	m->gfp_mask = gfp;
	m->flags = 0;
}

/* ---- waiting: pages share a small table of wait queues, by address ---- */

#define PAGE_WAIT_QUEUES 64
static wait_queue_head_t page_wait[PAGE_WAIT_QUEUES];

static wait_queue_head_t *page_waitqueue(const struct page *page)
{
	return &page_wait[(page_to_pfn(page) * 0x9e3779b1u) >> 26];
}

bool trylock_page(struct page *page) { return !TestSetPageLocked(page); }

void lock_page(struct page *page)
{
	might_sleep();
	if (!trylock_page(page))
		wait_event(page_waitqueue(page), trylock_page(page));
}


void unlock_page(struct page *page)
{
	BUG_ON(!TestClearPageLocked(page));
	wake_up_all(page_waitqueue(page));
}

void wait_on_page_locked(struct page *page) { wait_event(page_waitqueue(page), !PageLocked(page)); }
void wait_on_page_writeback(struct page *page) { wait_event(page_waitqueue(page), !PageWriteback(page)); }

/* ---- the tree ---- */

static void tag_page(struct address_space *m, struct page *page, enum radix_tree_tag tag, bool set)
{
	unsigned long flags;

	spin_lock_irqsave(&m->tree_lock, flags);
	if (page->mapping == m) {
		if (set)
			radix_tree_tag_set(&m->page_tree, page->index, tag);
		else
			radix_tree_tag_clear(&m->page_tree, page->index, tag);
	}
	spin_unlock_irqrestore(&m->tree_lock, flags);
}

void end_page_writeback(struct page *page)
{
	if (page->mapping)
		tag_page(page->mapping, page, PAGECACHE_TAG_WRITEBACK, false);
	ClearPageWriteback(page);
	wake_up_all(page_waitqueue(page));
}

/* A file whose only copy is the cache (tmpfs) has nothing to write back: its dirty pages need no tag. */
bool set_page_dirty(struct page *page)
{
	struct address_space *m = page->mapping;

	if (PageDirty(page) || TestSetPageDirty(page))
		return false;
	if (m && !test_bit(AS_UNEVICTABLE, &m->flags)) {
		tag_page(m, page, PAGECACHE_TAG_DIRTY, true);
		__mark_inode_dirty(m->host, I_DIRTY_PAGES);
	}
	return true;
}

static struct page *lookup_locked(struct address_space *m, pgoff_t index)
{
	struct page *page = radix_tree_lookup(&m->page_tree, index);

	if (page)
		get_page(page);
	return page;
}

struct page *find_get_page(struct address_space *m, pgoff_t index)
{
	unsigned long flags;
	struct page *page;

	spin_lock_irqsave(&m->tree_lock, flags);
	page = lookup_locked(m, index);
	spin_unlock_irqrestore(&m->tree_lock, flags);
	return page;
}

struct page *find_lock_page(struct address_space *m, pgoff_t index)
{
	for (;;) {
		struct page *page = find_get_page(m, index);

		if (!page)
			return NULL;
		lock_page(page);
		if (page->mapping == m)
			return page;
		unlock_page(page);	/* truncated while we waited */
		put_page(page);
	}
}

int add_to_page_cache(struct page *page, struct address_space *m, pgoff_t index, gfp_t gfp)
{
	unsigned long flags;
	int err;

	ASSERT(PageLocked(page));
	for (;;) {
		void *node;

		spin_lock_irqsave(&m->tree_lock, flags);
		err = radix_tree_insert(&m->page_tree, index, page);
		if (!err) {
			get_page(page);
			page->mapping = m;
			page->index = index;
			m->nrpages++;
			atomic_inc(&cached_pages);
		}
		spin_unlock_irqrestore(&m->tree_lock, flags);
		if (err != -ENOMEM || !(gfp & __GFP_WAIT))
			return err;
		/* Let the cache of nodes find memory where it may sleep, then try again. */
		node = kmem_cache_alloc(node_cache, gfp & ~__GFP_HIGHMEM);
		if (!node)
			return -ENOMEM;
		kmem_cache_free(node_cache, node);
	}
}

struct page *find_or_create_page(struct address_space *m, pgoff_t index, gfp_t gfp)
{
	for (;;) {
		struct page *page = find_lock_page(m, index);
		int err;

		if (page)
			return page;
		page = alloc_page(gfp);
		if (!page)
			return NULL;
		SetPageLocked(page);
		err = add_to_page_cache(page, m, index, gfp);
		if (!err)
			return page;
		ClearPageLocked(page);
		put_page(page);
		if (err != -EEXIST)
			return NULL;
	}
}

unsigned find_get_pages(struct address_space *m, pgoff_t *start, unsigned nr, struct page **pages)
{
	unsigned long flags;
	unsigned n;

	spin_lock_irqsave(&m->tree_lock, flags);
	n = radix_tree_gang_lookup(&m->page_tree, (void **)pages, *start, nr);
	for (unsigned i = 0; i < n; i++)
		get_page(pages[i]);
	spin_unlock_irqrestore(&m->tree_lock, flags);
	if (n)
		*start = pages[n - 1]->index + 1;
	return n;
}

void delete_from_page_cache(struct page *page)
{
	struct address_space *m = page->mapping;
	unsigned long flags;

	ASSERT(PageLocked(page) && m);
	spin_lock_irqsave(&m->tree_lock, flags);
	radix_tree_delete(&m->page_tree, page->index);
	page->mapping = NULL;
	m->nrpages--;
	spin_unlock_irqrestore(&m->tree_lock, flags);
	atomic_dec(&cached_pages);
	ClearPageDirty(page);
	put_page(page);
}

/* ---- reading ---- */

/* Makes the locked page uptodate and unlocks it. */
static int fill_page(struct file *file, struct address_space *m, struct page *page)
{
	int err;

	if (PageUptodate(page)) {
		unlock_page(page);
		return 0;
	}
	err = m->a_ops->readpage(file, page);
	if (err)
		return err;
	wait_on_page_locked(page);
	return PageUptodate(page) ? 0 : -EIO;
}

struct page *read_mapping_page(struct address_space *m, pgoff_t index, struct file *file)
{
	for (;;) {
		struct page *page = find_get_page(m, index);
		int err;

		if (page && PageUptodate(page))
			return page;
		if (page)
			put_page(page);
		page = find_or_create_page(m, index, m->gfp_mask);
		if (!page)
			return ERR_PTR(-ENOMEM);
		err = fill_page(file, m, page);
		if (!err && (page->mapping == m || PageUptodate(page)))
			return page;
		put_page(page);
		if (err)
			return ERR_PTR(err);
	}
}

/* A hole of a file that only lives in the cache reads as zeroes without a page being made. */
static bool is_memory_hole(const struct address_space *m) { return test_bit(AS_UNEVICTABLE, &m->flags); }

static size_t read_one_page(struct file *file, struct address_space *m, loff_t pos, size_t n, struct iov_iter *to, int *err)
{
	struct page *page = find_get_page(m, (pgoff_t)(pos >> PAGE_SHIFT));
	size_t copied;

	if (!page && is_memory_hole(m))
		return iov_iter_zero(n, to);
	if (!page || !PageUptodate(page)) {
		if (page)
			put_page(page);
		page = read_mapping_page(m, (pgoff_t)(pos >> PAGE_SHIFT), file);
		if (IS_ERR(page)) {
			*err = (int)PTR_ERR(page);
			return 0;
		}
	}
	copied = copy_page_to_iter(page, (size_t)pos & (PAGE_SIZE - 1), n, to);
	put_page(page);
	return copied;
}

ssize_t generic_file_read(struct file *file, struct iov_iter *to, loff_t *ppos)
{
	struct address_space *m = file->f_mapping;
	loff_t pos = *ppos, size;
	ssize_t done = 0;
	int err = 0;

	if (!iov_iter_count(to))
		return 0;
	for (;;) {
		size_t n = PAGE_SIZE - ((size_t)pos & (PAGE_SIZE - 1)), copied;

		/* The size is looked at for each page, so a truncation meanwhile is seen. */
		size = i_size_read(m->host);
		if (pos >= size)
			break;
		if ((loff_t)n > size - pos)
			n = (size_t)(size - pos);
		n = min(n, iov_iter_count(to));
		copied = read_one_page(file, m, pos, n, to, &err);
		pos += (loff_t)copied;
		done += (ssize_t)copied;
		if (copied < n) {
			if (!err)
				err = -EFAULT;
			break;
		}
		if (!iov_iter_count(to))
			break;
		if (unlikely(fatal_signal_pending(current))) {
			err = -EINTR;
			break;
		}
	}
	*ppos = pos;
	touch_atime(file);
	return done ? done : err;
}

/* ---- writing ---- */

/* Where and how much may be written: O_APPEND, RLIMIT_FSIZE, the file system's limit. Bytes or errno. */
static ssize_t write_checks(struct file *file, size_t count, loff_t *pos)
{
	struct inode *inode = file->f_mapping->host;
	u64 limit = rlimit(RLIMIT_FSIZE);
	loff_t max = inode->i_sb->s_maxbytes;

	if (file->f_flags & O_APPEND)
		*pos = i_size_read(inode);
	if (*pos < 0)
		return -EINVAL;
	if (limit != RLIM64_INFINITY && S_ISREG(inode->i_mode)) {
		if ((u64)*pos >= limit) {
			send_sig(SIGXFSZ, current, 0);
			return -EFBIG;
		}
		if ((u64)count > limit - (u64)*pos)
			count = (size_t)(limit - (u64)*pos);
	}
	if (*pos >= max)
		return -EFBIG;
	if ((loff_t)count > max - *pos)
		count = (size_t)(max - *pos);
	return (ssize_t)count;
}

/*
 * Page by page: the source is made present first, then copied with the page locked in a way that
 * cannot fault, since the source may be a mapping of this very page.
 */
static ssize_t write_pages(struct file *file, struct iov_iter *from, loff_t pos)
{
	struct address_space *m = file->f_mapping;
	const struct address_space_operations *ops = m->a_ops;
	ssize_t written = 0;
	int err = 0;

	while (iov_iter_count(from)) {
		size_t offset = (size_t)pos & (PAGE_SIZE - 1);
		size_t n = min(PAGE_SIZE - offset, iov_iter_count(from)), copied;
		struct page *page;

		err = iov_iter_fault_in_readable(from, n);
		if (err)
			break;
		if (unlikely(fatal_signal_pending(current))) {
			err = -EINTR;
			break;
		}
		err = ops->write_begin(file, m, pos, (unsigned)n, &page);
		if (err)
			break;
		copied = copy_page_from_iter_atomic(page, offset, n, from);
		err = ops->write_end(file, m, pos, (unsigned)n, (unsigned)copied, page);
		if (err < 0)
			break;
		err = 0;
		pos += (loff_t)copied;
		written += (ssize_t)copied;
	}
	return written ? written : err;
}

ssize_t generic_file_write(struct file *file, struct iov_iter *from, loff_t *ppos)
{
	struct inode *inode = file->f_mapping->host;
	struct iov_iter part;
	ssize_t n;
	int err;

	inode_lock(inode);
	n = write_checks(file, iov_iter_count(from), ppos);
	if (n <= 0)
		goto out;
	err = file_remove_privs(file);
	if (err) {
		n = err;
		goto out;
	}
	file_update_time(file);
	part = *from;
	part.count = (size_t)n;
	n = write_pages(file, &part, *ppos);
	if (n > 0) {
		*ppos += n;
		iov_iter_advance(from, (size_t)n);
	}
out:
	inode_unlock(inode);
	if (n > 0 && file->f_flags & (O_SYNC | O_DSYNC)) {
		err = vfs_fsync(file, !(file->f_flags & __O_SYNC));
		if (err)
			n = err;
	}
	return n;
}

/* ---- mapping ---- */

static int filemap_fault(struct vm_area_struct *vma, struct vm_fault *vmf)
{
	struct file *file = vma->vm_file;
	struct address_space *m = file->f_mapping;
	bool cached;

	for (;;) {
		loff_t size = i_size_read(m->host);
		struct page *page;

		if ((loff_t)vmf->pgoff >= (size + PAGE_SIZE - 1) >> PAGE_SHIFT)
			return VM_FAULT_SIGBUS;
		page = find_get_page(m, vmf->pgoff);
		cached = page != NULL;
		if (!page || !PageUptodate(page)) {
			if (page)
				put_page(page);
			page = read_mapping_page(m, vmf->pgoff, file);
			if (IS_ERR(page))
				return PTR_ERR(page) == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
		}
		if (page->mapping != m) {	/* truncated: look again, perhaps there is an end now */
			put_page(page);
			continue;
		}
		vmf->page = page;
		return cached || is_memory_hole(m) ? 0 : VM_FAULT_MAJOR;
	}
}

/* Map what the cache has around the fault: one trap then serves up to sixteen pages. */
#define FAULT_AROUND_PAGES 16u

static void filemap_map_pages(struct vm_area_struct *vma, unsigned long address)
{
	struct address_space *m = vma->vm_file->f_mapping;
	struct mm_struct *mm = vma->vm_mm;
	unsigned long first = max(ALIGN_DOWN(address, FAULT_AROUND_PAGES << PAGE_SHIFT), vma->vm_start);
	unsigned long end = min(ALIGN_DOWN(address, FAULT_AROUND_PAGES << PAGE_SHIFT) + (FAULT_AROUND_PAGES << PAGE_SHIFT),
				vma->vm_end);
	pgoff_t index = vma->vm_pgoff + ((first - vma->vm_start) >> PAGE_SHIFT);
	pgoff_t last = (pgoff_t)((i_size_read(m->host) + PAGE_SIZE - 1) >> PAGE_SHIFT);
	struct page *pages[FAULT_AROUND_PAGES];
	unsigned long flags;
	unsigned n;

	spin_lock(&mm->page_table_lock);
	spin_lock_irqsave(&m->tree_lock, flags);
	n = radix_tree_gang_lookup(&m->page_tree, (void **)pages, index, (unsigned)((end - first) >> PAGE_SHIFT));
	for (unsigned i = 0; i < n; i++) {
		unsigned long a = first + ((pages[i]->index - index) << PAGE_SHIFT);

		if (a >= end || pages[i]->index >= last)
			break;
		if (PageUptodate(pages[i]))
			map_cached_page(vma, a, pages[i]);
	}
	spin_unlock_irqrestore(&m->tree_lock, flags);
	spin_unlock(&mm->page_table_lock);
}

static const struct vm_operations_struct generic_file_vm_ops = {
	.fault = filemap_fault,
	.map_pages = filemap_map_pages,
};

int generic_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (!file->f_mapping->a_ops->readpage)
		return -ENOEXEC;
	touch_atime(file);
	vma->vm_ops = &generic_file_vm_ops;
	return 0;
}

/* ---- taking pages away ---- */

void unmap_mapping_range(struct address_space *m, pgoff_t first, pgoff_t last, bool even_cows)
{
	struct vm_area_struct *vma;

	mutex_lock(&m->i_mmap_lock);
	list_for_each_entry(vma, &m->i_mmap, shared) {
		pgoff_t vma_last = vma->vm_pgoff + ((vma->vm_end - vma->vm_start) >> PAGE_SHIFT) - 1;
		pgoff_t from = max(first, vma->vm_pgoff), to = min(last, vma_last);

		if (from > to)
			continue;
		zap_file_range(vma, vma->vm_start + ((from - vma->vm_pgoff) << PAGE_SHIFT),
			       vma->vm_start + ((to - vma->vm_pgoff + 1) << PAGE_SHIFT), even_cows);
	}
	mutex_unlock(&m->i_mmap_lock);
}

/* The page leaves the cache; a fault that slipped in since the unmapping is undone. */
static void truncate_page(struct address_space *m, struct page *page)
{
	lock_page(page);
	wait_on_page_writeback(page);
	if (page->mapping == m) {
		if (page_mapped(page))
			unmap_mapping_range(m, page->index, page->index, false);
		delete_from_page_cache(page);
	}
	unlock_page(page);
}

void truncate_inode_pages(struct address_space *m, loff_t from)
{
	pgoff_t index = (pgoff_t)((from + PAGE_SIZE - 1) >> PAGE_SHIFT);
	struct page *pages[16];
	unsigned n;

	if (from & (PAGE_SIZE - 1)) {
		struct page *page = find_lock_page(m, (pgoff_t)(from >> PAGE_SHIFT));

		if (page) {
			wait_on_page_writeback(page);
			zero_user_segment(page, (unsigned)from & (PAGE_SIZE - 1), PAGE_SIZE);
			set_page_dirty(page);
			unlock_page(page);
			put_page(page);
		}
	}
	while (m->nrpages && (n = find_get_pages(m, &index, ARRAY_SIZE(pages), pages)))
		for (unsigned i = 0; i < n; i++) {
			truncate_page(m, pages[i]);
			put_page(pages[i]);
		}
}

/* Private copies behind the end go too: they were made of bytes that the file no longer has. */
void truncate_pagecache(struct inode *inode, loff_t newsize)
{
	struct address_space *m = inode->i_mapping;
	pgoff_t first = (pgoff_t)((newsize + PAGE_SIZE - 1) >> PAGE_SHIFT);

	unmap_mapping_range(m, first, ~(pgoff_t)0, true);
	truncate_inode_pages(m, newsize);
}

unsigned long invalidate_mapping_pages(struct address_space *m)
{
	unsigned long dropped = 0;
	struct page *pages[16];
	pgoff_t index = 0;
	unsigned n;

	if (test_bit(AS_UNEVICTABLE, &m->flags))
		return 0;
	while ((n = find_get_pages(m, &index, ARRAY_SIZE(pages), pages)))
		for (unsigned i = 0; i < n; i++) {
			struct page *page = pages[i];

			if (trylock_page(page)) {
				/* Ours and the cache's are the only references. */
				if (page->mapping == m && !PageDirty(page) && !PageWriteback(page) && !PagePrivate(page) &&
				    page_count(page) == 2) {
					delete_from_page_cache(page);
					dropped++;
				}
				unlock_page(page);
			}
			put_page(page);
		}
	return dropped;
}

void filemap_init(void)
{
	node_cache = kmem_cache_create("radix_tree_node", RADIX_TREE_NODE_SIZE, 0, NULL);
	for (int i = 0; i < PAGE_WAIT_QUEUES; i++)
		init_waitqueue_head(&page_wait[i]);
}
