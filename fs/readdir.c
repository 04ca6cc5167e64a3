/* SPDX-License-Identifier: MIT */
/*
 * getdents(2) in its three ages. The file system calls back for each entry; a record is built in place in user
 * memory. A record's d_off is the position of the entry after it, which is known only when that one comes: so
 * each call completes the record before it.
 */
#include "fs/internal.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/task/task.h"
#include "lib/abi/dirent.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

int iterate_dir(struct file *file, struct dir_context *ctx)
{
	struct inode *inode = file->f_inode;
	int err;

	if (!file->f_op->iterate_shared)
		return -ENOTDIR;
	inode_lock(inode);
	if (inode->i_flags & S_DEAD) {
		err = -ENOENT;
	} else {
		ctx->pos = file->f_pos;
		err = file->f_op->iterate_shared(file, ctx);
		file->f_pos = ctx->pos;
		touch_atime(file);
	}
	inode_unlock(inode);
	return err;
}

static u64 parent_ino(const struct dentry *d)
{
	u64 ino;

	spin_lock(&dcache_lock);
	ino = d->d_parent->d_inode->i_ino;
	spin_unlock(&dcache_lock);
	return ino;
}

bool dir_emit_dots(struct file *file, struct dir_context *ctx)
{
	if (ctx->pos == 0) {
		if (!dir_emit(ctx, ".", 1, file->f_inode->i_ino, DT_DIR))
			return false;
		ctx->pos = 1;
	}
	if (ctx->pos == 1) {
		if (!dir_emit(ctx, "..", 2, parent_ino(file->f_path.dentry), DT_DIR))
			return false;
		ctx->pos = 2;
	}
	return true;
}

struct getdents_callback {
	struct dir_context ctx;
	char *next;		/* where the next record goes (user) */
	char *prev;		/* the last record, or NULL */
	size_t left;
	int error;
};

/* Longer than any name's record: built here, then copied at once. */
union dirent_record {
	struct linux_dirent64 d64;
	struct linux_dirent d32;
	char bytes[NAME_MAX + 32];
};

static bool emit64(struct dir_context *ctx, const char *name, int len, loff_t pos, u64 ino, unsigned int type)
{
	struct getdents_callback *b = container_of(ctx, struct getdents_callback, ctx);
	size_t reclen = ALIGN(offsetof(struct linux_dirent64, d_name) + len + 1, 8);
	union dirent_record r;

	b->error = -EINVAL;	/* only seen if nothing fits */
	if (reclen > b->left)
		return false;
	b->error = -EINTR;
	if (b->prev && signal_pending(current))
		return false;
	b->error = -EFAULT;
	if (b->prev && copy_to_user(&((struct linux_dirent64 *)b->prev)->d_off, &pos, sizeof(pos)))
		return false;
	r.d64.d_ino = ino;
	r.d64.d_off = 0;
	r.d64.d_reclen = reclen;
	r.d64.d_type = type;
	memcpy(r.d64.d_name, name, len);
	memset(r.d64.d_name + len, 0, reclen - offsetof(struct linux_dirent64, d_name) - len);
	if (copy_to_user(b->next, &r, reclen))
		return false;
	b->prev = b->next;
	b->next += reclen;
	b->left -= reclen;
	b->error = 0;
	return true;
}

static bool emit32(struct dir_context *ctx, const char *name, int len, loff_t pos, u64 ino, unsigned int type)
{
	struct getdents_callback *b = container_of(ctx, struct getdents_callback, ctx);
	size_t reclen = ALIGN(offsetof(struct linux_dirent, d_name) + len + 2, 4);
	union dirent_record r;

	b->error = -EINVAL;
	if (reclen > b->left)
		return false;
	b->error = -EOVERFLOW;
	if (ino >> 32 || pos >> 32)
		return false;
	b->error = -EFAULT;
	if (b->prev && put_user((u32)pos, &((struct linux_dirent *)b->prev)->d_off))
		return false;
	r.d32.d_ino = (u32)ino;
	r.d32.d_off = 0;
	r.d32.d_reclen = reclen;
	memcpy(r.d32.d_name, name, len);
	memset(r.d32.d_name + len, 0, reclen - offsetof(struct linux_dirent, d_name) - len);
	r.bytes[reclen - 1] = type;
	if (copy_to_user(b->next, &r, reclen))
		return false;
	b->prev = b->next;
	b->next += reclen;
	b->left -= reclen;
	b->error = 0;
	return true;
}

long sys_getdents64(unsigned int fd, void *dirent, u32 count)
{
	struct getdents_callback b = { .ctx = { .actor = emit64 }, .next = dirent, .left = count };
	struct fd f = fdget_pos(fd);
	long ret;

	if (!f.file)
		return -EBADF;
	ret = iterate_dir(f.file, &b.ctx);
	if (ret >= 0)
		ret = b.error;
	if (b.prev) {
		s64 pos = b.ctx.pos;

		ret = copy_to_user(&((struct linux_dirent64 *)b.prev)->d_off, &pos, sizeof(pos)) ? -EFAULT :
		      (long)(count - b.left);
	}
	fdput_pos(f);
	return ret;
}

long sys_getdents(unsigned int fd, void *dirent, u32 count)
{
	struct getdents_callback b = { .ctx = { .actor = emit32 }, .next = dirent, .left = count };
	struct fd f = fdget_pos(fd);
	long ret;

	if (!f.file)
		return -EBADF;
	ret = iterate_dir(f.file, &b.ctx);
	if (ret >= 0)
		ret = b.error;
	if (b.prev)
		ret = put_user((u32)b.ctx.pos, &((struct linux_dirent *)b.prev)->d_off) ? -EFAULT : (long)(count - b.left);
	fdput_pos(f);
	return ret;
}

struct readdir_callback {
	struct dir_context ctx;
	struct old_linux_dirent *user;
	int result;		/* entries, or errno */
};

static bool emit_one(struct dir_context *ctx, const char *name, int len, loff_t pos, u64 ino, unsigned int type)
{
	struct readdir_callback *b = container_of(ctx, struct readdir_callback, ctx);
	struct old_linux_dirent head = { (u32)ino, (u32)pos, len, };

	if (b->result)
		return false;
	b->result = 1;
	if (ino >> 32)
		b->result = -EOVERFLOW;
	else if (copy_to_user(b->user, &head, offsetof(struct old_linux_dirent, d_name)) ||
		 copy_to_user(b->user->d_name, name, len) || put_user('\0', b->user->d_name + len))
		b->result = -EFAULT;
	return true;
}

long sys_old_readdir(unsigned int fd, struct old_linux_dirent *dirent, u32 count)
{
	struct readdir_callback b = { .ctx = { .actor = emit_one }, .user = dirent };
	struct fd f = fdget_pos(fd);
	long ret;

	if (!f.file)
		return -EBADF;
	ret = iterate_dir(f.file, &b.ctx);
	if (b.result)
		ret = b.result;
	fdput_pos(f);
	return ret;
}
