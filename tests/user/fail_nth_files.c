/* SPDX-License-Identifier: MIT */
/*
 * reference: pagoda-only (the kernels that it is compared with are built without /proc/PID/fail-nth)
 *
 * Files, pipes and mounts with each allocation failing once: see fail.h. "Cold" is with nothing cached, so that the file system reads
 * what describes its files; it may then say EIO.
 */
#include <poll.h>
#include <sys/mount.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include "fail.h"

static int pipe_fds[2];

static long do_open(void) { return open("f", O_RDONLY); }
static long do_create(void) { return open("new", O_RDWR | O_CREAT | O_EXCL, 0644); }
static void remove_new(long fd) { close(fd); CHECK(unlink("new") == 0); }
static void no_new(void) { CHECK(access("new", F_OK) == -1 && errno == ENOENT); }
static long do_mkdir(void) { return mkdir("new", 0755); }
static void rmdir_new(long r) { (void)r; CHECK(rmdir("new") == 0); }
static long do_symlink(void) { return symlink("a long enough target that it needs a place of its own, perhaps, somewhere else", "new"); }
static void unlink_new(long r) { (void)r; CHECK(unlink("new") == 0); }
static long do_link(void) { return link("f", "new"); }
static long do_rename(void) { return rename("f", "new"); }
static void rename_back(long r) { (void)r; CHECK(rename("new", "f") == 0); }
static long do_stat(void) { struct stat st; return stat("f", &st); }
static long do_getcwd(void) { char buf[200]; return getcwd(buf, sizeof buf) ? 0 : -1; }
static long do_write(void) { return pwrite(file_fd, "0123456789", 10, AREA) == 10 ? 0 : -1; }
static void cut_file(long r) { (void)r; CHECK(ftruncate(file_fd, AREA) == 0); }
static void file_uncut(void) { struct stat st; CHECK(fstat(file_fd, &st) == 0 && st.st_size == AREA); }
static long do_lock(void)
{
	struct flock l = { .l_type = F_WRLCK, .l_start = 10, .l_len = 10 };

	return fcntl(file_fd, F_SETLK, &l);
}
static void unlock_file(long r)
{
	struct flock l = { .l_type = F_UNLCK };

	(void)r;
	CHECK(fcntl(file_fd, F_SETLK, &l) == 0);
}
static long do_pipe(void) { return pipe(pipe_fds); }
static void close_pipe(long r) { (void)r; close(pipe_fds[0]); close(pipe_fds[1]); }
static void open_pipe(void) { CHECK(pipe(pipe_fds) == 0); }
static void clean_pipe(void) { close_pipe(0); }
static long do_pipe_write(void) { return write(pipe_fds[1], "0123456789", 10) == 10 ? 0 : -1; }
static void empty_pipe(long r) { char c[20]; (void)r; CHECK(read(pipe_fds[0], c, 20) == 10); }
static void pipe_is_empty(void)
{
	struct pollfd p = { pipe_fds[0], POLLIN, 0 };

	CHECK(poll(&p, 1, 0) == 0);
}
static long do_dup(void) { return fcntl(0, F_DUPFD, 200); }
static long do_poll(void)
{
	struct pollfd p[64];

	for (int i = 0; i < 64; i++)
		p[i] = (struct pollfd){ 0, POLLIN, 0 };
	return poll(p, 64, 0) < 0 ? -1 : 0;
}
static long do_select(void)
{
	fd_set set;
	struct timeval now = { .tv_sec = 0 };

	FD_ZERO(&set);
	FD_SET(0, &set);
	return select(1, &set, NULL, NULL, &now) < 0 ? -1 : 0;
}
static long do_ptmx(void) { return open("/dev/ptmx", O_RDWR | O_NOCTTY); }
static long do_readdir(void)
{
	char buf[400];
	int fd = open(".", O_RDONLY | O_DIRECTORY);
	long r = fd < 0 ? -1 : SYS(getdents64, fd, buf, sizeof buf);
	int e = errno;

	if (fd >= 0)
		close(fd);
	errno = e;
	return r < 0 ? -1 : 0;
}
static void make_dir(void) { CHECK(mkdir("d", 0755) == 0); }
static void remove_dir(void) { CHECK(rmdir("d") == 0); }
static long do_mount(void) { return SYS(mount, "none", "d", "tmpfs", 0, NULL); }
static void umount_back(long r) { (void)r; CHECK(SYS(umount2, "d", 0) == 0); }
static long do_truncate_open(void) { return open("f", O_RDWR | O_TRUNC); }
static void refill(long fd) { close(fd); close(file_fd); make_test_file(); }
static long do_proc(void)
{
	char buf[600];
	int fd = open("/proc/self/status", O_RDONLY), e;
	long r = fd < 0 ? -1 : read(fd, buf, sizeof buf);

	e = errno;
	if (fd >= 0)
		close(fd);
	errno = e;
	return r < 0 ? -1 : 0;
}
static void cold_file(void) { make_test_file(); chill(); }
static void cold_dir(void) { make_dir(); make_test_file(); chill(); }
static void remove_both(void) { remove_test_file(); remove_dir(); }
static long do_read(void) { char buf[300]; return pread(file_fd, buf, 300, 3 * PAGE) == 300 ? 0 : -1; }
static long do_unlink(void) { return unlink("f"); }
static void file_there(void) { CHECK(access("f", F_OK) == 0); }
static void file_again(long r) { (void)r; close(file_fd); make_test_file(); }
static long do_rmdir(void) { return rmdir("d"); }
static void dir_again(long r) { (void)r; make_dir(); }
static long do_rename_into(void) { return rename("f", "d/g"); }
static void rename_out(long r) { (void)r; CHECK(rename("d/g", "f") == 0); }
static long do_ftruncate(void) { return ftruncate(file_fd, 3 * PAGE + 100); }
static void restore_size(long r) { (void)r; CHECK(ftruncate(file_fd, AREA) == 0); }
static long do_fsync(void) { return fsync(file_fd); }
/* The block of the disk that has the inode must be read before the inode is written to it. */
static long do_chmod_fsync(void) { return fchmod(file_fd, 0600) || fsync(file_fd) ? -1 : 0; }
static void dirty_file(void) { make_test_file(); CHECK(pwrite(file_fd, "x", 1, 0) == 1); }
static long do_writev(void)
{
	static struct iovec v[40];

	for (int i = 0; i < 40; i++)
		v[i] = (struct iovec){ "0123456789", 10 };
	lseek(file_fd, AREA, SEEK_SET);
	return writev(file_fd, v, 40) == 400 ? 0 : -1;
}
static long do_sendfile(void)
{
	off_t from = 0;

	return sendfile(pipe_fds[1], file_fd, &from, PAGE) == PAGE ? 0 : -1;
}
static void file_and_pipe(void) { make_test_file(); open_pipe(); }
static void remove_file_and_pipe(void) { remove_test_file(); clean_pipe(); }
static void drain_pipe(long r) { char c[2 * PAGE]; (void)r; CHECK(read(pipe_fds[0], c, sizeof c) == PAGE); }
static long do_mkfifo(void) { return mkfifo("new", 0644); }
static long do_bind(void) { return SYS(mount, "d", "d", NULL, MS_BIND, NULL); }
static long do_smaps(void)
{
	char buf[600];
	int fd = open("/proc/self/smaps", O_RDONLY), e;
	long r = fd < 0 ? -1 : read(fd, buf, sizeof buf);

	e = errno;
	if (fd >= 0)
		close(fd);
	errno = e;
	return r < 0 ? -1 : 0;
}
static long do_fd_link(void) { char buf[200]; return readlink("/proc/self/fd/0", buf, sizeof buf) < 0 ? -1 : 0; }
static long do_sysctl(void)
{
	int fd = open("/proc/sys/vm/swappiness", O_RDONLY), e;
	char buf[20];
	long r = fd < 0 ? -1 : read(fd, buf, sizeof buf);

	e = errno;
	if (fd >= 0)
		close(fd);
	errno = e;
	return r < 0 ? -1 : 0;
}

static const struct op ops[] = {
	{ .name = "cold open", .prepare = cold_file, .call = do_open, .finish = close_result, .clean = remove_test_file, .error = EIO },
	{ .name = "cold stat", .prepare = cold_file, .call = do_stat, .clean = remove_test_file, .error = EIO },
	{ .name = "cold read", .prepare = cold_file, .call = do_read, .clean = remove_test_file, .error = EIO, .may_succeed = 1 },
	{ .name = "cold write", .prepare = cold_file, .call = do_write, .finish = cut_file, .check = file_uncut,
	  .clean = remove_test_file, .error = EIO },
	{ .name = "cold creat", .prepare = chill, .call = do_create, .finish = remove_new, .check = no_new, .error = EIO },
	{ .name = "cold unlink", .prepare = cold_file, .call = do_unlink, .finish = file_again, .check = file_there,
	  .clean = remove_test_file, .error = EIO },
	{ .name = "cold rmdir", .prepare = cold_dir, .call = do_rmdir, .finish = dir_again, .clean = remove_both, .error = EIO },
	{ .name = "cold rename", .prepare = cold_dir, .call = do_rename_into, .finish = rename_out, .check = file_there,
	  .clean = remove_both, .error = EIO },
	{ .name = "cold truncate", .prepare = cold_file, .call = do_ftruncate, .finish = restore_size, .check = file_uncut,
	  .clean = remove_test_file, .error = EIO },
	{ .name = "cold getdents", .prepare = chill, .call = do_readdir, .error = EIO },
	{ .name = "cold fsync", .prepare = cold_file, .call = do_chmod_fsync, .clean = remove_test_file, .may_succeed = 2 },
	{ .name = "fsync", .prepare = dirty_file, .call = do_fsync, .clean = remove_test_file, .may_succeed = 1, .error = EIO },
	{ .name = "writev", .prepare = make_test_file, .call = do_writev, .finish = cut_file, .check = file_uncut,
	  .clean = remove_test_file },
	{ .name = "sendfile", .prepare = file_and_pipe, .call = do_sendfile, .finish = drain_pipe, .check = pipe_is_empty,
	  .clean = remove_file_and_pipe },
	{ .name = "mkfifo", .call = do_mkfifo, .finish = unlink_new, .check = no_new },
	{ .name = "bind", .prepare = make_dir, .call = do_bind, .finish = umount_back, .clean = remove_dir },
	{ .name = "smaps", .call = do_smaps },
	{ .name = "fd link", .call = do_fd_link },
	{ .name = "sysctl", .call = do_sysctl },
	{ .name = "open", .prepare = make_test_file, .call = do_open, .finish = close_result, .clean = remove_test_file },
	{ .name = "open, truncate", .prepare = make_test_file, .call = do_truncate_open, .finish = refill, .check = file_uncut,
	  .clean = remove_test_file },
	{ .name = "creat", .call = do_create, .finish = remove_new, .check = no_new },
	{ .name = "mkdir", .call = do_mkdir, .finish = rmdir_new, .check = no_new },
	{ .name = "symlink", .call = do_symlink, .finish = unlink_new, .check = no_new },
	{ .name = "link", .prepare = make_test_file, .call = do_link, .finish = unlink_new, .check = no_new, .clean = remove_test_file },
	{ .name = "rename", .prepare = make_test_file, .call = do_rename, .finish = rename_back,
	  .check = no_new, .clean = remove_test_file },
	{ .name = "stat", .prepare = make_test_file, .call = do_stat, .clean = remove_test_file },
	{ .name = "getcwd", .call = do_getcwd },
	{ .name = "getdents", .call = do_readdir },
	{ .name = "write", .prepare = make_test_file, .call = do_write, .finish = cut_file,
	  .check = file_uncut, .clean = remove_test_file },
	{ .name = "lock", .prepare = make_test_file, .call = do_lock, .finish = unlock_file, .clean = remove_test_file },
	{ .name = "pipe", .call = do_pipe, .finish = close_pipe, .error = ENFILE },
	{ .name = "pipe write", .prepare = open_pipe, .call = do_pipe_write, .finish = empty_pipe,
	  .check = pipe_is_empty, .clean = clean_pipe },
	{ .name = "dup", .call = do_dup, .finish = close_result },
	{ .name = "poll", .call = do_poll },
	{ .name = "select", .call = do_select },
	{ .name = "ptmx", .call = do_ptmx, .finish = close_result, .error = EIO },
	{ .name = "mount", .prepare = make_dir, .clean = remove_dir, .call = do_mount, .finish = umount_back },
	{ .name = "proc", .call = do_proc },
};

int main(void)
{
	if (!open_fail_nth())
		return 0;
	attempt_all(ops, sizeof ops / sizeof *ops);
	return done();
}
