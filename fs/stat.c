/* SPDX-License-Identifier: MIT */
/*
 * stat(2) in its many shapes: the file system says what the file is (struct kstat), and each call packs that into
 * the structure of its age. What does not fit gives EOVERFLOW, never a wrong number.
 */
#include "fs/internal.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/string.h"

static __always_inline void fillattr(const struct inode *inode, struct kstat *stat)
{
	stat->size = i_size_read(inode);
	stat->ino = inode->i_ino;
	stat->dev = inode->i_sb->s_dev;
	stat->rdev = inode->i_rdev;
	stat->mode = inode->i_mode;
	stat->nlink = inode->i_nlink;
	stat->uid = inode->i_uid;
	stat->gid = inode->i_gid;
	stat->atime = inode->i_atime;
	stat->mtime = inode->i_mtime;
	stat->ctime = inode->i_ctime;
	stat->blksize = 1u << inode->i_blkbits;
	stat->blocks = inode->i_blocks;
}

void generic_fillattr(struct inode *inode, struct kstat *stat)
{
	fillattr(inode, stat);
}

int vfs_getattr(const struct path *path, struct kstat *stat)
{
	struct inode *inode = path->dentry->d_inode;

	if (unlikely(inode->i_op->getattr))
		return inode->i_op->getattr(path, stat);
	generic_fillattr(inode, stat);
	return 0;
}

static int stat_path(int dfd, const char *name, int flags, struct kstat *stat)
{
	struct path path;
	int err = user_path_at(dfd, name, (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
			       (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &path);

	if (err)
		return err;
	err = vfs_getattr(&path, stat);
	path_put(&path);
	return err;
}

static int stat_fd(unsigned int fd, struct kstat *stat)
{
	struct fd f = fdget_raw(fd);
	int err;

	if (!f.file)
		return -EBADF;
	err = vfs_getattr(&f.file->f_path, stat);
	fdput(f);
	return err;
}

static __always_inline void pack_stat64(const struct kstat *k, struct stat64 *s)
{
	s->st_dev = new_encode_dev(k->dev);
	memset(s->__pad0, 0, sizeof(s->__pad0));
	s->__st_ino = (u32)k->ino;
	s->st_mode = k->mode;
	s->st_nlink = k->nlink;
	s->st_uid = k->uid;
	s->st_gid = k->gid;
	s->st_rdev = new_encode_dev(k->rdev);
	memset(s->__pad3, 0, sizeof(s->__pad3));
	s->st_size = k->size;
	s->st_blksize = k->blksize;
	s->st_blocks = k->blocks;
	s->st_atime = (u32)k->atime.sec;
	s->st_atime_nsec = k->atime.nsec;
	s->st_mtime = (u32)k->mtime.sec;
	s->st_mtime_nsec = k->mtime.nsec;
	s->st_ctime = (u32)k->ctime.sec;
	s->st_ctime_nsec = k->ctime.nsec;
	s->st_ino = k->ino;
}

static noinline int getattr_stat64(const struct path *path, struct stat64 *s)
{
	struct kstat k;
	int err = vfs_getattr(path, &k);

	if (!err)
		pack_stat64(&k, s);
	return err;
}

/*
 * The call that programs make most: if the file system has nothing to add, the structure is filled while the walk
 * still holds dcache_lock, and no reference is taken at all.
 */
static int do_stat64(int dfd, const char *name, u32 lookup, struct stat64 *user)
{
	struct nameidata nd;
	struct filename fn;
	struct stat64 s;
	int err = getname_flags(&fn, name, lookup);

	if (err)
		return err;
	err = nd_begin(&nd, dfd, fn.name, lookup);
	if (!err)
		err = nd_walk(&nd, fn.name);
	if (likely(!err)) {
		if (likely(!nd.inode->i_op->getattr)) {
			struct kstat k;

			fillattr(nd.inode, &k);
			pack_stat64(&k, &s);
		} else {
			nd_unlock(&nd);
			err = getattr_stat64(&nd.path, &s);
		}
		nd_end(&nd);
	}
	putname(&fn);
	return err ? err : copy_to_user(user, &s, sizeof(s)) ? -EFAULT : 0;
}

static u16 low16(u32 id)
{
	return id > 0xffff ? 65534 : id;	/* the overflow user and group, user_namespaces(7) */
}

static long copy_stat(const struct kstat *k, struct abi_stat *user)
{
	struct abi_stat s;

	if (k->size > 0x7fffffff || k->ino > 0xffffffff || k->nlink > 0xffff)
		return -EOVERFLOW;
	memset(&s, 0, sizeof(s));
	s.st_dev = new_encode_dev(k->dev);
	s.st_ino = (u32)k->ino;
	s.st_mode = k->mode;
	s.st_nlink = k->nlink;
	s.st_uid = low16(k->uid);
	s.st_gid = low16(k->gid);
	s.st_rdev = new_encode_dev(k->rdev);
	s.st_size = (u32)k->size;
	s.st_blksize = k->blksize;
	s.st_blocks = (u32)k->blocks;
	s.st_atime = (u32)k->atime.sec;
	s.st_atime_nsec = k->atime.nsec;
	s.st_mtime = (u32)k->mtime.sec;
	s.st_mtime_nsec = k->mtime.nsec;
	s.st_ctime = (u32)k->ctime.sec;
	s.st_ctime_nsec = k->ctime.nsec;
	return copy_to_user(user, &s, sizeof(s)) ? -EFAULT : 0;
}

long sys_newstat(const char *name, struct abi_stat *buf)
{
	struct kstat k;
	int err = stat_path(AT_FDCWD, name, 0, &k);

	return err ? err : copy_stat(&k, buf);
}

long sys_newlstat(const char *name, struct abi_stat *buf)
{
	struct kstat k;
	int err = stat_path(AT_FDCWD, name, AT_SYMLINK_NOFOLLOW, &k);

	return err ? err : copy_stat(&k, buf);
}

long sys_newfstat(unsigned int fd, struct abi_stat *buf)
{
	struct kstat k;
	int err = stat_fd(fd, &k);

	return err ? err : copy_stat(&k, buf);
}

long sys_stat64(const char *name, struct stat64 *buf)
{
	return do_stat64(AT_FDCWD, name, LOOKUP_FOLLOW, buf);
}

long sys_lstat64(const char *name, struct stat64 *buf)
{
	return do_stat64(AT_FDCWD, name, 0, buf);
}

long sys_fstat64(unsigned int fd, struct stat64 *buf)
{
	struct stat64 s;
	struct kstat k;
	int err = stat_fd(fd, &k);

	if (err)
		return err;
	pack_stat64(&k, &s);
	return copy_to_user(buf, &s, sizeof(s)) ? -EFAULT : 0;
}

long sys_fstatat64(int dfd, const char *name, struct stat64 *buf, int flags)
{
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH))
		return -EINVAL;
	return do_stat64(dfd, name, (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
			 (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), buf);
}

static struct statx_timestamp statx_time(const struct fs_time *t)
{
	return (struct statx_timestamp){ .tv_sec = t->sec, .tv_nsec = t->nsec };
}

long sys_statx(int dfd, const char *name, u32 flags, u32 mask, struct statx *buf)
{
	u32 sync = flags & AT_STATX_SYNC_TYPE;
	struct path path;
	struct statx s;
	struct kstat k;
	int err;

	if ((mask & STATX__RESERVED) || sync == AT_STATX_SYNC_TYPE ||
	    (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE)))
		return -EINVAL;
	err = user_path_at(dfd, name, (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
			   (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &path);
	if (err)
		return err;
	err = vfs_getattr(&path, &k);
	memset(&s, 0, sizeof(s));
	if (!err) {
		s.stx_mask = STATX_BASIC_STATS | STATX_MNT_ID;
		s.stx_mnt_id = path.mnt->mnt_id;
		s.stx_attributes_mask = STATX_ATTR_MOUNT_ROOT;
		if (path.dentry == path.mnt->mnt_root)
			s.stx_attributes |= STATX_ATTR_MOUNT_ROOT;
	}
	path_put(&path);
	if (err)
		return err;
	s.stx_blksize = k.blksize;
	s.stx_nlink = k.nlink;
	s.stx_uid = k.uid;
	s.stx_gid = k.gid;
	s.stx_mode = k.mode;
	s.stx_ino = k.ino;
	s.stx_size = k.size;
	s.stx_blocks = k.blocks;
	s.stx_atime = statx_time(&k.atime);
	s.stx_mtime = statx_time(&k.mtime);
	s.stx_ctime = statx_time(&k.ctime);
	s.stx_rdev_major = MAJOR(k.rdev);
	s.stx_rdev_minor = MINOR(k.rdev);
	s.stx_dev_major = MAJOR(k.dev);
	s.stx_dev_minor = MINOR(k.dev);
	return copy_to_user(buf, &s, sizeof(s)) ? -EFAULT : 0;
}
