/* SPDX-License-Identifier: MIT */
/*
 * Ten thousand threads, one after the other and in crowds, that leave nothing behind (the harness weighs), and the
 * flags of clone that a thread library uses, each by what it does.
 */
#include "lib/abi/ldt.h"
#include "thread.h"

#define CROWD 50
#define ROUNDS 180

static struct thread *threads;
static volatile int count, seen, child_tid, parent_tid;

static void add(void *arg) { (void)arg; __atomic_fetch_add(&count, 1, __ATOMIC_SEQ_CST); }

static void crowds(void)
{
	for (int r = 0; r < ROUNDS; r++) {
		for (int i = 0; i < CROWD; i++)
			CHECK(thread_start(&threads[i], add, NULL) > 0);
		for (int i = 0; i < CROWD; i++)
			thread_join(&threads[i]);
	}
	for (int i = 0; i < 1000; i++) {
		CHECK(thread_start(&threads[0], add, NULL) > 0);
		thread_join(&threads[0]);
	}
	SAY("%d threads have run\n", count);
}

static void look(void *arg)
{
	(void)arg;
	seen = child_tid;
}

static void wait_cleared(volatile int *p)
{
	int v;

	while ((v = *p))
		futex(p, FUTEX_WAIT, v, NULL, NULL, 0);
}

static void in_tls(void *arg)
{
	int value = 0;

	(void)arg;
	asm volatile("mov %%gs:0, %0" : "=r"(value));
	seen = value;
}

static void change_directory(void *arg)
{
	raw_syscall(__NR_chdir, arg);
}

static void close_it(void *arg)
{
	raw_syscall(__NR_close, (long)arg);
}

static void flags(void)
{
	static int tls_value = 4711;
	struct user_desc desc = { .base_addr = (unsigned)&tls_value, .limit = 0xfffff, .seg_32bit = 1, .limit_in_pages = 1, .useable = 1,
		.entry_number = -1 };
	char where[100];
	unsigned gs;
	int tid, fd, status;

	CHECK(SYS(set_thread_area, &desc) == 0);
	gs = desc.entry_number * 8 + 3;
	desc.base_addr = 0;
	threads[0].run = look;
	child_tid = -1;
	tid = raw_clone(THREAD_FLAGS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID, &threads[0], &parent_tid, NULL,
			&child_tid);
	wait_cleared(&child_tid);
	SAY("PARENT_SETTID %d, CHILD_SETTID %d, CHILD_CLEARTID %d\n", parent_tid == tid, seen == tid, child_tid);
	threads[0].run = in_tls;
	desc.base_addr = (unsigned)&tls_value;
	child_tid = 1;
	asm volatile("mov %0, %%gs" :: "r"(gs));
	raw_clone(THREAD_FLAGS | CLONE_SETTLS | CLONE_CHILD_CLEARTID, &threads[0], NULL, &desc, &child_tid);
	wait_cleared(&child_tid);
	SAY("SETTLS %d\n", seen);
	desc.entry_number = 99;
	REPORT(raw_clone(THREAD_FLAGS | CLONE_SETTLS, &threads[0], NULL, &desc, NULL) < 0 ? (errno = EINVAL, -1) : 0);
	/* A pointer that leads nowhere is the library's mistake, and nobody is told. */
	threads[0].run = add;
	count = 0;
	CHECK(raw_clone(THREAD_FLAGS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID, &threads[0], (int *)16, NULL,
			(int *)16) > 0);
	wait_for(&count, 1);
	usleep(10000);
	thread_start(&threads[0], change_directory, "/proc");
	thread_join(&threads[0]);
	SAY("CLONE_FS: %s\n", getcwd(where, sizeof where));
	fd = open("/dev/null", O_RDONLY);
	thread_start(&threads[0], close_it, (void *)(long)fd);
	thread_join(&threads[0]);
	REPORT(fcntl(fd, F_GETFD));
	/* vfork's way with a stack of its own: the parent waits, and the memory is one. */
	threads[0].run = add;
	count = 0;
	tid = raw_clone(CLONE_VM | CLONE_VFORK | SIGCHLD, &threads[0], NULL, NULL, NULL);
	SAY("CLONE_VFORK: %d by the time that it returns\n", count);
	CHECK(waitpid(tid, &status, 0) == tid && status == 0);
	tid = raw_clone(CLONE_VM | SIGUSR1, &threads[0], NULL, NULL, NULL);
	errno = 0;
	SAY("another signal: an ordinary wait %d", waitpid(tid, &status, 0));
	SAY(" error %d, ", errno);
	signal(SIGUSR1, SIG_IGN);
	SAY("one for clones %d\n", waitpid(tid, &status, 0x80000000) == tid);
	REPORT(raw_clone(CLONE_SIGHAND, &threads[0], NULL, NULL, NULL) == -EINVAL);
	REPORT(raw_clone(CLONE_THREAD | CLONE_VM, &threads[0], NULL, NULL, NULL) == -EINVAL);
	REPORT(raw_clone(CLONE_FS | CLONE_NEWNS, &threads[0], NULL, NULL, NULL) == -EINVAL);
}

int main(void)
{
	signal(SIGUSR1, SIG_IGN);
	threads = mmap(NULL, CROWD * sizeof *threads, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	flags();
	count = 0;
	crowds();
	return done();
}
