/* SPDX-License-Identifier: MIT */
/*
 * execve with threads: by the leader, by another thread, by another while the leader has ended, by two at once. The
 * number of the process stays, the other threads go, whoever waits for the process sees one life.
 */
#include "thread.h"

static struct thread threads[4];
static int pipe_fds[2];
static volatile int ready;
static char *self;		/* /proc/self/exe leads nowhere when the leader has ended */

static void wait_for_ever(void *arg)
{
	(void)arg;
	__atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
	for (;;)
		raw_syscall(__NR_pause);
}

static void spin(void *arg)
{
	(void)arg;
	__atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
	for (;;)
		raw_syscall(__NR_getpid);
}

static void exec_again(void *arg)
{
	char pid[16], *argv[] = { self, arg, pid, NULL };

	snprintf(pid, sizeof pid, "%d", (int)raw_syscall(__NR_getpid));
	raw_syscall(__NR_execve, self, argv, NULL);
	raw_syscall(__NR_exit_group, 99);
}

/* Ends the leader alone. */
static void leave(void) { raw_syscall(__NR_exit, 5); }

static void signal_handler(int sig) { (void)sig; }

static void run(const char *what, void (*in_child)(void))
{
	char buf[200];
	int status, n, total = 0, pid;

	CHECK(pipe(pipe_fds) == 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(pipe_fds[1], 1);
		close(pipe_fds[0]);
		close(pipe_fds[1]);
		in_child();
		_exit(98);
	}
	close(pipe_fds[1]);
	while ((n = read(pipe_fds[0], buf + total, sizeof buf - 1 - total)) > 0)
		total += n;
	buf[total] = 0;
	close(pipe_fds[0]);
	CHECK(waitpid(pid, &status, 0) == pid);
	SAY("%s: %s", what, buf);
	say_status("  then", status);
	SAY("  nothing else to wait for: %d\n", waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}

static void by_leader(void)
{
	for (int i = 0; i < 3; i++)
		thread_start(&threads[i], i == 1 ? spin : wait_for_ever, NULL);
	wait_for(&ready, 3);
	exec_again("leader");
}

static void by_thread(void)
{
	thread_start(&threads[0], wait_for_ever, NULL);
	thread_start(&threads[1], spin, NULL);
	wait_for(&ready, 2);
	signal(SIGUSR1, signal_handler);
	thread_start(&threads[2], exec_again, "thread");
	for (;;)
		pause();
}

static void exec_later(void *arg)
{
	usleep(50000);
	exec_again(arg);
}

static void without_leader(void)
{
	thread_start(&threads[0], wait_for_ever, NULL);
	wait_for(&ready, 1);
	thread_start(&threads[1], exec_later, "no leader");
	leave();
}

static void alone_without_leader(void)
{
	thread_start(&threads[1], exec_later, "alone");
	leave();
}

static void by_many(void)
{
	for (int i = 0; i < 4; i++)
		thread_start(&threads[i], exec_again, "many");
	for (;;)
		pause();
}

/* A child of a thread that ends stays a child of the process, across execve too. */
static void fork_and_end(void *arg)
{
	(void)arg;
	if (raw_syscall(__NR_fork) == 0) {
		usleep(30000);
		raw_syscall(__NR_exit_group, 21);
	}
	ready = 1;
}

static void with_child(void)
{
	thread_start(&threads[0], fork_and_end, NULL);
	thread_join(&threads[0]);
	thread_start(&threads[1], exec_again, "child");
	for (;;)
		pause();
}

static void bad_exec(void *arg)
{
	char *argv[] = { "x", NULL };

	(void)arg;
	ready = -raw_syscall(__NR_execve, "/no/such", argv, NULL);
}

static void refused(void)
{
	ready = 0;
	thread_start(&threads[0], wait_for_ever, NULL);
	wait_for(&ready, 1);
	thread_start(&threads[1], bad_exec, NULL);
	thread_join(&threads[1]);
	SAY("refused with %d, and all live: %d\n", ready, kill(getpid(), 0) == 0 && SYS(tgkill, getpid(), threads[0].tid, 0) == 0);
	exit(0);
}

static int second(char **argv)
{
	int status;

	SAY("%s runs, same number %d, is leader %d, threads %d", argv[1], getpid() == atoi(argv[2]), gettid_() == getpid(),
	    access("/proc/self/task", F_OK) == 0);
	if (!strcmp(argv[1], "thread"))
		SAY(", handler %s", signal(SIGUSR1, SIG_DFL) == SIG_DFL ? "default" : "kept");
	if (!strcmp(argv[1], "child"))
		SAY(", child %d", wait(&status) > 0 && WEXITSTATUS(status) == 21);
	/* The only thread left is this one, so a new one can come and go. */
	thread_start(&threads[0], fork_and_end, NULL);
	thread_join(&threads[0]);
	SAY(", threads work: %d\n", ready);
	while (wait(&status) > 0)
		;
	return 33;
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc > 2)
		return second(argv);
	run("the leader", by_leader);
	run("a thread", by_thread);
	run("a thread without its leader", without_leader);
	run("the last thread", alone_without_leader);
	run("four at once", by_many);
	run("with a child", with_child);
	run("refused", refused);
	for (int i = 0; i < 20; i++) {
		int status;

		IN_CHILD(status, dup2(open("/dev/null", O_WRONLY), 1); ready = 0; i % 2 ? by_thread() : by_many());
		CHECK(status == 33 << 8);
	}
	return done();
}
