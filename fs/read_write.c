/* SPDX-License-Identifier: MIT */
/*
 * read(2), write(2), their vector and positioned forms, lseek(2). All come down to one call of the file's read or
 * write with an iov_iter, which says where the bytes go, and a pointer to the position that is to move: the open
 * file's own, or a copy for pread and pwrite.
 */
#include "fs/internal.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/string.h"

#define MAX_RW_COUNT (0x7fffffffu & PAGE_MASK)	/* more is cut short, as the ABI says */

static inline loff_t pos_from(u32 low, u32 high)
{
	return (loff_t)((u64)high << 32 | low);
}

static int no_such_op(const struct file *file)
{
	return S_ISDIR(file->f_inode->i_mode) ? -EISDIR : -EINVAL;
}

static __always_inline ssize_t do_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	if (unlikely(!(file->f_mode & FMODE_READ)))
		return -EBADF;
	if (unlikely(!file->f_op->read))
		return no_such_op(file);
	return file->f_op->read(file, to, pos);
}

static __always_inline ssize_t do_write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	if (unlikely(!(file->f_mode & FMODE_WRITE)))
		return -EBADF;
	if (unlikely(!file->f_op->write))
		return -EINVAL;
	return file->f_op->write(file, from, pos);
}

ssize_t vfs_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	return do_read(file, to, pos);
}

ssize_t vfs_write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	return do_write(file, from, pos);
}

ssize_t kernel_read(struct file *file, void *buf, size_t n, loff_t *pos)
{
	struct iovec iov = { buf, n };
	struct iov_iter iter;

	iov_iter_kvec(&iter, &iov, 1, n);
	return vfs_read(file, &iter, pos);
}

ssize_t kernel_write(struct file *file, const void *buf, size_t n, loff_t *pos)
{
	struct iovec iov = { (void *)buf, n };
	struct iov_iter iter;

	iov_iter_kvec(&iter, &iov, 1, n);
	return vfs_write(file, &iter, pos);
}

long sys_read(unsigned int fd, char *buf, size_t count)
{
	struct iovec iov = { buf, min_t(size_t, count, MAX_RW_COUNT) };
	struct fd f = fdget_pos(fd);
	struct iov_iter iter;
	ssize_t ret;

	if (unlikely(!f.file))
		return -EBADF;
	if (unlikely(!access_ok(buf, count))) {
		ret = f.file->f_mode & FMODE_READ ? -EFAULT : -EBADF;
	} else {
		iov_iter_init(&iter, &iov, 1, iov.iov_len);
		ret = do_read(f.file, &iter, &f.file->f_pos);
	}
	fdput_pos(f);
	return ret;
}

long sys_write(unsigned int fd, const char *buf, size_t count)
{
	struct iovec iov = { (void *)buf, min_t(size_t, count, MAX_RW_COUNT) };
	struct fd f = fdget_pos(fd);
	struct iov_iter iter;
	ssize_t ret;

	if (unlikely(!f.file))
		return -EBADF;
	if (unlikely(!access_ok(buf, count))) {
		ret = f.file->f_mode & FMODE_WRITE ? -EFAULT : -EBADF;
	} else {
		iov_iter_init(&iter, &iov, 1, iov.iov_len);
		ret = do_write(f.file, &iter, &f.file->f_pos);
	}
	fdput_pos(f);
	return ret;
}

/* One buffer at a position of its own. */
static ssize_t do_pread(unsigned int fd, void *buf, size_t count, loff_t pos, bool write)
{
	struct iovec iov = { buf, min_t(size_t, count, MAX_RW_COUNT) };
	struct iov_iter iter;
	struct fd f;
	ssize_t ret;

	if (pos < 0)
		return -EINVAL;
	f = fdget(fd);
	if (!f.file)
		return -EBADF;
	if (!(f.file->f_mode & (write ? FMODE_PWRITE : FMODE_PREAD))) {
		ret = -ESPIPE;
	} else if (!access_ok(buf, count)) {
		ret = -EFAULT;
	} else {
		iov_iter_init(&iter, &iov, 1, iov.iov_len);
		ret = write ? vfs_write(f.file, &iter, &pos) : vfs_read(f.file, &iter, &pos);
	}
	fdput(f);
	return ret;
}

long sys_pread64(unsigned int fd, char *buf, size_t count, u32 low, u32 high)
{
	return do_pread(fd, buf, count, pos_from(low, high), false);
}

long sys_pwrite64(unsigned int fd, const char *buf, size_t count, u32 low, u32 high)
{
	return do_pread(fd, (char *)buf, count, pos_from(low, high), true);
}

/* A program's vector, copied and checked once. *iov is stack or an allocation; the total may be cut short. */
static ssize_t import_iovec(const struct iovec *user, unsigned long nr, struct iovec *stack, struct iovec **iov)
{
	size_t total = 0;
	unsigned long i;

	*iov = stack;
	if (nr > UIO_MAXIOV)
		return -EINVAL;
	if (nr > UIO_FASTIOV) {
		*iov = kmalloc(nr * sizeof(**iov), GFP_KERNEL);
		if (!*iov)
			return -ENOMEM;
	}
	if (copy_from_user(*iov, user, nr * sizeof(**iov)))
		goto fault;
	for (i = 0; i < nr; i++) {
		struct iovec *v = &(*iov)[i];

		if ((ssize_t)v->iov_len < 0) {
			if (*iov != stack)
				kfree(*iov);
			return -EINVAL;
		}
		if (!access_ok(v->iov_base, v->iov_len))
			goto fault;
		v->iov_len = min_t(size_t, v->iov_len, MAX_RW_COUNT - total);
		total += v->iov_len;
	}
	return total;
fault:
	if (*iov != stack)
		kfree(*iov);
	return -EFAULT;
}

static ssize_t do_vector(struct file *file, const struct iovec *vec, unsigned long nr, loff_t *pos, bool write)
{
	struct iovec stack[UIO_FASTIOV], *iov;
	struct iov_iter iter;
	ssize_t ret;

	if (!(file->f_mode & (write ? FMODE_WRITE : FMODE_READ)))
		return -EBADF;
	ret = import_iovec(vec, nr, stack, &iov);
	if (ret < 0)
		return ret;
	iov_iter_init(&iter, iov, nr, ret);
	if (ret)
		ret = write ? vfs_write(file, &iter, pos) : vfs_read(file, &iter, pos);
	if (iov != stack)
		kfree(iov);
	return ret;
}

static ssize_t vector_at_file_pos(unsigned int fd, const struct iovec *vec, unsigned long nr, bool write)
{
	struct fd f = fdget_pos(fd);
	ssize_t ret;

	if (!f.file)
		return -EBADF;
	ret = do_vector(f.file, vec, nr, &f.file->f_pos, write);
	fdput_pos(f);
	return ret;
}

static ssize_t vector_at(unsigned int fd, const struct iovec *vec, unsigned long nr, loff_t pos, bool write)
{
	struct fd f;
	ssize_t ret;

	if (pos < 0)
		return -EINVAL;
	f = fdget(fd);
	if (!f.file)
		return -EBADF;
	if (!(f.file->f_mode & (write ? FMODE_PWRITE : FMODE_PREAD)))
		ret = -ESPIPE;
	else
		ret = do_vector(f.file, vec, nr, &pos, write);
	fdput(f);
	return ret;
}

long sys_readv(unsigned int fd, const struct iovec *vec, unsigned long nr)
{
	return vector_at_file_pos(fd, vec, nr, false);
}

long sys_writev(unsigned int fd, const struct iovec *vec, unsigned long nr)
{
	return vector_at_file_pos(fd, vec, nr, true);
}

long sys_preadv(unsigned int fd, const struct iovec *vec, unsigned long nr, u32 low, u32 high)
{
	return vector_at(fd, vec, nr, pos_from(low, high), false);
}

long sys_pwritev(unsigned int fd, const struct iovec *vec, unsigned long nr, u32 low, u32 high)
{
	return vector_at(fd, vec, nr, pos_from(low, high), true);
}

/* preadv2(2): position -1 is the file's own; of the flags those that ask for nothing special are served. */
static ssize_t vector2(unsigned int fd, const struct iovec *vec, unsigned long nr, loff_t pos, u32 flags, bool write)
{
	if (flags & ~RWF_HIPRI)
		return -EOPNOTSUPP;
	return pos == -1 ? vector_at_file_pos(fd, vec, nr, write) : vector_at(fd, vec, nr, pos, write);
}

long sys_preadv2(unsigned int fd, const struct iovec *vec, unsigned long nr, u32 low, u32 high, u32 flags)
{
	return vector2(fd, vec, nr, pos_from(low, high), flags, false);
}

long sys_pwritev2(unsigned int fd, const struct iovec *vec, unsigned long nr, u32 low, u32 high, u32 flags)
{
	return vector2(fd, vec, nr, pos_from(low, high), flags, true);
}

/* Files without a record of their holes are data up to their end, which is where the one hole begins. */
loff_t generic_file_llseek(struct file *file, loff_t offset, int whence)
{
	loff_t size = i_size_read(file->f_mapping->host);

	switch (whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		offset += file->f_pos;
		break;
	case SEEK_END:
		offset += size;
		break;
	case SEEK_DATA:
	case SEEK_HOLE:
		if (offset < 0 || offset >= size)
			return -ENXIO;
		if (whence == SEEK_HOLE)
			offset = size;
		break;
	default:
		return -EINVAL;
	}
	if (offset < 0 || offset > file->f_inode->i_sb->s_maxbytes)
		return -EINVAL;
	if (offset != file->f_pos) {
		file->f_pos = offset;
		file->f_version = 0;
	}
	return offset;
}

loff_t no_llseek(struct file *file, loff_t offset, int whence)
{
	return -ESPIPE;
}

loff_t noop_llseek(struct file *file, loff_t offset, int whence)
{
	return file->f_pos;
}

loff_t vfs_llseek(struct file *file, loff_t offset, int whence)
{
	if (!(file->f_mode & FMODE_LSEEK) || !file->f_op->llseek)
		return -ESPIPE;
	return file->f_op->llseek(file, offset, whence);
}

long sys_lseek(unsigned int fd, long offset, u32 whence)
{
	struct fd f = fdget_pos(fd);
	loff_t ret;

	if (!f.file)
		return -EBADF;
	ret = whence > SEEK_HOLE ? -EINVAL : vfs_llseek(f.file, offset, whence);
	fdput_pos(f);
	return ret > 0x7fffffff ? -EOVERFLOW : (long)ret;
}

long sys_llseek(unsigned int fd, u32 high, u32 low, loff_t *result, u32 whence)
{
	struct fd f = fdget_pos(fd);
	loff_t ret;

	if (!f.file)
		return -EBADF;
	ret = whence > SEEK_HOLE ? -EINVAL : vfs_llseek(f.file, pos_from(low, high), whence);
	fdput_pos(f);
	if (ret < 0)
		return ret;
	return copy_to_user(result, &ret, sizeof(ret)) ? -EFAULT : 0;
}
