/* SPDX-License-Identifier: MIT */
/*
 * The life of a mounted ext2: the superblock and the group descriptors are read and checked, then stay in memory until
 * the end.
 *
 * s_state on disk says whether the file system can be trusted. While it is mounted for writing EXT2_VALID_FS is not
 * set, so that after a crash e2fsck knows that it has work; unmounting puts back what was there, as the very last
 * write, unless an error was found meanwhile.
 *
 * The counts in the superblock are brought up to date when it is written; in between they are in ext2_sb_info. Locks:
 * s_umount is held for writing wherever an instance is filled, remounted or shut down; s_lock guards the counts.
 */
#include "fs/ext2/ext2.h"
#include "kernel/init.h"
#include "kernel/panic.h"
#include "kernel/dev/random.h"
#include "kernel/time.h"
#include "lib/err.h"
#include "lib/string.h"
#include "mm/slab.h"

static struct kmem_cache *ext2_inode_cache;

static void ext2_inode_ctor(void *obj)
{
	struct ext2_inode_info *ei = obj;

	inode_init_once(&ei->vfs_inode);
	mutex_init(&ei->truncate_mutex);
}

static struct inode *ext2_alloc_inode(struct super_block *sb)
{
	struct ext2_inode_info *ei = kmem_cache_alloc(ext2_inode_cache, GFP_KERNEL);

	if (!ei)
		return NULL;
	memset(ei->i_data, 0, sizeof(ei->i_data));
	ei->i_flags = ei->i_file_acl = ei->i_dtime = ei->i_block_group = 0;
	ei->i_loaded = ei->i_new = false;
	ei->i_free_hint = ei->i_parent = ei->i_parent_pos = 0;
	return &ei->vfs_inode;
}

static void ext2_destroy_inode(struct inode *inode)
{
	kmem_cache_free(ext2_inode_cache, EXT2_I(inode));
}

void ext2_sync_super(struct super_block *sb, bool wait)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	struct ext2_super_block *es = sbi->s_es;

	spin_lock(&sbi->s_lock);
	es->s_free_blocks_count = sbi->s_free_blocks;
	es->s_free_inodes_count = sbi->s_free_inodes;
	es->s_wtime = get_seconds();
	spin_unlock(&sbi->s_lock);
	mark_buffer_dirty(sbi->s_sbh);
	if (wait)
		sync_dirty_buffer(sbi->s_sbh);
}

/* Revision 0 has no place for features. */
void ext2_set_large_file(struct super_block *sb)
{
	struct ext2_super_block *es = EXT2_SB(sb)->s_es;

	if (ext2_has_ro_compat(sb, EXT2_FEATURE_RO_COMPAT_LARGE_FILE))
		return;
	spin_lock(&EXT2_SB(sb)->s_lock);
	if (!es->s_rev_level) {
		es->s_rev_level = 1;
		es->s_first_ino = EXT2_GOOD_OLD_FIRST_INO;
		es->s_inode_size = EXT2_GOOD_OLD_INODE_SIZE;
	}
	es->s_feature_ro_compat |= EXT2_FEATURE_RO_COMPAT_LARGE_FILE;
	spin_unlock(&EXT2_SB(sb)->s_lock);
	ext2_sync_super(sb, true);
}

static int ext2_sync_fs(struct super_block *sb, bool wait)
{
	if (!(sb->s_flags & SB_RDONLY))
		ext2_sync_super(sb, wait);
	return 0;
}

/* From now on a crash leaves it unclean. */
static void begin_writing(struct super_block *sb)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	struct ext2_super_block *es = sbi->s_es;

	if (!(es->s_state & EXT2_VALID_FS))
		pr_warn("EXT2-fs (%s): was not unmounted cleanly: running e2fsck is recommended\n", sb->s_id);
	else if (es->s_state & EXT2_ERROR_FS)
		pr_warn("EXT2-fs (%s): had errors: running e2fsck is recommended\n", sb->s_id);
	sbi->s_mount_state = es->s_state;
	es->s_state &= ~EXT2_VALID_FS;
	es->s_mnt_count++;
	es->s_mtime = get_seconds();
	sbi->s_writing = true;
	ext2_sync_super(sb, true);
}

/* All else is on the disk, and not only in its cache, before it is said to be clean. */
static int end_writing(struct super_block *sb)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	int err;

	if (!sbi->s_writing)
		return 0;
	sbi->s_writing = false;
	err = sync_blockdev(sb->s_bdev, true);	/* or an earlier write has failed */
	if (!err)
		err = blkdev_issue_flush(sb->s_bdev);
	if (err)
		pr_err("EXT2-fs (%s): cannot be written: it stays marked as not clean\n", sb->s_id);
	else
		sbi->s_es->s_state = sbi->s_mount_state;
	ext2_sync_super(sb, true);
	return err;
}

/* Whatever of it there is: mounting may have failed at any point. */
static void ext2_put_super(struct super_block *sb)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);

	if (!sbi)
		return;
	end_writing(sb);
	for (u32 i = 0; sbi->s_group_desc && i < sbi->s_gdb_count; i++)
		brelse(sbi->s_group_desc[i]);
	kfree(sbi->s_group_desc);
	brelse(sbi->s_sbh);
	sb->s_fs_info = NULL;
	kfree(sbi);
}

static int ext2_statfs(struct dentry *dentry, struct statfs64 *buf)
{
	struct ext2_sb_info *sbi = EXT2_SB(dentry->d_sb);
	const struct ext2_super_block *es = sbi->s_es;
	u32 id[4];

	spin_lock(&sbi->s_lock);
	buf->f_bfree = sbi->s_free_blocks;
	buf->f_ffree = sbi->s_free_inodes;
	spin_unlock(&sbi->s_lock);
	buf->f_blocks = sbi->s_blocks_count - (sbi->s_opts.minix_df ? 0 : sbi->s_overhead);
	buf->f_bavail = buf->f_bfree > es->s_r_blocks_count ? buf->f_bfree - es->s_r_blocks_count : 0;
	buf->f_files = sbi->s_inodes_count;
	memcpy(id, es->s_uuid, sizeof(id));
	buf->f_fsid.val[0] = (s32)(id[0] ^ id[2]);
	buf->f_fsid.val[1] = (s32)(id[1] ^ id[3]);
	return 0;
}

/* A file without a name that is still open must be freed some day, which a read-only file system cannot do. */
static bool has_deleted_files(struct super_block *sb)
{
	struct inode *inode;
	bool found = false;

	spin_lock(&sb->s_inode_lock);
	list_for_each_entry(inode, &sb->s_inodes, i_sb_list)
		found = found || (EXT2_I(inode)->i_loaded && !inode->i_nlink);
	spin_unlock(&sb->s_inode_lock);
	return found;
}

static int ext2_remount(struct super_block *sb, u32 *flags, char *data)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	struct ext2_mount_options opts = sbi->s_opts;
	bool was_ro = sb->s_flags & SB_RDONLY, ro = *flags & SB_RDONLY;
	int err = data ? ext2_parse_options(sb, &opts, data) : 0;

	if (err)
		return err;
	if (ro && !was_ro && has_deleted_files(sb))
		return -EBUSY;
	if (!ro && was_ro) {
		err = ext2_check_features(sb, sbi->s_es, false);
		if (err)
			return -EROFS;
		if (sb->s_bdev->bd_disk->read_only)
			return -EACCES;
	}
	opts.sb_block = sbi->s_opts.sb_block;
	sbi->s_opts = opts;
	if (ro && !was_ro)
		return end_writing(sb);
	if (!ro && was_ro)
		begin_writing(sb);
	return 0;
}

static const struct super_operations ext2_super_ops = {
	.alloc_inode = ext2_alloc_inode,
	.destroy_inode = ext2_destroy_inode,
	.write_inode = ext2_write_inode,
	.sync_inode = ext2_sync_inode,
	.evict_inode = ext2_evict_inode,
	.put_super = ext2_put_super,
	.sync_fs = ext2_sync_fs,
	.statfs = ext2_statfs,
	.remount_fs = ext2_remount,
	.show_options = ext2_show_options,
};

/* The superblock, through a buffer of the given size. */
static int read_super(struct super_block *sb, u32 size)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	u64 offset = (u64)sbi->s_opts.sb_block * EXT2_SB_OFFSET;

	brelse(sbi->s_sbh);
	sbi->s_sbh = NULL;
	if (!sb_set_blocksize(sb, size)) {
		pr_err("EXT2-fs (%s): the device does not take blocks of %u bytes\n", sb->s_id, size);
		return -EINVAL;
	}
	sbi->s_sbh = sb_bread(sb, offset >> sb->s_blocksize_bits);
	if (!sbi->s_sbh) {
		pr_err("EXT2-fs (%s): the superblock cannot be read\n", sb->s_id);
		return -EIO;
	}
	sbi->s_es = (struct ext2_super_block *)(sbi->s_sbh->b_data + (offset & (size - 1)));
	return ext2_check_magic(sb, sbi->s_es);
}

/* Its own block size is known only when it has been read: first with the smallest that ext2 and the device can have. */
static int find_super(struct super_block *sb)
{
	const struct ext2_sb_info *sbi = EXT2_SB(sb);
	u32 size, first = max(bdev_logical_block_size(sb->s_bdev), 1024u);
	int err = read_super(sb, first);

	if (err)
		return err;
	size = 1024u << sbi->s_es->s_log_block_size;
	if (size != first)
		err = read_super(sb, size);
	if (!err && 1024u << sbi->s_es->s_log_block_size != size)
		err = -EIO;		/* two readings, two answers */
	if (!err)
		err = ext2_check_super(sb, sbi->s_es);
	return err ? err : ext2_check_features(sb, sbi->s_es, sb->s_flags & SB_RDONLY);
}

/* What is computed from the checked superblock, once. */
static void fill_geometry(struct super_block *sb)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	const struct ext2_super_block *es = sbi->s_es;
	u32 blocks = es->s_blocks_count - es->s_first_data_block;

	sbi->s_blocks_count = es->s_blocks_count;
	sbi->s_inodes_count = es->s_inodes_count;
	sbi->s_first_data_block = es->s_first_data_block;
	sbi->s_blocks_per_group = es->s_blocks_per_group;
	sbi->s_inodes_per_group = es->s_inodes_per_group;
	sbi->s_groups_count = (blocks - 1) / es->s_blocks_per_group + 1;
	sbi->s_inode_size = es->s_rev_level ? es->s_inode_size : EXT2_GOOD_OLD_INODE_SIZE;
	sbi->s_first_ino = es->s_rev_level ? es->s_first_ino : EXT2_GOOD_OLD_FIRST_INO;
	sbi->s_itb_per_group = sbi->s_inodes_per_group / (sb->s_blocksize / sbi->s_inode_size);
	sbi->s_desc_per_block = sb->s_blocksize / sizeof(struct ext2_group_desc);
	sbi->s_gdb_count = DIV_ROUND_UP(sbi->s_groups_count, sbi->s_desc_per_block);
	sbi->s_addr_per_block = sb->s_blocksize / sizeof(u32);
	sbi->s_addr_per_block_bits = sb->s_blocksize_bits - 2;
	sb->s_maxbytes = ext2_max_size(sb->s_blocksize_bits);
}

/* The descriptors follow the superblock, or its copy. */
static int read_descriptors(struct super_block *sb)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	u32 first = (u32)sbi->s_sbh->b_blocknr + 1;

	sbi->s_group_desc = kcalloc(sbi->s_gdb_count, sizeof(*sbi->s_group_desc), GFP_KERNEL);
	if (!sbi->s_group_desc)
		return -ENOMEM;
	for (u32 i = 0; i < sbi->s_gdb_count; i++) {
		sbi->s_group_desc[i] = sb_bread(sb, first + i);
		if (!sbi->s_group_desc[i]) {
			pr_err("EXT2-fs (%s): the group descriptors cannot be read\n", sb->s_id);
			return -EIO;
		}
	}
	return ext2_check_descriptors(sb);
}

/* What is free is what the descriptors count: the superblock may be old after a crash. */
static void sum_descriptors(struct super_block *sb)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);

	sbi->s_overhead = sbi->s_first_data_block;
	for (u32 group = 0; group < sbi->s_groups_count; group++) {
		const struct ext2_group_desc *gd = ext2_get_group_desc(sb, group, NULL);

		sbi->s_free_blocks += gd->bg_free_blocks_count;
		sbi->s_free_inodes += gd->bg_free_inodes_count;
		sbi->s_dirs += gd->bg_used_dirs_count;
		sbi->s_overhead += 2 + sbi->s_itb_per_group + (ext2_bg_has_super(sb, group) ? 1 + sbi->s_gdb_count : 0);
	}
}

static int read_root(struct super_block *sb)
{
	struct inode *root = ext2_iget(sb, EXT2_ROOT_INO);

	if (IS_ERR(root) || !S_ISDIR(root->i_mode)) {
		pr_err("EXT2-fs (%s): the root directory is damaged. Try e2fsck\n", sb->s_id);
		if (IS_ERR(root))
			return (int)PTR_ERR(root) == -ESTALE ? -EFSCORRUPTED : (int)PTR_ERR(root);
		iput(root);
		return -EFSCORRUPTED;
	}
	EXT2_I(root)->i_parent = EXT2_ROOT_INO;		/* and no entry is there: the root has no name */
	EXT2_I(root)->i_parent_pos = ~0u;
	sb->s_root = d_make_root(root);
	return sb->s_root ? 0 : -ENOMEM;
}

/* Options that were not given follow the superblock. */
#define NOT_GIVEN ~0u
static void default_options(struct ext2_sb_info *sbi)
{
	struct ext2_mount_options *opts = &sbi->s_opts;
	const struct ext2_super_block *es = sbi->s_es;

	if (opts->resuid == NOT_GIVEN)
		opts->resuid = es->s_def_resuid;
	if (opts->resgid == NOT_GIVEN)
		opts->resgid = es->s_def_resgid;
	if (!opts->errors)
		opts->errors = es->s_errors >= EXT2_ERRORS_CONTINUE && es->s_errors <= EXT2_ERRORS_PANIC ?
			       es->s_errors : EXT2_ERRORS_CONTINUE;
}

/* What an error leaves behind, put_super takes away. */
static int ext2_fill_super(struct super_block *sb, void *data)
{
	struct ext2_sb_info *sbi = kzalloc(sizeof(*sbi), GFP_KERNEL);
	int err;

	if (!sbi)
		return -ENOMEM;
	spin_lock_init(&sbi->s_lock);
	sbi->s_opts = (struct ext2_mount_options){ .sb_block = 1, .resuid = NOT_GIVEN, .resgid = NOT_GIVEN };
	sb->s_fs_info = sbi;
	sb->s_op = &ext2_super_ops;
	sb->s_magic = EXT2_SUPER_MAGIC;
	sb->s_time_gran = (u32)NSEC_PER_SEC;
	err = data ? ext2_parse_options(sb, &sbi->s_opts, data) : 0;
	if (!err)
		err = find_super(sb);
	if (err)
		return err;
	default_options(sbi);
	fill_geometry(sb);
	get_random_bytes(&sbi->s_next_generation, sizeof(sbi->s_next_generation));
	err = read_descriptors(sb);
	if (err)
		return err;
	sum_descriptors(sb);
	err = read_root(sb);
	if (!err && !(sb->s_flags & SB_RDONLY))
		begin_writing(sb);
	return err;
}

static struct dentry *ext2_mount(struct file_system_type *type, u32 flags, const char *dev_name, void *data)
{
	return mount_bdev(type, flags, dev_name, data, ext2_fill_super);
}

static struct file_system_type ext2_type = {
	.name = "ext2",
	.fs_flags = FS_REQUIRES_DEV,
	.mount = ext2_mount,
	.kill_sb = kill_block_super,
};

static int ext2_init(void)
{
	ext2_inode_cache = kmem_cache_create("ext2_inode", sizeof(struct ext2_inode_info), 0, ext2_inode_ctor);
	return ext2_inode_cache ? register_filesystem(&ext2_type) : -ENOMEM;
}
fs_initcall(ext2_init);
