/* SPDX-License-Identifier: MIT */
/*
 * Making, freeing and flushing page tables; the kernel's own mappings.
 *
 * The kernel's PMD page (swapper_pmd) is entry 3 of every PGD, so a mapping made there is seen in
 * every address space at once. A user mm owns a PGD of 32 bytes and three PMD pages for its whole
 * life, because a CPU may read the four PGD entries into registers when CR3 is loaded and never
 * look again.
 *
 * Empty tables are kept zeroed on a small list per CPU: a table is empty, hence all zero, whenever
 * it is freed, so fork and exit need not clear pages again and again.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/string.h"
#include "mm/highmem.h"
#include "mm/layout.h"
#include "mm/pagetable.h"
#include "mm/slab.h"

struct mm_struct init_mm = {
	.pgd = swapper_pg_dir,
	.mm_users = ATOMIC_INIT(1),
	.mm_count = ATOMIC_INIT(2),	/* itself, and the boot CPU that runs on it */
	.mmap_sem = RWSEM_INIT(init_mm.mmap_sem),
};
u64 supported_pte_mask = ~_PAGE_NX;
static struct kmem_cache *pgd_cache;
static DEFINE_SPINLOCK(kernel_pte_lock);	/* PTEs above the direct map */

#define QUICKLIST_MAX 64
static struct quicklist {
	struct list_head pages;
	unsigned int count;
} quicklists[MAX_CPUS];			/* each by its CPU, with preemption off; not from interrupts */

struct page *pte_table_alloc(void)
{
	struct quicklist *q;
	struct page *page = NULL;

	preempt_disable();
	q = &quicklists[smp_processor_id()];
	if (q->count) {
		page = list_first_entry(&q->pages, struct page, lru);
		list_del(&page->lru);
		q->count--;
	}
	preempt_enable();
	if (!page)
		page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (page) {
		SetPageTable(page);
		page->private = 0;
	}
	return page;
}

void pte_table_free(struct page *page)
{
	struct quicklist *q;

	ASSERT(page->private == 0);
	ClearPageTable(page);
	preempt_disable();
	q = &quicklists[smp_processor_id()];
	if (q->count < QUICKLIST_MAX) {
		list_add(&page->lru, &q->pages);
		q->count++;
		page = NULL;
	}
	preempt_enable();
	if (page)
		put_page(page);
}

void quicklist_trim(void)
{
	struct quicklist *q;
	struct page *page, *next;
	LIST_HEAD(free);

	preempt_disable();
	q = &quicklists[smp_processor_id()];
	list_splice_init(&q->pages, &free);
	q->count = 0;
	preempt_enable();
	list_for_each_entry_safe(page, next, &free, lru) {
		list_del(&page->lru);
		put_page(page);
	}
}

int pte_alloc(struct mm_struct *mm, unsigned long address)
{
	pmd_t *pmd = pmd_for(mm, address);
	struct page *page;

	if (!pmd_none(*pmd))
		return 0;
	page = pte_table_alloc();
	if (!page)
		return -ENOMEM;
	spin_lock(&mm->page_table_lock);
	if (pmd_none(*pmd)) {
		mm->nr_ptes++;
		pmd->pmd = page_to_phys(page) | _PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED;
		page = NULL;
	}
	spin_unlock(&mm->page_table_lock);
	if (page)			/* another thread was faster */
		pte_table_free(page);
	return 0;
}

int pgd_alloc(struct mm_struct *mm)
{
	pgd_t *pgd = kmem_cache_alloc(pgd_cache, GFP_KERNEL);

	if (!pgd)
		return -ENOMEM;
	for (int i = 0; i < USER_PGDS; i++) {
		struct page *page = pte_table_alloc();

		if (!page) {
			while (--i >= 0)
				pte_table_free(pfn_to_page((u32)pgd[i].pgd >> PAGE_SHIFT));
			kmem_cache_free(pgd_cache, pgd);
			return -ENOMEM;
		}
		pgd[i].pgd = page_to_phys(page) | _PAGE_PRESENT;	/* PAE: no other bits in these four */
	}
	pgd[3] = swapper_pg_dir[3];
	mm->pgd = pgd;
	return 0;
}

void pgd_free(struct mm_struct *mm)
{
	for (int i = 0; i < USER_PGDS; i++)
		pte_table_free(pfn_to_page((u32)mm->pgd[i].pgd >> PAGE_SHIFT));
	kmem_cache_free(pgd_cache, mm->pgd);
	mm->pgd = NULL;
}

/*
 * Permissions of a page by its area. A private page is never writable at first, even where the area
 * is: the fault that the first write makes decides whether it must be copied.
 */
u64 vm_get_page_prot(u32 vm_flags)
{
	u64 prot = _PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED;

	if (!(vm_flags & (VM_READ | VM_WRITE | VM_EXEC)))
		prot = _PAGE_ACCESSED | _PAGE_PROTNONE;
	if (!(vm_flags & VM_EXEC))
		prot |= _PAGE_NX;
	return prot & (supported_pte_mask | _PAGE_PROTNONE);
}

unsigned long nr_kernel_tables;	/* they stay, once there has been something to map; by kernel_pte_lock */

static pte_t *kernel_pte(unsigned long address, bool create)
{
	pmd_t *pmd = &swapper_pmd[(address >> PMD_SHIFT) & (PTRS_PER_PMD - 1)];

	if (pmd_none(*pmd)) {
		struct page *page = create ? alloc_page(GFP_KERNEL | __GFP_ZERO) : NULL;

		if (!page)
			return NULL;
		SetPageTable(page);
		spin_lock(&kernel_pte_lock);
		if (pmd_none(*pmd)) {
			pmd->pmd = page_to_phys(page) | _PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED;
			nr_kernel_tables++;
			page = NULL;
		}
		spin_unlock(&kernel_pte_lock);
		if (page) {
			ClearPageTable(page);
			put_page(page);
		}
	}
	return pte_offset_map(pmd, address);
}

int map_kernel_page(unsigned long address, phys_addr_t phys, u64 prot)
{
	pte_t *pte = kernel_pte(address, true);

	if (!pte)
		return -ENOMEM;
	set_pte(pte, __pte((phys | prot | _PAGE_NX) & supported_pte_mask));
	return 0;
}

phys_addr_t unmap_kernel_page(unsigned long address)
{
	pte_t *pte = kernel_pte(address, false);

	return pte ? ptep_get_and_clear(pte).pte & PTE_PFN_MASK : 0;
}

/* After the allocator is up: trim the direct map to the RAM there is, and mark it global. */
void paging_init(void)
{
	unsigned long ram = ALIGN(max_low_pfn << PAGE_SHIFT, PMD_SIZE) >> PMD_SHIFT;
	u64 global = boot_cpu.pge ? _PAGE_GLOBAL : 0;

	if (boot_cpu.nx)
		supported_pte_mask |= _PAGE_NX;
	if (!boot_cpu.pge)
		supported_pte_mask &= ~_PAGE_GLOBAL;
	for (unsigned long i = 0; i < LOWMEM_LIMIT >> PMD_SHIFT; i++)
		swapper_pmd[i].pmd = i < ram ? swapper_pmd[i].pmd | global : 0;
	load_cr3(swapper_pg_dir);
	for (int cpu = 0; cpu < MAX_CPUS; cpu++)
		INIT_LIST_HEAD(&quicklists[cpu].pages);
	pgd_cache = kmem_cache_create("pgd", 4 * sizeof(pgd_t), 32, NULL);
	/* These two windows always have their tables: kmap must not allocate. */
	BUG_ON(!kernel_pte(PKMAP_BASE, true) || !kernel_pte(FIXADDR_START, true));
}
