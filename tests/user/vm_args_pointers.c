/* SPDX-License-Identifier: MIT */
/* reference: debian (where user memory ends is part of the answers) */
/*
 * Pointers that are good for some bytes only, or for none: at the last byte before a hole, into what may not be written or
 * read, behind the end of a mapped file, at and across the kernel's boundary. The answer is what was done so far, or EFAULT.
 * See vm_args.h for how to read the lines.
 */
#include <dirent.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include "lib/abi/futex.h"
#include "vm_args.h"

typedef unsigned long ptr;

static const struct { const char *name; ptr p; } pointers[] = {
	{ "0", 0 }, { "last byte", AREA(ANONYMOUS) + 4 * PAGE - 1 }, { "last 8", AREA(ANONYMOUS) + 4 * PAGE - 8 },
	{ "hole", AREA(ANONYMOUS) + 4 * PAGE }, { "read-only", AREA(READ_ONLY) }, { "read-only's last", AREA(READ_ONLY) + 4 * PAGE - 1 },
	{ "none", AREA(NONE) }, { "last of the file", AREA(LONGER) + 4 * PAGE - 1 }, { "behind the file", AREA(LONGER) + 4 * PAGE },
	{ "two kinds", AREA(TWO_KINDS) + 2 * PAGE - 1 }, { "shared", AREA(SHM) }, { "private file", AREA(FILE_PRIVATE) },
	{ "below growsdown", AREA(GROWSDOWN) - 1 }, { "bfffffff", 0xbfffffff }, { "c0000000", 0xc0000000 }, { "fffffffc", 0xfffffffc },
	{ "-1", -1ul },
};
#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static int dir_fd, other_fd, pipes[2], tty;
static const int soon[2] = { 0, 1000 };

#define CALL(name, ...) static long name(ptr p) { return raw_syscall(__VA_ARGS__); }

CALL(read_100, __NR_pread64, rw_fd, p, 100, 0, 0)
CALL(read_page, __NR_pread64, rw_fd, p, PAGE + 100, 0, 0)
CALL(read_memfd, __NR_pread64, memfd, p, 100, 0, 0)
CALL(read_zero, __NR_read, other_fd, p, 100)
CALL(write_100, __NR_pwrite64, rw_fd, p, 100, 0, 0)
CALL(write_memfd, __NR_pwrite64, memfd, p, 100, 0, 0)
CALL(write_none, __NR_pwrite64, rw_fd, p, 0, 0, 0)
CALL(read_none, __NR_pread64, rw_fd, p, 0, 0, 0)
CALL(write_pipe, __NR_write, pipes[1], p, 100)
CALL(write_null, __NR_write, tty, p, 100)
CALL(getcwd_p, __NR_getcwd, p, 100)
CALL(stat_path, __NR_stat64, p, AREA(SHM))
CALL(stat_buf, __NR_stat64, (long)"/", p)
CALL(fstat_buf, __NR_fstat64, rw_fd, p)
CALL(statfs_buf, __NR_statfs64, (long)"/", 84, p)
CALL(open_path, __NR_open, p, O_RDONLY)
CALL(pipe_p, __NR_pipe, p)
CALL(uname_p, __NR_uname, p)
CALL(nanosleep_p, __NR_nanosleep, p, 0)
CALL(nanosleep_rest, __NR_nanosleep, (long)soon, p)
CALL(futex_p, __NR_futex, p, FUTEX_WAIT, 12345, 0, 0, 0)
CALL(futex_private, __NR_futex, p, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 12345, 0, 0, 0)
CALL(futex_wake, __NR_futex, p & -4ul, FUTEX_WAKE, 1, 0, 0, 0)
/* Without a time these two would wait for ever. */
static long futex_time(ptr p) { return p ? raw_syscall(__NR_futex, AREA(SHM), FUTEX_WAIT, 0, p, 0, 0) : 0; }
static long select_time(ptr p) { return p ? raw_syscall(__NR__newselect, 0, 0, 0, 0, p) : 0; }
CALL(sigaction_new, __NR_rt_sigaction, 10, p, 0, 8)
CALL(sigaction_old, __NR_rt_sigaction, 10, 0, p, 8)
CALL(sigprocmask_new, __NR_rt_sigprocmask, 0, p, 0, 8)
CALL(sigprocmask_old, __NR_rt_sigprocmask, 0, 0, p, 8)
CALL(sigaltstack_old, __NR_sigaltstack, 0, p)
CALL(getdents_p, __NR_getdents64, dir_fd, p, 1000)
CALL(winsize, __NR_ioctl, tty, 0x5413, p)
CALL(fionread, __NR_ioctl, pipes[0], 0x541b, p)
CALL(clock_p, __NR_clock_gettime, 1, p)
static long times_p(ptr p)
{
	long r = raw_syscall(__NR_times, p);

	return r < 0 && r >= -4095 ? r : 0;
}

CALL(rusage_p, __NR_getrusage, 0, p)
CALL(rlimit_p, __NR_ugetrlimit, 3, p)
CALL(poll_p, __NR_poll, p, 1, 0)
CALL(sysinfo_p, __NR_sysinfo, p)
CALL(random_p, __NR_getrandom, p, 100, 0)
CALL(readlink_p, __NR_readlink, (long)"/proc/self/exe", p, 100)
CALL(llseek_p, __NR__llseek, rw_fd, 0, 7, p, SEEK_SET)
CALL(sendfile_p, __NR_sendfile, pipes[1], rw_fd, p, 10)
CALL(readv_vector, __NR_readv, rw_fd, p, 1)
CALL(writev_vector, __NR_writev, rw_fd, p, 1)
CALL(mincore_p, __NR_mincore, AREA(ANONYMOUS), 2 * PAGE, p)
CALL(prctl_name, __NR_prctl, 16, p)
CALL(set_name, __NR_prctl, 15, p)
CALL(execve_path, __NR_execve, p, 0, 0)
CALL(getresuid_p, __NR_getresuid32, p, AREA(SHM), AREA(SHM))

static long readv_buffers(ptr p)
{
	struct iovec v[3] = { { (void *)AREA(SHM), 10 }, { (void *)p, 20 }, { (void *)AREA(SHM), 30 } };

	return raw_syscall(__NR_preadv, rw_fd, v, 3, 0, 0);
}

static long writev_buffers(ptr p)
{
	struct iovec v[3] = { { (void *)AREA(SHM), 10 }, { (void *)p, 20 }, { (void *)AREA(SHM), 30 } };

	return raw_syscall(__NR_pwritev, rw_fd, v, 3, 0, 0);
}

static void empty_pipe(void)
{
	static char buf[65536];

	fcntl(pipes[0], F_SETFL, O_NONBLOCK);
	while (read(pipes[0], buf, sizeof buf) > 0)
		;
}

static long read_pipe(ptr p)
{
	raw_syscall(__NR_write, pipes[1], AREA(SHM), 50);
	return raw_syscall(__NR_read, pipes[0], p, 100);
}

/* What could not be copied out stays in the pipe. */
static long left_in_pipe(ptr p)
{
	empty_pipe();
	raw_syscall(__NR_write, pipes[1], AREA(SHM), 50);
	raw_syscall(__NR_read, pipes[0], p, 100);
	raw_syscall(__NR_ioctl, pipes[0], 0x541b, AREA(SHM));
	return *(int *)AREA(SHM);
}

static long at_once[2];

static long select_read(ptr p) { return raw_syscall(__NR__newselect, 64, p, 0, 0, at_once); }

/* A failed call leaves no descriptors behind. */
static long pipe_leaks(ptr p)
{
	int before = dup(0), after;

	close(before);
	if (raw_syscall(__NR_pipe, p) >= 0)
		return 0;
	after = dup(0);
	return after - before;
}

static long wait4_status(ptr p)
{
	pid_t pid = fork();
	long r;

	if (pid == 0)
		_exit(3);
	r = raw_syscall(__NR_wait4, pid, p, 0, 0);
	return r == pid ? 0 : r;
}

static long wait4_rusage(ptr p)
{
	pid_t pid = fork();
	long r;

	if (pid == 0)
		_exit(3);
	r = raw_syscall(__NR_wait4, pid, 0, 0, p);
	return r == pid ? 0 : r;
}

/* The file's position moves by what arrived. */
static long position(ptr p)
{
	raw_syscall(__NR_lseek, rw_fd, 0, SEEK_SET);
	raw_syscall(__NR_read, rw_fd, p, 100);
	return raw_syscall(__NR_lseek, rw_fd, 0, SEEK_CUR);
}

/* unit: pointers that are no multiple of it are not compared. */
static const struct { const char *name; long (*call)(ptr p); unsigned unit; } calls[] = {
	{ "read 100", read_100, 4 }, { "read a page and 100", read_page, 4 }, { "read memfd", read_memfd, 4 },
	{ "read /dev/zero", read_zero, 4 }, { "read nothing", read_none, 4 }, { "position after", position, 4 },
	{ "write 100", write_100, 4 }, { "write memfd", write_memfd, 4 }, { "write nothing", write_none, 4 },
	{ "write to a pipe", write_pipe, 4 }, { "read from a pipe", read_pipe, 4 }, { "left in it", left_in_pipe, 4 },
	{ "write to a terminal", write_null, 4 }, { "readv", readv_buffers, 4 }, { "writev", writev_buffers, PAGE },
	{ "readv's vector", readv_vector, 1 }, { "writev's vector", writev_vector, 1 }, { "sendfile", sendfile_p, 1 },
	{ "getcwd", getcwd_p, 1 }, { "stat's path", stat_path, 1 }, { "stat", stat_buf, 1 }, { "fstat", fstat_buf, 1 },
	{ "statfs", statfs_buf, 1 }, { "open", open_path, 1 }, { "readlink", readlink_p, 1 }, { "getdents", getdents_p, 1 },
	{ "pipe", pipe_p, 1 }, { "descriptors left", pipe_leaks, 1 }, { "uname", uname_p, 1 }, { "select", select_read, 1 },
	{ "select's time", select_time, 1 }, { "poll", poll_p, 1 }, { "nanosleep", nanosleep_p, 1 },
	{ "nanosleep's rest", nanosleep_rest, 1 }, { "futex wait", futex_p, 1 }, { "futex wait, private", futex_private, 1 },
	{ "futex wake", futex_wake, 1 }, { "futex time", futex_time, 1 }, { "sigaction", sigaction_new, 1 },
	{ "sigaction's old", sigaction_old, 1 }, { "sigprocmask", sigprocmask_new, 1 },
	{ "sigprocmask's old", sigprocmask_old, 1 }, { "sigaltstack's old", sigaltstack_old, 1 }, { "TIOCGWINSZ", winsize, 1 },
	{ "FIONREAD", fionread, 1 }, { "clock_gettime", clock_p, 1 }, { "times", times_p, 1 }, { "getrusage", rusage_p, 1 },
	{ "getrlimit", rlimit_p, 1 }, { "sysinfo", sysinfo_p, 1 }, { "getrandom", random_p, PAGE }, { "_llseek", llseek_p, 1 },
	{ "wait4", wait4_status, 1 }, { "wait4's rusage", wait4_rusage, 1 }, { "mincore", mincore_p, 1 },
	{ "prctl, get name", prctl_name, 1 }, { "prctl, set name", set_name, 1 }, { "execve", execve_path, 1 },
	{ "getresuid", getresuid_p, 1 },
};

/* What a call reads through a pointer that is good is zero. */
static void make_ready(void)
{
	lseek(dir_fd, 0, SEEK_SET);
	memset((void *)AREA(SHM), 0, 200);
	memset((void *)AREA(FILE_PRIVATE), 0, 200);
	memset((void *)(AREA(TWO_KINDS) + 2 * PAGE - 1), 0, 200);
}

static int run(void)
{
	build_arena();
	dir_fd = open(".", O_RDONLY);
	other_fd = open("/dev/zero", O_RDONLY);
	tty = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	CHECK(pipe(pipes) == 0 && tty >= 0);
	raw_syscall(__NR_ioctl, tty, 0x40045431, &(int){ 0 });		/* TIOCSPTLCK: its other end may be opened */
	SAY("columns:");
	for (int i = 0; i < COUNT(pointers); i++)
		SAY("%s %s", i ? "," : "", pointers[i].name);
	SAY("\n");
	for (int i = 0; i < COUNT(calls); i++) {
		SAY("%s:", calls[i].name);
		for (int k = 0; k < COUNT(pointers); k++) {
			if (pointers[k].p % calls[i].unit)
				SAY(" -");
			else
				COLUMN(NO_ADDRESS, make_ready(); result = calls[i].call(pointers[k].p));
		}
		SAY("\n");
	}
	tear_down_arena();
	return done();
}

int main(void)
{
	on_another_stack(run);
}
