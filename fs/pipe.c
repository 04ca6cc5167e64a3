/* SPDX-License-Identifier: MIT */
/*
 * Pipes and FIFOs (pipe(7), fifo(7)): a ring of bytes between writers and readers.
 *
 * The ring lies in pages that are allocated when they are first written and stay with the pipe until it is closed.
 * An empty ring starts over at its first page, so that small messages always use the same one.
 *
 * The mutex guards everything; user memory is copied under it, straight to and from the ring. Sleepers look at
 * used, readers and writers without it and look again when they have it. A write of at most PIPE_BUF bytes
 * waits until all of it fits, which makes it atomic; a longer one goes in pieces as room appears. Writers are
 * woken when PIPE_BUF bytes are free, not at each byte.
 */
#include "fs/internal.h"
#include "fs/pipe.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/abi/ioctls.h"
#include "lib/err.h"
#include "lib/printf.h"
#include "lib/string.h"

#define PIPE_DEF_PAGES 16u

struct pipe_inode_info {
	struct mutex mutex;
	wait_queue_head_t rd_wait, wr_wait;
	u32 used;			/* bytes in the ring. By mutex, read without */
	u32 tail;			/* where the oldest of them is, modulo size. By mutex */
	u32 size;			/* capacity in bytes: a power of two */
	char **pages;			/* size / PAGE_SIZE of them; NULL until first used */
	u32 readers, writers;		/* open ends. By mutex */
	u32 r_counter, w_counter;	/* opens so far, for a FIFO's open to wait for the other end. By mutex */
	u32 files;			/* open files; at zero all of this is freed. By i_lock of the inode */
};

unsigned int pipe_max_size = 1048576;
static struct kmem_cache *pipe_cache;
static struct vfsmount *pipe_mnt;

static inline u32 pipe_used(const struct pipe_inode_info *p) { return READ_ONCE(p->used); }
static inline u32 pipe_room(const struct pipe_inode_info *p) { return p->size - pipe_used(p); }

static struct pipe_inode_info *alloc_pipe_info(void)
{
	struct pipe_inode_info *p = kmem_cache_zalloc(pipe_cache, GFP_KERNEL);

	if (!p)
		return NULL;
	p->pages = kcalloc(PIPE_DEF_PAGES, sizeof(char *), GFP_KERNEL);
	if (!p->pages) {
		kmem_cache_free(pipe_cache, p);
		return NULL;
	}
	p->size = PIPE_DEF_PAGES * PAGE_SIZE;
	mutex_init(&p->mutex);
	init_waitqueue_head(&p->rd_wait);
	init_waitqueue_head(&p->wr_wait);
	return p;
}

static void free_ring(char **pages, u32 size)
{
	u32 i;

	for (i = 0; i < size / PAGE_SIZE; i++)
		if (pages[i])
			free_page((unsigned long)pages[i]);
	kfree(pages);
}

static void free_pipe_info(struct pipe_inode_info *p)
{
	free_ring(p->pages, p->size);
	kmem_cache_free(pipe_cache, p);
}

/* Drop an open file's hold on the pipe of the inode. */
static void put_pipe_info(struct inode *inode, struct pipe_inode_info *p)
{
	bool last;

	spin_lock(&inode->i_lock);
	last = --p->files == 0;
	if (last)
		inode->i_pipe = NULL;
	spin_unlock(&inode->i_lock);
	if (last)
		free_pipe_info(p);
}

/* The change that the sleepers wait for has been made. */
static void wake_end(wait_queue_head_t *wq, u32 events)
{
	smp_mb();
	if (waitqueue_active(wq))
		__wake_up(wq, TASK_NORMAL, 0, (void *)(unsigned long)events);
}

static inline bool pipe_readable(const struct pipe_inode_info *p)
{
	return pipe_used(p) || !READ_ONCE(p->writers);
}

/* Copy what is there, up to what is wanted: bytes, or -EFAULT. */
static ssize_t take_bytes(struct pipe_inode_info *p, struct iov_iter *to)
{
	ssize_t done = 0;

	while (p->used && iov_iter_count(to)) {
		u32 offset = p->tail & (PAGE_SIZE - 1);
		size_t n = min(min(p->used, PAGE_SIZE - offset), (u32)iov_iter_count(to));
		size_t copied = copy_to_iter(p->pages[(p->tail & (p->size - 1)) >> PAGE_SHIFT] + offset, n, to);

		if (copied < n)		/* of a piece that did not arrive as a whole, all stays here */
			return done ? done : -EFAULT;
		p->tail += copied;
		WRITE_ONCE(p->used, p->used - copied);
		done += copied;
	}
	if (!p->used)
		p->tail = 0;
	return done;
}

static ssize_t pipe_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	struct pipe_inode_info *p = file->private_data;
	ssize_t ret = 0;

	if (!iov_iter_count(to))
		return 0;
	mutex_lock(&p->mutex);
	while (!p->used && p->writers) {
		ret = file->f_flags & O_NONBLOCK ? -EAGAIN : 0;
		mutex_unlock(&p->mutex);
		if (!ret)
			ret = wait_event_interruptible(&p->rd_wait, pipe_readable(p));
		if (ret)
			return ret;
		mutex_lock(&p->mutex);
	}
	ret = take_bytes(p, to);
	mutex_unlock(&p->mutex);
	if (ret > 0) {
		if (pipe_room(p) >= PIPE_BUF)
			wake_end(&p->wr_wait, POLLOUT | POLLWRNORM);
		/* Another reader may have been woken by the same write and finds the rest. */
		if (pipe_used(p))
			wake_end(&p->rd_wait, POLLIN | POLLRDNORM);
	}
	return ret;
}

/* Copy as much as there is room for: bytes, -EFAULT or -ENOMEM. */
static ssize_t give_bytes(struct pipe_inode_info *p, struct iov_iter *from)
{
	ssize_t done = 0;

	while (pipe_room(p) && iov_iter_count(from)) {
		u32 head = (p->tail + p->used) & (p->size - 1), offset = head & (PAGE_SIZE - 1);
		char **page = &p->pages[head >> PAGE_SHIFT];
		size_t n = min(min(pipe_room(p), PAGE_SIZE - offset), (u32)iov_iter_count(from)), copied;

		if (unlikely(!*page)) {
			*page = (char *)__get_free_page(GFP_KERNEL);
			if (!*page)
				return done ? done : -ENOMEM;
		}
		copied = copy_from_iter(*page + offset, n, from);
		if (copied < n)
			return done ? done : -EFAULT;
		WRITE_ONCE(p->used, p->used + copied);
		done += copied;
	}
	return done;
}

/* Enough room to go on with n bytes left to write? */
static inline bool pipe_writable(const struct pipe_inode_info *p, size_t n)
{
	return pipe_room(p) >= min_t(size_t, n, PIPE_BUF) || !READ_ONCE(p->readers);
}

static ssize_t pipe_write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	struct pipe_inode_info *p = file->private_data;
	size_t left = iov_iter_count(from);
	ssize_t done = 0, ret;

	if (!left)
		return 0;
	mutex_lock(&p->mutex);
	for (;;) {
		if (!p->readers) {
			send_sig(SIGPIPE, current, 0);
			ret = -EPIPE;
			break;
		}
		ret = 0;
		/* What must be atomic goes in as a whole; a long write that does not block takes what room there is. */
		if (pipe_writable(p, left) || (iov_iter_count(from) > PIPE_BUF && pipe_room(p))) {
			ret = give_bytes(p, from);
			if (ret <= 0)
				break;
			done += ret;
			left = iov_iter_count(from);
			if (!left)
				break;
			continue;
		}
		if (file->f_flags & O_NONBLOCK) {
			ret = -EAGAIN;
			break;
		}
		mutex_unlock(&p->mutex);
		if (done)
			wake_end(&p->rd_wait, POLLIN | POLLRDNORM);
		ret = wait_event_interruptible(&p->wr_wait, pipe_writable(p, left));
		mutex_lock(&p->mutex);
		if (ret)
			break;
	}
	mutex_unlock(&p->mutex);
	if (done)
		wake_end(&p->rd_wait, POLLIN | POLLRDNORM);
	return done ? done : ret;
}

static u32 pipe_poll(struct file *file, poll_table *wait)
{
	struct pipe_inode_info *p = file->private_data;
	u32 mask = 0;

	if (file->f_mode & FMODE_READ) {
		poll_wait(file, &p->rd_wait, wait);
		if (pipe_used(p))
			mask |= POLLIN | POLLRDNORM;
		/* A FIFO that nobody has written to since this end was opened has not been hung up. */
		if (!READ_ONCE(p->writers) && file->f_version != p->w_counter)
			mask |= POLLHUP;
	}
	if (file->f_mode & FMODE_WRITE) {
		poll_wait(file, &p->wr_wait, wait);
		if (pipe_room(p) >= PIPE_BUF)
			mask |= POLLOUT | POLLWRNORM;
		if (!READ_ONCE(p->readers))
			mask |= POLLERR;
	}
	return mask;
}

static long pipe_ioctl(struct file *file, u32 cmd, unsigned long arg)
{
	struct pipe_inode_info *p = file->private_data;

	if (cmd != FIONREAD)
		return -ENOIOCTLCMD;
	return put_user((int)pipe_used(p), (int *)arg);
}

static int pipe_release(struct inode *inode, struct file *file)
{
	struct pipe_inode_info *p = file->private_data;

	mutex_lock(&p->mutex);
	if (file->f_mode & FMODE_READ)
		p->readers--;
	if (file->f_mode & FMODE_WRITE)
		p->writers--;
	mutex_unlock(&p->mutex);
	wake_end(&p->rd_wait, POLLIN | POLLRDNORM | POLLHUP);
	wake_end(&p->wr_wait, POLLOUT | POLLWRNORM | POLLERR);
	put_pipe_info(inode, p);
	return 0;
}

/* The pipe of a FIFO's inode, made at its first open. */
static struct pipe_inode_info *get_fifo(struct inode *inode)
{
	struct pipe_inode_info *fresh = NULL, *p;

	spin_lock(&inode->i_lock);
	if (!inode->i_pipe) {
		spin_unlock(&inode->i_lock);
		fresh = alloc_pipe_info();
		if (!fresh)
			return NULL;
		spin_lock(&inode->i_lock);
		if (!inode->i_pipe) {
			inode->i_pipe = fresh;
			fresh = NULL;
		}
	}
	p = inode->i_pipe;
	p->files++;
	spin_unlock(&inode->i_lock);
	if (fresh)
		free_pipe_info(fresh);
	return p;
}

/* Sleep until the other end has been opened once more than seen. The mutex is let go meanwhile. */
static int wait_for_partner(struct pipe_inode_info *p, wait_queue_head_t *wq, u32 *counter)
{
	u32 seen = *counter;
	int err;

	mutex_unlock(&p->mutex);
	err = wait_event_interruptible(wq, READ_ONCE(*counter) != seen);
	mutex_lock(&p->mutex);
	return err;
}

/* A pipe that is opened once more, through /proc/PID/fd, has had both ends: nothing to wait for. */
static int fifo_open_end(struct pipe_inode_info *p, struct file *file)
{
	bool is_pipe = file->f_inode->i_sb == pipe_mnt->mnt_sb, nonblock = file->f_flags & O_NONBLOCK;
	int err = 0;

	switch (file->f_mode & (FMODE_READ | FMODE_WRITE)) {
	case FMODE_READ:
		p->r_counter++;
		p->readers++;
		wake_end(&p->wr_wait, 0);
		if (is_pipe || p->writers)
			break;
		if (nonblock)
			file->f_version = p->w_counter;
		else
			err = wait_for_partner(p, &p->rd_wait, &p->w_counter);
		if (err)
			p->readers--;
		break;
	case FMODE_WRITE:
		if (!is_pipe && nonblock && !p->readers)
			return -ENXIO;
		p->w_counter++;
		p->writers++;
		wake_end(&p->rd_wait, 0);
		if (!is_pipe && !p->readers)
			err = wait_for_partner(p, &p->wr_wait, &p->r_counter);
		if (err)
			p->writers--;
		break;
	default:	/* both ends: not in POSIX, and never waits */
		p->r_counter++;
		p->w_counter++;
		p->readers++;
		p->writers++;
		wake_end(&p->rd_wait, 0);
		wake_end(&p->wr_wait, 0);
	}
	return err;
}

static int fifo_open(struct inode *inode, struct file *file)
{
	struct pipe_inode_info *p = get_fifo(inode);
	int err;

	if (!p)
		return -ENOMEM;
	file->private_data = p;
	file->f_version = 0;
	stream_open(inode, file);
	mutex_lock(&p->mutex);
	err = fifo_open_end(p, file);
	mutex_unlock(&p->mutex);
	if (err) {
		wake_end(&p->rd_wait, POLLHUP);
		wake_end(&p->wr_wait, POLLERR);
		put_pipe_info(inode, p);
	}
	return err;
}

const struct file_operations pipefifo_fops = {
	.open = fifo_open,
	.read = pipe_read,
	.write = pipe_write,
	.poll = pipe_poll,
	.ioctl = pipe_ioctl,
	.release = pipe_release,
};

static int pipefs_dname(struct dentry *d, char *buf, int len)
{
	return snprintf(buf, len, "pipe:[%llu]", (unsigned long long)d->d_inode->i_ino);
}
static const struct dentry_operations pipefs_dops = { .d_dname = pipefs_dname };

static int pipefs_fill_super(struct super_block *sb, void *data)
{
	struct inode *root = new_inode(sb);

	sb->s_magic = PIPEFS_MAGIC;
	if (!root)
		return -ENOMEM;
	root->i_mode = S_IFDIR | S_IRUSR | S_IWUSR;
	sb->s_root = d_make_root(root);
	if (!sb->s_root)
		return -ENOMEM;
	sb->s_d_op = &pipefs_dops;
	return 0;
}

static struct dentry *pipefs_mount(struct file_system_type *type, u32 flags, const char *dev, void *data)
{
	return mount_nodev(type, flags, data, pipefs_fill_super);
}
static struct file_system_type pipe_fs_type = { .name = "pipefs", .mount = pipefs_mount };

void pipe_init(void)
{
	pipe_cache = kmem_cache_create("pipe", sizeof(struct pipe_inode_info), 0, NULL);
	register_filesystem(&pipe_fs_type);
	pipe_mnt = pipe_cache ? kern_mount(&pipe_fs_type) : ERR_PTR(-ENOMEM);
	if (IS_ERR(pipe_mnt))
		panic("no memory for pipes");
}

static struct inode *get_pipe_inode(void)
{
	struct inode *inode = new_inode(pipe_mnt->mnt_sb);
	struct pipe_inode_info *p;

	if (!inode)
		return NULL;
	p = alloc_pipe_info();
	if (!p) {
		iput(inode);
		return NULL;
	}
	p->files = 2;
	p->readers = p->writers = 1;
	p->r_counter = p->w_counter = 1;
	inode->i_pipe = p;
	inode->i_mode = S_IFIFO | S_IRUSR | S_IWUSR;
	inode->i_uid = current->cred->fsuid;
	inode->i_gid = current->cred->fsgid;
	inode->i_fop = &pipefifo_fops;
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_fs_time();
	return inode;
}

int create_pipe_files(struct file *files[2], u32 flags)
{
	struct inode *inode = get_pipe_inode();
	struct pipe_inode_info *p;
	struct path path;

	if (!inode)
		return -ENFILE;
	p = inode->i_pipe;
	path.dentry = d_alloc_pseudo(pipe_mnt->mnt_sb, "", inode);
	if (!path.dentry) {
		iput(inode);
		goto free_pipe;
	}
	path.mnt = mntget(pipe_mnt);
	files[1] = alloc_file(&path, O_WRONLY | (flags & O_NONBLOCK), &pipefifo_fops);
	if (IS_ERR(files[1])) {
		path_put(&path);
		free_pipe_info(p);
		return PTR_ERR(files[1]);
	}
	files[1]->private_data = p;
	files[0] = alloc_file(&path, O_RDONLY | (flags & O_NONBLOCK), &pipefifo_fops);
	if (IS_ERR(files[0])) {
		p->readers = 0;
		p->files = 1;
		fput(files[1]);
		return PTR_ERR(files[0]);
	}
	path_get(&path);
	files[0]->private_data = p;
	return 0;
free_pipe:
	free_pipe_info(p);
	return -ENFILE;
}

int do_pipe_flags(int fd[2], u32 flags)
{
	struct file *files[2];
	int err;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;		/* packet mode, O_DIRECT, is not offered */
	err = create_pipe_files(files, flags);
	if (err)
		return err;
	fd[0] = get_unused_fd_flags(flags);
	fd[1] = fd[0] < 0 ? fd[0] : get_unused_fd_flags(flags);
	if (fd[1] < 0) {
		if (fd[0] >= 0)
			put_unused_fd(fd[0]);
		fput(files[0]);
		fput(files[1]);
		return fd[1];
	}
	fd_install(fd[0], files[0]);
	fd_install(fd[1], files[1]);
	return 0;
}

/* The numbers reach the program before it can use them, or the pipe is taken back. */
long sys_pipe2(int *fildes, u32 flags)
{
	int fd[2], err = do_pipe_flags(fd, flags);

	if (err)
		return err;
	if (copy_to_user(fildes, fd, sizeof(fd))) {
		close_fd(fd[0]);
		close_fd(fd[1]);
		return -EFAULT;
	}
	return 0;
}

long sys_pipe(int *fildes)
{
	return sys_pipe2(fildes, 0);
}

/* Copy what is in the ring to the front of fresh pages. */
static int copy_ring(struct pipe_inode_info *p, char **pages)
{
	u32 used = pipe_used(p), done = 0;

	while (done < used) {
		u32 from = p->tail + done, n = min(used - done, PAGE_SIZE - (from & (PAGE_SIZE - 1)));
		char **page = &pages[done >> PAGE_SHIFT];

		n = min(n, PAGE_SIZE - (done & (PAGE_SIZE - 1)));
		if (!*page)
			*page = (char *)__get_free_page(GFP_KERNEL);
		if (!*page)
			return -ENOMEM;
		memcpy(*page + (done & (PAGE_SIZE - 1)),
		       p->pages[(from & (p->size - 1)) >> PAGE_SHIFT] + (from & (PAGE_SIZE - 1)), n);
		done += n;
	}
	return 0;
}

static long pipe_set_size(struct pipe_inode_info *p, unsigned long want)
{
	u32 size = PAGE_SIZE, used;
	char **pages;
	long ret;

	if (want > 0x80000000ul)
		return -EINVAL;
	while (size < want)
		size <<= 1;
	if (size > pipe_max_size && size > p->size && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	pages = kcalloc(size / PAGE_SIZE, sizeof(char *), GFP_KERNEL | __GFP_NOWARN);
	if (!pages)
		return -ENOMEM;
	mutex_lock(&p->mutex);
	used = pipe_used(p);
	ret = used > size ? -EBUSY : copy_ring(p, pages);
	if (ret) {
		free_ring(pages, size);
	} else {
		free_ring(p->pages, p->size);
		p->pages = pages;
		p->size = size;
		p->tail = 0;
		ret = size;
	}
	mutex_unlock(&p->mutex);
	wake_end(&p->wr_wait, POLLOUT | POLLWRNORM);
	return ret;
}

long pipe_fcntl(struct file *file, u32 cmd, unsigned long arg)
{
	struct pipe_inode_info *p = file->private_data;

	if (file->f_op != &pipefifo_fops)
		return -EBADF;
	return cmd == F_SETPIPE_SZ ? pipe_set_size(p, arg) : (long)p->size;
}
