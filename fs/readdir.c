/* SPDX-License-Identifier: MIT */
/*
 * getdents(2) in its three ages. The file system calls back for each entry, which becomes a record. A record's d_off
 * is the position of the entry after it, which is known only when that one comes: so each call completes the record
 * before it.
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

/*
 * Records are gathered in batch and go to the program when it is full: a copy for every record would cost more
 * than finding the entry. What is in the batch is given only if all of it could be copied; else the directory's
 * position goes back to where the batch began.
 */
#define BATCH_BYTES 512

struct getdents_callback {
	struct dir_context ctx;
	char *user;		/* where the batch will go */
	size_t left;		/* of the program's buffer, behind the batch */
	size_t done;		/* bytes that the program has */
	loff_t batch_pos;	/* position of the batch's first entry */
	unsigned int used;	/* bytes in the batch */
	int prev;		/* offset of its last record, or -1 */
	int error;
	bool old;		/* struct linux_dirent */
	char batch[BATCH_BYTES] __aligned(8);
};

/* The last record is complete now that the next position is known. */
static bool finish_record(struct getdents_callback *b, loff_t pos)
{
	char *r = b->batch + b->prev;

	if (b->prev < 0)
		return true;
	if (!b->old) {
		((struct linux_dirent64 *)r)->d_off = pos;
	} else {
		if (pos >> 32) {
			b->error = -EOVERFLOW;
			return false;
		}
		((struct linux_dirent *)r)->d_off = (u32)pos;
	}
	return true;
}

static bool flush_batch(struct getdents_callback *b)
{
	if (!b->used)
		return true;
	if (copy_to_user(b->user, b->batch, b->used)) {
		b->error = -EFAULT;
		return false;
	}
	b->user += b->used;
	b->done += b->used;
	b->used = 0;
	b->prev = -1;
	return true;
}

/* Room for a record of reclen bytes in the program's buffer and in the batch, or NULL. */
static char *new_record(struct getdents_callback *b, size_t reclen, loff_t pos)
{
	if (reclen > b->left) {
		b->error = b->done || b->used ? 0 : -EINVAL;
		return NULL;
	}
	if (!finish_record(b, pos))
		return NULL;
	if (b->used + reclen > BATCH_BYTES) {
		if (!flush_batch(b) || (b->done && signal_pending(current)))
			return NULL;
	}
	if (!b->used)
		b->batch_pos = pos;
	b->prev = b->used;
	b->used += reclen;
	b->left -= reclen;
	return b->batch + b->prev;
}

static bool emit64(struct dir_context *ctx, const char *name, int len, loff_t pos, u64 ino, unsigned int type)
{
	struct getdents_callback *b = container_of(ctx, struct getdents_callback, ctx);
	size_t reclen = ALIGN(offsetof(struct linux_dirent64, d_name) + len + 1, 8);
	struct linux_dirent64 *d = (struct linux_dirent64 *)new_record(b, reclen, pos);

	if (!d)
		return false;
	((u32 *)((char *)d + reclen))[-1] = 0;		/* the padding; the name may overwrite its beginning */
	((u32 *)((char *)d + reclen))[-2] = 0;
	d->d_ino = ino;
	d->d_reclen = reclen;
	d->d_type = type;
	memcpy(d->d_name, name, len);
	return true;
}

static bool emit32(struct dir_context *ctx, const char *name, int len, loff_t pos, u64 ino, unsigned int type)
{
	struct getdents_callback *b = container_of(ctx, struct getdents_callback, ctx);
	size_t reclen = ALIGN(offsetof(struct linux_dirent, d_name) + len + 2, 4);
	struct linux_dirent *d;

	if (ino >> 32) {
		b->error = -EOVERFLOW;
		return false;
	}
	d = (struct linux_dirent *)new_record(b, reclen, pos);
	if (!d)
		return false;
	((u32 *)((char *)d + reclen))[-1] = 0;
	d->d_ino = (u32)ino;
	d->d_reclen = reclen;
	memcpy(d->d_name, name, len);
	d->d_name[len] = '\0';
	((char *)d)[reclen - 1] = type;
	return true;
}

static long do_getdents(unsigned int fd, void *dirent, u32 count, bool old)
{
	struct getdents_callback b;
	struct fd f = fdget_pos(fd);
	long ret;

	if (!f.file)
		return -EBADF;
	b.ctx.actor = old ? emit32 : emit64;
	b.user = dirent;
	b.left = count;
	b.done = b.used = 0;
	b.prev = -1;
	b.error = 0;
	b.old = old;
	ret = iterate_dir(f.file, &b.ctx);
	if (ret >= 0) {
		ret = b.error;
		if (b.used && (!finish_record(&b, b.ctx.pos) || !flush_batch(&b))) {
			f.file->f_pos = b.batch_pos;
			ret = b.error;
		}
		if (b.done)
			ret = b.done;
	}
	fdput_pos(f);
	return ret;
}

long sys_getdents64(unsigned int fd, void *dirent, u32 count)
{
	return do_getdents(fd, dirent, count, false);
}

long sys_getdents(unsigned int fd, void *dirent, u32 count)
{
	return do_getdents(fd, dirent, count, true);
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
