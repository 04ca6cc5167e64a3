/* SPDX-License-Identifier: MIT */
/*
 * swapoff(2): a swap area goes, after everybody who has a page there got it back. Nobody keeps a list of who that is. So, while the area
 * gives out no more places, all address spaces and all files of tmpfs are looked through, and each entry of the area that is found is
 * served as a fault would be. Then the places are freed that only the cache still has. One round finds all but what has moved meanwhile:
 * a fork that had copied entries and had no task yet, a page that somebody had locked, an exit under way. Those are found in the
 * next round, or have gone by themselves.
 *
 * It sleeps, reads the disk and takes memory: a signal that kills it ends it, and so does a lack of memory. The area is in use again then.
 *
 * No lock is held over a round; mmap_sem of one address space is, for reading, while that one is served.
 */
#include "fs/fs.h"
#include "kernel/panic.h"
#include "kernel/task/internal.h"
#include "kernel/task/task.h"
#include "kernel/time.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/lru.h"
#include "mm/pagetable.h"
#include "mm/shmem.h"
#include "mm/swap_internal.h"
#include "mm/vma.h"

/* The first address from start on whose entry is one of the area; the end of the vma if there is none. */
static unsigned long find_entry(struct vm_area_struct *vma, unsigned long start, unsigned type)
{
	struct mm_struct *mm = vma->vm_mm;

	while (start < vma->vm_end) {
		unsigned long next = min(ALIGN_DOWN(start, PMD_SIZE) + PMD_SIZE, vma->vm_end);
		pmd_t *pmd = pmd_for(mm, start);

		spin_lock(&mm->page_table_lock);
		for (; !pmd_none(*pmd) && start < next; start += PAGE_SIZE) {
			pte_t pte = *pte_offset_map(pmd, start);

			if (pte_swap(pte) && swp_type(pte_to_swp_entry(pte)) == type)
				break;
		}
		if (pmd_none(*pmd))
			start = next;
		spin_unlock(&mm->page_table_lock);
		if (start < next)
			break;
	}
	return start;
}

static int unuse_vma(struct vm_area_struct *vma, unsigned type)
{
	unsigned long address = vma->vm_start;

	while ((address = find_entry(vma, address, type)) < vma->vm_end) {
		int ret = handle_mm_fault(vma, address, false);

		if (ret & VM_FAULT_ERROR)
			return ret & VM_FAULT_OOM ? -ENOMEM : -EIO;
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

static int unuse_mm(struct mm_struct *mm, unsigned type)
{
	struct vm_area_struct *vma;
	int err = 0;

	down_read(&mm->mmap_sem);
	for (vma = mm->mmap; vma && !err && READ_ONCE(mm->swap_usage); vma = vma->vm_next)
		if (vma->anon_vma)
			err = unuse_vma(vma, type);
	up_read(&mm->mmap_sem);
	return err;
}

/* The address space, with mm_users held, of the process with the next number after *pid. NULL: it has none; *pid 0: there is no other. */
static struct mm_struct *next_mm(int *pid)
{
	struct task_struct *p, *t, *next = NULL;
	struct mm_struct *mm = NULL;

	spin_lock(&tasklist_lock);
	for_each_process(p)
		if (p->pid > *pid && (!next || p->pid < next->pid) && p->signal)
			next = p;
	*pid = next ? next->pid : 0;
	if (next)
		for_each_thread(next, t) {	/* the first one may have ended before the others */
			mm = get_task_mm(t);
			if (mm)
				break;
		}
	spin_unlock(&tasklist_lock);
	return mm;
}

static int unuse_processes(unsigned type)
{
	int err = 0, pid = 0;

	do {
		struct mm_struct *mm = next_mm(&pid);

		if (!mm)
			continue;
		err = unuse_mm(mm, type);
		mmput(mm);
	} while (!err && pid);
	return err;
}

/* Nobody has these entries any more, but their pages are still in the cache. */
static void free_cached(struct swap_area *a)
{
	unsigned long offset = 0;

	while ((offset = swap_next_cached(a, offset)) != 0) {
		swp_entry_t entry = swp_entry(a->type, offset);
		struct page *page = lookup_swap_cache(entry);

		if (!page)
			continue;
		lock_page(page);
		wait_on_page_writeback(page);
		if (PageSwapCache(page) && page_swap_entry(page).val == entry.val)
			try_to_free_swap(page);
		unlock_page(page);
		put_page(page);
	}
}

static int try_to_unuse(struct swap_area *a)
{
	int err;

	while (READ_ONCE(a->inuse)) {
		err = unuse_processes(a->type);
		if (!err)
			err = shmem_unuse(a->type);
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
		if (err)
			return err;
		free_cached(a);
		if (READ_ONCE(a->inuse)) {
			set_current_state(TASK_KILLABLE);
			schedule_hrtimeout(ktime_get() + NSEC_PER_MSEC);
		}
	}
	return 0;
}

/* Would what is in the area fit into what is free, can be dropped, or lies in other areas? If not, others would be killed for it. */
static bool would_fit(const struct swap_area *a)
{
	return a->inuse <= nr_free_pages() + nr_lru_pages(LRU_INACTIVE_FILE) + nr_lru_pages(LRU_ACTIVE_FILE) + nr_swap_pages();
}

/* The area of the file, which gives out no more places from now on. ERR_PTR: there is none, it is leaving, or too much is promised. */
static struct swap_area *close_area_of(const struct file *file)
{
	struct swap_area *a = NULL;
	unsigned long flags;

	spin_lock_irqsave(&swap_lock, flags);
	for (unsigned i = 0; i < MAX_SWAPFILES && !a; i++)
		if (swap_area[i] && swap_area[i]->writeok && swap_area[i]->file->f_mapping == file->f_mapping)
			a = swap_area[i];
	if (!a) {
		a = ERR_PTR(-EINVAL);
	} else if (vm_acct_memory(a->pages)) {
		a = ERR_PTR(-ENOMEM);
	} else {
		vm_unacct_memory(a->pages);
		swap_area_close(a);
	}
	spin_unlock_irqrestore(&swap_lock, flags);
	return a;
}

/* It could not be emptied. */
static void reopen(struct swap_area *a)
{
	unsigned long flags;

	spin_lock_irqsave(&swap_lock, flags);
	swap_area_open(a);
	spin_unlock_irqrestore(&swap_lock, flags);
}

/* The default priorities below move up, so that there is no gap. */
static void remove(struct swap_area *a)
{
	struct swap_area *b;
	unsigned long flags;

	mutex_lock(&swap_mutex);
	spin_lock_irqsave(&swap_lock, flags);
	swap_area[a->type] = NULL;
	if (a->prio < 0) {
		for (unsigned i = 0; i < MAX_SWAPFILES; i++) {
			b = swap_area[i];
			if (b && b->prio < a->prio)
				b->prio++;
		}
		swap_least_priority++;
	}
	spin_unlock_irqrestore(&swap_lock, flags);
	mutex_unlock(&swap_mutex);
	swap_area_free(a);
}

static long do_swapoff(const struct file *file)
{
	struct swap_area *a = close_area_of(file);
	int err;

	if (IS_ERR(a))
		return PTR_ERR(a);
	err = would_fit(a) ? try_to_unuse(a) : -ENOMEM;
	if (err)
		reopen(a);
	else
		remove(a);
	return err;
}

long sys_swapoff(const char *user_name);
long sys_swapoff(const char *user_name)
{
	struct file *file;
	long err;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	file = swap_open(user_name);
	if (IS_ERR(file))
		return PTR_ERR(file);
	err = do_swapoff(file);
	filp_close(file);
	return err;
}
