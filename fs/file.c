/* SPDX-License-Identifier: MIT */
/*
 * Descriptor tables: which small number stands for which open file, per process.
 *
 * A table with one user is read without a lock and without a reference on the file: nobody else could close it
 * during the system call (fdget). With more users (threads, CLONE_FILES) a reader takes file_lock and a reference.
 * All changes are made under file_lock. The table begins inside files_struct and doubles when it is full, up to
 * RLIMIT_NOFILE.
 */
#include "fs/internal.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/abi/sched.h"
#include "lib/bitmap.h"
#include "lib/err.h"
#include "lib/string.h"

#define NR_OPEN_MAX 1048576u	/* no table grows further, whatever the limit says */

struct files_struct init_files = {
	.count = ATOMIC_INIT(1),
	.file_lock = SPINLOCK_INIT_NAMED("init_files.file_lock"),
	.fdt = &init_files.fdtab,
	.fdtab = {
		.max_fds = NR_OPEN_DEFAULT,
		.fd = init_files.fd_array,
		.close_on_exec = init_files.close_on_exec_init,
		.open_fds = init_files.open_fds_init,
	},
};
static struct kmem_cache *files_cache;

void files_init(void)
{
	files_cache = kmem_cache_create("files_cache", sizeof(struct files_struct), 0, NULL);
	if (!files_cache)
		panic("no memory for descriptor tables");
}

static struct file *fcheck(struct files_struct *files, unsigned int fd)
{
	struct fdtable *fdt = files->fdt;

	return fd < fdt->max_fds ? fdt->fd[fd] : NULL;
}

static struct file *fget_from(struct files_struct *files, unsigned int fd, u32 hidden)
{
	struct file *f;

	spin_lock(&files->file_lock);
	f = fcheck(files, fd);
	if (f && (f->f_mode & hidden))
		f = NULL;
	if (f)
		get_file(f);
	spin_unlock(&files->file_lock);
	return f;
}

struct file *fget(unsigned int fd)
{
	return fget_from(current->files, fd, FMODE_PATH);
}

struct file *fget_raw(unsigned int fd)
{
	return fget_from(current->files, fd, 0);
}

/* Another task may be giving up its table: alloc_lock keeps it while we look. */
struct file *fget_task(struct task_struct *task, unsigned int fd)
{
	struct file *f = NULL;

	spin_lock(&task->alloc_lock);
	if (task->files)
		f = fget_from(task->files, fd, 0);
	spin_unlock(&task->alloc_lock);
	return f;
}

u32 __f_lock_pos(struct file *file)
{
	mutex_lock(&file->f_pos_lock);
	return FDPUT_POS_UNLOCK;
}

void __f_unlock_pos(struct fd f)
{
	if (f.flags & FDPUT_POS_UNLOCK)
		mutex_unlock(&f.file->f_pos_lock);
	fdput(f);
}

/* A table of nr slots, a multiple of 32: the descriptor array with both bitmaps behind it. */
static struct fdtable *alloc_fdtable(unsigned int nr)
{
	size_t bytes = nr * sizeof(struct file *), map = nr / 8;
	struct fdtable *fdt = kmalloc(sizeof(*fdt), GFP_KERNEL);
	char *mem = fdt ? kzalloc(bytes + 2 * map, GFP_KERNEL) : NULL;

	if (!mem) {
		kfree(fdt);
		return NULL;
	}
	fdt->max_fds = nr;
	fdt->fd = (struct file **)mem;
	fdt->open_fds = (unsigned long *)(mem + bytes);
	fdt->close_on_exec = (unsigned long *)(mem + bytes + map);
	return fdt;
}

static void free_fdtable(struct files_struct *files, struct fdtable *fdt)
{
	if (fdt && fdt != &files->fdtab) {
		kfree(fdt->fd);
		kfree(fdt);
	}
}

static void copy_fdtable(struct fdtable *to, const struct fdtable *from)
{
	memcpy(to->fd, from->fd, from->max_fds * sizeof(struct file *));
	memcpy(to->open_fds, from->open_fds, from->max_fds / 8);
	memcpy(to->close_on_exec, from->close_on_exec, from->max_fds / 8);
}

/* Make room for descriptor nr. file_lock is held, and let go for the allocation. 0, -EMFILE, -ENOMEM. */
static int expand_files(struct files_struct *files, unsigned int nr)
{
	unsigned int size = files->fdt->max_fds;
	struct fdtable *new, *old;

	if (nr < size)
		return 0;
	if (nr >= NR_OPEN_MAX)
		return -EMFILE;
	while (size <= nr)
		size *= 2;
	spin_unlock(&files->file_lock);
	new = alloc_fdtable(size);
	spin_lock(&files->file_lock);
	if (!new)
		return -ENOMEM;
	old = files->fdt;
	if (old->max_fds < size) {
		copy_fdtable(new, old);
		files->fdt = new;
	} else {
		old = new;	/* another thread was faster */
	}
	spin_unlock(&files->file_lock);
	free_fdtable(files, old);
	spin_lock(&files->file_lock);
	return 0;
}

/* The usual case: all below next_fd are taken, and it is free. file_lock held. */
static inline bool take_next_fd(struct files_struct *files, unsigned int start, unsigned int fd, u32 flags, u64 limit)
{
	struct fdtable *fdt = files->fdt;
	unsigned long bit = BIT(fd % BITS_PER_LONG);
	unsigned int word = fd / BITS_PER_LONG;

	if (start > fd || fd >= fdt->max_fds || fd >= limit || (fdt->open_fds[word] & bit))
		return false;
	fdt->open_fds[word] |= bit;
	if (flags & O_CLOEXEC)
		fdt->close_on_exec[word] |= bit;
	else
		fdt->close_on_exec[word] &= ~bit;
	files->next_fd = fd + 1;
	return true;
}

/* Reserve the lowest free descriptor from start on. */
static int alloc_fd(unsigned int start, u32 flags)
{
	struct files_struct *files = current->files;
	u64 limit = rlimit(RLIMIT_NOFILE);
	struct fdtable *fdt;
	unsigned int fd;
	int err;

	spin_lock(&files->file_lock);
	fd = files->next_fd;
	if (likely(take_next_fd(files, start, fd, flags, limit))) {
		spin_unlock(&files->file_lock);
		return fd;
	}
	do {
		unsigned int size;

		fdt = files->fdt;
		size = fdt->max_fds;
		fd = max(start, files->next_fd);
		if (fd < size)
			fd = find_next_zero_bit(fdt->open_fds, size, fd);
		if (fd >= limit) {
			err = -EMFILE;
			goto out;
		}
		err = expand_files(files, fd);
		if (err)
			goto out;
		/* If the lock was let go, look again. */
	} while (fdt != files->fdt || (fdt->open_fds[fd / BITS_PER_LONG] & BIT(fd % BITS_PER_LONG)));
	if (start <= files->next_fd)
		files->next_fd = fd + 1;
	fdt->open_fds[fd / BITS_PER_LONG] |= BIT(fd % BITS_PER_LONG);
	if (flags & O_CLOEXEC)
		fdt->close_on_exec[fd / BITS_PER_LONG] |= BIT(fd % BITS_PER_LONG);
	else
		fdt->close_on_exec[fd / BITS_PER_LONG] &= ~BIT(fd % BITS_PER_LONG);
	err = fd;
out:
	spin_unlock(&files->file_lock);
	return err;
}

int get_unused_fd_flags(u32 flags)
{
	return alloc_fd(0, flags);
}

static void __put_unused_fd(struct files_struct *files, unsigned int fd)
{
	files->fdt->open_fds[fd / BITS_PER_LONG] &= ~BIT(fd % BITS_PER_LONG);
	if (fd < files->next_fd)
		files->next_fd = fd;
}

void put_unused_fd(unsigned int fd)
{
	struct files_struct *files = current->files;

	spin_lock(&files->file_lock);
	__put_unused_fd(files, fd);
	spin_unlock(&files->file_lock);
}

void fd_install(unsigned int fd, struct file *file)
{
	struct files_struct *files = current->files;

	/* The sole user may store without the lock: others only look, and the table cannot be exchanged meanwhile. */
	if (likely(atomic_read(&files->count) == 1)) {
		ASSERT(!files->fdt->fd[fd]);
		WRITE_ONCE(files->fdt->fd[fd], file);
		return;
	}
	spin_lock(&files->file_lock);
	ASSERT(!files->fdt->fd[fd]);
	files->fdt->fd[fd] = file;
	spin_unlock(&files->file_lock);
}

/* Take the file out of the table. */
static struct file *pick_file(struct files_struct *files, unsigned int fd)
{
	struct file *f;

	spin_lock(&files->file_lock);
	f = fcheck(files, fd);
	if (f) {
		files->fdt->fd[fd] = NULL;
		__put_unused_fd(files, fd);
	}
	spin_unlock(&files->file_lock);
	return f;
}

int close_fd(unsigned int fd)
{
	struct file *f = pick_file(current->files, fd);

	return f ? filp_close(f) : -EBADF;
}

/* close(2): the descriptor is gone whatever flush says, so the call is never restarted. */
long sys_close(unsigned int fd)
{
	int err = close_fd(fd);

	return err == -ERESTARTSYS || err == -ERESTARTNOINTR || err == -ERESTARTNOHAND ? -EINTR : err;
}

void put_files_struct(struct files_struct *files)
{
	struct fdtable *fdt = files->fdt;
	unsigned int word;

	if (!atomic_dec_and_test(&files->count))
		return;
	for (word = 0; word < fdt->max_fds / BITS_PER_LONG; word++) {
		unsigned long bits = fdt->open_fds[word];

		while (bits) {
			unsigned int fd = word * BITS_PER_LONG + __builtin_ctzl(bits);
			struct file *f = fdt->fd[fd];

			bits &= bits - 1;
			if (f) {
				fdt->fd[fd] = NULL;
				filp_close(f);
			}
		}
	}
	free_fdtable(files, fdt);
	if (files != &init_files)
		kmem_cache_free(files_cache, files);
}

void exit_files(struct task_struct *t)
{
	struct files_struct *files = t->files;

	if (!files)
		return;
	/* Record locks go with the table that took them: filp_close looks at current->files, so it stays set until then. */
	if (t == current && atomic_read(&files->count) == 1) {
		struct fdtable *fdt = files->fdt;
		unsigned int fd;

		for (fd = 0; fd < fdt->max_fds; fd++)
			if (fdt->open_fds[fd / BITS_PER_LONG] & BIT(fd % BITS_PER_LONG))
				close_fd(fd);
			else if (!fdt->open_fds[fd / BITS_PER_LONG])
				fd |= BITS_PER_LONG - 1;
	}
	spin_lock(&t->alloc_lock);
	t->files = NULL;
	spin_unlock(&t->alloc_lock);
	put_files_struct(files);
}

/* How large a table fork makes, by Linux's rule: a power of two, as when it grows. */
static unsigned int slots_wanted(const struct fdtable *fdt)
{
	unsigned int words = fdt->max_fds / BITS_PER_LONG, size = NR_OPEN_DEFAULT;

	while (words > NR_OPEN_DEFAULT / BITS_PER_LONG && !fdt->open_fds[words - 1])
		words--;
	while (size < words * BITS_PER_LONG)
		size *= 2;
	return size;
}

/* Room for what old has; old->file_lock is held on success. */
static int size_like(struct files_struct *files, struct files_struct *old)
{
	for (;;) {
		unsigned int want;

		spin_lock(&old->file_lock);
		want = slots_wanted(old->fdt);
		if (want <= files->fdt->max_fds)
			return 0;
		spin_unlock(&old->file_lock);
		free_fdtable(files, files->fdt);
		files->fdt = alloc_fdtable(want);
		if (!files->fdt)
			return -ENOMEM;
	}
}

static void share_open_files(struct fdtable *to, const struct fdtable *from)
{
	unsigned int words = min(to->max_fds, from->max_fds) / BITS_PER_LONG, word;

	for (word = 0; word < words; word++) {
		unsigned long bits = from->open_fds[word], taken = 0;

		to->close_on_exec[word] = from->close_on_exec[word];
		for (; bits; bits &= bits - 1) {
			unsigned int fd = word * BITS_PER_LONG + __builtin_ctzl(bits);

			/* Only reserved: another thread's open is still under way, and not ours. */
			if (from->fd[fd]) {
				to->fd[fd] = get_file(from->fd[fd]);
				taken |= bits & -bits;
			}
		}
		to->open_fds[word] = taken;
	}
}

struct files_struct *dup_files(struct files_struct *old, int *error)
{
	struct files_struct *files = kmem_cache_alloc(files_cache, GFP_KERNEL);

	*error = -ENOMEM;
	if (!files)
		return NULL;
	atomic_set(&files->count, 1);
	spin_lock_init(&files->file_lock);
	files->fdt = &files->fdtab;
	files->fdtab = (struct fdtable){ NR_OPEN_DEFAULT, files->fd_array, files->close_on_exec_init, files->open_fds_init };
	memset(files->fd_array, 0, sizeof(files->fd_array));
	memset(files->close_on_exec_init, 0, sizeof(files->close_on_exec_init));
	memset(files->open_fds_init, 0, sizeof(files->open_fds_init));
	if (size_like(files, old)) {
		kmem_cache_free(files_cache, files);
		return NULL;
	}
	share_open_files(files->fdt, old->fdt);
	files->next_fd = 0;
	spin_unlock(&old->file_lock);
	*error = 0;
	return files;
}

int copy_files(unsigned long clone_flags, struct task_struct *t)
{
	struct files_struct *old = current->files;
	int err = 0;

	if (!old) {
		t->files = NULL;
	} else if (clone_flags & CLONE_FILES) {
		atomic_inc(&old->count);
		t->files = old;
	} else {
		t->files = dup_files(old, &err);
	}
	return err;
}

int unshare_files(void)
{
	struct files_struct *old = current->files, *new;
	int err;

	if (atomic_read(&old->count) == 1)
		return 0;
	new = dup_files(old, &err);
	if (!new)
		return err;
	spin_lock(&current->alloc_lock);
	current->files = new;
	spin_unlock(&current->alloc_lock);
	put_files_struct(old);
	return 0;
}

void do_close_on_exec(struct files_struct *files)
{
	unsigned int word;

	for (word = 0; word < files->fdt->max_fds / BITS_PER_LONG; word++) {
		unsigned long bits;

		spin_lock(&files->file_lock);
		bits = files->fdt->close_on_exec[word] & files->fdt->open_fds[word];
		spin_unlock(&files->file_lock);
		for (; bits; bits &= bits - 1) {
			struct file *f = pick_file(files, word * BITS_PER_LONG + __builtin_ctzl(bits));

			if (f)
				filp_close(f);
		}
	}
}

/* Make fd stand for file, closing what it stood for. Takes its own reference. */
static int do_dup2(struct files_struct *files, struct file *file, unsigned int fd, u32 flags)
{
	struct fdtable *fdt;
	struct file *old;
	int err;

	spin_lock(&files->file_lock);
	err = expand_files(files, fd);
	if (err) {
		spin_unlock(&files->file_lock);
		return err == -EMFILE ? -EBADF : err;
	}
	fdt = files->fdt;
	old = fdt->fd[fd];
	if (!old && (fdt->open_fds[fd / BITS_PER_LONG] & BIT(fd % BITS_PER_LONG))) {
		spin_unlock(&files->file_lock);	/* reserved by an open that is under way */
		return -EBUSY;
	}
	fdt->fd[fd] = get_file(file);
	fdt->open_fds[fd / BITS_PER_LONG] |= BIT(fd % BITS_PER_LONG);
	if (flags & O_CLOEXEC)
		fdt->close_on_exec[fd / BITS_PER_LONG] |= BIT(fd % BITS_PER_LONG);
	else
		fdt->close_on_exec[fd / BITS_PER_LONG] &= ~BIT(fd % BITS_PER_LONG);
	spin_unlock(&files->file_lock);
	if (old)
		filp_close(old);
	return fd;
}

long sys_dup3(unsigned int oldfd, unsigned int newfd, int flags)
{
	struct file *f;
	int ret;

	if ((flags & ~O_CLOEXEC) || oldfd == newfd)
		return -EINVAL;
	if (newfd >= rlimit(RLIMIT_NOFILE))
		return -EBADF;
	f = fget_raw(oldfd);
	if (!f)
		return -EBADF;
	ret = do_dup2(current->files, f, newfd, flags);
	fput(f);
	return ret;
}

long sys_dup2(unsigned int oldfd, unsigned int newfd)
{
	if (oldfd == newfd) {
		struct file *f = fget_raw(oldfd);

		if (!f)
			return -EBADF;
		fput(f);
		return newfd;
	}
	return sys_dup3(oldfd, newfd, 0);
}

/* dup(2) and fcntl(F_DUPFD): the lowest free descriptor from start on. */
long f_dupfd(unsigned int start, struct file *file, u32 flags)
{
	int fd;

	if (start >= rlimit(RLIMIT_NOFILE))
		return -EINVAL;
	fd = alloc_fd(start, flags);
	if (fd >= 0)
		fd_install(fd, get_file(file));
	return fd;
}

long sys_dup(unsigned int oldfd)
{
	struct file *f = fget_raw(oldfd);
	int fd;

	if (!f)
		return -EBADF;
	fd = alloc_fd(0, 0);
	if (fd >= 0)
		fd_install(fd, f);
	else
		fput(f);
	return fd;
}

bool get_close_on_exec(unsigned int fd)
{
	struct files_struct *files = current->files;
	bool set;

	spin_lock(&files->file_lock);
	set = fd < files->fdt->max_fds && (files->fdt->close_on_exec[fd / BITS_PER_LONG] & BIT(fd % BITS_PER_LONG));
	spin_unlock(&files->file_lock);
	return set;
}

void set_close_on_exec(unsigned int fd, bool on)
{
	struct files_struct *files = current->files;

	spin_lock(&files->file_lock);
	if (fd < files->fdt->max_fds) {
		if (on)
			files->fdt->close_on_exec[fd / BITS_PER_LONG] |= BIT(fd % BITS_PER_LONG);
		else
			files->fdt->close_on_exec[fd / BITS_PER_LONG] &= ~BIT(fd % BITS_PER_LONG);
	}
	spin_unlock(&files->file_lock);
}

long sys_close_range(unsigned int first, unsigned int last, u32 flags)
{
	unsigned int fd;
	int err = 0;

	if (first > last || (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)))
		return -EINVAL;
	if (flags & CLOSE_RANGE_UNSHARE)
		err = unshare_files();
	if (err)
		return err;
	for (fd = first; fd <= last && fd < current->files->fdt->max_fds; fd++) {
		if (flags & CLOSE_RANGE_CLOEXEC)
			set_close_on_exec(fd, true);
		else
			close_fd(fd);
	}
	return 0;
}
