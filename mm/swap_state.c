/* SPDX-License-Identifier: MIT */
/*
 * The swap cache: for an entry, the page that has its contents now. One radix tree, like a file's page cache, whose index is the
 * entry. Without it, two who share an entry would read two pages for it, and a page could be used again by one while it is still
 * being written for the other.
 *
 *      out:  add_to_swap ─► try_to_unmap (entries instead of the page) ─► swap_writepage ─► remove_from_swap_cache ─► free
 *      in:   read_swap_cache ─► the fault puts the page in its entry's place ─► try_to_free_swap, when all have done so
 *
 * cache_lock guards the tree (interrupts off, as the page cache's tree_lock, in which it nests; swap_lock nests in it). The page lock
 * serialises what happens to one page: adding, filling, writing, leaving.
 */
#include "kernel/block/blkdev.h"
#include "kernel/panic.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/radix_tree.h"
#include "mm/filemap.h"
#include "mm/lru.h"
#include "mm/swap.h"

static DEFINE_SPINLOCK(cache_lock);
static struct radix_tree_root cache = RADIX_TREE_INIT;	/* by entry.val */
static unsigned long cached_pages;
int sysctl_page_cluster = 3;
static atomic_t readahead_hits;

unsigned long nr_swapcache_pages(void) { return READ_ONCE(cached_pages); }

/* The locked page is the entry's from here on. fresh: the entry has the cache's mark already. 0, -EEXIST, -ENOENT, -ENOMEM. */
static int add_to_cache(struct page *page, swp_entry_t entry, bool fresh)
{
	unsigned long flags;
	int err;

	ASSERT(PageLocked(page) && !PageSwapCache(page) && !PagePrivate(page));
	spin_lock_irqsave(&cache_lock, flags);
	err = fresh ? 0 : swap_cache_prepare(entry);
	if (!err) {
		err = radix_tree_insert(&cache, entry.val, page);
		if (err)
			swap_free_cache(entry);
	}
	if (!err) {
		get_page(page);
		page->private = entry.val;
		ClearPageReadahead(page);
		SetPageSwapCache(page);
		cached_pages++;
	}
	spin_unlock_irqrestore(&cache_lock, flags);
	return err;
}

/* cache_lock held; the caller drops the cache's reference. */
static void take_out(struct page *page)
{
	swp_entry_t entry = page_swap_entry(page);

	radix_tree_delete(&cache, entry.val);
	ClearPageSwapCache(page);
	page->private = 0;
	cached_pages--;
	swap_free_cache(entry);
}

bool add_to_swap(struct page *page)
{
	swp_entry_t entry = get_swap_page();

	if (!entry.val || add_to_cache(page, entry, true))
		return false;
	SetPageDirty(page);
	return true;
}

void delete_from_swap_cache(struct page *page)
{
	unsigned long flags;

	ASSERT(PageLocked(page) && PageSwapCache(page) && !PageWriteback(page));
	spin_lock_irqsave(&cache_lock, flags);
	take_out(page);
	spin_unlock_irqrestore(&cache_lock, flags);
	put_page(page);
}

bool try_to_free_swap(struct page *page)
{
	if (!PageSwapCache(page))
		return true;
	if (PageWriteback(page) || swap_count(page_swap_entry(page)))
		return false;
	delete_from_swap_cache(page);
	SetPageDirty(page);		/* what was written is given up: the page is the only copy again */
	return true;
}

/* New references come from the tree, under its lock, or from a page table entry, which is one: so two, seen there, are all. */
bool remove_from_swap_cache(struct page *page)
{
	unsigned long flags;
	bool gone;

	ASSERT(PageLocked(page));
	spin_lock_irqsave(&cache_lock, flags);
	gone = !PageDirty(page) && !PageWriteback(page) && page_count(page) == 2;
	if (gone)
		take_out(page);
	spin_unlock_irqrestore(&cache_lock, flags);
	if (gone)
		put_page(page);
	return gone;
}

struct page *lookup_swap_cache(swp_entry_t entry)
{
	unsigned long flags;
	struct page *page;

	spin_lock_irqsave(&cache_lock, flags);
	page = radix_tree_lookup(&cache, entry.val);
	if (page)
		get_page(page);
	spin_unlock_irqrestore(&cache_lock, flags);
	if (page && TestClearPageReadahead(page))
		atomic_inc(&readahead_hits);
	return page;
}

void free_swap_cache(struct page *page)
{
	if (PageSwapCache(page) && !page_mapped(page) && trylock_page(page)) {
		try_to_free_swap(page);
		unlock_page(page);
	}
}

void free_swap_and_cache(swp_entry_t entry)
{
	struct page *page = swap_free(entry) ? lookup_swap_cache(entry) : NULL;

	if (page) {
		free_swap_cache(page);
		put_page(page);
	}
}

/*
 * Two may want the entry at once. The mark in its count and the page in the tree come and go together, under cache_lock, so who finds the
 * mark taken will find the page. fresh: it is new, locked, and to be read.
 */
static struct page *find_or_add(swp_entry_t entry, gfp_t gfp, bool *fresh)
{
	struct page *page, *mine = NULL;
	int err = -EEXIST;

	*fresh = false;
	while (err == -EEXIST) {
		page = lookup_swap_cache(entry);
		if (page) {
			if (mine)
				put_page(mine);
			return page;
		}
		if (!mine)
			mine = alloc_page(gfp);
		if (!mine)
			return ERR_PTR(-ENOMEM);
		mine->flags |= BIT(PG_locked) | BIT(PG_swapbacked);
		err = add_to_cache(mine, entry, false);
		if (!err) {
			lru_cache_add(mine, false);
			*fresh = true;
			return mine;
		}
		mine->flags &= ~BIT(PG_locked);
	}
	put_page(mine);
	return ERR_PTR(err);
}

/*
 * How many neighbours are worth reading along: as many as were of use lately, or two for who goes through memory page by page, and at most
 * 2^page_cluster. A wrong guess costs a page of memory that somebody else needs.
 */
static unsigned long readahead_window(unsigned long offset)
{
	static unsigned long last_offset, last_window;
	unsigned long hits = (unsigned long)atomic_xchg(&readahead_hits, 0), window = 1;
	unsigned long distance = offset - READ_ONCE(last_offset);

	if (hits || distance == 1 || distance == ~0ul)
		while (window < hits + 2)
			window *= 2;
	window = min(max(window, READ_ONCE(last_window) / 2), 1ul << sysctl_page_cluster);
	WRITE_ONCE(last_offset, offset);
	WRITE_ONCE(last_window, window);
	return window;
}

/* No memory is freed for a guess. */
static void read_neighbours(swp_entry_t entry)
{
	unsigned long window = readahead_window(swp_offset(entry)), first = ALIGN_DOWN(swp_offset(entry), window);

	for (unsigned long offset = max(first, 1ul); offset < first + window; offset++) {
		swp_entry_t near = swp_entry(swp_type(entry), offset);
		struct page *page;
		bool fresh;

		if (near.val == entry.val || !swap_count(near))
			continue;
		page = find_or_add(near, __GFP_HIGHMEM, &fresh);
		if (IS_ERR(page))
			continue;
		if (fresh) {
			SetPageReadahead(page);
			swap_readpage(page);
		}
		put_page(page);
	}
}

struct page *read_swap_cache(swp_entry_t entry)
{
	bool fresh;
	struct page *page = find_or_add(entry, GFP_HIGHUSER, &fresh);
	struct blk_plug plug;

	if (fresh) {
		blk_start_plug(&plug);
		swap_readpage(page);
		read_neighbours(entry);
		blk_finish_plug(&plug);
	}
	return page;
}
