/* SPDX-License-Identifier: MIT */
/*
 * Work on ranges of page table entries: taking pages out (munmap, exit, truncate, madvise), copying
 * them for fork, changing their permissions, moving them.
 *
 * A page that is taken out may still be in a TLB, so it is freed only after the flush: pages are
 * gathered (mmu_gather), the TLB is flushed once for the batch, and then they go. Empty PTE tables
 * are freed the same way, after a flush, since a CPU may hold pointers to them.
 */
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/lru.h"
#include "mm/pagetable.h"
#include "mm/rmap.h"
#include "mm/swap.h"
#include "mm/vma.h"

#define GATHER_BATCH 128

struct mmu_gather {
	struct mm_struct *mm;
	unsigned long start, end;	/* what must be flushed */
	unsigned int nr;
	bool flushed;			/* the whole mm has no TLB entries any more (exit) */
	struct page *pages[GATHER_BATCH];
};

static void gather_flush(struct mmu_gather *tlb)
{
	if (tlb->start < tlb->end && !tlb->flushed)
		flush_tlb_range(tlb->mm, tlb->start, tlb->end);
	tlb->start = ~0ul;
	tlb->end = 0;
	for (unsigned int i = 0; i < tlb->nr; i++)
		if (PageSwapCache(tlb->pages[i]))
			free_swap_cache(tlb->pages[i]);
	release_pages(tlb->pages, tlb->nr);
	tlb->nr = 0;
}

static inline void gather_range(struct mmu_gather *tlb, unsigned long address)
{
	tlb->start = min(tlb->start, address);
	tlb->end = max(tlb->end, address + PAGE_SIZE);
}

/* One entry that is not none. Lock held. What is private, in memory or in swap, stays if only the file's pages are to go. */
static void zap_pte(struct mmu_gather *tlb, struct mm_struct *mm, pmd_t *pmd, pte_t *ptep, unsigned long address,
		    bool file_only)
{
	pte_t pte = *ptep;
	struct page *page;

	if (pte_swap(pte)) {
		if (file_only)
			return;
		set_pte(ptep, __pte(0));
		pmd_page(*pmd)->private--;
		mm->swap_usage--;
		free_swap_and_cache(pte_to_swp_entry(pte));
		return;
	}
	if (pte_special(pte)) {
		if (file_only)
			return;
		ptep_get_and_clear(ptep);
		pmd_page(*pmd)->private--;
		gather_range(tlb, address);
		return;
	}
	page = pte_page(pte);
	if (file_only && PageAnon(page))
		return;
	pte = ptep_get_and_clear(ptep);
	pmd_page(*pmd)->private--;
	gather_range(tlb, address);
	if (pte_dirty(pte) && !PageAnon(page))
		set_page_dirty(page);
	page_remove_rmap(page, mm);
	tlb->pages[tlb->nr++] = page;
}

/* One PTE table's part of a range. */
static void zap_table(struct mmu_gather *tlb, struct mm_struct *mm, pmd_t *pmd, unsigned long address,
		      unsigned long end, bool file_only)
{
	pte_t *ptep;

	spin_lock(&mm->page_table_lock);
	if (pmd_none(*pmd)) {
		spin_unlock(&mm->page_table_lock);
		return;
	}
	ptep = pte_offset_map(pmd, address);
	for (; address < end && pmd_page(*pmd)->private; address += PAGE_SIZE, ptep++) {
		if (pte_none(*ptep))
			continue;
		zap_pte(tlb, mm, pmd, ptep, address, file_only);
		if (tlb->nr == GATHER_BATCH) {
			spin_unlock(&mm->page_table_lock);
			gather_flush(tlb);
			spin_lock(&mm->page_table_lock);
			/* Without the lock the table may have been freed, and another may have come in its place. */
			if (pmd_none(*pmd))
				break;
			ptep = pte_offset_map(pmd, address);
		}
	}
	spin_unlock(&mm->page_table_lock);
}

static void zap_range(struct mmu_gather *tlb, struct mm_struct *mm, unsigned long start, unsigned long end, bool file_only)
{
	while (start < end) {
		unsigned long next = min(end, ALIGN_DOWN(start, PMD_SIZE) + PMD_SIZE);
		pmd_t *pmd = pmd_for(mm, start);

		if (!pmd_none(*pmd))
			zap_table(tlb, mm, pmd, start, next, file_only);
		start = next;
	}
}

void zap_page_range(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct mmu_gather tlb = { .mm = mm, .start = ~0ul };

	(void)vma;
	zap_range(&tlb, mm, start, end, false);
	gather_flush(&tlb);
}

void reap_mm(struct mm_struct *mm)
{
	if (!down_read_trylock(&mm->mmap_sem))
		return;
	for (struct vm_area_struct *vma = mm->mmap; vma; vma = vma->vm_next)
		if (!(vma->vm_flags & (VM_SHARED | VM_IO)))
			zap_page_range(mm, vma, vma->vm_start, vma->vm_end);
	up_read(&mm->mmap_sem);
}

void zap_file_range(struct vm_area_struct *vma, unsigned long start, unsigned long end, bool even_cows)
{
	struct mmu_gather tlb = { .mm = vma->vm_mm, .start = ~0ul };

	zap_range(&tlb, vma->vm_mm, start, end, !even_cows);
	gather_flush(&tlb);
}

void free_pgtables(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct page *tables[16];
	unsigned int nr = 0;
	bool more = false;

	start = ALIGN_DOWN(start, PMD_SIZE);
	do {
		spin_lock(&mm->page_table_lock);
		for (more = false; start < end; start += PMD_SIZE) {
			pmd_t *pmd = pmd_for(mm, start);

			if (pmd_none(*pmd) || pmd_page(*pmd)->private)
				continue;
			if (nr == ARRAY_SIZE(tables)) {
				more = true;
				break;
			}
			tables[nr++] = pmd_page(*pmd);
			pmd->pmd = 0;
			mm->nr_ptes--;
		}
		spin_unlock(&mm->page_table_lock);
		if (nr)
			flush_tlb_mm(mm);
		while (nr)
			pte_table_free(tables[--nr]);
	} while (more);
}

/*
 * The whole address space at the end of its life. No task uses it any more; a CPU that still has its page
 * tables loaded takes the kernel's own: the one flush that all the freeing below needs.
 */
void exit_mmap(struct mm_struct *mm)
{
	struct mmu_gather tlb = { .mm = mm, .start = ~0ul, .flushed = true };
	struct vm_area_struct *vma, *next;

	flush_tlb_mm(mm);
	for (vma = mm->mmap; vma; vma = vma->vm_next)
		zap_range(&tlb, mm, vma->vm_start, vma->vm_end, false);
	gather_flush(&tlb);
	for (unsigned long a = 0; a < TASK_SIZE; a += PMD_SIZE) {
		pmd_t *pmd = pmd_for(mm, a);
		struct page *table;

		if (pmd_none(*pmd))
			continue;
		/* Whoever comes through a file's list of areas (truncate, writeback) looks for the table under the lock. */
		spin_lock(&mm->page_table_lock);
		table = pmd_page(*pmd);
		pmd->pmd = 0;
		spin_unlock(&mm->page_table_lock);
		pte_table_free(table);
		mm->nr_ptes--;
	}
	for (vma = mm->mmap; vma; vma = next) {
		next = vma->vm_next;
		if (vma->vm_flags & VM_ACCOUNT)
			vm_unacct_memory(vma_pages(vma));
		vma_forget_rmap(vma);
		vma_free(vma);
	}
	mm->mmap = NULL;
	mm->mm_rb = RB_ROOT;
	mm->hole.below = NULL;
	mm->map_count = 0;
	ASSERT(mm->nr_ptes == 0 && get_mm_rss(mm) == 0 && mm->swap_usage == 0);
}

/* Small areas of file pages are copied: cheaper than the faults that would rebuild them. */
#define COPY_FILE_PAGES 64

static bool worth_copying(const struct vm_area_struct *vma)
{
	return !vma->vm_ops || vma->anon_vma || vma_pages(vma) <= COPY_FILE_PAGES;
}

/* One entry that is not none. Both locks held. False: too many share the page's place in swap. */
static bool copy_pte(struct mm_struct *dst, pte_t *from, pte_t *to, u32 vm_flags)
{
	pte_t pte = *from;
	struct page *page;

	if (pte_swap(pte)) {
		if (swap_duplicate(pte_to_swp_entry(pte)))
			return false;
		dst->swap_usage++;
		set_pte(to, pte);
		return true;
	}
	if (!pte_special(pte)) {
		page = pte_page(pte);
		if (!(vm_flags & VM_SHARED) && pte_write(pte)) {
			ptep_set_wrprotect(from);
			pte = pte_wrprotect(*from);
		}
		get_page(page);
		page_add_rmap(page, dst);
		if (vm_flags & VM_SHARED)
			pte = pte_mkclean(pte);
	}
	set_pte(to, pte_mkold(pte));
	return true;
}

/* The child's table is private to us until fork is done, but the lock of its mm keeps the rule simple. */
static int copy_table(struct mm_struct *dst, struct mm_struct *src, unsigned long address, unsigned long end, u32 vm_flags)
{
	pmd_t *from_pmd = pmd_for(src, address), *to_pmd = pmd_for(dst, address);
	pte_t *from, *to;
	unsigned int copied = 0;
	bool ok = true;

	if (pte_alloc(dst, address))
		return -ENOMEM;
	spin_lock(&dst->page_table_lock);
	spin_lock_nested(&src->page_table_lock, SINGLE_DEPTH_NESTING);
	if (!pmd_none(*from_pmd)) {
		from = pte_offset_map(from_pmd, address);
		to = pte_offset_map(to_pmd, address);
		for (; address < end && ok; address += PAGE_SIZE, from++, to++)
			if (!pte_none(*from)) {
				ok = copy_pte(dst, from, to, vm_flags);
				copied += ok;
			}
	}
	pte_table_get_n(to_pmd, copied);
	spin_unlock(&src->page_table_lock);
	spin_unlock(&dst->page_table_lock);
	return ok ? 0 : -ENOMEM;
}

int copy_page_range(struct mm_struct *dst, struct mm_struct *src, struct vm_area_struct *vma)
{
	unsigned long start = vma->vm_start;

	if (!worth_copying(vma))
		return 0;
	while (start < vma->vm_end) {
		unsigned long next = min(vma->vm_end, ALIGN_DOWN(start, PMD_SIZE) + PMD_SIZE);
		pmd_t *pmd = pmd_for(src, start);

		if (!pmd_none(*pmd) && pmd_page(*pmd)->private && copy_table(dst, src, start, next, vma->vm_flags))
			return -ENOMEM;
		start = next;
	}
	return 0;
}

void change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long first = start;

	while (start < end) {
		unsigned long next = min(end, ALIGN_DOWN(start, PMD_SIZE) + PMD_SIZE);
		pmd_t *pmd = pmd_for(mm, start);

		spin_lock(&mm->page_table_lock);
		if (!pmd_none(*pmd)) {
			pte_t *ptep = pte_offset_map(pmd, start);

			for (unsigned long a = start; a < next; a += PAGE_SIZE, ptep++)
				if (pte_present(*ptep)) {
					pte_t pte = ptep_get_and_clear(ptep);

					/* Never writable here: the next write faults and decides. */
					set_pte(ptep, pte_modify(pte, vma->vm_page_prot));
				}
		}
		spin_unlock(&mm->page_table_lock);
		start = next;
	}
	flush_tlb_range(mm, first, end);
}

int move_page_tables(struct vm_area_struct *vma, unsigned long old, unsigned long addr, unsigned long len)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long first = old;

	/* First the tables that are needed, for nothing may be allocated under the locks. */
	for (unsigned long a = 0; a < len; a += PAGE_SIZE) {
		pmd_t *from = pmd_for(mm, old + a);

		if (!pmd_none(*from) && !pte_none(*pte_offset_map(from, old + a)) && pmd_none(*pmd_for(mm, addr + a)) &&
		    pte_alloc(mm, addr + a))
			return -ENOMEM;
	}
	/* A walk must not look at the one place before and at the other after the entry has moved: it would miss the page. */
	lock_rmap(vma);
	for (unsigned long end = old + len; old < end; old += PAGE_SIZE, addr += PAGE_SIZE) {
		pmd_t *from = pmd_for(mm, old), *to = pmd_for(mm, addr);
		pte_t *ptep;

		if (pmd_none(*from) || pmd_none(*to))
			continue;
		spin_lock(&mm->page_table_lock);
		ptep = pte_offset_map(from, old);
		if (!pte_none(*ptep)) {
			pte_t pte = ptep_get_and_clear(ptep);

			pmd_page(*from)->private--;
			pte_table_get(to);
			set_pte(pte_offset_map(to, addr), pte);
		}
		spin_unlock(&mm->page_table_lock);
	}
	flush_tlb_range(mm, first, first + len);
	unlock_rmap(vma);
	return 0;
}
