/* SPDX-License-Identifier: MIT */
/*
 * reference: pagoda-only (some of these calls do more on a larger kernel)
 * Every system-call number with arguments that point nowhere, to the kernel, and to the end of user memory: each
 * gives an errno or harmless success, and the kernel goes on (bugs 9, 10, 15).
 */
#include <sys/mman.h>
#include <sys/resource.h>
#include "test.h"

/* Those that would end or stop this process, or the machine, or wait for ever. */
static int is_excluded(int n)
{
	static const short list[] = {
		1 /* exit */, 2 /* fork */, 29 /* pause */, 37 /* kill */, 72 /* sigsuspend */, 88 /* reboot */,
		111 /* vhangup */, 119 /* sigreturn */, 120 /* clone */, 162 /* nanosleep */, 173 /* rt_sigreturn */,
		179 /* rt_sigsuspend */, 190 /* vfork */, 238 /* tkill */, 252 /* exit_group */, 270 /* tgkill */, 435 /* clone3 */,
		142, 82 /* select without a time limit */, 168, 308, 309, 413, 414 /* poll */, 177, 421 /* sigtimedwait */,
		178, 335 /* sigqueueinfo */, 91 /* munmap of everything */, 125 /* mprotect */, 90, 192 /* mmap */, 163,
		219 /* madvise */, 6, 436 /* close */, 41, 63, 330 /* dup */, 60 /* umask */, 61 /* chroot */, 25, 79, 264,
		404 /* the clock */, 27, 104 /* alarms */, 75, 340 /* limits */, 45 /* brk */, 57, 66 /* sessions */, 36, 344 /* sync */,
		23, 46, 70, 71, 203, 204, 206, 208, 210, 213, 214, 215, 216 /* identities */,
		243 /* set_thread_area */, 74, 121 /* names */,
		152 /* mlockall */, 3, 145, 180, 333 /* read from what may wait */,
	};

	for (unsigned i = 0; i < sizeof list / sizeof *list; i++)
		if (list[i] == n)
			return 1;
	return 0;
}

static void round_of(unsigned long value)
{
	for (int n = 0; n <= 450; n++) {
		long r;

		if (is_excluded(n))
			continue;
		r = raw_syscall(n, value, value, value, value, value, value);
		if (r < 0 && r < -200)
			SAY("call %d with %#lx: strange result %ld\n", n, value, r), test_failures++;
	}
}

/* What must be EFAULT: the call, and which of its arguments is the pointer. */
static const struct { const char *name; short n, bad; long a[6]; } table[] = {
	{ "read", __NR_read, 1, { 3, 0, 10 } }, { "write", __NR_write, 1, { 3, 0, 10 } },
	{ "open", __NR_open, 0, { 0, 0, 0 } }, { "open at", __NR_openat, 1, { -100, 0, 0, 0 } },
	{ "link", __NR_link, 0, { 0, (long)"x" } }, { "link to", __NR_link, 1, { (long)"file", 0 } },
	{ "unlink", __NR_unlink, 0, { 0 } }, { "execve", __NR_execve, 0, { 0, 0, 0 } },
	{ "execve argv", __NR_execve, 1, { (long)"/proc/self/exe", 0, 0 } }, { "chdir", __NR_chdir, 0, { 0 } },
	{ "time", __NR_time, 0, { 0 } }, { "mknod", __NR_mknod, 0, { 0, 0100644, 0 } }, { "chmod", __NR_chmod, 0, { 0, 0 } },
	{ "lchown", __NR_lchown32, 0, { 0, 0, 0 } }, { "access", __NR_access, 0, { 0, 0 } }, { "rename", __NR_rename, 0, { 0, (long)"x" } },
	{ "rename to", __NR_rename, 1, { (long)"file", 0 } }, { "mkdir", __NR_mkdir, 0, { 0, 0 } }, { "rmdir", __NR_rmdir, 0, { 0 } },
	{ "pipe", __NR_pipe, 0, { 0 } }, { "times", __NR_times, 0, { 0 } }, { "getrusage", __NR_getrusage, 1, { 0, 0 } },
	{ "gettimeofday", __NR_gettimeofday, 0, { 0, 0 } }, { "symlink", __NR_symlink, 0, { 0, (long)"x" } },
	{ "readlink", __NR_readlink, 0, { 0, 0, 10 } }, { "readlink buf", __NR_readlink, 1, { (long)"/proc/self/exe", 0, 10 } },
	{ "truncate", __NR_truncate, 0, { 0, 0 } }, { "statfs", __NR_statfs, 1, { (long)"/", 0 } },
	{ "stat", __NR_stat, 0, { 0, 0 } }, { "stat64 buf", __NR_stat64, 1, { (long)"/", 0 } }, { "fstat64", __NR_fstat64, 1, { 3, 0 } },
	{ "sysinfo", __NR_sysinfo, 0, { 0 } }, { "uname", __NR_uname, 0, { 0 } }, { "_llseek", __NR__llseek, 3, { 3, 0, 0, 0, 0 } },
	{ "readv", __NR_readv, 1, { 3, 0, 1 } }, { "writev", __NR_writev, 1, { 3, 0, 1 } },
	{ "getcwd", __NR_getcwd, 0, { 0, 100 } }, { "sendfile", __NR_sendfile, 2, { 3, 3, 0, 1 } },
	{ "pread64", __NR_pread64, 1, { 3, 0, 10, 0, 0 } }, { "pwrite64", __NR_pwrite64, 1, { 3, 0, 10, 0, 0 } },
	{ "rt_sigaction", __NR_rt_sigaction, 1, { 10, 0, 0, 8 } }, { "rt_sigaction old", __NR_rt_sigaction, 2, { 10, 0, 0, 8 } },
	{ "rt_sigprocmask", __NR_rt_sigprocmask, 1, { 0, 0, 0, 8 } }, { "rt_sigpending", __NR_rt_sigpending, 0, { 0, 8 } },
	{ "rt_sigsuspend", __NR_rt_sigsuspend, 0, { 0, 8 } }, { "sigaltstack", __NR_sigaltstack, 0, { 0, 0 } },
	{ "nanosleep", __NR_nanosleep, 0, { 0, 0 } }, { "clock_gettime", __NR_clock_gettime, 1, { 1, 0 } },
	{ "clock_gettime64", __NR_clock_gettime64, 1, { 1, 0 } }, { "getrlimit", __NR_ugetrlimit, 1, { 3, 0 } },
	{ "setrlimit", __NR_setrlimit, 1, { 3, 0 } }, { "poll", __NR_poll, 0, { 0, 1, 0 } },
	{ "select", __NR__newselect, 1, { 1, 0, 0, 0, 0 } },
	{ "select time", __NR__newselect, 4, { 0, 0, 0, 0, 0 } },
	{ "set_thread_area", __NR_set_thread_area, 0, { 0 } }, { "getdents64", __NR_getdents64, 1, { 4, 0, 1000 } },
	{ "mincore", __NR_mincore, 2, { 0x08048000, 4096, 0 } }, { "utimensat", __NR_utimensat, 1, { -100, 0, 0, 0 } },
	{ "utimensat times", __NR_utimensat, 2, { -100, (long)"file", 0, 0 } }, { "prctl name", __NR_prctl, 1, { 15, 0 } },
	{ "getresuid", __NR_getresuid32, 0, { 0, 0, 0 } }, { "getgroups", __NR_setgroups32, 1, { 1, 0 } },
	{ "setitimer", __NR_setitimer, 1, { 0, 0, 0 } }, { "getitimer", __NR_getitimer, 1, { 0, 0 } },
	{ "statx", __NR_statx, 4, { -100, (long)"file", 0, 0x7ff, 0 } }, { "getrandom", __NR_getrandom, 0, { 0, 16, 0 } },
	{ "pipe2", __NR_pipe2, 0, { 0, 0 } }, { "ioctl", __NR_ioctl, 2, { 5, 0x541b, 0 } }, { "fcntl lock", __NR_fcntl64, 2, { 3, 5, 0 } },
	{ "mount type", __NR_mount, 2, { (long)"a", (long)"/", 0, 0, 0 } }, { "memfd_create", __NR_memfd_create, 0, { 0, 0 } },
	{ "rt_sigtimedwait", __NR_rt_sigtimedwait, 0, { 0, 0, 0, 8 } }, { "wait4 rusage", __NR_prlimit64, 3, { 0, 3, 0, 0 } },
};

static void must_fault(unsigned long bad)
{
	for (unsigned i = 0; i < sizeof table / sizeof *table; i++) {
		long a[6], r;

		memcpy(a, table[i].a, sizeof a);
		a[table[i].bad] = bad;
		lseek(3, 0, SEEK_SET);
		r = raw_syscall(table[i].n, a[0], a[1], a[2], a[3], a[4], a[5]);
		if (r != -EFAULT)
			SAY("not ok %s at %#lx: %ld\n", table[i].name, bad, r), test_failures++;
	}
}

int main(void)
{
	static const unsigned long values[] = { 0, -1ul, 0xc0000000, 0xc0100000, 0xbfffffff, 0xbffffffc, 0xf8800000, 0xffc00000,
		0xfffff000, 0x7fffffff, 0x80000000 };
	int status, pipes[2];

	on_pagoda_only();
	for (int fd = 3; fd < 10; fd++)
		close(fd);
	CHECK(make_file("file", 100) == 3 && open(".", O_RDONLY) == 4 && pipe(pipes) == 0 && pipes[0] == 5);
	IN_CHILD(status, must_fault(0xc0100000); must_fault(-1ul); must_fault(0xfffff000); must_fault(16));
	CHECK(status == 0);
	SAY("EFAULT from %d calls\n", (int)(sizeof table / sizeof *table));
	unlink("x");
	for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
		IN_CHILD(status, {
			/* Descriptor 0 is a file of our own: some of these calls change its mode and owner. */
			int scratch = make_file("scratch", 0);

			dup2(scratch, 0);
			alarm(20);
			round_of(values[i]);
			CHECK(getpid() > 1);
		});
		if (status != 0)
			SAY("not ok value %#lx: status %#x\n", values[i], status), test_failures++;
	}
	unlink("scratch");
	SAY("all numbers, all values\n");
	unlink("x");
	unlink("file");
	return done();
}
