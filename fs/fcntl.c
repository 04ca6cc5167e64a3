/* SPDX-License-Identifier: MIT */
/* fcntl(2): what can be asked of a descriptor and of the open file behind it. Record locks: fs/locks.c. */
#include "fs/internal.h"
#include "fs/locks.h"
#include "fs/pipe.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"

#define SETFL_MASK (O_APPEND | O_NONBLOCK | FASYNC | O_DIRECT | O_NOATIME)

static int setfl(struct file *file, u32 flags)
{
	struct inode *inode = file->f_inode;

	if (!(flags & O_APPEND) && (file->f_flags & O_APPEND) && (inode->i_flags & S_APPEND))
		return -EPERM;
	if ((flags & O_NOATIME) && !(file->f_flags & O_NOATIME) && !inode_owner_or_capable(inode))
		return -EPERM;
	if (file->f_op->check_flags) {
		int err = file->f_op->check_flags(flags);

		if (err)
			return err;
	}
	spin_lock(&file->f_lock);
	file->f_flags = (flags & SETFL_MASK) | (file->f_flags & ~SETFL_MASK);
	spin_unlock(&file->f_lock);
	return 0;
}

static long get_owner_ex(struct file *file, struct f_owner_ex *user)
{
	struct f_owner_ex o;

	spin_lock(&file->f_lock);
	o = (struct f_owner_ex){ file->f_owner.type, file->f_owner.pid };
	spin_unlock(&file->f_lock);
	return copy_to_user(user, &o, sizeof(o)) ? -EFAULT : 0;
}

static long set_owner(struct file *file, int type, int pid)
{
	spin_lock(&file->f_lock);
	file->f_owner.type = type;
	file->f_owner.pid = pid;
	spin_unlock(&file->f_lock);
	return 0;
}

static long set_owner_ex(struct file *file, const struct f_owner_ex *user)
{
	struct f_owner_ex o;

	if (copy_from_user(&o, user, sizeof(o)))
		return -EFAULT;
	if (o.type < F_OWNER_TID || o.type > F_OWNER_PGRP)
		return -EINVAL;
	return set_owner(file, o.type, o.pid);
}

/* O_PATH descriptors know these alone. */
static bool path_command(u32 cmd)
{
	return cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC || cmd == F_GETFD || cmd == F_SETFD || cmd == F_GETFL;
}

static long do_fcntl(unsigned int fd, u32 cmd, unsigned long arg, struct file *file)
{
	switch (cmd) {
	case F_DUPFD:
		return f_dupfd(arg, file, 0);
	case F_DUPFD_CLOEXEC:
		return f_dupfd(arg, file, O_CLOEXEC);
	case F_GETFD:
		return get_close_on_exec(fd) ? FD_CLOEXEC : 0;
	case F_SETFD:
		set_close_on_exec(fd, arg & FD_CLOEXEC);
		return 0;
	case F_GETFL:
		return file->f_flags;
	case F_SETFL:
		return setfl(file, arg);
	case F_GETOWN:
		return file->f_owner.type == F_OWNER_PGRP ? -file->f_owner.pid : file->f_owner.pid;
	case F_SETOWN:
		return (int)arg < 0 ? set_owner(file, F_OWNER_PGRP, -(int)arg) : set_owner(file, F_OWNER_PID, arg);
	case F_GETOWN_EX:
		return get_owner_ex(file, (struct f_owner_ex *)arg);
	case F_SETOWN_EX:
		return set_owner_ex(file, (const struct f_owner_ex *)arg);
	case F_GETSIG:
		return file->f_owner.signum;
	case F_SETSIG:
		if (arg > 64)
			return -EINVAL;
		file->f_owner.signum = arg;
		return 0;
	case F_GETPIPE_SZ:
	case F_SETPIPE_SZ:
		return pipe_fcntl(file, cmd, arg);
	default:
		return -EINVAL;
	}
}

static bool is_lock_command(u32 cmd)
{
	return cmd == F_GETLK64 || cmd == F_SETLK64 || cmd == F_SETLKW64 || (cmd >= F_OFD_GETLK && cmd <= F_OFD_SETLKW);
}

static long lock_command(unsigned int fd, struct file *file, u32 cmd, struct flock64 *fl)
{
	return cmd == F_GETLK64 || cmd == F_OFD_GETLK ? fcntl_getlk(file, cmd, fl) : fcntl_setlk(fd, file, cmd, fl);
}

static long fcntl_lock64(unsigned int fd, struct file *file, u32 cmd, struct flock64 *user)
{
	struct flock64 fl;
	long err;

	if (copy_from_user(&fl, user, sizeof(fl)))
		return -EFAULT;
	err = lock_command(fd, file, cmd, &fl);
	if (!err && (cmd == F_GETLK64 || cmd == F_OFD_GETLK) && copy_to_user(user, &fl, sizeof(fl)))
		err = -EFAULT;
	return err;
}

/* The old structure with 32-bit offsets, by way of the new one. */
static long fcntl_lock32(unsigned int fd, struct file *file, u32 cmd, struct abi_flock *user)
{
	struct abi_flock s;
	struct flock64 fl;
	long err;

	if (copy_from_user(&s, user, sizeof(s)))
		return -EFAULT;
	fl = (struct flock64){ s.l_type, s.l_whence, s.l_start, s.l_len, s.l_pid };
	err = lock_command(fd, file, cmd - F_GETLK + F_GETLK64, &fl);
	if (err || cmd != F_GETLK)
		return err;
	if (fl.l_start > 0x7fffffff)
		return -EOVERFLOW;
	if (fl.l_len > 0x7fffffff)
		fl.l_len = 0;
	s = (struct abi_flock){ fl.l_type, fl.l_whence, (s32)fl.l_start, (s32)fl.l_len, fl.l_pid };
	return copy_to_user(user, &s, sizeof(s)) ? -EFAULT : 0;
}

long sys_fcntl64(unsigned int fd, u32 cmd, unsigned long arg)
{
	struct fd f = fdget_raw(fd);
	long err;

	if (!f.file)
		return -EBADF;
	if ((f.file->f_mode & FMODE_PATH) && !path_command(cmd))
		err = -EBADF;
	else if (is_lock_command(cmd))
		err = fcntl_lock64(fd, f.file, cmd, (struct flock64 *)arg);
	else if (cmd >= F_GETLK && cmd <= F_SETLKW)
		err = fcntl_lock32(fd, f.file, cmd, (struct abi_flock *)arg);
	else
		err = do_fcntl(fd, cmd, arg, f.file);
	fdput(f);
	return err;
}

/* Call 55 came before the 64-bit lock commands. */
long sys_fcntl(unsigned int fd, u32 cmd, unsigned long arg)
{
	return is_lock_command(cmd) ? -EINVAL : sys_fcntl64(fd, cmd, arg);
}
