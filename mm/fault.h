/* SPDX-License-Identifier: MIT */
#pragma once
/* Page faults, and the other work on ranges of page table entries: unmapping, protecting, copying for fork. */
#include "mm/mm.h"

/* Takes all pages of [start, end) out of the tables. mmap_sem held (either way). keep_tables: empty PTE tables stay. */
void zap_page_range(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long start, unsigned long end);
/* Only pages of the file mapping; even_cows false spares private copies. */
void zap_file_range(struct vm_area_struct *vma, unsigned long start, unsigned long end, bool even_cows);
/* Frees the PTE tables that have become empty within [start, end). The range is unmapped; mmap_sem held for writing. */
void free_pgtables(struct mm_struct *mm, unsigned long start, unsigned long end);
/* fork: the same pages in dst, private ones write-protected on both sides. 0 or -ENOMEM. Both mmap_sem held for writing. */
int copy_page_range(struct mm_struct *dst, struct mm_struct *src, struct vm_area_struct *dst_vma);
/* mprotect: new permissions for present pages. mmap_sem held for writing. */
void change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end);
/* mremap: moves len bytes of entries within the mm. 0, or -ENOMEM with nothing moved. mmap_sem held for writing. */
int move_page_tables(struct vm_area_struct *vma, unsigned long old, unsigned long addr, unsigned long len);
/* Adds a page of a file's cache at the address if nothing is there. For fault-around. page_table_lock held. */
void map_cached_page(struct vm_area_struct *vma, unsigned long address, struct page *page);
/* Grows a VM_GROWSDOWN area to include address: 0, or -ENOMEM if a limit or another area forbids. mmap_sem held. */
int expand_stack(struct vm_area_struct *vma, unsigned long address);
/* As if the program had read, or written to, every page of a part of the area. mmap_sem held for reading. 0, -ENOMEM, -EFAULT or -EINTR. */
int fault_in_area(struct vm_area_struct *vma, unsigned long start, unsigned long end, bool write);
/* Brings in every page of the range, as MAP_POPULATE and mlock need. mmap_sem held for reading. 0 or errno. */
int populate_range(struct mm_struct *mm, unsigned long start, unsigned long end);
extern struct page *zero_page;
void fault_init(void);
struct vm_event_counts { unsigned long pgfault, pgmajfault, pgcow; };
/* Counted by each CPU for itself, and not exactly: a preempted increment may be lost. */
extern struct vm_event_counts vm_events[MAX_CPUS];
#define count_vm_event(name) (vm_events[smp_processor_id()].name++)
