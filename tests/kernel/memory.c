/* SPDX-License-Identifier: MIT */
/* The allocators, seen from inside. The runner itself checks that each test gives everything back. */
#include "kernel/ktest.h"
#include "kernel/sched/preempt.h"
#include "lib/string.h"
#include "mm/buddy.h"
#include "mm/highmem.h"
#include "mm/oom.h"
#include "mm/pagetable.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"
#include "mm/zone.h"

KTEST(buddy_every_order_is_aligned_and_merges_back)
{
	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		struct page *page = alloc_pages(GFP_KERNEL, order);

		EXPECT(page != NULL);
		if (!page)
			return;
		EXPECT_EQ(page_to_pfn(page) & ((1ul << order) - 1), 0);
		EXPECT_EQ(page_count(page), 1);
		__free_pages(page, order);
	}
	EXPECT(alloc_pages(GFP_KERNEL, MAX_ORDER) == NULL);
}

KTEST(buddy_zero_means_zero)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);
	u32 *p;

	memset(lowmem_page_address(page), 0xff, PAGE_SIZE << 2);
	__free_pages(page, 2);
	page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 2);
	p = lowmem_page_address(page);
	for (unsigned int i = 0; i < (PAGE_SIZE << 2) / 4; i++)
		if (p[i]) {
			EXPECT_EQ(p[i], 0);
			break;
		}
	__free_pages(page, 2);
}

KTEST(zone_dma_gives_low_pages)
{
	struct page *page = alloc_pages(GFP_DMA, 3);

	EXPECT(page && page_to_pfn(page) + 8 <= 4096);
	if (page)
		__free_pages(page, 3);
}

/* Take everything that atomic requests may have; the allocator must say no, and all must come back. */
KTEST(buddy_exhaustion_gives_null)
{
	LIST_HEAD(taken);
	struct page *page, *next;
	unsigned long n = 0;

	while ((page = alloc_pages(GFP_ATOMIC, 4))) {
		list_add(&page->lru, &taken);
		n++;
	}
	EXPECT(n > 10);
	EXPECT(alloc_pages(GFP_ATOMIC, 10) == NULL);
	list_for_each_entry_safe(page, next, &taken, lru) {
		list_del(&page->lru);
		__free_pages(page, 4);
	}
}

KTEST(kmalloc_all_sizes_do_not_overlap)
{
	static u8 *p[64];
	size_t size = 1;
	int n = 0;

	for (; n < 64 && size <= (4u << 20); size = size * 5 / 4 + 1, n++) {
		p[n] = kmalloc(size, GFP_KERNEL);
		EXPECT(p[n] && ksize(p[n]) >= size);
		if (!p[n])
			break;
		memset(p[n], n, size);
	}
	size = 1;
	for (int i = 0; i < n; i++, size = size * 5 / 4 + 1) {
		EXPECT(p[i][0] == i && p[i][size - 1] == i && p[i][size / 2] == i);
		kfree(p[i]);
	}
	EXPECT(kmalloc((4u << 20) + 1, GFP_KERNEL) == NULL);
	EXPECT(kcalloc(0x10001, 0x10000, GFP_KERNEL) == NULL);
	kfree(NULL);
}

static int constructed;
static void count_ctor(void *p) { *(u32 *)p = 0x600d; constructed++; }

KTEST(slab_constructor_runs_once_per_object)
{
	struct kmem_cache *c = kmem_cache_create("ktest", 100, 16, count_ctor);
	void *a, *b;
	int first;

	constructed = 0;
	a = kmem_cache_alloc(c, GFP_KERNEL);
	first = constructed;
	EXPECT(first >= 1 && *(u32 *)a == 0x600d);
	EXPECT_EQ((unsigned long)a & 15, 0);
	b = kmem_cache_alloc(c, GFP_KERNEL);
	EXPECT_EQ(kmem_cache_destroy(c), -16);	/* EBUSY */
	kmem_cache_free(c, a);
	kmem_cache_free(c, b);
	a = kmem_cache_alloc(c, GFP_KERNEL);
	EXPECT(*(u32 *)a == 0x600d);
	EXPECT(constructed >= first);
	kmem_cache_free(c, a);
	EXPECT_EQ(kmem_cache_destroy(c), 0);
}

KTEST(vmalloc_is_contiguous_and_guarded)
{
	u8 *p = vzalloc(5 * PAGE_SIZE);
	u8 sum = 0;

	EXPECT(p != NULL);
	for (unsigned int i = 0; i < 5 * PAGE_SIZE; i++)
		sum |= p[i];
	EXPECT_EQ(sum, 0);
	memset(p, 1, 5 * PAGE_SIZE);
	for (int i = 0; i < 5; i++)
		EXPECT(vmalloc_to_page(p + i * PAGE_SIZE) != NULL);
	EXPECT(vmalloc_to_page(p + 5 * PAGE_SIZE) == NULL);
	vfree(p);
	EXPECT(vmalloc(0) == NULL);
	EXPECT(vmalloc(0xf0000000) == NULL);
}

KTEST(thread_stack_has_a_guard_page)
{
	u8 *stack = alloc_thread_stack();

	EXPECT(stack && ((unsigned long)stack & (THREAD_SIZE - 1)) == 0);
	EXPECT(vmalloc_to_page(stack) != NULL);
	EXPECT(vmalloc_to_page(stack + THREAD_SIZE - 1) != NULL);
	EXPECT(vmalloc_to_page(stack - 1) == NULL);
	free_thread_stack(stack);
}

KTEST(page_copy_and_clear_keep_every_byte)
{
	u32 *a = (u32 *)__get_free_page(GFP_KERNEL), *b = (u32 *)__get_free_page(GFP_KERNEL);

	for (u32 i = 0; i < 1024; i++)
		a[i] = i * 2654435761u;
	copy_page(b, a);
	EXPECT(memcmp(a, b, PAGE_SIZE) == 0);
	clear_page(a);
	for (u32 i = 0; i < 1024; i++)
		if (a[i] || b[i] != i * 2654435761u) {
			EXPECT(!"a page was not cleared, or clearing touched another");
			break;
		}
	free_page((unsigned long)a);
	free_page((unsigned long)b);
}

/* The helpers borrow SSE registers: the program's values must still be there afterwards. */
KTEST(page_copy_keeps_sse_registers)
{
	u32 before[4] = { 1, 2, 3, 4 }, after[4];
	void *a = (void *)__get_free_page(GFP_KERNEL), *b = (void *)__get_free_page(GFP_KERNEL);

	preempt_disable();
	__asm__ volatile("movups %0, %%xmm0; movups %0, %%xmm3" : : "m"(before));
	copy_page(b, a);
	clear_page(a);
	__asm__ volatile("movups %%xmm3, %0" : "=m"(after));
	preempt_enable();
	EXPECT(memcmp(before, after, 16) == 0);
	free_page((unsigned long)a);
	free_page((unsigned long)b);
}

KTEST(kmap_atomic_nests)
{
	struct page *p = alloc_page(GFP_HIGHUSER), *q = alloc_page(GFP_HIGHUSER);
	char *a = kmap_atomic(p), *b = kmap_atomic(q);

	a[0] = 'a';
	b[0] = 'b';
	EXPECT(a != b && a[0] == 'a');
	kunmap_atomic(b);
	kunmap_atomic(a);
	a = kmap(p);
	EXPECT_EQ(a[0], 'a');
	kunmap(p);
	put_page(p);
	put_page(q);
}

/* Frames that need more than 32 bits. With less than 4 GiB of RAM there are none (tests/boot/memory.py has more). */
KTEST(pages_above_4_gib_keep_every_word)
{
	static struct page *blocks[1024];
	struct page *high = NULL, *low = alloc_page(GFP_KERNEL);
	u32 *p, *q = lowmem_page_address(low);
	unsigned int n = 0;

	while (max_pfn > 1ul << 20 && !high && n < ARRAY_SIZE(blocks) && (blocks[n] = alloc_pages(GFP_HIGHUSER, MAX_ORDER - 1)))
		if (page_to_pfn(blocks[n++]) >= 1ul << 20)
			high = blocks[n - 1];
	EXPECT(high || max_pfn <= 1ul << 20);
	for (u32 i = 0; high && i < PAGE_SIZE / 4; i++) {
		p = kmap(high);
		p[i] = i * 2654435761u;
		q[i] = ~i;
		kunmap(high);
	}
	for (u32 i = 0; high && i < PAGE_SIZE / 4; i++) {
		p = kmap_atomic(high);
		EXPECT(p[i] == i * 2654435761u && q[i] == ~i);
		kunmap_atomic(p);
	}
	if (high)
		pr_info("pfn %lx keeps its words\n", page_to_pfn(high));
	while (n)
		__free_pages(blocks[--n], MAX_ORDER - 1);
	put_page(low);
}

KTEST(every_zone_counts_its_free_pages)
{
	struct zone *z;

	settle_memory();
	for_each_zone(z) {
		unsigned long sum = 0;

		for (int o = 0; o < MAX_ORDER; o++)
			sum += z->free_area[o].nr_free << o;
		EXPECT_EQ(sum, z->nr_free);
		EXPECT(z->nr_free <= z->present_pages);
	}
}
