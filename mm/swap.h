/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Swap: anonymous pages, and pages of tmpfs, on disk. A place there is a swap entry: which area, and which page of it. It
 * stands in the page table entry (or in tmpfs' tree) instead of the page; each such place holds one count of the entry,
 * and so does the swap cache.
 *
 * The swap cache says which page of memory has an entry's contents, while both exist: the page is being written out, has
 * been written and not freed yet, or was read back. There is one page for an entry, so all who share it find the same
 * one. Such a page has PG_swapcache, its entry in page->private, and a reference held by the cache. Adding and removing
 * need the page lock.
 *
 * Locks: swap_lock (spinlock, innermost, interrupts off) guards the counts and the list of areas; the cache's lock is just
 * outside of it. A mutex of its own keeps swapon and swapoff apart.
 */
#include "lib/types.h"
#include "mm/pagetable.h"

typedef struct { unsigned long val; } swp_entry_t;	/* area << 27 | page; 0 is no entry: page 0 of an area is its header */
#define SWP_TYPE_SHIFT 27
#define MAX_SWAPFILES 32
static inline swp_entry_t swp_entry(unsigned type, unsigned long offset)
{
	return (swp_entry_t){ (unsigned long)type << SWP_TYPE_SHIFT | offset };
}
static inline unsigned swp_type(swp_entry_t e) { return (unsigned)(e.val >> SWP_TYPE_SHIFT); }
static inline unsigned long swp_offset(swp_entry_t e) { return e.val & ((1ul << SWP_TYPE_SHIFT) - 1); }

/* In a page table: not present, with a mark that tells it from an empty one, and the entry in the high half. */
#define _PAGE_SWAP 0x400u
static inline bool pte_swap(pte_t p) { return (p.low & (_PAGE_PRESENT | _PAGE_PROTNONE | _PAGE_SWAP)) == _PAGE_SWAP; }
static inline pte_t swp_entry_to_pte(swp_entry_t e) { return __pte((u64)e.val << 32 | _PAGE_SWAP); }
static inline swp_entry_t pte_to_swp_entry(pte_t p) { return (swp_entry_t){ p.high }; }
static inline swp_entry_t page_swap_entry(const struct page *page) { return (swp_entry_t){ page->private }; }

extern unsigned long total_swap_pages;		/* pages of all areas in use */
unsigned long nr_swap_pages(void);		/* of those, free */
static inline bool swap_is_half_full(void) { return nr_swap_pages() * 2 < total_swap_pages; }

/* One holder more: 0, or -ENOMEM if the count can hold no more, -EINVAL if nobody holds it (a page table is corrupted). Any context. */
int swap_duplicate(swp_entry_t entry);
bool swap_free(swp_entry_t entry);		/* one holder fewer. True: that was the last, and the cache still has the place */
unsigned int swap_count(swp_entry_t entry);	/* holders, without the cache */
/* The cache's own count, which is one mark: a new entry that has it and no holder ({ 0 }: swap is full); the mark for an entry that
 * has holders: 0, -EEXIST, or -ENOENT if nobody holds it; and taking the mark away. Any context. For mm/swap_state.c. */
swp_entry_t get_swap_page(void);
int swap_cache_prepare(swp_entry_t entry);
void swap_free_cache(swp_entry_t entry);

/* ---- the swap cache ---- */

/* Gives the locked page a place and puts it into the cache, dirty. False: swap is full, or no memory for the tree. May not sleep. */
bool add_to_swap(struct page *page);
/* Locked, not being written: the cache's reference and count go. */
void delete_from_swap_cache(struct page *page);
/* The same, unless it is being written or somebody still has the entry instead of the page. True: it is no longer in the cache. Locked. */
bool try_to_free_swap(struct page *page);
/* Reclaim has the locked page in hand: it leaves the cache if it is clean and only cache and caller refer to it. Its entry stays. */
bool remove_from_swap_cache(struct page *page);
/* An entry is taken out of a page table or a tree: one holder fewer, and the page in the cache goes with the last. */
void free_swap_and_cache(swp_entry_t entry);
/* An entry for the page itself was taken out: its place in swap goes with the last one, if nobody else is using the page just now. */
void free_swap_cache(struct page *page);
/* NULL, or the page with a reference. Never sleeps. */
struct page *lookup_swap_cache(swp_entry_t entry);
/* The page with a reference, reading begun if it was not there (with some neighbours); unlocked once it is uptodate, or not uptodate
 * after an error. ERR_PTR(-ENOMEM), or -ENOENT: nobody holds the entry any more. May sleep. */
struct page *read_swap_cache(swp_entry_t entry);
/* Starts writing the locked page, whose dirty mark was taken, to its place; unlocks it. After an error it is dirty again. */
void swap_writepage(struct page *page);
bool swap_writes_pending(void);
void wait_for_swap_write(void);			/* until one of them has ended, 200 ms at most */
/* Starts filling the locked page from its place; unlocks it when that ends, uptodate unless the disk failed. */
void swap_readpage(struct page *page);
unsigned long nr_swapcache_pages(void);
extern int sysctl_page_cluster;		/* at most 2^this many pages are read at once */

/* ---- areas ---- */

struct sysinfo;
void si_swapinfo(struct sysinfo *info);		/* total and free swap, in the units that it has already */
