/* SPDX-License-Identifier: MIT */
/*
 * Which blocks are free. Each group has a bitmap of its blocks, one bit each; the group's descriptor and the
 * superblock count what the bitmap says, so that a full group need not be read.
 *
 * Invariants: a set bit belongs to exactly one owner (metadata, or one place in one file); the counts agree with the
 * bitmaps. A bitmap that does not have the group's own metadata marked is not believed: its group gives nothing.
 *
 * A file is fast to read if its blocks follow each other. So the search begins at a goal, normally the block behind
 * the file's last one; if that is taken it prefers a run of eight free blocks, room to grow, over a single hole.
 *
 * Locks: bitmaps are read, then s_lock is taken, and bit and counts change together.
 */
#include "fs/ext2/ext2.h"
#include "kernel/task/task.h"
#include "lib/abi/capability.h"
#include "lib/bitmap.h"
#include "lib/string.h"

#define BH_Checked BH_PrivateStart	/* the bitmap in this buffer has been found plausible */

struct ext2_group_desc *ext2_get_group_desc(struct super_block *sb, u32 group, struct buffer_head **bh)
{
	const struct ext2_sb_info *sbi = EXT2_SB(sb);
	struct buffer_head *desc = sbi->s_group_desc[group / sbi->s_desc_per_block];

	if (bh)
		*bh = desc;
	return (struct ext2_group_desc *)desc->b_data + group % sbi->s_desc_per_block;
}

static bool is_power_of(u32 n, u32 base)
{
	while (n > 1 && n % base == 0)
		n /= base;
	return n == 1;
}

bool ext2_bg_has_super(const struct super_block *sb, u32 group)
{
	const struct ext2_super_block *es = EXT2_SB(sb)->s_es;

	if (!group)
		return true;
	if (es->s_feature_compat & EXT2_FEATURE_COMPAT_SPARSE_SUPER2)
		return group == es->s_backup_bgs[0] || group == es->s_backup_bgs[1];
	if (!ext2_has_ro_compat(sb, EXT2_FEATURE_RO_COMPAT_SPARSE_SUPER) || group == 1)
		return true;
	return is_power_of(group, 3) || is_power_of(group, 5) || is_power_of(group, 7);
}

static u32 group_head(const struct super_block *sb, u32 group)
{
	return ext2_bg_has_super(sb, group) ? 1 + EXT2_SB(sb)->s_gdb_count : 0;
}

static u32 group_size(const struct super_block *sb, u32 group)
{
	u32 left = EXT2_SB(sb)->s_blocks_count - ext2_group_first_block(sb, group);

	return min(left, EXT2_SB(sb)->s_blocks_per_group);
}

/* Do [a, a + n) and [b, b + m) share a block? */
static bool overlap(u32 a, u32 n, u32 b, u32 m)
{
	return a < b + m && b < a + n;
}

bool ext2_data_blocks_valid(struct super_block *sb, u32 block, u32 count)
{
	const struct ext2_sb_info *sbi = EXT2_SB(sb);
	const struct ext2_group_desc *gd;
	u32 first = sbi->s_first_data_block, total = sbi->s_blocks_count, group, bit;

	if (block <= first || block >= total || count > total - block)
		return false;
	group = (block - first) / sbi->s_blocks_per_group;
	bit = (block - first) % sbi->s_blocks_per_group;
	if (bit + count > sbi->s_blocks_per_group || (bit <= sbi->s_gdb_count && bit < group_head(sb, group)))
		return false;
	gd = ext2_get_group_desc(sb, group, NULL);
	return !overlap(block, count, gd->bg_block_bitmap, 1) && !overlap(block, count, gd->bg_inode_bitmap, 1) &&
	       !overlap(block, count, gd->bg_inode_table, sbi->s_itb_per_group);
}

static bool all_set(const unsigned long *map, u32 start, u32 n)
{
	return find_next_zero_bit(map, start + n, start) >= start + n;
}

static bool bitmap_valid(struct super_block *sb, u32 group, const unsigned long *map)
{
	const struct ext2_group_desc *gd = ext2_get_group_desc(sb, group, NULL);
	u32 first = ext2_group_first_block(sb, group);

	return ext2_descriptor_ok(sb, group) && all_set(map, 0, group_head(sb, group)) &&
	       all_set(map, gd->bg_block_bitmap - first, 1) && all_set(map, gd->bg_inode_bitmap - first, 1) &&
	       all_set(map, gd->bg_inode_table - first, EXT2_SB(sb)->s_itb_per_group);
}

/* With a reference; NULL: cannot be read or believed. */
static struct buffer_head *read_block_bitmap(struct super_block *sb, u32 group)
{
	struct buffer_head *bh = sb_bread(sb, ext2_get_group_desc(sb, group, NULL)->bg_block_bitmap);

	if (!bh || test_bit(BH_Checked, &bh->b_state))
		return bh;
	if (!bitmap_valid(sb, group, (unsigned long *)bh->b_data)) {
		ext2_error(sb, "the block bitmap of group %u does not have the group's own blocks marked", group);
		brelse(bh);
		return NULL;
	}
	set_bit(BH_Checked, &bh->b_state);
	return bh;
}

/* A clear bit: goal or within its word of 64, else the first of eight, else any. size: there is none. */
static u32 find_free(const unsigned long *map, u32 size, u32 goal)
{
	u32 near = min(size, ALIGN(goal + 1, 64u)), bit = find_next_zero_bit(map, near, goal);
	const char *byte;

	if (bit < near)
		return bit;
	byte = memchr((const char *)map + goal / 8, 0, size / 8 - goal / 8);
	if (byte)
		return (u32)(byte - (const char *)map) * 8;
	bit = find_next_zero_bit(map, size, goal);
	return bit < size ? bit : find_next_zero_bit(map, size, 0);
}

/* How many blocks only the privileged may use: not for the current task. */
static u32 reserved_from(const struct ext2_sb_info *sbi)
{
	if (capable(CAP_SYS_RESOURCE) || current->cred->fsuid == sbi->s_opts.resuid ||
	    (sbi->s_opts.resgid && in_group(sbi->s_opts.resgid)))
		return 0;
	return sbi->s_es->s_r_blocks_count;
}

/* The number, or 0 with *err: 0 if the group is merely full. */
static u32 new_block_in(struct super_block *sb, u32 group, u32 goal, u32 reserved, int *err)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	struct buffer_head *desc_bh, *bh = read_block_bitmap(sb, group);
	struct ext2_group_desc *gd = ext2_get_group_desc(sb, group, &desc_bh);
	u32 size = group_size(sb, group), bit = size;
	bool wrong = false;

	if (!bh) {
		*err = -EIO;
		return 0;
	}
	spin_lock(&sbi->s_lock);
	if (sbi->s_free_blocks > reserved && gd->bg_free_blocks_count) {
		bit = find_free((unsigned long *)bh->b_data, size, goal);
		wrong = bit >= size;
	}
	if (bit < size) {
		__set_bit(bit, (unsigned long *)bh->b_data);
		gd->bg_free_blocks_count--;
		sbi->s_free_blocks--;
	}
	spin_unlock(&sbi->s_lock);
	if (bit < size) {
		mark_buffer_dirty(bh);
		mark_buffer_dirty(desc_bh);
	}
	brelse(bh);
	if (wrong)
		ext2_error(sb, "group %u has no free block, but its descriptor counts some", group);
	return bit < size ? ext2_group_first_block(sb, group) + bit : 0;
}

u32 ext2_new_block(struct inode *inode, u32 goal, int *err)
{
	struct super_block *sb = inode->i_sb;
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	u32 first = sbi->s_first_data_block, reserved = reserved_from(sbi), group, bit, block;
	int bad = 0;

	if (goal < first || goal >= sbi->s_blocks_count)
		goal = first;
	group = (goal - first) / sbi->s_blocks_per_group;
	bit = (goal - first) % sbi->s_blocks_per_group;
	if (sbi->s_free_blocks > reserved)
		for (u32 i = 0; i < sbi->s_groups_count; i++, bit = 0) {
			if (ext2_get_group_desc(sb, group, NULL)->bg_free_blocks_count) {
				block = new_block_in(sb, group, bit, reserved, &bad);
				if (block)
					return block;
			}
			group = group + 1 < sbi->s_groups_count ? group + 1 : 0;
		}
	*err = bad ? bad : -ENOSPC;
	return 0;
}

/* Blocks of one group, which have been found valid. */
static void free_in_group(struct super_block *sb, u32 group, u32 bit, u32 count)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	struct buffer_head *desc_bh, *bh = read_block_bitmap(sb, group);
	struct ext2_group_desc *gd = ext2_get_group_desc(sb, group, &desc_bh);
	u32 freed = 0;

	if (!bh) {
		ext2_error(sb, "%u blocks from %u on are lost: the bitmap cannot be read", count, ext2_group_first_block(sb, group) + bit);
		return;
	}
	spin_lock(&sbi->s_lock);
	for (u32 i = 0; i < count; i++)
		freed += __test_and_clear_bit(bit + i, (unsigned long *)bh->b_data);
	gd->bg_free_blocks_count += freed;
	sbi->s_free_blocks += freed;
	spin_unlock(&sbi->s_lock);
	mark_buffer_dirty(bh);
	mark_buffer_dirty(desc_bh);
	brelse(bh);
	if (freed != count)
		ext2_error(sb, "%u of the %u blocks from %u on were free already", count - freed, count,
			   ext2_group_first_block(sb, group) + bit);
}

void ext2_free_blocks(struct super_block *sb, u32 block, u32 count)
{
	const struct ext2_sb_info *sbi = EXT2_SB(sb);
	u32 nofail = memalloc_nofail_save();	/* a bitmap that is not read now is never changed: the blocks would be lost */

	while (count) {
		u32 relative = block - sbi->s_first_data_block, bit = relative % sbi->s_blocks_per_group;
		u32 n = min(count, sbi->s_blocks_per_group - bit);

		if (ext2_data_blocks_valid(sb, block, n))
			free_in_group(sb, relative / sbi->s_blocks_per_group, bit, n);
		else
			ext2_error(sb, "blocks %u to %u are not a file's to free", block, block + n - 1);
		block += n;
		count -= n;
	}
	memalloc_nofail_restore(nofail);
}
