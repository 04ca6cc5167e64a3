/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Open files, and each process's table of them. Three levels (open(2), "Open file descriptions"): a descriptor is
 * an index into files_struct; it points to a struct file, which has the offset and the status flags and may be
 * shared by descriptors of many processes; that points to the inode.
 */
#include "fs/inode.h"
#include "fs/mount.h"
#include "fs/poll.h"
#include "kernel/task/task.h"
#include "lib/abi/fcntl.h"

struct cred;
struct task_struct;
struct files_struct;
struct vm_area_struct;

struct file_ra_state {
	pgoff_t start;			/* the last window read ahead: start, size, and when to go on */
	unsigned int size, async_size;
	unsigned int ra_pages;		/* limit; 0: no read-ahead */
	loff_t prev_pos;
};

struct fown_struct { int pid; int type; int signum; };

struct file {
	atomic_t f_count;
	u32 f_mode;			/* FMODE_*, constant after open */
	u32 f_flags;			/* O_*; fcntl(F_SETFL) changes some, by f_lock */
	const struct file_operations *f_op;
	struct path f_path;
	struct inode *f_inode;		/* of f_path.dentry */
	struct address_space *f_mapping;
	loff_t f_pos;			/* by f_pos_lock once the file is shared */
	struct mutex f_pos_lock;
	spinlock_t f_lock;
	const struct cred *f_cred;	/* who opened it */
	struct fown_struct f_owner;	/* F_SETOWN, by f_lock */
	struct file_ra_state f_ra;
	u64 f_version;
	void *private_data;		/* the driver's or file system's */
};

#define FMODE_READ 0x1u
#define FMODE_WRITE 0x2u
#define FMODE_LSEEK 0x4u
#define FMODE_PREAD 0x8u
#define FMODE_PWRITE 0x10u
#define FMODE_EXEC 0x20u
#define FMODE_ATOMIC_POS 0x8000u	/* reads and writes move f_pos one after the other */
#define FMODE_WRITER 0x10000u		/* holds write access to inode and mount */
#define FMODE_PATH 0x4000u		/* O_PATH: only a place in the tree */

/* readdir: the file system calls dir_emit for each entry from ctx->pos on and moves pos behind it. */
struct dir_context {
	bool (*actor)(struct dir_context *ctx, const char *name, int len, loff_t pos, u64 ino, unsigned int type);
	loff_t pos;
};
/* False: the buffer is full, stop (and leave pos at this entry). type: DT_*. */
static inline bool dir_emit(struct dir_context *ctx, const char *name, int len, u64 ino, unsigned int type)
{
	return ctx->actor(ctx, name, len, ctx->pos, ino, type);
}
bool dir_emit_dots(struct file *file, struct dir_context *ctx);	/* "." at pos 0 and ".." at pos 1; false: full */

/*
 * What an open file can do. NULL: not supported (EINVAL, for ioctl ENOTTY, for poll always ready). All may sleep. Reads
 * and writes return bytes or errno, honour O_NONBLOCK in f_flags and advance *pos where the file has positions.
 */
struct file_operations {
	loff_t (*llseek)(struct file *file, loff_t offset, int whence);	/* NULL: ESPIPE */
	ssize_t (*read)(struct file *file, struct iov_iter *to, loff_t *pos);
	ssize_t (*write)(struct file *file, struct iov_iter *from, loff_t *pos);
	int (*iterate_shared)(struct file *file, struct dir_context *ctx);	/* directory's i_mutex held */
	u32 (*poll)(struct file *file, poll_table *wait);	/* POLL* that hold now; poll_wait() for the rest */
	long (*ioctl)(struct file *file, u32 cmd, unsigned long arg);	/* ENOIOCTLCMD or ENOTTY: unknown */
	int (*mmap)(struct file *file, struct vm_area_struct *vma);	/* mmap_sem held for writing */
	int (*open)(struct inode *inode, struct file *file);	/* may replace f_op (replace_fops) */
	int (*flush)(struct file *file);		/* at each close(2) of a descriptor */
	int (*release)(struct inode *inode, struct file *file);	/* when the last reference goes */
	int (*fsync)(struct file *file, loff_t start, loff_t end, bool datasync);
	long (*fallocate)(struct file *file, int mode, loff_t offset, loff_t len);
	int (*check_flags)(u32 flags);
};

#define ENOIOCTLCMD 515

/* Open files. filp_open: kernel path name. All return ERR_PTR on failure. */
struct file *filp_open(const char *name, int flags, umode_t mode);
struct file *dentry_open(const struct path *path, int flags);	/* takes its own references */
struct file *alloc_file(const struct path *path, u32 flags, const struct file_operations *fops);	/* takes the path over on success */
/* A file without a name in the tree, as for eventfd; priv goes to private_data. */
struct file *anon_inode_getfile(const char *name, const struct file_operations *fops, void *priv, int flags);
int anon_inode_getfd(const char *name, const struct file_operations *fops, void *priv, int flags);
/* For exec: a regular, executable file with writing denied until allow_write_access + fput. */
struct file *open_exec(const char *name);
struct file *open_execat(int dfd, const char *name, int flags);	/* flags: AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW */
int filp_close(struct file *file);		/* as close(2): flush, POSIX locks, then fput */
void __fput(struct file *file);			/* sleeps */
static inline struct file *get_file(struct file *f) { atomic_inc(&f->f_count); return f; }
static inline void fput(struct file *f) { if (atomic_dec_and_test(&f->f_count)) __fput(f); }
static inline int file_count(const struct file *f) { return atomic_read(&f->f_count); }
static inline struct inode *file_inode(const struct file *f) { return f->f_inode; }
char *file_path(struct file *file, char *buf, int len);
int nonseekable_open(struct inode *inode, struct file *file);
int stream_open(struct inode *inode, struct file *file);
int generic_file_open(struct inode *inode, struct file *file);
static inline void replace_fops(struct file *f, const struct file_operations *ops) { f->f_op = ops; }
unsigned long nr_open_files(void);		/* in the system */
extern unsigned long sysctl_file_max;

loff_t generic_file_llseek(struct file *file, loff_t offset, int whence);
loff_t no_llseek(struct file *file, loff_t offset, int whence);
loff_t noop_llseek(struct file *file, loff_t offset, int whence);
loff_t vfs_llseek(struct file *file, loff_t offset, int whence);
/* Kernel buffers; bytes or errno; *pos advances. */
ssize_t kernel_read(struct file *file, void *buf, size_t n, loff_t *pos);
ssize_t kernel_write(struct file *file, const void *buf, size_t n, loff_t *pos);
ssize_t vfs_read(struct file *file, struct iov_iter *to, loff_t *pos);
ssize_t vfs_write(struct file *file, struct iov_iter *from, loff_t *pos);
int vfs_fsync(struct file *file, bool datasync);
long vfs_fallocate(struct file *file, int mode, loff_t offset, loff_t len);
long vfs_ioctl(struct file *file, u32 cmd, unsigned long arg);
int noop_fsync(struct file *file, loff_t start, loff_t end, bool datasync);
int iterate_dir(struct file *file, struct dir_context *ctx);

/* The table of a process. Read without the lock only by its single user. */
struct fdtable {
	unsigned int max_fds;
	struct file **fd;
	unsigned long *close_on_exec;	/* a bit each */
	unsigned long *open_fds;	/* taken or reserved */
};
#define NR_OPEN_DEFAULT 32u	/* as on Linux with 32 bits: select(2) shows it */
struct files_struct {
	atomic_t count;			/* tasks that share it */
	struct fdtable *fdt;		/* = &fdtab until it grows; by file_lock */
	spinlock_t file_lock;
	unsigned int next_fd;		/* all below are taken; by file_lock */
	struct fdtable fdtab;
	struct file *fd_array[NR_OPEN_DEFAULT];
	unsigned long close_on_exec_init[NR_OPEN_DEFAULT / 32];
	unsigned long open_fds_init[NR_OPEN_DEFAULT / 32];
};
extern struct files_struct init_files;

/* The open file with a reference, or NULL. fget does not see O_PATH files; fget_raw does. */
struct file *fget(unsigned int fd);
struct file *fget_raw(unsigned int fd);
struct file *fget_task(struct task_struct *task, unsigned int fd);	/* of another task, O_PATH too */

/* The same without the cost of a reference when nobody else can close the descriptor meanwhile. */
struct fd {
	struct file *file;
	u32 flags;			/* FDPUT_* */
};
#define FDPUT_FPUT 1u
#define FDPUT_POS_UNLOCK 2u
static inline void fdput(struct fd f) { if (f.flags & FDPUT_FPUT) fput(f.file); }
/* hidden: FMODE_PATH, or 0 for files opened with O_PATH as well. */
static __always_inline struct fd __fdget(unsigned int fd, u32 hidden)
{
	struct files_struct *files = current->files;
	struct file *file;

	if (likely(atomic_read(&files->count) == 1)) {
		file = likely(fd < files->fdt->max_fds) ? files->fdt->fd[fd] : NULL;
		if (unlikely(file && (file->f_mode & hidden)))
			file = NULL;
		return (struct fd){ file, 0 };
	}
	file = hidden ? fget(fd) : fget_raw(fd);
	return (struct fd){ file, file ? FDPUT_FPUT : 0 };
}
static inline struct fd fdget(unsigned int fd) { return __fdget(fd, FMODE_PATH); }
static inline struct fd fdget_raw(unsigned int fd) { return __fdget(fd, 0); }
/* For calls that use f_pos: locks it if the file is shared. */
u32 __f_lock_pos(struct file *file);
void __f_unlock_pos(struct fd f);
static __always_inline struct fd fdget_pos(unsigned int fd)
{
	struct fd f = __fdget(fd, FMODE_PATH);

	if (likely(f.file) && unlikely((f.file->f_mode & FMODE_ATOMIC_POS) && file_count(f.file) > 1))
		f.flags |= __f_lock_pos(f.file);
	return f;
}
static __always_inline void fdput_pos(struct fd f)
{
	if (unlikely(f.flags))
		__f_unlock_pos(f);
}

int get_unused_fd_flags(u32 flags);		/* reserves the lowest; -EMFILE, -ENOMEM. flags: O_CLOEXEC */
void put_unused_fd(unsigned int fd);
void fd_install(unsigned int fd, struct file *file);	/* takes the reference over */
int close_fd(unsigned int fd);

/* fork, exec, exit. 0 or -ENOMEM. */
int copy_files(unsigned long clone_flags, struct task_struct *t);
void exit_files(struct task_struct *t);
struct files_struct *dup_files(struct files_struct *old, int *error);
int unshare_files(void);			/* the current task gets a table of its own (execve, CLONE_FILES) */
void do_close_on_exec(struct files_struct *files);
void put_files_struct(struct files_struct *files);
void files_init(void);
