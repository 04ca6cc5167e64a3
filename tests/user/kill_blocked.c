/* SPDX-License-Identifier: MIT */
/*
 * A task killed in each call that blocks: what it waited for is usable afterwards, and nothing of it stays (the harness
 * weighs). Each call four times: the process is killed; the same when it is a thread that is blocked; another thread ends
 * the process; another thread calls execve.
 */
#include <poll.h>
#include <sys/file.h>
#include <sys/select.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include "pty.h"
#include "thread.h"

enum how { KILL, KILL_THREADS, EXIT_GROUP, EXECVE, WAYS };

static char *self;
static int p[2], full[2], lock_fd, master, slave, file;
static int helper;			/* has the terminal's reading end while another wants it */
static struct { word_t word, child, blocked; } *shared;		/* between processes */
static word_t private_word;
static struct thread thread;

/* 'S', 'D', ...; a thread has a name of its own in /proc. */
static int state_of(int pid)
{
	char name[40], buf[300], *state;
	int fd, n;

	snprintf(name, sizeof name, "/proc/%d/stat", pid);
	fd = open(name, O_RDONLY);
	n = fd < 0 ? 0 : (int)read(fd, buf, sizeof buf - 1);
	close(fd);
	buf[n > 0 ? n : 0] = 0;
	state = strrchr(buf, ')');
	return state ? state[2] : 0;
}

/* ---- the calls; they are made to wait for ever ---- */

static void pipe_read(void) { char c; SYS(read, p[0], &c, 1); }
static void pipe_readv(void) { char c; struct iovec v = { &c, 1 }; SYS(readv, p[0], &v, 1); }
static void pipe_write(void) { char c = 0; SYS(write, full[1], &c, 1); }
static void pipe_write_much(void) { static char much[200000]; SYS(write, p[1], much, sizeof much); }
static void pipe_sendfile(void) { int from = 0; SYS(sendfile, full[1], file, &from, 4096); }
static void fifo_read(void) { SYS(open, "fifo", O_RDONLY); }
static void fifo_write(void) { SYS(open, "fifo", O_WRONLY); }
static void do_flock(void) { flock(open("lock", O_RDWR), LOCK_EX); }
static void set_lock(int fd, int command) { SYS(fcntl64, fd, command, &(struct flock){ .l_type = F_WRLCK }); }
static void posix_lock(void) { set_lock(lock_fd, F_SETLKW); }
static void ofd_lock(void) { set_lock(open("lock", O_RDWR), 38 /* F_OFD_SETLKW */); }
static void do_pause(void) { SYS(pause); }
static void suspend(void) { unsigned none[2] = { 0 }; SYS(rt_sigsuspend, none, 8); }
static void timed_wait(void) { unsigned set[2] = { 1u << (SIGUSR2 - 1), 0 }; SYS(rt_sigtimedwait, set, NULL, NULL, 8); }
static void sleep_long(void) { SYS(nanosleep, (&(struct time32){ 1000, 0 }), NULL); }
static void futex_private(void) { futex(&private_word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0); }
static void futex_shared(void) { futex(&shared->word, FUTEX_WAIT, 0, NULL, NULL, 0); }
static void tty_read(void) { char c; SYS(read, slave, &c, 1); }
static void tty_write(void) { SYS(write, slave, "x", 1); }
static void tty_read_master(void) { char c; SYS(read, master, &c, 1); }

static void sleep_until(void)
{
	struct time32 t = now_plus(CLOCK_REALTIME, 1000000 * MS);

	SYS(clock_nanosleep, CLOCK_REALTIME, 1, &t, NULL);
}

static void futex_timed(void)
{
	struct time32 t = now_plus(CLOCK_MONOTONIC, 1000000 * MS);

	futex(&shared->word, FUTEX_WAIT_BITSET, 0, &t, NULL, 4);
}

static void do_poll(void)
{
	struct pollfd f[] = { { p[0], POLLIN, 0 }, { full[1], POLLOUT, 0 }, { slave, POLLIN, 0 }, { master, POLLPRI, 0 } };

	SYS(poll, f, 4, -1);
}

static void do_ppoll(void)
{
	struct pollfd f = { p[0], POLLIN, 0 };
	unsigned none[2] = { 0 };

	SYS(ppoll, &f, 1, (&(struct time32){ 1000, 0 }), none, 8);
}

static void do_select(void)
{
	fd_set in, out;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(p[0], &in);
	FD_SET(slave, &in);
	FD_SET(full[1], &out);
	SYS(_newselect, 20, &in, &out, NULL, NULL);
}

/* The log, behind its last message. */
static void kmsg_read(void)
{
	int fd = open("kmsg", O_RDONLY);
	char buf[1100];

	lseek(fd, 0, SEEK_END);
	for (;;)
		SYS(read, fd, buf, sizeof buf);
}

static void syslog_read(void)
{
	char buf[1000];

	for (;;)
		SYS(syslog, 2, buf, sizeof buf);
}

static void fork_sleeper(void)
{
	if (SYS(fork) == 0) {
		shared->child = SYS(getpid);
		for (;;)
			SYS(pause);
	}
}

static void wait_child(void)
{
	fork_sleeper();
	SYS(wait4, -1, NULL, WUNTRACED, NULL);
}

static void waitid_child(void)
{
	siginfo_t info;

	fork_sleeper();
	SYS(waitid, P_ALL, 0, &info, WEXITED | WSTOPPED, NULL);
}

static void do_vfork(void)
{
	if (__syscall0(__NR_vfork) == 0) {
		shared->child = __syscall0(__NR_getpid);
		for (;;)
			__syscall0(__NR_pause);
	}
}

/* ---- that nothing is left ---- */

static void take_locks(void)
{
	CHECK(flock(lock_fd, LOCK_EX | LOCK_NB) == 0 && fcntl(lock_fd, F_SETLK, &(struct flock){ .l_type = F_WRLCK }) == 0);
}

static void pipe_works(void)
{
	static char buf[65536];
	char c = 0;

	fcntl(p[0], F_SETFL, O_NONBLOCK);
	while (read(p[0], buf, sizeof buf) > 0)		/* what a long write has put in */
		;
	fcntl(p[0], F_SETFL, 0);
	CHECK(write(p[1], "a", 1) == 1 && read(p[0], &c, 1) == 1 && c == 'a');
}

static void full_pipe_works(void)
{
	static char buf[65536];

	CHECK(read(full[0], buf, 65536) == 65536 && write(full[1], buf, 65536) == 65536);
}

static void fifo_works(void)
{
	int r, w;
	char c = 0;

	CHECK(open("fifo", O_WRONLY | O_NONBLOCK) == -1 && errno == ENXIO);	/* no reader was left */
	r = open("fifo", O_RDONLY | O_NONBLOCK);
	CHECK(read(r, &c, 1) == 0);						/* and no writer */
	w = open("fifo", O_WRONLY);
	CHECK(write(w, "b", 1) == 1 && read(r, &c, 1) == 1 && c == 'b');
	close(r);
	close(w);
}

/* Free as soon as we let it go, for anybody. */
static void lock_works(void)
{
	int status;

	CHECK(flock(lock_fd, LOCK_UN) == 0 && fcntl(lock_fd, F_SETLK, &(struct flock){ .l_type = F_UNLCK }) == 0);
	IN_CHILD(status,
		int fd = open("lock", O_RDWR);
		CHECK(flock(fd, LOCK_EX | LOCK_NB) == 0);
		CHECK(fcntl(fd, F_SETLK, &(struct flock){ .l_type = F_WRLCK }) == 0));
	CHECK(status == 0);
	take_locks();
}

static void nothing_sleeps(void) { CHECK(futex(&shared->word, FUTEX_WAKE, 100, NULL, NULL, 0) == 0); }

/* What the victim had forked is ours now, for this process is the subreaper. */
static void orphan_goes(void)
{
	int status, pid = shared->child;

	CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, &status, 0) == pid && status == SIGKILL);
}

static void tty_works(void)
{
	char buf[4] = "";

	CHECK(tcflow(slave, TCOON) == 0);
	while (poll(&(struct pollfd){ master, POLLIN, 0 }, 1, 20) == 1)
		read(master, buf, 1);
	CHECK(write(master, "c\n", 2) == 2 && read(slave, buf, 4) == 2 && buf[0] == 'c');
	CHECK(write(slave, "d", 1) == 1 && read(master, buf, 1) == 1 && buf[0] == 'd');
	/* The other way round for the next one: nothing goes out. */
	CHECK(tcflow(slave, TCOOFF) == 0);
}

/* The helper, which was in the middle of a read, gets its line. */
static void helper_goes(void)
{
	int status;

	CHECK(write(master, "e\n", 2) == 2 && waitpid(helper, &status, 0) == helper && status == 0);
	helper = 0;
	tty_works();
}

static void nothing(void) { }

static const struct blocking {
	const char *name;
	void (*call)(void);
	void (*check)(void);
	int state;			/* in which it waits, if not interruptibly */
} calls[] = {
	{ "read of a pipe", pipe_read, pipe_works, 0 },
	{ "readv of a pipe", pipe_readv, pipe_works, 0 },
	{ "write to a full pipe", pipe_write, full_pipe_works, 0 },
	{ "long write to a pipe", pipe_write_much, pipe_works, 0 },
	{ "sendfile to a full pipe", pipe_sendfile, full_pipe_works, 0 },
	{ "open of a FIFO to read", fifo_read, fifo_works, 0 },
	{ "open of a FIFO to write", fifo_write, fifo_works, 0 },
	{ "flock", do_flock, lock_works, 0 },
	{ "F_SETLKW", posix_lock, lock_works, 0 },
	{ "F_OFD_SETLKW", ofd_lock, lock_works, 0 },
	{ "poll", do_poll, pipe_works, 0 },
	{ "ppoll", do_ppoll, pipe_works, 0 },
	{ "select", do_select, pipe_works, 0 },
	{ "wait4", wait_child, orphan_goes, 0 },
	{ "waitid", waitid_child, orphan_goes, 0 },
	{ "vfork", do_vfork, orphan_goes, 'D' },
	{ "nanosleep", sleep_long, nothing, 0 },
	{ "clock_nanosleep", sleep_until, nothing, 0 },
	{ "pause", do_pause, nothing, 0 },
	{ "rt_sigsuspend", suspend, nothing, 0 },
	{ "rt_sigtimedwait", timed_wait, nothing, 0 },
	{ "futex, private", futex_private, nothing_sleeps, 0 },
	{ "futex, shared", futex_shared, nothing_sleeps, 0 },
	{ "futex with a time", futex_timed, nothing_sleeps, 0 },
	{ "read of a terminal", tty_read, tty_works, 0 },
	{ "write to a stopped terminal", tty_write, tty_works, 0 },
	{ "read of a terminal's master", tty_read_master, tty_works, 0 },
};

static const struct blocking logs[] = { { "/dev/kmsg", kmsg_read, nothing, 0 }, { "syslog", syslog_read, nothing, 0 } };

static void wait_until_blocked(int pid, const struct blocking *b)
{
	UNTIL(state_of(pid) == (b->state ?: 'S') && (b->check != orphan_goes || shared->child));
}

static void in_thread(void *call)
{
	((const struct blocking *)call)->call();
	SYS(exit_group, 97);
}

/* The victim. */
static void block(const struct blocking *b, enum how how)
{
	if (how == KILL) {
		b->call();
		_exit(98);
	}
	thread_start(&thread, in_thread, (void *)b);
	wait_until_blocked(thread.tid, b);
	shared->blocked = 1;
	if (how == EXIT_GROUP)
		_exit(7);
	if (how == EXECVE)
		execve(self, (char *[]){ self, "again", NULL }, (char *[]){ NULL });
	for (;;)
		SYS(pause);
}

static int end_in(const struct blocking *b, enum how how)
{
	int pid, status = -1;

	shared->child = shared->blocked = 0;
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		block(b, how);
	if (how == KILL)
		wait_until_blocked(pid, b);
	else if (how == KILL_THREADS)
		UNTIL(shared->blocked);
	if (how == KILL || how == KILL_THREADS)
		CHECK(kill(pid, SIGKILL) == 0);
	CHECK(waitpid(pid, &status, 0) == pid);
	b->check();
	return status;
}

static void try(const struct blocking *b)
{
	int status[WAYS];

	for (int how = KILL; how < WAYS; how++)
		status[how] = end_in(b, how);
	SAY("%s: %04x %04x %04x %04x\n", b->name, status[0], status[1], status[2], status[3]);
}

static int on_pagoda(void)
{
	struct utsname u;

	return uname(&u) == 0 && strstr(u.version, "Pagoda");
}

/* A second reader waits for the first, not for the terminal. */
static void second_reader(void)
{
	const struct blocking b = { "second read of a terminal", tty_read, helper_goes, 0 };
	int status[2];

	for (int i = 0; i < 2; i++) {
		char c[4];

		if ((helper = fork()) == 0)
			_exit(read(slave, c, 4) != 2 || c[0] != 'e');
		UNTIL(state_of(helper) == 'S');
		status[i] = end_in(&b, i ? EXIT_GROUP : KILL);
	}
	SAY("%s: %04x %04x\n", b.name, status[0], status[1]);
}

int main(int argc, char **argv)
{
	static char buf[65536];

	self = argv[0];
	if (argc > 1)
		return 33;
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(SYS(prctl, 36 /* PR_SET_CHILD_SUBREAPER */, 1, 0, 0, 0) == 0);
	CHECK(pipe(p) == 0 && pipe(full) == 0 && write(full[1], buf, 65536) == 65536);
	CHECK(mkfifo("fifo", 0600) == 0);
	lock_fd = open("lock", O_RDWR | O_CREAT, 0600);
	file = make_file("file", 8192);
	CHECK(openpty(&master, &slave, NULL, NULL, NULL) == 0);
	change_flags(slave, ECHO, 0, 0, OPOST);
	take_locks();
	CHECK(tcflow(slave, TCOOFF) == 0);
	for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++)
		try(&calls[i]);
	second_reader();
	/* Who runs the tests may not read his machine's log, or may have it read by somebody else. */
	if (on_pagoda()) {
		CHECK(mknod("kmsg", S_IFCHR | 0600, makedev(1, 11)) == 0);
		for (unsigned i = 0; i < sizeof logs / sizeof *logs; i++)
			for (int how = KILL; how < WAYS; how++)
				CHECK(end_in(&logs[i], how) == (how == EXIT_GROUP ? 7 << 8 : how == EXECVE ? 33 << 8 : SIGKILL));
		CHECK(unlink("kmsg") == 0);
	}
	CHECK(unlink("fifo") == 0 && unlink("lock") == 0 && unlink("file") == 0);
	return done();
}
