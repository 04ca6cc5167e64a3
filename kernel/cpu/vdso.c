/* SPDX-License-Identifier: MIT */
/*
 * Mapping the vDSO. Its one page of code was linked as a shared object of its own (kernel/cpu/vdso/)
 * and included in the kernel's image; below it lies a page of data for the clocks. All programs map
 * the same two physical pages, as two areas, [vvar] and [vdso].
 */
#include "fs/fs.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/cpu/vdso.h"
#include "kernel/panic.h"
#include "kernel/timer.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/string.h"
#include "mm/buddy.h"
#include "mm/pagetable.h"
#include "mm/vma.h"
#include "vdso_offsets.h"

extern const u8 vdso_image[], vdso_image_end[];
static struct page *vdso_pages[2];	/* data, code */
enum { VVAR, VDSO };

/* An area of one page; its vm_pgoff says which. */
static int vdso_fault(struct vm_area_struct *vma, struct vm_fault *vmf)
{
	if (vmf->pgoff != vma->vm_pgoff)
		return VM_FAULT_SIGBUS;
	vmf->page = vdso_pages[vma->vm_pgoff];
	get_page(vmf->page);
	return 0;
}

static const char *vdso_name(struct vm_area_struct *vma) { return vma->vm_pgoff == VVAR ? "[vvar]" : "[vdso]"; }

static const struct vm_operations_struct vdso_vm_ops = { .fault = vdso_fault, .name = vdso_name };

/* mmap_sem held for writing. */
static int map_one(struct mm_struct *mm, unsigned long addr, int which, u32 vm_flags)
{
	struct vm_area_struct *vma = vma_alloc(mm);
	struct vma_slot slot;

	if (!vma)
		return -ENOMEM;
	if (!vma_find_slot(mm, addr, addr + PAGE_SIZE, &slot)) {
		vma_free(vma);
		return -ENOMEM;
	}
	vma->vm_start = addr;
	vma->vm_end = addr + PAGE_SIZE;
	vma->vm_flags = vm_flags | VM_DONTEXPAND;
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
	vma->vm_pgoff = (unsigned long)which;
	vma->vm_ops = &vdso_vm_ops;
	vma_link(mm, vma, &slot);
	vm_stat_account(mm, vma->vm_flags, 1);
	return 0;
}

int vdso_map(struct mm_struct *mm)
{
	unsigned long addr;
	int err = -ENOMEM;

	down_write(&mm->mmap_sem);
	addr = get_unmapped_area(mm, 0, 2 * PAGE_SIZE);
	if (!is_err_value(addr)) {
		mm->vdso = addr + PAGE_SIZE;
		err = map_one(mm, addr, VVAR, VM_READ | VM_MAYREAD | VM_IO | VM_DONTDUMP);
	}
	if (!err)	/* a debugger may put a breakpoint into the code: a private copy */
		err = map_one(mm, mm->vdso, VDSO, VM_READ | VM_EXEC | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC);
	up_write(&mm->mmap_sem);
	return err;
}

struct vdso_data *vdso_clock_data(void)
{
	return vdso_pages[VVAR] ? lowmem_page_address(vdso_pages[VVAR]) : NULL;
}

unsigned long vdso_sysinfo(const struct mm_struct *mm)
{
	return mm->vdso + (boot_cpu.sysenter ? VDSO___kernel_vsyscall : VDSO___kernel_vsyscall_int80);
}

unsigned long vdso_sigreturn(const struct mm_struct *mm) { return mm->vdso + VDSO___kernel_sigreturn; }
unsigned long vdso_rt_sigreturn(const struct mm_struct *mm) { return mm->vdso + VDSO___kernel_rt_sigreturn; }

/*
 * SYSENTER brought no return address, and the caller's ebp, the sixth argument, lies on its stack
 * (see vdso.asm). If that cannot be read the program gets SIGSEGV when the call returns.
 */
void sysenter_fixup(struct pt_regs *regs);
void sysenter_fixup(struct pt_regs *regs)
{
	u32 sixth;

	regs->eip = (u32)current->mm->vdso + VDSO_vdso_sysenter_return;
	if (get_user(sixth, (u32 *)regs->esp))
		force_sig(SIGSEGV, current);
	regs->ebp = sixth;
}

void vdso_init(void)
{
	size_t size = (size_t)(vdso_image_end - vdso_image);

	BUG_ON(size > PAGE_SIZE);
	for (int i = VVAR; i <= VDSO; i++) {
		vdso_pages[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		BUG_ON(!vdso_pages[i]);
		SetPageUptodate(vdso_pages[i]);
		SetPageReserved(vdso_pages[i]);
	}
	memcpy(lowmem_page_address(vdso_pages[VDSO]), vdso_image, size);
	update_vdso_clock();
}
