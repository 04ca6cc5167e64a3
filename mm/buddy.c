/* SPDX-License-Identifier: MIT */
/*
 * The buddy allocator. Free memory is kept in blocks of 2^order pages, each aligned to its size. To
 * serve a request, a block of the next larger order is split in two halves, "buddies", as often as
 * needed; to free, a block is merged with its buddy as long as that is free too. The buddy of the
 * block at pfn p of order o is p ^ (1 << o): the aligned neighbour that completes the larger block.
 *
 * A free block is on free_area[order] through the lru of its first page, which has PG_buddy and its
 * order in page->order. Nothing is written into the free memory itself.
 *
 * In front of it, for single pages, each CPU keeps a list of its own per zone (per_cpu_pages), used
 * with preemption off and without a lock. Interrupt handlers may come in between, so they go to the
 * buddy lists directly, whose lock is taken with interrupts off.
 */
#include "kernel/panic.h"
#include "lib/string.h"
#include "mm/fail.h"
#include "mm/highmem.h"
#include "mm/lru.h"
#include "mm/page_owner.h"
#include "mm/page_poison.h"
#include "mm/slab.h"
#include "mm/vmscan.h"
#include "kernel/task/task.h"
#include "mm/zone.h"
#include "mm/oom.h"

static inline void block_add(struct zone *z, struct page *page, unsigned int order)
{
	SetPageBuddy(page);
	page->order = order;
	list_add(&page->lru, &z->free_area[order].free_list);
	z->free_area[order].nr_free++;
}

static inline void block_del(struct zone *z, struct page *page)
{
	list_del(&page->lru);
	z->free_area[page->order].nr_free--;
	ClearPageBuddy(page);
	atomic_set(&page->_mapcount, -1);	/* shares its word with order */
}

/* The buddy may be a hole, in another zone, in use, or free but split differently. */
static bool can_merge(struct zone *z, unsigned long buddy_pfn, unsigned int order)
{
	struct page *buddy;

	if (buddy_pfn < z->zone_start_pfn || buddy_pfn >= z->zone_start_pfn + z->spanned_pages)
		return false;
	buddy = pfn_to_page(buddy_pfn);
	return PageBuddy(buddy) && buddy->order == order;
}

/* Zone locked. */
static void free_block(struct zone *z, struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);

	z->nr_free += 1ul << order;
	while (order < MAX_ORDER - 1) {
		unsigned long buddy_pfn = pfn ^ (1ul << order);

		if (!can_merge(z, buddy_pfn, order))
			break;
		block_del(z, pfn_to_page(buddy_pfn));
		pfn &= ~(1ul << order);
		order++;
	}
	block_add(z, pfn_to_page(pfn), order);
}

/* Zone locked. Splits the smallest block that is large enough. */
static struct page *take_block(struct zone *z, unsigned int order)
{
	for (unsigned int o = order; o < MAX_ORDER; o++) {
		struct page *page;

		if (list_empty(&z->free_area[o].free_list))
			continue;
		page = list_first_entry(&z->free_area[o].free_list, struct page, lru);
		block_del(z, page);
		while (o > order) {
			o--;
			block_add(z, page + (1ul << o), o);
		}
		z->nr_free -= 1ul << order;
		return page;
	}
	return NULL;
}

static void pcp_refill(struct zone *z, struct per_cpu_pages *pcp)
{
	unsigned long flags;

	spin_lock_irqsave(&z->lock, flags);
	for (unsigned int i = 0; i < pcp->batch; i++) {
		struct page *page = take_block(z, 0);

		if (!page)
			break;
		SetPagePcp(page);
		list_add_tail(&page->lru, &pcp->list);
		pcp->count++;
	}
	spin_unlock_irqrestore(&z->lock, flags);
}

static void pcp_drain(struct zone *z, struct per_cpu_pages *pcp, unsigned int nr)
{
	unsigned long flags;

	spin_lock_irqsave(&z->lock, flags);
	while (nr-- && pcp->count) {
		struct page *page = list_last_entry(&pcp->list, struct page, lru);

		list_del(&page->lru);
		pcp->count--;
		ClearPagePcp(page);
		free_block(z, page, 0);
	}
	spin_unlock_irqrestore(&z->lock, flags);
}

static struct page *take_single(struct zone *z)
{
	struct per_cpu_pages *pcp;
	struct page *page = NULL;

	preempt_disable();
	pcp = &z->pcp[smp_processor_id()];
	if (!pcp->count)
		pcp_refill(z, pcp);
	if (pcp->count) {
		page = list_first_entry(&pcp->list, struct page, lru);
		list_del(&page->lru);
		pcp->count--;
		ClearPagePcp(page);
	}
	preempt_enable();
	return page;
}

static struct page *take_from_zone(struct zone *z, unsigned int order)
{
	unsigned long flags;
	struct page *page;

	if (order == 0 && !in_interrupt())
		return take_single(z);
	spin_lock_irqsave(&z->lock, flags);
	page = take_block(z, order);
	spin_unlock_irqrestore(&z->lock, flags);
	return page;
}

/* Would the zone stay above the mark, and keep what it holds back from requests that could go higher? */
static inline bool watermark_ok(const struct zone *z, unsigned int order, gfp_t gfp, int highest, enum zone_watermarks which)
{
	unsigned long mark = z->watermark[which];

	if (gfp & __GFP_HIGH)
		mark /= 2;
	if (unlikely(current && (current->flags & PF_MEMALLOC || test_thread_flag(current_thread_info(), TIF_MEMDIE))))
		mark = 0;
	return z->nr_free + z->pcp[smp_processor_id()].count > mark + z->lowmem_reserve[highest] + (1ul << order) - 1;
}

bool memory_is_free(gfp_t gfp)
{
	int highest = highest_zone(gfp);

	for (int i = highest; i >= 0; i--) {
		const struct zone *z = &contig_page_data.node_zones[i];

		if (z->present_pages && watermark_ok(z, 0, gfp, highest, WMARK_MIN))
			return true;
	}
	return false;
}

static struct page *get_from_zonelist(gfp_t gfp, unsigned int order, enum zone_watermarks mark)
{
	int highest = highest_zone(gfp);

	for (int i = highest; i >= 0; i--) {
		struct zone *z = &contig_page_data.node_zones[i];
		struct page *page;

		if (!z->present_pages || !watermark_ok(z, order, gfp, highest, mark))
			continue;
		page = take_from_zone(z, order);
		if (page)
			return page;
	}
	return NULL;
}

static void check_new_page(struct page *page)
{
	if (DEBUG && (page_count(page) != 0 || page_mapped(page) || PageBuddy(page) || PageLRU(page)))
		panic("page %lx from the free lists is in use: flags %lx count %d mapcount %d",
		      page_to_pfn(page), page->flags, page_count(page), page_mapcount(page));
}

static struct page *prepare(struct page *page, gfp_t gfp, unsigned int order)
{
	check_new_page(page);
	page->flags &= 3ul << PAGE_FLAGS_ZONE_SHIFT;
	page->mapping = NULL;
	page->private = 0;
	atomic_set(&page->_refcount, 1);
	for (unsigned long i = 0; gfp & __GFP_ZERO && i < 1ul << order; i++)
		clear_highpage(page + i);
	return page;
}

/* As long as reclaim makes progress, but not for ever: others may be faster to take what it frees. */
#define MAX_RECLAIM_TRIES 64

/* Below the low mark: kswapd shall free something meanwhile. Below the min mark we do so ourselves, if we may. */
static noinline struct page *alloc_slowly(gfp_t gfp, unsigned int order)
{
	struct page *page;

	wakeup_kswapd();
	page = get_from_zonelist(gfp, order, WMARK_MIN);
	if (gfp & __GFP_WAIT)
		for (int tries = 0; !page && tries < MAX_RECLAIM_TRIES && reclaim_memory(gfp, order); tries++)
			page = get_from_zonelist(gfp, order, WMARK_MIN);
	while (!page && gfp & __GFP_WAIT && current->flags & PF_MEMALLOC_NOFAIL) {
		out_of_memory();
		page = get_from_zonelist(gfp, order, WMARK_MIN);
	}
	return page;
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	struct page *page;

	if (gfp & __GFP_WAIT)
		might_sleep();
	if (order >= MAX_ORDER || should_fail_alloc_page(gfp, order))
		return NULL;
	page = get_from_zonelist(gfp, order, WMARK_LOW);
	if (unlikely(!page))
		page = alloc_slowly(gfp, order);
	if (unlikely(!page))
		return NULL;
	check_poison(page, order, gfp & __GFP_ZERO);
	set_page_owner(page, order, gfp, __builtin_frame_address(0));
	return prepare(page, gfp, order);
}

static void check_free_page(struct page *page, unsigned int order)
{
	const unsigned long bad = BIT(PG_locked) | BIT(PG_buddy) | BIT(PG_lru) | BIT(PG_slab) | BIT(PG_writeback) |
		BIT(PG_private) | BIT(PG_reserved) | BIT(PG_table) | BIT(PG_pcp);

	if (DEBUG && ((page->flags & bad) || page_mapped(page)))
		panic("freeing page %lx in use: flags %lx mapcount %d order %u",
		      page_to_pfn(page), page->flags, page_mapcount(page), order);
}

static void free_pages_now(struct page *page, unsigned int order)
{
	struct zone *z = page_zone(page);
	unsigned long flags;

	check_free_page(page, order);
	reset_page_owner(page, order);
	poison_pages(page, order);
	if (order == 0 && !in_interrupt()) {
		struct per_cpu_pages *pcp;

		preempt_disable();
		pcp = &z->pcp[smp_processor_id()];
		SetPagePcp(page);
		list_add(&page->lru, &pcp->list);
		if (++pcp->count > pcp->high)
			pcp_drain(z, pcp, pcp->batch);
		preempt_enable();
		return;
	}
	spin_lock_irqsave(&z->lock, flags);
	free_block(z, page, order);
	spin_unlock_irqrestore(&z->lock, flags);
}

void __put_page(struct page *page)
{
	if (PageLRU(page))
		lru_del(page);
	free_pages_now(page, 0);
}

void __free_pages(struct page *page, unsigned int order)
{
	if (atomic_dec_and_test(&page->_refcount))
		free_pages_now(page, order);
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp & ~__GFP_HIGHMEM, order);

	return page ? (unsigned long)lowmem_page_address(page) : 0;
}

unsigned long get_zeroed_page(gfp_t gfp) { return __get_free_pages(gfp | __GFP_ZERO, 0); }

void free_pages(unsigned long addr, unsigned int order)
{
	if (addr)
		__free_pages(virt_to_page((void *)addr), order);
}

unsigned long zone_pcp_pages(const struct zone *z)
{
	unsigned long n = 0;

	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		n += z->pcp[cpu].count;
	return n;
}

unsigned long nr_free_pages(void)
{
	unsigned long n = 0;
	struct zone *z;

	for_each_zone(z)
		n += z->nr_free + zone_pcp_pages(z);
	return n;
}

unsigned long nr_free_highpages(void)
{
	struct zone *z = &contig_page_data.node_zones[ZONE_HIGHMEM];

	return z->nr_free + zone_pcp_pages(z);
}

void drain_pages(void)
{
	struct zone *z;

	preempt_disable();
	for_each_zone(z) {
		struct per_cpu_pages *pcp = &z->pcp[smp_processor_id()];

		pcp_drain(z, pcp, pcp->count);
	}
	preempt_enable();
}
