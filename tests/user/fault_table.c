/* SPDX-License-Identifier: MIT */
/* reference: debian (where user memory ends is part of the answers) */
/*
 * One check for each line of the table of page faults at the head of mm/fault.c, under the name that stands there. It says how
 * the access ended, how many faults it took, and by how many kB the area's resident and private memory grew. What needs a disk
 * or swap is checked with the argument "disk", in a directory on ext2 and with swap (tests/boot/swap.py).
 */
#include <sys/mman.h>
#include <sys/resource.h>
#include "thread.h"

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define PLACE ((char *)0x60000000)

static const char *name;

/* A value of the smaps of the area that begins at p, in kB. */
static long smaps(const char *p, const char *what)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	char line[200];
	long kb = 0;
	int found = 0;

	while (fgets(line, sizeof line, f))
		if (strstr(line, " kB") == NULL)
			found = (strstr(line, "VmFlags") ? found : (char *)strtoul(line, NULL, 16) == p);
		else if (found && !strncmp(line, what, strlen(what)))
			kb = strtol(line + strlen(what), NULL, 10);
	fclose(f);
	return kb;
}

/* The instruction at p, which should be a ret. */
static int fetch(char *p)
{
	struct sigaction action = { .sa_flags = SA_SIGINFO };
	int sig;

	action.sa_sigaction = on_fault;
	sigaction(SIGSEGV, &action, NULL);
	sig = sigsetjmp(fault_return, 1);
	if (!sig)
		((void (*)(void))p)();
	return sig;
}

struct counts { long minor, major; };

static struct counts faults(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (struct counts){ r.ru_minflt, r.ru_majflt };
}

enum { READ, WRITE, FETCH };

static int access_once(char *p, int how) { return how == FETCH ? fetch(p) : touch(p, how); }

/* The access, after one to memory that is there, so that only its own faults count. */
static struct counts see_quietly(char *base, long offset, int how)
{
	static char there[PAGE];
	struct counts before, after;
	int sig;

	there[0] = (char)0xc3;
	touch(there, WRITE);
	touch((char *)PAGE, READ);		/* and a signal */
	faults();
	before = faults();
	sig = access_once(base + offset, how);
	after = faults();
	if (sig)
		SAY("%s: signal %d code %d at %+ld", name, sig, fault_info.si_code, (long)((char *)fault_info.si_addr - base));
	else
		SAY("%s: ok", name);
	return (struct counts){ after.minor - before.minor, after.major - before.major };
}

static void see_outcome(char *base, long offset, int how)
{
	see_quietly(base, offset, how);
	SAY("\n");
}

static void see(char *base, long offset, int how)
{
	long rss = smaps(base, "Rss:"), anon = smaps(base, "Anonymous:");
	struct counts n = see_quietly(base, offset, how);

	SAY(", %ld minor %ld major, resident %+ld, private %+ld\n", n.minor, n.major, smaps(base, "Rss:") - rss,
	    smaps(base, "Anonymous:") - anon);
}

static char *map(int pages, int prot, int flags, int fd)
{
	char *p = mmap(PLACE, pages * PAGE, prot, flags | MAP_FIXED, fd, 0);

	CHECK(p == PLACE);
	return p;
}

static char *map_file(int size, int pages, int prot, int flags)
{
	int fd = make_file("file", size);
	char *p = map(pages, prot, flags, fd);

	close(fd);
	return p;
}

/* ---- private memory ---- */

static void anon_read(void) { see(map(4, RW, ANON, -1), PAGE, READ); }
static void anon_write(void) { see(map(4, RW, ANON, -1), PAGE, WRITE); }

static void zero_page_write(void)
{
	char *p = map(4, RW, ANON, -1);

	CHECK(PEEK(p) == 0);
	see(p, 0, WRITE);
	CHECK(p[0] == 1 && p[1] == 0);
}

static void sole_owner_write(void)
{
	char *p = map(4, RW, ANON, -1);
	int status;

	p[1] = 7;
	IN_CHILD(status, CHECK(p[1] == 7));
	see(p, 0, WRITE);
	CHECK(p[1] == 7);
}

/* While a child has the page too; it must see what was there before. how: by the program itself, or by the kernel for it. */
static void write_shared(int by_kernel)
{
	char *p = map(4, RW, ANON, -1), c;
	int go[2], status, fd = open("/dev/zero", O_RDONLY);
	pid_t pid;

	p[0] = 7;
	p[1] = 8;
	CHECK(pipe(go) == 0);
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		read(go[0], &c, 1);
		_exit(p[0] == 7 && p[1] == 8 ? 0 : 1);
	}
	if (by_kernel)
		SAY("%s: %d\n", name, (int)read(fd, p, 1));
	else
		see(p, 0, WRITE);
	CHECK(p[0] == (by_kernel ? 0 : 1) && p[1] == 8);
	close(go[1]);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

static void shared_anon_write(void) { write_shared(0); }
static void kernel_copy_on_write(void) { write_shared(1); }

/* ---- files ---- */

static void file_read(void)
{
	char *p = map_file(40 * PAGE, 40, PROT_READ, MAP_SHARED);

	see(p, 17 * PAGE, READ);
	CHECK(p[17 * PAGE] == (char)(17 * PAGE % 251) && p[31 * PAGE] == (char)(31 * PAGE % 251));
}

static void file_private_write(void)
{
	char *p = map_file(4 * PAGE, 4, RW, MAP_PRIVATE);

	see(p, PAGE, WRITE);
	CHECK(p[PAGE] == 1 && p[PAGE + 1] == (char)((PAGE + 1) % 251));
}

static void file_private_rewrite(void)
{
	char *p = map_file(4 * PAGE, 4, RW, MAP_PRIVATE);

	CHECK(PEEK(p + PAGE) == 0);
	see(p, PAGE, WRITE);
	CHECK(p[PAGE] == 1 && p[PAGE + 1] == (char)((PAGE + 1) % 251));
}

static int file_has(int offset)
{
	int fd = open("file", O_RDONLY);
	char c = 99;

	CHECK(pread(fd, &c, 1, offset) == 1);
	close(fd);
	return c;
}

static void file_shared_write(void)
{
	see(map_file(4 * PAGE, 4, RW, MAP_SHARED), PAGE, WRITE);
	CHECK(file_has(PAGE) == 1);
}

/* How many faults that takes depends on whether the file is ever written back. */
static void file_shared_rewrite(void)
{
	char *p = map_file(4 * PAGE, 4, RW, MAP_SHARED);

	CHECK(PEEK(p + PAGE) == 0);
	see_outcome(p, PAGE, WRITE);
	CHECK(file_has(PAGE) == 1);
}

static void file_behind_end(void)
{
	char *p = map_file(PAGE + 100, 4, RW, MAP_SHARED);

	see(p, 2 * PAGE, READ);
	see(p, 2 * PAGE + 5, WRITE);
	see(map_file(PAGE + 100, 4, RW, MAP_PRIVATE), 2 * PAGE + 5, WRITE);
}

static void file_truncated(void)
{
	for (int shared = 0; shared < 2; shared++) {
		char *p = map_file(4 * PAGE, 4, RW, shared ? MAP_SHARED : MAP_PRIVATE);

		p[2 * PAGE] = 1;
		CHECK(PEEK(p + 3 * PAGE) == 0 && truncate("file", PAGE) == 0);
		see_outcome(p, 2 * PAGE, READ);
		see_outcome(p, 3 * PAGE + 7, WRITE);
	}
}

static void shm_touch(void)
{
	char *p = map(4, RW, MAP_SHARED | MAP_ANONYMOUS, -1);

	see(p, 0, READ);
	see(p, PAGE, WRITE);
}

/* ---- the vDSO ---- */

static char *vdso(unsigned long *len)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[200], *end;
	unsigned long start = 0;

	while (fgets(line, sizeof line, maps))
		if (strstr(line, "[vdso]")) {
			start = strtoul(line, &end, 16);
			*len = strtoul(end + 1, NULL, 16) - start;
		}
	fclose(maps);
	return (char *)start;
}

static void vdso_read(void)
{
	unsigned long len;

	see_outcome(vdso(&len), 0, READ);
}

static void vdso_write(void)
{
	unsigned long len;
	char *p = vdso(&len);

	CHECK(PEEK(p) == 0);
	see_outcome(p, 0, WRITE);
	CHECK(mprotect(p, len, RW | PROT_EXEC) == 0);
	see_outcome(p, 0, WRITE);
	CHECK(p[0] == 1 && p[1] == 'E');
}

/* ---- several at once, and none ---- */

#define PAGES 200
static volatile int waiting;

static void touch_all(void *arg)
{
	char *p = arg;

	__atomic_sub_fetch(&waiting, 1, __ATOMIC_SEQ_CST);
	while (waiting)
		raw_syscall(__NR_sched_yield);
	for (int i = 0; i < PAGES; i++)
		p[i * PAGE] = 1;
}

static void two_threads(void)
{
	static struct thread threads[2];
	char *p = map(PAGES, RW, ANON, -1);
	int lost = 0;

	waiting = 2;
	for (int i = 0; i < 2; i++)
		CHECK(thread_start(&threads[i], touch_all, p + i) > 0);
	for (int i = 0; i < 2; i++)
		thread_join(&threads[i]);
	for (int i = 0; i < PAGES; i++)
		lost += p[i * PAGE] != 1 || p[i * PAGE + 1] != 1;
	SAY("%s: %d lost, %ld kB\n", name, lost, smaps(p, "Rss:"));
	CHECK(lost == 0);
}

static void mlocked(void)
{
	char *p = map(4, RW, ANON, -1);

	CHECK(mlock(p, 4 * PAGE) == 0);
	see(p, PAGE, READ);
	see(p, 2 * PAGE, WRITE);
}

/* ---- what the area says ---- */

static void hole(void)
{
	char *p = map(4, RW, ANON, -1);

	CHECK(munmap(p + PAGE, PAGE) == 0);
	see_outcome(p, PAGE, READ);
	see_outcome(p, 2 * PAGE - 1, WRITE);
	see_outcome(p, PAGE + 8, FETCH);
}

static void kernel_address(void)
{
	see_outcome((char *)0xc0000000, 0, READ);
	see_outcome((char *)0xc0000000, PAGE, WRITE);
	see_outcome((char *)0xfffff000, 0, READ);
}

static void read_only_write(void)
{
	char *p = map(4, PROT_READ, ANON, -1);

	see(p, 0, WRITE);
	CHECK(PEEK(p) == 0);
	see(p, 0, WRITE);
}

static void none_touch(void)
{
	char *p = map(4, PROT_NONE, ANON, -1);

	see(p, 0, READ);
	see(p, PAGE + 1, WRITE);
}

static void none_kept(void)
{
	char *p = map(4, RW, ANON, -1);

	p[0] = 7;
	CHECK(mprotect(p, 4 * PAGE, PROT_NONE) == 0);
	see(p, 0, READ);
	see(p, 0, WRITE);
	CHECK(mprotect(p, 4 * PAGE, RW) == 0 && p[0] == 7);
}

static void write_only_read(void) { see(map(4, PROT_WRITE, ANON, -1), 0, READ); }

static void exec_fetch(void)
{
	int fd = make_file("file", PAGE);
	char *p;

	CHECK(pwrite(fd, "\xc3", 1, 16) == 1);
	p = map(1, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd);
	see(p, 16, FETCH);
	p = map(1, PROT_EXEC, MAP_SHARED, fd);
	see(p, 16, FETCH);
}

static void no_exec_fetch(void)
{
	char *p = map(1, RW, ANON, -1);

	p[16] = (char)0xc3;
	see(p, 16, FETCH);
	p = map(1, PROT_NONE, ANON, -1);
	see(p, 16, FETCH);
}

static char *small_stack(void) { return map(4, RW, ANON | MAP_GROWSDOWN, -1); }

static void stack_grows(void)
{
	char *p = small_stack();

	see_outcome(p, -1, WRITE);
	see_outcome(p, -20 * PAGE, READ);
	SAY("%s: %ld kB\n", name, smaps(p - 20 * PAGE, "Size:"));
}

static void stack_gap(void)
{
	char *p = small_stack();

	CHECK(mmap(p - 300 * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0) == p - 300 * PAGE);
	see_outcome(p, -43 * PAGE, WRITE);		/* 256 pages stay free */
	see_outcome(p, -44 * PAGE, WRITE);
	/* One that nobody can touch needs no distance. */
	CHECK(mprotect(p - 300 * PAGE, PAGE, PROT_NONE) == 0);
	see_outcome(p, -299 * PAGE, WRITE);
}

static void stack_limit(void)
{
	struct rlimit l = { 40 * PAGE, RLIM_INFINITY };
	char *p = small_stack();

	CHECK(setrlimit(RLIMIT_STACK, &l) == 0);
	see_outcome(p, -36 * PAGE, WRITE);
	see_outcome(p, -36 * PAGE - 1, WRITE);
}

/* ---- by the kernel ---- */

static void kernel_access(void)
{
	char *p = map(4, RW, ANON, -1);
	int zero = open("/dev/zero", O_RDONLY), fd = make_file("file", 100);

	SAY("%s: %d", name, (int)read(zero, p + PAGE, 100));
	SAY(" %d, resident %ld\n", (int)pwrite(fd, p, 100, 0), smaps(p, "Rss:"));
}

static void say_call(ssize_t result)
{
	SAY("%s: %d, %d\n", name, (int)result, result < 0 ? errno : 0);
}

static void kernel_forbidden(void)
{
	char *p = map(4, PROT_READ, ANON, -1);
	int fd = make_file("file", 100);

	say_call(pread(fd, p, 10, 0));
	CHECK(mprotect(p, PAGE, PROT_NONE) == 0 && munmap(p + PAGE, PAGE) == 0);
	say_call(pwrite(fd, p, 10, 0));
	say_call(pwrite(fd, p + PAGE, 10, 0));
	say_call(pwrite(fd, (char *)0xc0000000, 10, 0));
}

static void kernel_behind_end(void)
{
	char *p = map_file(100, 4, RW, MAP_SHARED);
	int fd = open("/dev/zero", O_RDONLY), pipes[2];

	CHECK(pipe(pipes) == 0);
	say_call(read(fd, p + PAGE, 10));
	say_call(write(pipes[1], p + PAGE, 10));
}

/* Pages that are not there yet, and calls that must not sleep while they look at them. */
static void kernel_atomic(void)
{
	char *p = map_file(4 * PAGE, 4, RW, MAP_SHARED);
	int fd = open("file", O_RDWR);

	/* The page is locked while it is written to, and is the source. */
	SAY("%s: %d", name, (int)pwrite(fd, p + 100, 300, 500));
	CHECK(p[500] == 100 && p[799] == (char)(399 % 251));
	p = map(4, RW, ANON, -1);
	SAY(" %ld", futex((word_t *)p, FUTEX_WAIT, 1, NULL, NULL, 0));
	SAY(" %d", errno);
	SAY(" %ld\n", futex((word_t *)(p + PAGE), FUTEX_WAKE_OP, 1, NULL, (word_t *)(p + 2 * PAGE), 0));
}

/* ---- with a disk and swap ---- */

static void file_read_major(void)
{
	int fd = make_file("file", PAGE);
	char *p = map(1, PROT_READ, MAP_SHARED, fd);

	CHECK(fsync(fd) == 0 && posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0);
	see(p, 5, READ);
	CHECK(p[5] == 5);
}

/* Two pages that are in swap and nowhere else. */
static char *swapped_out(int flags)
{
	char *p = map(2, RW, flags | MAP_ANONYMOUS, -1), there[2];

	p[0] = 7;
	p[PAGE + 1] = 8;
	CHECK(madvise(p, 2 * PAGE, MADV_PAGEOUT) == 0);
	CHECK(mincore(p, 2 * PAGE, (unsigned char *)there) == 0 && !(there[0] & 1) && !(there[1] & 1));
	return p;
}

static void swapped_read(void)
{
	char *p = swapped_out(MAP_PRIVATE);

	see(p, 0, READ);
	CHECK(p[0] == 7 && p[PAGE + 1] == 8);
}

static void swapped_write(void)
{
	char *p = swapped_out(MAP_PRIVATE);

	see(p, PAGE, WRITE);
	CHECK(p[0] == 7 && p[PAGE] == 1 && p[PAGE + 1] == 8);
}

/* Parent and child have the same entry. The child brings the page in. */
static void swap_cache_hit(void)
{
	char *p = swapped_out(MAP_PRIVATE), c;
	int ready[2], status;
	pid_t pid;

	CHECK(pipe(ready) == 0);
	pid = fork();
	if (pid == 0) {
		c = p[0] + p[PAGE + 1];
		write(ready[1], &c, 1);
		pause();
	}
	CHECK(read(ready[0], &c, 1) == 1 && c == 15);
	see(p, 0, READ);
	CHECK(p[0] == 7);
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, &status, 0) == pid);
}

static void shm_swapped(void)
{
	char *p = swapped_out(MAP_SHARED);

	see_outcome(p, 0, READ);
	CHECK(p[0] == 7 && p[PAGE + 1] == 8);
}

#define CASE(function) { #function, function }
static const struct { const char *name; void (*run)(void); } cases[] = {
	CASE(anon_read), CASE(anon_write), CASE(zero_page_write), CASE(sole_owner_write), CASE(shared_anon_write), CASE(file_read),
	CASE(file_private_write), CASE(file_private_rewrite), CASE(file_shared_write), CASE(file_shared_rewrite), CASE(file_behind_end),
	CASE(file_truncated), CASE(shm_touch), CASE(vdso_read), CASE(vdso_write), CASE(two_threads), CASE(mlocked), CASE(hole),
	CASE(kernel_address), CASE(read_only_write), CASE(none_touch), CASE(none_kept), CASE(write_only_read), CASE(exec_fetch),
	CASE(no_exec_fetch), CASE(stack_grows), CASE(stack_gap), CASE(stack_limit), CASE(kernel_access), CASE(kernel_copy_on_write),
	CASE(kernel_forbidden), CASE(kernel_behind_end), CASE(kernel_atomic),
}, with_disk[] = {
	CASE(file_read_major), CASE(swapped_read), CASE(swapped_write), CASE(swap_cache_hit), CASE(shm_swapped),
};

int main(int argc, char **argv)
{
	int disk = argc > 1 && !strcmp(argv[1], "disk"), status;
	unsigned n = disk ? sizeof with_disk / sizeof *with_disk : sizeof cases / sizeof *cases;

	for (unsigned i = 0; i < n; i++) {
		name = disk ? with_disk[i].name : cases[i].name;
		IN_CHILD(status, disk ? with_disk[i].run() : cases[i].run());
		if (status)
			say_status(name, status), test_failures++;
	}
	unlink("file");
	return done();
}
