/* SPDX-License-Identifier: MIT */
/* truncate(2), ftruncate(2), fallocate(2): changing a file's length and the blocks behind it. */
#include "fs/internal.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"

int do_truncate(struct dentry *dentry, loff_t length, u32 time_attrs)
{
	struct iattr attr = { .ia_valid = ATTR_SIZE | time_attrs, .ia_size = length };
	struct inode *inode = dentry->d_inode;
	int err;

	if (length < 0)
		return -EINVAL;
	inode_lock(inode);
	if (inode->i_mode & (S_ISUID | S_ISGID))
		attr.ia_valid |= ATTR_KILL_SUID | ATTR_KILL_SGID;
	err = notify_change(dentry, &attr);
	inode_unlock(inode);
	return err;
}

static long vfs_truncate(const struct path *path, loff_t length)
{
	struct inode *inode = path->dentry->d_inode;
	long err;

	if (S_ISDIR(inode->i_mode))
		return -EISDIR;
	if (!S_ISREG(inode->i_mode))
		return -EINVAL;
	err = mnt_want_write(path->mnt);
	if (err)
		return err;
	err = inode_permission(inode, MAY_WRITE);
	if (!err && (inode->i_flags & S_APPEND))
		err = -EPERM;
	if (!err)
		err = get_write_access(inode);
	if (!err) {
		err = do_truncate(path->dentry, length, ATTR_MTIME | ATTR_CTIME);
		put_write_access(inode);
	}
	mnt_drop_write(path->mnt);
	return err;
}

static long do_sys_truncate(const char *name, loff_t length)
{
	struct path path;
	long err;

	if (length < 0)
		return -EINVAL;
	err = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &path);
	if (err)
		return err;
	err = vfs_truncate(&path, length);
	path_put(&path);
	return err;
}

static long do_sys_ftruncate(unsigned int fd, loff_t length)
{
	struct fd f;
	long err = -EINVAL;

	if (length < 0)
		return -EINVAL;
	f = fdget(fd);
	if (!f.file)
		return -EBADF;
	if (S_ISREG(f.file->f_inode->i_mode) && (f.file->f_mode & FMODE_WRITE)) {
		if (f.file->f_inode->i_flags & S_APPEND)
			err = -EPERM;
		else
			err = do_truncate(f.file->f_path.dentry, length, ATTR_MTIME | ATTR_CTIME);
	}
	fdput(f);
	return err;
}

static inline loff_t pair(u32 low, u32 high)
{
	return (loff_t)((u64)high << 32 | low);
}

long sys_truncate(const char *name, long length) { return do_sys_truncate(name, length); }
long sys_truncate64(const char *name, u32 low, u32 high) { return do_sys_truncate(name, pair(low, high)); }
long sys_ftruncate(unsigned int fd, long length) { return do_sys_ftruncate(fd, length); }
long sys_ftruncate64(unsigned int fd, u32 low, u32 high) { return do_sys_ftruncate(fd, pair(low, high)); }

long vfs_fallocate(struct file *file, int mode, loff_t offset, loff_t len)
{
	struct inode *inode = file->f_inode;

	if (offset < 0 || len <= 0)
		return -EINVAL;
	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
		return -EOPNOTSUPP;
	if ((mode & FALLOC_FL_PUNCH_HOLE) && (!(mode & FALLOC_FL_KEEP_SIZE) || (mode & FALLOC_FL_ZERO_RANGE)))
		return -EOPNOTSUPP;
	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (S_ISFIFO(inode->i_mode))
		return -ESPIPE;
	if (S_ISDIR(inode->i_mode))
		return -EISDIR;
	if (!S_ISREG(inode->i_mode))
		return -ENODEV;
	if (inode->i_flags & S_SWAPFILE)
		return -ETXTBSY;
	if (offset + len < 0 || offset + len > inode->i_sb->s_maxbytes)
		return -EFBIG;
	return file->f_op->fallocate ? file->f_op->fallocate(file, mode, offset, len) : -EOPNOTSUPP;
}

long sys_fallocate(unsigned int fd, int mode, u32 off_low, u32 off_high, u32 len_low, u32 len_high)
{
	struct fd f = fdget(fd);
	long err;

	if (!f.file)
		return -EBADF;
	err = vfs_fallocate(f.file, mode, pair(off_low, off_high), pair(len_low, len_high));
	fdput(f);
	return err;
}
