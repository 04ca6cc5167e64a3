/* SPDX-License-Identifier: MIT */
/*
 * devpts: the directory /dev/pts. It holds a device file for each pseudo-terminal whose master is open, and "ptmx", by
 * which one more is made. Each mount is an instance with numbers of its own, so that what is confined to a directory
 * sees its own terminals only; /dev/ptmx means the instance that is mounted on "pts" beside it.
 *
 * It is a tmpfs in which only the driver makes and removes names: the inodes, the listing and the pinned dentries are
 * tmpfs's. Options: uid=, gid=, mode= of the slaves, ptmxmode=, max= (mount(8)).
 *
 * A name goes when the master is closed, while slaves may still be open. The inode's i_lock guards i_private, by which
 * an open finds the terminal: who finds it there may take a reference, for it is cleared before the last is dropped.
 */
#include "fs/devpts/devpts.h"
#include "fs/internal.h"
#include "fs/seq_file.h"
#include "fs/tmpfs/tmpfs.h"
#include "kernel/init.h"
#include "lib/abi/errno.h"
#include "lib/bitmap.h"
#include "lib/err.h"
#include "lib/kstrtox.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/slab.h"

#define PTMX_DEV MKDEV(5, 2)
#define SLAVE_MAJOR 136
#define MAX_PTYS 4096u			/* of an instance: what /proc/sys/kernel/pty/max is on Linux */
#define NO_MAX (1u << 20)		/* the largest max= */
#define FIRST_SLAVE_INO 3		/* after the root and ptmx */

struct devpts_options { u32 uid, gid, mode, ptmxmode, max; bool uid_given, gid_given; };

struct devpts_info {
	struct super_operations ops;	/* tmpfs's, but for what is ours */
	struct devpts_options opt;	/* by s_umount; read without: an opener gets the old or the new */
	struct dentry *ptmx;
	spinlock_t lock;		/* guards used */
	unsigned long used[MAX_PTYS / BITS_PER_LONG];
};

/* The root's i_private. */
static struct devpts_info *info_of(const struct super_block *sb) { return sb->s_root->d_inode->i_private; }

static int parse_option(struct devpts_options *opt, const char *name, const char *value)
{
	static const struct { const char *name; size_t offset; u32 base, limit; } options[] = {
		{ "uid", offsetof(struct devpts_options, uid), 10, ~0u },
		{ "gid", offsetof(struct devpts_options, gid), 10, ~0u },
		{ "mode", offsetof(struct devpts_options, mode), 8, S_IALLUGO },
		{ "ptmxmode", offsetof(struct devpts_options, ptmxmode), 8, S_IALLUGO },
		{ "max", offsetof(struct devpts_options, max), 10, NO_MAX },
	};
	unsigned int v;

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (strcmp(name, options[i].name))
			continue;
		if (!value || kstrtouint(value, options[i].base, &v) || (options[i].base == 10 && v > options[i].limit))
			return -EINVAL;
		*(u32 *)((char *)opt + options[i].offset) = options[i].base == 8 ? v & options[i].limit : v;
		opt->uid_given |= i == 0;
		opt->gid_given |= i == 1;
		return 0;
	}
	return strcmp(name, "newinstance") ? -EINVAL : 0;
}

/* What is not named has its default, when remounting too. The text is taken apart in place. */
static int parse_options(struct devpts_options *opt, char *text)
{
	char *option;

	*opt = (struct devpts_options){ .mode = 0600, .max = NO_MAX };
	while ((option = strsep(&text, ",")) != NULL) {
		char *value = strchr(option, '=');

		if (value)
			*value++ = '\0';
		if (*option && parse_option(opt, option, value))
			return -EINVAL;
	}
	return 0;
}

static int devpts_show_options(struct seq_file *m, struct dentry *root)
{
	const struct devpts_options *opt = &info_of(root->d_sb)->opt;

	if (opt->uid_given)
		seq_printf(m, ",uid=%u", opt->uid);
	if (opt->gid_given)
		seq_printf(m, ",gid=%u", opt->gid);
	seq_printf(m, ",mode=%03o,ptmxmode=%03o", opt->mode, opt->ptmxmode);
	if (opt->max < NO_MAX)
		seq_printf(m, ",max=%u", opt->max);
	return 0;
}

static int devpts_remount(struct super_block *sb, u32 *flags, char *data)
{
	struct devpts_info *info = info_of(sb);
	struct devpts_options opt;
	int err = parse_options(&opt, data);

	(void)flags;
	if (err)
		return err;
	info->opt = opt;
	info->ptmx->d_inode->i_mode = S_IFCHR | opt.ptmxmode;
	return 0;
}

/* A device file in the root, with a reference; its directory's i_mutex is taken. ERR_PTR. */
static struct dentry *make_node(struct super_block *sb, const char *name, umode_t mode, dev_t dev, u64 ino)
{
	struct inode *dir = sb->s_root->d_inode;
	struct qstr q = { d_name_hash(name, strlen(name)), strlen(name), name };
	struct dentry *d;
	int err;

	inode_lock(dir);
	d = lookup_slow(sb->s_root, &q);
	if (!IS_ERR(d)) {
		err = tmpfs_dir_iops.mknod(dir, d, S_IFCHR | mode, dev);
		if (err) {
			dput(d);
			d = ERR_PTR(err);
		} else {
			d->d_inode->i_mode = S_IFCHR | mode;	/* whatever the umask */
			d->d_inode->i_ino = ino;
		}
	}
	inode_unlock(dir);
	return d;
}

/* Programs may look and list; only the functions below make and remove. */
static struct inode_operations devpts_dir_iops;

static int devpts_fill_super(struct super_block *sb, void *data)
{
	struct devpts_options opt;
	struct devpts_info *info;
	int err = parse_options(&opt, data) ?: tmpfs_fill_super(sb, NULL);
	struct inode *root;

	if (err)
		return err;
	info = kzalloc(sizeof(*info), GFP_KERNEL);
	if (!info)
		return -ENOMEM;
	spin_lock_init(&info->lock);
	info->opt = opt;
	info->ops = *sb->s_op;
	info->ops.statfs = simple_statfs;
	info->ops.remount_fs = devpts_remount;
	info->ops.show_options = devpts_show_options;
	TMPFS_SB(sb)->max_inodes = 0;
	sb->s_op = &info->ops;
	sb->s_magic = DEVPTS_SUPER_MAGIC;
	root = sb->s_root->d_inode;
	root->i_private = info;
	root->i_op = &devpts_dir_iops;
	root->i_mode = S_IFDIR | 0755;
	root->i_uid = root->i_gid = 0;
	root->i_ino = 1;
	info->ptmx = make_node(sb, "ptmx", opt.ptmxmode, PTMX_DEV, 2);
	if (IS_ERR(info->ptmx))
		return PTR_ERR(info->ptmx);
	info->ptmx->d_inode->i_uid = info->ptmx->d_inode->i_gid = 0;
	dput(info->ptmx);	/* pinned by its name */
	return 0;
}

static struct dentry *devpts_mount(struct file_system_type *type, u32 flags, const char *dev_name, void *data)
{
	(void)dev_name;
	return mount_nodev(type, flags, data, devpts_fill_super);
}

static void devpts_kill_sb(struct super_block *sb)
{
	struct devpts_info *info = sb->s_root ? info_of(sb) : NULL;

	generic_shutdown_super(sb);
	kfree(info);
}

static struct file_system_type devpts_type = { .name = "devpts", .mount = devpts_mount, .kill_sb = devpts_kill_sb };

static int devpts_init(void)
{
	devpts_dir_iops.lookup = tmpfs_dir_iops.lookup;
	return register_filesystem(&devpts_type);
}
fs_initcall(devpts_init);

/* root's dentry becomes what is mounted on "pts" in the directory of the ptmx that it is. */
static void step_to_pts(struct path *root)
{
	struct qstr q = { d_name_hash("pts", 3), 3, "pts" };
	struct dentry *parent, *pts;

	spin_lock(&dcache_lock);
	parent = dget(root->dentry->d_parent);
	spin_unlock(&dcache_lock);
	pts = d_lookup(parent, &q);	/* where something is mounted, the name is in the cache */
	dput(parent);
	if (!pts)
		return;
	dput(root->dentry);
	root->dentry = pts;
	follow_down(root);
}

int devpts_root(struct file *ptmx, struct path *root)
{
	*root = ptmx->f_path;
	path_get(root);
	if (root->dentry->d_sb->s_magic != DEVPTS_SUPER_MAGIC)
		step_to_pts(root);
	if (root->dentry->d_sb->s_magic != DEVPTS_SUPER_MAGIC) {
		path_put(root);
		return -ENODEV;
	}
	dput(root->dentry);
	root->dentry = dget(root->mnt->mnt_sb->s_root);
	return 0;
}

int devpts_new_index(struct super_block *sb)
{
	struct devpts_info *info = info_of(sb);
	u32 i, max = min(info->opt.max, MAX_PTYS);

	spin_lock(&info->lock);
	i = find_first_zero_bit(info->used, max);
	if (i < max)
		__set_bit(i, info->used);
	spin_unlock(&info->lock);
	if (i >= max)
		return -ENOSPC;
	atomic_inc(&sb->s_active);
	return (int)i;
}

void devpts_put_index(struct super_block *sb, u32 index)
{
	struct devpts_info *info = info_of(sb);

	spin_lock(&info->lock);
	__clear_bit(index, info->used);
	spin_unlock(&info->lock);
	deactivate_super(sb);
}

struct dentry *devpts_new_slave(struct super_block *sb, u32 index, void *tty)
{
	const struct devpts_options *opt = &info_of(sb)->opt;
	struct dentry *d;
	struct inode *inode;
	char name[12];

	snprintf(name, sizeof(name), "%u", index);
	d = make_node(sb, name, opt->mode, MKDEV(SLAVE_MAJOR, index), index + FIRST_SLAVE_INO);
	if (IS_ERR(d))
		return d;
	inode = d->d_inode;
	if (opt->uid_given)
		inode->i_uid = opt->uid;
	if (opt->gid_given)
		inode->i_gid = opt->gid;
	spin_lock(&inode->i_lock);
	inode->i_private = tty;
	spin_unlock(&inode->i_lock);
	return d;
}

void devpts_remove_slave(struct dentry *node)
{
	struct inode *dir = node->d_sb->s_root->d_inode, *inode = node->d_inode;

	spin_lock(&inode->i_lock);
	inode->i_private = NULL;
	spin_unlock(&inode->i_lock);
	inode_lock(dir);
	tmpfs_dir_iops.unlink(dir, node);
	d_drop(node);
	inode_unlock(dir);
}

void *devpts_slave(struct file *file, void (*get)(void *tty))
{
	struct inode *inode = file_inode(file);
	void *tty;

	if (inode->i_sb->s_magic != DEVPTS_SUPER_MAGIC)
		return NULL;
	spin_lock(&inode->i_lock);
	tty = inode->i_private;
	if (tty)
		get(tty);
	spin_unlock(&inode->i_lock);
	return tty;
}
