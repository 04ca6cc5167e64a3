/* SPDX-License-Identifier: MIT */
#pragma once
#include "fs/fs.h"
#include "mm/mm.h"

/* The areas of these tests have no pages. */
static inline void anon_vma_link(struct vm_area_struct *vma) { (void)vma; }
static inline void anon_vma_unlink(struct vm_area_struct *vma) { (void)vma; }
static inline void anon_vma_inherit(struct vm_area_struct *to, struct vm_area_struct *from) { (void)to, (void)from; }
static inline bool anon_vma_compatible(const struct vm_area_struct *a, const struct vm_area_struct *b)
{
	return a->anon_vma == b->anon_vma;
}
static inline void lock_rmap(struct vm_area_struct *vma)
{
	if (vma->vm_file)
		mutex_lock(&vma->vm_file->f_mapping->i_mmap_lock);
}
static inline void unlock_rmap(struct vm_area_struct *vma)
{
	if (vma->vm_file)
		mutex_unlock(&vma->vm_file->f_mapping->i_mmap_lock);
}
