/* SPDX-License-Identifier: MIT */
/* /proc/PID/fd: a magic link for each open descriptor; /proc/PID/fdinfo: offset and flags of each. */
#include "fs/proc/internal.h"
#include "lib/abi/dirent.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/printf.h"

/* The file with a reference, if the task still has it. */
static struct file *get_fd_file(const struct inode *inode, bool check)
{
	struct task_struct *task = get_proc_task(inode);
	struct file *f = NULL;

	if (!task)
		return NULL;
	if (!check || proc_may_inspect(task))
		f = fget_task(task, PROC_I(inode)->fd);
	put_task_struct(task);
	return f;
}

static int fd_revalidate(struct dentry *dentry)
{
	struct file *f = get_fd_file(dentry->d_inode, false);

	if (!f)
		return 0;
	fput(f);
	return 1;
}

static int fd_delete_dentry(const struct dentry *dentry)
{
	return 1;
}
static const struct dentry_operations fd_dentry_operations = { .d_revalidate = fd_revalidate, .d_delete = fd_delete_dentry };

static const char *fd_get_link(struct dentry *dentry, struct inode *inode, struct delayed_call *done)
{
	struct file *f = get_fd_file(inode, true);

	if (!f)
		return ERR_PTR(-ENOENT);
	done->jump = f->f_path;
	path_get(&done->jump);
	fput(f);
	return NULL;
}
static const struct inode_operations fd_link_iops = { .get_link = fd_get_link };

static int fdinfo_show(struct seq_file *m, void *v)
{
	const struct inode *inode = m->private;
	struct file *f = get_fd_file(inode, true);

	if (!f)
		return -ENOENT;
	seq_printf(m, "pos:\t%lld\nflags:\t0%o\nmnt_id:\t%d\nino:\t%llu\n", (long long)f->f_pos, f->f_flags,
		   f->f_path.mnt->mnt_id, (unsigned long long)f->f_inode->i_ino);
	fput(f);
	return 0;
}

static int fdinfo_open(struct inode *inode, struct file *file)
{
	return single_open(file, fdinfo_show, inode);
}
static const struct file_operations fdinfo_file_fops = {
	.open = fdinfo_open, .read = seq_read, .llseek = seq_lseek, .release = single_release,
};

static struct dentry *lookup_fd(struct inode *dir, struct dentry *dentry, bool info)
{
	int fd = proc_name_to_int(&dentry->d_name);
	struct task_struct *task = get_proc_task(dir);
	struct file *f = task && fd >= 0 && proc_may_inspect(task) ? fget_task(task, fd) : NULL;
	struct dentry *ret = ERR_PTR(-ENOENT);

	if (f) {
		umode_t mode = S_IFREG | S_IRUSR;
		struct inode *inode;

		/* The link's permission bits say how the file is open. */
		if (!info)
			mode = S_IFLNK | S_IXUSR | (f->f_mode & FMODE_READ ? S_IRUSR : 0) | (f->f_mode & FMODE_WRITE ? S_IWUSR : 0);
		inode = proc_pid_make_inode(dir->i_sb, task, mode);
		if (inode) {
			PROC_I(inode)->fd = fd;
			inode->i_size = info ? 0 : 64;
			if (info)
				inode->i_fop = &fdinfo_file_fops;
			else
				inode->i_op = &fd_link_iops;
		}
		ret = proc_instantiate(dentry, inode, &fd_dentry_operations);
		fput(f);
	}
	if (task)
		put_task_struct(task);
	return ret;
}

static struct dentry *fd_lookup(struct inode *dir, struct dentry *dentry)
{
	return lookup_fd(dir, dentry, false);
}

static struct dentry *fdinfo_lookup(struct inode *dir, struct dentry *dentry)
{
	return lookup_fd(dir, dentry, true);
}

/* The first open descriptor from fd on, or -1. */
static int next_fd(struct task_struct *task, unsigned int fd)
{
	int found = -1;

	spin_lock(&task->alloc_lock);
	if (task->files) {
		struct files_struct *files = task->files;

		spin_lock(&files->file_lock);
		for (; fd < files->fdt->max_fds && found < 0; fd++)
			if (files->fdt->fd[fd])
				found = fd;
		spin_unlock(&files->file_lock);
	}
	spin_unlock(&task->alloc_lock);
	return found;
}

static int readdir_fd(struct file *file, struct dir_context *ctx, unsigned int type)
{
	struct task_struct *task = get_proc_task(file->f_inode);
	int fd;

	if (!task)
		return -ENOENT;
	if (!proc_may_inspect(task)) {
		put_task_struct(task);
		return -EACCES;
	}
	if (dir_emit_dots(file, ctx))
		while ((fd = next_fd(task, ctx->pos - 2)) >= 0) {
			char name[12];
			int len = snprintf(name, sizeof(name), "%d", fd);

			ctx->pos = fd + 2;
			if (!dir_emit(ctx, name, len, (u64)task->pid << 16 | (fd + 0x1000), type))
				break;
			ctx->pos++;
		}
	put_task_struct(task);
	return 0;
}

static int fd_readdir(struct file *file, struct dir_context *ctx)
{
	return readdir_fd(file, ctx, DT_LNK);
}

static int fdinfo_readdir(struct file *file, struct dir_context *ctx)
{
	return readdir_fd(file, ctx, DT_REG);
}

/* A program may always look at its own descriptors, whatever its user has become since. */
static int fd_permission(struct inode *inode, int mask)
{
	struct task_struct *task;
	int err = generic_permission(inode, mask);

	if (!err)
		return 0;
	task = get_proc_task(inode);
	if (task) {
		if (task->group_leader == current->group_leader)
			err = 0;
		put_task_struct(task);
	}
	return err;
}

const struct inode_operations proc_fd_iops = { .lookup = fd_lookup, .permission = fd_permission };
const struct inode_operations proc_fdinfo_iops = { .lookup = fdinfo_lookup };
const struct file_operations proc_fd_fops = { .llseek = generic_file_llseek, .iterate_shared = fd_readdir };
const struct file_operations proc_fdinfo_fops = { .llseek = generic_file_llseek, .iterate_shared = fdinfo_readdir };
