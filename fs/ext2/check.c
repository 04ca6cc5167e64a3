/* SPDX-License-Identifier: MIT */
/*
 * Is this an ext2 that can be mounted? A disk may hold anything, and all that follows trusts the superblock and the
 * descriptors; so each of their fields is checked here before it is used, and what is constant is used from a copy.
 * A refusal says in words what is wrong and what to try.
 *
 * Features are how the format has grown into ext4. Each is a bit in one of three words, and the word says
 * what a system does that does not know it: nothing (compat), only read (ro_compat), or keep off (incompat).
 */
#include "fs/ext2/ext2.h"
#include "kernel/printk.h"
#include "lib/printf.h"
#include "lib/string.h"

#define INCOMPAT_KNOWN EXT2_FEATURE_INCOMPAT_FILETYPE
#define RO_COMPAT_KNOWN (EXT2_FEATURE_RO_COMPAT_SPARSE_SUPER | EXT2_FEATURE_RO_COMPAT_LARGE_FILE | \
			 EXT2_FEATURE_RO_COMPAT_BTREE_DIR)

/* By bit, with e2fsprogs' names: what mke2fs -O and tune2fs -O take. */
static const char *const incompat_names[32] = {
	"compression", "filetype", "needs_recovery", "journal_dev", "meta_bg", NULL, "extents", "64bit", "mmp", "flex_bg",
	"ea_inode", NULL, "dirdata", "metadata_csum_seed", "large_dir", "inline_data", "encrypt", "casefold",
};
static const char *const ro_compat_names[32] = {
	"sparse_super", "large_file", "btree_dir", "huge_file", "uninit_bg", "dir_nlink", "extra_isize", "snapshot", "quota",
	"bigalloc", "metadata_csum", "replica", "read-only", "project", "shared_blocks", "verity", "orphan_present",
};

static void name_features(char *buf, size_t size, u32 features, const char *const names[32])
{
	size_t used = 0;

	for (u32 bit = 0; bit < 32; bit++) {
		const char *gap = used ? " " : "";

		if (!(features & BIT(bit)))
			continue;
		if (names[bit])
			used += scnprintf(buf + used, size - used, "%s%s", gap, names[bit]);
		else
			used += scnprintf(buf + used, size - used, "%s0x%lx", gap, BIT(bit));
	}
}

int ext2_check_features(struct super_block *sb, const struct ext2_super_block *es, bool rdonly)
{
	u32 incompat = es->s_feature_incompat & ~INCOMPAT_KNOWN, ro_compat = es->s_feature_ro_compat & ~RO_COMPAT_KNOWN;
	char names[256];

	if (incompat) {
		name_features(names, sizeof(names), incompat, incompat_names);
		pr_err("EXT2-fs (%s): cannot be mounted because of its features: %s. %s\n", sb->s_id, names,
		       incompat == 4 ? "Run e2fsck, which replays the journal" : "Make one with mke2fs -t ext2");
		return -EINVAL;
	}
	if (ro_compat && !rdonly) {
		name_features(names, sizeof(names), ro_compat, ro_compat_names);
		pr_err("EXT2-fs (%s): can be mounted only for reading because of its features: %s. Try mount -o ro\n",
		       sb->s_id, names);
		return -EINVAL;
	}
	return 0;
}

static int bad(struct super_block *sb, const char *what, u32 value)
{
	pr_err("EXT2-fs (%s): the superblock is damaged: %s is %u. Try e2fsck, or mount -o ro,sb=N with a copy "
	       "(dumpe2fs shows where)\n", sb->s_id, what, value);
	return -EINVAL;
}

int ext2_check_magic(struct super_block *sb, const struct ext2_super_block *es)
{
	if (es->s_magic != EXT2_SUPER_MAGIC) {
		pr_err("EXT2-fs (%s): holds no ext2: magic number 0x%04x, not 0x%04x. Make one with mke2fs -t ext2, or "
		       "give another device\n", sb->s_id, es->s_magic, EXT2_SUPER_MAGIC);
		return -EINVAL;
	}
	if (es->s_log_block_size > 6)
		return bad(sb, "s_log_block_size", es->s_log_block_size);
	if (EXT2_MIN_BLOCK_LOG + es->s_log_block_size > PAGE_SHIFT) {
		pr_err("EXT2-fs (%s): has blocks of %u bytes, and %u is the most that can be mounted. Make one with mke2fs "
		       "-b 4096\n", sb->s_id, 1024u << es->s_log_block_size, PAGE_SIZE);
		return -EINVAL;
	}
	return 0;
}

static int check_inodes(struct super_block *sb, const struct ext2_super_block *es, u32 groups)
{
	u32 block_size = 1024u << es->s_log_block_size, inode_size = EXT2_GOOD_OLD_INODE_SIZE, first = EXT2_GOOD_OLD_FIRST_INO;

	if (es->s_rev_level) {
		inode_size = es->s_inode_size;
		first = es->s_first_ino;
	}
	if (inode_size < EXT2_GOOD_OLD_INODE_SIZE || inode_size > block_size || !is_power_of_2(inode_size))
		return bad(sb, "s_inode_size", inode_size);
	if (!es->s_inodes_per_group || es->s_inodes_per_group > 8 * block_size ||
	    es->s_inodes_per_group % (block_size / inode_size) ||
	    es->s_inodes_per_group / (block_size / inode_size) + 3 >= es->s_blocks_per_group)
		return bad(sb, "s_inodes_per_group", es->s_inodes_per_group);
	if ((u64)es->s_inodes_per_group * groups != es->s_inodes_count)
		return bad(sb, "s_inodes_count", es->s_inodes_count);
	if (first < EXT2_GOOD_OLD_FIRST_INO || first > es->s_inodes_per_group)
		return bad(sb, "s_first_ino", first);
	return 0;
}

static int check_size(struct super_block *sb, const struct ext2_super_block *es)
{
	u32 per_block = (1024u << es->s_log_block_size) / SECTOR_SIZE;

	if (sb->s_bdev->bd_nr_sects / per_block >= es->s_blocks_count)
		return 0;
	pr_err("EXT2-fs (%s): is truncated: the file system has %llu KiB, the device only %llu. Copy the image again, or "
	       "run resize2fs on it\n", sb->s_id, (u64)es->s_blocks_count * (per_block / 2), sb->s_bdev->bd_nr_sects / 2);
	return -EINVAL;
}

int ext2_check_super(struct super_block *sb, const struct ext2_super_block *es)
{
	u32 block_size = 1024u << es->s_log_block_size, data_blocks, groups;
	int err;

	if (es->s_first_data_block != (block_size == 1024))
		return bad(sb, "s_first_data_block", es->s_first_data_block);
	if (es->s_blocks_count <= es->s_first_data_block + 1)
		return bad(sb, "s_blocks_count", es->s_blocks_count);
	if (es->s_log_frag_size != es->s_log_block_size)
		return bad(sb, "s_log_frag_size", es->s_log_frag_size);
	if (es->s_blocks_per_group < 16 || es->s_blocks_per_group > 8 * block_size || es->s_blocks_per_group % 8)
		return bad(sb, "s_blocks_per_group", es->s_blocks_per_group);
	if (es->s_r_blocks_count > es->s_blocks_count)
		return bad(sb, "s_r_blocks_count", es->s_r_blocks_count);
	data_blocks = es->s_blocks_count - es->s_first_data_block;
	groups = data_blocks / es->s_blocks_per_group + (data_blocks % es->s_blocks_per_group != 0);
	if (DIV_ROUND_UP(groups, block_size / (u32)sizeof(struct ext2_group_desc)) + 2 >= es->s_blocks_per_group)
		return bad(sb, "s_blocks_per_group", es->s_blocks_per_group);
	err = check_inodes(sb, es, groups);
	return err ? err : check_size(sb, es);
}

/* Where the group's bitmaps and inode table lie: in the group, behind its copy of superblock and descriptors. */
bool ext2_descriptor_ok(struct super_block *sb, u32 group)
{
	const struct ext2_sb_info *sbi = EXT2_SB(sb);
	const struct ext2_group_desc *gd = ext2_get_group_desc(sb, group, NULL);
	u32 first = ext2_group_first_block(sb, group), itb = sbi->s_itb_per_group;
	u32 left = sbi->s_blocks_count - first, size = min(left, sbi->s_blocks_per_group);
	u32 head = ext2_bg_has_super(sb, group) ? 1 + sbi->s_gdb_count : 0;
	u32 blocks = gd->bg_block_bitmap - first, inodes = gd->bg_inode_bitmap - first, table = gd->bg_inode_table - first;

	return head < size && blocks >= head && blocks < size && inodes >= head && inodes < size && blocks != inodes &&
	       table >= head && table < size && itb <= size - table &&
	       (blocks < table || blocks >= table + itb) && (inodes < table || inodes >= table + itb) &&
	       gd->bg_free_blocks_count <= size && gd->bg_free_inodes_count <= sbi->s_inodes_per_group &&
	       gd->bg_used_dirs_count <= sbi->s_inodes_per_group;
}

int ext2_check_descriptors(struct super_block *sb)
{
	for (u32 group = 0; group < EXT2_SB(sb)->s_groups_count; group++)
		if (!ext2_descriptor_ok(sb, group)) {
			pr_err("EXT2-fs (%s): the descriptor of group %u is damaged. Try e2fsck, or mount -o ro,sb=N with a "
			       "copy (dumpe2fs shows where)\n", sb->s_id, group);
			return -EINVAL;
		}
	return 0;
}
