/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * struct page: one for every physical page frame, in the array mem_map, indexed by the page frame
 * number (pfn). Everything the kernel knows of a page lies here and never in the page itself, for
 * a HIGHMEM page has no kernel address.
 *
 * refcount  0 on a free list; otherwise one for each holder: each page table entry that maps it,
 *           the page cache, and each kernel user for the time of its use. put_page() of the last
 *           reference gives the page back.
 * mapcount  the number of page table entries that map it, minus one: -1 is unmapped.
 */
#include "lib/atomic.h"
#include "lib/list.h"
#include "lib/types.h"

#define PAGE_SHIFT 12
#define PAGE_SIZE 4096u
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_ALIGN(x) (((x) + PAGE_SIZE - 1) & PAGE_MASK)
#define PAGE_OFFSET 0xC0000000u
#define LOWMEM_LIMIT (896u << 20)		/* bytes of the direct map */

typedef u64 phys_addr_t;
struct address_space;
struct anon_vma;
struct kmem_cache;

struct page {
	unsigned long flags;		/* PG_*, atomic; the zone in the top two bits, constant */
	atomic_t _refcount;
	union {
		atomic_t _mapcount;	/* user pages */
		u32 order;		/* PG_buddy: 2^order pages are free here, by zone lock */
		struct {		/* PG_slab, by the cache's lock */
			u16 inuse;
			u16 free;
		} slab;
	};
	union {
		struct address_space *mapping;	/* page cache: owner, by page lock */
		struct anon_vma *anon_vma;	/* PG_anon: the areas that may map it; valid as long as one does */
		struct kmem_cache *slab_cache;	/* PG_slab */
	};
	union {
		unsigned long index;	/* in pages: in the file, or in the numbering of anonymous areas. Head of a compound: order */
		void *freelist;		/* PG_slab: first free object */
	};
	struct list_head lru;		/* buddy list, per-CPU list, slab list or LRU: the one it is on */
	unsigned long private;		/* buffer_heads of a page with PG_private; swap entry; table use count */
};

enum pageflags {
	PG_locked, PG_uptodate, PG_dirty, PG_writeback, PG_error, PG_referenced, PG_active, PG_lru,
	PG_slab, PG_buddy, PG_reserved, PG_private, PG_anon, PG_swapcache, PG_swapbacked, PG_table, PG_pcp,
	PG_unevictable,			/* mlocked: reclaim came across it and put it aside */
	PG_readahead,			/* page cache: reading it starts the next read-ahead */
	PG_compound,			/* a kmalloc of several pages; the order is in index of the head */
	PG_count
};
#define PAGE_FLAGS_ZONE_SHIFT 30

#define PAGEFLAG(Name, bit)								\
static __always_inline bool Page##Name(const struct page *p) { return test_bit(bit, &p->flags); }	\
static __always_inline void SetPage##Name(struct page *p) { set_bit(bit, &p->flags); }	\
static __always_inline void ClearPage##Name(struct page *p) { clear_bit(bit, &p->flags); }	\
static __always_inline bool TestSetPage##Name(struct page *p) { return test_and_set_bit(bit, &p->flags); }	\
static __always_inline bool TestClearPage##Name(struct page *p) { return test_and_clear_bit(bit, &p->flags); }
PAGEFLAG(Locked, PG_locked) PAGEFLAG(Uptodate, PG_uptodate) PAGEFLAG(Dirty, PG_dirty)
PAGEFLAG(Writeback, PG_writeback) PAGEFLAG(Error, PG_error) PAGEFLAG(Referenced, PG_referenced)
PAGEFLAG(Active, PG_active) PAGEFLAG(LRU, PG_lru) PAGEFLAG(Unevictable, PG_unevictable) PAGEFLAG(Slab, PG_slab) PAGEFLAG(Buddy, PG_buddy)
PAGEFLAG(Reserved, PG_reserved) PAGEFLAG(Private, PG_private) PAGEFLAG(Anon, PG_anon)
PAGEFLAG(SwapCache, PG_swapcache) PAGEFLAG(SwapBacked, PG_swapbacked) PAGEFLAG(Table, PG_table)
PAGEFLAG(Compound, PG_compound) PAGEFLAG(Readahead, PG_readahead) PAGEFLAG(Pcp, PG_pcp)

extern struct page *mem_map;
extern unsigned long max_pfn;		/* one past the highest page frame */
extern unsigned long max_low_pfn;	/* one past the highest in the direct map */

static __always_inline unsigned long page_to_pfn(const struct page *p) { return (unsigned long)(p - mem_map); }
static __always_inline struct page *pfn_to_page(unsigned long pfn) { return mem_map + pfn; }
static __always_inline bool pfn_valid(unsigned long pfn) { return pfn < max_pfn; }
static __always_inline phys_addr_t page_to_phys(const struct page *p) { return (phys_addr_t)page_to_pfn(p) << PAGE_SHIFT; }

/* Kernel addresses within the direct map. */
static __always_inline unsigned long __pa(const void *v) { return (unsigned long)v - PAGE_OFFSET; }
static __always_inline void *__va(unsigned long p) { return (void *)(p + PAGE_OFFSET); }
static __always_inline struct page *virt_to_page(const void *v) { return pfn_to_page(__pa(v) >> PAGE_SHIFT); }
static __always_inline bool PageHighMem(const struct page *p) { return page_to_pfn(p) >= max_low_pfn; }
/* The kernel address of a page in low memory; a HIGHMEM page needs kmap (mm/highmem.h). */
static __always_inline void *lowmem_page_address(const struct page *p) { return __va(page_to_pfn(p) << PAGE_SHIFT); }

/* The file that it is a page of, or NULL. */
static __always_inline struct address_space *page_mapping(const struct page *p) { return PageAnon(p) ? NULL : p->mapping; }
static __always_inline int page_count(const struct page *p) { return atomic_read(&p->_refcount); }
static __always_inline int page_mapcount(const struct page *p) { return atomic_read(&p->_mapcount) + 1; }
static __always_inline bool page_mapped(const struct page *p) { return atomic_read(&p->_mapcount) >= 0; }
static __always_inline void get_page(struct page *p) { atomic_inc(&p->_refcount); }
static __always_inline bool put_page_testzero(struct page *p) { return atomic_dec_and_test(&p->_refcount); }
void __put_page(struct page *p);	/* the count has become zero */
static __always_inline void put_page(struct page *p)
{
	if (put_page_testzero(p))
		__put_page(p);
}
