/* SPDX-License-Identifier: MIT */
/* System calls on processes: identity, groups, execution, waiting, limits. */
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include "user/libc/internal/syscall.h"

long syscall(long number, ...)
{
	long a[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	return sys_call(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

pid_t fork(void) { return sys_call(__NR_fork); }
/* A vfork that shares the stack needs care from its callers; a true fork does the same, slower. */
pid_t vfork(void) { return fork(); }
pid_t getpid(void) { return raw_syscall(__NR_getpid); }
pid_t getppid(void) { return raw_syscall(__NR_getppid); }
pid_t gettid(void) { return raw_syscall(__NR_gettid); }
pid_t getpgrp(void) { return raw_syscall(__NR_getpgrp); }
pid_t getpgid(pid_t pid) { return sys_call(__NR_getpgid, pid); }
int setpgid(pid_t pid, pid_t pgid) { return sys_call(__NR_setpgid, pid, pgid); }
pid_t getsid(pid_t pid) { return sys_call(__NR_getsid, pid); }
pid_t setsid(void) { return sys_call(__NR_setsid); }
uid_t getuid(void) { return raw_syscall(__NR_getuid32); }
uid_t geteuid(void) { return raw_syscall(__NR_geteuid32); }
gid_t getgid(void) { return raw_syscall(__NR_getgid32); }
gid_t getegid(void) { return raw_syscall(__NR_getegid32); }
int setuid(uid_t uid) { return sys_call(__NR_setuid32, uid); }
int setgid(gid_t gid) { return sys_call(__NR_setgid32, gid); }
int seteuid(uid_t uid) { return sys_call(__NR_setresuid32, -1, uid, -1); }
int setegid(gid_t gid) { return sys_call(__NR_setresgid32, -1, gid, -1); }
int getgroups(int n, gid_t list[]) { return sys_call(__NR_getgroups32, n, list); }

pid_t tcgetpgrp(int fd)
{
	pid_t pgrp;

	return ioctl(fd, TIOCGPGRP, &pgrp) < 0 ? -1 : pgrp;
}

int tcsetpgrp(int fd, pid_t pgrp)
{
	return ioctl(fd, TIOCSPGRP, &pgrp);
}

int execve(const char *path, char *const argv[], char *const envp[])
{
	return sys_call(__NR_execve, path, argv, envp);
}

int execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

/* A file without a magic number is a script for the shell. */
static void exec_script(const char *path, char *const argv[], char *const envp[])
{
	size_t n = 0;

	while (argv[n])
		n++;

	char *args[n + 3];

	args[0] = argv[0] ? argv[0] : "sh";
	args[1] = (char *)path;
	for (size_t i = 1; i <= n; i++)
		args[i + 1] = argv[i];
	args[n + 1 + !n] = NULL;
	execve("/bin/sh", args, envp);
}

static int try_exec(const char *path, char *const argv[], char *const envp[])
{
	execve(path, argv, envp);
	if (errno == ENOEXEC)
		exec_script(path, argv, envp);
	return -1;
}

int execvpe(const char *file, char *const argv[], char *const envp[])
{
	const char *path = getenv("PATH");
	int denied = 0;

	if (strchr(file, '/'))
		return try_exec(file, argv, envp);
	if (!*file) {
		errno = ENOENT;
		return -1;
	}
	for (path = path ? path : "/bin:/usr/bin"; path; path = *path ? path + 1 : NULL) {
		size_t n = strcspn(path, ":");
		char full[PATH_MAX];

		if (n + strlen(file) + 2 <= sizeof(full)) {
			memcpy(full, path, n);
			full[n] = '/';
			strcpy(full + n + !!n, file);
			try_exec(full, argv, envp);
			if (errno == EACCES)
				denied = 1;
			else if (errno != ENOENT && errno != ENOTDIR)
				return -1;
		}
		path += n;
	}
	errno = denied ? EACCES : ENOENT;
	return -1;
}

int execvp(const char *file, char *const argv[])
{
	return execvpe(file, argv, environ);
}

#define ARGUMENTS(arg) \
	va_list ap, again; \
	size_t n = 1; \
	va_start(ap, arg); \
	va_copy(again, ap); \
	while (va_arg(again, char *)) \
		n++; \
	va_end(again); \
	char *argv[n + 1]; \
	argv[0] = (char *)arg; \
	for (size_t i = 1; i <= n; i++) \
		argv[i] = va_arg(ap, char *); \
	va_end(ap)

int execl(const char *path, const char *arg, ...)
{
	ARGUMENTS(arg);
	return execv(path, argv);
}

int execlp(const char *file, const char *arg, ...)
{
	ARGUMENTS(arg);
	return execvp(file, argv);
}

pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
	return sys_call(__NR_wait4, pid, status, options, usage);
}

pid_t wait3(int *status, int options, struct rusage *usage) { return wait4(-1, status, options, usage); }
pid_t waitpid(pid_t pid, int *status, int options) { return wait4(pid, status, options, NULL); }
pid_t wait(int *status) { return waitpid(-1, status, 0); }

int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	return sys_call(__NR_waitid, type, id, info, options, NULL);
}

int getrlimit(int resource, struct rlimit *limit) { return sys_call(__NR_ugetrlimit, resource, limit); }
int setrlimit(int resource, const struct rlimit *limit) { return sys_call(__NR_setrlimit, resource, limit); }
int getrusage(int who, struct rusage *usage) { return sys_call(__NR_getrusage, who, usage); }

/* The kernel answers 20 - nice, so that no valid result looks like an error. */
int getpriority(int which, id_t who)
{
	long r = sys_call(__NR_getpriority, which, who);

	return r < 0 ? -1 : 20 - r;
}

int setpriority(int which, id_t who, int prio) { return sys_call(__NR_setpriority, which, who, prio); }

int nice(int inc)
{
	if (sys_call(__NR_nice, inc) < 0)
		return -1;
	errno = 0;
	return getpriority(PRIO_PROCESS, 0);
}

int sched_yield(void) { return sys_call(__NR_sched_yield); }
clock_t times(struct tms *buf) { return raw_syscall(__NR_times, buf); }
int uname(struct utsname *u) { return sys_call(__NR_uname, u); }
int sysinfo(struct sysinfo *info) { return sys_call(__NR_sysinfo, info); }
int klogctl(int type, char *buf, int len) { return sys_call(__NR_syslog, type, buf, len); }
int personality(unsigned long persona) { return sys_call(__NR_personality, persona); }
int sethostname(const char *name, size_t n) { return sys_call(__NR_sethostname, name, n); }

int reboot(int command)
{
	return sys_call(__NR_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, command, NULL);
}

int prctl(int option, ...)
{
	long a[4];
	va_list ap;

	va_start(ap, option);
	for (int i = 0; i < 4; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	return sys_call(__NR_prctl, option, a[0], a[1], a[2], a[3]);
}

int gethostname(char *name, size_t n)
{
	struct utsname u;

	if (uname(&u) < 0)
		return -1;
	if (strlcpy(name, u.nodename, n) >= n) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return 0;
}

int getpagesize(void)
{
	return (int)getauxval(AT_PAGESZ);
}

/* Processors online, counted in /proc/stat: "cpu0 ...", "cpu1 ...". */
static long count_cpus(void)
{
	FILE *f = fopen("/proc/stat", "re");
	char *line = NULL;
	size_t cap = 0;
	long n = 0;

	while (f && getline(&line, &cap, f) > 0)
		n += !strncmp(line, "cpu", 3) && line[3] >= '0' && line[3] <= '9';
	free(line);
	if (f)
		fclose(f);
	return n ? n : 1;
}

static long pages(int available)
{
	struct sysinfo si;

	if (sysinfo(&si) < 0)
		return -1;
	return (long)((unsigned long long)(available ? si.freeram : si.totalram) * si.mem_unit / getpagesize());
}

long sysconf(int name)
{
	struct rlimit rl;

	switch (name) {
	case _SC_ARG_MAX:
		return ARG_MAX;
	case _SC_CLK_TCK:
		return USER_HZ;
	case _SC_CHILD_MAX:
		return getrlimit(RLIMIT_NPROC, &rl) < 0 ? -1 : (long)rl.rlim_cur;
	case _SC_OPEN_MAX:
		return getrlimit(RLIMIT_NOFILE, &rl) < 0 ? -1 : (long)rl.rlim_cur;
	case _SC_PAGESIZE:
		return getpagesize();
	case _SC_NPROCESSORS_CONF:
	case _SC_NPROCESSORS_ONLN:
		return count_cpus();
	case _SC_PHYS_PAGES:
		return pages(0);
	case _SC_AVPHYS_PAGES:
		return pages(1);
	}
	errno = EINVAL;
	return -1;
}
