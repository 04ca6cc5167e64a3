/* SPDX-License-Identifier: MIT */
/* RLIMIT_NOFILE: the number at which descriptors end. RLIMIT_FSIZE: where files end, with SIGXFSZ or EFBIG. */
#include <poll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include "fs.h"

static void limit(int what, unsigned cur, unsigned max)
{
	struct rlimit r = { .rlim_cur = cur, .rlim_max = max };

	CHECK(setrlimit(what, &r) == 0);
}

static int count_open(int upto)
{
	int n = 0;

	for (int fd = 0; fd < upto; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void descriptors(void)
{
	int last = -1, fd, fds[2], status;

	limit(RLIMIT_NOFILE, 600, 600);
	while ((fd = open("/dev/null", O_RDONLY)) >= 0)
		last = fd;
	SAY("last %d, error %d\n", last, errno);
	fds[0] = 77;
	REPORT(pipe(fds));
	SAY("untouched: %d\n", fds[0]);
	REPORT(dup(0));
	REPORT(dup2(0, 599));
	REPORT(dup2(0, 600));
	REPORT(fcntl(0, F_DUPFD, 600));
	REPORT(fcntl(0, F_DUPFD, 599));
	REPORT(open("f", O_RDWR | O_CREAT, 0644));
	say_file("f");
	IN_CHILD(status, SAY("child %d\n", count_open(600)));
	/* One place is not enough for a pipe, and is given back. */
	close(300);
	REPORT(pipe(fds));
	VALUE(open("/dev/null", O_RDONLY));
	/* A lower limit closes nothing. */
	limit(RLIMIT_NOFILE, 10, 600);
	SAY("still open: %d\n", count_open(600));
	close(5);
	VALUE(dup(0));
	close(500);
	REPORT(dup2(0, 500));
	limit(RLIMIT_NOFILE, 600, 600);
	REPORT(SYS(close_range, 10, 5, 0));
	REPORT(SYS(close_range, 100, 299, 4));
	SAY("close-on-exec: %d %d %d\n", fcntl(99, F_GETFD), fcntl(100, F_GETFD), fcntl(299, F_GETFD));
	REPORT(SYS(close_range, 3, ~0u, 0));
	SAY("left: %d\n", count_open(600));
}

static void poll_many(void)
{
	static struct pollfd p[601];

	REPORT(poll(p, 601, 0));
	for (int i = 0; i < 600; i++)
		p[i] = (struct pollfd){ .fd = 599 - i, .events = 0 };
	SAY("closed: %d\n", poll(p, 597, 0));
	SAY("revents %x\n", p[0].revents);
}

static void file_size(void)
{
	char buf[3000] = "";
	int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0644), status;

	IN_CHILD(status, {
		limit(RLIMIT_FSIZE, 1000, 1000);
		VALUE(pwrite(fd, buf, 3000, 0));
		pwrite(fd, buf, 1, 1000);
	});
	say_status("written at the limit", status);
	IN_CHILD(status, {
		limit(RLIMIT_FSIZE, 1000, 1000);
		ftruncate(fd, 1001);
	});
	say_status("grown past the limit", status);
	IN_CHILD(status, {
		limit(RLIMIT_FSIZE, 1000, 1000);
		signal(SIGXFSZ, SIG_IGN);
		VALUE(pwrite(fd, buf, 1, 1000));
		VALUE(pwrite(fd, buf, 500, 900));
		REPORT(ftruncate(fd, 5000));
		REPORT(ftruncate(fd, 1000));
		REPORT(truncate("f", 1001));
	});
	say_status("ignored", status);
	say_file("f");
	close(fd);
	CHECK(unlink("f") == 0);
}

int main(void)
{
	umask(022);
	descriptors();
	poll_many();
	file_size();
	return done();
}
