/* SPDX-License-Identifier: MIT */
/*
 * The swap cache: for an entry, the page that has its contents now. One radix tree, like a file's page cache, whose index is the
 * entry. Without it, two who share an entry would read two pages for it, and a page could be used again by one while it is still
 * being written for the other.
 *
 *      out:  add_to_swap ─► try_to_unmap (entries instead of the page) ─► swap_writepage ─► remove_from_swap_cache ─► free
 *      in:   read_swap_cache ─► the fault puts the page in its entry's place ─► try_to_free_swap, when all have done so
 *
 * cache_lock guards the tree (interrupts off, as the page cache's tree_lock). The page lock serialises what happens to one page: adding,
 * filling, writing, leaving.
 */
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/radix_tree.h"
#include "mm/filemap.h"
#include "mm/lru.h"
#include "mm/swap.h"
#include "mm/vmscan.h"

static DEFINE_SPINLOCK(cache_lock);
static struct radix_tree_root cache = RADIX_TREE_INIT;	/* by entry.val */
static unsigned long cached_pages;

unsigned long nr_swapcache_pages(void) { return READ_ONCE(cached_pages); }

/* The locked page is the entry's from here on; the entry's count for the cache is the caller's. 0, -EEXIST, -ENOMEM. Does not sleep. */
static int add_to_cache(struct page *page, swp_entry_t entry)
{
	unsigned long flags;
	int err;

	ASSERT(PageLocked(page) && !PageSwapCache(page) && !PagePrivate(page));
	spin_lock_irqsave(&cache_lock, flags);
	err = radix_tree_insert(&cache, entry.val, page);
	if (!err) {
		get_page(page);
		page->private = entry.val;
		SetPageSwapCache(page);
		cached_pages++;
	}
	spin_unlock_irqrestore(&cache_lock, flags);
	return err;
}

/* cache_lock held; the caller drops the cache's reference and its count of the entry. */
static swp_entry_t take_out(struct page *page)
{
	swp_entry_t entry = page_swap_entry(page);

	radix_tree_delete(&cache, entry.val);
	ClearPageSwapCache(page);
	page->private = 0;
	cached_pages--;
	return entry;
}

bool add_to_swap(struct page *page)
{
	swp_entry_t entry = get_swap_page();

	if (!entry.val)
		return false;
	if (add_to_cache(page, entry)) {
		swap_free_cache(entry);
		return false;
	}
	SetPageDirty(page);
	return true;
}

void delete_from_swap_cache(struct page *page)
{
	unsigned long flags;
	swp_entry_t entry;

	ASSERT(PageLocked(page) && PageSwapCache(page) && !PageWriteback(page));
	spin_lock_irqsave(&cache_lock, flags);
	entry = take_out(page);
	spin_unlock_irqrestore(&cache_lock, flags);
	swap_free_cache(entry);
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
	swp_entry_t entry = { 0 };
	bool gone;

	ASSERT(PageLocked(page));
	spin_lock_irqsave(&cache_lock, flags);
	gone = !PageDirty(page) && !PageWriteback(page) && page_count(page) == 2;
	if (gone)
		entry = take_out(page);
	spin_unlock_irqrestore(&cache_lock, flags);
	if (gone) {
		swap_free_cache(entry);
		put_page(page);
	}
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
	struct page *page = swap_count(entry) == 1 ? lookup_swap_cache(entry) : NULL;

	swap_free(entry);
	if (page) {
		free_swap_cache(page);
		put_page(page);
	}
}

/*
 * Two may want the entry at once. The one who gets the cache's count of it reads; the other finds the page, or for a moment
 * nothing yet, and looks again.
 */
static struct page *read_one(swp_entry_t entry, bool *fresh)
{
	struct page *page, *mine = NULL;
	int err;

	*fresh = false;
	while (!(page = lookup_swap_cache(entry))) {
		if (!mine)
			mine = alloc_page(GFP_HIGHUSER);
		if (!mine)
			return NULL;
		err = swap_cache_prepare(entry);
		if (err == -EEXIST) {
			cond_resched();
			continue;
		}
		if (err)
			break;		/* the entry is free: nobody wants it any more */
		mine->flags |= BIT(PG_locked) | BIT(PG_swapbacked);
		err = add_to_cache(mine, entry);
		if (err) {
			mine->flags &= ~BIT(PG_locked);
			swap_free_cache(entry);
			break;
		}
		lru_cache_add(mine, false);
		*fresh = true;
		return mine;
	}
	if (mine)
		put_page(mine);
	return page;
}

struct page *read_swap_cache(swp_entry_t entry)
{
	bool fresh;
	struct page *page = read_one(entry, &fresh);

	if (fresh) {
		vm_scan.pswpin++;
		swap_readpage(page);
	}
	return page;
}
