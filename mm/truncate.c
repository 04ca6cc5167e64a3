/* SPDX-License-Identifier: MIT */
/*
 * Taking pages away from a file: because it has become shorter, because it goes, or because the memory is wanted.
 *
 * The order of a truncation: first the size, then the page tables, then the cache, then the page tables again, and last the
 * file system frees the blocks. A page is locked when it is cut and its writeback has ended, so neither a reader that fills it
 * nor a write to disk can come later than the cut. A fault holds no page lock. It gets its page and looks at the size, then looks,
 * with page_table_lock, whether the page is still the file's, and maps it:
 *
 *	it saw the new size               SIGBUS
 *	its page had left the file        it tries again
 *	neither                           what it maps is found by the second round through the page tables, which needs its lock
 */
#include "fs/fs.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/rmap.h"
#include "mm/highmem.h"
#include "mm/vma.h"

void unmap_mapping_range(struct address_space *m, pgoff_t first, pgoff_t last, bool even_cows)
{
	struct vm_area_struct *vma;

	mutex_lock(&m->i_mmap_lock);
	list_for_each_entry(vma, &m->i_mmap, shared) {
		pgoff_t vma_last = vma->vm_pgoff + ((vma->vm_end - vma->vm_start) >> PAGE_SHIFT) - 1;
		pgoff_t from = max(first, vma->vm_pgoff), to = min(last, vma_last);

		if (from > to)
			continue;
		zap_file_range(vma, vma->vm_start + ((from - vma->vm_pgoff) << PAGE_SHIFT),
			       vma->vm_start + ((to - vma->vm_pgoff + 1) << PAGE_SHIFT), even_cows);
	}
	mutex_unlock(&m->i_mmap_lock);
}

/* The page leaves the cache, and as far as can be seen now is not mapped any more: nobody writes to it behind the flusher's back. */
static void truncate_page(struct address_space *m, struct page *page)
{
	lock_page(page);
	wait_on_page_writeback(page);
	if (page->mapping == m) {
		if (page_mapped(page))
			unmap_mapping_range(m, page->index, page->index, false);
		if (PagePrivate(page))
			m->a_ops->invalidatepage(page, 0);
		delete_from_page_cache(page);
	}
	unlock_page(page);
}

void truncate_page_tail(struct address_space *m, loff_t from)
{
	unsigned offset = (unsigned)from & (PAGE_SIZE - 1);
	struct page *page = offset ? find_lock_page(m, (pgoff_t)(from >> PAGE_SHIFT)) : NULL;

	if (!page)
		return;
	wait_on_page_writeback(page);
	zero_user_segment(page, offset, PAGE_SIZE);
	if (PagePrivate(page))
		m->a_ops->invalidatepage(page, offset);
	unlock_page(page);
	put_page(page);
}

void truncate_inode_pages(struct address_space *m, loff_t from)
{
	pgoff_t index = (pgoff_t)((from + PAGE_SIZE - 1) >> PAGE_SHIFT);
	struct page *pages[16];
	unsigned n;

	truncate_page_tail(m, from);
	while (m->nrpages && (n = find_get_pages(m, &index, ARRAY_SIZE(pages), pages)))
		for (unsigned i = 0; i < n; i++) {
			truncate_page(m, pages[i]);
			put_page(pages[i]);
		}
}

/*
 * Private copies behind the end go too: they were made of bytes that the file no longer has. The second round is for a
 * fault that had its page before that left the cache, and mapped it since: finish_fault finds no page that left before.
 */
void truncate_pagecache(struct inode *inode, loff_t newsize)
{
	struct address_space *m = inode->i_mapping;
	pgoff_t first = (pgoff_t)((newsize + PAGE_SIZE - 1) >> PAGE_SHIFT);

	unmap_mapping_range(m, first, ~(pgoff_t)0, true);
	truncate_inode_pages(m, newsize);
	unmap_mapping_range(m, first, ~(pgoff_t)0, true);
}

unsigned long invalidate_mapping_pages(struct address_space *m, pgoff_t index, pgoff_t last)
{
	unsigned long dropped = 0;
	struct page *pages[16];
	unsigned n;

	if (test_bit(AS_UNEVICTABLE, &m->flags))
		return 0;
	while (index <= last && (n = find_get_pages(m, &index, ARRAY_SIZE(pages), pages)))
		for (unsigned i = 0; i < n; i++) {
			struct page *page = pages[i];

			if (page->index <= last && trylock_page(page)) {
				dropped += remove_mapping(m, page);
				unlock_page(page);
			}
			put_page(page);
		}
	return dropped;
}

/*
 * With blocks smaller than a page, only the blocks of the page up to the old end were made ready when a mapping was
 * allowed to write to it.
 */
void pagecache_isize_extended(struct inode *inode, loff_t from, loff_t to)
{
	struct page *page;

	if (from >= to || inode->i_blkbits >= PAGE_SHIFT || !(from & (PAGE_SIZE - 1)))
		return;
	page = find_lock_page(inode->i_mapping, (pgoff_t)(from >> PAGE_SHIFT));
	if (!page)
		return;
	if (page_mapped(page) && page_mkclean(page))
		set_page_dirty(page);
	unlock_page(page);
	put_page(page);
}
