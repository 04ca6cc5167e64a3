/* SPDX-License-Identifier: MIT */
/*
 * What the lists, the caches of objects and the page tables say about pages, for the check of all pages (mm/check.c): they are walked
 * from end to end and written down in page_tally, one word for each page, and their counters compared with what was met. A broken list may
 * lead anywhere; it is left after more steps than it can have. The machine stands still meanwhile, so there are no locks.
 */
#include "kernel/cpu/cpu.h"
#include "mm/check_internal.h"
#include "mm/layout.h"
#include "mm/lru.h"
#include "mm/pagetable.h"
#include "mm/slab_internal.h"
#include "mm/swap.h"

#if DEBUG
static unsigned long swapped;

static void take(const struct page *page, enum kind kind)
{
	u32 *t = &page_tally[page_to_pfn(page)];

	check_expect("is two things at once", page_to_pfn(page), kind, *t >> KIND_SHIFT ?: kind);
	*t |= (u32)kind << KIND_SHIFT;
}

static void walk_free_lists(struct zone *z)
{
	unsigned long pages = 0, limit = z->present_pages;

	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		const struct page *page;
		unsigned long blocks = 0;

		list_for_each_entry(page, &z->free_area[order].free_list, lru) {
			unsigned long pfn = page_to_pfn(page);

			if (!PageBuddy(page) || page->order != order || pfn & ((1ul << order) - 1))
				check_complain("is no free block of its order", pfn, (long)page->order, (long)order);
			for (unsigned long i = 0; i < 1ul << order; i++)
				take(page + i, FREE);
			pages += 1ul << order;
			if (++blocks > limit)
				break;
		}
		check_expect("free blocks of an order", (unsigned long)&z->free_area[order], z->free_area[order].nr_free, blocks);
	}
	check_expect("free pages of a zone", (unsigned long)z, z->nr_free, pages);
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		const struct page *page;
		unsigned int n = 0;

		list_for_each_entry(page, &z->pcp[cpu].list, lru) {
			check_expect("is on a CPU's list without PG_pcp", page_to_pfn(page), PagePcp(page), true);
			take(page, PCP);
			if (++n > limit)
				break;
		}
		check_expect("pages of a CPU's list", (unsigned long)&z->pcp[cpu], z->pcp[cpu].count, n);
	}
}

static void walk_lru_lists(struct zone *z)
{
	for (int lru = 0; lru < NR_LRU_LISTS; lru++) {
		const struct page *page;
		unsigned long n = 0;

		list_for_each_entry(page, &z->lru[lru], lru) {
			unsigned long pfn = page_to_pfn(page);

			check_expect("is on an LRU list without PG_lru", pfn, PageLRU(page), true);
			check_expect("is on another LRU list than its flags say", pfn, (unsigned long)lru, page_lru(page));
			if (page_tally[pfn] & ON_LRU)
				check_complain("is on two LRU lists", pfn, 2, 1);
			page_tally[pfn] |= ON_LRU;
			if (++n > z->present_pages)
				break;
		}
		check_expect("pages of an LRU list", (unsigned long)&z->lru[lru], z->nr_lru[lru], n);
	}
}

static void walk_free_objects(const struct kmem_cache *c, const struct page *slab)
{
	char *base = (char *)lowmem_page_address(slab) + c->offset, *obj = slab->freelist;
	unsigned int n = 0;

	for (; obj && n < c->per_slab; obj = *free_word(c, obj), n++)
		if (obj < base || (size_t)(obj - base) % c->size || (size_t)(obj - base) / c->size >= c->per_slab) {
			check_complain("slab: its list of free objects is broken", page_to_pfn(slab), (long)obj, (long)base);
			return;
		}
	check_expect("slab: free objects", page_to_pfn(slab), n, c->per_slab - slab->slab.inuse);
}

/* Slabs of one of a cache's lists, which holds those with [min, max] objects in use. */
static unsigned long walk_slab_list(const struct kmem_cache *c, const struct list_head *list, unsigned int min, unsigned int max,
				    unsigned long *used)
{
	const struct page *slab;
	unsigned long n = 0;

	list_for_each_entry(slab, list, lru) {
		unsigned long pfn = page_to_pfn(slab);

		if (slab->slab_cache != c || slab->slab.inuse < min || slab->slab.inuse > max)
			check_complain("slab: is on the wrong list", pfn, slab->slab.inuse, (long)max);
		for (unsigned int i = 0; i < 1u << c->order; i++)
			take(slab + i, SLAB);
		walk_free_objects(c, slab);
		*used += slab->slab.inuse;
		if (++n > c->nr_slabs)
			break;
	}
	return n;
}

static void walk_slabs(void)
{
	const struct kmem_cache *c;

	list_for_each_entry(c, &slab_caches, list) {
		unsigned long used = 0, n, empty;

		n = walk_slab_list(c, &c->full, c->per_slab, c->per_slab, &used);
		n += walk_slab_list(c, &c->partial, 1, c->per_slab - 1, &used);
		empty = walk_slab_list(c, &c->empty, 0, 0, &used);
		check_expect("slabs of a cache", (unsigned long)c, c->nr_slabs, n + empty);
		check_expect("empty slabs of a cache", (unsigned long)c, c->nr_empty, empty);
		check_expect("objects of a cache in use", (unsigned long)c, c->nr_used, used);
	}
}

struct resident { unsigned long file, anon, shmem, swap, tables; };

static void count_entry(pte_t pte, struct resident *r)
{
	unsigned long pfn = pte_pfn(pte);
	const struct page *page;

	if (pte_swap(pte)) {
		r->swap++;
		return;
	}
	if (pte_special(pte))
		return;
	if (!pfn_valid(pfn) || !pte_present(pte)) {
		check_complain("no entry of a page table", (unsigned long)pte.high, (long)pte.low, 0);
		return;
	}
	page = pfn_to_page(pfn);
	page_tally[pfn]++;
	if (PageAnon(page))
		r->anon++;
	else if (PageSwapBacked(page))
		r->shmem++;
	else
		r->file++;
}

static void walk_table(const struct page *table, struct resident *r)
{
	const pte_t *pte = lowmem_page_address(table);
	unsigned long used = 0;

	take(table, TABLE);
	r->tables++;
	for (int i = 0; i < PTRS_PER_PTE; i++)
		if (!pte_none(pte[i])) {
			used++;
			count_entry(pte[i], r);
		}
	check_expect("table: entries in use", page_to_pfn(table), table->private, used);
}

static void walk_mm(const struct mm_struct *mm)
{
	unsigned long where = (unsigned long)mm;
	struct resident r = { 0, 0, 0, 0, 0 };

	for (int i = 0; i < USER_PGDS; i++) {
		const struct page *dir = pfn_to_page((u32)mm->pgd[i].pgd >> PAGE_SHIFT);
		const pmd_t *pmd = lowmem_page_address(dir);

		take(dir, TABLE);
		for (int k = 0; k < PTRS_PER_PMD; k++)
			if (!pmd_none(pmd[k]))
				walk_table(pmd_page(pmd[k]), &r);
	}
	check_expect("mm: nr_ptes", where, mm->nr_ptes, r.tables);
	check_expect("mm: file_rss", where, mm->file_rss, r.file);
	check_expect("mm: anon_rss", where, mm->anon_rss, r.anon);
	check_expect("mm: shmem_rss", where, mm->shmem_rss, r.shmem);
	check_expect("mm: swap_usage", where, mm->swap_usage, r.swap);
	swapped += r.swap;
}

static void walk_kernel_tables(void)
{
	unsigned long n = 0;

	for (unsigned long i = (VMALLOC_START >> PMD_SHIFT) % PTRS_PER_PMD; i < PTRS_PER_PMD; i++)
		if (!pmd_none(swapper_pmd[i])) {
			take(pmd_page(swapper_pmd[i]), TABLE);
			n++;
		}
	check_expect("tables of the kernel", (unsigned long)swapper_pmd, nr_kernel_tables, n);
}

unsigned long walk_lists(void)
{
	struct mm_struct *mm;
	struct zone *z;

	swapped = 0;
	for_each_zone(z) {
		walk_free_lists(z);
		walk_lru_lists(z);
	}
	walk_slabs();
	walk_kernel_tables();
	list_for_each_entry(mm, &mm_list, mm_node)
		walk_mm(mm);
	return swapped;
}
#endif
