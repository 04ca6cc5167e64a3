/* SPDX-License-Identifier: MIT */
/*
 * tmpfs files. Writing makes pages, reading a hole makes none (it hands out zeros), and a fault on a mapping makes
 * one, because a page that is mapped shared may be written to. Pages that went to swap come back when they are needed (fs/tmpfs/swap.c).
 */
#include "fs/tmpfs/tmpfs.h"
#include "kernel/cpu/uaccess.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "mm/highmem.h"

/* For faults: the page is new and locked. */
static int tmpfs_readpage(struct file *file, struct page *page)
{
	int err = tmpfs_fill_page(page);

	unlock_page(page);
	return err;
}

/* A page that was charged goes. One that is not uptodate was not charged yet, or its contents are in swap still. */
static void tmpfs_freepage(struct address_space *m, struct page *page)
{
	if (PageUptodate(page))
		tmpfs_uncharge(m->host, 1);
}

static int tmpfs_write_begin(struct file *file, struct address_space *mapping, loff_t pos, unsigned len,
			     struct page **pagep)
{
	struct page *page = find_or_create_page(mapping, pos >> PAGE_SHIFT, mapping->gfp_mask);

	if (!page)
		return -ENOMEM;
	if (!PageUptodate(page)) {
		bool whole = len == PAGE_SIZE && !tmpfs_is_swapped(page);
		int err = whole ? tmpfs_charge(mapping->host) : tmpfs_fill_page(page);

		if (err) {
			if (whole)
				delete_from_page_cache(page);
			unlock_page(page);
			put_page(page);
			return err;
		}
	}
	*pagep = page;
	return 0;
}

static int tmpfs_write_end(struct file *file, struct address_space *mapping, loff_t pos, unsigned len, unsigned copied,
			   struct page *page)
{
	struct inode *inode = mapping->host;

	if (!PageUptodate(page)) {
		unsigned int from = (pos & (PAGE_SIZE - 1)) + copied;

		if (copied < len)
			zero_user_segment(page, from, from + len - copied);
		SetPageUptodate(page);
	}
	if (!PageDirty(page))
		SetPageDirty(page);
	if (pos + copied > inode->i_size)
		i_size_write(inode, pos + copied);
	unlock_page(page);
	put_page(page);
	return copied;
}

const struct address_space_operations tmpfs_aops = {
	.readpage = tmpfs_readpage,
	.writepage = tmpfs_writepage,
	.freepage = tmpfs_freepage,
	.write_begin = tmpfs_write_begin,
	.write_end = tmpfs_write_end,
};

static ssize_t tmpfs_file_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	struct address_space *mapping = file->f_mapping;
	loff_t size = i_size_read(file->f_inode);
	ssize_t done = 0;

	while (iov_iter_count(to) && *pos < size) {
		unsigned int offset = *pos & (PAGE_SIZE - 1);
		size_t n = min_t(u64, min_t(size_t, PAGE_SIZE - offset, iov_iter_count(to)), size - *pos), copied;
		struct page *page = tmpfs_get_page(mapping, *pos >> PAGE_SHIFT);

		if (IS_ERR(page)) {
			done = done ? done : PTR_ERR(page);
			break;
		}
		if (likely(page))
			copied = copy_page_to_iter(page, offset, n, to);
		else
			copied = iov_iter_zero(n, to);
		if (page)
			put_page(page);
		*pos += copied;
		done += copied;
		if (copied < n) {
			done = done ? done : -EFAULT;
			break;
		}
	}
	touch_atime(file);
	return done;
}

/* SEEK_DATA and SEEK_HOLE from the pages that are there. */
static loff_t seek_data_hole(struct inode *inode, loff_t offset, bool data)
{
	loff_t size = i_size_read(inode);
	pgoff_t index = offset >> PAGE_SHIFT;

	if (offset < 0 || offset >= size)
		return -ENXIO;
	if (data) {
		if (!tmpfs_next_data(&inode->i_data, &index) || ((loff_t)index << PAGE_SHIFT) >= size)
			return -ENXIO;
	} else {
		pgoff_t next = index;

		while (tmpfs_next_data(&inode->i_data, &next) && next == index)
			next = ++index;
	}
	return min(max((loff_t)index << PAGE_SHIFT, offset), size);
}

static loff_t tmpfs_llseek(struct file *file, loff_t offset, int whence)
{
	struct inode *inode = file->f_inode;

	if (whence == SEEK_DATA || whence == SEEK_HOLE) {
		inode_lock(inode);
		offset = seek_data_hole(inode, offset, whence == SEEK_DATA);
		inode_unlock(inode);
		if (offset < 0)
			return offset;
		whence = SEEK_SET;
	}
	return generic_file_llseek(file, offset, whence);
}

/* Make every page of the range exist. i_mutex held. */
static int allocate_range(struct inode *inode, pgoff_t first, pgoff_t last)
{
	for (pgoff_t index = first; index <= last; index++) {
		struct page *page = find_or_create_page(&inode->i_data, index, inode->i_data.gfp_mask);
		int err = 0;

		if (!page)
			return -ENOMEM;
		if (!PageUptodate(page))
			err = tmpfs_fill_page(page);
		unlock_page(page);
		put_page(page);
		if (err)
			return err;
	}
	return 0;
}

/* Zero a part of one page that is there. As long as we refer to it, it stays in memory. */
static int zero_partial(struct inode *inode, loff_t pos, unsigned int len)
{
	struct page *page = tmpfs_get_page(&inode->i_data, pos >> PAGE_SHIFT);
	unsigned int from = pos & (PAGE_SIZE - 1);

	if (IS_ERR_OR_NULL(page))
		return page ? PTR_ERR(page) : 0;
	lock_page(page);
	zero_user_segment(page, from, from + len);
	unlock_page(page);
	put_page(page);
	return 0;
}

/* The file's pages [first, stop) in memory go. */
static void drop_pages(struct address_space *m, pgoff_t first, pgoff_t stop)
{
	struct page *page;

	while (find_get_pages(m, &first, 1, &page)) {
		if (page->index >= stop) {
			put_page(page);
			break;
		}
		lock_page(page);
		/* A fault may have mapped it again before it was locked. */
		if (page->mapping == m) {
			if (page_mapped(page))
				unmap_mapping_range(m, page->index, page->index, false);
			delete_from_page_cache(page);
		}
		unlock_page(page);
		put_page(page);
	}
}

/* Whole pages of [start, end) leave the file and its mappers, parts of pages are zeroed. i_mutex held. */
static int punch_hole(struct inode *inode, loff_t start, loff_t end)
{
	pgoff_t first = (start + PAGE_SIZE - 1) >> PAGE_SHIFT, stop = end >> PAGE_SHIFT;
	struct address_space *m = &inode->i_data;
	int err = 0;

	if (first > stop)		/* within one page */
		return zero_partial(inode, start, end - start);
	if (start & (PAGE_SIZE - 1))
		err = zero_partial(inode, start, ((loff_t)first << PAGE_SHIFT) - start);
	if (!err && (end & (PAGE_SIZE - 1)))
		err = zero_partial(inode, (loff_t)stop << PAGE_SHIFT, end & (PAGE_SIZE - 1));
	if (err || first == stop)
		return err;
	unmap_mapping_range(m, first, stop - 1, false);
	drop_pages(m, first, stop);
	/* What was on its way from swap when we looked for pages is in memory by now, or finds that its entry has gone. */
	tmpfs_drop_swapped(m, first, stop - 1);
	drop_pages(m, first, stop);
	unmap_mapping_range(m, first, stop - 1, false);		/* see mm/truncate.c */
	return 0;
}

static long tmpfs_fallocate(struct file *file, int mode, loff_t offset, loff_t len)
{
	struct inode *inode = file->f_inode;
	loff_t end = offset + len;
	long err = 0;

	if (mode & FALLOC_FL_ZERO_RANGE)
		return -EOPNOTSUPP;
	inode_lock(inode);
	if (mode & FALLOC_FL_PUNCH_HOLE) {
		err = punch_hole(inode, offset, end);
	} else {
		if (!(mode & FALLOC_FL_KEEP_SIZE))
			err = inode_newsize_ok(inode, end);
		if (!err)
			err = allocate_range(inode, offset >> PAGE_SHIFT, (end - 1) >> PAGE_SHIFT);
		if (!err && !(mode & FALLOC_FL_KEEP_SIZE) && end > inode->i_size)
			i_size_write(inode, end);
	}
	if (!err)
		inode->i_mtime = inode->i_ctime = current_fs_time();
	inode_unlock(inode);
	return err;
}

/* The page that a new end cuts is brought into memory first, and stays while we refer to it: its rest becomes zeros. */
static int set_size(struct inode *inode, loff_t size)
{
	struct address_space *m = &inode->i_data;
	struct page *cut = NULL;

	if (size < inode->i_size && (size & (PAGE_SIZE - 1)))
		cut = tmpfs_get_page(m, size >> PAGE_SHIFT);
	if (IS_ERR(cut))
		return PTR_ERR(cut);
	truncate_setsize(inode, size);
	if (tmpfs_drop_swapped(m, (size + PAGE_SIZE - 1) >> PAGE_SHIFT, ~(pgoff_t)0))
		truncate_pagecache(inode, size);	/* those that came from swap meanwhile: see punch_hole */
	if (cut)
		put_page(cut);
	return 0;
}

static int tmpfs_setattr(struct dentry *dentry, struct iattr *attr)
{
	struct inode *inode = dentry->d_inode;
	int err = setattr_prepare(dentry, attr);

	if (err)
		return err;
	if ((attr->ia_valid & ATTR_SIZE) && S_ISREG(inode->i_mode)) {
		err = set_size(inode, attr->ia_size);
		if (err)
			return err;
	}
	setattr_copy(inode, attr);
	return 0;
}

const struct inode_operations tmpfs_file_iops = { .setattr = tmpfs_setattr };
const struct inode_operations tmpfs_special_iops = { .setattr = tmpfs_setattr };
const struct file_operations tmpfs_file_fops = {
	.llseek = tmpfs_llseek,
	.read = tmpfs_file_read,
	.write = generic_file_write,
	.mmap = generic_file_mmap,
	.open = generic_file_open,
	.fsync = noop_fsync,
	.fallocate = tmpfs_fallocate,
};
