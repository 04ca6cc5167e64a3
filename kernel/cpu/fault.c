/* SPDX-License-Identifier: MIT */
/*
 * The page-fault exception: from the CPU's error code and address to "bring this page in", a signal,
 * a repair address or a panic (Intel SDM volume 3, 4.7). What a fault means for memory is decided in
 * mm/fault.c.
 *
 *	fault from       address    area          outcome
 *	program          any        permits it    handle_mm_fault
 *	program          user       none          the stack grows, or SIGSEGV with SEGV_MAPERR
 *	program          user       forbids it    SIGSEGV with SEGV_ACCERR
 *	program          kernel     -             SIGSEGV with SEGV_MAPERR
 *	kernel           user       permits it    handle_mm_fault: copy_to_user and its kin
 *	kernel           user       otherwise     the repair address of __ex_table, or panic
 *	kernel, atomic   user       -             the same: nothing may sleep here
 *	kernel           kernel     -             panic
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/irqflags.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "mm/fault.h"
#include "mm/oom.h"

enum { PF_PRESENT = 1, PF_WRITE = 2, PF_USER = 4, PF_RESERVED = 8, PF_INSTR = 16 };

static void __noreturn kernel_bug(struct pt_regs *regs, unsigned long address)
{
	show_regs(regs);
	if (address < PAGE_SIZE)
		panic("null pointer dereference in the kernel at %08x, address %08lx", regs->eip, address);
	panic("page fault in the kernel at %08x, address %08lx, error %x", regs->eip, address, regs->error);
}

static void user_signal(struct pt_regs *regs, int sig, int code, unsigned long address)
{
	current->thread.cr2 = address;
	current->thread.trap_nr = 14;
	current->thread.error_code = regs->error | (address >= TASK_SIZE ? PF_PRESENT : 0);
	force_sig_fault(sig, code, (void *)address);
}

/* No page could be had. From the kernel the repair address is taken; if that cannot be, it is a bug. */
static void bad_access(struct pt_regs *regs, int sig, int code, unsigned long address)
{
	if (user_mode(regs))
		user_signal(regs, sig, code, address);
	else if (!fixup_exception(regs))
		kernel_bug(regs, address);
}

static bool permits(const struct vm_area_struct *vma, u32 error)
{
	if (error & PF_WRITE)
		return vma->vm_flags & VM_WRITE;
	if (error & PF_INSTR)
		return vma->vm_flags & VM_EXEC;
	return vma->vm_flags & (VM_READ | VM_WRITE | VM_EXEC);
}

/*
 * The area for the address, with mmap_sem held for reading; NULL (semaphore released) if there is
 * none. Growing the stack changes the area, so for that the semaphore is taken for writing.
 */
static struct vm_area_struct *find_area(struct mm_struct *mm, unsigned long address)
{
	struct vm_area_struct *vma;

	down_read(&mm->mmap_sem);
	vma = find_vma(mm, address);
	if (likely(vma && vma->vm_start <= address))
		return vma;
	up_read(&mm->mmap_sem);
	if (!vma || !(vma->vm_flags & VM_GROWSDOWN))
		return NULL;
	down_write(&mm->mmap_sem);
	vma = find_vma(mm, address);
	if (vma && (vma->vm_start <= address || (vma->vm_flags & VM_GROWSDOWN && !expand_stack(vma, address)))) {
		downgrade_write(&mm->mmap_sem);
		return vma;
	}
	up_write(&mm->mmap_sem);
	return NULL;
}

static void out_of_memory_fault(struct pt_regs *regs, unsigned long address)
{
	out_of_memory();
	/* A program runs into the fault again, with more memory or with its SIGKILL; the kernel's copy gives up if it was chosen. */
	if (!user_mode(regs) && fatal_signal_pending(current) && !fixup_exception(regs))
		kernel_bug(regs, address);
}

void do_page_fault(struct pt_regs *regs, unsigned long address);
void do_page_fault(struct pt_regs *regs, unsigned long address)
{
	struct task_struct *t = current;
	struct mm_struct *mm = t->mm;
	struct vm_area_struct *vma;
	u32 error = regs->error;
	int ret;

	if (unlikely(error & PF_RESERVED)) {
		show_regs(regs);
		panic("reserved bit set in the page tables for %08lx", address);
	}
	if (unlikely(address >= TASK_SIZE || !mm || in_atomic())) {
		if (user_mode(regs))
			local_irq_enable();
		if (address >= TASK_SIZE && !user_mode(regs))
			kernel_bug(regs, address);
		bad_access(regs, SIGSEGV, SEGV_MAPERR, address);
		return;
	}
	if (likely(regs->eflags & EFLAGS_IF))
		local_irq_enable();
	else if (!user_mode(regs))
		kernel_bug(regs, address);
	vma = find_area(mm, address);
	if (unlikely(!vma)) {
		bad_access(regs, SIGSEGV, SEGV_MAPERR, address);
		return;
	}
	if (unlikely(!permits(vma, error))) {
		up_read(&mm->mmap_sem);
		bad_access(regs, SIGSEGV, SEGV_ACCERR, address);
		return;
	}
	ret = handle_mm_fault(vma, address, error & PF_WRITE);
	if (ret & VM_FAULT_MAJOR)
		t->maj_flt++;
	else if (likely(!(ret & VM_FAULT_ERROR)))
		t->min_flt++;
	up_read(&mm->mmap_sem);
	if (likely(!(ret & VM_FAULT_ERROR)))
		return;
	if (ret & VM_FAULT_OOM)
		out_of_memory_fault(regs, address);
	else
		bad_access(regs, ret & VM_FAULT_SIGBUS ? SIGBUS : SIGSEGV,
			   ret & VM_FAULT_SIGBUS ? BUS_ADRERR : SEGV_ACCERR, address);
}
