/* SPDX-License-Identifier: MIT */
/*
 * Files mapped into address spaces. A fault finds the page in the file's cache and maps that very page, together with
 * its neighbours that are there; a private mapping is copied on the first write (mm/fault.c).
 *
 * Which pages of a shared mapping have been written to must be known to write them back. So a page is mapped
 * read-only until it is dirty: the first write faults, page_mkwrite marks the page, and page_mkclean, before the page
 * is written, makes it read-only again.
 */
#include "fs/fs.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/pagetable.h"
#include "mm/readahead.h"
#include "mm/vma.h"

static inline pgoff_t pages_of(const struct address_space *m)
{
	return (pgoff_t)((i_size_read(m->host) + PAGE_SIZE - 1) >> PAGE_SHIFT);
}

/* The size is looked at again with the page in hand: mm/truncate.c says why. */
static int filemap_fault(struct vm_area_struct *vma, struct vm_fault *vmf)
{
	struct file *file = vma->vm_file;
	struct address_space *m = file->f_mapping;
	bool cached;

	for (;;) {
		struct page *page;

		if (vmf->pgoff >= pages_of(m))
			return VM_FAULT_SIGBUS;
		page = find_get_page(m, vmf->pgoff);
		cached = page != NULL;
		if (!page || !PageUptodate(page)) {
			if (page)
				put_page(page);
			page = read_page_around(m, file, vmf->pgoff, vma_pages(vma));
			if (IS_ERR(page))
				return PTR_ERR(page) == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
		}
		if (page->mapping != m || vmf->pgoff >= pages_of(m)) {
			put_page(page);
			continue;
		}
		vmf->page = page;
		return cached || test_bit(AS_UNEVICTABLE, &m->flags) ? 0 : VM_FAULT_MAJOR;
	}
}

/* Map what the cache has around the fault: one trap then serves up to sixteen pages. */
#define FAULT_AROUND_PAGES 16u

static void filemap_map_pages(struct vm_area_struct *vma, unsigned long address)
{
	struct address_space *m = vma->vm_file->f_mapping;
	struct mm_struct *mm = vma->vm_mm;
	unsigned long first = max(ALIGN_DOWN(address, FAULT_AROUND_PAGES << PAGE_SHIFT), vma->vm_start);
	unsigned long end = min(ALIGN_DOWN(address, FAULT_AROUND_PAGES << PAGE_SHIFT) + (FAULT_AROUND_PAGES << PAGE_SHIFT),
				vma->vm_end);
	pgoff_t index = vma->vm_pgoff + ((first - vma->vm_start) >> PAGE_SHIFT);
	struct page *pages[FAULT_AROUND_PAGES];
	unsigned long flags;
	pgoff_t last;
	unsigned n;

	spin_lock(&mm->page_table_lock);
	last = pages_of(m);
	spin_lock_irqsave(&m->tree_lock, flags);
	n = radix_tree_gang_lookup(&m->page_tree, (void **)pages, index, (unsigned)((end - first) >> PAGE_SHIFT));
	for (unsigned i = 0; i < n; i++) {
		unsigned long a = first + ((pages[i]->index - index) << PAGE_SHIFT);

		if (a >= end || pages[i]->index >= last)
			break;
		if (PageUptodate(pages[i]))
			map_cached_page(vma, a, pages[i]);
	}
	spin_unlock_irqrestore(&m->tree_lock, flags);
	spin_unlock(&mm->page_table_lock);
}

static int filemap_page_mkwrite(struct vm_area_struct *vma, struct page *page)
{
	file_update_time(vma->vm_file);
	return vma->vm_file->f_mapping->a_ops->page_mkwrite(vma, page);
}

static const struct vm_operations_struct memory_vm_ops = {	/* of files that are never written back */
	.fault = filemap_fault,
	.map_pages = filemap_map_pages,
};
static const struct vm_operations_struct generic_file_vm_ops = {
	.fault = filemap_fault,
	.map_pages = filemap_map_pages,
	.page_mkwrite = filemap_page_mkwrite,
};

int generic_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	const struct address_space_operations *ops = file->f_mapping->a_ops;

	if (!ops->readpage)
		return -ENOEXEC;
	touch_atime(file);
	vma->vm_ops = ops->page_mkwrite ? &generic_file_vm_ops : &memory_vm_ops;
	return 0;
}
