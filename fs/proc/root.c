/* SPDX-License-Identifier: MIT */
/*
 * procfs itself: its root directory, which shows the fixed entries and then the processes, and its instance, of
 * which there is one for all mounts.
 */
#include "fs/proc/internal.h"
#include "kernel/init.h"
#include "kernel/panic.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/printf.h"

#define PROC_SUPER_INO 1
#define FIRST_PROCESS_POS 1024	/* positions below are fixed entries, above processes */

static struct kmem_cache *proc_inode_cache;

struct proc_dir_entry proc_root = {
	.name = "/proc", .namelen = 5, .mode = S_IFDIR | 0555, .ino = PROC_SUPER_INO,
	.iops = &proc_root_iops, .fops = &proc_root_fops, .parent = &proc_root,
	.subdir = LIST_HEAD_INIT(proc_root.subdir),
};

static struct dentry *proc_root_lookup(struct inode *dir, struct dentry *dentry)
{
	struct dentry *d = proc_lookup_entry(dir, dentry);

	return d == ERR_PTR(-ENOENT) ? proc_pid_lookup(dir, dentry) : d;
}

static int proc_root_readdir(struct file *file, struct dir_context *ctx)
{
	if (ctx->pos < FIRST_PROCESS_POS) {
		if (!dir_emit_dots(file, ctx) || !proc_readdir_entries(&proc_root, ctx))
			return 0;
		ctx->pos = FIRST_PROCESS_POS;
	}
	return proc_pid_readdir(file, ctx, FIRST_PROCESS_POS);
}

static int proc_root_getattr(const struct path *path, struct kstat *stat)
{
	int err = proc_dir_iops.getattr(path, stat);

	stat->nlink += nr_processes();
	return err;
}

const struct inode_operations proc_root_iops = { .lookup = proc_root_lookup, .getattr = proc_root_getattr };
const struct file_operations proc_root_fops = { .llseek = generic_file_llseek, .iterate_shared = proc_root_readdir };

static void free_text(void *text)
{
	kfree(text);
}

/* /proc/self and /proc/thread-self: another text for every reader. */
static const char *self_text(struct delayed_call *done, bool thread)
{
	char *text = kmalloc(32, GFP_KERNEL);

	if (!text)
		return ERR_PTR(-ENOMEM);
	if (thread)
		snprintf(text, 32, "%d/task/%d", current->tgid, current->pid);
	else
		snprintf(text, 32, "%d", current->tgid);
	done->fn = free_text;
	done->arg = text;
	return text;
}

static const char *self_link(struct dentry *dentry, struct inode *inode, struct delayed_call *done)
{
	return self_text(done, false);
}

static const char *thread_self_link(struct dentry *dentry, struct inode *inode, struct delayed_call *done)
{
	return self_text(done, true);
}

static const struct inode_operations self_iops = { .get_link = self_link };
static const struct inode_operations thread_self_iops = { .get_link = thread_self_link };

static struct proc_dir_entry proc_self = {
	.name = "self", .namelen = 4, .mode = S_IFLNK | S_IRWXUGO, .ino = 2, .iops = &self_iops, .parent = &proc_root,
};
static struct proc_dir_entry proc_thread_self = {
	.name = "thread-self", .namelen = 11, .mode = S_IFLNK | S_IRWXUGO, .ino = 3, .iops = &thread_self_iops,
	.parent = &proc_root,
};

static struct inode *proc_alloc_inode(struct super_block *sb)
{
	struct proc_inode *pi = kmem_cache_alloc(proc_inode_cache, GFP_KERNEL);

	if (!pi)
		return NULL;
	pi->pde = NULL;
	pi->pid = 0;
	pi->start_time = 0;
	pi->entry = NULL;
	pi->fd = -1;
	return &pi->vfs_inode;
}

static void proc_destroy_inode(struct inode *inode)
{
	kmem_cache_free(proc_inode_cache, PROC_I(inode));
}

static const struct super_operations proc_super_ops = {
	.alloc_inode = proc_alloc_inode,
	.destroy_inode = proc_destroy_inode,
};

int proc_fill_tree(struct super_block *sb, struct proc_dir_entry *root, unsigned long magic)
{
	sb->s_op = &proc_super_ops;
	sb->s_magic = magic;
	sb->s_blocksize = 1024;
	sb->s_blocksize_bits = 10;
	sb->s_root = d_make_root(proc_get_inode(sb, root));
	return sb->s_root ? 0 : -ENOMEM;
}

static int proc_fill_super(struct super_block *sb, void *data)
{
	return proc_fill_tree(sb, &proc_root, PROC_SUPER_MAGIC);
}

static struct dentry *proc_mount(struct file_system_type *type, u32 flags, const char *dev_name, void *data)
{
	return mount_single(type, flags, data, proc_fill_super);
}
static struct file_system_type proc_fs_type = { .name = "proc", .mount = proc_mount, .fs_flags = FS_USERNS_MOUNT | FS_NOEXEC };

static void proc_inode_ctor(void *obj)
{
	inode_init_once(&((struct proc_inode *)obj)->vfs_inode);
}

static int proc_init(void)
{
	proc_inode_cache = kmem_cache_create("proc_inode_cache", sizeof(struct proc_inode), 0, proc_inode_ctor);
	if (!proc_inode_cache)
		return -ENOMEM;
	spin_lock(&proc_lock);
	list_add_tail(&proc_self.sibling, &proc_root.subdir);
	list_add_tail(&proc_thread_self.sibling, &proc_root.subdir);
	spin_unlock(&proc_lock);
	if (!proc_symlink("mounts", NULL, "self/mounts"))
		return -ENOMEM;
	return register_filesystem(&proc_fs_type);
}
core_initcall(proc_init);
