/* SPDX-License-Identifier: MIT */
/* Pipes: capacity, end of file, SIGPIPE, blocking, what a descriptor of a pipe cannot do, and a long transfer. */
#include <sys/ioctl.h>
#include "fs.h"

static char buf[70000];

static int in_pipe(int fd)
{
	int n = -1;

	CHECK(ioctl(fd, FIONREAD, &n) == 0);
	return n;
}

static void small(void)
{
	int p[2];

	REPORT(pipe(p));
	VALUE(write(p[1], "abcdef", 6));
	SAY("in it %d\n", in_pipe(p[0]));
	VALUE(read(p[0], buf, 2));
	VALUE(write(p[1], "gh", 2));
	VALUE(read(p[0], buf, 100));
	SAY("%.6s\n", buf);
	VALUE(write(p[1], "", 0));
	SAY("in it %d\n", in_pipe(p[0]));
	VALUE(write(p[0], "x", 1));
	VALUE(read(p[1], buf, 1));
	VALUE(lseek(p[0], 0, SEEK_CUR));
	VALUE(pread(p[0], buf, 1, 0));
	VALUE(pwrite(p[1], buf, 1, 0));
	REPORT(ftruncate(p[1], 0));
	REPORT(fsync(p[1]));
	VALUE(write(p[1], "last", 4));
	close(p[1]);
	VALUE(read(p[0], buf, 100));
	VALUE(read(p[0], buf, 100));
	VALUE(read(p[0], buf, 100));
	close(p[0]);
}

static void capacity(void)
{
	int p[2];
	long total = 0, n;

	REPORT(pipe2(p, O_NONBLOCK | O_CLOEXEC));
	SAY("flags %d %o\n", fcntl(p[0], F_GETFD), fcntl(p[1], F_GETFL) & ~O_LARGEFILE);
	VALUE(read(p[0], buf, 1));
	VALUE(fcntl(p[0], F_GETPIPE_SZ));
	while ((n = write(p[1], buf, 4096)) > 0)
		total += n;
	SAY("holds %ld, error %d\n", total, errno);
	VALUE(write(p[1], buf, 1));
	VALUE(read(p[0], buf, 4096));
	VALUE(write(p[1], buf, 70000));
	VALUE(write(p[1], buf, 1));
	REPORT(fcntl(p[0], F_SETPIPE_SZ, 4096));
	SAY("in it %d\n", in_pipe(p[0]));
	while (read(p[0], buf, sizeof buf) > 0)
		;
	VALUE(fcntl(p[0], F_SETPIPE_SZ, 5000));
	VALUE(write(p[1], buf, 70000));
	close(p[0]);
	close(p[1]);
	REPORT(pipe2(p, 0x1234567));
	REPORT(SYS(pipe, 16));
}

static void broken(void)
{
	int p[2], status;

	CHECK(pipe(p) == 0 && close(p[0]) == 0);
	IN_CHILD(status, write(p[1], "x", 1));
	say_status("no reader", status);
	IN_CHILD(status, signal(SIGPIPE, SIG_IGN); VALUE(write(p[1], "x", 1)); VALUE(write(p[1], "", 0)));
	close(p[1]);
}

/* A writer asleep in a full pipe wakes when the last reader goes, and one that had written something says how much. */
static void reader_leaves(void)
{
	int p[2], status;
	pid_t child;

	CHECK(pipe(p) == 0);
	child = fork();
	if (child == 0) {
		signal(SIGPIPE, SIG_IGN);
		close(p[0]);
		VALUE(write(p[1], buf, sizeof buf));
		VALUE(write(p[1], buf, 1));
		_exit(0);
	}
	close(p[1]);
	while (in_pipe(p[0]) < 65536)
		usleep(1000);
	usleep(20000);
	close(p[0]);
	CHECK(waitpid(child, &status, 0) == child);
	say_status("writer", status);
}

static void late_writer(void)
{
	int p[2], status;
	pid_t child;

	CHECK(pipe(p) == 0);
	child = fork();
	if (child == 0) {
		close(p[0]);
		usleep(30000);
		_exit(write(p[1], "late", 4) != 4);
	}
	close(p[1]);
	VALUE(read(p[0], buf, 10));
	VALUE(read(p[0], buf, 10));
	CHECK(waitpid(child, &status, 0) == child);
	say_status("late writer", status);
	close(p[0]);
}

static void on_alarm(int sig)
{
	(void)sig;
}

static void interrupted(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	int p[2];

	CHECK(pipe(p) == 0 && sigaction(SIGALRM, &action, NULL) == 0);
	alarm(1);
	VALUE(read(p[0], buf, 1));
	alarm(1);
	VALUE(write(p[1], buf, sizeof buf));
	SAY("in it %d\n", in_pipe(p[0]));
	close(p[0]);
	close(p[1]);
}

/* Pieces of one size in, of another out: every byte, in order. */
static void transfer(void)
{
	static unsigned char piece[10007];
	unsigned k = 0;
	int p[2], status, n, bad = 0;
	long total = 0;
	pid_t child;

	CHECK(pipe(p) == 0);
	child = fork();
	if (child == 0) {
		close(p[0]);
		for (int i = 0; i < 100; i++) {
			for (int j = 0; j < 10007; j++)
				piece[j] = k++ * 7;
			CHECK(write(p[1], piece, 10007) == 10007);
		}
		_exit(test_failures != 0);
	}
	close(p[1]);
	while ((n = read(p[0], buf, 12345)) > 0) {
		for (int i = 0; i < n; i++)
			bad += (unsigned char)buf[i] != (unsigned char)(k++ * 7);
		total += n;
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	SAY("transferred %ld, %d bad\n", total, bad);
	close(p[0]);
}

int main(void)
{
	small();
	capacity();
	broken();
	reader_leaves();
	late_writer();
	interrupted();
	transfer();
	return done();
}
