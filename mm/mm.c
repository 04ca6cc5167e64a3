/* SPDX-License-Identifier: MIT */
/*
 * The life of an address space: made empty for execve or as a copy for fork, shared by threads
 * (mm_users), kept a little longer by CPUs that still have its page tables loaded (mm_count).
 */
#include "fs/fs.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "mm/fault.h"
#include "mm/oom.h"
#include "mm/pagetable.h"
#include "mm/rmap.h"
#include "mm/slab.h"
#include "mm/swap.h"
#include "mm/vma.h"

static struct kmem_cache *mm_cache;
int sysctl_overcommit_memory, sysctl_overcommit_ratio = 50, sysctl_max_map_count = 65530;
static atomic_t committed;
LIST_HEAD(mm_list);
static DEFINE_SPINLOCK(mm_list_lock);

unsigned long vm_committed(void) { return (unsigned long)atomic_read(&committed); }

unsigned long vm_commit_limit(void)
{
	unsigned long total = totalram_pages(), ratio = (unsigned long)sysctl_overcommit_ratio;

	return total / 100 * ratio + total % 100 * ratio / 100 + total_swap_pages;
}

/*
 * Policy 0 refuses only what can never be there; 1 refuses nothing; 2 keeps the sum of all promises
 * below a share of memory and all of swap (proc(5), overcommit_memory).
 */
int vm_acct_memory(unsigned long pages)
{
	unsigned long total = (unsigned long)atomic_add_return((int)pages, &committed);
	unsigned long limit;

	if (sysctl_overcommit_memory == 1)
		return 0;
	if (sysctl_overcommit_memory == 2) {
		limit = vm_commit_limit();
	} else {
		limit = totalram_pages() + total_swap_pages;
		total = pages;
	}
	if (total <= limit)
		return 0;
	vm_unacct_memory(pages);
	return -ENOMEM;
}

void vm_unacct_memory(unsigned long pages) { atomic_sub((int)pages, &committed); }

/* Only debug builds look at all address spaces (mm/check.c); others do not pay for a lock that all forks share. */
static void list_mm(struct mm_struct *mm)
{
	if (!DEBUG)
		return;
	spin_lock(&mm_list_lock);
	list_add(&mm->mm_node, &mm_list);
	spin_unlock(&mm_list_lock);
}

static void unlist_mm(struct mm_struct *mm)
{
	if (!DEBUG)
		return;
	spin_lock(&mm_list_lock);
	list_del(&mm->mm_node);
	spin_unlock(&mm_list_lock);
}

struct mm_struct *mm_alloc(void)
{
	struct mm_struct *mm = kmem_cache_zalloc(mm_cache, GFP_KERNEL);

	if (!mm)
		return NULL;
	atomic_set(&mm->mm_users, 1);
	atomic_set(&mm->mm_count, 1);
	init_rwsem(&mm->mmap_sem);
	spin_lock_init(&mm->page_table_lock);
	if (pgd_alloc(mm)) {
		kmem_cache_free(mm_cache, mm);
		return NULL;
	}
	list_mm(mm);
	return mm;
}

/* mm_count has become zero: nobody can load these page tables any more. */
void mmdrop(struct mm_struct *mm)
{
	if (!atomic_dec_and_test(&mm->mm_count))
		return;
	BUG_ON(mm == &init_mm);
	unlist_mm(mm);
	pgd_free(mm);
	kmem_cache_free(mm_cache, mm);
}

void mmput(struct mm_struct *mm)
{
	might_sleep();
	if (!atomic_dec_and_test(&mm->mm_users))
		return;
	exit_mmap(mm);
	if (mm->exe_file) {
		allow_write_access(mm->exe_file);
		fput(mm->exe_file);
	}
	mm->exe_file = NULL;
	if (unlikely(mm->oom_reaped))
		oom_victim_gone();
	mmdrop(mm);
}

void set_mm_exe_file(struct mm_struct *mm, struct file *file)
{
	mm->exe_file = get_file(file);
	BUG_ON(deny_write_access(file));
}

struct mm_struct *get_task_mm(struct task_struct *t)
{
	struct mm_struct *mm;

	spin_lock(&t->alloc_lock);
	mm = t->flags & PF_KTHREAD ? NULL : t->mm;
	if (mm && !atomic_inc_not_zero(&mm->mm_users))
		mm = NULL;
	spin_unlock(&t->alloc_lock);
	return mm;
}

static void copy_layout(struct mm_struct *mm, const struct mm_struct *old)
{
	mm->start_code = old->start_code;
	mm->end_code = old->end_code;
	mm->start_data = old->start_data;
	mm->end_data = old->end_data;
	mm->start_brk = old->start_brk;
	mm->brk = old->brk;
	mm->start_stack = old->start_stack;
	mm->arg_start = old->arg_start;
	mm->arg_end = old->arg_end;
	mm->env_start = old->env_start;
	mm->env_end = old->env_end;
	mm->mmap_base = old->mmap_base;
	mm->vdso = old->vdso;
	__builtin_memcpy(mm->auxv, old->auxv, sizeof(mm->auxv));
}

/* The copies are appended in order, so the place in the tree is always the rightmost. */
static int dup_area(struct mm_struct *mm, struct mm_struct *old, struct vm_area_struct *vma)
{
	struct vm_area_struct *copy;
	struct vma_slot slot;

	if (vma->vm_flags & VM_ACCOUNT && vm_acct_memory(vma_pages(vma)))
		return -ENOMEM;
	copy = vma_dup(vma);
	if (!copy) {
		if (vma->vm_flags & VM_ACCOUNT)
			vm_unacct_memory(vma_pages(vma));
		return -ENOMEM;
	}
	copy->vm_mm = mm;
	copy->vm_flags &= ~VM_LOCKED;
	if (vma->vm_flags & VM_WIPEONFORK)
		copy->anon_vma = NULL;
	BUG_ON(!vma_find_slot(mm, copy->vm_start, copy->vm_end, &slot));
	vma_link(mm, copy, &slot);
	vm_stat_account(mm, copy->vm_flags, (long)vma_pages(copy));
	if (vma->vm_flags & VM_WIPEONFORK)
		return 0;
	return copy_page_range(mm, old, copy);
}

int dup_mmap(struct mm_struct *mm, struct mm_struct *old)
{
	struct vm_area_struct *vma;
	int err = 0;

	down_write(&old->mmap_sem);
	copy_layout(mm, old);
	for (vma = old->mmap; vma && !err; vma = vma->vm_next)
		if (!(vma->vm_flags & VM_DONTCOPY))
			err = dup_area(mm, old, vma);
	if (old->exe_file)
		set_mm_exe_file(mm, old->exe_file);
	flush_tlb_mm(old);		/* its private pages are read-only now */
	up_write(&old->mmap_sem);
	return err;
}

void mm_init(void)
{
	mm_cache = kmem_cache_create("mm_struct", sizeof(struct mm_struct), 8, NULL);
	vma_cache_init();
	rmap_init();
	fault_init();
}
