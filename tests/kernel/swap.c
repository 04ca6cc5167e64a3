/* SPDX-License-Identifier: MIT */
/* The map of a swap area and the swap cache, on areas that have no disk: nothing is written or read here. */
#include "kernel/ktest.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "mm/buddy.h"
#include "mm/check.h"
#include "mm/filemap.h"
#include "mm/slab.h"
#include "mm/swap_internal.h"

/* As swapon makes it: place 0 is the header. */
static struct swap_area *make_area(unsigned type, int prio, unsigned long max)
{
	struct swap_area *a = kzalloc(sizeof(*a), GFP_KERNEL);
	unsigned long clusters = (max + SWAP_CLUSTER - 1) / SWAP_CLUSTER, flags;

	a->type = type;
	a->prio = prio;
	a->max = max;
	a->pages = max - 1;
	a->next = 1;
	a->map = kzalloc(max * sizeof(u16), GFP_KERNEL);
	a->used = kzalloc(clusters * sizeof(u16), GFP_KERNEL);
	a->map[0] = SWAP_MAP_BAD;
	a->used[clusters - 1] = (u16)(clusters * SWAP_CLUSTER - max);
	a->used[0]++;
	spin_lock_irqsave(&swap_lock, flags);
	swap_area[type] = a;
	swap_area_open(a);
	spin_unlock_irqrestore(&swap_lock, flags);
	return a;
}

static void remove_area(struct swap_area *a)
{
	unsigned long flags;

	EXPECT_EQ(a->inuse, 0);
	spin_lock_irqsave(&swap_lock, flags);
	swap_area_close(a);
	swap_area[a->type] = NULL;
	spin_unlock_irqrestore(&swap_lock, flags);
	kfree(a->map);
	kfree(a->used);
	kfree(a);
}

KTEST(swap_map_gives_every_place_once)
{
	struct swap_area *a = make_area(3, 0, 1000);
	unsigned long sum = 0;
	swp_entry_t e;

	for (unsigned n = 1; n < 1000; n++) {
		e = get_swap_page();
		EXPECT(swp_type(e) == 3 && swp_offset(e) > 0 && swp_offset(e) < 1000);
		sum += swp_offset(e);
		/* In order: the rest of a cluster, then the next one. */
		EXPECT_EQ(swp_offset(e), n);
	}
	EXPECT_EQ(sum, 999 * 1000 / 2);
	EXPECT_EQ(nr_swap_pages(), 0);
	EXPECT_EQ(get_swap_page().val, 0);
	/* What is freed can be had again: a gap, then a whole cluster before any gap. */
	swap_free_cache(swp_entry(3, 700));
	EXPECT_EQ(swp_offset(get_swap_page()), 700);
	for (unsigned offset = 256; offset < 512; offset++)
		swap_free_cache(swp_entry(3, offset));
	swap_free_cache(swp_entry(3, 5));
	EXPECT_EQ(swp_offset(get_swap_page()), 256);
	swap_free_cache(swp_entry(3, 256));
	for (unsigned offset = 1; offset < 1000; offset++)
		if (offset != 5 && (offset < 256 || offset >= 512))
			swap_free_cache(swp_entry(3, offset));
	EXPECT_EQ(nr_swap_pages(), 999);
	for (unsigned c = 1; c < 3; c++)
		EXPECT_EQ(a->used[c], 0);
	remove_area(a);
}

KTEST(swap_map_counts_holders)
{
	struct swap_area *a = make_area(0, 0, 300);
	swp_entry_t e = get_swap_page(), none = swp_entry(0, 299), bad = swp_entry(0, 0), beyond = swp_entry(0, 300);
	swp_entry_t no_area = swp_entry(9, 1);

	EXPECT_EQ(swap_count(e), 0);
	EXPECT_EQ(swap_cache_prepare(e), -ENOENT);	/* nobody holds it: not to be read */
	for (unsigned n = 0; n < SWAP_MAP_MAX; n++)
		EXPECT_EQ(swap_duplicate(e), 0);
	EXPECT_EQ(swap_duplicate(e), -ENOMEM);
	EXPECT_EQ(swap_count(e), SWAP_MAP_MAX);
	EXPECT_EQ(swap_cache_prepare(e), -EEXIST);
	swap_free_cache(e);
	EXPECT_EQ(swap_cache_prepare(e), 0);
	for (unsigned n = 1; n < SWAP_MAP_MAX; n++)
		EXPECT(!swap_free(e));
	EXPECT(swap_free(e));				/* the cache's is left */
	EXPECT_EQ(a->inuse, 1);
	swap_free_cache(e);
	EXPECT_EQ(a->inuse, 0);
	/* Damaged page tables are reported and do no harm. */
	EXPECT_EQ(swap_duplicate(none), -EINVAL);
	EXPECT_EQ(swap_duplicate(bad), -EINVAL);
	EXPECT_EQ(swap_duplicate(beyond), -EINVAL);
	EXPECT_EQ(swap_duplicate(no_area), -EINVAL);
	EXPECT(!swap_free(bad) && !swap_free(none) && !swap_free(no_area));
	EXPECT_EQ(swap_count(bad) + swap_count(beyond) + swap_count(no_area), 0);
	EXPECT_EQ(nr_swap_pages(), 299);
	remove_area(a);
}

KTEST(swap_areas_by_priority_and_in_turns)
{
	struct swap_area *low = make_area(0, -2, 300), *one = make_area(1, 5, 513), *two = make_area(2, 5, 513);
	unsigned seen[3] = { 0 };

	for (unsigned n = 0; n < 2 * 512; n++) {
		unsigned type = swp_type(get_swap_page());

		seen[type]++;
		EXPECT(type != 0 && seen[1] <= seen[2] + SWAP_CLUSTER && seen[2] <= seen[1] + SWAP_CLUSTER);
	}
	EXPECT_EQ(seen[1], 512);
	EXPECT_EQ(seen[2], 512);
	EXPECT_EQ(swp_type(get_swap_page()), 0);
	swap_free_cache(swp_entry(0, 1));
	for (unsigned offset = 1; offset < 513; offset++) {
		swap_free_cache(swp_entry(1, offset));
		swap_free_cache(swp_entry(2, offset));
	}
	remove_area(low);
	remove_area(one);
	remove_area(two);
}

/* A page of nobody, as reclaim has it in hand. */
static struct page *make_page(void)
{
	struct page *page = alloc_page(GFP_HIGHUSER);

	SetPageUptodate(page);
	SetPageSwapBacked(page);
	lock_page(page);
	return page;
}

KTEST(swap_cache_keeps_one_page_for_an_entry)
{
	struct swap_area *a = make_area(0, 0, 300);
	struct page *page = make_page(), *found;
	swp_entry_t e;

	EXPECT(add_to_swap(page));
	e = page_swap_entry(page);
	EXPECT(PageSwapCache(page) && PageDirty(page) && page_count(page) == 2 && nr_swapcache_pages() == 1);
	EXPECT_EQ(swap_duplicate(e), 0);
	EXPECT_EQ(swap_duplicate(e), 0);
	found = lookup_swap_cache(e);
	EXPECT(found == page);
	EXPECT(read_swap_cache(e) == page);
	put_page(page);
	put_page(page);
	EXPECT(!try_to_free_swap(page));		/* somebody has it */
	EXPECT(!remove_from_swap_cache(page));		/* dirty: the only copy */
	ClearPageDirty(page);
	get_page(page);
	EXPECT(!remove_from_swap_cache(page));		/* somebody uses it */
	put_page(page);
	EXPECT(remove_from_swap_cache(page));
	EXPECT(!PageSwapCache(page) && page_count(page) == 1 && swap_count(e) == 2 && !lookup_swap_cache(e));
	swap_free(e);
	swap_free(e);
	EXPECT_EQ(a->inuse, 0);
	EXPECT(read_swap_cache(e) == ERR_PTR(-ENOENT));
	/* The last holder takes the page out of the cache along. */
	EXPECT(add_to_swap(page));
	e = page_swap_entry(page);
	swap_duplicate(e);
	swap_duplicate(e);
	unlock_page(page);
	free_swap_and_cache(e);
	EXPECT(PageSwapCache(page));
	free_swap_and_cache(e);
	EXPECT(!PageSwapCache(page) && page_count(page) == 1 && a->inuse == 0 && nr_swapcache_pages() == 0);
	ClearPageDirty(page);
	put_page(page);
	remove_area(a);
}

#if DEBUG
KTEST(swap_place_that_nobody_holds_is_found_by_the_check)
{
	struct swap_area *a = make_area(3, 0, 1000);
	swp_entry_t e = get_swap_page();

	EXPECT(page_check() > 0 && page_check_found("swap: places that its cache has"));
	EXPECT_EQ(swap_duplicate(e), 0);
	EXPECT(page_check() > 0 && page_check_found("swap: holders of places"));
	EXPECT(swap_free(e));
	swap_free_cache(e);
	remove_area(a);
}
#endif
