/* SPDX-License-Identifier: MIT */
/*
 * The three kinds of file locks: of a process on ranges (fcntl), of an open file (flock), and of an open file on
 * ranges (F_OFD): who conflicts with whom, how ranges split, when they end, and that a deadlock is refused.
 */
#include <sys/file.h>
#include "fs.h"

static int lock(int fd, int cmd, int type, long start, long len)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len };

	return fcntl(fd, cmd, &l);
}

/* The first lock that is in the way of a write lock from start on. */
static void say_lock(int fd, long start, pid_t owner)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start };

	CHECK(fcntl(fd, F_GETLK, &l) == 0);
	if (l.l_type == F_UNLCK)
		SAY("from %ld: free\n", start);
	else
		SAY("from %ld: type %d start %ld len %ld, owner known %d\n", start, l.l_type, (long)l.l_start, (long)l.l_len,
		    l.l_pid == owner);
}

static void ranges(int fd)
{
	int status;
	pid_t self = getpid();

	REPORT(lock(fd, F_SETLK, F_WRLCK, 0, 10));
	REPORT(lock(fd, F_SETLK, F_UNLCK, 3, 2));
	REPORT(lock(fd, F_SETLK, F_RDLCK, 20, 10));
	REPORT(lock(fd, F_SETLK, F_RDLCK, 30, 5));
	IN_CHILD(status, {
		say_lock(fd, 0, self);
		say_lock(fd, 3, self);
		say_lock(fd, 10, self);
		say_lock(fd, 35, self);
		REPORT(lock(fd, F_SETLK, F_RDLCK, 0, 1));
		REPORT(lock(fd, F_SETLK, F_WRLCK, 3, 2));
		REPORT(lock(fd, F_SETLK, F_WRLCK, 3, 3));
		REPORT(lock(fd, F_SETLK, F_RDLCK, 20, 15));
		REPORT(lock(fd, F_SETLK, F_WRLCK, 34, 1));
	});
	/* A write lock inside the read lock makes three of it. */
	REPORT(lock(fd, F_SETLK, F_WRLCK, 24, 2));
	IN_CHILD(status, {
		say_lock(fd, 12, self);
		say_lock(fd, 24, self);
		say_lock(fd, 26, self);
		REPORT(lock(fd, F_SETLK, F_RDLCK, 24, 1));
	});
	/* The process closes any descriptor of the file: all its locks are gone. */
	close(open("f", O_RDONLY));
	IN_CHILD(status, say_lock(fd, 0, self); REPORT(lock(fd, F_SETLK, F_WRLCK, 0, 0)));
	say_lock(fd, 0, 0);
}

static void errors(int fd)
{
	int ro = open("f", O_RDONLY);

	REPORT(lock(ro, F_SETLK, F_WRLCK, 0, 0));
	REPORT(lock(ro, F_SETLK, F_RDLCK, 0, 0));
	REPORT(lock(ro, F_SETLK, 7, 0, 0));
	REPORT(lock(ro, F_SETLK, F_RDLCK, -1, 0));
	REPORT(lock(ro, F_SETLK, F_RDLCK, 5, -5));
	REPORT(lock(ro, F_SETLK, F_RDLCK, 5, -6));
	REPORT(lock(99, F_SETLK, F_RDLCK, 0, 0));
	close(ro);
	REPORT(lock(fd, F_SETLK, F_UNLCK, 0, 0));
}

/* The child waits for the parent's lock, which goes by unlocking, then by death. */
static void waiting(int fd)
{
	int ready[2], status;
	pid_t child, holder;

	CHECK(pipe(ready) == 0 && lock(fd, F_SETLK, F_WRLCK, 0, 1) == 0);
	child = fork();
	if (child == 0) {
		tell(ready[1]);
		_exit(lock(fd, F_SETLKW, F_WRLCK, 0, 1) ? errno : 42);
	}
	hear(ready[0]);
	usleep(30000);
	CHECK(waitpid(child, &status, WNOHANG) == 0);
	REPORT(lock(fd, F_SETLK, F_UNLCK, 0, 1));
	CHECK(waitpid(child, &status, 0) == child);
	say_status("unlocked", status);
	holder = fork();
	if (holder == 0) {
		_exit(lock(fd, F_SETLK, F_WRLCK, 0, 1) == 0 ? (tell(ready[1]), pause()) : 1);
	}
	hear(ready[0]);
	REPORT(lock(fd, F_SETLK, F_WRLCK, 0, 1));
	kill(holder, SIGKILL);
	REPORT(lock(fd, F_SETLKW, F_WRLCK, 0, 1));
	CHECK(waitpid(holder, &status, 0) == holder);
	CHECK(lock(fd, F_SETLK, F_UNLCK, 0, 0) == 0);
	close(ready[0]);
	close(ready[1]);
}

static void on_alarm(int sig)
{
	(void)sig;
}

static void interrupted(int fd)
{
	int ready[2], status;
	pid_t holder;
	struct sigaction action = { .sa_handler = on_alarm };

	CHECK(pipe(ready) == 0 && sigaction(SIGALRM, &action, NULL) == 0);
	holder = fork();
	if (holder == 0) {
		lock(fd, F_SETLK, F_WRLCK, 0, 1);
		tell(ready[1]);
		for (;;)
			pause();
	}
	hear(ready[0]);
	alarm(1);
	REPORT(lock(fd, F_SETLKW, F_WRLCK, 0, 1));
	kill(holder, SIGKILL);
	CHECK(waitpid(holder, &status, 0) == holder);
	close(ready[0]);
	close(ready[1]);
}

/* Each has one byte and waits for the other's: the second to wait is told. */
static void deadlock(int fd)
{
	int ready[2], status;
	pid_t child;

	CHECK(pipe(ready) == 0 && lock(fd, F_SETLK, F_WRLCK, 0, 1) == 0);
	child = fork();
	if (child == 0) {
		CHECK(lock(fd, F_SETLK, F_WRLCK, 1, 1) == 0);
		tell(ready[1]);
		_exit(lock(fd, F_SETLKW, F_WRLCK, 0, 1) ? errno : 42);
	}
	hear(ready[0]);
	usleep(100000);
	REPORT(lock(fd, F_SETLKW, F_WRLCK, 1, 1));
	CHECK(lock(fd, F_SETLK, F_UNLCK, 0, 0) == 0 && waitpid(child, &status, 0) == child);
	say_status("the other", status);
	close(ready[0]);
	close(ready[1]);
}

/* flock belongs to the open file, so a child shares it, and the last descriptor's end is its end. */
static void whole_files(int fd)
{
	int other = open("f", O_RDWR), ready[2], status;
	pid_t child;

	REPORT(flock(fd, LOCK_EX));
	REPORT(flock(other, LOCK_EX | LOCK_NB));
	REPORT(flock(other, LOCK_SH | LOCK_NB));
	REPORT(flock(fd, LOCK_SH));
	REPORT(flock(other, LOCK_SH | LOCK_NB));
	REPORT(flock(fd, LOCK_EX | LOCK_NB));
	REPORT(flock(fd, LOCK_UN));
	REPORT(flock(other, LOCK_EX | LOCK_NB));
	REPORT(lock(fd, F_SETLK, F_WRLCK, 0, 0));
	REPORT(lock(fd, F_SETLK, F_UNLCK, 0, 0));
	CHECK(pipe(ready) == 0);
	child = fork();
	if (child == 0) {
		char c;

		close(ready[1]);
		_exit(read(ready[0], &c, 1));
	}
	close(other);
	REPORT(flock(fd, LOCK_EX | LOCK_NB));
	close(ready[1]);
	CHECK(waitpid(child, &status, 0) == child);
	REPORT(flock(fd, LOCK_EX | LOCK_NB));
	REPORT(flock(fd, LOCK_UN));
	REPORT(flock(99, LOCK_SH));
	close(ready[0]);
}

static void open_file_ranges(void)
{
	int a = open("f", O_RDWR), b = open("f", O_RDWR);
	struct flock l = { .l_type = F_WRLCK, .l_len = 10 };

	REPORT(fcntl(a, F_OFD_SETLK, &l));
	REPORT(fcntl(b, F_OFD_SETLK, &l));
	REPORT(lock(a, F_SETLK, F_WRLCK, 0, 1));
	CHECK(fcntl(b, F_OFD_GETLK, &l) == 0);
	SAY("type %d start %ld len %ld pid %d\n", l.l_type, (long)l.l_start, (long)l.l_len, (int)l.l_pid);
	REPORT(fcntl(b, F_OFD_SETLK, &l));
	close(open("f", O_RDONLY));
	l = (struct flock){ .l_type = F_WRLCK, .l_start = 9, .l_len = 10 };
	REPORT(fcntl(b, F_OFD_SETLK, &l));
	close(a);
	REPORT(fcntl(b, F_OFD_SETLK, &l));
	close(b);
}

int main(void)
{
	int fd = make_file("f", 100);

	ranges(fd);
	errors(fd);
	waiting(fd);
	interrupted(fd);
	deadlock(fd);
	whole_files(fd);
	open_file_ranges();
	close(fd);
	CHECK(unlink("f") == 0);
	return done();
}
