/* SPDX-License-Identifier: MIT */
/*
 * Open files (struct file): making and giving back. The object is shared by all descriptors that came from the
 * same open(2); the last reference closes it. A file opened for writing holds write access to its inode (so that
 * it cannot be executed meanwhile) and to its mount (so that the mount cannot become read-only).
 */
#include "fs/internal.h"
#include "fs/locks.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/err.h"

static struct kmem_cache *filp_cache;
static atomic_t nr_files;
unsigned long sysctl_file_max = 8192;

static void file_ctor(void *obj)
{
	struct file *f = obj;

	mutex_init(&f->f_pos_lock);
	spin_lock_init(&f->f_lock);
}

void file_table_init(void)
{
	filp_cache = kmem_cache_create("filp", sizeof(struct file), 0, file_ctor);
	if (!filp_cache)
		panic("no memory for open files");
	sysctl_file_max = max(totalram_pages() / 10 * (PAGE_SIZE / 1024), 8192ul);
}

unsigned long nr_open_files(void)
{
	return atomic_read(&nr_files);
}

struct file *alloc_empty_file(u32 flags)
{
	struct file *f;

	if (unlikely((unsigned long)atomic_inc_return(&nr_files) > sysctl_file_max) && !capable(CAP_SYS_ADMIN)) {
		atomic_dec(&nr_files);
		return ERR_PTR(-ENFILE);
	}
	f = kmem_cache_alloc(filp_cache, GFP_KERNEL);
	if (!f) {
		atomic_dec(&nr_files);
		return ERR_PTR(-ENOMEM);
	}
	atomic_set(&f->f_count, 1);
	f->f_flags = flags;
	f->f_mode = 0;
	f->f_op = NULL;
	f->f_pos = 0;
	f->f_cred = get_cred(current->cred);
	f->f_owner = (struct fown_struct){ 0, 0, 0 };
	f->f_ra = (struct file_ra_state){ .ra_pages = 32 };
	f->f_version = 0;
	f->private_data = NULL;
	return f;
}

void free_empty_file(struct file *f)
{
	put_cred(f->f_cred);
	kmem_cache_free(filp_cache, f);
	atomic_dec(&nr_files);
}

/* For files that are not opened by name: pipes, anonymous inodes. */
struct file *alloc_file(const struct path *path, u32 flags, const struct file_operations *fops)
{
	struct file *f = alloc_empty_file(flags);
	u32 acc = flags & O_ACCMODE;

	if (IS_ERR(f))
		return f;
	f->f_path = *path;
	f->f_inode = path->dentry->d_inode;
	f->f_mapping = f->f_inode->i_mapping;
	f->f_op = fops;
	if (acc != O_WRONLY)
		f->f_mode |= FMODE_READ;
	if (acc != O_RDONLY)
		f->f_mode |= FMODE_WRITE;
	return f;
}

void __fput(struct file *f)
{
	struct inode *inode = f->f_inode;
	struct path path = f->f_path;

	might_sleep();
	if (unlikely(inode->i_flctx))
		locks_remove_file(f);
	if (f->f_op && f->f_op->release)
		f->f_op->release(inode, f);
	if (f->f_mode & FMODE_WRITER) {
		put_write_access(inode);
		mnt_drop_write(path.mnt);
	}
	free_empty_file(f);
	path_put(&path);
}

int filp_close(struct file *f)
{
	int err = 0;

	if (unlikely(f->f_op && f->f_op->flush))
		err = f->f_op->flush(f);
	if (unlikely(f->f_inode->i_flctx))
		locks_remove_posix(f, current->files);
	fput(f);
	return err;
}
