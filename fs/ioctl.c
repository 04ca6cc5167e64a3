/* SPDX-License-Identifier: MIT */
/* ioctl(2): the few requests that every file understands; all others go to the file's own ioctl. */
#include "fs/internal.h"
#include "kernel/cpu/uaccess.h"
#include "lib/abi/errno.h"
#include "lib/abi/ioctls.h"

long vfs_ioctl(struct file *file, u32 cmd, unsigned long arg)
{
	long ret = file->f_op->ioctl ? file->f_op->ioctl(file, cmd, arg) : -ENOTTY;

	return ret == -ENOIOCTLCMD ? -ENOTTY : ret;
}

static long set_flag(struct file *file, u32 flag, const int *user)
{
	int on;

	if (get_user(on, user))
		return -EFAULT;
	spin_lock(&file->f_lock);
	file->f_flags = on ? file->f_flags | flag : file->f_flags & ~flag;
	spin_unlock(&file->f_lock);
	return 0;
}

static long file_ioctl(struct file *file, u32 cmd, unsigned long arg)
{
	struct inode *inode = file->f_inode;

	if (cmd == FIONREAD && S_ISREG(inode->i_mode))
		return put_user((int)(i_size_read(inode) - file->f_pos), (int *)arg);
	if (cmd == FIGETBSZ)
		return put_user((int)inode->i_sb->s_blocksize, (int *)arg);
	return vfs_ioctl(file, cmd, arg);
}

long sys_ioctl(unsigned int fd, u32 cmd, unsigned long arg)
{
	struct fd f = fdget(fd);
	long ret = 0;
	loff_t size;

	if (!f.file)
		return -EBADF;
	switch (cmd) {
	case FIOCLEX:
		set_close_on_exec(fd, true);
		break;
	case FIONCLEX:
		set_close_on_exec(fd, false);
		break;
	case FIONBIO:
		ret = set_flag(f.file, O_NONBLOCK, (int *)arg);
		break;
	case FIOQSIZE:
		size = i_size_read(f.file->f_inode);
		if (!S_ISREG(f.file->f_inode->i_mode) && !S_ISDIR(f.file->f_inode->i_mode) &&
		    !S_ISLNK(f.file->f_inode->i_mode))
			ret = -ENOTTY;
		else if (copy_to_user((void *)arg, &size, sizeof(size)))
			ret = -EFAULT;
		break;
	default:
		ret = file_ioctl(f.file, cmd, arg);
	}
	fdput(f);
	return ret;
}
