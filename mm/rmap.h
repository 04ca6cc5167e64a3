/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Reverse mapping: from a page to the page table entries that map it. The page of a file knows its address_space, which
 * lists the areas that map the file; an anonymous page knows an anon_vma, which lists the areas that may map it. Either
 * way the area and the page's index give the one address at which that area would have it.
 */
#include "kernel/sched/mutex.h"
#include "mm/mm.h"
#include "mm/pagetable.h"

/*
 * All areas that can have a private page in common: the one in which the first was made and what fork, split and mremap made
 * of it. It lives as long as one of them does, or somebody who came by a page holds it.
 */
struct anon_vma {
	struct mutex lock;		/* guards areas and their borders; nothing is allocated while it is held */
	struct list_head areas;		/* of vm_area_struct.anon_node */
	atomic_t count;
};

/* Before a private page is made in the area: 0 or -ENOMEM. mmap_sem is held (reading will do); may sleep. */
int __anon_vma_prepare(struct vm_area_struct *vma);
static inline int anon_vma_prepare(struct vm_area_struct *vma) { return likely(vma->anon_vma) ? 0 : __anon_vma_prepare(vma); }
/* The area is, or is no longer, one of those of its vma->anon_vma. mmap_sem held for writing; may sleep. */
void anon_vma_link(struct vm_area_struct *vma);
void anon_vma_unlink(struct vm_area_struct *vma);
/* Two areas are to become one: to gets the other's anon_vma if it has none. False: each has its own. */
bool anon_vma_compatible(const struct vm_area_struct *a, const struct vm_area_struct *b);
void anon_vma_inherit(struct vm_area_struct *to, struct vm_area_struct *from);
/* The lists that the area is on, while its borders or its entries move: no walk comes in between. */
void lock_rmap(struct vm_area_struct *vma);
void unlock_rmap(struct vm_area_struct *vma);

/* The page's index in the area's file, or in the numbering that anonymous areas keep when they are moved. */
static inline pgoff_t linear_page_index(const struct vm_area_struct *vma, unsigned long address)
{
	return ((address - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff;
}

/* Which of the three counters a page belongs to; page_table_lock held. */
static inline unsigned long *rss_counter(struct mm_struct *mm, const struct page *page)
{
	if (PageAnon(page))
		return &mm->anon_rss;
	return PageSwapBacked(page) ? &mm->shmem_rss : &mm->file_rss;
}

/*
 * One more, or one less, entry maps the page: its mapcount, and the mm's resident pages. The reference that an entry
 * holds is the caller's business. page_table_lock held.
 */
static inline void page_add_rmap(struct page *page, struct mm_struct *mm)
{
	atomic_inc(&page->_mapcount);
	++*rss_counter(mm, page);
}
static inline void page_remove_rmap(struct page *page, struct mm_struct *mm)
{
	atomic_dec(&page->_mapcount);
	--*rss_counter(mm, page);
}
/* A page that nobody else sees yet becomes an anonymous one of this area. anon_vma_prepare() has been called. */
static inline void page_make_anon(struct page *page, struct vm_area_struct *vma, unsigned long address)
{
	page->flags |= BIT(PG_anon) | BIT(PG_swapbacked) | BIT(PG_uptodate);
	page->anon_vma = vma->anon_vma;
	page->index = linear_page_index(vma, address);
}

/* Calls one for every entry that maps the page, with its page_table_lock held, until it returns false. The page is locked; may sleep. */
typedef bool rmap_one(struct page *page, struct vm_area_struct *vma, unsigned long address, pmd_t *pmd, pte_t *ptep, void *arg);
void rmap_walk(struct page *page, rmap_one *one, void *arg);

/* How many entries were used since the last call: their accessed marks, which are taken away. Locked; may sleep. */
unsigned int page_referenced(struct page *page, u32 *vm_flags);	/* vm_flags: of all those areas, together */
/*
 * Takes the page out of all page tables: true if no entry maps it any more. One that was written to makes the page dirty.
 * An anonymous page has a place in swap (PG_swapcache), which stands in its entries from now on, or was given up and is dropped.
 * False: an area is mlocked, or has just been made, or what was given up is in use again. Isolated, and locked; may sleep.
 */
bool try_to_unmap(struct page *page);
/* Write-protects the page in every shared mapping: the next write is a page_mkwrite. Locked. True if one had written to it. */
bool page_mkclean(struct page *page);
void rmap_init(void);
