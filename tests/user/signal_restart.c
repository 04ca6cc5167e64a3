/* SPDX-License-Identifier: MIT */
/*
 * Each call that waits, interrupted by a handler: with SA_RESTART it goes on if signal(7) says so, else EINTR. What
 * interrupted.c has already (pause, nanosleep with a handler) is not here again. And each call stopped and continued, which has no
 * handler: it goes on, but for the few that signal(7) names. A call is interrupted when it sleeps, and completed when it
 * sleeps again.
 */
#include <sys/file.h>
#include <sys/select.h>
#include <sys/uio.h>
#include <time.h>
#include "pty.h"
#include "thread.h"

static volatile int hits;
static int p[2], full[2], lock_fd, master, slave;
static word_t word;

static void handler(int sig) { (void)sig; hits++; }

struct span { long sec, nsec; };

static long open_reader(void) { return open("fifo", O_RDONLY); }
static long open_writer(void) { return open("fifo", O_WRONLY); }
static long take_flock(void) { return flock(lock_fd, LOCK_EX); }

static long take_fcntl(void)
{
	struct flock l = { .l_type = F_WRLCK };

	return fcntl(lock_fd, F_SETLKW, &l);
}

static long do_waitid(void)
{
	siginfo_t info;

	if (fork() == 0) {
		signal(SIGUSR1, SIG_IGN);
		usleep(150000);
		_exit(0);
	}
	return SYS(waitid, P_ALL, 0, &info, WEXITED, 0);
}

static long do_poll(void)
{
	struct pollfd f = { p[0], POLLIN, 0 };

	return poll(&f, 1, 5000);
}

static long do_ppoll(void)
{
	struct pollfd f = { p[0], POLLIN, 0 };
	struct span t = { 5, 0 };

	return SYS(ppoll, &f, 1, &t, NULL, 8);
}

static long do_select(void)
{
	struct timeval t = { .tv_sec = 5 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(p[0], &set);
	return select(p[0] + 1, &set, NULL, NULL, &t);
}

static long do_readv(void)
{
	char c[2];
	struct iovec v = { c, 1 };

	return readv(p[0], &v, 1);
}

static long sleep_until(void)
{
	struct timespec now;
	struct span t;

	clock_gettime(CLOCK_MONOTONIC, &now);
	t = (struct span){ (long)now.tv_sec + 1, now.tv_nsec };
	errno = -SYS(clock_nanosleep, CLOCK_MONOTONIC, 1, &t, NULL) ? errno : 0;
	return errno ? -1 : 0;
}

static long wait_for_other(void)
{
	unsigned set[2] = { 1u << (SIGUSR2 - 1), 0 };
	struct span t = { 5, 0 };

	sigprocmask(SIG_BLOCK, (sigset_t *)set, NULL);
	return SYS(rt_sigtimedwait, set, NULL, &t, 8) == SIGUSR2 ? 0 : -1;
}

static long result_of(long r) { return r < 0 ? -1 : 0; }
static long take_ofd(void) { return fcntl(lock_fd, 38 /* F_OFD_SETLKW */, &(struct flock){ .l_type = F_WRLCK }); }
static long read_pipe(void) { char c; return read(p[0], &c, 1); }
static long write_pipe(void) { return write(full[1], "x", 1); }
static long read_tty(void) { char c; return read(slave, &c, 1); }
static long read_master(void) { char c; return read(master, &c, 1); }
static long write_tty(void) { return tcflow(slave, TCOOFF) == 0 ? write(slave, "x", 1) : -2; }
static long sleep_short(void) { struct span t = { 0, 300000000 }; return SYS(nanosleep, &t, NULL); }
static long wait_futex(void) { return result_of(futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0)); }
static long do_suspend(void) { unsigned none[2] = { 0 }; return SYS(rt_sigsuspend, none, 8); }

static long wait_futex_timed(void)
{
	struct span t = { 0, 500000000 };

	return result_of(futex(&word, FUTEX_WAIT, 0, &t, NULL, 0));
}

static long do_wait4(void)
{
	if (fork() == 0) {
		signal(SIGUSR1, SIG_IGN);
		usleep(150000);
		_exit(0);
	}
	return SYS(wait4, -1, NULL, 0, NULL);
}

static long do_pselect(void)
{
	struct span t = { 5, 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(p[0], &set);
	return SYS(pselect6, p[0] + 1, &set, NULL, NULL, &t, NULL);
}

static int state_of(int pid)
{
	char name[40], buf[200] = "", *state;
	int fd;

	snprintf(name, sizeof name, "/proc/%d/stat", pid);
	fd = open(name, O_RDONLY);
	read(fd, buf, sizeof buf - 1);
	close(fd);
	state = strrchr(buf, ')');
	return state ? state[2] : 0;
}

/* What completes the call if it goes on. */
static void write_byte(int pid) { (void)pid; write(p[1], "x", 1); }
static void unlock(int pid) { struct flock l = { .l_type = F_UNLCK }; (void)pid; fcntl(lock_fd, F_SETLK, &l); flock(lock_fd, LOCK_UN); }
static void nothing(int pid) { (void)pid; }
static void send_other(int pid) { kill(pid, SIGUSR2); }
static void drain_full(int pid) { static char buf[65536]; (void)pid; CHECK(read(full[0], buf, sizeof buf) == sizeof buf); }
static void type(int pid) { (void)pid; CHECK(write(master, "x", 1) == 1); }
static void show(int pid) { (void)pid; CHECK(write(slave, "x", 1) == 1); }
static void start_output(int pid) { (void)pid; CHECK(tcflow(slave, TCOON) == 0); }

static void open_other_end(int pid)
{
	int fd = open("fifo", O_RDWR);

	UNTIL(state_of(pid) != 'S');
	close(fd);
}

static void nonblocking(int fd, int on) { fcntl(fd, F_SETFL, on ? O_NONBLOCK : 0); }

/* As before the call, whether it was completed or not. */
static void tidy(void)
{
	static char buf[65536];
	const int empty[] = { p[0], master, slave, full[0] };

	CHECK(tcflow(slave, TCOON) == 0);
	for (int i = 0; i < 4; i++) {
		nonblocking(empty[i], 1);
		while (read(empty[i], buf, sizeof buf) > 0)
			;
		nonblocking(empty[i], 0);
	}
	CHECK(write(full[1], buf, sizeof buf) == sizeof buf);
	CHECK(flock(lock_fd, LOCK_EX) == 0 && fcntl(lock_fd, F_SETLK, &(struct flock){ .l_type = F_WRLCK }) == 0);
}

enum how { HANDLER, RESTART, STOP, WAYS };

/* Asleep, and still so a moment later: what it does on its way to the call may wait for something, too. */
static int at_rest(int pid)
{
	if (state_of(pid) != 'S')
		return state_of(pid) == 'Z';
	usleep(2000);
	return strchr("SZ", state_of(pid)) != NULL;
}

/* kill has woken it when it returns, so that it sleeps only when it has come to the end of what it does about the signal. */
static void interrupt(int pid, enum how how)
{
	int status;

	UNTIL(at_rest(pid));
	if (how == STOP) {
		kill(pid, SIGSTOP);
		CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
		kill(pid, SIGCONT);
	} else {
		kill(pid, SIGUSR1);
	}
	UNTIL(at_rest(pid));
}

static void run(const char *what, long (*call)(void), void (*complete)(int))
{
	static const char *const name[] = { "", ", SA_RESTART", ", stopped" };

	for (int how = HANDLER; how < WAYS; how++) {
		struct sigaction action = { .sa_handler = handler, .sa_flags = how == RESTART ? SA_RESTART : 0 };
		int pid, status;

		sigaction(SIGUSR1, &action, NULL);
		sigaction(SIGUSR2, &(struct sigaction){ .sa_handler = handler }, NULL);
		hits = 0;
		fflush(stdout);
		pid = fork();
		if (pid == 0) {
			long r;

			/* Its own open file, for a lock belongs to that. */
			lock_fd = open("lock", O_RDWR);
			errno = 0;
			r = call();
			SAY("%s%s: %s error %d, handler %d\n", what, name[how], r < 0 ? "-1" : "done", r < 0 ? errno : 0, hits);
			_exit(0);
		}
		interrupt(pid, how);
		complete(pid);
		CHECK(waitpid(pid, &status, 0) == pid && status == 0);
		tidy();
	}
}

int main(void)
{
	static char buf[65536];

	CHECK(pipe(p) == 0 && pipe(full) == 0 && write(full[1], buf, sizeof buf) == sizeof buf && mkfifo("fifo", 0600) == 0);
	CHECK(openpty(&master, &slave, NULL, NULL, NULL) == 0);
	set_raw(slave, 1, 0);
	lock_fd = open("lock", O_RDWR | O_CREAT, 0600);
	CHECK(flock(lock_fd, LOCK_EX) == 0 && fcntl(lock_fd, F_SETLK, &(struct flock){ .l_type = F_WRLCK }) == 0);
	run("open a FIFO to read", open_reader, open_other_end);
	run("open a FIFO to write", open_writer, open_other_end);
	run("read of a pipe", read_pipe, write_byte);
	run("write to a full pipe", write_pipe, drain_full);
	run("readv", do_readv, write_byte);
	run("read of a terminal", read_tty, type);
	run("write to a stopped terminal", write_tty, start_output);
	run("read of a master", read_master, show);
	run("flock", take_flock, unlock);
	run("F_SETLKW", take_fcntl, unlock);
	run("F_OFD_SETLKW", take_ofd, unlock);
	run("wait4", do_wait4, nothing);
	run("waitid", do_waitid, nothing);
	run("poll", do_poll, write_byte);
	run("ppoll", do_ppoll, write_byte);
	run("select", do_select, write_byte);
	run("pselect", do_pselect, write_byte);
	run("nanosleep", sleep_short, nothing);
	run("clock_nanosleep until", sleep_until, nothing);
	run("futex", wait_futex, send_other);
	run("futex with a time", wait_futex_timed, nothing);
	run("sigtimedwait", wait_for_other, send_other);
	run("sigsuspend", do_suspend, send_other);
	unlink("fifo");
	unlink("lock");
	return done();
}
