/* SPDX-License-Identifier: MIT */
/*
 * Inodes between disk and memory. On disk they lie in the inode table of their group, one after the other, so that the
 * number alone says where. In memory the VFS has one inode for each number (iget_locked), and what changes there is
 * copied to the table's buffer by write_inode, some time later.
 *
 * An inode from the disk is believed only after read_inode() has looked at it. One that cannot be believed never
 * becomes i_loaded, and eviction leaves the disk alone.
 *
 * When the last user of an inode goes and no name is left, eviction frees its blocks, writes the time of its
 * deletion, and gives back its number, in this order: the number is free only when nothing of the old file is left.
 */
#include "fs/ext2/ext2.h"
#include "kernel/time.h"
#include "kernel/task/task.h"
#include "lib/abi/sysmacros.h"
#include "lib/err.h"
#include "lib/string.h"
#include "mm/slab.h"

/* The inode in its table, in *bh; NULL: cannot be read. */
static struct ext2_inode *get_raw_inode(struct super_block *sb, u32 ino, struct buffer_head **bh)
{
	const struct ext2_sb_info *sbi = EXT2_SB(sb);
	u32 group = (ino - 1) / sbi->s_inodes_per_group;
	u32 offset = (ino - 1) % sbi->s_inodes_per_group * sbi->s_inode_size;

	*bh = sb_bread(sb, ext2_get_group_desc(sb, group, NULL)->bg_inode_table + (offset >> sb->s_blocksize_bits));
	return *bh ? (struct ext2_inode *)((*bh)->b_data + (offset & (sb->s_blocksize - 1))) : NULL;
}

void ext2_set_inode_flags(struct inode *inode)
{
	u32 flags = EXT2_I(inode)->i_flags;

	inode->i_flags &= ~(S_APPEND | S_IMMUTABLE | S_NOATIME);
	if (flags & EXT2_APPEND_FL)
		inode->i_flags |= S_APPEND;
	if (flags & EXT2_IMMUTABLE_FL)
		inode->i_flags |= S_IMMUTABLE;
	if (flags & EXT2_NOATIME_FL)
		inode->i_flags |= S_NOATIME;
}

/* Two forms of a device's number: 16 bits in i_block[0], or 32 in i_block[1]. */
static void encode_rdev(struct ext2_inode_info *ei, dev_t rdev)
{
	ei->i_data[0] = old_valid_dev(rdev) ? old_encode_dev(rdev) : 0;
	ei->i_data[1] = old_valid_dev(rdev) ? 0 : new_encode_dev(rdev);
}

static dev_t decode_rdev(const struct ext2_inode_info *ei)
{
	return ei->i_data[0] ? old_decode_dev((u16)ei->i_data[0]) : new_decode_dev(ei->i_data[1]);
}

void ext2_set_operations(struct inode *inode, dev_t rdev)
{
	switch (inode->i_mode & S_IFMT) {
	case S_IFREG:
		inode->i_op = &ext2_file_iops;
		inode->i_fop = &ext2_file_fops;
		inode->i_data.a_ops = &ext2_aops;
		break;
	case S_IFDIR:
		inode->i_op = &ext2_dir_iops;
		inode->i_fop = &ext2_dir_fops;
		break;
	case S_IFLNK:
		inode->i_op = &ext2_symlink_iops;
		break;
	default:
		inode->i_op = &ext2_special_iops;
		init_special_inode(inode, inode->i_mode, rdev);
		if (S_ISCHR(inode->i_mode) || S_ISBLK(inode->i_mode))
			encode_rdev(EXT2_I(inode), rdev);
	}
}

static void copy_from_raw(struct inode *inode, const struct ext2_inode *raw)
{
	struct ext2_inode_info *ei = EXT2_I(inode);

	inode->i_mode = raw->i_mode;
	inode->i_uid = raw->i_uid | (u32)raw->i_uid_high << 16;
	inode->i_gid = raw->i_gid | (u32)raw->i_gid_high << 16;
	set_nlink(inode, raw->i_links_count);
	inode->i_size = raw->i_size | (S_ISREG(raw->i_mode) ? (u64)raw->i_size_high << 32 : 0);
	inode->i_atime.sec = (s32)raw->i_atime;
	inode->i_mtime.sec = (s32)raw->i_mtime;
	inode->i_ctime.sec = (s32)raw->i_ctime;
	inode->i_blocks = raw->i_blocks;
	inode->i_generation = raw->i_generation;
	ei->i_flags = raw->i_flags;
	ei->i_file_acl = raw->i_file_acl;
	ei->i_dtime = raw->i_dtime;
	ei->i_block_group = ((u32)inode->i_ino - 1) / EXT2_SB(inode->i_sb)->s_inodes_per_group;
	memcpy(ei->i_data, raw->i_block, sizeof(ei->i_data));
}

/* A directory has no holes, so it is no larger than its blocks, and they are no more than there are. */
static bool size_plausible(const struct inode *inode)
{
	const struct super_block *sb = inode->i_sb;
	u64 blocks = EXT2_SB(sb)->s_blocks_count;

	switch (inode->i_mode & S_IFMT) {
	case S_IFREG:
		return inode->i_size >= 0 && inode->i_size <= sb->s_maxbytes;
	case S_IFDIR:
		return inode->i_size > 0 && !(inode->i_size & (sb->s_blocksize - 1)) &&
		       (u64)inode->i_size <= inode->i_blocks << 9 && inode->i_blocks <= blocks << (inode->i_blkbits - 9);
	case S_IFLNK:
		return inode->i_size > 0 && inode->i_size < sb->s_blocksize;
	case S_IFCHR: case S_IFBLK: case S_IFIFO: case S_IFSOCK:
		return true;
	default:
		return false;
	}
}

static int read_inode(struct inode *inode, const struct ext2_inode *raw)
{
	struct ext2_inode_info *ei = EXT2_I(inode);

	copy_from_raw(inode, raw);
	if (!inode->i_nlink)
		return -ESTALE;
	if (!size_plausible(inode) || (ei->i_file_acl && !ext2_data_blocks_valid(inode->i_sb, ei->i_file_acl, 1))) {
		ext2_error(inode->i_sb, "inode #%llu is damaged: mode 0%o, size %lld", inode->i_ino, inode->i_mode, inode->i_size);
		return -EFSCORRUPTED;
	}
	ext2_set_inode_flags(inode);
	ext2_set_operations(inode, decode_rdev(ei));
	return S_ISLNK(inode->i_mode) ? ext2_read_link(inode) : 0;
}

struct inode *ext2_iget(struct super_block *sb, u32 ino)
{
	const struct ext2_sb_info *sbi = EXT2_SB(sb);
	const struct ext2_inode *raw;
	struct buffer_head *bh;
	struct inode *inode;
	int err;

	if ((ino != EXT2_ROOT_INO && ino < sbi->s_first_ino) || ino > sbi->s_inodes_count) {
		ext2_error(sb, "a name leads to inode #%u, which is no file's", ino);
		return ERR_PTR(-EFSCORRUPTED);
	}
	inode = iget_locked(sb, ino);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	if (!(inode->i_state & I_NEW))
		return inode;
	raw = get_raw_inode(sb, ino, &bh);
	err = raw ? read_inode(inode, raw) : -EIO;
	brelse(bh);
	if (err) {
		iget_failed(inode);
		return ERR_PTR(err);
	}
	EXT2_I(inode)->i_loaded = true;
	unlock_new_inode(inode);
	return inode;
}

static u32 raw_time(const struct fs_time *t)
{
	return (u32)(s32)clamp(t->sec, -0x80000000ll, 0x7fffffffll);
}

static void copy_to_raw(struct ext2_inode *raw, const struct inode *inode)
{
	const struct ext2_inode_info *ei = EXT2_I(inode);
	u64 size = (u64)inode->i_size;

	raw->i_mode = (u16)inode->i_mode;
	raw->i_uid = (u16)inode->i_uid;
	raw->i_uid_high = (u16)(inode->i_uid >> 16);
	raw->i_gid = (u16)inode->i_gid;
	raw->i_gid_high = (u16)(inode->i_gid >> 16);
	raw->i_links_count = (u16)inode->i_nlink;
	raw->i_size = (u32)size;
	if (S_ISREG(inode->i_mode))
		raw->i_size_high = (u32)(size >> 32);
	raw->i_atime = raw_time(&inode->i_atime);
	raw->i_mtime = raw_time(&inode->i_mtime);
	raw->i_ctime = raw_time(&inode->i_ctime);
	raw->i_dtime = ei->i_dtime;
	raw->i_blocks = (u32)inode->i_blocks;
	raw->i_flags = ei->i_flags;
	raw->i_generation = inode->i_generation;
	raw->i_file_acl = ei->i_file_acl;
	memcpy(raw->i_block, ei->i_data, sizeof(raw->i_block));
}

/* Nobody locks the buffer: a write that is under way may take half of the change, but then another follows. */
int ext2_write_inode(struct inode *inode, bool sync)
{
	struct ext2_inode_info *ei = EXT2_I(inode);
	struct super_block *sb = inode->i_sb;
	struct buffer_head *bh;
	struct ext2_inode *raw;
	int err = 0;
	u32 nofail;

	if (!ei->i_loaded)
		return 0;
	nofail = memalloc_nofail_save();	/* it has been changed long ago: what is not written now is lost when it is evicted */
	raw = get_raw_inode(sb, (u32)inode->i_ino, &bh);
	memalloc_nofail_restore(nofail);
	if (!raw)
		return -EIO;
	if (ei->i_new)
		memset(raw, 0, EXT2_SB(sb)->s_inode_size);
	ei->i_new = false;
	copy_to_raw(raw, inode);
	mark_buffer_dirty(bh);
	if (sync)
		err = sync_dirty_buffer(bh);
	brelse(bh);
	if (S_ISREG(inode->i_mode) && inode->i_size > 0x7fffffff)
		ext2_set_large_file(sb);
	return err;
}

/* Another inode of the table's block may have had it written meanwhile: then this one only waits. */
int ext2_sync_inode(struct inode *inode)
{
	struct buffer_head *bh;
	int err = -EIO;

	if (get_raw_inode(inode->i_sb, (u32)inode->i_ino, &bh))
		err = sync_dirty_buffer(bh);
	brelse(bh);
	return err;
}

void ext2_drop_nlink(struct inode *inode)
{
	if (inode->i_nlink)
		drop_nlink(inode);
	else
		ext2_error(inode->i_sb, "inode #%llu has more names than it counts", inode->i_ino);
	mark_inode_dirty(inode);
}

/* Several inodes with the same attributes may share the block. */
static void free_xattr_block(struct inode *inode)
{
	struct super_block *sb = inode->i_sb;
	u32 block = EXT2_I(inode)->i_file_acl;
	struct buffer_head *bh = block ? sb_bread(sb, block) : NULL;
	struct ext2_xattr_header *header;

	if (!bh)
		return;
	header = (struct ext2_xattr_header *)bh->b_data;
	EXT2_I(inode)->i_file_acl = 0;
	if (header->h_magic != EXT2_XATTR_MAGIC) {
		ext2_error(sb, "inode #%llu has a bad block of attributes: %u", inode->i_ino, block);
		brelse(bh);
		return;
	}
	lock_buffer(bh);
	if (header->h_refcount > 1) {
		header->h_refcount--;
		unlock_buffer(bh);
		mark_buffer_dirty(bh);
		brelse(bh);
	} else {
		unlock_buffer(bh);
		bforget(bh);
		ext2_free_blocks(sb, block, 1);
	}
}

static void delete_contents(struct inode *inode)
{
	u32 nofail = memalloc_nofail_save();	/* nobody would come back to what is left */

	ext2_truncate_blocks(inode, 0);
	free_xattr_block(inode);
	inode->i_size = 0;
	inode->i_blocks = 0;
	EXT2_I(inode)->i_dtime = get_seconds();
	ext2_write_inode(inode, false);
	memalloc_nofail_restore(nofail);
}

void ext2_evict_inode(struct inode *inode)
{
	bool delete = EXT2_I(inode)->i_loaded && !inode->i_nlink && !(inode->i_sb->s_flags & SB_RDONLY);

	truncate_inode_pages(&inode->i_data, 0);
	if (delete)
		delete_contents(inode);
	if (S_ISLNK(inode->i_mode) && inode->i_link != (char *)EXT2_I(inode)->i_data)
		kfree(inode->i_link);
	invalidate_inode_buffers(inode);
	clear_inode(inode);
	if (delete)
		ext2_free_inode(inode);
}

static int set_size(struct inode *inode, loff_t size)
{
	int err = size < inode->i_size ? block_truncate_page(inode->i_mapping, size, ext2_get_block) : 0;

	if (err)
		return err;
	truncate_setsize(inode, size);
	ext2_truncate_blocks(inode, size);
	return 0;
}

int ext2_setattr(struct dentry *dentry, struct iattr *attr)
{
	struct inode *inode = dentry->d_inode;
	int err = setattr_prepare(dentry, attr);

	if (!err && (attr->ia_valid & ATTR_SIZE) && S_ISREG(inode->i_mode))
		err = set_size(inode, attr->ia_size);
	if (err)
		return err;
	setattr_copy(inode, attr);
	return 0;
}
