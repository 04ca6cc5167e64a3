/* SPDX-License-Identifier: MIT */
/*
 * Directories: files of entries, each a name and an inode number. The entries of a block fill it from end to end;
 * the space of one that is removed is added to the entry before it (or it becomes nobody's, with inode 0, at the
 * beginning of a block), and a new one takes the space that another has but does not need. So entries never move,
 * and an entry's byte in the directory is a position that readdir and the dentry (d_cookie) can remember.
 *
 *      | ino len 1 "."    | ino len 2 ".."   | ino len 5 "hello"      (unused) | ino len 3 "abc"                    |
 *      +---- rec_len ---->+---- rec_len ---->+------------ rec_len ----------->+------- rec_len, to the block's end >
 *
 * Blocks are read through the device's pages, not the directory's own: one buffer is one block, whatever the sizes of
 * block and page, and needs no kmap. A search is linear, but the last place is tried first (hint), and adding starts
 * behind the blocks that are known to be full. The hash trees of ext3 are not used; a directory that has one loses
 * its EXT2_INDEX_FL when it changes, since the tree would no longer be true.
 *
 * Nothing of an entry is used before entry_at() has looked at it: a disk may hold anything.
 *
 * Locks: all under the directory's i_mutex, or before anybody else knows it.
 */
#include "fs/ext2/ext2.h"
#include "fs/file.h"
#include "lib/abi/dirent.h"
#include "lib/err.h"
#include "lib/string.h"

/* The nth block; ERR_PTR. A directory has no holes. */
static struct buffer_head *read_block(struct inode *dir, u32 n)
{
	struct buffer_head *bh;
	u32 block;
	int err = ext2_map_block(dir, n, false, &block);

	if (err)
		return ERR_PTR(err);
	if (!block) {
		ext2_error(dir->i_sb, "directory #%llu has a hole at block %u", dir->i_ino, n);
		return ERR_PTR(-EFSCORRUPTED);
	}
	bh = sb_bread(dir->i_sb, block);
	return bh ? bh : ERR_PTR(-EIO);
}

static u32 nr_blocks(const struct inode *dir)
{
	return (u32)(dir->i_size >> dir->i_blkbits);
}

static noinline struct ext2_dir_entry *bad_entry(struct inode *dir, u32 n, u32 offset, const struct ext2_dir_entry *de)
{
	ext2_error(dir->i_sb, "directory #%llu, byte %llu: bad entry: inode %u, rec_len %u, name_len %u", dir->i_ino,
		   ((u64)n << dir->i_blkbits) + offset, de->inode, de->rec_len, de->name_len);
	return NULL;
}

/* The entry at offset of the nth block; NULL after a report: what lies there is none. */
static inline struct ext2_dir_entry *entry_at(struct inode *dir, struct buffer_head *bh, u32 n, u32 offset)
{
	static const struct ext2_dir_entry cut_off;
	struct ext2_dir_entry *de = (struct ext2_dir_entry *)(bh->b_data + offset);
	u32 left = bh->b_size - offset;

	if (unlikely(left < EXT2_DIR_REC_LEN(1)))
		return bad_entry(dir, n, offset, &cut_off);
	if (unlikely(de->rec_len < EXT2_DIR_REC_LEN(1) || de->rec_len > left || (de->rec_len & 3) ||
		     de->rec_len < EXT2_DIR_REC_LEN(de->name_len) || de->inode > EXT2_SB(dir->i_sb)->s_inodes_count))
		return bad_entry(dir, n, offset, de);
	return de;
}

/* 1: found; 0; or errno. */
static int search_block(struct inode *dir, u32 n, const struct qstr *name, struct ext2_dir_pos *at)
{
	struct buffer_head *bh = read_block(dir, n);
	struct ext2_dir_entry *de;

	if (IS_ERR(bh))
		return (int)PTR_ERR(bh);
	for (u32 offset = 0; offset < bh->b_size; offset += de->rec_len) {
		de = entry_at(dir, bh, n, offset);
		if (!de) {
			brelse(bh);
			return -EFSCORRUPTED;
		}
		if (de->name_len == name->len && de->inode && !memcmp(de->name, name->name, name->len)) {
			*at = (struct ext2_dir_pos){ bh, de, (n << dir->i_blkbits) + offset };
			return 1;
		}
	}
	brelse(bh);
	return 0;
}

int ext2_find_entry(struct inode *dir, const struct qstr *name, u32 hint, struct ext2_dir_pos *at)
{
	u32 blocks = nr_blocks(dir), n = hint >> dir->i_blkbits;

	if (name->len > EXT2_NAME_LEN)
		return -ENAMETOOLONG;
	n = n < blocks ? n : 0;
	for (u32 i = 0; i < blocks; i++) {
		int found = search_block(dir, n, name, at);

		if (found)
			return found < 0 ? found : 0;
		n = n + 1 < blocks ? n + 1 : 0;
	}
	return -ENOENT;
}

static bool wants_dirsync(const struct inode *dir)
{
	return (dir->i_sb->s_flags & MS_SYNCHRONOUS) || (EXT2_I(dir)->i_flags & (EXT2_SYNC_FL | EXT2_DIRSYNC_FL));
}

/* The block has been changed; takes the reference over. */
static int commit_block(struct inode *dir, struct buffer_head *bh)
{
	mark_buffer_dirty_inode(bh, dir);
	brelse(bh);
	dir->i_mtime = dir->i_ctime = current_fs_time();
	dir->i_version++;
	EXT2_I(dir)->i_flags &= ~EXT2_INDEX_FL;
	mark_inode_dirty(dir);
	return unlikely(wants_dirsync(dir)) ? sync_inode_metadata(dir, false) : 0;
}

static u8 file_type(const struct inode *inode)
{
	static const u8 types[16] = {
		[DT_REG] = EXT2_FT_REG_FILE, [DT_DIR] = EXT2_FT_DIR, [DT_CHR] = EXT2_FT_CHRDEV, [DT_BLK] = EXT2_FT_BLKDEV,
		[DT_FIFO] = EXT2_FT_FIFO, [DT_SOCK] = EXT2_FT_SOCK, [DT_LNK] = EXT2_FT_SYMLINK,
	};

	return ext2_has_incompat(inode->i_sb, EXT2_FEATURE_INCOMPAT_FILETYPE) ? types[IFTODT(inode->i_mode)] : 0;
}

static void fill_entry(struct ext2_dir_entry *de, const char *name, u32 len, const struct inode *inode)
{
	de->name_len = (u8)len;
	de->file_type = file_type(inode);
	memcpy(de->name, name, len);
	de->inode = (u32)inode->i_ino;
}

/* An entry of the block with need bytes to spare, and its offset: 1; 0: none; or errno. */
static int find_room(struct inode *dir, struct buffer_head *bh, u32 n, u32 need, u32 *offset)
{
	struct ext2_dir_entry *de;

	for (*offset = 0; *offset < bh->b_size; *offset += de->rec_len) {
		de = entry_at(dir, bh, n, *offset);
		if (!de)
			return -EFSCORRUPTED;
		if (de->rec_len >= need + (de->inode ? EXT2_DIR_REC_LEN(de->name_len) : 0))
			return 1;
	}
	return 0;
}

/* A block that is not the directory's before it is complete. ERR_PTR. */
static struct buffer_head *append_block(struct inode *dir)
{
	u32 n = nr_blocks(dir), block;
	struct buffer_head *bh;
	int err;

	if (dir->i_size + dir->i_sb->s_blocksize > 0x7fffffff)
		return ERR_PTR(-ENOSPC);	/* positions are seen by programs as 31 bits */
	err = ext2_map_block(dir, n, true, &block);
	if (err < 0)
		return ERR_PTR(err);
	bh = sb_getblk(dir->i_sb, block);
	if (!bh) {
		ext2_truncate_blocks(dir, dir->i_size);
		return ERR_PTR(-ENOMEM);
	}
	lock_buffer(bh);
	memset(bh->b_data, 0, bh->b_size);
	((struct ext2_dir_entry *)bh->b_data)->rec_len = (u16)bh->b_size;
	set_buffer_uptodate(bh);
	unlock_buffer(bh);
	i_size_write(dir, dir->i_size + bh->b_size);
	return bh;
}

/* The new entry takes what the one at offset does not need. The block is the one that i_free_hint stands at. */
static int insert(struct inode *dir, struct buffer_head *bh, u32 offset, const struct qstr *name, struct inode *inode, u32 *pos)
{
	struct ext2_dir_entry *de = (struct ext2_dir_entry *)(bh->b_data + offset);

	if (de->inode) {
		u32 used = EXT2_DIR_REC_LEN(de->name_len);
		struct ext2_dir_entry *new = (struct ext2_dir_entry *)((char *)de + used);

		new->rec_len = (u16)(de->rec_len - used);
		de->rec_len = (u16)used;
		de = new;
	}
	fill_entry(de, name->name, name->len, inode);
	*pos = (EXT2_I(dir)->i_free_hint << dir->i_blkbits) + (u32)((char *)de - bh->b_data);
	return commit_block(dir, bh);
}

int ext2_add_entry(struct inode *dir, const struct qstr *name, struct inode *inode, u32 *pos)
{
	u32 need = EXT2_DIR_REC_LEN(name->len), blocks = nr_blocks(dir), offset, *n = &EXT2_I(dir)->i_free_hint;
	struct buffer_head *bh;
	int room;

	if (name->len > EXT2_NAME_LEN)
		return -ENAMETOOLONG;
	for (; *n < blocks; ++*n) {
		bh = read_block(dir, *n);
		if (IS_ERR(bh))
			return (int)PTR_ERR(bh);
		room = find_room(dir, bh, *n, need, &offset);
		if (room > 0)
			return insert(dir, bh, offset, name, inode, pos);
		brelse(bh);
		if (room < 0)
			return room;
	}
	bh = append_block(dir);
	return IS_ERR(bh) ? (int)PTR_ERR(bh) : insert(dir, bh, 0, name, inode, pos);
}

int ext2_delete_entry(struct inode *dir, struct ext2_dir_pos *at)
{
	u32 n = at->pos >> dir->i_blkbits;
	struct ext2_dir_entry *de, *prev = NULL;

	for (u32 offset = 0; ; offset += de->rec_len) {
		de = offset < at->bh->b_size ? entry_at(dir, at->bh, n, offset) : NULL;
		if (!de) {
			brelse(at->bh);
			return -EFSCORRUPTED;
		}
		if (de == at->de)
			break;
		prev = de;
	}
	if (prev)
		prev->rec_len += de->rec_len;
	de->inode = 0;
	EXT2_I(dir)->i_free_hint = min(EXT2_I(dir)->i_free_hint, n);
	return commit_block(dir, at->bh);
}

void ext2_set_entry(struct inode *dir, struct ext2_dir_pos *at, struct inode *inode)
{
	at->de->inode = (u32)inode->i_ino;
	at->de->file_type = file_type(inode);
	commit_block(dir, at->bh);
}

int ext2_find_dotdot(struct inode *dir, struct ext2_dir_pos *at)
{
	struct buffer_head *bh = read_block(dir, 0);
	struct ext2_dir_entry *de;

	if (IS_ERR(bh))
		return (int)PTR_ERR(bh);
	de = entry_at(dir, bh, 0, 0);
	if (de && de->rec_len < bh->b_size) {
		at->pos = de->rec_len;
		de = entry_at(dir, bh, 0, at->pos);
		if (de && de->name_len == 2 && !memcmp(de->name, "..", 2)) {
			at->bh = bh;
			at->de = de;
			return 0;
		}
	}
	ext2_error(dir->i_sb, "directory #%llu has no \"..\"", dir->i_ino);
	brelse(bh);
	return -EFSCORRUPTED;
}

int ext2_make_empty(struct inode *dir, struct inode *parent)
{
	struct buffer_head *bh = append_block(dir);
	struct ext2_dir_entry *de;

	if (IS_ERR(bh))
		return (int)PTR_ERR(bh);
	de = (struct ext2_dir_entry *)bh->b_data;
	fill_entry(de, ".", 1, dir);
	de->rec_len = EXT2_DIR_REC_LEN(1);
	de = (struct ext2_dir_entry *)(bh->b_data + de->rec_len);
	fill_entry(de, "..", 2, parent);
	de->rec_len = (u16)(bh->b_size - EXT2_DIR_REC_LEN(1));
	return commit_block(dir, bh);
}

static bool is_dot_or_dotdot(const struct ext2_dir_entry *de)
{
	return de->name[0] == '.' && (de->name_len == 1 || (de->name_len == 2 && de->name[1] == '.'));
}

static int block_is_empty(struct inode *dir, struct buffer_head *bh, u32 n)
{
	struct ext2_dir_entry *de;

	for (u32 offset = 0; offset < bh->b_size; offset += de->rec_len) {
		de = entry_at(dir, bh, n, offset);
		if (!de)
			return -EFSCORRUPTED;
		if (de->inode && !is_dot_or_dotdot(de))
			return -ENOTEMPTY;
	}
	return 0;
}

int ext2_empty_dir(struct inode *dir)
{
	for (u32 n = 0; n < nr_blocks(dir); n++) {
		struct buffer_head *bh = read_block(dir, n);
		int err = PTR_ERR_OR_ZERO(bh);

		if (!err) {
			err = block_is_empty(dir, bh, n);
			brelse(bh);
		}
		if (err)
			return err;
	}
	return 0;
}

static unsigned int dirent_type(const struct inode *dir, const struct ext2_dir_entry *de)
{
	static const u8 types[EXT2_FT_MAX] = { DT_UNKNOWN, DT_REG, DT_DIR, DT_CHR, DT_BLK, DT_FIFO, DT_SOCK, DT_LNK };

	if (!ext2_has_incompat(dir->i_sb, EXT2_FEATURE_INCOMPAT_FILETYPE) || de->file_type >= EXT2_FT_MAX)
		return DT_UNKNOWN;
	return types[de->file_type];
}

/* Programs build paths from what they read: a slash in a name would lead them elsewhere. */
static bool name_plausible(const struct ext2_dir_entry *de)
{
	return de->name_len && !memchr(de->name, '/', de->name_len) && !memchr(de->name, '\0', de->name_len);
}

/* The entries of one block from ctx->pos on. 1: the reader has enough; 0: go on; or errno, with ctx->pos at the bad one. */
static int read_entries(struct inode *dir, struct buffer_head *bh, u32 n, struct dir_context *ctx, bool *emitted)
{
	loff_t start = (loff_t)n << dir->i_blkbits, from = ctx->pos;
	struct ext2_dir_entry *de;

	/* The walk begins at the block's first entry: what was at ctx->pos may have become part of another since. */
	for (u32 offset = 0; offset < bh->b_size; offset += de->rec_len) {
		de = entry_at(dir, bh, n, offset);
		if (de && (start + offset < from || !de->inode))
			continue;
		ctx->pos = max(start + offset, from);
		if (de && unlikely(!name_plausible(de)))
			de = bad_entry(dir, n, offset, de);
		if (!de)
			return -EFSCORRUPTED;
		if (!dir_emit(ctx, de->name, de->name_len, de->inode, dirent_type(dir, de)))
			return 1;
		*emitted = true;
	}
	return 0;
}

/* What comes before an error is given first, and the error when the reader asks again; then the next block. */
int ext2_readdir(struct file *file, struct dir_context *ctx)
{
	struct inode *dir = file->f_inode;
	bool emitted = false;
	int ret = 0;

	while (!ret && ctx->pos < dir->i_size) {
		u32 n = (u32)(ctx->pos >> dir->i_blkbits);
		struct buffer_head *bh = read_block(dir, n);

		ret = PTR_ERR_OR_ZERO(bh);
		if (!ret) {
			ret = read_entries(dir, bh, n, ctx, &emitted);
			brelse(bh);
		}
		if (ret < 0 && emitted)
			return 0;
		if (ret <= 0)
			ctx->pos = (loff_t)(n + 1) << dir->i_blkbits;
	}
	return ret < 0 ? ret : 0;
}
