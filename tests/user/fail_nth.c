/* SPDX-License-Identifier: MIT */
/*
 * reference: pagoda-only (the kernels that it is compared with are built without /proc/PID/fail-nth)
 *
 * Tasks and memory with each allocation failing once: see fail.h.
 */
#include <sched.h>
#include <time.h>
#include "fail.h"
#include "thread.h"

static int pipe_fds[2];
static pid_t idle;

static long do_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(7);
	return pid;
}
static long do_vfork(void) { return SYS(clone, CLONE_VFORK | SIGCHLD, 0, NULL, NULL, NULL) ?: (_exit(7), 0); }
static void reap(long pid)
{
	int status;

	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 7);
}
static void no_children(void) { CHECK(waitpid(-1, NULL, 0) == -1 && errno == ECHILD); }
static struct thread thread;
static volatile int ran;
static void run_thread(void *arg) { (void)arg; ran = 1; }
static long do_thread(void)
{
	long r = thread_start(&thread, run_thread, NULL);

	errno = r < 0 ? -r : 0;
	return r < 0 ? -1 : r;
}
static void join(long tid) { (void)tid; thread_join(&thread); CHECK(ran == 1); ran = 0; }
static void not_run(void) { CHECK(ran == 0); }
static long do_mmap_anon(void)
{
	return (long)mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
static long do_mmap_shared(void)
{
	return (long)mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}
static long do_mmap_populate(void)
{
	return (long)mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
}
static long do_mmap_file(void) { return (long)mmap(NULL, AREA, PROT_READ, MAP_PRIVATE, file_fd, 0); }
static long do_mmap_over(void)
{
	return (long)mmap(area + 4 * PAGE, 4 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}
static long do_munmap_middle(void) { return munmap(area + 4 * PAGE, 4 * PAGE); }
static long do_mprotect_middle(void) { return mprotect(area + 4 * PAGE, 4 * PAGE, PROT_READ); }
static long do_mremap_move(void) { return (long)mremap(area, AREA, 2 * AREA, MREMAP_MAYMOVE); }
static void mremap_back(long p)
{
	area = (char *)p;
	check_filled();
	CHECK(munmap(area + AREA, AREA) == 0);
}
static long do_mremap_fixed(void)
{
	return (long)mremap(area + 4 * PAGE, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, area + AREA + (8 << 20));
}
static void mremap_fixed_back(long p)
{
	unsigned char v[4];

	CHECK(((char *)p)[PAGE] == 6 && munmap((char *)p, 4 * PAGE) == 0);
	CHECK(SYS(mincore, area + 4 * PAGE, 4 * PAGE, v) == -1 && errno == ENOMEM);	/* moved, not copied */
}
static long do_brk(void) { return (long)sbrk(8 << 20); }
static void brk_back(long p) { CHECK(sbrk(-(8 << 20)) == (void *)(p + (8 << 20))); }
static long do_mlock(void) { return mlock(area, AREA); }
static void munlock_back(long r) { (void)r; CHECK(munlock(area, AREA) == 0); }
static long do_dontneed(void) { return madvise(area + 4 * PAGE, 4 * PAGE, MADV_DONTNEED); }
static long do_mincore(void) { unsigned char v[16]; return SYS(mincore, area, AREA, v); }
/* Faults: they may not fail, whatever happens inside. */
static long read_fault(void) { return ((volatile char *)area)[3 * PAGE]; }
static long write_fault(void) { ((volatile char *)area)[3 * PAGE] = 1; return area[3 * PAGE] - 1; }
static long kernel_write_fault(void) { return pread(file_fd, area + 5 * PAGE - 100, 200, 0) - 200; }
static void area_and_file(void) { make_test_file(); map_area(); }
static void fork_idle(void)
{
	map_filled();
	CHECK(pipe(pipe_fds) == 0);
	idle = fork();
	if (!idle) {
		char c;

		close(pipe_fds[1]);
		read(pipe_fds[0], &c, 1);
		_exit(7);
	}
}
static void end_idle(void)
{
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	reap(idle);
	unmap_area();
}
static long cow_fault(void) { ((volatile char *)area)[3 * PAGE] = 1; return area[3 * PAGE] - 1 + area[2 * PAGE] - 3; }
static void map_file_private(void) { make_test_file(); area = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE, file_fd, 0); }
static void map_file_shared(void) { make_test_file(); area = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_SHARED, file_fd, 0); }
static void unmap_file(void) { unmap_area(); remove_test_file(); }
static long file_read_fault(void) { return ((volatile unsigned char *)area)[3 * PAGE + 5] - (3 * PAGE + 5) % 251; }
static void map_file_hole(void)
{
	file_fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0644);
	CHECK(file_fd >= 0 && ftruncate(file_fd, AREA) == 0);
	area = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_SHARED, file_fd, 0);
}
static long do_setgroups(void) { gid_t g[3] = { 1, 2, 3 }; return SYS(setgroups32, 3, g); }
static long do_setuid(void) { return SYS(setresuid32, -1, -1, -1); }
static long do_queue_signal(void)
{
	siginfo_t info = { .si_signo = SIGRTMIN, .si_code = -1 };

	return SYS(rt_sigqueueinfo, getpid(), SIGRTMIN, &info);
}
static void block_signal(void) { sigset_t s; sigemptyset(&s); sigaddset(&s, SIGRTMIN); sigprocmask(SIG_BLOCK, &s, NULL); }
static void take_signal(long r)
{
	sigset_t s;
	struct timespec now = { .tv_sec = 0 };

	(void)r;
	sigemptyset(&s);
	sigaddset(&s, SIGRTMIN);
	CHECK(sigtimedwait(&s, NULL, &now) == SIGRTMIN);
}
static void cold_mapping(void) { map_file_private(); chill(); }
static long shared_fault(void) { ((volatile char *)area)[3 * PAGE] = 1; return area[3 * PAGE] - 1; }
static void map_shared(void) { area = (char *)do_mmap_shared(); }
static void map_growing(void)
{
	area = mmap(NULL, 2 * AREA, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(munmap(area, 2 * AREA) == 0);
	CHECK(mmap(area + AREA, AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN, -1, 0) ==
	      area + AREA);
}
static long stack_fault(void) { ((volatile char *)area)[AREA - 100] = 1; return area[AREA - 100] - 1; }
static void unmap_growing(void) { CHECK(munmap(area, 2 * AREA) == 0); }
static long do_willneed(void) { return madvise(area, AREA, MADV_WILLNEED); }
static long do_msync(void) { return msync(area, AREA, MS_SYNC); }
static void map_dirty(void) { map_file_shared(); area[PAGE] = 1; }
static long do_affinity(void) { unsigned long mask = 1; return SYS(sched_setaffinity, 0, sizeof mask, &mask) < 0 ? -1 : 0; }
static long do_sigaction(void) { struct sigaction a = { .sa_handler = SIG_IGN }; return sigaction(SIGUSR1, &a, NULL); }

static const struct op ops[] = {
	{ .name = "cold fault", .prepare = cold_mapping, .call = file_read_fault, .clean = unmap_file, .may_succeed = 2 },
	{ .name = "fault: shared memory", .prepare = map_shared, .call = shared_fault, .clean = unmap_area, .may_succeed = 2 },
	{ .name = "fault: stack", .prepare = map_growing, .call = stack_fault, .clean = unmap_growing, .may_succeed = 2 },
	{ .name = "willneed", .prepare = cold_mapping, .call = do_willneed, .clean = unmap_file, .may_succeed = 1 },
	{ .name = "msync", .prepare = map_dirty, .call = do_msync, .clean = unmap_file, .may_succeed = 1, .error = EIO },
	{ .name = "affinity", .call = do_affinity },
	{ .name = "sigaction", .call = do_sigaction },
	{ .name = "fork", .prepare = map_filled, .call = do_fork, .finish = reap, .check = no_children, .clean = unmap_area },
	{ .name = "vfork", .call = do_vfork, .finish = reap, .check = no_children },
	{ .name = "thread", .call = do_thread, .finish = join, .check = not_run },
	{ .name = "mmap", .call = do_mmap_anon, .finish = unmap_result },
	{ .name = "mmap shared", .call = do_mmap_shared, .finish = unmap_result },
	{ .name = "mmap populate", .call = do_mmap_populate, .finish = unmap_result, .may_succeed = 1 },
	{ .name = "mmap file", .prepare = make_test_file, .call = do_mmap_file, .finish = unmap_result, .clean = remove_test_file },
	{ .name = "mmap over", .prepare = map_filled, .call = do_mmap_over, .check = check_filled, .clean = unmap_area },
	{ .name = "munmap", .prepare = map_filled, .call = do_munmap_middle, .check = check_filled, .clean = unmap_area },
	{ .name = "mprotect", .prepare = map_filled, .call = do_mprotect_middle, .check = check_filled, .clean = unmap_area },
	{ .name = "mremap grow", .prepare = map_filled, .call = do_mremap_move, .finish = mremap_back,
	  .check = check_filled, .clean = unmap_area },
	{ .name = "mremap move", .prepare = map_filled, .call = do_mremap_fixed, .finish = mremap_fixed_back,
	  .check = check_filled, .clean = unmap_area },
	{ .name = "brk", .call = do_brk, .finish = brk_back },
	{ .name = "mlock", .prepare = map_area, .call = do_mlock, .finish = munlock_back, .clean = unmap_area, .may_succeed = 1,
	  .error = EAGAIN },
	{ .name = "madvise", .prepare = map_filled, .call = do_dontneed, .check = check_filled, .clean = unmap_area },
	{ .name = "mincore", .prepare = map_filled, .call = do_mincore, .clean = unmap_area },
	{ .name = "fault: read", .prepare = map_area, .call = read_fault, .clean = unmap_area, .may_succeed = 2 },
	{ .name = "fault: write", .prepare = map_area, .call = write_fault, .clean = unmap_area, .may_succeed = 2 },
	{ .name = "fault: copy on write", .prepare = fork_idle, .call = cow_fault, .clean = end_idle, .may_succeed = 2 },
	{ .name = "fault: file, read", .prepare = map_file_private, .call = file_read_fault, .clean = unmap_file, .may_succeed = 2 },
	{ .name = "fault: file, private write", .prepare = map_file_private, .call = write_fault, .clean = unmap_file, .may_succeed = 2 },
	{ .name = "fault: file, shared write", .prepare = map_file_shared, .call = write_fault, .clean = unmap_file, .may_succeed = 2 },
	{ .name = "fault: file, hole", .prepare = map_file_hole, .call = write_fault, .clean = unmap_file, .may_succeed = 2 },
	{ .name = "fault: read(2)", .prepare = area_and_file, .call = kernel_write_fault, .clean = unmap_file, .may_succeed = 2 },
	{ .name = "setgroups", .call = do_setgroups },
	{ .name = "setresuid", .call = do_setuid },
	{ .name = "sigqueue", .prepare = block_signal, .call = do_queue_signal, .finish = take_signal },
};

/* The program is the interpreter of the script, and gets the argument. */
static void make_script(const char *name, const char *self, const char *argument)
{
	char text[200];
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755), n = snprintf(text, sizeof text, "#!%s %s\n", self, argument);

	CHECK(fd >= 0 && write(fd, text, n) == n);
	close(fd);
}

/* A new program: the call fails and the old one goes on, or the new one runs; when the old one is gone already, SIGSEGV as on Linux. */
static void try_exec(const char *what, char *program, char *self)
{
	int n, status;

	for (n = 1; n < MAX_POINTS; n++) {
		pid_t pid = fork();

		if (pid == 0) {
			char fd[12], *argv[] = { program, fd, NULL }, *envp[] = { "A=B", NULL };

			nth_fd = open("/proc/self/fail-nth", O_RDWR);	/* ours; the inherited one is the parent's */
			snprintf(fd, sizeof fd, "%d", nth_fd);
			if (program != self)
				make_script(program, self, fd);
			arm(n);
			execve(program, argv, envp);
			_exit(errno == ENOMEM ? 8 : 9);
		}
		CHECK(waitpid(pid, &status, 0) == pid);
		if (WIFEXITED(status) && WEXITSTATUS(status) == 6)
			break;
		if (!(WIFEXITED(status) && (WEXITSTATUS(status) == 8 || WEXITSTATUS(status) == 7)) &&
		    !(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV))
			SAY("not ok execve, allocation %d: status %x\n", n, status), test_failures++;
	}
	CHECK(n < MAX_POINTS);
	SAY("# %s: %d allocations\n", what, n - 1);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		nth_fd = atoi(argv[1]);		/* try_exec's new program */
		_exit(disarm() ? 6 : 7);
	}
	if (!open_fail_nth())
		return 0;
	attempt_all(ops, sizeof ops / sizeof *ops);
	try_exec("execve", argv[0], argv[0]);
	try_exec("execve of a script", "script", argv[0]);
	CHECK(unlink("script") == 0);
	return done();
}
