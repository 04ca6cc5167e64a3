/* SPDX-License-Identifier: MIT */
/*
 * Which blocks hold a file. The inode names the first twelve; then come three trees, of one, two and three levels of
 * blocks that hold nothing but block numbers, so that a small file costs nothing and a large one is reached in four
 * steps. A number that is 0 is a hole: it reads as zeros, whether it stands for a block or for a whole subtree.
 *
 *      i_data[0..11] --> data
 *      i_data[12] -----> [ numbers ] --> data
 *      i_data[13] -----> [ numbers ] --> [ numbers ] --> data
 *      i_data[14] -----> [ numbers ] --> [ numbers ] --> [ numbers ] --> data
 *
 * A path is the slot to take at each level; path_to() finds it by arithmetic alone. Filling a hole takes all the
 * blocks that it needs first, links them, and then stores one number in the slot where the hole began: whoever looks
 * sees all or nothing.
 *
 * Locks: slots are changed under truncate_mutex. Look-ups for a page or in a directory take none. They see a slot before
 * or after it is filled; and no block is freed that they could stand on, because the page that they ask for is locked
 * (or the directory is), and truncation waits for that lock first.
 *
 * No number from the disk is used before ext2_data_blocks_valid() has seen it. Each tree has a fixed depth, and
 * truncation counts what it frees against the size of the file system, so a tree that bites its tail ends as well.
 */
#include "fs/ext2/ext2.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/string.h"

#define MAX_DEPTH 4

/* The slots that lead to a block of the file: their number, or 0 if no file can be so large. */
static int path_to(const struct inode *inode, u64 iblock, u32 path[MAX_DEPTH])
{
	u32 bits = EXT2_SB(inode->i_sb)->s_addr_per_block_bits, mask = (1u << bits) - 1;

	if (iblock < EXT2_NDIR_BLOCKS) {
		path[0] = (u32)iblock;
		return 1;
	}
	iblock -= EXT2_NDIR_BLOCKS;
	for (int levels = 1; levels < MAX_DEPTH; levels++) {
		u64 span = 1ull << (levels * bits);

		if (iblock < span) {
			path[0] = EXT2_NDIR_BLOCKS + levels - 1;
			for (int i = 1; i <= levels; i++)
				path[i] = (u32)(iblock >> ((levels - i) * bits)) & mask;
			return levels + 1;
		}
		iblock -= span;
	}
	return 0;
}

static bool check_block(struct inode *inode, u32 block)
{
	if (likely(ext2_data_blocks_valid(inode->i_sb, block, 1)))
		return true;
	ext2_error(inode->i_sb, "inode #%llu says that it owns block %u", inode->i_ino, block);
	return false;
}

/* An indirect block. NULL with *err. */
static struct buffer_head *read_indirect(struct inode *inode, u32 block, int *err)
{
	struct buffer_head *bh;

	*err = -EFSCORRUPTED;
	if (!check_block(inode, block))
		return NULL;
	bh = sb_bread(inode->i_sb, block);
	*err = bh ? 0 : -EIO;
	return bh;
}

/* How far the path leads: the slot at its end or at the hole before it, in *bh (with a reference) or in the inode. */
struct place { u32 *slot; struct buffer_head *bh; int level; };

static int walk(struct inode *inode, const u32 *path, int depth, struct place *at)
{
	int err;

	*at = (struct place){ &EXT2_I(inode)->i_data[path[0]], NULL, 1 };
	while (at->level < depth && READ_ONCE(*at->slot)) {
		struct buffer_head *next = read_indirect(inode, READ_ONCE(*at->slot), &err);

		brelse(at->bh);
		at->bh = next;
		if (!next)
			return err;
		at->slot = (u32 *)next->b_data + path[at->level++];
	}
	return 0;
}

/* Near the block before it in the file, else near what points to it, else in the inode's group. */
static u32 find_goal(struct inode *inode, const struct place *at)
{
	u32 *first = at->bh ? (u32 *)at->bh->b_data : EXT2_I(inode)->i_data;

	for (u32 *slot = at->slot; slot-- > first;)
		if (*slot)
			return *slot + 1;
	if (at->bh)
		return (u32)at->bh->b_blocknr + 1;
	return ext2_group_first_block(inode->i_sb, EXT2_I(inode)->i_block_group);
}

/* A new indirect block with one number in it. */
static struct buffer_head *new_indirect(struct inode *inode, u32 block, u32 slot, u32 number)
{
	struct buffer_head *bh = sb_getblk(inode->i_sb, block);

	if (!bh)
		return NULL;
	lock_buffer(bh);
	memset(bh->b_data, 0, bh->b_size);
	((u32 *)bh->b_data)[slot] = number;
	set_buffer_uptodate(bh);
	unlock_buffer(bh);
	mark_buffer_dirty_inode(bh, inode);
	return bh;
}

/*
 * The blocks that are missing at the end of the path, linked to each other: n - 1 indirect ones and the block itself.
 * 0 and the first and last number; on an error nothing is taken.
 */
static int new_branch(struct inode *inode, u32 goal, const u32 *slots, int n, u32 *first, u32 *last)
{
	struct buffer_head *bh[MAX_DEPTH];
	u32 blocks[MAX_DEPTH];
	int taken, linked = 0, err = 0;

	for (taken = 0; taken < n; taken++) {
		blocks[taken] = ext2_new_block(inode, taken ? blocks[taken - 1] + 1 : goal, &err);
		if (!blocks[taken])
			goto undo;
	}
	for (; linked < n - 1; linked++) {
		bh[linked] = new_indirect(inode, blocks[linked], slots[linked], blocks[linked + 1]);
		if (!bh[linked]) {
			err = -ENOMEM;
			goto undo;
		}
	}
	while (linked--)
		brelse(bh[linked]);
	*first = blocks[0];
	*last = blocks[n - 1];
	return 0;
undo:
	while (linked--)
		bforget(bh[linked]);
	while (taken--)
		ext2_free_blocks(inode->i_sb, blocks[taken], 1);
	return err;
}

/* 1: the hole has been filled; 0: it was none any more; or errno. truncate_mutex held. */
static int fill_hole(struct inode *inode, const u32 *path, int depth, u32 *block)
{
	struct place at;
	u32 first = 0;
	int err = walk(inode, path, depth, &at), missing;

	if (err)
		return err;
	*block = *at.slot;
	if (*block) {
		brelse(at.bh);
		return 0;
	}
	missing = depth - at.level + 1;
	err = new_branch(inode, find_goal(inode, &at), path + at.level, missing, &first, block);
	if (!err) {
		WRITE_ONCE(*at.slot, first);
		if (at.bh)
			mark_buffer_dirty_inode(at.bh, inode);
		inode_add_bytes(inode, (s64)missing << inode->i_blkbits);
		mark_inode_dirty(inode);
	}
	brelse(at.bh);
	return err ? err : 1;
}

int ext2_map_block(struct inode *inode, u64 iblock, bool create, u32 *block)
{
	u32 path[MAX_DEPTH];
	int depth = path_to(inode, iblock, path), err;
	struct place at;

	if (!depth)
		return -EFBIG;
	err = walk(inode, path, depth, &at);
	if (err)
		return err;
	*block = READ_ONCE(*at.slot);
	brelse(at.bh);
	if (!*block && create) {
		mutex_lock(&EXT2_I(inode)->truncate_mutex);
		err = fill_hole(inode, path, depth, block);
		mutex_unlock(&EXT2_I(inode)->truncate_mutex);
		if (err)
			return err;
	}
	return *block && !check_block(inode, *block) ? -EFSCORRUPTED : 0;
}

int ext2_get_block(struct inode *inode, sector_t iblock, struct buffer_head *bh_result, bool create)
{
	u32 block;
	int new = ext2_map_block(inode, iblock, create, &block);

	if (new < 0)
		return new;
	if (new)
		set_buffer_new(bh_result);
	if (block)
		map_bh(bh_result, inode->i_sb, block);
	return 0;
}

/*
 * The first block from iblock on that is data (or, if not data, a hole), looking no further than end. Where a tree
 * ends early, all that its missing part stands for is skipped at once.
 */
static s64 next_block(struct inode *inode, u64 iblock, u64 end, bool data)
{
	u32 bits = EXT2_SB(inode->i_sb)->s_addr_per_block_bits, path[MAX_DEPTH];

	while (iblock < end) {
		int depth = path_to(inode, iblock, path), err;
		u64 missing = 1;
		struct place at;

		if (!depth)
			return -EFBIG;
		err = walk(inode, path, depth, &at);
		if (err)
			return err;
		if (!READ_ONCE(*at.slot) != data) {
			brelse(at.bh);
			return (s64)iblock;
		}
		brelse(at.bh);
		for (int level = depth - 1; level >= at.level; level--) {
			iblock -= path[level] * missing;	/* back to where the missing part begins */
			missing <<= bits;
		}
		iblock += missing;
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return (s64)end;
}

loff_t ext2_seek_data_hole(struct inode *inode, loff_t offset, bool data)
{
	loff_t size = i_size_read(inode);
	u64 end = ((u64)size + inode->i_sb->s_blocksize - 1) >> inode->i_blkbits;
	s64 block;

	if (offset < 0 || offset >= size)
		return -ENXIO;
	mutex_lock(&EXT2_I(inode)->truncate_mutex);	/* no page is locked that would keep the tree */
	block = next_block(inode, (u64)offset >> inode->i_blkbits, end, data);
	mutex_unlock(&EXT2_I(inode)->truncate_mutex);
	if (block < 0)
		return block;
	if ((u64)block == end)
		return data ? -ENXIO : size;
	return max(offset, (loff_t)block << inode->i_blkbits);
}

/* A truncation under way. Blocks that follow each other are freed in one go. */
struct truncation {
	struct inode *inode;
	u32 start, count;		/* the run to be freed next */
	u32 freed;			/* runs before it */
	u32 budget;			/* numbers that may still be met */
};

static void free_run(struct truncation *t)
{
	/* What a directory or a symbolic link had in the block went through the device's pages. */
	if (!S_ISREG(t->inode->i_mode))
		clean_bdev_aliases(t->inode->i_sb->s_bdev, t->start, t->count);
	if (t->count)
		ext2_free_blocks(t->inode->i_sb, t->start, t->count);
	t->freed += t->count;
	t->count = 0;
}

static void free_later(struct truncation *t, u32 block)
{
	if (t->count && block != t->start + t->count)
		free_run(t);
	if (!t->count)
		t->start = block;
	t->count++;
}

static bool cut_indirect(struct truncation *t, u32 block, int level, u64 keep);

/* Cuts the subtrees of level levels in slots[0..n) behind their first keep data blocks. False: out of budget. */
static bool cut_slots(struct truncation *t, u32 *slots, u32 n, int level, u64 keep)
{
	u32 shift = level * EXT2_SB(t->inode->i_sb)->s_addr_per_block_bits;
	u64 first = keep >> shift;

	for (u32 i = (u32)min(first, (u64)n); i < n; i++) {
		u64 kept = i == first ? keep - (first << shift) : 0;
		u32 block = slots[i];

		if (!block)
			continue;
		if (!t->budget--) {
			t->budget = 0;
			return false;
		}
		if (level && !cut_indirect(t, block, level, kept))
			return false;
		if (!kept) {
			slots[i] = 0;
			free_later(t, block);
		}
	}
	return true;
}

/* Cuts what an indirect block leads to. The block itself is the caller's to free if nothing is kept. */
static bool cut_indirect(struct truncation *t, u32 block, int level, u64 keep)
{
	int err;
	struct buffer_head *bh = read_indirect(t->inode, block, &err);
	bool more;

	if (!bh)
		return true;		/* has been reported; e2fsck finds what it led to */
	more = cut_slots(t, (u32 *)bh->b_data, EXT2_SB(t->inode->i_sb)->s_addr_per_block, level - 1, keep);
	if (keep) {
		mark_buffer_dirty_inode(bh, t->inode);
		brelse(bh);
	} else {
		bforget(bh);
	}
	return more;
}

/* The four trees of the inode, one after the other. */
static bool cut_inode(struct truncation *t, u64 keep)
{
	u32 *slot = EXT2_I(t->inode)->i_data, bits = EXT2_SB(t->inode->i_sb)->s_addr_per_block_bits;
	bool more = cut_slots(t, slot, EXT2_NDIR_BLOCKS, 0, keep);
	u64 before = EXT2_NDIR_BLOCKS;

	for (int level = 1; more && level < MAX_DEPTH; level++) {
		u64 span = 1ull << (level * bits);

		if (keep < before + span)
			more = cut_slots(t, slot + EXT2_IND_BLOCK + level - 1, 1, level, keep > before ? keep - before : 0);
		before += span;
	}
	return more;
}

static bool has_blocks(const struct inode *inode)
{
	return S_ISREG(inode->i_mode) || S_ISDIR(inode->i_mode) || (S_ISLNK(inode->i_mode) && !ext2_is_fast_symlink(inode));
}

void ext2_truncate_blocks(struct inode *inode, loff_t newsize)
{
	struct ext2_inode_info *ei = EXT2_I(inode);
	struct truncation t = { .inode = inode, .budget = EXT2_SB(inode->i_sb)->s_blocks_count };
	u64 keep = ((u64)newsize + inode->i_sb->s_blocksize - 1) >> inode->i_blkbits;
	u32 nofail = memalloc_nofail_save();	/* the size has changed already: what is not cut off now never is */

	if (!has_blocks(inode))
		goto out;
	mutex_lock(&ei->truncate_mutex);
	if (!cut_inode(&t, keep))
		ext2_error(inode->i_sb, "inode #%llu has more blocks than the file system", inode->i_ino);
	free_run(&t);
	mutex_unlock(&ei->truncate_mutex);
	if (t.freed) {
		u64 bytes = (u64)t.freed << inode->i_blkbits;

		inode_add_bytes(inode, -(s64)min(bytes, inode->i_blocks << 9));
		mark_inode_dirty(inode);
	}
out:
	memalloc_nofail_restore(nofail);
}

/* Indirect blocks of a file of n blocks without holes. */
static u64 indirect_blocks(u64 n, u32 bits)
{
	u64 meta = 0, span = 1;

	n -= min(n, (u64)EXT2_NDIR_BLOCKS);
	for (u32 level = 1; n && level < MAX_DEPTH; level++) {
		u64 here;

		span <<= bits;
		here = min(n, span);
		for (u32 i = 1; i <= level; i++)
			meta += ((here - 1) >> (i * bits)) + 1;
		n -= here;
	}
	return meta;
}

/* Three limits: what the trees can address, what i_blocks (32 bits, 512 bytes each) can count, what the page cache can index. */
loff_t ext2_max_size(u32 block_bits)
{
	u32 bits = block_bits - 2;
	u64 blocks = EXT2_NDIR_BLOCKS + (1ull << bits) + (1ull << 2 * bits) + (1ull << 3 * bits);
	u64 countable = 0xffffffffull >> (block_bits - 9), size;

	if (blocks + indirect_blocks(blocks, bits) > countable)
		blocks = countable - indirect_blocks(countable, bits);
	size = blocks << block_bits;
	return (loff_t)min(size, 0xffffffffull << PAGE_SHIFT);
}
