/* SPDX-License-Identifier: MIT */
/*
 * reference: pagoda-only (the kernels that it is compared with are built without failslab)
 *
 * Other tests, with one allocation in some dozens failing at random. What they say does not matter, they need not even begin; but the
 * kernel must neither break nor lose anything, which the harness looks for afterwards.
 */
#include <dirent.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include "test.h"

#define ROUNDS 1		/* more, by hand, find more */
#define SECONDS 1

static const char *const programs[] = {
	"cow_fork", "cow_private_file", "elf_malformed", "exec_interp", "exec_script", "exec_state", "exec_timers",
	"fs_dup_offsets", "fs_fifo_mknod", "fs_links", "fs_locks", "fs_open_flags", "fs_rename", "fs_sendfile",
	"fs_sparse_truncate", "fs_symlink_loops", "fs_times", "fs_willneed", "futex_robust", "groups", "map_exit_truncate",
	"mmap_grown_file", "mmap_place", "mmap_shared", "mmap_sigbus", "mprotect", "mremap", "null_pointer", "pipe_basic",
	"poll", "proc_dying", "proc_self", "pty_basic", "pty_devpts", "pty_hangup", "pty_jobctrl", "select_table",
	"signal_faults", "signals", "stack_growth", "thread_exec", "thread_signals", "threads", "timers", "vfork", "wait",
};

static void set(const char *dir, const char *knob, const char *value)
{
	char name[100];
	int fd;

	snprintf(name, sizeof name, "%s%s", dir, knob);
	fd = open(name, O_WRONLY);
	CHECK(fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value));
	close(fd);
}

static void set_both(const char *knob, const char *value)
{
	set("/sys/kernel/debug/failslab/", knob, value);
	set("/sys/kernel/debug/fail_page_alloc/", knob, value);
}

static void run(const char *program)
{
	char path[100];
	struct timespec limit = { .tv_sec = SECONDS };
	sigset_t child, none;
	pid_t pid;

	sigemptyset(&none);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	snprintf(path, sizeof path, "/tests/%s", program);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		char *argv[] = { path, NULL }, *envp[] = { "PATH=/bin", "HOME=/", NULL };
		int null = open("/dev/null", O_RDWR), fail = open("/proc/self/make-it-fail", O_WRONLY | O_CLOEXEC);

		setpgid(0, 0);
		sigprocmask(SIG_SETMASK, &none, NULL);
		dup2(null, 1);
		dup2(null, 2);
		/* Not as root, and that before anything may fail: where a fork fails, kill(pid) is kill(-1). */
		if (setuid(1000) == 0 && write(fail, "1", 1) == 1)
			execve(path, argv, envp);
		_exit(127);
	}
	CHECK(pid > 0);
	sigtimedwait(&child, NULL, &limit);	/* it has ended, or has had its time */
	kill(-1, SIGKILL);		/* whatever it has left running; this is the only test there is now */
	while (wait(NULL) > 0)
		;
	while (sigtimedwait(&child, NULL, &(struct timespec){ .tv_sec = 0 }) > 0)
		;
}

/* What a program that was stopped in the middle has left in its directory. */
static void remove_all(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	char name[600];

	while (d && (e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		snprintf(name, sizeof name, "%s/%s", dir, e->d_name);
		while (SYS(umount2, name, 0) == 0)
			;
		chmod(name, 0700);
		if (unlink(name) < 0 && e->d_type == DT_DIR)
			remove_all(name);
		rmdir(name);
	}
	if (d)
		closedir(d);
}

int main(void)
{
	if (access("/sys/kernel/debug/failslab", F_OK) < 0) {
		SAY("not run: this kernel cannot inject failures\n");
		return 0;
	}
	chmod(".", 0777);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	set_both("verbose", "0");
	set_both("task-filter", "Y");
	set_both("times", "-1");
	for (int round = 0; round < ROUNDS; round++) {
		set_both("probability", round % 2 ? "1" : "3");
		for (unsigned i = 0; i < sizeof programs / sizeof *programs; i++) {
			run(programs[i]);
			remove_all(".");
		}
	}
	set_both("probability", "0");
	set_both("task-filter", "N");
	set_both("times", "1");
	set_both("verbose", "2");
	return done();
}
