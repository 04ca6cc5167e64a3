/* SPDX-License-Identifier: MIT */
/*
 * The buddy allocator on three small zones, one with a hole, against a map of which page is whose: blocks
 * are aligned, never overlap, are exactly accounted for, and when all is free again, all is merged.
 */
#include "mm/buddy.c"

bool host_in_interrupt;
static struct task_struct host_task;
struct task_struct *current = &host_task;
pg_data_t contig_page_data;
struct page *mem_map;
unsigned long max_pfn, max_low_pfn;
#undef nr_cpu_ids

#define DMA_END 512u
#define NORMAL_END 2300u		/* no multiple of the largest block */
#define HIGH_END 4000u
#define HOLE_START 1000u
#define HOLE_END 1037u
static struct page pages[HIGH_END];
static u16 owner[HIGH_END];		/* number of the block that has the page, 0: free */
static bool cleared[HIGH_END];

void clear_highpage(struct page *page) { cleared[page_to_pfn(page)] = true; }
void poison_pages(struct page *page, unsigned int order) { memset(cleared + page_to_pfn(page), 0, 1ul << order); }
void check_poison(struct page *page, unsigned int order, bool zeroed)
{
	for (unsigned long i = 0; i < 1ul << order; i++)
		CHECK(!cleared[page_to_pfn(page + i)]);
}

static void zone_setup(int index, unsigned long start, unsigned long end)
{
	struct zone *z = &contig_page_data.node_zones[index];

	*z = (struct zone) { .zone_start_pfn = start, .spanned_pages = end - start, .present_pages = end - start };
	for (int o = 0; o < MAX_ORDER; o++)
		INIT_LIST_HEAD(&z->free_area[o].free_list);
	INIT_LIST_HEAD(&z->pcp[0].list);
	z->pcp[0].batch = 8;
	z->pcp[0].high = 24;
	for (unsigned long pfn = start; pfn < end; pfn++) {
		pages[pfn] = (struct page) { .flags = (unsigned long)index << PAGE_FLAGS_ZONE_SHIFT };
		atomic_set(&pages[pfn]._mapcount, -1);
	}
	for (unsigned long pfn = start; pfn < end; pfn++) {
		if (pfn >= HOLE_START && pfn < HOLE_END)
			SetPageReserved(&pages[pfn]);
		else
			free_block(z, &pages[pfn], 0);
	}
}

static void setup(void)
{
	host_in_interrupt = false;
	mem_map = pages;
	max_pfn = HIGH_END;
	max_low_pfn = NORMAL_END;
	memset(owner, 0, sizeof(owner));
	zone_setup(ZONE_DMA, 0, DMA_END);
	zone_setup(ZONE_NORMAL, DMA_END, NORMAL_END);
	zone_setup(ZONE_HIGHMEM, NORMAL_END, HIGH_END);
}

/* No free block has a free buddy of its order; counts are right; blocks lie in their zone and off the hole. */
static void check_zone(struct zone *z)
{
	unsigned long total = 0;

	for (unsigned int o = 0; o < MAX_ORDER; o++) {
		unsigned long blocks = 0;
		struct page *page;

		list_for_each_entry(page, &z->free_area[o].free_list, lru) {
			unsigned long pfn = page_to_pfn(page), buddy = pfn ^ (1ul << o);

			CHECK(PageBuddy(page) && page->order == o && IS_ALIGNED(pfn, 1ul << o));
			CHECK(pfn >= z->zone_start_pfn && pfn + (1ul << o) <= z->zone_start_pfn + z->spanned_pages);
			CHECK(o == MAX_ORDER - 1 || !can_merge(z, buddy, o));
			for (unsigned long i = pfn; i < pfn + (1ul << o); i++)
				CHECK(owner[i] == 0 && (i < HOLE_START || i >= HOLE_END));
			blocks++;
		}
		CHECK(blocks == z->free_area[o].nr_free);
		total += blocks << o;
	}
	CHECK(total == z->nr_free && z->lock.held == 0);
}

static unsigned long check_all(void)
{
	unsigned long used = 0;
	struct zone *z;

	for_each_zone(z)
		check_zone(z);
	for (unsigned long pfn = 0; pfn < HIGH_END; pfn++)
		used += owner[pfn] != 0;
	CHECK(nr_free_pages() + used == HIGH_END - (HOLE_END - HOLE_START));
	return used;
}

struct block {
	struct page *page;
	unsigned int order;
};

static void take(struct block *b, u16 id, gfp_t gfp)
{
	b->order = random_below(4) ? random_below(4) : random_below(MAX_ORDER);
	b->page = alloc_pages(gfp, b->order);
	if (!b->page)
		return;
	unsigned long pfn = page_to_pfn(b->page), end = pfn + (1ul << b->order);

	CHECK(IS_ALIGNED(pfn, 1ul << b->order) && page_count(b->page) == 1);
	CHECK(!(gfp & __GFP_DMA) || end <= DMA_END);
	CHECK((gfp & __GFP_HIGHMEM) || end <= NORMAL_END);
	CHECK(!(gfp & __GFP_ZERO) || cleared[end - 1]);
	for (; pfn < end; pfn++) {
		CHECK(owner[pfn] == 0);
		owner[pfn] = id;
	}
}

static void give(struct block *b)
{
	unsigned long pfn = page_to_pfn(b->page);

	memset(owner + pfn, 0, sizeof(owner[0]) << b->order);
	__free_pages(b->page, b->order);
	b->page = NULL;
}

TEST(buddy_random_against_map)
{
	static const gfp_t kinds[] = { GFP_KERNEL, GFP_HIGHUSER, GFP_DMA, GFP_ATOMIC, GFP_HIGHUSER | __GFP_ZERO };
	struct block blocks[300] = { { NULL, 0 } };

	setup();
	check_all();
	for (int round = 0; round < 6000; round++) {
		u16 k = random_below(ARRAY_SIZE(blocks));

		host_in_interrupt = random_below(10) == 0;
		if (blocks[k].page)
			give(&blocks[k]);
		else
			take(&blocks[k], k + 1, kinds[random_below(ARRAY_SIZE(kinds))]);
		host_in_interrupt = false;
		if (round % 16 == 0)
			check_all();
	}
	for (unsigned k = 0; k < ARRAY_SIZE(blocks); k++)
		if (blocks[k].page)
			give(&blocks[k]);
	drain_pages();
	CHECK(check_all() == 0);
	for (int i = 0; i < MAX_NR_ZONES; i++) {	/* merged as far as addresses allow: as after setup */
		unsigned long before[MAX_ORDER];
		struct zone *z = &contig_page_data.node_zones[i];

		for (int o = 0; o < MAX_ORDER; o++)
			before[o] = z->free_area[o].nr_free;
		setup();
		for (int o = 0; o < MAX_ORDER; o++)
			CHECK(z->free_area[o].nr_free == before[o]);
	}
}

TEST(buddy_exhaustion_falls_back_and_fails)
{
	static struct page *taken[HIGH_END];
	unsigned n = 0, first_dma = 0;
	struct page *page;

	setup();
	while ((page = alloc_pages(GFP_HIGHUSER, 0))) {
		if (page_to_pfn(page) < DMA_END && !first_dma)
			first_dma = n;
		CHECK(!first_dma || page_to_pfn(page) < DMA_END);	/* the highest zones first */
		owner[page_to_pfn(page)] = 1;
		taken[n++] = page;
	}
	CHECK(n == HIGH_END - (HOLE_END - HOLE_START) && first_dma == n - DMA_END);
	CHECK(!alloc_pages(GFP_DMA, 0) && !alloc_pages(GFP_KERNEL, 3) && check_all() == n);
	while (n--) {
		owner[page_to_pfn(taken[n])] = 0;
		__free_pages(taken[n], 0);
	}
	drain_pages();
	check_all();
}

TEST(buddy_watermarks_and_reserve)
{
	struct zone *normal = &contig_page_data.node_zones[ZONE_NORMAL], *dma = &contig_page_data.node_zones[ZONE_DMA];
	struct page *page;
	unsigned n = 0;

	setup();
	normal->watermark[WMARK_MIN] = 100;
	normal->watermark[WMARK_LOW] = 125;
	dma->lowmem_reserve[ZONE_NORMAL] = DMA_END;	/* nobody who could use NORMAL may have DMA */
	host_in_interrupt = true;			/* straight to the buddy lists */
	while (alloc_pages(GFP_KERNEL, 0))
		n++;
	CHECK(normal->nr_free == 100 && dma->nr_free == DMA_END);
	while (alloc_pages(GFP_ATOMIC, 0))		/* may use half of what is kept */
		n++;
	CHECK(normal->nr_free == 50 && dma->nr_free == DMA_END);
	page = alloc_pages(GFP_DMA, 0);
	CHECK(page && page_to_pfn(page) < DMA_END);
	host_in_interrupt = false;
	CHECK(!alloc_pages(GFP_KERNEL, MAX_ORDER));
}

TEST(buddy_references_keep_the_page)
{
	struct page *page;
	unsigned long before;

	setup();
	before = nr_free_pages();
	page = alloc_pages(GFP_KERNEL, 0);
	get_page(page);
	__free_pages(page, 0);
	CHECK(nr_free_pages() == before - 1);
	put_page(page);
	CHECK(nr_free_pages() == before);
}
