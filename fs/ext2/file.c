/* SPDX-License-Identifier: MIT */
/*
 * Regular files: how the page cache reaches the disk. The work is done by the generic code of mm/ and fs/buffer.c;
 * ext2 adds the answer to "where is block n?" (ext2_get_block) and takes back what a failed write had allocated.
 *
 * And the flags that chattr(1) sets, for files and directories.
 */
#include "fs/ext2/ext2.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/task/task.h"
#include "lib/abi/capability.h"
#include "lib/abi/ioctls.h"

static int ext2_readpage(struct file *file, struct page *page)
{
	return block_read_full_page(page, ext2_get_block);
}

static int ext2_writepage(struct page *page, struct writeback_control *wbc)
{
	return block_write_full_page(page, ext2_get_block, wbc);
}

static void ext2_readpages(struct address_space *mapping, struct page **pages, unsigned nr)
{
	block_readpages(pages, nr, ext2_get_block);
}

static int ext2_page_mkwrite(struct vm_area_struct *vma, struct page *page)
{
	return block_page_mkwrite(vma, page, ext2_get_block);
}

static u64 ext2_bmap(struct address_space *mapping, u64 block)
{
	return generic_block_bmap(mapping, block, ext2_get_block);
}

/* Blocks were allocated for bytes that were not written: i_size does not cover them. */
static void write_failed(struct address_space *mapping, loff_t to)
{
	struct inode *inode = mapping->host;

	if (to > inode->i_size) {
		truncate_pagecache(inode, inode->i_size);
		ext2_truncate_blocks(inode, inode->i_size);
	}
}

static int ext2_write_begin(struct file *file, struct address_space *mapping, loff_t pos, unsigned len, struct page **pagep)
{
	int err = block_write_begin(mapping, pos, len, pagep, ext2_get_block);

	if (err < 0)
		write_failed(mapping, pos + len);
	return err;
}

static int ext2_write_end(struct file *file, struct address_space *mapping, loff_t pos, unsigned len, unsigned copied,
			  struct page *page)
{
	int done = generic_write_end(file, mapping, pos, len, copied, page);

	if (done < (int)len)
		write_failed(mapping, pos + len);
	return done;
}

const struct address_space_operations ext2_aops = {
	.readpage = ext2_readpage,
	.readpages = ext2_readpages,
	.writepage = ext2_writepage,
	.write_begin = ext2_write_begin,
	.write_end = ext2_write_end,
	.page_mkwrite = ext2_page_mkwrite,
	.dirty_private = block_dirty_buffers,
	.invalidatepage = block_invalidatepage,
	.releasepage = try_to_free_buffers,
	.bmap = ext2_bmap,
};

/* chattr +S and mount -o sync: as if every file were open with O_SYNC. */
static ssize_t ext2_file_write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	struct inode *inode = file->f_inode;
	ssize_t n = generic_file_write(file, from, pos);
	int err;

	if (n <= 0 || !((inode->i_sb->s_flags & MS_SYNCHRONOUS) || (EXT2_I(inode)->i_flags & EXT2_SYNC_FL)))
		return n;
	err = vfs_fsync(file, false);
	return err ? err : n;
}

static loff_t ext2_llseek(struct file *file, loff_t offset, int whence)
{
	if (whence == SEEK_DATA || whence == SEEK_HOLE) {
		offset = ext2_seek_data_hole(file->f_inode, offset, whence == SEEK_DATA);
		if (offset < 0)
			return offset;
		whence = SEEK_SET;
	}
	return generic_file_llseek(file, offset, whence);
}

static long set_flags(struct file *file, u32 flags)
{
	struct inode *inode = file->f_inode;
	struct ext2_inode_info *ei = EXT2_I(inode);
	long err = 0;

	if (!S_ISDIR(inode->i_mode))
		flags &= ~(EXT2_DIRSYNC_FL | EXT2_TOPDIR_FL);
	inode_lock(inode);
	if (((flags ^ ei->i_flags) & (EXT2_APPEND_FL | EXT2_IMMUTABLE_FL)) && !capable(CAP_LINUX_IMMUTABLE)) {
		err = -EPERM;
	} else {
		ei->i_flags = (ei->i_flags & ~EXT2_FL_USER_MODIFIABLE) | (flags & EXT2_FL_USER_MODIFIABLE);
		ext2_set_inode_flags(inode);
		inode->i_ctime = current_fs_time();
		mark_inode_dirty(inode);
	}
	inode_unlock(inode);
	return err;
}

static long change(struct file *file, u32 cmd, u32 value)
{
	struct inode *inode = file->f_inode;
	long err;

	if (!inode_owner_or_capable(inode))
		return -EPERM;
	err = mnt_want_write(file->f_path.mnt);
	if (err)
		return err;
	if (cmd == FS_IOC_SETFLAGS) {
		err = set_flags(file, value);
	} else {
		inode_lock(inode);
		inode->i_generation = value;
		inode->i_ctime = current_fs_time();
		mark_inode_dirty(inode);
		inode_unlock(inode);
	}
	mnt_drop_write(file->f_path.mnt);
	return err;
}

static long ext2_ioctl(struct file *file, u32 cmd, unsigned long arg)
{
	struct inode *inode = file->f_inode;
	u32 value;

	switch (cmd) {
	case FS_IOC_GETFLAGS:
		return put_user(EXT2_I(inode)->i_flags & EXT2_FL_USER_VISIBLE, (u32 *)arg);
	case FS_IOC_GETVERSION:
		return put_user(inode->i_generation, (u32 *)arg);
	case FS_IOC_SETFLAGS:
	case FS_IOC_SETVERSION:
		return get_user(value, (u32 *)arg) ? -EFAULT : change(file, cmd, value);
	default:
		return -ENOTTY;
	}
}

const struct inode_operations ext2_file_iops = { .setattr = ext2_setattr };
const struct file_operations ext2_file_fops = {
	.llseek = ext2_llseek,
	.read = generic_file_read,
	.write = ext2_file_write,
	.mmap = generic_file_mmap,
	.open = generic_file_open,
	.ioctl = ext2_ioctl,
	.fsync = generic_file_fsync,
};
const struct file_operations ext2_dir_fops = {
	.llseek = generic_file_llseek,
	.iterate_shared = ext2_readdir,
	.ioctl = ext2_ioctl,
	.fsync = generic_file_fsync,
};
