/* SPDX-License-Identifier: MIT */
/* System calls on files and descriptors, one function each. 64-bit offsets go as two words, low first. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/swap.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utime.h>
#include "user/libc/internal/syscall.h"

int openat(int dirfd, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (flags & (O_CREAT | __O_TMPFILE)) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	return sys_call(__NR_openat, dirfd, path, flags | O_LARGEFILE, mode);
}

int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (flags & (O_CREAT | __O_TMPFILE)) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	return sys_call(__NR_open, path, flags | O_LARGEFILE, mode);
}

int creat(const char *path, mode_t mode)
{
	return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

int fcntl(int fd, int cmd, ...)
{
	long arg;
	va_list ap;

	va_start(ap, cmd);
	arg = va_arg(ap, long);
	va_end(ap);
	if (cmd == F_GETLK || cmd == F_SETLK || cmd == F_SETLKW)
		cmd += F_GETLK64 - F_GETLK;	/* struct flock here is the kernel's flock64 */
	return sys_call(__NR_fcntl64, fd, cmd, arg);
}

int ioctl(int fd, unsigned long request, ...)
{
	long arg;
	va_list ap;

	va_start(ap, request);
	arg = va_arg(ap, long);
	va_end(ap);
	return sys_call(__NR_ioctl, fd, request, arg);
}

ssize_t read(int fd, void *buf, size_t n) { return sys_call(__NR_read, fd, buf, n); }
ssize_t write(int fd, const void *buf, size_t n) { return sys_call(__NR_write, fd, buf, n); }
ssize_t readv(int fd, const struct iovec *iov, int n) { return sys_call(__NR_readv, fd, iov, n); }
ssize_t writev(int fd, const struct iovec *iov, int n) { return sys_call(__NR_writev, fd, iov, n); }

ssize_t pread(int fd, void *buf, size_t n, off_t offset)
{
	return sys_call(__NR_pread64, fd, buf, n, LO32(offset), HI32(offset));
}

ssize_t pwrite(int fd, const void *buf, size_t n, off_t offset)
{
	return sys_call(__NR_pwrite64, fd, buf, n, LO32(offset), HI32(offset));
}

off_t lseek(int fd, off_t offset, int whence)
{
	off_t result;

	return sys_call(__NR__llseek, fd, HI32(offset), LO32(offset), &result, whence) < 0 ? -1 : result;
}

int close(int fd) { return sys_call(__NR_close, fd); }
int dup(int fd) { return sys_call(__NR_dup, fd); }
int dup2(int from, int to) { return sys_call(__NR_dup2, from, to); }
int dup3(int from, int to, int flags) { return sys_call(__NR_dup3, from, to, flags); }
int pipe(int fds[2]) { return sys_call(__NR_pipe, fds); }
int pipe2(int fds[2], int flags) { return sys_call(__NR_pipe2, fds, flags); }
int fsync(int fd) { return sys_call(__NR_fsync, fd); }
int fdatasync(int fd) { return sys_call(__NR_fdatasync, fd); }
void sync(void) { raw_syscall(__NR_sync); }
int flock(int fd, int operation) { return sys_call(__NR_flock, fd, operation); }

int truncate(const char *path, off_t len)
{
	return sys_call(__NR_truncate64, path, LO32(len), HI32(len));
}

int ftruncate(int fd, off_t len)
{
	return sys_call(__NR_ftruncate64, fd, LO32(len), HI32(len));
}

int fallocate(int fd, int mode, off_t offset, off_t len)
{
	return sys_call(__NR_fallocate, fd, mode, LO32(offset), HI32(offset), LO32(len), HI32(len));
}

int posix_fallocate(int fd, off_t offset, off_t len)
{
	return -raw_syscall(__NR_fallocate, fd, 0, LO32(offset), HI32(offset), LO32(len), HI32(len));
}

int posix_fadvise(int fd, off_t offset, off_t len, int advice)
{
	return -raw_syscall(__NR_fadvise64_64, fd, LO32(offset), HI32(offset), LO32(len), HI32(len), advice);
}

ssize_t sendfile(int out, int in, off_t *offset, size_t n)
{
	return sys_call(__NR_sendfile64, out, in, offset, n);
}

int access(const char *path, int mode) { return sys_call(__NR_access, path, mode); }

int faccessat(int dirfd, const char *path, int mode, int flags)
{
	if (flags)
		return sys_call(__NR_faccessat2, dirfd, path, mode, flags);
	return sys_call(__NR_faccessat, dirfd, path, mode);
}

int link(const char *from, const char *to) { return sys_call(__NR_link, from, to); }

int linkat(int fromfd, const char *from, int tofd, const char *to, int flags)
{
	return sys_call(__NR_linkat, fromfd, from, tofd, to, flags);
}

int symlink(const char *target, const char *path) { return sys_call(__NR_symlink, target, path); }

int symlinkat(const char *target, int dirfd, const char *path)
{
	return sys_call(__NR_symlinkat, target, dirfd, path);
}

ssize_t readlink(const char *restrict path, char *restrict buf, size_t n)
{
	return sys_call(__NR_readlink, path, buf, n);
}

ssize_t readlinkat(int dirfd, const char *restrict path, char *restrict buf, size_t n)
{
	return sys_call(__NR_readlinkat, dirfd, path, buf, n);
}

int unlink(const char *path) { return sys_call(__NR_unlink, path); }
int unlinkat(int dirfd, const char *path, int flags) { return sys_call(__NR_unlinkat, dirfd, path, flags); }
int rmdir(const char *path) { return sys_call(__NR_rmdir, path); }
int rename(const char *from, const char *to) { return sys_call(__NR_rename, from, to); }
int mkdir(const char *path, mode_t mode) { return sys_call(__NR_mkdir, path, mode); }
int mkdirat(int dirfd, const char *path, mode_t mode) { return sys_call(__NR_mkdirat, dirfd, path, mode); }
int mknod(const char *path, mode_t mode, dev_t dev) { return sys_call(__NR_mknod, path, mode, LO32(dev)); }
int mkfifo(const char *path, mode_t mode) { return mknod(path, mode | S_IFIFO, 0); }
int chdir(const char *path) { return sys_call(__NR_chdir, path); }
int fchdir(int fd) { return sys_call(__NR_fchdir, fd); }
int chroot(const char *path) { return sys_call(__NR_chroot, path); }
int chmod(const char *path, mode_t mode) { return sys_call(__NR_chmod, path, mode); }
int fchmod(int fd, mode_t mode) { return sys_call(__NR_fchmod, fd, mode); }

int fchmodat(int dirfd, const char *path, mode_t mode, int flags)
{
	if (flags) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return sys_call(__NR_fchmodat, dirfd, path, mode);
}

mode_t umask(mode_t mask) { return raw_syscall(__NR_umask, mask); }
int chown(const char *path, uid_t uid, gid_t gid) { return sys_call(__NR_chown32, path, uid, gid); }
int lchown(const char *path, uid_t uid, gid_t gid) { return sys_call(__NR_lchown32, path, uid, gid); }
int fchown(int fd, uid_t uid, gid_t gid) { return sys_call(__NR_fchown32, fd, uid, gid); }

int fchownat(int dirfd, const char *path, uid_t uid, gid_t gid, int flags)
{
	return sys_call(__NR_fchownat, dirfd, path, uid, gid, flags);
}

char *getcwd(char *buf, size_t n)
{
	return sys_call(__NR_getcwd, buf, n) < 0 ? NULL : buf;
}

/* The kernel's member names, not the macros for libc's. */
#undef st_atime
#undef st_mtime
#undef st_ctime

static int convert(long r, const struct stat64 *k, struct stat *st)
{
	if (r < 0)
		return -1;
	memset(st, 0, sizeof(*st));
	st->st_dev = k->st_dev;
	st->st_ino = k->st_ino;
	st->st_mode = k->st_mode;
	st->st_nlink = k->st_nlink;
	st->st_uid = k->st_uid;
	st->st_gid = k->st_gid;
	st->st_rdev = k->st_rdev;
	st->st_size = k->st_size;
	st->st_blksize = k->st_blksize;
	st->st_blocks = k->st_blocks;
	st->st_atim.tv_sec = k->st_atime;
	st->st_atim.tv_nsec = k->st_atime_nsec;
	st->st_mtim.tv_sec = k->st_mtime;
	st->st_mtim.tv_nsec = k->st_mtime_nsec;
	st->st_ctim.tv_sec = k->st_ctime;
	st->st_ctim.tv_nsec = k->st_ctime_nsec;
	return 0;
}

int stat(const char *restrict path, struct stat *restrict st)
{
	struct stat64 k;

	return convert(sys_call(__NR_stat64, path, &k), &k, st);
}

int lstat(const char *restrict path, struct stat *restrict st)
{
	struct stat64 k;

	return convert(sys_call(__NR_lstat64, path, &k), &k, st);
}

int fstat(int fd, struct stat *st)
{
	struct stat64 k;

	return convert(sys_call(__NR_fstat64, fd, &k), &k, st);
}

int fstatat(int dirfd, const char *restrict path, struct stat *restrict st, int flags)
{
	struct stat64 k;

	return convert(sys_call(__NR_fstatat64, dirfd, path, &k, flags), &k, st);
}

int utimensat(int dirfd, const char *path, const struct timespec times[2], int flags)
{
	long t[4];

	if (!times)
		return sys_call(__NR_utimensat, dirfd, path, NULL, flags);
	for (int i = 0; i < 2; i++) {
		t[2 * i] = (long)times[i].tv_sec;
		t[2 * i + 1] = times[i].tv_nsec;
	}
	return sys_call(__NR_utimensat, dirfd, path, t, flags);
}

int futimens(int fd, const struct timespec times[2])
{
	return utimensat(fd, NULL, times, 0);
}

int utime(const char *path, const struct utimbuf *times)
{
	struct timespec ts[2] = { { .tv_nsec = 0 } };

	if (!times)
		return utimensat(AT_FDCWD, path, NULL, 0);
	ts[0].tv_sec = times->actime;
	ts[1].tv_sec = times->modtime;
	return utimensat(AT_FDCWD, path, ts, 0);
}

int statfs64(const char *path, struct statfs64 *buf) { return sys_call(__NR_statfs64, path, sizeof(*buf), buf); }
int fstatfs64(int fd, struct statfs64 *buf) { return sys_call(__NR_fstatfs64, fd, sizeof(*buf), buf); }

int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data)
{
	return sys_call(__NR_mount, source, target, type, flags, data);
}

int umount(const char *target) { return sys_call(__NR_umount2, target, 0); }
int umount2(const char *target, int flags) { return sys_call(__NR_umount2, target, flags); }
int swapon(const char *path, int flags) { return sys_call(__NR_swapon, path, flags); }
int swapoff(const char *path) { return sys_call(__NR_swapoff, path); }

ssize_t getrandom(void *buf, size_t n, unsigned int flags)
{
	return sys_call(__NR_getrandom, buf, n, flags);
}

int getentropy(void *buf, size_t n)
{
	return getrandom(buf, n, 0) == (ssize_t)n ? 0 : -1;
}
