/* SPDX-License-Identifier: MIT */
/*
 * The invariants of memory, checked over all of it. What the head of mm/page.h promises for one page at a time is here looked at from
 * the other side: the lists, caches and page tables are walked (mm/check_lists.c), what each of them says about a page is written down
 * (page_tally), and then every page must agree with it.
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
#include "mm/check_internal.h"
#include "mm/filemap.h"
#include "mm/page_owner.h"
#include "mm/shmem.h"
#include "mm/swap_internal.h"
#include "mm/vmalloc.h"

#if DEBUG
#define MAX_FINDINGS 32
#define PASSES 8			/* with pauses of 1, 2, 4 ... ms in between */

static const char *const kind_names[] = {
	"none", "free", "pcp", "slab", "table", "anonymous", "file", "swapcache", "kernel", "reserved",
};
u32 *page_tally;

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

void check_complain(const char *what, unsigned long where, long is, long should)
{
	struct finding *f = &now.f[now.nr];

	if (now.nr == MAX_FINDINGS)
		return;
	now.nr++;
	*f = (struct finding){ .what = what, .where = where, .is = is, .should = should };
	if (pfn_valid(where))
		f->page = *pfn_to_page(where);
}

/* ---- what the pages say ---- */

static void check_free(const struct page *page, unsigned long pfn)
{
	const unsigned long bad = BIT(PG_locked) | BIT(PG_lru) | BIT(PG_slab) | BIT(PG_writeback) | BIT(PG_private) |
		BIT(PG_reserved) | BIT(PG_table) | BIT(PG_swapcache);

	if (unlikely(page->flags & bad))
		check_complain("free, but its flags say otherwise", pfn, (long)page->flags, 0);
	check_expect("free, but referenced", pfn, (unsigned long)page_count(page), 0);
	if (!PageBuddy(page))
		check_expect("free, but mapped", pfn, (unsigned long)page_mapcount(page), 0);
	check_expect("free, but in a page table", pfn, page_tally[pfn] & (MAPS | ON_LRU), 0);
	check_expect("free, but has an owner", pfn, page_owner(page)->state & OWNER_ALLOCATED, 0);
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
		check_complain("its file does not have it", pfn, (long)m, (long)page->index);
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
	enum kind kind = kind_of(page), listed = page_tally[pfn] >> KIND_SHIFT;
	unsigned long maps = page_tally[pfn] & MAPS;
	bool cache = kind == ANON || kind == SWAPCACHE || kind == PAGECACHE;
	unsigned long holders = maps + (kind == PAGECACHE) + PageSwapCache(page) + !cache;

	sums[kind]++;
	in_swap_cache += PageSwapCache(page);
	if (kind == SLAB || kind == TABLE)
		check_expect(kind == SLAB ? "slab: no cache has it" : "table: nobody has it", pfn, listed, kind);
	else
		check_expect("is in use, and on a list of others", pfn, listed, NONE);
	check_expect("references", pfn, (unsigned long)page_count(page), holders);
	check_expect("on an LRU list", pfn, PageLRU(page), cache);
	check_expect("PG_lru without a list", pfn, PageLRU(page), !!(page_tally[pfn] & ON_LRU));
	if (kind == SLAB)
		return;			/* its mapcount's word is used otherwise */
	check_expect("mapcount", pfn, (unsigned long)page_mapcount(page), maps);
	if (kind == TABLE || kind == KERNEL)
		check_expect("a kernel's page is mapped", pfn, maps, 0);
	if (PageLocked(page))
		check_complain("is locked", pfn, 1, 0);
	if (kind == PAGECACHE)
		check_file_page(page, pfn);
}

/* The other pages of a block are its owner's: they have no state. */
static void check_tail(const struct page *page, unsigned long pfn, bool slab)
{
	check_expect("tail of a block: references", pfn, (unsigned long)page_count(page), 0);
	check_expect("tail of a block: a list has it", pfn, page_tally[pfn], slab ? (u32)SLAB << KIND_SHIFT : 0);
	sums[slab ? SLAB : KERNEL]++;
}

static unsigned long check_block(unsigned long pfn)
{
	const struct page *page = pfn_to_page(pfn);
	const struct page_owner *o = page_owner(page);
	enum kind listed = page_tally[pfn] >> KIND_SHIFT;

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
		check_expect("reserved: references", pfn, (unsigned long)page_count(page), 1);
		check_expect("reserved: a list has it", pfn, page_tally[pfn], 0);
		sums[RESERVED]++;
		return 1;
	}
	check_complain("is nobody's: it is lost", pfn, page_count(page), 0);
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
	check_expect("swap: holders of places", (unsigned long)&swapped_entries, holders, swapped_entries + tmpfs_swapped_pages());
	check_expect("swap: places that its cache has", (unsigned long)&in_swap_cache, cached, in_swap_cache);
}

static void check_all(void *unused)
{
	(void)unused;
	now.nr = 0;
	dirty = writeback = in_swap_cache = 0;
	memset(sums, 0, sizeof(sums));
	memset(page_tally, 0, max_pfn * sizeof(*page_tally));
	swapped_entries = walk_lists();
	for (unsigned long pfn = 0; pfn < max_pfn;)
		pfn += check_block(pfn);
	check_swap();
	check_expect("cached pages", (unsigned long)sums, nr_pagecache_pages(), sums[PAGECACHE]);
	check_expect("pages in swap's cache", (unsigned long)&in_swap_cache, nr_swapcache_pages(), in_swap_cache);
	check_expect("dirty pages", (unsigned long)&dirty, (unsigned long)atomic_read(&nr_dirty_pages), dirty);
	check_expect("pages under writeback", (unsigned long)&writeback, (unsigned long)atomic_read(&nr_writeback_pages), writeback);
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

	if (!page_tally)
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

	page_tally = vzalloc(max_pfn * sizeof(*page_tally));
	return page_tally && debugfs_create_text("page_check", 0600, NULL, NULL, &file) ? 0 : -ENOMEM;
}
late_initcall(page_check_init);
#endif
