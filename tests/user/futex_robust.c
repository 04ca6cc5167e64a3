/* SPDX-License-Identifier: MIT */
/*
 * Robust lists: a thread or process that ends while it holds locks leaves word of it in each, and wakes one waiter.
 * By exit, by a signal, by the end of a group and by execve; with a lock half taken; and with a list that is nonsense.
 */
#include "thread.h"

struct lock {
	struct robust_list list;
	word_t word;
};

static struct { struct lock locks[4]; word_t ready; struct robust_list_head head; } *s;

/* What the dying ones do: hold locks 0 and 1, be about to take 2, and hold 3 without telling. */
static void take_all(void)
{
	int me = gettid_();

	s->head.futex_offset = offsetof(struct lock, word) - offsetof(struct lock, list);
	s->locks[0].word = s->locks[1].word = s->locks[2].word = s->locks[3].word = me;
	s->locks[1].word |= FUTEX_WAITERS;
	s->head.list.next = &s->locks[0].list;
	s->locks[0].list.next = &s->locks[1].list;
	s->locks[1].list.next = &s->head.list;
	s->head.list_op_pending = &s->locks[2].list;
	CHECK(SYS(set_robust_list, &s->head, sizeof s->head) == 0);
	s->ready = 1;
}

static void show(const char *what, int dead)
{
	SAY("%s:", what);
	for (int i = 0; i < 4; i++) {
		unsigned w = s->locks[i].word;

		SAY(" %s%s%s", w & FUTEX_OWNER_DIED ? "died" : "", w & FUTEX_WAITERS ? "+waiters" : "",
		    (w & FUTEX_TID_MASK) == 0 ? "" : (int)(w & FUTEX_TID_MASK) == dead ? "held" : "?");
		if (!(w & ~FUTEX_TID_MASK) && !(w & FUTEX_TID_MASK))
			SAY("free");
	}
	SAY("\n");
}

static void die_by(const char *what, void (*how)(void), int sig)
{
	int status, waiter, pid;

	memset(s, 0, sizeof *s);
	pid = fork();
	if (pid == 0) {
		take_all();
		how();
		_exit(0);
	}
	wait_for(&s->ready, 1);
	waiter = fork();
	if (waiter == 0) {
		int seen = s->locks[1].word;

		while (s->locks[1].word == seen)
			futex(&s->locks[1].word, FUTEX_WAIT, seen, NULL, NULL, 0);
		_exit(0);
	}
	wait_for_sleepers(&s->locks[1].word, 0, 1);
	s->ready = 2;
	if (sig)
		kill(pid, sig);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(waitpid(waiter, &status, 0) == waiter && status == 0);
	show(what, pid);
}

static void wait_then(void)
{
	while (s->ready != 2)
		usleep(1000);
}

static void by_exit(void) { wait_then(); raw_syscall(__NR_exit, 0); }
static void by_group(void) { wait_then(); raw_syscall(__NR_exit_group, 0); }
static void by_signal(void) { for (;;) pause(); }

static void by_exec(void)
{
	char *argv[] = { "futex_robust", "again", NULL };

	wait_then();
	execve("/proc/self/exe", argv, NULL);
}

static void by_failed_exec(void)
{
	char *argv[] = { "x", NULL };

	wait_then();
	execve("/no/such/file", argv, NULL);
	CHECK((s->locks[1].word & FUTEX_TID_MASK) == (unsigned)getpid());
}

static struct thread thread;

static void holder(void *arg)
{
	(void)arg;
	take_all();
}

static void endless(void *arg)
{
	(void)arg;
	s->head.futex_offset = 0;
	s->head.list.next = &s->locks[0].list;
	s->locks[0].list.next = &s->locks[0].list;	/* never comes back to the head */
	SYS(set_robust_list, &s->head, sizeof s->head);
}

static void nowhere(void *arg)
{
	(void)arg;
	s->head.list.next = (void *)0xc0100000;
	s->head.list_op_pending = (void *)8;
	SYS(set_robust_list, &s->head, sizeof s->head);
}

static void no_head(void *arg)
{
	(void)arg;
	SYS(set_robust_list, 16, sizeof s->head);
}

static void in_thread(const char *what, void (*run)(void *))
{
	int tid;

	memset(s, 0, sizeof *s);
	tid = thread_start(&thread, run, NULL);
	CHECK(tid > 0);
	thread_join(&thread);
	show(what, tid);
}

int main(int argc, char **argv)
{
	void *head = NULL;
	size_t len = 0;

	(void)argv;
	if (argc > 1)
		return 0;
	s = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	die_by("exit", by_exit, 0);
	die_by("exit_group", by_group, 0);
	die_by("SIGKILL", by_signal, SIGKILL);
	die_by("SIGSEGV", by_signal, SIGSEGV);
	die_by("execve", by_exec, 0);
	die_by("execve that failed, then exit", by_failed_exec, 0);
	in_thread("a thread", holder);
	memset(s, 0, sizeof *s);
	in_thread("endless list", endless);
	in_thread("list that leads nowhere", nowhere);
	in_thread("no list at all", no_head);
	REPORT(SYS(set_robust_list, &s->head, 8));
	CHECK(SYS(set_robust_list, &s->head, sizeof s->head) == 0);
	CHECK(SYS(get_robust_list, 0, &head, &len) == 0 && head == &s->head);
	SAY("length %u\n", (unsigned)len);
	REPORT(SYS(get_robust_list, 0x7ffffff, &head, &len));
	REPORT(SYS(get_robust_list, 0, 16, &len));
	return done();
}
