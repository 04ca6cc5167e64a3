/* SPDX-License-Identifier: MIT */
/* utime(2), utimes(2), utimensat(2): setting time stamps. All become one call with two struct fs_time. */
#include "fs/internal.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/abi/time.h"

/* nsec may be UTIME_NOW or UTIME_OMIT. */
static int set_times(const struct path *path, const struct fs_time *times)
{
	struct iattr attr = { .ia_valid = ATTR_CTIME | ATTR_ATIME | ATTR_MTIME };
	struct inode *inode = path->dentry->d_inode;
	bool both_now = !times || (times[0].nsec == UTIME_NOW && times[1].nsec == UTIME_NOW);
	int err;

	if (times && times[0].nsec == UTIME_OMIT && times[1].nsec == UTIME_OMIT)
		return 0;
	err = mnt_want_write(path->mnt);
	if (err)
		return err;
	if (!both_now) {
		if (times[0].nsec == UTIME_OMIT)
			attr.ia_valid &= ~ATTR_ATIME;
		else if (times[0].nsec != UTIME_NOW)
			attr.ia_atime = times[0], attr.ia_valid |= ATTR_ATIME_SET;
		if (times[1].nsec == UTIME_OMIT)
			attr.ia_valid &= ~ATTR_MTIME;
		else if (times[1].nsec != UTIME_NOW)
			attr.ia_mtime = times[1], attr.ia_valid |= ATTR_MTIME_SET;
		/* Any other choice than "both now" is the owner's alone. */
		if (!inode_owner_or_capable(inode))
			err = -EPERM;
	} else if (!inode_owner_or_capable(inode)) {
		err = inode_permission(inode, MAY_WRITE);
	}
	inode_lock(inode);
	if (!err)
		err = notify_change(path->dentry, &attr);
	inode_unlock(inode);
	mnt_drop_write(path->mnt);
	return err;
}

static bool valid_nsec(u32 nsec)
{
	return nsec < 1000000000u || nsec == UTIME_NOW || nsec == UTIME_OMIT;
}

/* name NULL: the descriptor itself. */
static long do_utimes(int dfd, const char *name, const struct fs_time *times, int flags)
{
	struct path path;
	struct fd f;
	long err;

	if (times && (!valid_nsec(times[0].nsec) || !valid_nsec(times[1].nsec)))
		return -EINVAL;
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (name || dfd == AT_FDCWD) {
		err = user_path_at(dfd, name, (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
				   (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &path);
		if (err)
			return err;
		err = set_times(&path, times);
		path_put(&path);
		return err;
	}
	if (flags)
		return -EINVAL;
	f = fdget(dfd);
	if (!f.file)
		return -EBADF;
	err = set_times(&f.file->f_path, times);
	fdput(f);
	return err;
}

/* The time64 call. */
long sys_utimensat_time64(int dfd, const char *name, const struct __kernel_timespec *user, int flags)
{
	struct __kernel_timespec ts[2];
	struct fs_time times[2];
	int i;

	if (!user)
		return do_utimes(dfd, name, NULL, flags);
	if (copy_from_user(ts, user, sizeof(ts)))
		return -EFAULT;
	for (i = 0; i < 2; i++)
		times[i] = (struct fs_time){ ts[i].tv_sec, (u32)ts[i].tv_nsec };
	return do_utimes(dfd, name, times, flags);
}

long sys_utimensat(int dfd, const char *name, const struct old_timespec32 *user, int flags)
{
	struct old_timespec32 ts[2];
	struct fs_time times[2];
	int i;

	if (!user)
		return do_utimes(dfd, name, NULL, flags);
	if (copy_from_user(ts, user, sizeof(ts)))
		return -EFAULT;
	for (i = 0; i < 2; i++)
		times[i] = (struct fs_time){ ts[i].tv_sec, ts[i].tv_nsec };
	return do_utimes(dfd, name, times, flags);
}

long sys_futimesat(int dfd, const char *name, const struct old_timeval32 *user)
{
	struct old_timeval32 tv[2];
	struct fs_time times[2];
	int i;

	if (!user)
		return do_utimes(dfd, name, NULL, 0);
	if (copy_from_user(tv, user, sizeof(tv)))
		return -EFAULT;
	for (i = 0; i < 2; i++) {
		if (tv[i].tv_usec < 0 || tv[i].tv_usec >= 1000000)
			return -EINVAL;
		times[i] = (struct fs_time){ tv[i].tv_sec, tv[i].tv_usec * 1000 };
	}
	return do_utimes(dfd, name, times, 0);
}

long sys_utimes(const char *name, const struct old_timeval32 *user)
{
	return sys_futimesat(AT_FDCWD, name, user);
}

long sys_utime(const char *name, const struct old_utimbuf32 *user)
{
	struct old_utimbuf32 u;
	struct fs_time times[2];

	if (!user)
		return do_utimes(AT_FDCWD, name, NULL, 0);
	if (copy_from_user(&u, user, sizeof(u)))
		return -EFAULT;
	times[0] = (struct fs_time){ u.actime, 0 };
	times[1] = (struct fs_time){ u.modtime, 0 };
	return do_utimes(AT_FDCWD, name, times, 0);
}
