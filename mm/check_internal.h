/* SPDX-License-Identifier: MIT */
#pragma once
/* Between mm/check.c, which compares, and mm/check_lists.c, which walks lists and page tables and writes down what they say. */
#include "mm/check.h"
#include "mm/page.h"

#if DEBUG
enum kind { NONE, FREE, PCP, SLAB, TABLE, ANON, PAGECACHE, SWAPCACHE, KERNEL, RESERVED, NR_KINDS };
/* One word for each page frame: how many entries map it, whether it was met on an LRU list, and the kind that a list says it is. */
#define MAPS 0x00ffffffu
#define ON_LRU 0x01000000u
#define KIND_SHIFT 28
extern u32 *page_tally;

void check_complain(const char *what, unsigned long where, long is, long should);	/* where: the page's number, or an address */
static inline void check_expect(const char *what, unsigned long where, unsigned long is, unsigned long should)
{
	if (unlikely(is != should))
		check_complain(what, where, (long)is, (long)should);
}

unsigned long walk_lists(void);		/* all of them into the tally; the entries of page tables that stand for a place in swap */
#endif
