/* SPDX-License-Identifier: MIT */
/*
 * debugfs, mounted on /sys/kernel/debug by convention. It is a second tree of the entries that /proc is made of (fs/proc/generic.c):
 * those are static and live for ever, which is all that is needed here; only the ways to make a file are its own.
 *
 * Values are read and written without a lock: a word is never seen half written, and what reads it has to live with any value.
 */
#include "fs/debugfs/debugfs.h"
#include "fs/proc/internal.h"
#include "kernel/init.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/kstrtox.h"
#include "lib/string.h"

#define MAX_TEXT 64

/* A missing name is a missing name, as in any directory where programs make none: mkdir gives EPERM and not procfs' ENOENT. */
static struct dentry *debugfs_lookup(struct inode *dir, struct dentry *dentry)
{
	struct dentry *d = proc_lookup_entry(dir, dentry);

	if (d != ERR_PTR(-ENOENT))
		return d;
	d_add(dentry, NULL);
	return NULL;
}

static int debugfs_getattr(const struct path *path, struct kstat *stat) { return proc_dir_iops.getattr(path, stat); }
static const struct inode_operations debugfs_dir_iops = { .lookup = debugfs_lookup, .getattr = debugfs_getattr };

static struct proc_dir_entry debugfs_root = {
	.name = "/", .namelen = 1, .mode = S_IFDIR | 0700, .ino = 1, .parent = &debugfs_root, .iops = &debugfs_dir_iops,
	.subdir = LIST_HEAD_INIT(debugfs_root.subdir),
};

struct proc_dir_entry *debugfs_create_dir(const char *name, struct proc_dir_entry *parent)
{
	struct proc_dir_entry *dir = proc_mkdir(name, parent ?: &debugfs_root);

	if (dir)
		dir->iops = &debugfs_dir_iops;
	return dir;
}

struct proc_dir_entry *debugfs_create_file(const char *name, umode_t mode, struct proc_dir_entry *parent, void *data,
					   const struct file_operations *fops)
{
	return proc_create_data(name, mode, parent ?: &debugfs_root, fops, data);
}

/* ---- files of one text ---- */

struct text_file {
	const struct debugfs_text *ops;
	void *data;
};

static int text_show(struct seq_file *m, void *v)
{
	const struct text_file *t = m->private;

	(void)v;
	return t->ops->show(m, t->data);
}

static int text_open(struct inode *inode, struct file *file)
{
	return single_open(file, text_show, proc_data(inode));
}

static ssize_t text_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	const struct text_file *t = proc_data(file->f_inode);

	return t->ops->show ? seq_read(file, to, pos) : -EINVAL;
}

static ssize_t text_write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	const struct text_file *t = proc_data(file->f_inode);
	size_t n = iov_iter_count(from);
	char text[MAX_TEXT];
	int err;

	(void)pos;
	if (!t->ops->store || n >= sizeof(text))
		return -EINVAL;
	if (copy_from_iter(text, n, from) != n)
		return -EFAULT;
	text[n] = '\0';
	strim(text);
	err = t->ops->store(t->data, text);
	return err ? err : (ssize_t)n;
}

static const struct file_operations text_fops = {
	.open = text_open, .read = text_read, .write = text_write, .llseek = seq_lseek, .release = single_release,
};

struct proc_dir_entry *debugfs_create_text(const char *name, umode_t mode, struct proc_dir_entry *parent, void *data,
					   const struct debugfs_text *ops)
{
	struct text_file *t = kmalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return NULL;
	*t = (struct text_file){ ops, data };
	return debugfs_create_file(name, mode, parent, t, &text_fops);
}

static int u32_show(struct seq_file *m, void *value)
{
	seq_printf(m, "%u\n", *(u32 *)value);
	return 0;
}

static int u32_store(void *value, const char *text) { return kstrtouint(text, 0, value); }

struct proc_dir_entry *debugfs_create_u32(const char *name, umode_t mode, struct proc_dir_entry *parent, u32 *value)
{
	static const struct debugfs_text ops = { u32_show, u32_store };

	return debugfs_create_text(name, mode, parent, value, &ops);
}

static int bool_show(struct seq_file *m, void *value)
{
	seq_puts(m, *(bool *)value ? "Y\n" : "N\n");
	return 0;
}

static int bool_store(void *value, const char *text) { return kstrtobool(text, value); }

struct proc_dir_entry *debugfs_create_bool(const char *name, umode_t mode, struct proc_dir_entry *parent, bool *value)
{
	static const struct debugfs_text ops = { bool_show, bool_store };

	return debugfs_create_text(name, mode, parent, value, &ops);
}

/* ---- the file system ---- */

static int debugfs_fill_super(struct super_block *sb, void *data)
{
	(void)data;
	return proc_fill_tree(sb, &debugfs_root, DEBUGFS_MAGIC);
}

static struct dentry *debugfs_mount(struct file_system_type *type, u32 flags, const char *dev_name, void *data)
{
	(void)dev_name;
	return mount_single(type, flags, data, debugfs_fill_super);
}
static struct file_system_type debugfs_type = { .name = "debugfs", .mount = debugfs_mount };

static int debugfs_init(void)
{
	return register_filesystem(&debugfs_type);
}
fs_initcall(debugfs_init);
