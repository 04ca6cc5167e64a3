/* SPDX-License-Identifier: MIT */
/*
 * File-system types and their instances. An instance (super_block) is active as long as something has it mounted;
 * when the last mount goes, its dentries and inodes are freed and what is dirty is written.
 *
 * Locks: file_systems_lock guards the list of types, sb_lock the list of instances and s_count. s_umount of an
 * instance keeps it from being shut down (read) and is held while it is filled, remounted or shut down (write).
 */
#include "fs/fs.h"
#include "fs/seq_file.h"
#include "kernel/panic.h"
#include "lib/abi/errno.h"
#include "lib/bitmap.h"
#include "lib/err.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/slab.h"

static DEFINE_SPINLOCK(file_systems_lock);
static struct file_system_type *file_systems;
static DEFINE_SPINLOCK(sb_lock);
static LIST_HEAD(super_blocks);

int register_filesystem(struct file_system_type *fs)
{
	struct file_system_type **p;
	int err = 0;

	spin_lock(&file_systems_lock);
	for (p = &file_systems; *p; p = &(*p)->next)
		if (!strcmp((*p)->name, fs->name))
			break;
	if (*p) {
		err = -EBUSY;
	} else {
		fs->next = NULL;
		*p = fs;
	}
	spin_unlock(&file_systems_lock);
	return err;
}

struct file_system_type *get_fs_type(const char *name)
{
	struct file_system_type *fs;

	spin_lock(&file_systems_lock);
	for (fs = file_systems; fs; fs = fs->next)
		if (!strcmp(fs->name, name))
			break;
	spin_unlock(&file_systems_lock);
	return fs;
}

void filesystems_proc_show(struct seq_file *m)
{
	struct file_system_type *fs;

	spin_lock(&file_systems_lock);
	for (fs = file_systems; fs; fs = fs->next)
		seq_printf(m, "%s\t%s\n", fs->fs_flags & FS_REQUIRES_DEV ? "" : "nodev", fs->name);
	spin_unlock(&file_systems_lock);
}

/* Minors of major 0, for instances without a device. Number 0 is not given out. */
#define ANON_MINORS 1024
static unsigned long anon_minors[ANON_MINORS / BITS_PER_LONG] = { 1 };

int get_anon_bdev(dev_t *dev)
{
	unsigned int minor;

	for (minor = 1; minor < ANON_MINORS; minor++)
		if (!test_bit(minor % BITS_PER_LONG, &anon_minors[minor / BITS_PER_LONG]) &&
		    !test_and_set_bit(minor % BITS_PER_LONG, &anon_minors[minor / BITS_PER_LONG])) {
			*dev = MKDEV(0, minor);
			return 0;
		}
	return -EMFILE;
}

void free_anon_bdev(dev_t dev)
{
	if (MAJOR(dev) == 0 && MINOR(dev))
		clear_bit(MINOR(dev) % BITS_PER_LONG, &anon_minors[MINOR(dev) / BITS_PER_LONG]);
}

static void put_super(struct super_block *sb)
{
	bool last;

	spin_lock(&sb_lock);
	last = --sb->s_count == 0;
	if (last)
		list_del(&sb->s_list);
	spin_unlock(&sb_lock);
	if (last)
		kfree(sb);
}

bool trylock_super(struct super_block *sb)
{
	bool locked;

	spin_lock(&sb_lock);
	locked = down_read_trylock(&sb->s_umount);
	if (locked)
		sb->s_count++;
	spin_unlock(&sb_lock);
	return locked;
}

void unlock_super(struct super_block *sb)
{
	up_read(&sb->s_umount);
	put_super(sb);
}

static const struct super_operations no_super_ops;

struct super_block *sget_new(struct file_system_type *type, u32 flags)
{
	struct super_block *sb = kzalloc(sizeof(*sb), GFP_KERNEL);

	if (!sb)
		return ERR_PTR(-ENOMEM);
	sb->s_type = type;
	sb->s_flags = flags;
	sb->s_op = &no_super_ops;
	sb->s_blocksize = PAGE_SIZE;
	sb->s_blocksize_bits = PAGE_SHIFT;
	sb->s_maxbytes = 0x7fffffff;
	sb->s_time_gran = 1;
	sb->s_count = 1;
	atomic_set(&sb->s_active, 1);
	init_rwsem(&sb->s_umount);
	spin_lock_init(&sb->s_inode_lock);
	mutex_init(&sb->s_vfs_rename_mutex);
	INIT_LIST_HEAD(&sb->s_inodes);
	INIT_LIST_HEAD(&sb->s_dirty);
	strlcpy(sb->s_id, type->name, sizeof(sb->s_id));
	down_write(&sb->s_umount);
	spin_lock(&sb_lock);
	list_add_tail(&sb->s_list, &super_blocks);
	spin_unlock(&sb_lock);
	return sb;
}

void generic_shutdown_super(struct super_block *sb)
{
	if (sb->s_root) {
		sync_filesystem(sb);
		shrink_dcache_for_umount(sb);
	}
	if (unlikely(!list_empty(&sb->s_inodes))) {
		pr_err("%s: inodes are still in use after unmount\n", sb->s_id);
		WARN_ON_ONCE(true);
	}
	if (sb->s_op->put_super)
		sb->s_op->put_super(sb);
}

void deactivate_locked_super(struct super_block *sb)
{
	if (!atomic_dec_and_test(&sb->s_active)) {
		up_write(&sb->s_umount);
		return;
	}
	if (sb->s_type->kill_sb)
		sb->s_type->kill_sb(sb);
	else
		generic_shutdown_super(sb);
	free_anon_bdev(sb->s_dev);
	up_write(&sb->s_umount);
	put_super(sb);
}

void deactivate_super(struct super_block *sb)
{
	down_write(&sb->s_umount);
	deactivate_locked_super(sb);
}

struct dentry *mount_nodev(struct file_system_type *type, u32 flags, void *data,
			   int (*fill_super)(struct super_block *sb, void *data))
{
	struct super_block *sb = sget_new(type, flags);
	int err;

	if (IS_ERR(sb))
		return ERR_CAST(sb);
	err = get_anon_bdev(&sb->s_dev);
	if (!err)
		err = fill_super(sb, data);
	if (err) {
		deactivate_locked_super(sb);
		return ERR_PTR(err);
	}
	up_write(&sb->s_umount);
	return dget(sb->s_root);
}

static struct super_block *find_active(struct file_system_type *type)
{
	struct super_block *sb, *found = NULL;

	spin_lock(&sb_lock);
	list_for_each_entry(sb, &super_blocks, s_list)
		if (sb->s_type == type && sb->s_root && atomic_inc_not_zero(&sb->s_active)) {
			found = sb;
			break;
		}
	spin_unlock(&sb_lock);
	return found;
}

struct dentry *mount_single(struct file_system_type *type, u32 flags, void *data,
			    int (*fill_super)(struct super_block *sb, void *data))
{
	static DEFINE_MUTEX(single_lock);	/* two first mounts at once make one instance */
	struct super_block *sb;
	struct dentry *root;

	mutex_lock(&single_lock);
	sb = find_active(type);
	root = sb ? dget(sb->s_root) : mount_nodev(type, flags, data, fill_super);
	mutex_unlock(&single_lock);
	return root;
}

/*
 * The list may change while fn sleeps: the instance at hand is kept by its count, and with it its place in the list.
 * One that is being shut down is waited for (wait) and passed over: afterwards it is on its device to the last byte.
 */
static void walk_supers(void (*fn)(struct super_block *sb, void *arg), void *arg, bool wait)
{
	struct super_block *sb, *prev = NULL;

	spin_lock(&sb_lock);
	list_for_each_entry(sb, &super_blocks, s_list) {
		sb->s_count++;
		spin_unlock(&sb_lock);
		if (wait)
			down_read(&sb->s_umount);
		if (wait || down_read_trylock(&sb->s_umount)) {
			if (sb->s_root && atomic_read(&sb->s_active))
				fn(sb, arg);
			up_read(&sb->s_umount);
		}
		if (prev)
			put_super(prev);
		prev = sb;
		spin_lock(&sb_lock);
	}
	spin_unlock(&sb_lock);
	if (prev)
		put_super(prev);
}

void iterate_supers(void (*fn)(struct super_block *sb, void *arg), void *arg) { walk_supers(fn, arg, true); }
void try_iterate_supers(void (*fn)(struct super_block *sb, void *arg), void *arg) { walk_supers(fn, arg, false); }

int do_remount_sb(struct super_block *sb, u32 flags, void *data)
{
	int err = 0;

	down_write(&sb->s_umount);
	if ((flags & SB_RDONLY) && !(sb->s_flags & SB_RDONLY))
		sync_filesystem(sb);
	if (sb->s_op->remount_fs)
		err = sb->s_op->remount_fs(sb, &flags, data);
	if (!err)
		sb->s_flags = (sb->s_flags & ~(SB_RDONLY | MS_SYNCHRONOUS)) | (flags & (SB_RDONLY | MS_SYNCHRONOUS));
	up_write(&sb->s_umount);
	return err;
}
