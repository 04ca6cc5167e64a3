/* SPDX-License-Identifier: MIT */
/*
 * The node, its zones and mem_map at boot: which page frames exist, which zone each is in, and the
 * watermarks that say when a zone is short. Frames that the memory map does not call usable, or that
 * the kernel occupies, stay PG_reserved with a count of one and never reach the allocator.
 */
#include "kernel/panic.h"
#include "lib/string.h"
#include "mm/layout.h"
#include "mm/lru.h"
#include "mm/zone.h"

#define MAX_DMA_PFN (16u << (20 - PAGE_SHIFT))

static_assert(sizeof(struct page) == 32, "32 bytes per page frame: 1/128 of memory");

pg_data_t contig_page_data;
struct page *mem_map;
unsigned long max_pfn, max_low_pfn;
static unsigned long total_ram, total_high;

static enum zone_type zone_of_pfn(unsigned long pfn)
{
	if (pfn < MAX_DMA_PFN)
		return ZONE_DMA;
	return pfn < LOWMEM_LIMIT >> PAGE_SHIFT ? ZONE_NORMAL : ZONE_HIGHMEM;
}

static void zone_init(struct zone *z, const char *name, unsigned long start, unsigned long end)
{
	spin_lock_init(&z->lock);
	lru_init_zone(z);
	z->name = name;
	z->zone_start_pfn = start;
	z->spanned_pages = end > start ? end - start : 0;
	for (int o = 0; o < MAX_ORDER; o++)
		INIT_LIST_HEAD(&z->free_area[o].free_list);
	for (int cpu = 0; cpu < MAX_CPUS; cpu++) {
		INIT_LIST_HEAD(&z->pcp[cpu].list);
		z->pcp[cpu].high = 96;
		z->pcp[cpu].batch = 16;
	}
}

void zones_init(unsigned long found, unsigned long map_phys)
{
	const unsigned long low_end = LOWMEM_LIMIT >> PAGE_SHIFT;
	struct zone *z = contig_page_data.node_zones;

	max_pfn = found;
	max_low_pfn = min(found, low_end);
	mem_map = __va(map_phys);
	zone_init(&z[ZONE_DMA], "DMA", 0, min_t(unsigned long, found, MAX_DMA_PFN));
	zone_init(&z[ZONE_NORMAL], "Normal", MAX_DMA_PFN, max_low_pfn);
	zone_init(&z[ZONE_HIGHMEM], "HighMem", low_end, found);
	for (unsigned long pfn = 0; pfn < found; pfn++) {
		struct page *page = mem_map + pfn;

		page->flags = BIT(PG_reserved) | (unsigned long)zone_of_pfn(pfn) << PAGE_FLAGS_ZONE_SHIFT;
		atomic_set(&page->_refcount, 1);
		atomic_set(&page->_mapcount, -1);
		page->mapping = NULL;
		page->index = 0;
		page->private = 0;
	}
}

static void release(unsigned long pfn, unsigned int order)
{
	struct page *page = pfn_to_page(pfn);

	for (unsigned long i = 0; i < 1ul << order; i++) {
		ClearPageReserved(page + i);
		atomic_set(&page[i]._refcount, i == 0);
	}
	page_zone(page)->present_pages += 1ul << order;
	total_ram += 1ul << order;
	if (PageHighMem(page))
		total_high += 1ul << order;
	__free_pages(page, order);
}

/* In the largest aligned blocks that fit; a zone's border is aligned to the largest order. */
void free_bootmem_range(unsigned long pfn, unsigned long end)
{
	while (pfn < end) {
		unsigned int order = MAX_ORDER - 1;

		while ((pfn & ((1ul << order) - 1)) || pfn + (1ul << order) > end)
			order--;
		release(pfn, order);
		pfn += 1ul << order;
	}
}

void free_reserved_range(unsigned long start, unsigned long end)
{
	free_bootmem_range(start, end);
	zones_set_watermarks();
}

/*
 * min is 4 * sqrt(low memory in KiB) KiB, as on Linux: what atomic requests may fall back on. low
 * and high (a quarter and a half more) are where reclaim starts and ends.
 */
void zones_set_watermarks(void)
{
	static const unsigned int ratio[MAX_NR_ZONES] = { 256, 32, 1 };
	unsigned long low_kib = (total_ram - total_high) * 4, root = 1, min_pages;
	struct zone *z;

	while ((root + 1) * (root + 1) <= low_kib * 16)
		root++;
	min_pages = clamp(root, 128ul, 65536ul) / 4;
	for_each_zone(z) {
		unsigned long share = z->present_pages / (total_ram / 256 + 1);	/* in 1/256 of RAM */
		unsigned long above = 0;
		int type = (int)(z - contig_page_data.node_zones);

		z->watermark[WMARK_MIN] = min_pages * share / 256;
		z->watermark[WMARK_LOW] = z->watermark[WMARK_MIN] * 5 / 4;
		z->watermark[WMARK_HIGH] = z->watermark[WMARK_MIN] * 3 / 2;
		for (int higher = type + 1; higher < MAX_NR_ZONES; higher++) {
			above += contig_page_data.node_zones[higher].present_pages;
			z->lowmem_reserve[higher] = above / ratio[type];
		}
	}
}

unsigned long totalram_pages(void) { return total_ram; }
unsigned long totalhigh_pages(void) { return total_high; }
