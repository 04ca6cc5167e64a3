/* SPDX-License-Identifier: MIT */
/* mprotect(2): other permissions for a range. Areas are split at its ends and merged again where they have become alike. */
#include "fs/fs.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/abi/mman.h"
#include "mm/fault.h"
#include "mm/pagetable.h"
#include "mm/vma.h"

/* All of [start, end) within one area gets the flags. *prev is the area that then ends at end or contains it. */
static int protect_area(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_area_struct **out,
			unsigned long start, unsigned long end, u32 vm_flags)
{
	unsigned long charged = 0, pages = (end - start) >> PAGE_SHIFT;
	int err;

	*out = vma;
	if (vm_flags == vma->vm_flags)
		return 0;
	if (vm_flags & VM_WRITE && !may_expand_vm(mm, vm_flags, pages) && may_expand_vm(mm, vma->vm_flags, pages))
		return -ENOMEM;		/* RLIMIT_DATA */
	if ((vm_flags & VM_WRITE) && !(vma->vm_flags & (VM_ACCOUNT | VM_WRITE | VM_SHARED | VM_NORESERVE))) {
		charged = pages;
		if (vm_acct_memory(charged))
			return -ENOMEM;
		vm_flags |= VM_ACCOUNT;
	}
	if (start > vma->vm_start) {
		err = split_vma(mm, vma, start, true);
		if (err)
			goto fail;
	}
	if (end < vma->vm_end) {
		err = split_vma(mm, vma, end, false);
		if (err)
			goto fail;
	}
	vm_stat_account(mm, vma->vm_flags, -(long)vma_pages(vma));
	vm_stat_account(mm, vm_flags, (long)vma_pages(vma));
	vma->vm_flags = vm_flags;
	vma->vm_page_prot = vm_get_page_prot(vm_flags);
	change_protection(vma, start, end);
	return 0;
fail:
	if (charged)
		vm_unacct_memory(charged);
	return err;
}

/* Join the area with the one before it if they are alike now. */
static struct vm_area_struct *try_merge(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct vm_area_struct *prev = vma->vm_prev;

	return prev && vma_can_join(prev, vma) ? vma_join(mm, prev, vma) : vma;
}

static u32 new_flags(const struct vm_area_struct *vma, u32 prot)
{
	u32 flags = vma->vm_flags & ~(VM_READ | VM_WRITE | VM_EXEC);

	return flags | (prot & PROT_READ ? VM_READ : 0) | (prot & PROT_WRITE ? VM_WRITE : 0) | (prot & PROT_EXEC ? VM_EXEC : 0);
}

static int do_mprotect(struct mm_struct *mm, unsigned long start, unsigned long end, u32 prot)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	u32 grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
	int err;

	if (!vma)
		return -ENOMEM;
	if (grows & PROT_GROWSDOWN) {
		if (vma->vm_start >= end)
			return -ENOMEM;
		start = vma->vm_start;
		if (!(vma->vm_flags & VM_GROWSDOWN))
			return -EINVAL;
	}
	if (vma->vm_start > start)
		return -ENOMEM;
	if (grows & PROT_GROWSUP)
		return -EINVAL;
	for (;;) {
		unsigned long stop = min(end, vma->vm_end);
		u32 flags = new_flags(vma, prot);

		/* Each permission needs its VM_MAY bit, four places to the left. */
		if ((flags & ~(flags >> 4)) & (VM_READ | VM_WRITE | VM_EXEC))
			return -EACCES;
		err = protect_area(mm, vma, &vma, start, stop, flags);
		if (err)
			return err;
		vma = try_merge(mm, vma);
		start = stop;
		if (start >= end)
			break;
		vma = vma->vm_end > start ? vma : vma->vm_next;
		if (!vma || vma->vm_start != start)
			return -ENOMEM;
	}
	if (vma->vm_next && vma->vm_next->vm_start == end)
		try_merge(mm, vma->vm_next);
	return 0;
}

long sys_mprotect(unsigned long start, size_t len, u32 prot);
long sys_mprotect(unsigned long start, size_t len, u32 prot)
{
	struct mm_struct *mm = current->mm;
	unsigned long end;
	int err;

	if ((prot & (PROT_GROWSDOWN | PROT_GROWSUP)) == (PROT_GROWSDOWN | PROT_GROWSUP) || start & ~PAGE_MASK)
		return -EINVAL;
	if (!len)
		return 0;
	len = PAGE_ALIGN(len);
	end = start + len;
	if (end <= start)
		return -ENOMEM;
	if (prot & ~(u32)(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM | PROT_GROWSDOWN | PROT_GROWSUP))
		return -EINVAL;
	down_write(&mm->mmap_sem);
	err = do_mprotect(mm, start, end, prot);
	up_write(&mm->mmap_sem);
	return err;
}
