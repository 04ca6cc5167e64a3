/* SPDX-License-Identifier: MIT */
/* chmod(2), chown(2), access(2) and their kind. The rules are in fs/attr.c. */
#include "fs/internal.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/task/task.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"

static int change_attr(const struct path *path, struct iattr *attr)
{
	struct inode *inode = path->dentry->d_inode;
	int err = mnt_want_write(path->mnt);

	if (err)
		return err;
	inode_lock(inode);
	/* The bits that a new owner must not inherit; for others than regular files they do not matter. */
	if ((attr->ia_valid & (ATTR_UID | ATTR_GID)) && !S_ISDIR(inode->i_mode))
		attr->ia_valid |= ATTR_KILL_SUID | ATTR_KILL_SGID;
	err = notify_change(path->dentry, attr);
	inode_unlock(inode);
	mnt_drop_write(path->mnt);
	return err;
}

static int change_by_name(int dfd, const char *name, u32 lookup, struct iattr *attr)
{
	struct path path;
	int err = user_path_at(dfd, name, lookup, &path);

	if (err)
		return err;
	err = change_attr(&path, attr);
	path_put(&path);
	return err;
}

static int change_by_fd(unsigned int fd, struct iattr *attr)
{
	struct fd f = fdget(fd);
	int err;

	if (!f.file)
		return -EBADF;
	err = change_attr(&f.file->f_path, attr);
	fdput(f);
	return err;
}

static struct iattr mode_attr(umode_t mode)
{
	return (struct iattr){ .ia_valid = ATTR_MODE, .ia_mode = mode & S_IALLUGO };
}

long sys_fchmodat(int dfd, const char *name, umode_t mode)
{
	struct iattr attr = mode_attr(mode);

	return change_by_name(dfd, name, LOOKUP_FOLLOW, &attr);
}

long sys_chmod(const char *name, umode_t mode)
{
	return sys_fchmodat(AT_FDCWD, name, mode);
}

long sys_fchmod(unsigned int fd, umode_t mode)
{
	struct iattr attr = mode_attr(mode);

	return change_by_fd(fd, &attr);
}

/* -1 leaves a number as it is. */
static struct iattr owner_attr(u32 uid, u32 gid)
{
	struct iattr attr = { .ia_valid = 0, .ia_uid = uid, .ia_gid = gid };

	if (uid != ~0u)
		attr.ia_valid |= ATTR_UID;
	if (gid != ~0u)
		attr.ia_valid |= ATTR_GID;
	return attr;
}

long sys_fchownat(int dfd, const char *name, u32 uid, u32 gid, int flags)
{
	struct iattr attr = owner_attr(uid, gid);

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return change_by_name(dfd, name, (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
			      (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &attr);
}

long sys_chown32(const char *name, u32 uid, u32 gid)
{
	return sys_fchownat(AT_FDCWD, name, uid, gid, 0);
}

long sys_lchown32(const char *name, u32 uid, u32 gid)
{
	return sys_fchownat(AT_FDCWD, name, uid, gid, AT_SYMLINK_NOFOLLOW);
}

long sys_fchown32(unsigned int fd, u32 uid, u32 gid)
{
	struct iattr attr = owner_attr(uid, gid);

	return change_by_fd(fd, &attr);
}

/* The calls with 16-bit numbers: 0xffff is their -1. */
static u32 from16(u32 id)
{
	return (id & 0xffff) == 0xffff ? ~0u : id & 0xffff;
}

long sys_chown16(const char *name, u32 uid, u32 gid) { return sys_chown32(name, from16(uid), from16(gid)); }
long sys_lchown16(const char *name, u32 uid, u32 gid) { return sys_lchown32(name, from16(uid), from16(gid)); }
long sys_fchown16(unsigned int fd, u32 uid, u32 gid) { return sys_fchown32(fd, from16(uid), from16(gid)); }

/* access(2) asks for the real user: check with credentials in which real is effective. NULL: no memory. */
static struct cred *real_creds(void)
{
	struct cred *c = prepare_creds();

	if (c) {
		c->fsuid = c->uid;
		c->fsgid = c->gid;
		c->cap_effective = c->uid ? 0 : c->cap_permitted;
	}
	return c;
}

static int check_access(const struct path *path, int mode)
{
	struct inode *inode = path->dentry->d_inode;
	int err;

	if ((mode & MAY_EXEC) && S_ISREG(inode->i_mode) && path_noexec(path))
		return -EACCES;
	err = inode_permission(inode, mode);
	/* On a read-only mount nothing is writable but devices and pipes. */
	if (!err && (mode & MAY_WRITE) && !S_ISCHR(inode->i_mode) && !S_ISBLK(inode->i_mode) && !S_ISFIFO(inode->i_mode) &&
	    !S_ISSOCK(inode->i_mode) && (path->mnt->mnt_flags & MNT_READONLY))
		err = -EROFS;
	return err;
}

static int access_by_name(int dfd, const char *name, int mode, u32 lookup)
{
	struct path path;
	int err = user_path_at(dfd, name, lookup, &path);

	if (err)
		return err;
	if (mode)
		err = check_access(&path, mode);
	path_put(&path);
	return err;
}

long sys_faccessat2(int dfd, const char *name, int mode, int flags)
{
	const struct cred *old = current->cred;
	struct cred *real;
	u32 lookup = (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) | (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
	long err;

	if ((mode & ~(R_OK | W_OK | X_OK)) || (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)))
		return -EINVAL;
	if ((flags & AT_EACCESS) || (old->uid == old->fsuid && old->gid == old->fsgid))
		return access_by_name(dfd, name, mode, lookup);
	real = real_creds();
	if (!real)
		return -ENOMEM;
	current->cred = real;
	err = access_by_name(dfd, name, mode, lookup);
	current->cred = old;
	put_cred(real);
	return err;
}

long sys_faccessat(int dfd, const char *name, int mode)
{
	return sys_faccessat2(dfd, name, mode, 0);
}

long sys_access(const char *name, int mode)
{
	return sys_faccessat2(AT_FDCWD, name, mode, 0);
}
