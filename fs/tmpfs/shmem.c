/* SPDX-License-Identifier: MIT */
/*
 * Memory that several processes share without a file of their own is a tmpfs file without a name, in an instance
 * that the kernel keeps for itself. Its pages are charged against the overcommit limit instead of a mount's size.
 */
#include "fs/internal.h"
#include "fs/tmpfs/tmpfs.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/mm.h"
#include "mm/shmem.h"

static struct vfsmount *shm_mnt;

void shmem_init(struct file_system_type *type)
{
	shm_mnt = kern_mount(type);
	if (IS_ERR(shm_mnt))
		panic("cannot mount the file system for shared memory");
	TMPFS_SB(shm_mnt->mnt_sb)->max_pages = 0;
	TMPFS_SB(shm_mnt->mnt_sb)->max_inodes = 0;
}

static int shmem_dname(struct dentry *d, char *buf, int len)
{
	return snprintf(buf, len, "/%s (deleted)", d->d_name.name);
}
static const struct dentry_operations shmem_dops = { .d_dname = shmem_dname };

static struct inode *shmem_inode(loff_t size, u32 vm_flags, int *err)
{
	unsigned long pages = (unsigned long)((size + PAGE_SIZE - 1) >> PAGE_SHIFT);
	bool account = !(vm_flags & VM_NORESERVE);
	struct inode *inode;

	*err = account ? vm_acct_memory(pages) : 0;
	if (*err)
		return NULL;
	inode = tmpfs_get_inode(shm_mnt->mnt_sb, NULL, S_IFREG | S_IRWXUGO, 0, err);
	if (!inode) {
		if (account)
			vm_unacct_memory(pages);
		return NULL;
	}
	clear_nlink(inode);
	inode->i_size = size;
	TMPFS_I(inode)->accounted = account ? pages : 0;
	return inode;
}

struct file *shmem_file_setup(const char *name, loff_t size, u32 vm_flags)
{
	struct inode *inode;
	struct path path;
	struct file *f;
	int err;

	if (size < 0 || size > shm_mnt->mnt_sb->s_maxbytes)
		return ERR_PTR(-EINVAL);
	inode = shmem_inode(size, vm_flags, &err);
	if (!inode)
		return ERR_PTR(err);
	path.dentry = d_alloc_pseudo(shm_mnt->mnt_sb, name, inode);
	if (!path.dentry) {
		iput(inode);
		return ERR_PTR(-ENOMEM);
	}
	path.dentry->d_op = &shmem_dops;
	path.mnt = mntget(shm_mnt);
	f = alloc_file(&path, O_RDWR | O_LARGEFILE, &tmpfs_file_fops);
	if (IS_ERR(f)) {
		path_put(&path);
		return f;
	}
	f->f_mode |= FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	return f;
}

/* memfd_create(2): the same as a descriptor. Sealing is not offered: fcntl(F_ADD_SEALS) gives EINVAL. */
long sys_memfd_create(const char *user_name, u32 flags)
{
	static const char prefix[] = "memfd:";
	char *name;
	struct file *f;
	long n;
	int fd;

	if (flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING))
		return -EINVAL;
	name = kmalloc(NAME_MAX + 1, GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	memcpy(name, prefix, sizeof(prefix) - 1);
	n = strncpy_from_user(name + sizeof(prefix) - 1, user_name, NAME_MAX - sizeof(prefix) + 2);
	if (n < 0 || n > (long)(NAME_MAX - sizeof(prefix) + 1)) {
		kfree(name);
		return n < 0 ? n : -EINVAL;
	}
	fd = get_unused_fd_flags(flags & MFD_CLOEXEC ? O_CLOEXEC : 0);
	f = fd < 0 ? ERR_PTR(fd) : shmem_file_setup(name, 0, VM_NORESERVE);
	kfree(name);
	if (!IS_ERR(f)) {
		fd_install(fd, f);
	} else if (fd >= 0) {
		put_unused_fd(fd);
		fd = PTR_ERR(f);
	}
	return fd;
}
