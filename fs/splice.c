/* SPDX-License-Identifier: MIT */
/*
 * sendfile(2) and copy_file_range(2): bytes from one open file to another inside the kernel. If the source is in
 * the page cache its pages are written from where they lie; any other source is read into a buffer of one page.
 */
#include "fs/internal.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "mm/highmem.h"

/* At most the rest of one page of the source. Bytes written, 0 at the end, or errno. */
static ssize_t send_cached(struct file *in, loff_t *pos, struct file *out, loff_t *out_pos, size_t n)
{
	loff_t size = i_size_read(in->f_inode);
	unsigned int offset = *pos & (PAGE_SIZE - 1);
	struct page *page;
	ssize_t ret;

	if (*pos >= size)
		return 0;
	n = min_t(u64, min_t(size_t, n, PAGE_SIZE - offset), size - *pos);
	page = read_mapping_page(in->f_mapping, *pos >> PAGE_SHIFT, in);
	if (IS_ERR(page))
		return PTR_ERR(page);
	ret = kernel_write(out, (char *)kmap(page) + offset, n, out_pos);
	kunmap(page);
	put_page(page);
	if (ret > 0)
		*pos += ret;
	return ret;
}

/* The source must not move further than what was written: a short write puts its position back. */
static ssize_t send_buffered(struct file *in, loff_t *pos, struct file *out, loff_t *out_pos, size_t n, char *buf)
{
	loff_t start = *pos;
	ssize_t got = kernel_read(in, buf, min_t(size_t, n, PAGE_SIZE), pos), ret;

	if (got <= 0)
		return got;
	ret = kernel_write(out, buf, got, out_pos);
	if (ret < got)
		*pos = start + (ret > 0 ? ret : 0);
	return ret;
}

static ssize_t copy_bytes(struct file *in, loff_t *pos, struct file *out, loff_t *out_pos, size_t count)
{
	bool cached = S_ISREG(in->f_inode->i_mode) && in->f_mapping->a_ops->readpage;
	char *buf = cached ? NULL : (char *)__get_free_page(GFP_KERNEL);
	ssize_t done = 0, n = 0;

	if (!cached && !buf)
		return -ENOMEM;
	while (count) {
		n = cached ? send_cached(in, pos, out, out_pos, count) :
			     send_buffered(in, pos, out, out_pos, count, buf);
		if (n <= 0)
			break;
		done += n;
		count -= n;
		if (signal_pending(current))
			break;
	}
	if (buf)
		free_page((unsigned long)buf);
	if (done && cached)
		touch_atime(in);
	return done ? done : n;
}

static ssize_t do_sendfile(int out_fd, int in_fd, loff_t *offset, size_t count, loff_t max)
{
	struct fd in = fdget(in_fd), out;
	loff_t *pos = offset;
	ssize_t ret = -EBADF;

	if (!in.file)
		return -EBADF;
	out = fdget(out_fd);
	if (!out.file || !(in.file->f_mode & FMODE_READ) || !(out.file->f_mode & FMODE_WRITE))
		goto put;
	ret = -ESPIPE;
	if (offset && !(in.file->f_mode & FMODE_PREAD))
		goto put;
	if (!pos)
		pos = &in.file->f_pos;
	ret = -EINVAL;
	/* The source must be seekable: a terminal's or pipe's bytes would be lost if they could not be written, and its
	 * end of file be read past. (splice_direct_to_actor() of Linux asks the same.) */
	if (*pos < 0 || !in.file->f_op->read || (out.file->f_flags & O_APPEND) ||
	    !(S_ISREG(in.file->f_inode->i_mode) || S_ISBLK(in.file->f_inode->i_mode)))
		goto put;
	ret = 0;
	if (*pos >= max)
		goto put;
	count = min_t(u64, min_t(size_t, count, 0x7ffff000), max - *pos);
	ret = copy_bytes(in.file, pos, out.file, &out.file->f_pos, count);
put:
	if (out.file)
		fdput(out);
	fdput(in);
	return ret;
}

long sys_sendfile(int out_fd, int in_fd, s32 *offset, size_t count)
{
	s32 small;
	loff_t pos;
	ssize_t ret;

	if (!offset)
		return do_sendfile(out_fd, in_fd, NULL, count, 0x7fffffff);
	if (get_user(small, offset))
		return -EFAULT;
	pos = small;
	ret = do_sendfile(out_fd, in_fd, &pos, count, 0x7fffffff);
	return put_user((s32)pos, offset) ? -EFAULT : ret;
}

long sys_sendfile64(int out_fd, int in_fd, loff_t *offset, size_t count)
{
	loff_t pos;
	ssize_t ret;

	if (!offset)
		return do_sendfile(out_fd, in_fd, NULL, count, 0x7fffffffffffffffll);
	if (copy_from_user(&pos, offset, sizeof(pos)))
		return -EFAULT;
	ret = do_sendfile(out_fd, in_fd, &pos, count, 0x7fffffffffffffffll);
	return copy_to_user(offset, &pos, sizeof(pos)) ? -EFAULT : ret;
}

static ssize_t copy_range(struct file *in, loff_t *in_pos, struct file *out, loff_t *out_pos, size_t len)
{
	struct inode *from = in->f_inode, *to = out->f_inode;

	if (S_ISDIR(from->i_mode) || S_ISDIR(to->i_mode))
		return -EISDIR;
	if (!S_ISREG(from->i_mode) || !S_ISREG(to->i_mode))
		return -EINVAL;
	if (!(in->f_mode & FMODE_READ) || !(out->f_mode & FMODE_WRITE) || (out->f_flags & O_APPEND))
		return -EBADF;
	if (*in_pos < 0 || *out_pos < 0)
		return -EINVAL;
	len = min_t(size_t, len, 0x7ffff000);
	if (from == to && *out_pos < *in_pos + (loff_t)len && *in_pos < *out_pos + (loff_t)len)
		return -EINVAL;
	return copy_bytes(in, in_pos, out, out_pos, len);
}

long sys_copy_file_range(int in_fd, loff_t *off_in, int out_fd, loff_t *off_out, size_t len, u32 flags)
{
	loff_t in_pos = 0, out_pos = 0;
	struct fd in, out;
	ssize_t ret = -EBADF;

	if (flags)
		return -EINVAL;
	if ((off_in && copy_from_user(&in_pos, off_in, sizeof(in_pos))) ||
	    (off_out && copy_from_user(&out_pos, off_out, sizeof(out_pos))))
		return -EFAULT;
	in = fdget(in_fd);
	out = fdget(out_fd);
	if (in.file && out.file) {
		if (!off_in)
			in_pos = in.file->f_pos;
		if (!off_out)
			out_pos = out.file->f_pos;
		ret = copy_range(in.file, &in_pos, out.file, &out_pos, len);
		if (ret > 0 && !off_in)
			in.file->f_pos = in_pos;
		if (ret > 0 && !off_out)
			out.file->f_pos = out_pos;
	}
	if (out.file)
		fdput(out);
	if (in.file)
		fdput(in);
	if (ret > 0 && ((off_in && copy_to_user(off_in, &in_pos, sizeof(in_pos))) ||
			(off_out && copy_to_user(off_out, &out_pos, sizeof(out_pos)))))
		return -EFAULT;
	return ret;
}
