/* SPDX-License-Identifier: MIT */
#pragma once
/* Free pages hold a pattern, and must still do so when they are handed out. Debug builds: mm/page_poison.c. */
#include "mm/page.h"
#include "kernel/sched/preempt.h"

#if DEBUG
void poison_pages(struct page *page, unsigned int order);	/* a block is about to be free. Any context */
/* A block is about to be handed out: panics if somebody wrote to it since. What was never poisoned is now, unless it will be zeroed. */
void check_poison(struct page *page, unsigned int order, bool zeroed);
#else
static inline void poison_pages(struct page *page, unsigned int order) { (void)page; (void)order; }
static inline void check_poison(struct page *page, unsigned int order, bool zeroed) { (void)page; (void)order; (void)zeroed; }
#endif
