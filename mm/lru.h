/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The lists by which reclaim judges pages. Every page of a process or of a file is on one list of its zone, linked by
 * page->lru, with PG_lru set:
 *
 *                     inactive                                active (PG_active)
 *      anonymous   ◄── oldest, judged next … newest      ◄── oldest … newest        swap is needed to free them
 *      file        ◄── oldest, judged next … newest      ◄── oldest … newest        their file has them
 *      unevictable     mlocked pages that reclaim came across
 *
 * A page that is used while it is inactive becomes active; active lists are cut from their old end when they outgrow the inactive
 * ones (mm/vmscan.c). "Anonymous" means "goes to swap" (PG_swapbacked): pages of tmpfs are on those lists too, and private pages whose
 * contents the program has given up (MADV_FREE) are on those of files.
 *
 * zone->lru_lock guards the lists and PG_lru, PG_active, PG_unevictable. It nests within page_table_lock, is never taken in an
 * interrupt, and nothing but the zone's lock is taken within it. A page that is taken off to be looked at (isolated) has PG_lru
 * clear and a reference.
 */
#include "mm/zone.h"

/* A new page; it is seen by nobody yet, or the caller holds its lock or the page_table_lock under which it becomes visible. */
void lru_cache_add(struct page *page, bool active);
/* The page has been used by a system call: the second time makes it active. */
void mark_page_accessed(struct page *page);
/* The page is not going to be used: to the inactive list. lazy_free: and its contents are not needed, so it does not go to swap. */
void lru_deactivate(struct page *page, bool lazy_free);
/* The page cannot be reached any more; called when its count has become zero. */
void lru_del(struct page *page);
/* put_page() for each of them, with the locks taken once for many. */
void release_pages(struct page **pages, unsigned int nr);

/* For reclaim: up to nr pages from the old end go to the list, each with a reference; *scanned is how many were looked at. */
unsigned long isolate_lru_pages(struct zone *z, enum lru_list lru, unsigned long nr, struct list_head *to, unsigned long *scanned);
/* One page, with a reference of its own. False: it is on no list just now. The caller knows that the page does not go meanwhile. */
bool isolate_lru_page(struct page *page);
/* They go back to the list that their flags name, at its new end, and the references go. */
void putback_lru_pages(struct list_head *pages);

static inline bool page_is_file_lru(const struct page *page) { return !PageSwapBacked(page); }
enum lru_list page_lru(const struct page *page);		/* the list that its flags name */
unsigned long nr_lru_pages(enum lru_list lru);		/* of all zones */
void lru_init_zone(struct zone *z);
