/* SPDX-License-Identifier: MIT */
/*
 * Mapping the vDSO. Its one page of code was linked as a shared object of its own (vdso/vdso.asm,
 * vdso/vdso.ld) and included in the kernel's image; all programs map the same physical page.
 */
#include "fs/fs.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/cpu/vdso.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/string.h"
#include "mm/buddy.h"
#include "mm/pagetable.h"
#include "mm/vma.h"
#include "vdso_offsets.h"

extern const u8 vdso_image[], vdso_image_end[];
static struct page *vdso_page;

static int vdso_fault(struct vm_area_struct *vma, struct vm_fault *vmf)
{
	if (vmf->pgoff != vma->vm_pgoff)
		return VM_FAULT_SIGBUS;
	get_page(vdso_page);
	vmf->page = vdso_page;
	return 0;
}

static const char *vdso_name(struct vm_area_struct *vma) { (void)vma; return "[vdso]"; }

static const struct vm_operations_struct vdso_vm_ops = { .fault = vdso_fault, .name = vdso_name };

int vdso_map(struct mm_struct *mm)
{
	struct vm_area_struct *vma = vma_alloc(mm);
	struct vma_slot slot;
	unsigned long addr;
	int err = -ENOMEM;

	if (!vma)
		return -ENOMEM;
	down_write(&mm->mmap_sem);
	addr = get_unmapped_area(mm, 0, PAGE_SIZE);
	if (is_err_value(addr) || !vma_find_slot(mm, addr, addr + PAGE_SIZE, &slot))
		goto out;
	vma->vm_start = addr;
	vma->vm_end = addr + PAGE_SIZE;
	/* A debugger may put a breakpoint there: a private copy. */
	vma->vm_flags = VM_READ | VM_EXEC | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_DONTEXPAND;
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
	vma->vm_ops = &vdso_vm_ops;
	vma_link(mm, vma, &slot);
	mm->total_vm++;
	mm->vdso = addr;
	vma = NULL;
	err = 0;
out:
	up_write(&mm->mmap_sem);
	if (vma)
		vma_free(vma);
	return err;
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
	vdso_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	BUG_ON(!vdso_page);
	memcpy(lowmem_page_address(vdso_page), vdso_image, size);
	SetPageUptodate(vdso_page);
	SetPageReserved(vdso_page);
}
