/* SPDX-License-Identifier: MIT */
/*
 * Each call that waits, interrupted by a handler: with SA_RESTART it goes on if signal(7) says so, else EINTR. What
 * interrupted.c has already (read and write of a pipe, wait, pause, nanosleep) is not here again.
 */
#include <poll.h>
#include <sys/file.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include "test.h"

static volatile int hits;
static int p[2], lock_fd;

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
	t = (struct span){ (long)now.tv_sec + 3, now.tv_nsec };
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

/* What completes the call if it goes on. */
static void write_byte(int pid) { (void)pid; write(p[1], "x", 1); }
static void open_other_end(int pid) { int fd = open("fifo", O_RDWR); (void)pid; usleep(60000); close(fd); }
static void unlock(int pid) { struct flock l = { .l_type = F_UNLCK }; (void)pid; fcntl(lock_fd, F_SETLK, &l); flock(lock_fd, LOCK_UN); }
static void nothing(int pid) { (void)pid; }
static void send_other(int pid) { kill(pid, SIGUSR2); }

static int asleep(int pid)
{
	char name[40], buf[200] = "", *state;
	int fd;

	snprintf(name, sizeof name, "/proc/%d/stat", pid);
	fd = open(name, O_RDONLY);
	read(fd, buf, sizeof buf - 1);
	close(fd);
	state = strrchr(buf, ')');
	return state && state[2] == 'S';
}

static void run(const char *what, long (*call)(void), void (*complete)(int))
{
	for (int restart = 0; restart < 2; restart++) {
		struct sigaction action = { .sa_handler = handler, .sa_flags = restart ? SA_RESTART : 0 };
		struct pollfd left = { p[0], POLLIN, 0 };
		int pid, status;
		char c;

		sigaction(SIGUSR1, &action, NULL);
		hits = 0;
		fflush(stdout);
		pid = fork();
		if (pid == 0) {
			long r;

			/* Its own open file, for a lock belongs to that. */
			lock_fd = open("lock", O_RDWR);
			errno = 0;
			r = call();
			SAY("%s%s: %s error %d, handler %d\n", what, restart ? ", SA_RESTART" : "", r < 0 ? "-1" : "done",
			    r < 0 ? errno : 0, hits);
			_exit(0);
		}
		for (int k = 0; k < 2000 && !asleep(pid); k++)
			usleep(1000);
		usleep(10000);
		kill(pid, SIGUSR1);
		usleep(30000);
		complete(pid);
		CHECK(waitpid(pid, &status, 0) == pid && status == 0);
		if (poll(&left, 1, 0) > 0)
			read(p[0], &c, 1);
		flock(lock_fd, LOCK_EX);
		fcntl(lock_fd, F_SETLK, &(struct flock){ .l_type = F_WRLCK });
	}
}

int main(void)
{
	CHECK(pipe(p) == 0 && mkfifo("fifo", 0600) == 0);
	lock_fd = open("lock", O_RDWR | O_CREAT, 0600);
	CHECK(flock(lock_fd, LOCK_EX) == 0 && fcntl(lock_fd, F_SETLK, &(struct flock){ .l_type = F_WRLCK }) == 0);
	run("open a FIFO to read", open_reader, open_other_end);
	run("open a FIFO to write", open_writer, open_other_end);
	run("readv", do_readv, write_byte);
	run("flock", take_flock, unlock);
	run("F_SETLKW", take_fcntl, unlock);
	run("waitid", do_waitid, nothing);
	run("poll", do_poll, write_byte);
	run("ppoll", do_ppoll, write_byte);
	run("select", do_select, write_byte);
	run("clock_nanosleep until", sleep_until, nothing);
	run("sigtimedwait", wait_for_other, send_other);
	unlink("fifo");
	unlink("lock");
	return done();
}
