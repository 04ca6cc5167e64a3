/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The page allocator's interface: 2^order pages, 0 <= order < MAX_ORDER, physically contiguous.
 *
 * gfp says where the pages may come from and what the allocator may do to get them. GFP_KERNEL may
 * sleep; GFP_ATOMIC never sleeps and may use the reserve below the low watermark. NULL when there is nothing.
 */
#include "mm/page.h"

#define MAX_ORDER 11

#define __GFP_DMA 0x01u		/* from ZONE_DMA */
#define __GFP_HIGHMEM 0x02u	/* HIGHMEM is allowed */
#define __GFP_WAIT 0x10u	/* may sleep */
#define __GFP_HIGH 0x20u	/* may use half of the reserve */
#define __GFP_ZERO 0x100u	/* zeroed */
#define __GFP_NOWARN 0x200u
#define __GFP_IO 0x40u
#define __GFP_FS 0x80u
#define GFP_ATOMIC (__GFP_HIGH)
#define GFP_NOWAIT 0u
#define GFP_KERNEL (__GFP_WAIT | __GFP_IO | __GFP_FS)
#define GFP_NOFS (__GFP_WAIT | __GFP_IO)
#define GFP_USER GFP_KERNEL
#define GFP_HIGHUSER (GFP_USER | __GFP_HIGHMEM)
#define GFP_DMA __GFP_DMA

struct page *alloc_pages(gfp_t gfp, unsigned int order);
#define alloc_page(gfp) alloc_pages(gfp, 0)
void __free_pages(struct page *page, unsigned int order);	/* drops a reference; frees at zero */
/* The same by kernel address; never HIGHMEM. 0 when there is nothing. */
unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
#define __get_free_page(gfp) __get_free_pages(gfp, 0)
unsigned long get_zeroed_page(gfp_t gfp);
void free_pages(unsigned long addr, unsigned int order);
#define free_page(addr) free_pages(addr, 0)

bool memory_is_free(gfp_t gfp);		/* would a request for a page succeed now? An estimate */
unsigned long nr_free_pages(void);	/* per-CPU lists included */
unsigned long totalram_pages(void);	/* all that the allocator was ever given */
unsigned long totalhigh_pages(void);
unsigned long nr_free_highpages(void);
void drain_pages(void);			/* empties this CPU's lists */
