/* SPDX-License-Identifier: MIT */
/*
 * Page poison: a page that is freed is filled with 0xaa, and looked at when it is handed out again. Who writes through a pointer, or a
 * device's address, or a page table entry that it should have given up, is noticed by the next owner; who reads what it never wrote
 * gets the same nonsense each time.
 *
 * Whether a page was filled is noted in the record of its owner (mm/page_owner.h): what is freed while booting is not, for half a
 * gigabyte of it would be noticed by whoever waits. A page belongs to nobody else here, so there are no locks.
 */
#include "kernel/panic.h"
#include "lib/string.h"
#include "mm/highmem.h"
#include "mm/page_owner.h"
#include "mm/page_poison.h"

#if DEBUG
#define POISON 0xaa

static void fill(struct page *page)
{
	void *p = kmap_atomic(page);

	memset(p, POISON, PAGE_SIZE);
	kunmap_atomic(p);
}

void poison_pages(struct page *page, unsigned int order)
{
	for (unsigned long i = 0; system_running && i < 1ul << order; i++) {
		fill(page + i);
		page_owners[page_to_pfn(page + i)].state |= OWNER_POISONED;
	}
}

static void check_page(struct page *page)
{
	void *p = kmap_atomic(page);
	const u8 *bad = memchr_inv(p, POISON, PAGE_SIZE);

	if (unlikely(bad)) {
		const u32 *w = (const u32 *)((unsigned long)bad & ~15ul);
		char owner[160];

		page_owner_text(owner, sizeof(owner), page);
		pr_emerg("page %lx: %s\n offset %lx: %08x %08x %08x %08x\n", page_to_pfn(page), owner, (unsigned long)w & (PAGE_SIZE - 1),
			 w[0], w[1], w[2], w[3]);
		panic("page %lx was written to while it was free, at offset %lx", page_to_pfn(page), (unsigned long)bad & (PAGE_SIZE - 1));
	}
	kunmap_atomic(p);
}

void check_poison(struct page *page, unsigned int order, bool zeroed)
{
	for (unsigned long i = 0; i < 1ul << order; i++) {
		struct page_owner *o = &page_owners[page_to_pfn(page + i)];

		if (o->state & OWNER_POISONED)
			check_page(page + i);
		else if (!zeroed)
			fill(page + i);
		o->state = 0;
	}
}
#endif
