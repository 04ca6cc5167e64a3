/* SPDX-License-Identifier: MIT */
/*
 * tmpfs files. Writing makes pages, reading a hole makes none (it hands out zeros), and a fault on a mapping makes
 * one, because a page that is mapped shared may be written to.
 */
#include "fs/tmpfs/tmpfs.h"
#include "kernel/cpu/uaccess.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "mm/highmem.h"

/* For faults: the page is new and locked. */
static int tmpfs_readpage(struct file *file, struct page *page)
{
	int err = tmpfs_charge(page->mapping->host);

	if (!err) {
		clear_highpage(page);
		SetPageUptodate(page);
		SetPageDirty(page);	/* the only copy */
	}
	unlock_page(page);
	return err;
}

/* Give up on a page that could not be charged; locked, with our reference. */
static void drop_new_page(struct page *page)
{
	if (page->mapping)
		delete_from_page_cache(page);
	unlock_page(page);
	put_page(page);
}

static int tmpfs_write_begin(struct file *file, struct address_space *mapping, loff_t pos, unsigned len,
			     struct page **pagep)
{
	struct page *page = find_or_create_page(mapping, pos >> PAGE_SHIFT, mapping->gfp_mask);
	unsigned int from = pos & (PAGE_SIZE - 1);

	if (!page)
		return -ENOMEM;
	if (!PageUptodate(page)) {
		int err = tmpfs_charge(mapping->host);

		if (err) {
			drop_new_page(page);
			return err;
		}
		if (from)
			zero_user_segment(page, 0, from);
		if (from + len < PAGE_SIZE)
			zero_user_segment(page, from + len, PAGE_SIZE);
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
		struct page *page = find_get_page(mapping, *pos >> PAGE_SHIFT);

		if (likely(page && PageUptodate(page)))
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
	for (;; index++) {
		loff_t start = (loff_t)index << PAGE_SHIFT;
		struct page *page;

		if (start >= size)
			return data ? -ENXIO : size;
		if (data) {
			pgoff_t next = index;

			if (!find_get_pages(&inode->i_data, &next, 1, &page))
				return -ENXIO;
			index = page->index;
			start = (loff_t)index << PAGE_SHIFT;
		} else {
			page = find_get_page(&inode->i_data, index);
		}
		if (!page)
			return max(start, offset);
		put_page(page);
		if (data)
			return start >= size ? -ENXIO : max(start, offset);
	}
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
	pgoff_t index;

	for (index = first; index <= last; index++) {
		struct page *page = find_or_create_page(&inode->i_data, index, inode->i_data.gfp_mask);
		int err;

		if (!page)
			return -ENOMEM;
		if (!PageUptodate(page)) {
			err = tmpfs_charge(inode);
			if (err) {
				drop_new_page(page);
				return err;
			}
			clear_highpage(page);
			SetPageUptodate(page);
			SetPageDirty(page);
		}
		unlock_page(page);
		put_page(page);
	}
	return 0;
}

/* Zero a part of one page that is there. */
static void zero_partial(struct inode *inode, loff_t pos, unsigned int len)
{
	struct page *page = find_lock_page(&inode->i_data, pos >> PAGE_SHIFT);
	unsigned int from = pos & (PAGE_SIZE - 1);

	if (!page)
		return;
	if (PageUptodate(page))
		zero_user_segment(page, from, from + len);
	unlock_page(page);
	put_page(page);
}

/* Whole pages of [start, end) leave the file and its mappers, parts of pages are zeroed. i_mutex held. */
static void punch_hole(struct inode *inode, loff_t start, loff_t end)
{
	pgoff_t first = (start + PAGE_SIZE - 1) >> PAGE_SHIFT, stop = end >> PAGE_SHIFT, index = first;
	struct page *page;

	if (first > stop) {		/* within one page */
		zero_partial(inode, start, end - start);
		return;
	}
	if (start & (PAGE_SIZE - 1))
		zero_partial(inode, start, ((loff_t)first << PAGE_SHIFT) - start);
	if (end & (PAGE_SIZE - 1))
		zero_partial(inode, (loff_t)stop << PAGE_SHIFT, end & (PAGE_SIZE - 1));
	if (first == stop)
		return;
	unmap_mapping_range(&inode->i_data, first, stop - 1, false);
	while (find_get_pages(&inode->i_data, &index, 1, &page)) {
		if (page->index >= stop) {
			put_page(page);
			break;
		}
		lock_page(page);
		/* A fault may have mapped it again before it was locked. */
		if (page->mapping == &inode->i_data) {
			if (page_mapped(page))
				unmap_mapping_range(&inode->i_data, page->index, page->index, false);
			delete_from_page_cache(page);
		}
		unlock_page(page);
		put_page(page);
	}
	tmpfs_recharge(inode);
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
		punch_hole(inode, offset, end);
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

static int tmpfs_setattr(struct dentry *dentry, struct iattr *attr)
{
	struct inode *inode = dentry->d_inode;
	int err = setattr_prepare(dentry, attr);

	if (err)
		return err;
	if ((attr->ia_valid & ATTR_SIZE) && S_ISREG(inode->i_mode)) {
		bool shrinks = attr->ia_size < inode->i_size;

		truncate_setsize(inode, attr->ia_size);
		if (shrinks)
			tmpfs_recharge(inode);
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
