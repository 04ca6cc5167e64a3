/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Kernel addresses for pages that may lie in HIGHMEM.
 *
 * kmap may sleep (the window of 512 pages can be full) and its address holds until kunmap, in any
 * task. kmap_atomic never sleeps; until kunmap_atomic the task neither sleeps nor leaves its CPU,
 * user accesses that fault fail, and uses nest strictly. For low memory both are just the address.
 */
#include "mm/page.h"
#include "kernel/sched/preempt.h"

void *kmap_high(struct page *page);
void kunmap_high(struct page *page);
void *kmap_atomic_high(struct page *page);
void kunmap_atomic_high(void *addr);

static __always_inline void *kmap(struct page *page) { return PageHighMem(page) ? kmap_high(page) : lowmem_page_address(page); }
static __always_inline void kunmap(struct page *page) { if (PageHighMem(page)) kunmap_high(page); }
static __always_inline void *kmap_atomic(struct page *page)
{
	preempt_disable();
	return PageHighMem(page) ? kmap_atomic_high(page) : lowmem_page_address(page);
}
static __always_inline void kunmap_atomic(void *addr)
{
	if ((unsigned long)addr >= PAGE_OFFSET + LOWMEM_LIMIT)
		kunmap_atomic_high(addr);
	preempt_enable();
}

void clear_page(void *p);		/* PAGE_SIZE bytes, page aligned */
void copy_page(void *to, const void *from);
void clear_highpage(struct page *page);
void copy_highpage(struct page *to, struct page *from);
/* Zero bytes [from, to) of the page. */
void zero_user_segment(struct page *page, unsigned int from, unsigned int to);
