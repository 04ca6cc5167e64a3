/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Who has each page: debug builds keep a record for every page frame beside mem_map (not in struct page, which every build
 * pays for). A record is written when a block is handed out, in the record of its first page, and marked when it comes back.
 */
#include "mm/page.h"
#include "kernel/sched/preempt.h"

struct page_owner {
	unsigned long caller[2];	/* return addresses: who called the allocator, and who called that */
	int pid;			/* of the task that did */
	u16 gfp;
	u8 order;
	u8 state;			/* OWNER_* */
};
enum {
	OWNER_ALLOCATED = 1,
	OWNER_RECENT = 2,		/* handed out since page_owner_mark() */
	OWNER_POISONED = 4,		/* free, and filled with poison (mm/page_poison.c) */
};

#if DEBUG
#define PAGE_OWNER_SIZE sizeof(struct page_owner)
extern struct page_owner *page_owners;
void page_owner_init(void *map, unsigned long pfns);	/* boot: pfns records at map */
/* A block leaves the allocator; frame is that of the allocator's function that was called. */
void set_page_owner(struct page *page, unsigned int order, gfp_t gfp, const void *frame);
void reset_page_owner(struct page *page, unsigned int order);	/* it comes back: panics if that is not how it left */
static inline const struct page_owner *page_owner(const struct page *page) { return page_owners + page_to_pfn(page); }
/* The record in words: "allocated by f+0x12 < g+0x34, order 0, gfp d0, pid 7". */
void page_owner_text(char *buf, size_t n, const struct page *page);
#else
#define PAGE_OWNER_SIZE 0u
static inline void page_owner_init(void *map, unsigned long pfns) { (void)map; (void)pfns; }
static inline void set_page_owner(struct page *page, unsigned int order, gfp_t gfp, const void *frame)
{
	(void)page;
	(void)order;
	(void)gfp;
	(void)frame;
}
static inline void reset_page_owner(struct page *page, unsigned int order) { (void)page; (void)order; }
#endif
