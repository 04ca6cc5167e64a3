/* SPDX-License-Identifier: MIT */
/*
 * Advice about pages that are there: which of them will not be used soon (madvise(2): MADV_COLD, MADV_PAGEOUT), and which hold
 * nothing that anybody will want to read (MADV_FREE).
 *
 *      MADV_COLD      as if not used for long: the page goes to the inactive list, its entry loses the accessed mark
 *      MADV_PAGEOUT   reclaim takes the page at once, used or not
 *      MADV_FREE      the page stays, but as one that need not be written anywhere: its entry loses the dirty mark, and the page
 *                     the flag that says "goes to swap" (mm/lru.h). Reclaim drops it like a clean page of a file, unless by
 *                     then the entry is dirty again; then it is an ordinary page once more (unmap_one in mm/rmap.c).
 *
 * Pages that others map too are left alone: they are not this program's to judge.
 */
#include "fs/fs.h"
#include "kernel/task/task.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/abi/mman.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/lru.h"
#include "mm/madvise.h"
#include "mm/pagetable.h"
#include "mm/swap.h"
#include "mm/vma.h"
#include "mm/vmscan.h"

#define BATCH 32u

struct advice {
	struct mm_struct *mm;
	void (*one)(struct advice *a, pmd_t *pmd, pte_t *ptep);	/* for an entry that is not none; page_table_lock held */
	struct list_head isolated;	/* taken off their lists, to be reclaimed */
	unsigned int nr;
};

/* The page, if it is this program's alone. */
static struct page *own_page(pte_t pte)
{
	struct page *page;

	if (!pte_present(pte) || pte_special(pte))
		return NULL;
	page = pte_page(pte);
	return page_mapcount(page) == 1 ? page : NULL;
}

static void cold(struct advice *a, pmd_t *pmd, pte_t *ptep)
{
	struct page *page = own_page(*ptep);

	(void)a, (void)pmd;
	if (!page)
		return;
	ptep_test_and_clear_young(ptep);
	lru_deactivate(page, false);
}

static void pageout(struct advice *a, pmd_t *pmd, pte_t *ptep)
{
	struct page *page = own_page(*ptep);

	(void)pmd;
	if (!page || !isolate_lru_page(page))
		return;
	list_add(&page->lru, &a->isolated);
	a->nr++;
}

/* What is in swap is given up; what is in memory becomes clean. */
static void lazy_free(struct advice *a, pmd_t *pmd, pte_t *ptep)
{
	pte_t pte = *ptep;
	struct page *page = own_page(pte);

	if (pte_swap(pte)) {
		set_pte(ptep, __pte(0));
		pmd_page(*pmd)->private--;
		a->mm->swap_usage--;
		free_swap_and_cache(pte_to_swp_entry(pte));
		return;
	}
	if (!page || !PageAnon(page) || !trylock_page(page))
		return;
	if (page_mapcount(page) == 1 && try_to_free_swap(page)) {
		ClearPageDirty(page);
		ptep_clear_bits(ptep, _PAGE_DIRTY | _PAGE_ACCESSED);
		lru_deactivate(page, true);
	}
	unlock_page(page);
}

/* The part of [address, end) in one table, or as much of it as makes a batch: where to go on. */
static unsigned long walk_table(struct advice *a, unsigned long address, unsigned long end)
{
	pmd_t *pmd = pmd_for(a->mm, address);

	end = min(end, ALIGN_DOWN(address, PMD_SIZE) + PMD_SIZE);
	spin_lock(&a->mm->page_table_lock);
	if (pmd_none(*pmd))
		address = end;
	for (; address < end && a->nr < BATCH; address += PAGE_SIZE) {
		pte_t *ptep = pte_offset_map(pmd, address);

		if (!pte_none(*ptep))
			a->one(a, pmd, ptep);
	}
	spin_unlock(&a->mm->page_table_lock);
	return address;
}

/* What is in which file, and how much of it is in memory, is told only to those who may write it. */
static bool may_page_out(const struct vm_area_struct *vma)
{
	struct inode *inode = vma->vm_file ? vma->vm_file->f_inode : NULL;

	return !vma->vm_ops || !inode || inode_owner_or_capable(inode) || inode_permission(inode, MAY_WRITE) == 0;
}

int advise_pages(struct vm_area_struct *vma, unsigned long start, unsigned long end, u32 what)
{
	struct advice a = { .mm = vma->vm_mm };
	unsigned long address = start;

	if (vma->vm_flags & (VM_LOCKED | VM_IO) || (what == MADV_FREE && vma->vm_ops))
		return -EINVAL;
	if (what == MADV_PAGEOUT && !may_page_out(vma))
		return 0;
	a.one = what == MADV_FREE ? lazy_free : what == MADV_COLD ? cold : pageout;
	INIT_LIST_HEAD(&a.isolated);
	while (address < end && !fatal_signal_pending(current)) {
		address = walk_table(&a, address, end);
		if (a.nr)
			reclaim_pages(&a.isolated);
		a.nr = 0;
	}
	/* A CPU that still knows the entry as dirty would not mark it again. */
	if (what == MADV_FREE)
		flush_tlb_range(a.mm, start, end);
	return 0;
}
