/* SPDX-License-Identifier: MIT */
/*
 * Which inodes are free: a bitmap for each group, as for blocks (balloc.c).
 *
 * Where an inode lies decides where its blocks go. Files lie in their directory's group, since who reads one will
 * read its neighbours. Directories below the root are spread over the groups, those below others go where their parent is
 * unless that is fuller than the average: a tree stays together, but no group fills up first (after G. Orlov, BSD).
 *
 * A number is given back last of all when an inode goes, and while it goes the inode stays in the inode cache: whoever
 * is given the number again waits in iget_locked() until the old one has left.
 *
 * Locks: bits and counts change under s_lock.
 */
#include "fs/ext2/ext2.h"
#include "kernel/task/task.h"
#include "lib/bitmap.h"
#include "lib/err.h"
#include "lib/string.h"

/* The first group from start on with so many free inodes and blocks; s_groups_count: none. */
static u32 find_group_with(struct super_block *sb, u32 start, u32 inodes, u32 blocks)
{
	u32 groups = EXT2_SB(sb)->s_groups_count, group = start;

	do {
		const struct ext2_group_desc *gd = ext2_get_group_desc(sb, group, NULL);

		if (gd->bg_free_inodes_count >= inodes && gd->bg_free_blocks_count >= blocks)
			return group;
		group = group + 1 < groups ? group + 1 : 0;
	} while (group != start);
	return groups;
}

static u32 find_group(struct inode *dir, umode_t mode)
{
	struct super_block *sb = dir->i_sb;
	const struct ext2_sb_info *sbi = EXT2_SB(sb);
	u32 parent = EXT2_I(dir)->i_block_group, groups = sbi->s_groups_count, group;

	if (S_ISDIR(mode)) {
		u32 start = dir->i_ino == EXT2_ROOT_INO ? sbi->s_dirs % groups : parent;

		group = find_group_with(sb, start, max(sbi->s_free_inodes / groups, 1u), max(sbi->s_free_blocks / groups, 1u));
	} else {
		group = find_group_with(sb, parent, 1, 1);
	}
	return group < groups ? group : find_group_with(sb, parent, 1, 0);
}

/* A number of the group, marked as used; 0 with *err: 0 if the group is merely full. */
static u32 new_number_in(struct super_block *sb, u32 group, bool is_dir, int *err)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	struct buffer_head *desc_bh, *bh;
	struct ext2_group_desc *gd = ext2_get_group_desc(sb, group, &desc_bh);
	u32 size = sbi->s_inodes_per_group, bit;

	bh = sb_bread(sb, gd->bg_inode_bitmap);
	if (!bh) {
		*err = -EIO;
		return 0;
	}
	spin_lock(&sbi->s_lock);
	bit = find_next_zero_bit((unsigned long *)bh->b_data, size, group ? 0 : sbi->s_first_ino - 1);
	if (bit < size) {
		__set_bit(bit, (unsigned long *)bh->b_data);
		gd->bg_free_inodes_count -= gd->bg_free_inodes_count != 0;
		gd->bg_used_dirs_count += is_dir;
		sbi->s_free_inodes -= sbi->s_free_inodes != 0;
		sbi->s_dirs += is_dir;
	}
	spin_unlock(&sbi->s_lock);
	if (bit < size) {
		mark_buffer_dirty(bh);
		mark_buffer_dirty(desc_bh);
	}
	brelse(bh);
	return bit < size ? group * sbi->s_inodes_per_group + bit + 1 : 0;
}

static void release_number(struct super_block *sb, u32 ino, bool is_dir)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	u32 group = (ino - 1) / sbi->s_inodes_per_group, bit = (ino - 1) % sbi->s_inodes_per_group;
	struct buffer_head *desc_bh, *bh;
	struct ext2_group_desc *gd = ext2_get_group_desc(sb, group, &desc_bh);
	u32 nofail = memalloc_nofail_save();	/* as for blocks: it would be lost */
	bool was_set;

	bh = sb_bread(sb, gd->bg_inode_bitmap);
	memalloc_nofail_restore(nofail);
	if (!bh) {
		ext2_error(sb, "inode #%u is lost: the bitmap cannot be read", ino);
		return;
	}
	spin_lock(&sbi->s_lock);
	was_set = __test_and_clear_bit(bit, (unsigned long *)bh->b_data);
	if (was_set) {
		gd->bg_free_inodes_count++;
		sbi->s_free_inodes++;
		if (is_dir && gd->bg_used_dirs_count) {
			gd->bg_used_dirs_count--;
			sbi->s_dirs--;
		}
	}
	spin_unlock(&sbi->s_lock);
	mark_buffer_dirty(bh);
	mark_buffer_dirty(desc_bh);
	brelse(bh);
	if (!was_set)
		ext2_error(sb, "inode #%u was free already", ino);
}

void ext2_free_inode(struct inode *inode)
{
	release_number(inode->i_sb, (u32)inode->i_ino, S_ISDIR(inode->i_mode));
}

/* 0 with *err. */
static u32 new_number(struct inode *dir, umode_t mode, int *err)
{
	struct super_block *sb = dir->i_sb;
	u32 groups = EXT2_SB(sb)->s_groups_count, group = find_group(dir, mode), ino;

	*err = 0;
	if (group < groups)
		for (u32 i = 0; i < groups; i++) {
			ino = new_number_in(sb, group, S_ISDIR(mode), err);
			if (ino)
				return ino;
			group = group + 1 < groups ? group + 1 : 0;
		}
	*err = *err ? *err : -ENOSPC;
	return 0;
}

static u32 inherited_flags(const struct inode *dir, umode_t mode)
{
	u32 flags = EXT2_I(dir)->i_flags & EXT2_FL_INHERITED;

	if (S_ISDIR(mode))
		return flags;
	return S_ISREG(mode) ? flags & ~EXT2_DIRSYNC_FL : flags & (EXT2_NODUMP_FL | EXT2_NOATIME_FL);
}

static void init_inode(struct inode *inode, struct inode *dir, umode_t mode, dev_t rdev)
{
	struct ext2_sb_info *sbi = EXT2_SB(inode->i_sb);
	struct ext2_inode_info *ei = EXT2_I(inode);

	inode_init_owner(inode, dir, mode);
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_fs_time();
	ei->i_block_group = ((u32)inode->i_ino - 1) / sbi->s_inodes_per_group;
	ei->i_flags = inherited_flags(dir, mode);
	ei->i_loaded = ei->i_new = true;
	spin_lock(&sbi->s_lock);
	inode->i_generation = sbi->s_next_generation++;
	spin_unlock(&sbi->s_lock);
	ext2_set_inode_flags(inode);
	ext2_set_operations(inode, rdev);
}

struct inode *ext2_new_inode(struct inode *dir, umode_t mode, dev_t rdev)
{
	struct super_block *sb = dir->i_sb;
	struct inode *inode;
	int err;
	u32 ino = new_number(dir, mode, &err);

	if (!ino)
		return ERR_PTR(err);
	inode = iget_locked(sb, ino);
	if (!inode) {
		release_number(sb, ino, S_ISDIR(mode));
		return ERR_PTR(-ENOMEM);
	}
	if (!(inode->i_state & I_NEW)) {	/* a name leads to it: the bit was wrong, and is right now */
		ext2_error(sb, "inode #%u is in use, but its bitmap said that it was free", ino);
		iput(inode);
		return ERR_PTR(-EFSCORRUPTED);
	}
	init_inode(inode, dir, mode, rdev);
	unlock_new_inode(inode);
	mark_inode_dirty(inode);
	return inode;
}
