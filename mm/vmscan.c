/* SPDX-License-Identifier: MIT */
/*
 * Reclaim: which pages are taken away when memory is short, and how.
 *
 *      free pages of a zone
 *      ──────────────────────── high    kswapd goes to sleep
 *      ──────────────────────── low     kswapd is woken, and frees in the background
 *      ──────────────────────── min     who allocates has to free pages first (direct reclaim)
 *      ──────────────────────── 0       only who frees memory, and victims of the OOM killer, come down here
 *
 * Reclaim looks at the old ends of the inactive lists (mm/lru.h) in batches, first at a small part of them and, as long as that
 * does not give enough, at more: 1/4096, 1/2048, ... of a list (priority 12, 11, ... 0). What it does with a page:
 *
 *      in use (an entry's accessed mark, or mark_page_accessed)    to the active list, or round once more
 *      mlocked                                                     to the unevictable list
 *      mapped                                                      out of all page tables (try_to_unmap)
 *      anonymous, or of tmpfs                                      gets a place in swap and is written there
 *      dirty, of a file                                            left to the flusher, which writes in order; later written here
 *      being written                                               waited for, if nothing else is to be had
 *      clean, and nobody refers to it                              freed
 *
 * The first five need the page lock, which reclaim only tries: whoever holds it is using the page. A page is given up for this time
 * wherever something stands in the way; nothing is forced.
 *
 * How much of anonymous and of file pages is looked at depends on swappiness and on how many of each have lately turned out to be in use.
 */
#include "fs/fs.h"
#include "fs/proc/proc.h"
#include "kernel/block/blkdev.h"
#include "kernel/init.h"
#include "kernel/panic.h"
#include "kernel/sched/kthread.h"
#include "kernel/task/task.h"
#include "kernel/time.h"
#include "lib/err.h"
#include "mm/filemap.h"
#include "mm/lru.h"
#include "mm/oom.h"
#include "mm/rmap.h"
#include "mm/slab.h"
#include "mm/swap.h"
#include "mm/vmscan.h"
#include "mm/writeback.h"

#define DEF_PRIORITY 12
#define CLUSTER 32ul			/* pages: the batch of all that follows */

int sysctl_swappiness = 60;
struct vm_scan_counts vm_scan;

struct scan_control {
	gfp_t gfp;
	int priority;			/* a list is looked at to 1 / 2^priority of its length */
	bool may_write;			/* dirty pages of files too */
	bool even_used;			/* whether a page is in use does not matter */
	unsigned long wanted, freed, scanned;
	unsigned long in_writeback;	/* pages met that are being written */
};

/* ---- one page ---- */

enum verdict { PAGE_KEEP, PAGE_ACTIVATE, PAGE_MLOCKED, PAGE_RECLAIM };

/* Private, but with contents that the program has given up: MADV_FREE. */
static bool is_lazy_free(const struct page *page) { return PageAnon(page) && !PageSwapBacked(page); }

static enum verdict judge_use(struct page *page, bool even_used)
{
	bool was_read = PageReferenced(page);
	u32 vm_flags;
	unsigned int used = page_referenced(page, &vm_flags);

	if (vm_flags & VM_LOCKED)
		return PAGE_MLOCKED;
	if (!used || even_used)
		return PAGE_RECLAIM;
	if (PageSwapBacked(page) || PageAnon(page))
		return PAGE_ACTIVATE;
	if (used == was_read)		/* by a system call, once: that is what inactive means */
		return PAGE_RECLAIM;
	/* Mapped and used: a second time around to show that it is used again; programs at once. */
	if (was_read || used > 1 || vm_flags & VM_EXEC)
		return PAGE_ACTIVATE;
	SetPageReferenced(page);
	return PAGE_KEEP;
}

/* Starts writing the locked dirty page, which it unlocks, even if that fails. False: not now, and it is still locked. */
static bool pageout(struct page *page, const struct scan_control *sc)
{
	struct address_space *m = page_mapping(page);
	struct writeback_control wbc = { .nr_to_write = 1, .start = (loff_t)page->index << PAGE_SHIFT };
	bool to_swap = PageSwapCache(page) || PageSwapBacked(page);

	if (!(sc->gfp & __GFP_IO) || (!to_swap && (!(sc->gfp & __GFP_FS) || !sc->may_write)))
		return false;
	if (!PageSwapCache(page) && !(m && m->a_ops->writepage))
		return false;
	if (!clear_page_dirty_for_io(page))
		return false;
	wbc.end = wbc.start + PAGE_SIZE - 1;
	if (PageSwapCache(page))
		swap_writepage(page);
	else
		m->a_ops->writepage(page, &wbc);
	return true;
}

/* The locked page goes from its file or from the swap cache, if nobody else refers to it. */
static bool detach(struct page *page)
{
	struct address_space *m = page_mapping(page);

	if (PageSwapCache(page))
		return remove_from_swap_cache(page);
	if (m)
		return remove_mapping(m, page);
	if (!is_lazy_free(page) || page_count(page) != 1)
		return false;
	vm_scan.pglazyfreed++;
	return true;
}

/* What becomes of an isolated page. Unlocked afterwards. PAGE_RECLAIM: it is free but for our reference. */
static enum verdict shrink_page(struct page *page, struct scan_control *sc)
{
	enum verdict v;

	if (!trylock_page(page))
		return PAGE_KEEP;
	if (PageWriteback(page)) {
		sc->in_writeback++;
		goto keep;
	}
	v = judge_use(page, sc->even_used);
	if (v != PAGE_RECLAIM) {
		unlock_page(page);
		return v;
	}
	if (PageAnon(page) && PageSwapBacked(page) && !PageSwapCache(page) && (!(sc->gfp & __GFP_IO) || !add_to_swap(page))) {
		unlock_page(page);
		return PAGE_ACTIVATE;	/* swap is full: leave the list to others */
	}
	if (page_mapped(page) && !try_to_unmap(page)) {
		unlock_page(page);
		return PAGE_ACTIVATE;
	}
	if (PageDirty(page)) {
		if (!pageout(page, sc))
			goto keep;
		/* A write that has ended already, to a RAM disk say, leaves it clean. */
		if (PageWriteback(page) || PageDirty(page) || !trylock_page(page))
			return PAGE_KEEP;
	}
	if (!detach(page))
		goto keep;
	unlock_page(page);
	return PAGE_RECLAIM;
keep:
	unlock_page(page);
	return PAGE_KEEP;
}

/* The flag is what putback goes by. */
static void sort_page(struct page *page, enum verdict v)
{
	if (v == PAGE_ACTIVATE) {
		SetPageActive(page);
		vm_scan.pgactivate++;
	} else if (v == PAGE_MLOCKED) {
		SetPageUnevictable(page);
	}
}

/* ---- lists ---- */

static int kind(enum lru_list lru) { return lru >= LRU_INACTIVE_FILE; }

/* Each page of the list: freed, or on the list kept, marked for the list that it goes to. The number of those freed. */
static unsigned long shrink_pages(struct list_head *isolated, struct list_head *kept, struct scan_control *sc, unsigned long *used)
{
	unsigned long freed = 0;

	while (!list_empty(isolated)) {
		struct page *page = list_last_entry(isolated, struct page, lru);
		enum verdict v;

		list_del(&page->lru);
		v = shrink_page(page, sc);
		if (v == PAGE_RECLAIM) {
			put_page(page);
			freed++;
			continue;
		}
		sort_page(page, v);
		*used += v == PAGE_ACTIVATE;
		list_add(&page->lru, kept);
	}
	return freed;
}

static void shrink_inactive_list(struct zone *z, enum lru_list lru, unsigned long nr, struct scan_control *sc)
{
	unsigned long scanned, freed, used = 0;
	LIST_HEAD(isolated);
	LIST_HEAD(kept);

	isolate_lru_pages(z, lru, nr, &isolated, &scanned);
	freed = shrink_pages(&isolated, &kept, sc, &used);
	putback_lru_pages(&kept);
	z->recent_scanned[kind(lru)] += scanned;
	z->recent_rotated[kind(lru)] += used;
	sc->scanned += scanned;
	sc->freed += freed;
	vm_scan.pgscan += scanned;
	vm_scan.pgsteal += freed;
}

/*
 * Is the page of an active list in use still? Only programs stay for it: all other pages had their time, and have a second one on the
 * inactive list.
 */
static bool stays_active(struct page *page)
{
	unsigned int used;
	u32 vm_flags;

	if (!trylock_page(page))
		return true;
	used = page_referenced(page, &vm_flags);
	unlock_page(page);
	return used && vm_flags & VM_EXEC && page_is_file_lru(page);
}

static void shrink_active_list(struct zone *z, enum lru_list lru, unsigned long nr, struct scan_control *sc)
{
	unsigned long scanned, rotated = 0;
	LIST_HEAD(isolated);
	LIST_HEAD(kept);

	isolate_lru_pages(z, lru, nr, &isolated, &scanned);
	while (!list_empty(&isolated)) {
		struct page *page = list_last_entry(&isolated, struct page, lru);

		list_move(&page->lru, &kept);
		if (stays_active(page)) {
			rotated++;
		} else {
			ClearPageActive(page);
			vm_scan.pgdeactivate++;
		}
	}
	putback_lru_pages(&kept);
	z->recent_scanned[kind(lru)] += scanned;
	z->recent_rotated[kind(lru)] += rotated;
	sc->scanned += scanned;
}

/* The more memory, the smaller the part of it that needs to be inactive to see what is used: a half of 1 GiB, a quarter of 10. */
static bool inactive_is_low(const struct zone *z, enum lru_list inactive)
{
	unsigned long in = z->nr_lru[inactive], active = z->nr_lru[inactive + LRU_ACTIVE];
	unsigned long gib = (in + active) >> (30 - PAGE_SHIFT), ratio = 1;

	while ((ratio + 1) * (ratio + 1) <= 10 * gib)
		ratio++;
	return in * ratio < active;
}

/*
 * How many pages of a zone's two inactive lists are to be looked at: the less of what was lately judged turned out to be in use, the
 * more of that kind.
 */
static void scan_shares(struct zone *z, const struct scan_control *sc, unsigned long share[2])
{
	unsigned long long weight[2], total;
	bool swap = nr_swap_pages() > 0 && sc->gfp & __GFP_IO;

	for (int k = 0; k < 2; k++) {
		unsigned long size = z->nr_lru[k * LRU_FILE] + z->nr_lru[k * LRU_FILE + LRU_ACTIVE];

		if (z->recent_scanned[k] > size / 4 + CLUSTER) {	/* what was long ago counts less and less */
			z->recent_scanned[k] /= 2;
			z->recent_rotated[k] /= 2;
		}
		share[k] = size >> sc->priority;
		weight[k] = (k ? 200u - (unsigned)sysctl_swappiness : (unsigned)sysctl_swappiness) * (z->recent_scanned[k] + 1ull) /
			(z->recent_rotated[k] + 1);
	}
	if (!swap) {
		share[0] = 0;
		return;
	}
	if (!sc->priority)
		return;			/* the last try: all of both */
	total = weight[0] + weight[1] + 1;
	for (int k = 0; k < 2; k++)
		share[k] = (unsigned long)(share[k] * weight[k] * 2 / total);
}

/* munlock does not look for pages that were put aside: when memory is tight, some of them are judged anew. */
static void reconsider_unevictable(struct zone *z)
{
	unsigned long scanned;
	LIST_HEAD(isolated);
	struct page *page;

	isolate_lru_pages(z, LRU_UNEVICTABLE, CLUSTER, &isolated, &scanned);
	list_for_each_entry(page, &isolated, lru)
		ClearPageUnevictable(page);
	putback_lru_pages(&isolated);
}

static void shrink_zone(struct zone *z, struct scan_control *sc)
{
	unsigned long share[2], goal = sc->freed + CLUSTER;
	struct blk_plug plug;

	if (sc->priority < DEF_PRIORITY - 6)
		reconsider_unevictable(z);
	scan_shares(z, sc, share);
	blk_start_plug(&plug);		/* what goes out together has neighbouring places in swap */
	while ((share[0] || share[1]) && sc->freed < goal) {
		for (int k = 0; k < 2; k++) {
			enum lru_list inactive = (enum lru_list)(k * LRU_FILE);
			unsigned long nr = min(share[k], CLUSTER);

			share[k] -= nr;
			if (!nr)
				continue;
			if (inactive_is_low(z, inactive))
				shrink_active_list(z, inactive + LRU_ACTIVE, nr, sc);
			shrink_inactive_list(z, inactive, nr, sc);
		}
		if (fatal_signal_pending(current))
			break;
	}
	blk_finish_plug(&plug);
}

/* ---- those who call ---- */

/* What has to be written goes all at once; then it is waited for, and looked at again. */
void reclaim_pages(struct list_head *isolated)
{
	struct scan_control sc = { .gfp = GFP_KERNEL, .even_used = true };
	unsigned long used = 0;
	struct blk_plug plug;
	LIST_HEAD(kept);
	struct page *page;

	blk_start_plug(&plug);
	vm_scan.pgsteal += shrink_pages(isolated, &kept, &sc, &used);
	blk_finish_plug(&plug);
	list_for_each_entry(page, &kept, lru) {
		ClearPageActive(page);
		if (PageSwapCache(page))
			wait_on_page_writeback(page);
	}
	vm_scan.pgsteal += shrink_pages(&kept, isolated, &sc, &used);
	putback_lru_pages(isolated);
}

/* Pages that are on their way to disk will be free soon. */
static void wait_a_moment(void)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule_hrtimeout(ktime_get() + 10 * NSEC_PER_MSEC);
}

static unsigned long lru_total(void)
{
	unsigned long n = 0;

	for (enum lru_list l = 0; l < LRU_UNEVICTABLE; l++)
		n += nr_lru_pages(l);
	return n;
}

unsigned long try_to_free_pages(gfp_t gfp)
{
	struct scan_control sc = { .gfp = gfp, .wanted = CLUSTER };
	int highest = highest_zone(gfp);

	vm_scan.allocstall++;
	for (sc.priority = DEF_PRIORITY; sc.priority >= 0; sc.priority--) {
		unsigned long before = sc.scanned;

		sc.in_writeback = 0;
		sc.may_write = sc.priority < DEF_PRIORITY - 4;
		for (int i = highest; i >= 0; i--)
			shrink_zone(&contig_page_data.node_zones[i], &sc);
		if (gfp & __GFP_FS)
			sc.freed += shrink_slab((sc.scanned - before) * 128 / (lru_total() + 1) + 1);
		if (sc.freed >= sc.wanted || fatal_signal_pending(current))
			break;
		if (atomic_read(&nr_dirty_pages) && wakeup_flusher)
			wakeup_flusher();
		if (gfp & __GFP_IO && sc.in_writeback && sc.priority < DEF_PRIORITY - 2)
			wait_a_moment();
	}
	return sc.freed;
}

static DECLARE_WAIT_QUEUE_HEAD(kswapd_wait);
static bool kswapd_wanted;

void wakeup_kswapd(void)
{
	if (READ_ONCE(kswapd_wanted))
		return;
	WRITE_ONCE(kswapd_wanted, true);
	wake_up(&kswapd_wait);
}

static bool zone_is_short(const struct zone *z)
{
	return z->present_pages && READ_ONCE(z->nr_free) + zone_pcp_pages(z) < z->watermark[WMARK_HIGH];
}

/* Until every zone is above its high mark, or has been looked through without that. */
static void balance_zones(void)
{
	struct scan_control sc = { .gfp = GFP_KERNEL };
	struct zone *z;

	vm_scan.pageoutrun++;
	for (sc.priority = DEF_PRIORITY; sc.priority >= 0; sc.priority--) {
		bool all_balanced = true;
		unsigned long before = sc.scanned;

		sc.in_writeback = 0;
		sc.may_write = sc.priority < DEF_PRIORITY - 2;
		for_each_zone(z)
			if (zone_is_short(z)) {
				all_balanced = false;
				shrink_zone(z, &sc);
			}
		if (all_balanced)
			return;
		shrink_slab((sc.scanned - before) * 128 / (lru_total() + 1) + 1);
		if (sc.freed >= CLUSTER && sc.priority < DEF_PRIORITY) {
			sc.freed = 0;
			sc.priority++;		/* that was enough: no need to look closer */
		}
		if (atomic_read(&nr_dirty_pages) && wakeup_flusher)
			wakeup_flusher();
		if (sc.in_writeback && sc.priority < DEF_PRIORITY - 2)
			wait_a_moment();
	}
}

static int kswapd(void *unused)
{
	(void)unused;
	current->flags |= PF_MEMALLOC;
	for (;;) {
		wait_event_interruptible(&kswapd_wait, READ_ONCE(kswapd_wanted));
		balance_zones();
		/* What cannot be balanced now is tried again when somebody asks, but not at once. */
		WRITE_ONCE(kswapd_wanted, false);
	}
	return 0;
}

static const struct ctl_table vmscan_table[] = {
	{ "swappiness", &sysctl_swappiness, sizeof(int), 0644, proc_dointvec_minmax, 0, 200 },
	{ .procname = NULL },
};

static int vmscan_init(void)
{
	struct task_struct *t = kthread_run(kswapd, NULL, "kswapd0");

	return IS_ERR(t) ? PTR_ERR(t) : register_sysctl("vm", vmscan_table);
}
late_initcall(vmscan_init);
