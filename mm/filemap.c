/* SPDX-License-Identifier: MIT */
/*
 * The page cache: one radix tree of pages for each file, the marks of its pages, and the waiting on pages. Reading
 * and writing files through it is mm/filemap_rw.c, mapping them mm/filemap_map.c, cutting them mm/truncate.c.
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
#include "mm/lru.h"
#include "mm/rmap.h"
#include "mm/slab.h"

static struct kmem_cache *node_cache;
static atomic_t cached_pages;
atomic_t nr_dirty_pages, nr_writeback_pages;

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
	spin_lock_init(&m->private_lock);
	INIT_LIST_HEAD(&m->private_list);
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

/* A page that goes to swap has no file. */
void set_page_writeback(struct page *page)
{
	struct address_space *m = page_mapping(page);
	unsigned long flags;

	ASSERT(PageLocked(page));
	if (TestSetPageWriteback(page))
		panic("page %lx is written back twice at once", page_to_pfn(page));
	if (!m)
		return;
	atomic_inc(&nr_writeback_pages);
	spin_lock_irqsave(&m->tree_lock, flags);
	radix_tree_tag_set(&m->page_tree, page->index, PAGECACHE_TAG_WRITEBACK);
	if (!PageDirty(page))
		radix_tree_tag_clear(&m->page_tree, page->index, PAGECACHE_TAG_DIRTY);
	radix_tree_tag_clear(&m->page_tree, page->index, PAGECACHE_TAG_TOWRITE);
	spin_unlock_irqrestore(&m->tree_lock, flags);
}

/* Nobody takes the page out of the cache as long as it is marked, so its mapping is there. */
void end_page_writeback(struct page *page)
{
	wait_queue_head_t *wq = page_waitqueue(page);
	struct address_space *m = page_mapping(page);

	if (m) {
		tag_page(m, page, PAGECACHE_TAG_WRITEBACK, false);
		atomic_dec(&nr_writeback_pages);
	}
	ClearPageWriteback(page);
	wake_up_all(wq);
}

/* A file whose only copy is the cache (tmpfs) has nothing to write back: its dirty pages need no tag and do not count. */
static bool is_written_back(const struct address_space *m) { return m && !test_bit(AS_UNEVICTABLE, &m->flags); }

bool __set_page_dirty(struct page *page)
{
	struct address_space *m = page_mapping(page);

	if (PageDirty(page) || TestSetPageDirty(page))
		return false;
	if (is_written_back(m)) {
		atomic_inc(&nr_dirty_pages);
		tag_page(m, page, PAGECACHE_TAG_DIRTY, true);
		__mark_inode_dirty(m->host, I_DIRTY_PAGES);
	}
	return true;
}

/* Even a dirty page may hang on to blocks that are clean: those behind an end that was nearer when it became dirty. */
bool set_page_dirty(struct page *page)
{
	struct address_space *m = page_mapping(page);

	if (m && m->a_ops->dirty_private)
		m->a_ops->dirty_private(page);
	return __set_page_dirty(page);
}

void cancel_dirty_page(struct page *page)
{
	if (TestClearPageDirty(page) && is_written_back(page_mapping(page)))
		atomic_dec(&nr_dirty_pages);
}

/*
 * A page that a mapping has written to is dirty already (page_mkwrite marked it), but who writes to it from now on
 * must mark it anew. So the mappings are made read-only first and the mark is taken then.
 */
bool clear_page_dirty_for_io(struct page *page)
{
	ASSERT(PageLocked(page));
	if (page_mapped(page) && page_mkclean(page))
		set_page_dirty(page);
	if (!TestClearPageDirty(page))
		return false;
	if (is_written_back(page_mapping(page)))
		atomic_dec(&nr_dirty_pages);
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
	if (test_bit(AS_UNEVICTABLE, &m->flags))
		SetPageSwapBacked(page);
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
		if (!err)
			lru_cache_add(page, false);
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

/* With the tree locked: the pages found get references and *start moves behind the last. */
static unsigned got_pages(struct page **pages, unsigned n, pgoff_t *start)
{
	for (unsigned i = 0; i < n; i++)
		get_page(pages[i]);
	if (n)
		*start = pages[n - 1]->index + 1;
	return n;
}

unsigned find_get_pages(struct address_space *m, pgoff_t *start, unsigned nr, struct page **pages)
{
	unsigned long flags;

	spin_lock_irqsave(&m->tree_lock, flags);
	nr = got_pages(pages, radix_tree_gang_lookup(&m->page_tree, (void **)pages, *start, nr), start);
	spin_unlock_irqrestore(&m->tree_lock, flags);
	return nr;
}

unsigned find_get_pages_tag(struct address_space *m, pgoff_t *start, enum radix_tree_tag tag, unsigned nr, struct page **pages)
{
	unsigned long flags;

	spin_lock_irqsave(&m->tree_lock, flags);
	nr = got_pages(pages, radix_tree_gang_lookup_tag(&m->page_tree, (void **)pages, *start, nr, tag), start);
	spin_unlock_irqrestore(&m->tree_lock, flags);
	return nr;
}

void __delete_from_page_cache(struct page *page)
{
	struct address_space *m = page->mapping;

	radix_tree_delete(&m->page_tree, page->index);
	page->mapping = NULL;
	m->nrpages--;
	atomic_dec(&cached_pages);
}

void delete_from_page_cache(struct page *page)
{
	struct address_space *m = page->mapping;
	unsigned long flags;

	ASSERT(PageLocked(page) && m && !PageWriteback(page) && !PagePrivate(page));
	cancel_dirty_page(page);
	spin_lock_irqsave(&m->tree_lock, flags);
	__delete_from_page_cache(page);
	spin_unlock_irqrestore(&m->tree_lock, flags);
	if (m->a_ops->freepage)
		m->a_ops->freepage(m, page);
	put_page(page);
}

/* New references come from the tree, under its lock, or from a page table entry, which is one: so two, seen there, are all. */
bool remove_mapping(struct address_space *m, struct page *page)
{
	unsigned long flags;
	bool gone;

	ASSERT(PageLocked(page));
	if (page->mapping != m || PageDirty(page) || PageWriteback(page) || page_count(page) != 2)
		return false;
	if (PagePrivate(page) && !(m->a_ops->releasepage && m->a_ops->releasepage(page)))
		return false;
	spin_lock_irqsave(&m->tree_lock, flags);
	gone = page_count(page) == 2 && !PageDirty(page);
	if (gone)
		__delete_from_page_cache(page);
	spin_unlock_irqrestore(&m->tree_lock, flags);
	if (gone)
		put_page(page);
	return gone;
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

void filemap_init(void)
{
	node_cache = kmem_cache_create("radix_tree_node", RADIX_TREE_NODE_SIZE, 0, NULL);
	for (int i = 0; i < PAGE_WAIT_QUEUES; i++)
		init_waitqueue_head(&page_wait[i]);
}
