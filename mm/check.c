/* SPDX-License-Identifier: MIT */
/*
 * The invariants of memory, checked over all of it. What the head of mm/page.h promises for one page at a time is here looked at from
 * the other side: the lists, caches and page tables are walked, what each of them says about a page is written down (tally), and
 * then every page must agree with it.
 *
 *	a page frame is                   if                                        its references are
 *	free                              on a buddy list, or a CPU's list          none
 *	slab                              in a slab on one of its cache's lists     1, on the first page
 *	table                             a page table of an mm, or the kernel's    1
 *	anonymous, file, in swap's cache  it says so, and is on an LRU list         one for each entry that maps it, one for each cache
 *	kernel                            somebody asked for it (mm/page_owner.h)   1, and the entries that map it
 *	reserved                          it was never the allocator's              1, and the entries that map it
 *
 * and exactly one of these. Also: counters (of free pages and blocks, of LRU lists, of entries in a table, of resident pages and
 * tables in an mm, of cached and dirty pages, of holders of swap) are the sums they stand for; no page is locked.
 *
 * When is that true? Between any two instructions of some task it is not: a page leaves one list before it is on the next. But what is
 * changed under a spinlock, or with preemption off, is whole whenever none is held anywhere; and stop_machine (kernel/cpu/smp.h) finds such
 * a moment and keeps it. What then remains are tasks that sleep, or were preempted, with a page in hand: just allocated, locked, held
 * while it is read. Those go on. So what is wrong is a suspicion at first; the machine runs on for a while, and what is wrong
 * in the same way each time is reported. A page that a task really keeps for long is what the check is after.
 *
 * Nothing here takes a lock or allocates: who would have it, stands still.
 */
#include "fs/debugfs/debugfs.h"
#include "kernel/cpu/smp.h"
#include "kernel/init.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/string.h"
#include "mm/check.h"
#include "mm/filemap.h"
#include "mm/layout.h"
#include "mm/lru.h"
#include "mm/page_owner.h"
#include "mm/pagetable.h"
#include "mm/rmap.h"
#include "mm/shmem.h"
#include "mm/slab_internal.h"
#include "mm/swap_internal.h"
#include "mm/vmalloc.h"

#if DEBUG
#define MAX_FINDINGS 32
#define PASSES 8			/* with pauses of 1, 2, 4 ... ms in between */

enum kind { NONE, FREE, PCP, SLAB, TABLE, ANON, PAGECACHE, SWAPCACHE, KERNEL, RESERVED, NR_KINDS };
static const char *const kind_names[] = {
	"none", "free", "pcp", "slab", "table", "anonymous", "file", "swapcache", "kernel", "reserved",
};
/* One word for each page frame: how many entries map it, whether it was met on an LRU list, and the kind that a list says it is. */
#define MAPS 0x00ffffffu
#define ON_LRU 0x01000000u
#define KIND_SHIFT 28
static u32 *tally;

struct finding {
	const char *what;
	unsigned long where;		/* the page's number, or the address of what is no page */
	long is, should;
	struct page page;		/* as it was */
};
struct findings {
	int nr;
	struct finding f[MAX_FINDINGS];
};
static struct findings now, suspects;
static unsigned long sums[NR_KINDS], dirty, writeback, in_swap_cache, swapped_entries;
static DEFINE_MUTEX(check_mutex);	/* all of the above */

static void complain(const char *what, unsigned long where, long is, long should)
{
	struct finding *f = &now.f[now.nr];

	if (now.nr == MAX_FINDINGS)
		return;
	now.nr++;
	*f = (struct finding){ .what = what, .where = where, .is = is, .should = should };
	if (pfn_valid(where))
		f->page = *pfn_to_page(where);
}

static void expect(const char *what, unsigned long where, unsigned long is, unsigned long should)
{
	if (unlikely(is != should))
		complain(what, where, (long)is, (long)should);
}

static void take(const struct page *page, enum kind kind)
{
	u32 *t = &tally[page_to_pfn(page)];

	expect("is two things at once", page_to_pfn(page), kind, *t >> KIND_SHIFT ?: kind);
	*t |= (u32)kind << KIND_SHIFT;
}

/* ---- what the lists say ---- */

static void walk_free_lists(struct zone *z)
{
	unsigned long pages = 0, limit = z->present_pages;

	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		const struct page *page;
		unsigned long blocks = 0;

		list_for_each_entry(page, &z->free_area[order].free_list, lru) {
			unsigned long pfn = page_to_pfn(page);

			if (!PageBuddy(page) || page->order != order || pfn & ((1ul << order) - 1))
				complain("is no free block of its order", pfn, (long)page->order, (long)order);
			for (unsigned long i = 0; i < 1ul << order; i++)
				take(page + i, FREE);
			pages += 1ul << order;
			if (++blocks > limit)
				break;
		}
		expect("free blocks of an order", (unsigned long)&z->free_area[order], z->free_area[order].nr_free, blocks);
	}
	expect("free pages of a zone", (unsigned long)z, z->nr_free, pages);
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		const struct page *page;
		unsigned int n = 0;

		list_for_each_entry(page, &z->pcp[cpu].list, lru) {
			expect("is on a CPU's list without PG_pcp", page_to_pfn(page), PagePcp(page), true);
			take(page, PCP);
			if (++n > limit)
				break;
		}
		expect("pages of a CPU's list", (unsigned long)&z->pcp[cpu], z->pcp[cpu].count, n);
	}
}

static void walk_lru_lists(struct zone *z)
{
	for (int lru = 0; lru < NR_LRU_LISTS; lru++) {
		const struct page *page;
		unsigned long n = 0;

		list_for_each_entry(page, &z->lru[lru], lru) {
			unsigned long pfn = page_to_pfn(page);

			expect("is on an LRU list without PG_lru", pfn, PageLRU(page), true);
			expect("is on another LRU list than its flags say", pfn, (unsigned long)lru, page_lru(page));
			if (tally[pfn] & ON_LRU)
				complain("is on two LRU lists", pfn, 2, 1);
			tally[pfn] |= ON_LRU;
			if (++n > z->present_pages)
				break;
		}
		expect("pages of an LRU list", (unsigned long)&z->lru[lru], z->nr_lru[lru], n);
	}
}

static void walk_free_objects(const struct kmem_cache *c, const struct page *slab)
{
	char *base = (char *)lowmem_page_address(slab) + c->offset, *obj = slab->freelist;
	unsigned int n = 0;

	for (; obj && n < c->per_slab; obj = *free_word(c, obj), n++)
		if (obj < base || (size_t)(obj - base) % c->size || (size_t)(obj - base) / c->size >= c->per_slab) {
			complain("slab: its list of free objects is broken", page_to_pfn(slab), (long)obj, (long)base);
			return;
		}
	expect("slab: free objects", page_to_pfn(slab), n, c->per_slab - slab->slab.inuse);
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
			complain("slab: is on the wrong list", pfn, slab->slab.inuse, (long)max);
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
		expect("slabs of a cache", (unsigned long)c, c->nr_slabs, n + empty);
		expect("empty slabs of a cache", (unsigned long)c, c->nr_empty, empty);
		expect("objects of a cache in use", (unsigned long)c, c->nr_used, used);
	}
}

/* ---- what the page tables say ---- */

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
		complain("no entry of a page table", (unsigned long)pte.high, (long)pte.low, 0);
		return;
	}
	page = pfn_to_page(pfn);
	tally[pfn]++;
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
	expect("table: entries in use", page_to_pfn(table), table->private, used);
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
	expect("mm: nr_ptes", where, mm->nr_ptes, r.tables);
	expect("mm: file_rss", where, mm->file_rss, r.file);
	expect("mm: anon_rss", where, mm->anon_rss, r.anon);
	expect("mm: shmem_rss", where, mm->shmem_rss, r.shmem);
	expect("mm: swap_usage", where, mm->swap_usage, r.swap);
	swapped_entries += r.swap;
}

static void walk_kernel_tables(void)
{
	unsigned long n = 0;

	for (unsigned long i = (VMALLOC_START >> PMD_SHIFT) % PTRS_PER_PMD; i < PTRS_PER_PMD; i++)
		if (!pmd_none(swapper_pmd[i])) {
			take(pmd_page(swapper_pmd[i]), TABLE);
			n++;
		}
	expect("tables of the kernel", (unsigned long)swapper_pmd, nr_kernel_tables, n);
}

/* ---- what the pages say ---- */

static void check_free(const struct page *page, unsigned long pfn)
{
	const unsigned long bad = BIT(PG_locked) | BIT(PG_lru) | BIT(PG_slab) | BIT(PG_writeback) | BIT(PG_private) |
		BIT(PG_reserved) | BIT(PG_table) | BIT(PG_swapcache);

	if (unlikely(page->flags & bad))
		complain("free, but its flags say otherwise", pfn, (long)page->flags, 0);
	expect("free, but referenced", pfn, (unsigned long)page_count(page), 0);
	if (!PageBuddy(page))
		expect("free, but mapped", pfn, (unsigned long)page_mapcount(page), 0);
	expect("free, but in a page table", pfn, tally[pfn] & (MAPS | ON_LRU), 0);
	expect("free, but has an owner", pfn, page_owner(page)->state & OWNER_ALLOCATED, 0);
}

/* A pointer that can be followed without harm, though what it points to may be gone. */
static bool in_slab(const void *p)
{
	return (unsigned long)p >= PAGE_OFFSET && virt_to_page(p) < mem_map + max_low_pfn && PageSlab(virt_to_page(p));
}

static void check_file_page(const struct page *page, unsigned long pfn)
{
	const struct address_space *m = page->mapping;

	if (!in_slab(m) || !in_slab(m->page_tree.rnode) || radix_tree_lookup(&m->page_tree, page->index) != page)
		complain("its file does not have it", pfn, (long)m, (long)page->index);
	else if (PageDirty(page) && !test_bit(AS_UNEVICTABLE, &m->flags))
		dirty++;
	writeback += PageWriteback(page);
}

static enum kind kind_of(const struct page *page)
{
	if (PageSlab(page))
		return SLAB;
	if (PageTable(page))
		return TABLE;
	if (PageAnon(page))
		return ANON;
	if (PageSwapCache(page))
		return SWAPCACHE;
	if (page->mapping)
		return PAGECACHE;
	return PageReserved(page) ? RESERVED : KERNEL;
}

/* A page that somebody has. */
static void check_used(const struct page *page, unsigned long pfn)
{
	enum kind kind = kind_of(page), listed = tally[pfn] >> KIND_SHIFT;
	unsigned long maps = tally[pfn] & MAPS;
	bool cache = kind == ANON || kind == SWAPCACHE || kind == PAGECACHE;
	unsigned long holders = maps + (kind == PAGECACHE) + PageSwapCache(page) + !cache;

	sums[kind]++;
	in_swap_cache += PageSwapCache(page);
	if (kind == SLAB || kind == TABLE)
		expect(kind == SLAB ? "slab: no cache has it" : "table: nobody has it", pfn, listed, kind);
	else
		expect("is in use, and on a list of others", pfn, listed, NONE);
	expect("references", pfn, (unsigned long)page_count(page), holders);
	expect("on an LRU list", pfn, PageLRU(page), cache);
	expect("PG_lru without a list", pfn, PageLRU(page), !!(tally[pfn] & ON_LRU));
	if (kind == SLAB)
		return;			/* its mapcount's word is used otherwise */
	expect("mapcount", pfn, (unsigned long)page_mapcount(page), maps);
	if (kind == TABLE || kind == KERNEL)
		expect("a kernel's page is mapped", pfn, maps, 0);
	if (PageLocked(page))
		complain("is locked", pfn, 1, 0);
	if (kind == PAGECACHE)
		check_file_page(page, pfn);
}

/* The other pages of a block are its owner's: they have no state. */
static void check_tail(const struct page *page, unsigned long pfn, bool slab)
{
	expect("tail of a block: references", pfn, (unsigned long)page_count(page), 0);
	expect("tail of a block: a list has it", pfn, tally[pfn], slab ? (u32)SLAB << KIND_SHIFT : 0);
	sums[slab ? SLAB : KERNEL]++;
}

static unsigned long check_block(unsigned long pfn)
{
	const struct page *page = pfn_to_page(pfn);
	const struct page_owner *o = page_owner(page);
	enum kind listed = tally[pfn] >> KIND_SHIFT;

	if (listed == FREE || listed == PCP) {
		check_free(page, pfn);
		sums[listed]++;
		return 1;
	}
	if (o->state & OWNER_ALLOCATED) {
		check_used(page, pfn);
		for (unsigned long i = 1; i < 1ul << o->order; i++)
			check_tail(page + i, pfn + i, PageSlab(page));
		return 1ul << o->order;
	}
	if (PageReserved(page)) {
		expect("reserved: references", pfn, (unsigned long)page_count(page), 1);
		expect("reserved: a list has it", pfn, tally[pfn], 0);
		sums[RESERVED]++;
		return 1;
	}
	complain("is nobody's: it is lost", pfn, page_count(page), 0);
	return 1;
}

/* Each place in swap is held by page table entries and by files of tmpfs. Clusters without a used place are passed over. */
static void check_swap(void)
{
	unsigned long holders = 0, cached = 0;

	for (unsigned type = 0; type < MAX_SWAPFILES; type++) {
		const struct swap_area *a = swap_area[type];

		for (unsigned long i = 1; a && i < a->max; i++) {
			if (!a->used[i / SWAP_CLUSTER]) {
				i |= SWAP_CLUSTER - 1;
				continue;
			}
			if ((a->map[i] & ~SWAP_HAS_CACHE) != SWAP_MAP_BAD)
				holders += a->map[i] & ~SWAP_HAS_CACHE;
			cached += !!(a->map[i] & SWAP_HAS_CACHE);
		}
	}
	expect("swap: holders of places", (unsigned long)&swapped_entries, holders, swapped_entries + tmpfs_swapped_pages());
	expect("swap: places that its cache has", (unsigned long)&in_swap_cache, cached, in_swap_cache);
}

static void check_all(void *unused)
{
	struct mm_struct *mm;
	struct zone *z;

	(void)unused;
	now.nr = 0;
	dirty = writeback = in_swap_cache = swapped_entries = 0;
	memset(sums, 0, sizeof(sums));
	memset(tally, 0, max_pfn * sizeof(*tally));
	for_each_zone(z) {
		walk_free_lists(z);
		walk_lru_lists(z);
	}
	walk_slabs();
	walk_kernel_tables();
	list_for_each_entry(mm, &mm_list, mm_node)
		walk_mm(mm);
	for (unsigned long pfn = 0; pfn < max_pfn;)
		pfn += check_block(pfn);
	check_swap();
	expect("cached pages", (unsigned long)sums, nr_pagecache_pages(), sums[PAGECACHE]);
	expect("pages in swap's cache", (unsigned long)&in_swap_cache, nr_swapcache_pages(), in_swap_cache);
	expect("dirty pages", (unsigned long)&dirty, (unsigned long)atomic_read(&nr_dirty_pages), dirty);
	expect("pages under writeback", (unsigned long)&writeback, (unsigned long)atomic_read(&nr_writeback_pages), writeback);
}

/* ---- the check ---- */

static bool is_among(const struct findings *all, const struct finding *f)
{
	for (int i = 0; i < all->nr; i++)
		if (all->f[i].what == f->what && all->f[i].where == f->where)
			return true;
	return false;
}

/* What was wrong already, and is so again. */
static void keep_those_found_again(void)
{
	int n = 0;

	for (int i = 0; i < suspects.nr; i++)
		if (is_among(&now, &suspects.f[i]))
			suspects.f[n++] = suspects.f[i];
	suspects.nr = n;
}

static void report(const struct finding *f)
{
	const struct page *page = &f->page;
	char owner[140];

	if (!pfn_valid(f->where)) {
		pr_err("page check: %s (%08lx): is %ld, should be %ld\n", f->what, f->where, f->is, f->should);
		return;
	}
	page_owner_text(owner, sizeof(owner), pfn_to_page(f->where));
	pr_err("page check: page %lx (%s) %s: is %ld, should be %ld\n", f->where, kind_names[kind_of(page)], f->what, f->is, f->should);
	pr_err(" flags %lx count %d mapcount %d mapping %p index %lx private %lx; %s\n", page->flags, page_count(page),
	       page_mapcount(page), page->mapping, page->index, page->private, owner);
}

static u64 duration;			/* ns that the machine stood still the last time */

static bool look(void)
{
	u64 start = ktime_get();
	bool done = stop_machine(check_all, NULL);

	duration = ktime_get() - start;
	return done;
}

static int check_and_report(void)
{
	for (int pass = 0; pass < PASSES; pass++) {
		if (!look())
			return -EBUSY;
		if (pass == 0)
			suspects = now;
		else
			keep_those_found_again();
		if (!suspects.nr)
			return 0;
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule_hrtimeout(ktime_get() + (NSEC_PER_MSEC << pass));
	}
	for (int i = 0; i < suspects.nr; i++)
		report(&suspects.f[i]);
	return suspects.nr;
}

int page_check(void)
{
	int ret;

	if (!tally)
		return -ENOMEM;
	mutex_lock(&check_mutex);
	ret = check_and_report();
	mutex_unlock(&check_mutex);
	return ret;
}

bool page_check_found(const char *what)
{
	bool found = false;

	mutex_lock(&check_mutex);
	for (int i = 0; i < suspects.nr; i++)
		found |= strcmp(suspects.f[i].what, what) == 0;
	mutex_unlock(&check_mutex);
	return found;
}

static int page_check_store(void *unused, const char *text)
{
	int ret = page_check();

	(void)unused;
	(void)text;
	return ret > 0 ? -EUCLEAN : ret;
}

static int page_check_show(struct seq_file *m, void *unused)
{
	(void)unused;
	mutex_lock(&check_mutex);
	seq_printf(m, "wrong %d\n", suspects.nr);
	for (int kind = FREE; kind < NR_KINDS; kind++)
		seq_printf(m, "%s %lu\n", kind_names[kind], sums[kind]);
	seq_printf(m, "microseconds %u\n", (u32)(duration / 1000));
	mutex_unlock(&check_mutex);
	return 0;
}

static int page_check_init(void)
{
	static const struct debugfs_text file = { .show = page_check_show, .store = page_check_store };

	tally = vzalloc(max_pfn * sizeof(*tally));
	return tally && debugfs_create_text("page_check", 0600, NULL, NULL, &file) ? 0 : -ENOMEM;
}
late_initcall(page_check_init);
#endif
