/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Zones: what a page frame can be used for depends on its address. ZONE_DMA (below 16 MiB) is for
 * old devices, ZONE_NORMAL (to 896 MiB) is always mapped in the kernel, ZONE_HIGHMEM is the rest.
 * A request names the highest zone it can use and falls back to lower ones, which keep a reserve
 * (lowmem_reserve) against requests that could have been served higher up.
 */
#include "kernel/sched/sched.h"
#include "mm/buddy.h"

enum zone_type { ZONE_DMA, ZONE_NORMAL, ZONE_HIGHMEM, MAX_NR_ZONES };
enum zone_watermarks { WMARK_MIN, WMARK_LOW, WMARK_HIGH, NR_WMARK };

struct free_area {
	struct list_head free_list;
	unsigned long nr_free;			/* blocks */
};

/* A CPU's own pages of order 0: taken and returned with preemption off, without the zone's lock. */
struct per_cpu_pages {
	struct list_head list;
	unsigned int count, high, batch;	/* over high, batch pages go back to the buddy lists */
};

/* Where reclaim looks for pages: mm/lru.h. An active list is LRU_ACTIVE behind its inactive one. */
enum { LRU_ACTIVE = 1, LRU_FILE = 2 };
enum lru_list {
	LRU_INACTIVE_ANON, LRU_ACTIVE_ANON = LRU_INACTIVE_ANON + LRU_ACTIVE,
	LRU_INACTIVE_FILE = LRU_FILE, LRU_ACTIVE_FILE = LRU_FILE + LRU_ACTIVE,
	LRU_UNEVICTABLE, NR_LRU_LISTS
};

struct zone {
	spinlock_t lock;			/* free_area, nr_free; interrupts off */
	struct free_area free_area[MAX_ORDER];
	unsigned long nr_free;			/* pages on the buddy lists */
	unsigned long watermark[NR_WMARK];	/* pages */
	unsigned long lowmem_reserve[MAX_NR_ZONES];	/* kept against requests for that higher zone */
	struct per_cpu_pages pcp[MAX_CPUS];
	spinlock_t lru_lock;			/* the four below */
	struct list_head lru[NR_LRU_LISTS];
	unsigned long nr_lru[NR_LRU_LISTS];	/* pages */
	unsigned long recent_scanned[2], recent_rotated[2];	/* of anonymous and file pages judged lately; those that were in use */
	unsigned long zone_start_pfn, spanned_pages, present_pages;
	const char *name;
};

typedef struct pg_data {
	struct zone node_zones[MAX_NR_ZONES];
} pg_data_t;
extern pg_data_t contig_page_data;

static inline struct zone *page_zone(const struct page *page)
{
	return &contig_page_data.node_zones[page->flags >> PAGE_FLAGS_ZONE_SHIFT];
}
/* The highest zone that a request may have pages of. */
static inline int highest_zone(gfp_t gfp)
{
	if (gfp & __GFP_DMA)
		return ZONE_DMA;
	return gfp & __GFP_HIGHMEM ? ZONE_HIGHMEM : ZONE_NORMAL;
}
unsigned long zone_pcp_pages(const struct zone *z);
#define for_each_zone(z) for (z = contig_page_data.node_zones; z < contig_page_data.node_zones + MAX_NR_ZONES; z++)

/* Boot: the page array and empty zones for frames [0, max_pfn); then usable frames are handed in. */
void zones_init(unsigned long max_pfn_found, unsigned long map_phys);
void free_bootmem_range(unsigned long start_pfn, unsigned long end_pfn);
void zones_set_watermarks(void);
/* Gives single pages that were in use since boot (the ramdisk) to the allocator. */
void free_reserved_range(unsigned long start_pfn, unsigned long end_pfn);
