/* SPDX-License-Identifier: MIT */
/*
 * Permissions, and changing attributes. Who may do what to a file is decided here, from the mode bits (path_resolution(7),
 * inode(7)) and the capabilities that stand for root's power (capabilities(7)).
 */
#include "fs/fs.h"
#include "kernel/task/task.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"

static umode_t mode_class(const struct inode *inode)
{
	if (current->cred->fsuid == inode->i_uid)
		return inode->i_mode >> 6;
	if (in_group(inode->i_gid))
		return inode->i_mode >> 3;
	return inode->i_mode;
}

/* One class of the mode decides, also if it grants less than the next. */
int generic_permission(struct inode *inode, int mask)
{
	mask &= MAY_READ | MAY_WRITE | MAY_EXEC;
	if (!(mask & ~mode_class(inode)))
		return 0;
	if (S_ISDIR(inode->i_mode)) {
		if (!(mask & MAY_WRITE) && capable(CAP_DAC_READ_SEARCH))
			return 0;
		return capable(CAP_DAC_OVERRIDE) ? 0 : -EACCES;
	}
	if (mask == MAY_READ && capable(CAP_DAC_READ_SEARCH))
		return 0;
	/* Even root executes only what somebody may execute. */
	if ((!(mask & MAY_EXEC) || (inode->i_mode & S_IXUGO)) && capable(CAP_DAC_OVERRIDE))
		return 0;
	return -EACCES;
}

int inode_permission(struct inode *inode, int mask)
{
	umode_t mode = inode->i_mode;

	if (mask & MAY_WRITE) {
		if ((inode->i_sb->s_flags & SB_RDONLY) && (S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode)))
			return -EROFS;
		if (inode->i_flags & S_IMMUTABLE)
			return -EPERM;
	}
	return inode->i_op->permission ? inode->i_op->permission(inode, mask) : generic_permission(inode, mask);
}

bool inode_owner_or_capable(const struct inode *inode)
{
	return current->cred->fsuid == inode->i_uid || capable(CAP_FOWNER);
}

static bool chown_ok(const struct inode *inode, u32 uid)
{
	return (current->cred->fsuid == inode->i_uid && uid == inode->i_uid) || capable(CAP_CHOWN);
}

static bool chgrp_ok(const struct inode *inode, u32 gid)
{
	return (current->cred->fsuid == inode->i_uid && (in_group(gid) || gid == inode->i_gid)) || capable(CAP_CHOWN);
}

int inode_newsize_ok(const struct inode *inode, loff_t size)
{
	u64 limit = rlimit(RLIMIT_FSIZE);

	if (inode->i_flags & S_SWAPFILE)
		return -ETXTBSY;
	if (size <= i_size_read(inode))
		return 0;
	if (limit != RLIM64_INFINITY && (u64)size > limit) {
		send_sig(SIGXFSZ, current, 0);
		return -EFBIG;
	}
	return size > inode->i_sb->s_maxbytes ? -EFBIG : 0;
}

/* May the change be made? Clears set-group-id from a mode whose setter is not in the group. */
int setattr_prepare(struct dentry *dentry, struct iattr *attr)
{
	struct inode *inode = dentry->d_inode;
	u32 valid = attr->ia_valid;

	if (valid & ATTR_SIZE) {
		int err = inode_newsize_ok(inode, attr->ia_size);

		if (err)
			return err;
	}
	if (valid & ATTR_FORCE)
		return 0;
	if ((valid & ATTR_UID) && !chown_ok(inode, attr->ia_uid))
		return -EPERM;
	if ((valid & ATTR_GID) && !chgrp_ok(inode, attr->ia_gid))
		return -EPERM;
	if (valid & ATTR_MODE) {
		u32 gid = valid & ATTR_GID ? attr->ia_gid : inode->i_gid;

		if (!inode_owner_or_capable(inode))
			return -EPERM;
		if (!in_group(gid) && !capable(CAP_FSETID))
			attr->ia_mode &= ~S_ISGID;
	}
	if ((valid & (ATTR_ATIME_SET | ATTR_MTIME_SET)) && !inode_owner_or_capable(inode))
		return -EPERM;
	return 0;
}

void setattr_copy(struct inode *inode, const struct iattr *attr)
{
	u32 valid = attr->ia_valid;

	if (valid & ATTR_UID)
		inode->i_uid = attr->ia_uid;
	if (valid & ATTR_GID)
		inode->i_gid = attr->ia_gid;
	if (valid & ATTR_ATIME)
		inode->i_atime = attr->ia_atime;
	if (valid & ATTR_MTIME)
		inode->i_mtime = attr->ia_mtime;
	if (valid & ATTR_CTIME)
		inode->i_ctime = attr->ia_ctime;
	if (valid & ATTR_MODE)
		inode->i_mode = (inode->i_mode & S_IFMT) | (attr->ia_mode & ~S_IFMT);
	mark_inode_dirty(inode);
}

/*
 * A file that shrinks has its new size first: a fault that comes in between finds the page behind the end and gets SIGBUS. One that grows
 * has it last. What a mapping left behind the old end must read zero, and is cleared as long as nobody can make use of it: from the new
 * size on, pages behind the old end may be mapped and written to.
 */
void truncate_setsize(struct inode *inode, loff_t newsize)
{
	loff_t oldsize = inode->i_size;

	if (newsize > oldsize)
		truncate_page_tail(inode->i_mapping, oldsize);
	i_size_write(inode, newsize);
	if (newsize < oldsize)
		truncate_pagecache(inode, newsize);
	pagecache_isize_extended(inode, oldsize, newsize);
}

int simple_setattr(struct dentry *dentry, struct iattr *attr)
{
	int err = setattr_prepare(dentry, attr);

	if (err)
		return err;
	if (attr->ia_valid & ATTR_SIZE)
		truncate_setsize(dentry->d_inode, attr->ia_size);
	setattr_copy(dentry->d_inode, attr);
	return 0;
}

/* A new owner does not inherit the power that the set-id bits gave away. */
static void kill_set_id(const struct inode *inode, struct iattr *attr)
{
	umode_t mode = attr->ia_valid & ATTR_MODE ? attr->ia_mode : inode->i_mode, old = mode;

	if (attr->ia_valid & ATTR_KILL_SUID)
		mode &= ~S_ISUID;
	if ((attr->ia_valid & ATTR_KILL_SGID) && (mode & S_IXGRP))
		mode &= ~S_ISGID;
	attr->ia_valid &= ~(ATTR_KILL_SUID | ATTR_KILL_SGID);
	if (mode != old) {
		attr->ia_mode = mode;
		attr->ia_valid |= ATTR_MODE;
	}
}

int notify_change(struct dentry *dentry, struct iattr *attr)
{
	struct inode *inode = dentry->d_inode;
	struct fs_time now = current_fs_time();
	u32 wanted = attr->ia_valid;

	if (inode->i_flags & S_IMMUTABLE)
		return -EPERM;
	/* Nobody sets the time of change: it is always this moment. */
	attr->ia_ctime = now;
	if (!(wanted & ATTR_ATIME_SET))
		attr->ia_atime = now;
	if (!(wanted & ATTR_MTIME_SET))
		attr->ia_mtime = now;
	attr->ia_valid |= ATTR_CTIME;
	/* The owner's right to change the mode is not asked for bits that fall as a consequence. */
	if (wanted & (ATTR_KILL_SUID | ATTR_KILL_SGID)) {
		bool force = !(wanted & ATTR_MODE);
		int err = force ? setattr_prepare(dentry, attr) : 0;

		if (err)
			return err;
		kill_set_id(inode, attr);
		if (force)
			attr->ia_valid |= ATTR_FORCE;
	}
	return inode->i_op->setattr ? inode->i_op->setattr(dentry, attr) : simple_setattr(dentry, attr);
}

int deny_write_access(struct file *file)
{
	atomic_t *count = &file->f_inode->i_writecount;
	int v = atomic_read(count), old;

	for (; v <= 0; v = old)
		if ((old = atomic_cmpxchg(count, v, v - 1)) == v)
			return 0;
	return -ETXTBSY;
}

void allow_write_access(struct file *file)
{
	if (file)
		atomic_inc(&file->f_inode->i_writecount);
}
