/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The set of areas of an address space: a list sorted by address and a red-black tree over the same
 * areas. mmap_sem is held for writing for every function that changes it.
 */
#include "mm/mm.h"

#define MMAP_MIN_ADDR 65536u		/* below it only who may do raw I/O maps anything, and only by MAP_FIXED */

/* The place for an area [start, end), which nothing may overlap: false if something does. */
struct vma_slot {
	struct vm_area_struct *prev;		/* the area before, or NULL */
	struct rb_node **link, *parent;
};
bool vma_find_slot(struct mm_struct *mm, unsigned long start, unsigned long end, struct vma_slot *slot);
void vma_link(struct mm_struct *mm, struct vm_area_struct *vma, struct vma_slot *slot);
void vma_unlink(struct mm_struct *mm, struct vm_area_struct *vma);
/* Change the borders of a linked area, within the holes beside it; the file's list of areas follows. */
void vma_adjust(struct vm_area_struct *vma, unsigned long start, unsigned long end, pgoff_t pgoff);

struct vm_area_struct *vma_alloc(struct mm_struct *mm);		/* zeroed; NULL: no memory */
struct vm_area_struct *vma_dup(const struct vm_area_struct *vma);	/* not linked; takes references, calls vm_ops->open */
void vma_free(struct vm_area_struct *vma);			/* calls vm_ops->close, drops the file; not linked any more */

/* Split at addr, which lies inside: vma keeps the part below if new_below is false. 0 or -ENOMEM. */
int split_vma(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, bool new_below);
/*
 * Could [start, end) with these properties be part of its neighbours? Extends prev, or next, or
 * joins both, and returns the area that now covers it; NULL: a new one is needed.
 */
struct vm_area_struct *vma_merge(struct mm_struct *mm, struct vm_area_struct *prev, unsigned long start,
				 unsigned long end, u32 vm_flags, struct file *file, pgoff_t pgoff);
/* The highest hole of len bytes within [low, high): its address, or -ENOMEM. O(log n). */
unsigned long vma_highest_gap(struct mm_struct *mm, unsigned long len, unsigned long low, unsigned long high);
unsigned long vma_lowest_gap(struct mm_struct *mm, unsigned long len, unsigned long low, unsigned long high);
bool vma_tree_valid(struct mm_struct *mm);	/* every invariant of list, tree and gaps; for tests */
void vma_forget_rmap(struct vm_area_struct *vma);	/* off the lists by which pages find it */
/* Are a and, right behind it, b one area but for the border? vma_join: they become one, a; b is freed. */
bool vma_can_join(const struct vm_area_struct *a, const struct vm_area_struct *b);
struct vm_area_struct *vma_join(struct mm_struct *mm, struct vm_area_struct *a, struct vm_area_struct *b);
bool vma_could_merge(const struct vm_area_struct *a, const struct vm_area_struct *b);	/* neighbours, if mprotect made them alike */
void vma_cache_init(void);

static inline unsigned long vma_pages(const struct vm_area_struct *vma) { return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT; }
