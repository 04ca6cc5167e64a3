/* SPDX-License-Identifier: MIT */
/*
 * The LRU lists of a zone: joining, leaving, growing older (mm/lru.h has the picture). Which page goes is decided in mm/vmscan.c;
 * this file only keeps the lists and their counts right.
 *
 * A page joins when it becomes visible and leaves when its last reference goes, or for a while when it is isolated. Joining and
 * leaving are in the path of every page fault and munmap, so leaving is done in batches (release_pages) under one lock.
 */
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "mm/lru.h"

enum lru_list page_lru(const struct page *page)
{
	enum lru_list lru = page_is_file_lru(page) ? LRU_INACTIVE_FILE : LRU_INACTIVE_ANON;

	if (PageUnevictable(page))
		return LRU_UNEVICTABLE;
	return PageActive(page) ? lru + LRU_ACTIVE : lru;
}

static void list_in(struct zone *z, struct page *page)
{
	enum lru_list lru = page_lru(page);

	list_add(&page->lru, &z->lru[lru]);
	z->nr_lru[lru]++;
}

static void list_out(struct zone *z, struct page *page)
{
	list_del(&page->lru);
	z->nr_lru[page_lru(page)]--;
}

void lru_cache_add(struct page *page, bool active)
{
	struct zone *z = page_zone(page);

	spin_lock(&z->lru_lock);
	ASSERT(!PageLRU(page));
	if (active)
		SetPageActive(page);
	SetPageLRU(page);
	list_in(z, page);
	spin_unlock(&z->lru_lock);
}

/* lru_lock held. */
static void forget(struct zone *z, struct page *page)
{
	list_out(z, page);
	page->flags &= ~(BIT(PG_lru) | BIT(PG_active) | BIT(PG_unevictable) | BIT(PG_referenced));
}

void lru_del(struct page *page)
{
	struct zone *z = page_zone(page);

	ASSERT(!in_interrupt());
	spin_lock(&z->lru_lock);
	forget(z, page);
	spin_unlock(&z->lru_lock);
}

void release_pages(struct page **pages, unsigned int nr)
{
	struct zone *locked = NULL;
	unsigned int freed = 0;

	for (unsigned int i = 0; i < nr; i++) {
		struct page *page = pages[i];
		struct zone *z = page_zone(page);

		if (!put_page_testzero(page))
			continue;
		if (PageLRU(page)) {
			if (z != locked) {
				if (locked)
					spin_unlock(&locked->lru_lock);
				locked = z;
				spin_lock(&z->lru_lock);
			}
			forget(z, page);
		}
		pages[freed++] = page;
	}
	if (locked)
		spin_unlock(&locked->lru_lock);
	while (freed)
		__put_page(pages[--freed]);
}

static void activate(struct page *page)
{
	struct zone *z = page_zone(page);

	spin_lock(&z->lru_lock);
	if (PageLRU(page) && !PageActive(page) && !PageUnevictable(page)) {
		list_out(z, page);
		SetPageActive(page);
		list_in(z, page);
	}
	spin_unlock(&z->lru_lock);
}

void lru_deactivate(struct page *page, bool lazy_free)
{
	struct zone *z = page_zone(page);

	spin_lock(&z->lru_lock);
	if (PageLRU(page) && !PageUnevictable(page)) {
		list_out(z, page);
		ClearPageActive(page);
		ClearPageReferenced(page);
		if (lazy_free)
			ClearPageSwapBacked(page);
		list_in(z, page);
	}
	spin_unlock(&z->lru_lock);
}

void mark_page_accessed(struct page *page)
{
	if (!PageReferenced(page)) {
		SetPageReferenced(page);
	} else if (!PageActive(page) && PageLRU(page)) {
		activate(page);
		ClearPageReferenced(page);
	}
}

/* ---- for reclaim ---- */

unsigned long isolate_lru_pages(struct zone *z, enum lru_list lru, unsigned long nr, struct list_head *to, unsigned long *scanned)
{
	struct list_head *list = &z->lru[lru];
	unsigned long taken = 0;

	*scanned = 0;
	spin_lock(&z->lru_lock);
	while (*scanned < nr && !list_empty(list)) {
		struct page *page = list_last_entry(list, struct page, lru);

		++*scanned;
		/* At zero it is on its way to the allocator, and its last holder waits for our lock. */
		if (!atomic_inc_not_zero(&page->_refcount)) {
			list_move(&page->lru, list);
			continue;
		}
		list_out(z, page);
		ClearPageLRU(page);
		list_add(&page->lru, to);
		taken++;
	}
	spin_unlock(&z->lru_lock);
	return taken;
}

bool isolate_lru_page(struct page *page)
{
	struct zone *z = page_zone(page);
	bool taken;

	spin_lock(&z->lru_lock);
	taken = PageLRU(page);
	if (taken) {
		get_page(page);
		list_out(z, page);
		ClearPageLRU(page);
		ClearPageActive(page);
		ClearPageUnevictable(page);
	}
	spin_unlock(&z->lru_lock);
	return taken;
}

static void putback_lru_page(struct page *page)
{
	struct zone *z = page_zone(page);

	spin_lock(&z->lru_lock);
	SetPageLRU(page);
	list_in(z, page);
	spin_unlock(&z->lru_lock);
	put_page(page);
}

void putback_lru_pages(struct list_head *pages)
{
	while (!list_empty(pages)) {
		struct page *page = list_first_entry(pages, struct page, lru);

		list_del(&page->lru);
		putback_lru_page(page);
	}
}

unsigned long nr_lru_pages(enum lru_list lru)
{
	unsigned long n = 0;
	struct zone *z;

	for_each_zone(z)
		n += READ_ONCE(z->nr_lru[lru]);
	return n;
}

void lru_init_zone(struct zone *z)
{
	spin_lock_init(&z->lru_lock);
	for (int lru = 0; lru < NR_LRU_LISTS; lru++)
		INIT_LIST_HEAD(&z->lru[lru]);
}
