/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Page tables of PAE: three levels. An address is 2 bits of page directory pointer (PGD), 9 bits of
 * page directory (PMD), 9 bits of page table (PTE) and 12 bits of offset; entries are 64 bits wide.
 *
 *	31 30 29      21 20      12 11         0
 *	 PGD |   PMD    |   PTE    |  offset
 *
 * Page-table pages lie in low memory, so a walk needs no kmap. The page of a PTE table counts its
 * used entries in page->private, and is freed when that becomes zero. All PTEs of an mm are read
 * and written under its page_table_lock.
 *
 * Order of the two halves (SDM volume 3, 4.10.4): the CPU may look at an entry at any time, so it
 * must never see the present bit of one value with the address of another. Hence set_pte writes
 * the high half first, and clearing takes the low half out first.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/io.h"
#include "kernel/task/task.h"
#include "mm/mm.h"

typedef struct { u64 pmd; } pmd_t;
typedef struct { union { u64 pte; struct { u32 low, high; }; }; } pte_t;

#define _PAGE_PRESENT 0x001ull
#define _PAGE_RW 0x002ull
#define _PAGE_USER 0x004ull
#define _PAGE_PWT 0x008ull
#define _PAGE_PCD 0x010ull
#define _PAGE_ACCESSED 0x020ull
#define _PAGE_DIRTY 0x040ull
#define _PAGE_PSE 0x080ull
#define _PAGE_GLOBAL 0x100ull
#define _PAGE_PROTNONE _PAGE_GLOBAL	/* in an entry without PRESENT: a page is here but PROT_NONE */
#define _PAGE_SPECIAL 0x200ull		/* software: no struct page to count (zero page, device memory) */
#define _PAGE_NX (1ull << 63)
#define PTE_PFN_MASK 0x000ffffffffff000ull

#define PMD_SHIFT 21
#define PMD_SIZE (1u << PMD_SHIFT)
#define PGDIR_SHIFT 30
#define PTRS_PER_PTE 512
#define PTRS_PER_PMD 512
#define USER_PGDS 3

extern pgd_t swapper_pg_dir[4];
extern pmd_t swapper_pmd[PTRS_PER_PMD];
extern struct mm_struct init_mm;
extern u64 supported_pte_mask;		/* without NX if the CPU has none */

static __always_inline pgd_t *pgd_offset(struct mm_struct *mm, unsigned long a) { return mm->pgd + (a >> PGDIR_SHIFT); }
static __always_inline pmd_t *pmd_offset(pgd_t *pgd, unsigned long a)
{
	return (pmd_t *)__va((u32)pgd->pgd & PAGE_MASK) + ((a >> PMD_SHIFT) & (PTRS_PER_PMD - 1));
}
static __always_inline bool pmd_none(pmd_t pmd) { return pmd.pmd == 0; }
static __always_inline struct page *pmd_page(pmd_t pmd) { return pfn_to_page((u32)pmd.pmd >> PAGE_SHIFT); }
/* The entry for the address in an existing PTE table. */
static __always_inline pte_t *pte_offset_map(pmd_t *pmd, unsigned long a)
{
	return (pte_t *)__va((u32)pmd->pmd & PAGE_MASK) + ((a >> PAGE_SHIFT) & (PTRS_PER_PTE - 1));
}
/* The three steps at once; the PMD page of every user address exists as long as the mm. */
static __always_inline pmd_t *pmd_for(struct mm_struct *mm, unsigned long a) { return pmd_offset(pgd_offset(mm, a), a); }

static __always_inline bool pte_none(pte_t p) { return p.pte == 0; }
static __always_inline bool pte_present(pte_t p) { return p.low & (_PAGE_PRESENT | _PAGE_PROTNONE); }
static __always_inline bool pte_write(pte_t p) { return p.low & _PAGE_RW; }
static __always_inline bool pte_dirty(pte_t p) { return p.low & _PAGE_DIRTY; }
static __always_inline bool pte_young(pte_t p) { return p.low & _PAGE_ACCESSED; }
static __always_inline bool pte_special(pte_t p) { return p.low & _PAGE_SPECIAL; }
static __always_inline unsigned long pte_pfn(pte_t p) { return (unsigned long)((p.pte & PTE_PFN_MASK) >> PAGE_SHIFT); }
static __always_inline struct page *pte_page(pte_t p) { return pfn_to_page(pte_pfn(p)); }
static __always_inline pte_t __pte(u64 v) { return (pte_t){ { v } }; }
static __always_inline pte_t mk_pte(struct page *page, u64 prot) { return __pte(page_to_phys(page) | prot); }
static __always_inline pte_t pte_mkwrite(pte_t p) { p.low |= _PAGE_RW; return p; }
static __always_inline pte_t pte_wrprotect(pte_t p) { p.low &= ~(u32)_PAGE_RW; return p; }
static __always_inline pte_t pte_mkdirty(pte_t p) { p.low |= _PAGE_DIRTY; return p; }
static __always_inline pte_t pte_mkclean(pte_t p) { p.low &= ~(u32)_PAGE_DIRTY; return p; }
static __always_inline pte_t pte_mkyoung(pte_t p) { p.low |= _PAGE_ACCESSED; return p; }
static __always_inline pte_t pte_mkold(pte_t p) { p.low &= ~(u32)_PAGE_ACCESSED; return p; }
/* Keep the page, accessed and dirty bits; take the permissions of prot. */
static __always_inline pte_t pte_modify(pte_t p, u64 prot)
{
	const u64 keep = PTE_PFN_MASK | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_SPECIAL;

	return __pte((p.pte & keep) | (prot & ~(keep & ~(u64)_PAGE_ACCESSED)));
}

/* An entry that was not present becomes present. */
static __always_inline void set_pte(pte_t *ptep, pte_t pte)
{
	ptep->high = pte.high;
	barrier();
	WRITE_ONCE(ptep->low, pte.low);
}
/*
 * A present entry gets more permissions or marks, which need no flush elsewhere: a CPU that still has the old ones faults and
 * looks again. Another CPU may be setting the accessed and dirty bits meanwhile; none must be lost.
 */
static __always_inline void ptep_set_bits(pte_t *ptep, u64 bits) { __atomic_fetch_or(&ptep->low, (u32)bits, __ATOMIC_SEQ_CST); }
/* And gets fewer marks: the caller flushes, for a CPU that still has one does not set it again. */
static __always_inline void ptep_clear_bits(pte_t *ptep, u64 bits) { __atomic_fetch_and(&ptep->low, ~(u32)bits, __ATOMIC_SEQ_CST); }
/* Takes the entry out; afterwards the CPU can no longer set its accessed or dirty bit. The caller flushes the TLB. */
static __always_inline pte_t ptep_get_and_clear(pte_t *ptep)
{
	pte_t old;

	old.low = __atomic_exchange_n(&ptep->low, 0, __ATOMIC_SEQ_CST);
	old.high = ptep->high;
	ptep->high = 0;
	return old;
}
/* Was it used? The mark is taken away. */
static __always_inline bool ptep_test_and_clear_young(pte_t *ptep)
{
	return (ptep->low & _PAGE_ACCESSED) && (__atomic_fetch_and(&ptep->low, ~(u32)_PAGE_ACCESSED, __ATOMIC_SEQ_CST) & _PAGE_ACCESSED);
}
/* Write-protects without losing a dirty bit that the CPU sets at the same time. */
static __always_inline void ptep_set_wrprotect(pte_t *ptep)
{
	__atomic_fetch_and(&ptep->low, ~(u32)_PAGE_RW, __ATOMIC_SEQ_CST);
}

static __always_inline void flush_tlb_one(unsigned long a) { __asm__ volatile("invlpg (%0)" : : "r"(a) : "memory"); }
static __always_inline void load_cr3(pgd_t *pgd) { write_cr3((u32)__pa(pgd)); }
/*
 * Forget this mm's translations, on every CPU that may have some: all of them, or a range (end exclusive). When they
 * return no CPU has them. Interrupts on, and no lock held that is taken with interrupts off (kernel/cpu/smp.h).
 */
void flush_tlb_mm(struct mm_struct *mm);
void flush_tlb_range(struct mm_struct *mm, unsigned long start, unsigned long end);
void flush_tlb_page(struct mm_struct *mm, unsigned long a);
void flush_tlb_kernel_range(unsigned long start, unsigned long end);
void switch_mm(struct mm_struct *next);		/* this CPU translates with its tables now; preemption off */

/* A zeroed PTE table, counted in no mm yet; NULL: no memory. May sleep. */
struct page *pte_table_alloc(void);
void pte_table_free(struct page *table);	/* all entries are zero */
/* Makes sure that the table for the address exists. page_table_lock not held. 0 or -ENOMEM. */
int pte_alloc(struct mm_struct *mm, unsigned long address);
extern unsigned long nr_kernel_tables;	/* tables of the area above the direct map: pages that are never given back */
/* PGD and the three PMD pages of a new mm: 0 or -ENOMEM. */
int pgd_alloc(struct mm_struct *mm);
void pgd_free(struct mm_struct *mm);

/* Users of a PTE table's entries: by page_table_lock. */
static __always_inline void pte_table_get(pmd_t *pmd) { pmd_page(*pmd)->private++; }
static __always_inline void pte_table_get_n(pmd_t *pmd, unsigned n) { pmd_page(*pmd)->private += n; }

u64 vm_get_page_prot(u32 vm_flags);

/* Kernel mappings, in the vmalloc area and above: one page each. */
int map_kernel_page(unsigned long address, phys_addr_t phys, u64 prot);
phys_addr_t unmap_kernel_page(unsigned long address);	/* what was mapped; the caller flushes */
#define PAGE_KERNEL (_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_GLOBAL)
void paging_init(void);
void quicklist_trim(void);	/* gives the cached empty tables back */
