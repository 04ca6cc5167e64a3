/* SPDX-License-Identifier: MIT */
/*
 * mremap(2): an area grows, shrinks or moves. Moving takes the page table entries along, so no page
 * is copied and no private change is lost.
 */
#include "fs/fs.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/abi/mman.h"
#include "lib/err.h"
#include "mm/fault.h"
#include "mm/pagetable.h"
#include "mm/rmap.h"
#include "mm/vma.h"

static unsigned long fail(int err) { return (unsigned long)err; }

/* The area that holds all of [addr, addr + old_len), if it may become new_len long. */
static struct vm_area_struct *vma_to_resize(struct mm_struct *mm, unsigned long addr, unsigned long old_len,
					    unsigned long new_len)
{
	struct vm_area_struct *vma = find_vma(mm, addr);
	unsigned long more = new_len > old_len ? (new_len - old_len) >> PAGE_SHIFT : 0;

	if (!vma || vma->vm_start > addr)
		return ERR_PTR(-EFAULT);
	if (!old_len && !(vma->vm_flags & (VM_SHARED | VM_MAYSHARE)))
		return ERR_PTR(-EINVAL);
	if (old_len > vma->vm_end - addr)
		return ERR_PTR(-EFAULT);
	if (new_len == old_len)
		return vma;
	if (linear_page_index(vma, addr) + (new_len >> PAGE_SHIFT) < linear_page_index(vma, addr))
		return ERR_PTR(-EINVAL);
	if (more && vma->vm_flags & VM_DONTEXPAND)
		return ERR_PTR(-EFAULT);
	if (!may_lock_more(mm, vma->vm_flags, more))
		return ERR_PTR(-EAGAIN);
	return may_expand_vm(mm, vma->vm_flags, more) ? vma : ERR_PTR(-ENOMEM);
}

/* The range becomes an area of its own, which can then go without needing memory. 0 or -ENOMEM. */
static int isolate_range(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	int err = start > vma->vm_start ? split_vma(mm, vma, start, true) : 0;

	return err || end == vma->vm_end ? err : split_vma(mm, vma, end, false);
}

/* A new area of new_len at new_addr takes over the pages of the old one. new_addr is free. */
static unsigned long move_vma(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, unsigned long old_len,
			      unsigned long new_len, unsigned long new_addr, bool dont_unmap)
{
	unsigned long pages = new_len >> PAGE_SHIFT;
	bool charged = vma->vm_flags & VM_ACCOUNT;
	struct vm_area_struct *fresh;
	struct vma_slot slot;

	if (mm->map_count >= sysctl_max_map_count - 3)
		return fail(-ENOMEM);
	if (!dont_unmap && old_len && isolate_range(mm, vma, addr, addr + old_len))
		return fail(-ENOMEM);
	if (charged && vm_acct_memory(pages))
		return fail(-ENOMEM);
	fresh = vma_dup(vma);
	if (!fresh)
		goto uncharge;
	fresh->vm_start = new_addr;
	fresh->vm_end = new_addr + new_len;
	/* Pages that are there know their numbers; an area without any takes those of its new place, to be merged there. */
	fresh->vm_pgoff = vma->vm_file || vma->anon_vma ? linear_page_index(vma, addr) : new_addr >> PAGE_SHIFT;
	if (!vma_find_slot(mm, fresh->vm_start, fresh->vm_end, &slot))
		panic("move_vma: %08lx is taken", new_addr);
	vma_link(mm, fresh, &slot);
	vm_stat_account(mm, fresh->vm_flags, (long)pages);
	if (move_page_tables(vma, addr, new_addr, min(old_len, new_len))) {
		do_munmap(mm, new_addr, new_len);
		return fail(-ENOMEM);
	}
	if (!dont_unmap && old_len)
		do_munmap(mm, addr, old_len);
	if (addr == mm->vdso)
		mm->vdso = new_addr;		/* where signal handlers return to */
	return new_addr;
uncharge:
	if (charged)
		vm_unacct_memory(pages);
	return fail(-ENOMEM);
}

static unsigned long mremap_to(struct mm_struct *mm, unsigned long addr, unsigned long old_len, unsigned long new_len,
			       unsigned long new_addr, u32 flags)
{
	struct vm_area_struct *vma;
	int err;

	/* Even where the address is no more than a hint. */
	if (new_addr & ~PAGE_MASK || new_len > TASK_SIZE || new_addr > TASK_SIZE - new_len)
		return fail(-EINVAL);
	if (addr + old_len > new_addr && new_addr + new_len > addr)
		return fail(-EINVAL);
	if (flags & MREMAP_FIXED && new_addr < MMAP_MIN_ADDR && !capable(CAP_SYS_RAWIO))
		return fail(-EPERM);
	vma = vma_to_resize(mm, addr, min(old_len, new_len), new_len);
	if (IS_ERR(vma))
		return fail((int)PTR_ERR(vma));
	if (flags & MREMAP_DONTUNMAP && vma->vm_flags & VM_DONTEXPAND)
		return fail(-EINVAL);
	if (flags & MREMAP_FIXED) {
		err = do_munmap(mm, new_addr, new_len);
		if (err)
			return fail(err);
	} else {
		new_addr = get_unmapped_area(mm, new_addr, new_len);
		if (is_err_value(new_addr))
			return new_addr;
	}
	if (old_len > new_len) {
		err = do_munmap(mm, addr + new_len, old_len - new_len);
		if (err)
			return fail(err);
		old_len = new_len;
	}
	vma = vma_to_resize(mm, addr, old_len, new_len);
	if (IS_ERR(vma))
		return fail((int)PTR_ERR(vma));
	return move_vma(mm, vma, addr, old_len, new_len, new_addr, flags & MREMAP_DONTUNMAP);
}

/* Longer without moving, if the area ends where the range does and there is room behind it. */
static bool expand_in_place(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, unsigned long old_len,
			    unsigned long new_len)
{
	unsigned long more = new_len - old_len, pages = more >> PAGE_SHIFT;

	if (addr + old_len != vma->vm_end || new_len > TASK_SIZE - addr || find_vma_intersection(mm, vma->vm_end, vma->vm_end + more))
		return false;
	if (vma->vm_flags & VM_ACCOUNT && vm_acct_memory(pages))
		return false;
	vma_adjust(vma, vma->vm_start, vma->vm_end + more, vma->vm_pgoff);
	vm_stat_account(mm, vma->vm_flags, (long)pages);
	return true;
}

static unsigned long do_mremap(struct mm_struct *mm, unsigned long addr, unsigned long old_len, unsigned long new_len,
			       u32 flags, unsigned long new_addr)
{
	struct vm_area_struct *vma;
	unsigned long to;
	int err;

	vma = find_vma(mm, addr);
	if (!vma || vma->vm_start > addr)
		return fail(-EFAULT);
	if (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
		return mremap_to(mm, addr, old_len, new_len, new_addr, flags);
	if (old_len >= new_len) {
		if (old_len == new_len)
			return addr;
		if (new_len > TASK_SIZE - addr)
			return fail(-EINVAL);
		err = do_munmap(mm, addr + new_len, old_len - new_len);
		return err ? fail(err) : addr;
	}
	vma = vma_to_resize(mm, addr, old_len, new_len);
	if (IS_ERR(vma))
		return fail((int)PTR_ERR(vma));
	if (old_len && expand_in_place(mm, vma, addr, old_len, new_len))
		return addr;
	if (!(flags & MREMAP_MAYMOVE))
		return fail(-ENOMEM);
	to = get_unmapped_area(mm, 0, new_len);
	if (is_err_value(to))
		return to;
	return move_vma(mm, vma, addr, old_len, new_len, to, false);
}

long sys_mremap(unsigned long addr, unsigned long old_len, unsigned long new_len, u32 flags, unsigned long new_addr);
long sys_mremap(unsigned long addr, unsigned long old_len, unsigned long new_len, u32 flags, unsigned long new_addr)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	unsigned long ret;

	if (flags & ~(u32)(MREMAP_FIXED | MREMAP_MAYMOVE | MREMAP_DONTUNMAP))
		return -EINVAL;
	if ((flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && !(flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if (flags & MREMAP_DONTUNMAP && old_len != new_len)
		return -EINVAL;
	if (addr & ~PAGE_MASK)
		return -EINVAL;
	old_len = PAGE_ALIGN(old_len);
	new_len = PAGE_ALIGN(new_len);
	if (!new_len)
		return -EINVAL;
	down_write(&mm->mmap_sem);
	ret = do_mremap(mm, addr, old_len, new_len, flags, new_addr);
	vma = is_err_value(ret) || new_len <= old_len ? NULL : find_vma(mm, ret);
	downgrade_write(&mm->mmap_sem);
	if (vma && vma->vm_flags & VM_LOCKED)
		populate_range(mm, ret + old_len, ret + new_len);
	up_read(&mm->mmap_sem);
	return (long)ret;
}
