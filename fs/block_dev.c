/* SPDX-License-Identifier: MIT */
/*
 * Block devices as files. Every device that is open has an inode of its own in the file system "bdev", which is
 * mounted nowhere: its pages are the device's page cache, shared by /dev/vda under all its names, by the file system
 * that is mounted from it (through fs/buffer.c) and by mappings. The last one who closes the device writes the cache
 * and drops it.
 *
 * bd_mutex guards opening and closing; a holder has the device for itself against other holders (two mounts of
 * different kinds, O_EXCL), not against plain opens: a running file system can be looked at.
 */
#include "fs/buffer_internal.h"
#include "fs/internal.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/init.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/abi/ioctls.h"
#include "lib/err.h"
#include "lib/string.h"
#include "mm/writeback.h"

static struct super_block *bdev_sb;

static int no_attributes(struct inode *inode, bool sync) { return 0; }
static const struct super_operations bdev_super_ops = { .write_inode = no_attributes };

static int bdev_fill_super(struct super_block *sb, void *data)
{
	struct inode *root;

	sb->s_op = &bdev_super_ops;
	sb->s_maxbytes = 0x7fffffffffffffffll;
	root = new_inode(sb);
	if (!root)
		return -ENOMEM;
	root->i_mode = S_IFDIR | 0700;
	sb->s_root = d_make_root(root);
	return sb->s_root ? 0 : -ENOMEM;
}

static struct dentry *bdev_mount(struct file_system_type *type, u32 flags, const char *dev_name, void *data)
{
	return mount_nodev(type, flags, data, bdev_fill_super);
}
static struct file_system_type bdev_type = { .name = "bdev", .mount = bdev_mount };

int blkdev_get_block(struct inode *inode, sector_t iblock, struct buffer_head *bh, bool create)
{
	struct block_device *bdev = inode->i_bdev;

	if (iblock >= bdev->bd_nr_sects >> (inode->i_blkbits - SECTOR_SHIFT))
		return create ? -EIO : 0;
	set_buffer_mapped(bh);
	bh->b_bdev = bdev;
	bh->b_blocknr = iblock;
	return 0;
}

static int blkdev_readpage(struct file *file, struct page *page) { return block_read_full_page(page, blkdev_get_block); }
static void blkdev_readpages(struct address_space *m, struct page **pages, unsigned nr) { block_readpages(pages, nr, blkdev_get_block); }
static int blkdev_writepage(struct page *page, struct writeback_control *wbc) { return block_write_full_page(page, blkdev_get_block, wbc); }
static int blkdev_page_mkwrite(struct vm_area_struct *vma, struct page *page) { return block_page_mkwrite(vma, page, blkdev_get_block); }

static int blkdev_write_begin(struct file *file, struct address_space *m, loff_t pos, unsigned len, struct page **pagep)
{
	return block_write_begin(m, pos, len, pagep, blkdev_get_block);
}

static const struct address_space_operations blkdev_aops = {
	.readpage = blkdev_readpage, .readpages = blkdev_readpages, .writepage = blkdev_writepage,
	.write_begin = blkdev_write_begin, .write_end = generic_write_end, .page_mkwrite = blkdev_page_mkwrite,
	.dirty_private = block_dirty_buffers, .invalidatepage = block_invalidatepage, .releasepage = try_to_free_buffers,
};

static void set_block_bits(struct block_device *bdev, u32 size)
{
	bdev->bd_block_size = size;
	bdev->bd_inode->i_blkbits = (u32)__builtin_ctz(size);
}

/* The largest block that divides the device. */
static void default_block_size(struct block_device *bdev)
{
	u32 size = bdev_logical_block_size(bdev);

	while (size < PAGE_SIZE && !(bdev->bd_nr_sects & (size * 2 / SECTOR_SIZE - 1)))
		size *= 2;
	set_block_bits(bdev, size);
}

/* bd_mutex held. The inode stays for good; only its pages come and go. */
static int make_bd_inode(struct block_device *bdev)
{
	struct inode *inode;

	if (bdev->bd_inode)
		return 0;
	inode = new_inode(bdev_sb);
	if (!inode)
		return -ENOMEM;
	inode->i_mode = S_IFBLK | 0600;
	inode->i_rdev = bdev->bd_dev;
	inode->i_bdev = bdev;
	inode->i_data.a_ops = &blkdev_aops;
	inode->i_data.gfp_mask = GFP_NOFS;
	i_size_write(inode, (loff_t)(bdev->bd_nr_sects << SECTOR_SHIFT));
	bdev->bd_inode = inode;
	return 0;
}

int blkdev_get(struct block_device *bdev, u32 fmode, void *holder)
{
	int err = 0;

	(void)fmode;
	mutex_lock(&bdev->bd_mutex);
	if (holder && bdev->bd_holder && bdev->bd_holder != holder)
		err = -EBUSY;
	else
		err = make_bd_inode(bdev);
	if (!err) {
		if (!bdev->bd_openers++)
			default_block_size(bdev);
		if (holder) {
			bdev->bd_holder = holder;
			bdev->bd_holders++;
		}
	}
	mutex_unlock(&bdev->bd_mutex);
	return err;
}

int sync_blockdev(struct block_device *bdev, bool wait)
{
	if (!bdev->bd_inode)
		return 0;
	return write_inode_now(bdev->bd_inode, wait);
}

static void add_pages(struct block_device *bdev, void *arg)
{
	if (bdev->bd_inode)
		*(unsigned long *)arg += bdev->bd_inode->i_data.nrpages;
}

unsigned long nr_blockdev_pages(void)
{
	unsigned long n = 0;

	for_each_bdev(add_pages, &n);
	return n;
}

void blkdev_put(struct block_device *bdev, void *holder)
{
	mutex_lock(&bdev->bd_mutex);
	if (holder && --bdev->bd_holders == 0)
		bdev->bd_holder = NULL;
	if (!--bdev->bd_openers) {
		if (sync_blockdev(bdev, true))
			pr_err("%s: what was written last has not reached the device\n", bdev->bd_name);
		truncate_inode_pages(&bdev->bd_inode->i_data, 0);
		clear_bit(AS_EIO, &bdev->bd_inode->i_data.flags);
	}
	mutex_unlock(&bdev->bd_mutex);
}

struct block_device *blkdev_get_by_name(const char *dev_name, u32 fmode, void *holder)
{
	struct block_device *bdev;
	struct path path;
	int err = kern_path(dev_name, LOOKUP_FOLLOW, &path);
	struct inode *inode;

	if (err)
		return ERR_PTR(err);
	inode = path.dentry->d_inode;
	if (!S_ISBLK(inode->i_mode))
		err = -ENOTBLK;
	else if (path.mnt->mnt_flags & MNT_NODEV)
		err = -EACCES;
	bdev = err ? NULL : lookup_bdev_nr(inode->i_rdev);
	path_put(&path);
	if (!err)
		err = bdev ? blkdev_get(bdev, fmode, holder) : -ENXIO;
	return err ? ERR_PTR(err) : bdev;
}

int set_blocksize(struct block_device *bdev, u32 size)
{
	if (!is_power_of_2(size) || size < bdev_logical_block_size(bdev) || size > PAGE_SIZE)
		return -EINVAL;
	if (bdev->bd_block_size != size) {
		sync_blockdev(bdev, true);
		truncate_inode_pages(&bdev->bd_inode->i_data, 0);
		set_block_bits(bdev, size);
	}
	return 0;
}

int sb_set_blocksize(struct super_block *sb, u32 size)
{
	if (set_blocksize(sb->s_bdev, size))
		return 0;
	sb->s_blocksize = size;
	sb->s_blocksize_bits = (u32)__builtin_ctz(size);
	return (int)size;
}

/* Operations of an open device file. f_mapping is the device's, not that of the inode that was named. */

static int blkdev_open(struct inode *inode, struct file *file)
{
	struct block_device *bdev = lookup_bdev_nr(inode->i_rdev);
	int err;

	if (!bdev)
		return -ENXIO;
	err = blkdev_get(bdev, file->f_mode, file->f_flags & O_EXCL ? file : NULL);
	if (err)
		return err;
	file->private_data = bdev;
	file->f_mapping = &bdev->bd_inode->i_data;
	return 0;
}

static int blkdev_release(struct inode *inode, struct file *file)
{
	blkdev_put(file->private_data, file->f_flags & O_EXCL ? file : NULL);
	return 0;
}

static loff_t blkdev_llseek(struct file *file, loff_t offset, int whence)
{
	loff_t size = i_size_read(file->f_mapping->host);

	if (whence == SEEK_END)
		offset += size;
	else if (whence == SEEK_CUR)
		offset += file->f_pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (offset < 0 || offset > size)
		return -EINVAL;
	return file->f_pos = offset;
}

static ssize_t blkdev_write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	struct block_device *bdev = file->private_data;
	loff_t size = i_size_read(bdev->bd_inode);
	struct iov_iter part = *from;
	ssize_t n;

	if (bdev->bd_disk->read_only)
		return -EPERM;
	if (!iov_iter_count(from))
		return 0;
	if (*pos >= size)
		return -ENOSPC;
	part.count = (size_t)min((loff_t)part.count, size - *pos);
	n = generic_file_write(file, &part, pos);
	if (n > 0)
		iov_iter_advance(from, (size_t)n);
	return n;
}

static int blkdev_fsync(struct file *file, loff_t start, loff_t end, bool datasync)
{
	struct block_device *bdev = file->private_data;
	int err = filemap_write_and_wait(&bdev->bd_inode->i_data), ret = blkdev_issue_flush(bdev);

	return err ? err : ret;
}

static long blkdev_ioctl(struct file *file, u32 cmd, unsigned long arg)
{
	struct block_device *bdev = file->private_data;

	switch (cmd) {
	case BLKGETSIZE64:
		return put_user(bdev->bd_nr_sects << SECTOR_SHIFT, (u64 *)arg);
	case BLKGETSIZE:
		return bdev->bd_nr_sects > 0xffffffffu ? -EFBIG : put_user((u32)bdev->bd_nr_sects, (u32 *)arg);
	case BLKSSZGET:
		return put_user(bdev_logical_block_size(bdev), (u32 *)arg);
	case BLKBSZGET:
		return put_user(bdev->bd_block_size, (u32 *)arg);
	case BLKROGET:
		return put_user((u32)bdev->bd_disk->read_only, (u32 *)arg);
	case BLKFLSBUF:
		sync_blockdev(bdev, true);
		invalidate_mapping_pages(&bdev->bd_inode->i_data, 0, ~(pgoff_t)0);
		return 0;
	default:
		return -ENOTTY;
	}
}

const struct file_operations def_blk_fops = {
	.open = blkdev_open, .release = blkdev_release, .llseek = blkdev_llseek, .read = generic_file_read,
	.write = blkdev_write, .mmap = generic_file_mmap, .fsync = blkdev_fsync, .ioctl = blkdev_ioctl,
};

/* mount_lock held. The instance that has the device already, with s_active raised, or NULL. */
struct find_bdev { const struct block_device *bdev; const struct file_system_type *type; struct super_block *found; };

static void match_bdev(struct super_block *sb, void *arg)
{
	struct find_bdev *f = arg;

	if (!f->found && sb->s_bdev == f->bdev && sb->s_type == f->type && atomic_inc_not_zero(&sb->s_active))
		f->found = sb;
}

static struct dentry *mount_again(struct super_block *sb, u32 flags)
{
	if (!((flags ^ sb->s_flags) & SB_RDONLY))
		return dget(sb->s_root);
	deactivate_super(sb);
	return ERR_PTR(-EBUSY);
}

static struct dentry *mount_new(struct file_system_type *type, u32 flags, struct block_device *bdev, void *data,
				int (*fill_super)(struct super_block *sb, void *data))
{
	struct super_block *sb = sget_new(type, flags);
	int err;

	if (IS_ERR(sb)) {
		blkdev_put(bdev, type);
		return ERR_CAST(sb);
	}
	sb->s_bdev = bdev;
	sb->s_dev = bdev->bd_dev;
	strlcpy(sb->s_id, bdev->bd_name, sizeof(sb->s_id));
	err = fill_super(sb, data);
	if (err) {
		deactivate_locked_super(sb);	/* and so kill_block_super */
		return ERR_PTR(err);
	}
	up_write(&sb->s_umount);
	return dget(sb->s_root);
}

struct dentry *mount_bdev(struct file_system_type *type, u32 flags, const char *dev_name, void *data,
			  int (*fill_super)(struct super_block *sb, void *data))
{
	static DEFINE_MUTEX(mount_lock);	/* two mounts of one device at once make one instance */
	struct find_bdev find = { .type = type };
	struct block_device *bdev;
	struct dentry *root;

	if (!dev_name || !*dev_name)
		return ERR_PTR(-EINVAL);
	bdev = blkdev_get_by_name(dev_name, flags & SB_RDONLY ? FMODE_READ : FMODE_READ | FMODE_WRITE, type);
	if (IS_ERR(bdev))
		return ERR_CAST(bdev);
	if (bdev->bd_disk->read_only && !(flags & SB_RDONLY)) {
		blkdev_put(bdev, type);
		return ERR_PTR(-EACCES);
	}
	mutex_lock(&mount_lock);
	find.bdev = bdev;
	iterate_supers(match_bdev, &find);
	if (find.found) {
		blkdev_put(bdev, type);
		root = mount_again(find.found, flags);
	} else {
		root = mount_new(type, flags, bdev, data, fill_super);
	}
	mutex_unlock(&mount_lock);
	return root;
}

void kill_block_super(struct super_block *sb)
{
	struct block_device *bdev = sb->s_bdev;

	generic_shutdown_super(sb);
	sync_blockdev(bdev, true);
	blkdev_issue_flush(bdev);
	blkdev_put(bdev, (void *)sb->s_type);
}

void block_dev_init(void)
{
	struct vfsmount *m;

	buffer_init();
	m = kern_mount(&bdev_type);
	if (IS_ERR(m))
		panic("no memory for block devices");
	bdev_sb = m->mnt_sb;
}
