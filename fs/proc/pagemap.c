/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/pagemap: 64 bits for each page of the address space, at eight times its number (Linux's
 * Documentation/admin-guide/mm/pagemap.rst). A reader gets whole entries only.
 *
 *	bits 0-54	the page frame; or bits 0-4 the swap area and 5-54 the place in it. Zero for who may not know
 *	bit 56		nobody else maps it
 *	bit 61		of a file, or shared anonymous memory
 *	bit 62, 63	in swap; present
 */
#include "fs/proc/internal.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "mm/buddy.h"
#include "mm/mm.h"
#include "mm/pagetable.h"
#include "mm/swap.h"

#define PM_MMAP_EXCLUSIVE (1ull << 56)
#define PM_FILE (1ull << 61)
#define PM_SWAP (1ull << 62)
#define PM_PRESENT (1ull << 63)
#define ENTRY_SHIFT 3
#define BATCH (PAGE_SIZE / sizeof(u64))		/* one table's worth */

static u64 entry_of(pte_t pte, bool show_frame)
{
	u64 entry = 0, frame = 0;

	if (pte_present(pte)) {
		entry = PM_PRESENT;
		frame = pte_pfn(pte);
		if (!pte_special(pte)) {
			const struct page *page = pte_page(pte);

			entry |= (PageAnon(page) ? 0 : PM_FILE) | (page_mapcount(page) == 1 ? PM_MMAP_EXCLUSIVE : 0);
		}
	} else if (pte_swap(pte)) {
		swp_entry_t swap = pte_to_swp_entry(pte);

		entry = PM_SWAP;
		frame = swp_type(swap) | (u64)swp_offset(swap) << 5;
	}
	return entry | (show_frame ? frame : 0);
}

/* Pages [first, first + n), all of one table. */
static void fill_entries(struct mm_struct *mm, unsigned long first, unsigned long n, bool show_frame, u64 *out)
{
	unsigned long address = first << PAGE_SHIFT;
	pmd_t *pmd = pmd_for(mm, address);

	down_read(&mm->mmap_sem);
	spin_lock(&mm->page_table_lock);
	for (unsigned long i = 0; i < n; i++)
		out[i] = pmd_none(*pmd) ? 0 : entry_of(pte_offset_map(pmd, address)[i], show_frame);
	spin_unlock(&mm->page_table_lock);
	up_read(&mm->mmap_sem);
}

static ssize_t read_entries(struct mm_struct *mm, struct iov_iter *to, loff_t *pos, bool show_frame)
{
	u64 *buf = (u64 *)__get_free_page(GFP_KERNEL);
	ssize_t done = 0;

	if (!buf)
		return -ENOMEM;
	while (iov_iter_count(to) && *pos >> ENTRY_SHIFT < TASK_SIZE >> PAGE_SHIFT) {
		unsigned long first = (unsigned long)*pos >> ENTRY_SHIFT;
		size_t n = min_t(size_t, iov_iter_count(to) >> ENTRY_SHIFT, BATCH - first % BATCH), copied;

		fill_entries(mm, first, n, show_frame, buf);
		copied = copy_to_iter(buf, n * sizeof(u64), to);
		*pos += copied;
		done += copied;
		if (copied < n * sizeof(u64)) {
			done = done ? done : -EFAULT;
			break;
		}
	}
	free_page((unsigned long)buf);
	return done;
}

static ssize_t pagemap_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	struct task_struct *task = get_proc_task(file->f_inode);
	struct mm_struct *mm;
	ssize_t ret;

	if (!task)
		return -ESRCH;
	mm = proc_may_inspect(task) ? get_task_mm(task) : NULL;	/* it may have changed its user since the file was opened */
	put_task_struct(task);
	if (!mm)
		return 0;
	ret = -EINVAL;
	if (*pos >= 0 && !((*pos | iov_iter_count(to)) & (sizeof(u64) - 1)))
		ret = read_entries(mm, to, pos, capable(CAP_SYS_ADMIN));
	mmput(mm);
	return ret;
}

static int pagemap_open(struct inode *inode, struct file *file)
{
	struct task_struct *task = get_proc_task(inode);
	int err;

	if (!task)
		return -ESRCH;
	err = proc_may_inspect(task) ? 0 : -EACCES;
	put_task_struct(task);
	return err;
}

const struct file_operations proc_pagemap_fops = {
	.open = pagemap_open, .read = pagemap_read, .llseek = generic_file_llseek,
};
