/* SPDX-License-Identifier: MIT */
/*
 * The fixed part of /proc: a tree of proc_dir_entry that the kernel's parts fill through fs/proc/proc.h. Entries
 * are never removed, so a pointer to one is good for ever; proc_lock guards the lists while they grow.
 */
#include "fs/proc/internal.h"
#include "lib/abi/dirent.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/string.h"

DEFINE_SPINLOCK(proc_lock);
static u64 next_ino = 0xf0000000u;	/* by proc_lock */

struct proc_dir_entry *proc_find(struct proc_dir_entry *dir, const char *name, u32 len)
{
	struct proc_dir_entry *e, *found = NULL;

	spin_lock(&proc_lock);
	list_for_each_entry(e, &dir->subdir, sibling)
		if (e->namelen == len && !memcmp(e->name, name, len)) {
			found = e;
			break;
		}
	spin_unlock(&proc_lock);
	return found;
}

static struct proc_dir_entry *new_entry(const char *name, size_t len, umode_t mode, struct proc_dir_entry *parent)
{
	struct proc_dir_entry *e = kzalloc(sizeof(*e) + len + 1, GFP_KERNEL);
	char *text = (char *)(e + 1);

	if (!e)
		return NULL;
	memcpy(text, name, len);
	e->name = text;
	e->namelen = len;
	e->mode = mode;
	e->parent = parent;
	INIT_LIST_HEAD(&e->subdir);
	spin_lock(&proc_lock);
	e->ino = next_ino++;
	spin_unlock(&proc_lock);
	return e;
}

/* From now on it can be found: everything in it must be set. */
static struct proc_dir_entry *publish(struct proc_dir_entry *e)
{
	spin_lock(&proc_lock);
	list_add_tail(&e->sibling, &e->parent->subdir);
	spin_unlock(&proc_lock);
	return e;
}

static struct proc_dir_entry *make_dir(const char *name, size_t len, struct proc_dir_entry *parent)
{
	struct proc_dir_entry *e = proc_find(parent, name, len);

	if (e)
		return e;
	e = new_entry(name, len, S_IFDIR | 0555, parent);
	return e ? publish(e) : NULL;
}

/* Makes the directories of "a/b/c" but the last; *name becomes "c". */
static struct proc_dir_entry *parent_of(const char **name, struct proc_dir_entry *parent)
{
	const char *slash;

	if (!parent)
		parent = &proc_root;
	while (parent && (slash = strchr(*name, '/')) != NULL) {
		parent = make_dir(*name, slash - *name, parent);
		*name = slash + 1;
	}
	return parent;
}

struct proc_dir_entry *proc_mkdir(const char *name, struct proc_dir_entry *parent)
{
	parent = parent_of(&name, parent);
	return parent ? make_dir(name, strlen(name), parent) : NULL;
}

static struct proc_dir_entry *make_file(const char *name, umode_t mode, struct proc_dir_entry *parent)
{
	parent = parent_of(&name, parent);
	if (!parent)
		return NULL;
	return new_entry(name, strlen(name), mode & S_IFMT ? mode : mode | S_IFREG, parent);
}

struct proc_dir_entry *proc_create_data(const char *name, umode_t mode, struct proc_dir_entry *parent,
					const struct file_operations *fops, void *data)
{
	struct proc_dir_entry *e = make_file(name, mode, parent);

	if (!e)
		return NULL;
	e->fops = fops;
	e->data = data;
	return publish(e);
}

struct proc_dir_entry *proc_create(const char *name, umode_t mode, struct proc_dir_entry *parent,
				   const struct file_operations *fops)
{
	return proc_create_data(name, mode, parent, fops, NULL);
}

static int single_entry_open(struct inode *inode, struct file *file)
{
	return single_open(file, PROC_I(inode)->pde->show, PROC_I(inode)->pde->data);
}
static const struct file_operations single_fops = {
	.open = single_entry_open, .read = seq_read, .llseek = seq_lseek, .release = single_release,
};

struct proc_dir_entry *proc_create_single(const char *name, umode_t mode, struct proc_dir_entry *parent,
					  int (*show)(struct seq_file *, void *))
{
	struct proc_dir_entry *e = make_file(name, mode, parent);

	if (!e)
		return NULL;
	e->show = show;
	e->fops = &single_fops;
	return publish(e);
}

static int seq_entry_open(struct inode *inode, struct file *file)
{
	return seq_open(file, PROC_I(inode)->pde->seq_ops);
}
static const struct file_operations seq_fops = {
	.open = seq_entry_open, .read = seq_read, .llseek = seq_lseek, .release = seq_release,
};

struct proc_dir_entry *proc_create_seq(const char *name, umode_t mode, struct proc_dir_entry *parent,
				       const struct seq_operations *ops)
{
	struct proc_dir_entry *e = make_file(name, mode, parent);

	if (!e)
		return NULL;
	e->seq_ops = ops;
	e->fops = &seq_fops;
	return publish(e);
}

static const char *static_link(struct dentry *dentry, struct inode *inode, struct delayed_call *done)
{
	return PROC_I(inode)->pde->data;
}
static const struct inode_operations static_link_iops = { .get_link = static_link };

struct proc_dir_entry *proc_symlink(const char *name, struct proc_dir_entry *parent, const char *target)
{
	struct proc_dir_entry *e = make_file(name, S_IFLNK | S_IRWXUGO, parent);

	if (!e)
		return NULL;
	e->data = kstrdup(target, GFP_KERNEL);
	if (!e->data) {
		kfree(e);
		return NULL;
	}
	e->iops = &static_link_iops;
	return publish(e);
}

void *proc_data(const struct inode *inode)
{
	return PROC_I(inode)->pde->data;
}

static u32 count_subdirs(struct proc_dir_entry *dir)
{
	struct proc_dir_entry *e;
	u32 n = 0;

	spin_lock(&proc_lock);
	list_for_each_entry(e, &dir->subdir, sibling)
		n += S_ISDIR(e->mode);
	spin_unlock(&proc_lock);
	return n;
}

/* Entries come at any time: the link count of a directory is made when somebody asks. */
static int proc_dir_getattr(const struct path *path, struct kstat *stat)
{
	struct inode *inode = path->dentry->d_inode;

	generic_fillattr(inode, stat);
	stat->nlink = 2 + count_subdirs(PROC_I(inode)->pde);
	return 0;
}

struct inode *proc_get_inode(struct super_block *sb, struct proc_dir_entry *pde)
{
	struct inode *inode = new_inode(sb);

	if (!inode)
		return NULL;
	PROC_I(inode)->pde = pde;
	PROC_I(inode)->pid = 0;
	inode->i_ino = pde->ino;
	inode->i_mode = pde->mode;
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_fs_time();
	if (S_ISDIR(pde->mode)) {
		inode->i_op = pde->iops ? pde->iops : &proc_dir_iops;
		inode->i_fop = pde->fops ? pde->fops : &proc_dir_fops;
		set_nlink(inode, 2);
	} else {
		if (pde->iops)
			inode->i_op = pde->iops;
		if (pde->fops)
			inode->i_fop = pde->fops;
		if (S_ISLNK(pde->mode) && pde->data)
			inode->i_size = strlen(pde->data);
	}
	return inode;
}

/* A missing name is not remembered: it may be registered later. */
struct dentry *proc_lookup_entry(struct inode *dir, struct dentry *dentry)
{
	struct proc_dir_entry *e = proc_find(PROC_I(dir)->pde, dentry->d_name.name, dentry->d_name.len);
	struct inode *inode;

	if (!e)
		return ERR_PTR(-ENOENT);
	inode = proc_get_inode(dir->i_sb, e);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	d_add(dentry, inode);
	return NULL;
}

bool proc_readdir_entries(struct proc_dir_entry *dir, struct dir_context *ctx)
{
	loff_t skip = ctx->pos - 2;
	struct proc_dir_entry *e;

	spin_lock(&proc_lock);
	list_for_each_entry(e, &dir->subdir, sibling) {
		if (skip-- > 0)
			continue;
		/* Entries stay, so the list is whole when the lock is taken again. */
		spin_unlock(&proc_lock);
		if (!dir_emit(ctx, e->name, e->namelen, e->ino, IFTODT(e->mode)))
			return false;
		ctx->pos++;
		spin_lock(&proc_lock);
	}
	spin_unlock(&proc_lock);
	return true;
}

static int proc_readdir(struct file *file, struct dir_context *ctx)
{
	if (dir_emit_dots(file, ctx))
		proc_readdir_entries(PROC_I(file->f_inode)->pde, ctx);
	return 0;
}

const struct inode_operations proc_dir_iops = { .lookup = proc_lookup_entry, .getattr = proc_dir_getattr };
const struct file_operations proc_dir_fops = { .llseek = generic_file_llseek, .iterate_shared = proc_readdir };
