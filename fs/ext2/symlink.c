/* SPDX-License-Identifier: MIT */
/*
 * Symbolic links. A short text (up to 59 bytes and a NUL) lies in the inode itself, where block numbers would be: the
 * link costs no block and is read with its inode. A longer one has a block, which like a directory's goes through the
 * device's pages. In memory both are i_link, complete and terminated before anybody sees the inode: following one
 * never fails and never sleeps.
 */
#include "fs/ext2/ext2.h"
#include "lib/err.h"
#include "lib/string.h"
#include "mm/slab.h"

/* i_size has been checked: 1 ... block size - 1. The disk's text may lack its end, or have one too early. */
int ext2_read_link(struct inode *inode)
{
	u32 len = (u32)inode->i_size, block;
	struct buffer_head *bh;
	char *text;
	int err;

	if (ext2_is_fast_symlink(inode)) {
		text = (char *)EXT2_I(inode)->i_data;
		text[len] = '\0';
		inode->i_link = text;
		return 0;
	}
	err = ext2_map_block(inode, 0, false, &block);
	if (err)
		return err;
	if (!block) {
		ext2_error(inode->i_sb, "symbolic link #%llu has no block", inode->i_ino);
		return -EFSCORRUPTED;
	}
	text = kmalloc(len + 1, GFP_KERNEL);
	bh = text ? sb_bread(inode->i_sb, block) : NULL;
	if (!bh) {
		kfree(text);
		return text ? -EIO : -ENOMEM;
	}
	memcpy(text, bh->b_data, len);
	text[len] = '\0';
	inode->i_link = text;
	brelse(bh);
	return 0;
}

static int write_block(struct inode *inode, const char *target, size_t len)
{
	struct buffer_head *bh;
	u32 block;
	int err = ext2_map_block(inode, 0, true, &block);

	if (err < 0)
		return err;
	bh = sb_getblk(inode->i_sb, block);
	if (!bh)
		return -ENOMEM;
	lock_buffer(bh);
	memset(bh->b_data, 0, bh->b_size);
	memcpy(bh->b_data, target, len);
	set_buffer_uptodate(bh);
	unlock_buffer(bh);
	mark_buffer_dirty_inode(bh, inode);
	brelse(bh);
	return 0;
}

int ext2_write_link(struct inode *inode, const char *target)
{
	size_t len = strlen(target);

	inode->i_size = (loff_t)len;
	if (ext2_is_fast_symlink(inode)) {
		inode->i_link = strcpy((char *)EXT2_I(inode)->i_data, target);
		return 0;
	}
	inode->i_link = kstrdup(target, GFP_KERNEL);
	return inode->i_link ? write_block(inode, target, len) : -ENOMEM;
}

static const char *ext2_get_link(struct dentry *dentry, struct inode *inode, struct delayed_call *done)
{
	return inode->i_link;
}

const struct inode_operations ext2_symlink_iops = {
	.get_link = ext2_get_link,
	.setattr = ext2_setattr,
};
