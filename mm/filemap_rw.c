/* SPDX-License-Identifier: MIT */
/*
 * Reading and writing files through the page cache: the read and write of every file system whose data is in pages.
 *
 * A read copies from pages that are uptodate, with a reference and without their lock; on a miss it reads ahead
 * (mm/readahead.c). A write holds the inode's i_mutex, so writes to one file come one after the other, and each page
 * is locked while it is changed.
 */
#include "fs/fs.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "mm/filemap.h"
#include "mm/lru.h"
#include "mm/readahead.h"
#include "mm/writeback.h"

/* A hole of a file that only lives in the cache reads as zeroes without a page being made. */
static bool is_memory_hole(const struct address_space *m) { return test_bit(AS_UNEVICTABLE, &m->flags); }

/* left: pages that the reader still wants, this one included. */
static size_t read_one_page(struct file *file, struct address_space *m, loff_t pos, size_t n, struct iov_iter *to, int *err)
{
	unsigned long left = ((size_t)pos % PAGE_SIZE + iov_iter_count(to) + PAGE_SIZE - 1) >> PAGE_SHIFT;
	struct page *page = find_get_page(m, (pgoff_t)(pos >> PAGE_SHIFT));
	size_t copied;

	if (!page && is_memory_hole(m))
		return iov_iter_zero(n, to);
	if (!page || !PageUptodate(page) || PageReadahead(page)) {
		if (page)
			put_page(page);
		page = read_page_ahead(m, file, (pgoff_t)(pos >> PAGE_SHIFT), left);
		if (IS_ERR(page)) {
			*err = (int)PTR_ERR(page);
			return 0;
		}
	}
	/* A page that is read in small pieces is used once by it. */
	if ((pos & (PAGE_SIZE - 1)) == 0 || file->f_ra.prev_pos >> PAGE_SHIFT != pos >> PAGE_SHIFT)
		mark_page_accessed(page);
	copied = copy_page_to_iter(page, (size_t)pos & (PAGE_SIZE - 1), n, to);
	put_page(page);
	return copied;
}

ssize_t generic_file_read(struct file *file, struct iov_iter *to, loff_t *ppos)
{
	struct address_space *m = file->f_mapping;
	loff_t pos = *ppos, size;
	ssize_t done = 0;
	int err = 0;

	if (!iov_iter_count(to))
		return 0;
	for (;;) {
		size_t n = PAGE_SIZE - ((size_t)pos & (PAGE_SIZE - 1)), copied;

		/* The size is looked at for each page, so a truncation meanwhile is seen. */
		size = i_size_read(m->host);
		if (pos >= size)
			break;
		if ((loff_t)n > size - pos)
			n = (size_t)(size - pos);
		n = min(n, iov_iter_count(to));
		copied = read_one_page(file, m, pos, n, to, &err);
		pos += (loff_t)copied;
		done += (ssize_t)copied;
		if (copied < n) {
			if (!err)
				err = -EFAULT;
			break;
		}
		if (!iov_iter_count(to))
			break;
		if (unlikely(fatal_signal_pending(current))) {
			err = -EINTR;
			break;
		}
	}
	*ppos = pos;
	file->f_ra.prev_pos = pos > 0 ? pos - 1 : 0;
	touch_atime(file);
	return done ? done : err;
}

/* Where and how much may be written: O_APPEND, RLIMIT_FSIZE, the file system's limit. Bytes or errno. */
static ssize_t write_checks(struct file *file, size_t count, loff_t *pos)
{
	struct inode *inode = file->f_mapping->host;
	u64 limit = rlimit(RLIMIT_FSIZE);
	loff_t max = inode->i_sb->s_maxbytes;

	if (inode->i_flags & S_SWAPFILE)
		return -ETXTBSY;
	if (file->f_flags & O_APPEND)
		*pos = i_size_read(inode);
	if (*pos < 0)
		return -EINVAL;
	if (limit != RLIM64_INFINITY && S_ISREG(inode->i_mode)) {
		if ((u64)*pos >= limit) {
			send_sig(SIGXFSZ, current, 0);
			return -EFBIG;
		}
		if ((u64)count > limit - (u64)*pos)
			count = (size_t)(limit - (u64)*pos);
	}
	if (*pos >= max)
		return -EFBIG;
	if ((loff_t)count > max - *pos)
		count = (size_t)(max - *pos);
	return (ssize_t)count;
}

/*
 * Page by page: the source is made present first, then copied with the page locked in a way that
 * cannot fault, since the source may be a mapping of this very page.
 */
static ssize_t write_pages(struct file *file, struct iov_iter *from, loff_t pos)
{
	struct address_space *m = file->f_mapping;
	const struct address_space_operations *ops = m->a_ops;
	ssize_t written = 0;
	int err = 0;

	while (iov_iter_count(from)) {
		size_t offset = (size_t)pos & (PAGE_SIZE - 1);
		size_t n = min(PAGE_SIZE - offset, iov_iter_count(from)), copied;
		struct page *page;

		err = iov_iter_fault_in_readable(from, n);
		if (err)
			break;
		if (unlikely(fatal_signal_pending(current))) {
			err = -EINTR;
			break;
		}
		err = ops->write_begin(file, m, pos, (unsigned)n, &page);
		if (err)
			break;
		copied = copy_page_from_iter_atomic(page, offset, n, from);
		err = ops->write_end(file, m, pos, (unsigned)n, (unsigned)copied, page);
		if (err < 0)
			break;
		copied = (size_t)err;	/* fewer if the page could not take them */
		err = 0;
		pos += (loff_t)copied;
		written += (ssize_t)copied;
		balance_dirty_pages_ratelimited(m);
	}
	return written ? written : err;
}

ssize_t generic_file_write(struct file *file, struct iov_iter *from, loff_t *ppos)
{
	struct inode *inode = file->f_mapping->host;
	struct iov_iter part;
	ssize_t n;
	int err;

	inode_lock(inode);
	n = write_checks(file, iov_iter_count(from), ppos);
	if (n <= 0)
		goto out;
	err = file_remove_privs(file);
	if (err) {
		n = err;
		goto out;
	}
	file_update_time(file);
	part = *from;
	part.count = (size_t)n;
	n = write_pages(file, &part, *ppos);
	if (n > 0) {
		*ppos += n;
		iov_iter_advance(from, (size_t)n);
	}
out:
	inode_unlock(inode);
	if (n > 0 && file->f_flags & (O_SYNC | O_DSYNC)) {
		err = vfs_fsync(file, !(file->f_flags & __O_SYNC));
		if (err)
			n = err;
	}
	return n;
}

