/* SPDX-License-Identifier: MIT */
/* sync(2), fsync(2), fdatasync(2), syncfs(2), and dropping the caches. */
#include "fs/internal.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/init.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "mm/readahead.h"
#include "mm/writeback.h"

/* For files whose data is nowhere but in memory. */
int noop_fsync(struct file *file, loff_t start, loff_t end, bool datasync)
{
	return 0;
}

int vfs_fsync(struct file *file, bool datasync)
{
	if (!file->f_op->fsync)
		return -EINVAL;
	return file->f_op->fsync(file, 0, 0x7fffffffffffffffll, datasync);
}

static void sync_one(struct super_block *sb, void *arg)
{
	if (!(sb->s_flags & SB_RDONLY))
		sync_filesystem(sb);
}

void ksys_sync(void)
{
	iterate_supers(sync_one, NULL);
}

long sys_sync(void)
{
	ksys_sync();
	return 0;
}

long sys_syncfs(unsigned int fd)
{
	struct fd f = fdget(fd);
	struct super_block *sb;
	int err;

	if (!f.file)
		return -EBADF;
	sb = f.file->f_path.dentry->d_sb;
	down_read(&sb->s_umount);
	err = sync_filesystem(sb);
	up_read(&sb->s_umount);
	fdput(f);
	return err;
}

static long do_fsync(unsigned int fd, bool datasync)
{
	struct fd f = fdget(fd);
	int err;

	if (!f.file)
		return -EBADF;
	err = vfs_fsync(f.file, datasync);
	fdput(f);
	return err;
}

long sys_fsync(unsigned int fd)
{
	return do_fsync(fd, false);
}

long sys_fdatasync(unsigned int fd)
{
	return do_fsync(fd, true);
}

/* WILLNEED: read it; DONTNEED: have it written if it is dirty, and forget what is clean, in whole pages. */
static void advise_range(struct file *file, loff_t start, loff_t len, int advice)
{
	struct address_space *m = file->f_mapping;
	loff_t size = i_size_read(m->host), end = len > 0 && len < size - start ? start + len : size;
	pgoff_t first = (pgoff_t)((start + PAGE_SIZE - 1) >> PAGE_SHIFT), last = (pgoff_t)(end >> PAGE_SHIFT);

	if (start < 0 || start >= end || !(S_ISREG(m->host->i_mode) || S_ISBLK(m->host->i_mode)))
		return;
	if (advice == POSIX_FADV_WILLNEED) {
		force_readahead(m, (pgoff_t)(start >> PAGE_SHIFT), last - (pgoff_t)(start >> PAGE_SHIFT) + 1);
		return;
	}
	filemap_fdatawrite_range(m, start, end, false);
	if (end == size)
		last++;			/* the last page is all of it that there is */
	if (first < last)
		invalidate_mapping_pages(m, first, last - 1);
}

/* Advice about a range: checked, and followed where it costs nothing. */
long sys_fadvise64_64(unsigned int fd, u32 off_low, u32 off_high, u32 len_low, u32 len_high, int advice)
{
	struct fd f = fdget(fd);
	long err = 0;

	if (!f.file)
		return -EBADF;
	if (S_ISFIFO(f.file->f_inode->i_mode))
		err = -ESPIPE;
	else if ((s32)len_high < 0 || advice < POSIX_FADV_NORMAL || advice > POSIX_FADV_NOREUSE)
		err = -EINVAL;
	else if (advice == POSIX_FADV_RANDOM)
		f.file->f_ra.ra_pages = 0;
	else if (advice == POSIX_FADV_NORMAL)
		f.file->f_ra.ra_pages = 32;
	else if (advice == POSIX_FADV_SEQUENTIAL)
		f.file->f_ra.ra_pages = 64;
	else if (advice == POSIX_FADV_WILLNEED || advice == POSIX_FADV_DONTNEED)
		advise_range(f.file, (loff_t)((u64)off_high << 32 | off_low), (loff_t)((u64)len_high << 32 | len_low), advice);
	fdput(f);
	return err;
}

long sys_fadvise64(unsigned int fd, u32 off_low, u32 off_high, u32 len, int advice)
{
	return sys_fadvise64_64(fd, off_low, off_high, len, 0, advice);
}

/* Drops clean pages of the instance's files until *arg (unsigned long) of them are gone. */
static void drop_pagecache(struct super_block *sb, void *arg)
{
	struct inode *inode, *prev = NULL;
	unsigned long *left = arg;

	spin_lock(&sb->s_inode_lock);
	list_for_each_entry(inode, &sb->s_inodes, i_sb_list) {
		unsigned long n;

		if (!*left)
			break;
		if (!inode->i_data.nrpages || test_bit(AS_UNEVICTABLE, &inode->i_data.flags) ||
		    !atomic_inc_not_zero(&inode->i_count))
			continue;
		spin_unlock(&sb->s_inode_lock);
		n = invalidate_mapping_pages(&inode->i_data, 0, ~(pgoff_t)0);
		*left -= min(n, *left);
		iput(prev);
		prev = inode;	/* keeps our place in the list */
		spin_lock(&sb->s_inode_lock);
	}
	spin_unlock(&sb->s_inode_lock);
	iput(prev);
}

/* When memory is short, cached pages of files go, whole files at a time. */
static unsigned long scan_pagecache(unsigned long nr)
{
	unsigned long left = nr;

	if (nr)
		try_iterate_supers(drop_pagecache, &left);
	return nr - left;
}
static struct shrinker pagecache_shrinker = { .name = "pagecache", .scan = scan_pagecache };

static int pagecache_shrinker_init(void)
{
	register_shrinker(&pagecache_shrinker);
	return 0;
}
core_initcall(pagecache_shrinker_init);

void drop_caches(int what)
{
	unsigned long all = ~0ul;

	if (what & 1)
		iterate_supers(drop_pagecache, &all);
	if (what & 2) {
		prune_dcache(~0ul);
		shrink_slab(~0ul);
		kmem_cache_shrink_all();
	}
}
