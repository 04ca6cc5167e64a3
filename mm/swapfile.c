/* SPDX-License-Identifier: MIT */
/*
 * Which places of the swap areas are in use, and by how many. Each area has a map with a word for each of its places:
 *
 *      15        14 ............. 0
 *      cache     holders               0: free
 *
 * Places are given out in clusters of 256 (1 MiB): the rest of the current one, then an empty one, and only if there is none, one with
 * gaps. So what goes out together lies together, and looking for a place costs little however full the area is: a counter for each
 * cluster says whether it is worth looking. Of the areas those with the highest priority are filled first; equals take turns, a
 * cluster each.
 *
 * An entry with a wrong area or place can only come from a damaged page table: it is reported, not followed.
 *
 * swap_lock guards all of this. It is taken with interrupts off, because it nests within the trees' locks, which interrupts take.
 */
#include "kernel/panic.h"
#include "lib/abi/errno.h"
#include "lib/abi/sysinfo.h"
#include "mm/swap_internal.h"

DEFINE_SPINLOCK(swap_lock);
LIST_HEAD(swap_areas);
struct swap_area *swap_area[MAX_SWAPFILES];
unsigned long total_swap_pages, nr_free_swap;

unsigned long nr_swap_pages(void) { return READ_ONCE(nr_free_swap); }

/* The word of an entry; NULL: there is no such place. Lock held. */
static u16 *map_word(swp_entry_t entry)
{
	unsigned type = swp_type(entry);
	unsigned long offset = swp_offset(entry);
	struct swap_area *a = type < MAX_SWAPFILES ? swap_area[type] : NULL;

	return a && offset < a->max && a->map[offset] != SWAP_MAP_BAD ? a->map + offset : NULL;
}

static void bad_entry(swp_entry_t entry) { pr_err("swap: bad entry %08lx\n", entry.val); }

/* ---- taking a place ---- */

static unsigned long nr_clusters(const struct swap_area *a) { return (a->max + SWAP_CLUSTER - 1) / SWAP_CLUSTER; }

/* The next cluster with at most limit places in use, from c on and around; nr_clusters: none. */
static unsigned long find_cluster(const struct swap_area *a, unsigned long c, unsigned limit)
{
	unsigned long n = nr_clusters(a);

	for (unsigned long i = 0; i < n; i++, c++) {
		if (c >= n)
			c -= n;
		if (a->used[c] <= limit)
			return c;
	}
	return n;
}

/* The area has a free place: which one. */
static unsigned long find_place(const struct swap_area *a)
{
	unsigned long c = a->next / SWAP_CLUSTER, offset = a->next, n = nr_clusters(a);

	if (c >= n || a->used[c] == SWAP_CLUSTER || offset % SWAP_CLUSTER == 0) {
		c = find_cluster(a, c, 0);
		if (c == n)
			c = find_cluster(a, a->next / SWAP_CLUSTER, SWAP_CLUSTER - 1);
		ASSERT(c < n);
		offset = c * SWAP_CLUSTER;
	}
	for (unsigned i = 0; i < SWAP_CLUSTER; i++, offset++) {
		if (offset / SWAP_CLUSTER != c || offset >= a->max)
			offset = c * SWAP_CLUSTER;
		if (!a->map[offset])
			return offset;
	}
	panic("swap: cluster %lu of area %u should have room", c, a->type);
}

/* Behind all of its priority. */
static void list_in(struct swap_area *a)
{
	struct swap_area *b;

	list_for_each_entry(b, &swap_areas, list)
		if (b->prio < a->prio)
			break;
	list_add_tail(&a->list, &b->list);
}

swp_entry_t get_swap_page(void)
{
	swp_entry_t entry = { 0 };
	struct swap_area *a;
	unsigned long flags, offset;

	spin_lock_irqsave(&swap_lock, flags);
	list_for_each_entry(a, &swap_areas, list) {
		if (!a->writeok || a->inuse == a->pages)
			continue;
		offset = find_place(a);
		a->map[offset] = SWAP_HAS_CACHE;
		a->inuse++;
		a->next = offset + 1;
		nr_free_swap--;
		if (++a->used[offset / SWAP_CLUSTER] == SWAP_CLUSTER) {
			list_del(&a->list);
			list_in(a);
		}
		entry = swp_entry(a->type, offset);
		break;
	}
	spin_unlock_irqrestore(&swap_lock, flags);
	return entry;
}

/* ---- counts ---- */

int swap_duplicate(swp_entry_t entry)
{
	unsigned long flags;
	int err = 0;
	u16 *word;

	spin_lock_irqsave(&swap_lock, flags);
	word = map_word(entry);
	if (!word || !*word)
		err = -EINVAL;
	else if ((*word & ~SWAP_HAS_CACHE) == SWAP_MAP_MAX)
		err = -ENOMEM;
	else
		++*word;
	spin_unlock_irqrestore(&swap_lock, flags);
	if (err == -EINVAL)
		bad_entry(entry);
	return err;
}

/* The word loses something: is nothing left, the place is free. Lock held. */
static void word_changed(swp_entry_t entry, const u16 *word)
{
	struct swap_area *a = swap_area[swp_type(entry)];

	if (*word)
		return;
	a->inuse--;
	a->used[swp_offset(entry) / SWAP_CLUSTER]--;
	if (a->writeok)
		nr_free_swap++;
}

bool swap_free(swp_entry_t entry)
{
	bool bad, cached = false;
	unsigned long flags;
	u16 *word;

	spin_lock_irqsave(&swap_lock, flags);
	word = map_word(entry);
	bad = !word || !(*word & ~SWAP_HAS_CACHE);
	if (!bad) {
		--*word;
		word_changed(entry, word);
		cached = *word == SWAP_HAS_CACHE;
	}
	spin_unlock_irqrestore(&swap_lock, flags);
	if (bad)
		bad_entry(entry);
	return cached;
}

unsigned int swap_count(swp_entry_t entry)
{
	unsigned long flags;
	unsigned int n;
	u16 *word;

	spin_lock_irqsave(&swap_lock, flags);
	word = map_word(entry);
	n = word ? *word & ~SWAP_HAS_CACHE : 0;
	spin_unlock_irqrestore(&swap_lock, flags);
	return n;
}

int swap_cache_prepare(swp_entry_t entry)
{
	unsigned long flags;
	int err = 0;
	u16 *word;

	spin_lock_irqsave(&swap_lock, flags);
	word = map_word(entry);
	if (!word || !(*word & ~SWAP_HAS_CACHE))
		err = -ENOENT;
	else if (*word & SWAP_HAS_CACHE)
		err = -EEXIST;
	else
		*word |= SWAP_HAS_CACHE;
	spin_unlock_irqrestore(&swap_lock, flags);
	return err;
}

void swap_free_cache(swp_entry_t entry)
{
	unsigned long flags;
	u16 *word;

	spin_lock_irqsave(&swap_lock, flags);
	word = map_word(entry);
	BUG_ON(!word || !(*word & SWAP_HAS_CACHE));
	*word &= (u16)~SWAP_HAS_CACHE;
	word_changed(entry, word);
	spin_unlock_irqrestore(&swap_lock, flags);
}

/* ---- whole areas ---- */

void swap_area_open(struct swap_area *a)
{
	a->writeok = true;
	nr_free_swap += a->pages - a->inuse;
	total_swap_pages += a->pages;
	list_in(a);
}

void swap_area_close(struct swap_area *a)
{
	a->writeok = false;
	nr_free_swap -= a->pages - a->inuse;
	total_swap_pages -= a->pages;
	list_del(&a->list);
}

unsigned long swap_next_cached(struct swap_area *a, unsigned long offset)
{
	while (++offset < a->max)
		if (READ_ONCE(a->map[offset]) == SWAP_HAS_CACHE)
			return offset;
	return 0;
}

void si_swapinfo(struct sysinfo *info)
{
	info->totalswap = total_swap_pages * (PAGE_SIZE / info->mem_unit);
	info->freeswap = nr_swap_pages() * (PAGE_SIZE / info->mem_unit);
}
