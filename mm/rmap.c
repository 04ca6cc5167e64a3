/* SPDX-License-Identifier: MIT */
/*
 * Reverse mapping. To take a page away (reclaim, truncation), to learn whether it is used, or to write-protect it before it
 * is written to disk, all page table entries that map it must be found. struct page has no room for a list of
 * them, and none is needed: areas are few, and an area has the page at one address only.
 *
 *      page of a file                             anonymous page
 *      page->mapping ──► address_space            page->anon_vma ──► anon_vma
 *                          i_mmap: area, area …                        areas: area, area …
 *
 *      address = area->vm_start + (page->index - area->vm_pgoff) pages, if that lies within the area
 *
 * An area gets its anon_vma when the first private page is made in it. A child's copy of the area joins the parent's, and so
 * do the halves of a split and what mremap moves: vm_pgoff goes with the pages, so the sum above stays right. The
 * list may hold areas that do not map the page (they never touched it, or have a copy): the walk looks and goes on.
 *
 * i_mmap_lock and anon_vma->lock are taken with the page locked and outside page_table_lock. Reclaim takes them while it serves
 * an allocation, so nothing may be allocated under them.
 */
#include "fs/fs.h"
#include "kernel/panic.h"
#include "lib/abi/errno.h"
#include "mm/filemap.h"
#include "mm/pagetable.h"
#include "mm/rmap.h"
#include "mm/slab.h"
#include "mm/swap.h"
#include "mm/vma.h"

static struct kmem_cache *anon_vma_cache;
static DEFINE_SPINLOCK(last_put_lock);	/* between "still mapped" and a count that falls to zero */

/* ---- the life of an anon_vma ---- */

static struct anon_vma *anon_vma_alloc(void)
{
	struct anon_vma *av = kmem_cache_alloc(anon_vma_cache, GFP_KERNEL);

	if (!av)
		return NULL;
	mutex_init(&av->lock);
	INIT_LIST_HEAD(&av->areas);
	atomic_set(&av->count, 1);
	return av;
}

static void anon_vma_put(struct anon_vma *av)
{
	bool last;

	spin_lock(&last_put_lock);
	last = atomic_dec_and_test(&av->count);
	spin_unlock(&last_put_lock);
	if (last)
		kmem_cache_free(anon_vma_cache, av);
}

/*
 * An area that maps the page holds the anon_vma. It cannot be gone as long as the page is mapped, for areas leave after
 * their entries; and its last holder cannot go while we look.
 */
static struct anon_vma *page_get_anon_vma(struct page *page)
{
	struct anon_vma *av = NULL;

	spin_lock(&last_put_lock);
	if (page_mapped(page)) {
		av = page->anon_vma;
		atomic_inc(&av->count);
	}
	spin_unlock(&last_put_lock);
	return av;
}

bool anon_vma_compatible(const struct vm_area_struct *a, const struct vm_area_struct *b)
{
	return !a->anon_vma || !b->anon_vma || a->anon_vma == b->anon_vma;
}

/* A neighbour with which the area could merge one day lends its own, so that they still can. */
static struct anon_vma *find_mergeable_anon_vma(struct vm_area_struct *vma)
{
	struct vm_area_struct *near[2] = { vma->vm_next, vma->vm_prev };

	for (int i = 0; i < 2; i++)
		if (near[i] && near[i]->anon_vma && vma_could_merge(near[i], vma)) {
			atomic_inc(&near[i]->anon_vma->count);
			return near[i]->anon_vma;
		}
	return NULL;
}

/* Two threads may come here for one area: page_table_lock decides. */
int __anon_vma_prepare(struct vm_area_struct *vma)
{
	struct anon_vma *av = find_mergeable_anon_vma(vma) ?: anon_vma_alloc();
	bool ours;

	if (!av)
		return -ENOMEM;
	mutex_lock(&av->lock);
	spin_lock(&vma->vm_mm->page_table_lock);
	ours = !vma->anon_vma;
	if (ours) {
		vma->anon_vma = av;
		list_add_tail(&vma->anon_node, &av->areas);
	}
	spin_unlock(&vma->vm_mm->page_table_lock);
	mutex_unlock(&av->lock);
	if (!ours)
		anon_vma_put(av);
	return 0;
}

void anon_vma_link(struct vm_area_struct *vma)
{
	struct anon_vma *av = vma->anon_vma;

	if (!av)
		return;
	atomic_inc(&av->count);		/* the area that it was copied from holds it */
	mutex_lock(&av->lock);
	list_add_tail(&vma->anon_node, &av->areas);
	mutex_unlock(&av->lock);
}

void anon_vma_unlink(struct vm_area_struct *vma)
{
	struct anon_vma *av = vma->anon_vma;

	if (!av)
		return;
	mutex_lock(&av->lock);
	list_del_init(&vma->anon_node);
	mutex_unlock(&av->lock);
	vma->anon_vma = NULL;
	anon_vma_put(av);
}

void anon_vma_inherit(struct vm_area_struct *to, struct vm_area_struct *from)
{
	if (to->anon_vma || !from->anon_vma)
		return;
	to->anon_vma = from->anon_vma;
	anon_vma_link(to);
}

void lock_rmap(struct vm_area_struct *vma)
{
	if (vma->vm_file && vma->vm_file->f_mapping)
		mutex_lock(&vma->vm_file->f_mapping->i_mmap_lock);
	if (vma->anon_vma)
		mutex_lock(&vma->anon_vma->lock);
}

void unlock_rmap(struct vm_area_struct *vma)
{
	if (vma->anon_vma)
		mutex_unlock(&vma->anon_vma->lock);
	if (vma->vm_file && vma->vm_file->f_mapping)
		mutex_unlock(&vma->vm_file->f_mapping->i_mmap_lock);
}

/* ---- the walk ---- */

/* The area's entry for the page, if it has one. False: the walk ends. */
static bool walk_area(struct page *page, struct vm_area_struct *vma, rmap_one *one, void *arg)
{
	unsigned long address = vma->vm_start + ((page->index - vma->vm_pgoff) << PAGE_SHIFT);
	struct mm_struct *mm = vma->vm_mm;
	bool more = true;
	pmd_t *pmd;

	if (page->index < vma->vm_pgoff || page->index - vma->vm_pgoff >= vma_pages(vma))
		return true;
	pmd = pmd_for(mm, address);
	spin_lock(&mm->page_table_lock);
	if (!pmd_none(*pmd)) {
		pte_t *ptep = pte_offset_map(pmd, address);

		if (pte_present(*ptep) && pte_pfn(*ptep) == page_to_pfn(page))
			more = one(page, vma, address, pmd, ptep, arg);
	}
	spin_unlock(&mm->page_table_lock);
	return more;
}

void rmap_walk(struct page *page, rmap_one *one, void *arg)
{
	struct address_space *m = page_mapping(page);
	struct vm_area_struct *vma;

	ASSERT(PageLocked(page));
	if (PageAnon(page)) {
		struct anon_vma *av = page_get_anon_vma(page);

		if (!av)
			return;
		mutex_lock(&av->lock);
		list_for_each_entry(vma, &av->areas, anon_node)
			if (!walk_area(page, vma, one, arg))
				break;
		mutex_unlock(&av->lock);
		anon_vma_put(av);
	} else if (m) {
		mutex_lock(&m->i_mmap_lock);
		list_for_each_entry(vma, &m->i_mmap, shared)
			if (!walk_area(page, vma, one, arg))
				break;
		mutex_unlock(&m->i_mmap_lock);
	}
}

/* ---- what the walk is for ---- */

struct referenced {
	unsigned int count;
	u32 vm_flags;
};

static bool referenced_one(struct page *page, struct vm_area_struct *vma, unsigned long address, pmd_t *pmd, pte_t *ptep, void *arg)
{
	struct referenced *r = arg;

	(void)page, (void)pmd, (void)address;
	r->vm_flags |= vma->vm_flags;
	/* The TLB may keep the entry: then the next use is not seen, at worst until the next switch. Cheaper than a flush. */
	r->count += ptep_test_and_clear_young(ptep);
	return true;
}

unsigned int page_referenced(struct page *page, u32 *vm_flags)
{
	struct referenced r = { 0, 0 };

	if (page_mapped(page))
		rmap_walk(page, referenced_one, &r);
	*vm_flags = r.vm_flags;
	return r.count + TestClearPageReferenced(page);
}

/*
 * The entry, taken out and flushed, of a page that was given up (MADV_FREE): may it go? Not if somebody wrote to the page after all,
 * or holds it to do so. The reclaimer has one reference, each entry one.
 */
static bool may_drop(struct page *page, pte_t pte)
{
	if (!pte_dirty(pte) && !PageDirty(page) && page_count(page) == page_mapcount(page) + 1)
		return true;
	SetPageSwapBacked(page);
	return false;
}

static bool unmap_one(struct page *page, struct vm_area_struct *vma, unsigned long address, pmd_t *pmd, pte_t *ptep, void *arg)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t pte;

	(void)arg;
	if (vma->vm_flags & (VM_LOCKED | VM_IO))
		return false;
	pte = ptep_get_and_clear(ptep);
	flush_tlb_page(mm, address);
	if (PageAnon(page) && !PageSwapCache(page)) {
		if (!may_drop(page, pte)) {
			set_pte(ptep, pte);
			return false;
		}
		pmd_page(*pmd)->private--;
	} else if (PageAnon(page)) {
		swp_entry_t entry = page_swap_entry(page);

		if (swap_duplicate(entry)) {
			set_pte(ptep, pte);
			return false;
		}
		if (pte_dirty(pte))
			SetPageDirty(page);
		mm->swap_usage++;
		set_pte(ptep, swp_entry_to_pte(entry));	/* the table has as many entries as before */
	} else {
		if (pte_dirty(pte))
			set_page_dirty(page);
		pmd_page(*pmd)->private--;
	}
	page_remove_rmap(page, mm);
	put_page(page);
	return true;
}

bool try_to_unmap(struct page *page)
{
	ASSERT(!PageAnon(page) || PageSwapCache(page) || !PageSwapBacked(page));
	rmap_walk(page, unmap_one, NULL);
	return !page_mapped(page);
}

static bool mkclean_one(struct page *page, struct vm_area_struct *vma, unsigned long address, pmd_t *pmd, pte_t *ptep, void *arg)
{
	bool *cleaned = arg;

	(void)page, (void)pmd;
	if ((vma->vm_flags & VM_SHARED) && (pte_write(*ptep) || pte_dirty(*ptep))) {
		pte_t pte = ptep_get_and_clear(ptep);

		flush_tlb_page(vma->vm_mm, address);
		set_pte(ptep, pte_mkclean(pte_wrprotect(pte)));
		*cleaned = true;
	}
	return true;
}

bool page_mkclean(struct page *page)
{
	bool cleaned = false;

	rmap_walk(page, mkclean_one, &cleaned);
	return cleaned;
}

void rmap_init(void)
{
	anon_vma_cache = kmem_cache_create("anon_vma", sizeof(struct anon_vma), 8, NULL);
}
