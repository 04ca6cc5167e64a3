/* SPDX-License-Identifier: MIT */
/*
 * reference: pagoda-only (the kernels that it is compared with are built without /proc/PID/fail-nth)
 *
 * Each allocation that a system call or a fault makes fails once: the first, then the second, and so on, until the call succeeds
 * with the failure still to come. A call that failed must say ENOMEM and have changed nothing: the areas, the descriptors and what
 * the case itself looks at are as before. A fault has nobody to tell, so it is served later. What was lost on the way shows in the
 * harness, which weighs and looks at every page after the test.
 */
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <time.h>
#include "thread.h"

#define MAX_POINTS 400
#define AREA (16 * PAGE)

static int nth_fd;
static char *area;		/* what a case prepares */
static int file_fd, pipe_fds[2];
static pid_t idle;

static void arm(int n)
{
	char text[16];
	int len = snprintf(text, sizeof text, "%d", n);

	if (pwrite(nth_fd, text, len, 0) != len)
		CHECK(!"armed");
}

/* How many allocations were left to go; 0: one has failed. */
static int disarm(void)
{
	char text[16] = "";
	int n = pread(nth_fd, text, sizeof text - 1, 0);

	CHECK(n > 0);
	arm(0);
	return atoi(text);
}

/* ---- what must be the same after a failure ---- */

struct state { char maps[8192]; int next_fd; };

/* The areas, one in a line, but neighbours that differ in nothing are one: a failed call may leave an area in two. */
static void read_areas(FILE *f, char *out, int size)
{
	unsigned long start, end, first = 0, last = 0;
	char line[300], rest[200], before[200] = "";
	int n = 0;

	while (fgets(line, sizeof line, f)) {
		char *p = strchr(line, ' ');

		if (sscanf(line, "%lx-%lx", &start, &end) != 2 || !p)
			continue;
		snprintf(rest, sizeof rest, "%.5s%s", p, strchr(p + 6, ' '));	/* without the offset */
		if (start == last && !strcmp(rest, before)) {
			last = end;
			continue;
		}
		n += snprintf(out + n, size - n, "%lx-%lx%s", first, last, before);
		first = start;
		last = end;
		strcpy(before, rest);
	}
	snprintf(out + n, size - n, "%lx-%lx%s", first, last, before);
}

static void look(struct state *s)
{
	FILE *f = fopen("/proc/self/maps", "r");

	CHECK(f != NULL);
	read_areas(f, s->maps, sizeof s->maps);
	fclose(f);
	s->next_fd = dup(0);
	close(s->next_fd);
}

/* ---- the cases ---- */

struct op {
	const char *name;
	void (*prepare)(void);
	long (*call)(void);
	void (*finish)(long result);	/* undoes a success */
	void (*check)(void);		/* after a failure: nothing has happened */
	void (*clean)(void);		/* undoes prepare */
	int may_succeed;		/* although an allocation failed: it has another way; 2: it must */
	int error;			/* other than ENOMEM, that Linux gives */
};

static void map_area(void)
{
	area = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(area != MAP_FAILED);
}
static void map_filled(void)
{
	map_area();
	for (int i = 0; i < AREA; i += PAGE)
		area[i] = 1 + i / PAGE;
}
static void check_filled(void)
{
	for (int i = 0; i < AREA; i += PAGE)
		CHECK(area[i] == 1 + i / PAGE);
}
static void unmap_area(void) { CHECK(munmap(area, AREA) == 0); }
static void make_test_file(void) { file_fd = make_file("f", AREA); }
static void remove_test_file(void) { close(file_fd); CHECK(unlink("f") == 0); }
static void close_result(long fd) { CHECK(close(fd) == 0); }
static void unmap_result(long p) { CHECK(munmap((void *)p, AREA) == 0); }

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
static long do_setgroups(void) { gid_t g[3] = { 1, 2, 3 }; return SYS(setgroups32, 3, g); }
static long do_setuid(void) { return SYS(setresuid32, -1, -1, -1); }
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

static const struct op ops[] = {
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
	{ .name = "mlock", .prepare = map_area, .call = do_mlock, .finish = munlock_back, .clean = unmap_area, .may_succeed = 1 },
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
	{ .name = "setgroups", .call = do_setgroups },
	{ .name = "setresuid", .call = do_setuid },
	{ .name = "ptmx", .call = do_ptmx, .finish = close_result },
	{ .name = "sigqueue", .prepare = block_signal, .call = do_queue_signal, .finish = take_signal },
	{ .name = "mount", .prepare = make_dir, .clean = remove_dir, .call = do_mount, .finish = umount_back },
	{ .name = "proc", .call = do_proc },
};

/* One attempt, in which the nth allocation fails. True: there was none. */
static int attempt(const struct op *op, int n)
{
	static struct state before, after;
	int left, error;
	long r;

	if (op->prepare)
		op->prepare();
	look(&before);
	arm(n);
	errno = 0;
	r = op->call();
	error = errno;
	left = disarm();
	if (r == -1 && left == 0 && op->may_succeed < 2) {
		if (error != ENOMEM && error != op->error)
			SAY("not ok %s, allocation %d: error %d\n", op->name, n, error), test_failures++;
		look(&after);
		if (strcmp(before.maps, after.maps))
			SAY("not ok %s, allocation %d: areas before\n%s and after\n%s", op->name, n, before.maps, after.maps),
			test_failures++;
		if (before.next_fd != after.next_fd)
			SAY("not ok %s, allocation %d: a descriptor is lost\n", op->name, n), test_failures++;
		if (op->check)
			op->check();
	} else {
		if (left == 0 && !op->may_succeed)
			SAY("# %s, allocation %d: succeeds\n", op->name, n);
		if (r == -1 || (op->may_succeed == 2 && r != 0))
			SAY("not ok %s, allocation %d: result %ld, error %d\n", op->name, n, r, error), test_failures++;
		else if (op->finish)
			op->finish(r);
	}
	if (op->clean)
		op->clean();
	return left > 0;
}

/* A new program: the call fails and the old one goes on, or the new one runs; when the old one is gone already, SIGSEGV as on Linux. */
static void try_exec(char *self)
{
	int n, status;

	for (n = 1; n < MAX_POINTS; n++) {
		pid_t pid = fork();

		if (pid == 0) {
			char fd[12], *argv[] = { self, fd, NULL }, *envp[] = { "A=B", NULL };

			nth_fd = open("/proc/self/fail-nth", O_RDWR);	/* ours; the inherited one is the parent's */
			snprintf(fd, sizeof fd, "%d", nth_fd);
			arm(n);
			execve(self, argv, envp);
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
	SAY("# execve: %d allocations\n", n - 1);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		nth_fd = atoi(argv[1]);		/* try_exec's new program */
		_exit(disarm() ? 6 : 7);
	}
	nth_fd = open("/proc/self/fail-nth", O_RDWR);
	if (nth_fd < 0) {
		SAY("not run: this kernel cannot inject failures\n");
		return 0;
	}
	for (const struct op *op = ops; op < ops + sizeof ops / sizeof *ops; op++) {
		int n = 1;

		while (n < MAX_POINTS && !attempt(op, n))
			n++;
		CHECK(n < MAX_POINTS);
		SAY("# %s: %d allocations\n", op->name, n - 1);
	}
	try_exec(argv[0]);
	return done();
}
