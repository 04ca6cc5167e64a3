/* SPDX-License-Identifier: MIT */
#pragma once
/* What to do when memory runs out, in order of pain. */
#include "mm/page.h"

/* Called when the zones have nothing for this request: shrinks caches; true if it is worth trying again. May sleep. */
bool reclaim_memory(gfp_t gfp, unsigned int order);
/* A page fault found no memory even so: kills the worst process and waits for the memory; the caller retries or dies. */
void out_of_memory(void);
#if DEBUG
void poison_pages(struct page *page, unsigned int order);	/* so that a use of unset memory is noticed */
#else
static inline void poison_pages(struct page *page, unsigned int order) { (void)page; (void)order; }
#endif
void drain_all_cpus(void);	/* empties the per-CPU lists of pages, objects and page tables. Sleeps */
void settle_memory(void);	/* gives back all that is only cached: the test hook behind drop_caches */
