/* SPDX-License-Identifier: MIT */
/* statfs(2) and its kind: how full the file system of a file is. */
#include "fs/internal.h"
#include "kernel/cpu/uaccess.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

int simple_statfs(struct dentry *dentry, struct statfs64 *buf)
{
	return 0;
}

static u32 mount_flags(const struct vfsmount *mnt)
{
	u32 m = mnt->mnt_flags, f = ST_VALID;

	if ((m & MNT_READONLY) || (mnt->mnt_sb->s_flags & SB_RDONLY))
		f |= ST_RDONLY;
	if (m & MNT_NOSUID)
		f |= ST_NOSUID;
	if (m & MNT_NODEV)
		f |= ST_NODEV;
	if (m & MNT_NOEXEC)
		f |= ST_NOEXEC;
	if (m & MNT_NOATIME)
		f |= ST_NOATIME;
	if (m & MNT_NODIRATIME)
		f |= ST_NODIRATIME;
	if (m & MNT_RELATIME)
		f |= ST_RELATIME;
	return f;
}

int vfs_statfs(const struct path *path, struct statfs64 *buf)
{
	struct super_block *sb = path->dentry->d_sb;
	int err;

	memset(buf, 0, sizeof(*buf));
	buf->f_type = sb->s_magic;
	buf->f_bsize = sb->s_blocksize;
	buf->f_namelen = NAME_MAX;
	buf->f_fsid.val[0] = sb->s_dev;
	err = sb->s_op->statfs ? sb->s_op->statfs(path->dentry, buf) : 0;
	if (!buf->f_frsize)
		buf->f_frsize = buf->f_bsize;
	buf->f_flags = mount_flags(path->mnt);
	return err;
}

static int statfs_name(const char *name, struct statfs64 *s)
{
	struct path path;
	int err = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &path);

	if (err)
		return err;
	err = vfs_statfs(&path, s);
	path_put(&path);
	return err;
}

static int statfs_fd(unsigned int fd, struct statfs64 *s)
{
	struct fd f = fdget_raw(fd);
	int err;

	if (!f.file)
		return -EBADF;
	err = vfs_statfs(&f.file->f_path, s);
	fdput(f);
	return err;
}

static long copy_statfs64(const struct statfs64 *s, struct statfs64 *user)
{
	return copy_to_user(user, s, sizeof(*s)) ? -EFAULT : 0;
}

/* Counts that need more than 32 bits: EOVERFLOW; "no limit" keeps its meaning. */
static long copy_statfs(const struct statfs64 *s, struct statfs *user)
{
	struct statfs o;

	if ((s->f_blocks | s->f_bfree | s->f_bavail) >> 32)
		return -EOVERFLOW;
	if ((s->f_files != ~0ull && s->f_files >> 32) || (s->f_ffree != ~0ull && s->f_ffree >> 32))
		return -EOVERFLOW;
	memset(&o, 0, sizeof(o));
	o.f_type = s->f_type;
	o.f_bsize = s->f_bsize;
	o.f_blocks = (u32)s->f_blocks;
	o.f_bfree = (u32)s->f_bfree;
	o.f_bavail = (u32)s->f_bavail;
	o.f_files = (u32)s->f_files;
	o.f_ffree = (u32)s->f_ffree;
	o.f_fsid = s->f_fsid;
	o.f_namelen = s->f_namelen;
	o.f_frsize = s->f_frsize;
	o.f_flags = s->f_flags;
	return copy_to_user(user, &o, sizeof(o)) ? -EFAULT : 0;
}

long sys_statfs(const char *name, struct statfs *buf)
{
	struct statfs64 s;
	int err = statfs_name(name, &s);

	return err ? err : copy_statfs(&s, buf);
}

long sys_fstatfs(unsigned int fd, struct statfs *buf)
{
	struct statfs64 s;
	int err = statfs_fd(fd, &s);

	return err ? err : copy_statfs(&s, buf);
}

long sys_statfs64(const char *name, size_t size, struct statfs64 *buf)
{
	struct statfs64 s;
	int err;

	if (size != sizeof(s))
		return -EINVAL;
	err = statfs_name(name, &s);
	return err ? err : copy_statfs64(&s, buf);
}

long sys_fstatfs64(unsigned int fd, size_t size, struct statfs64 *buf)
{
	struct statfs64 s;
	int err;

	if (size != sizeof(s))
		return -EINVAL;
	err = statfs_fd(fd, &s);
	return err ? err : copy_statfs64(&s, buf);
}
