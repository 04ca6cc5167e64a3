/* SPDX-License-Identifier: MIT */
/*
 * The system's limit of open files: ENFILE for users, not for root, and nothing is lost by it. The limit is set in
 * relation to what is open now, so it does not matter who else has files open.
 * reference: debian
 */
#include "test.h"
#include <sys/wait.h>

static long number(const char *name)
{
	char buf[64] = "";
	int fd = open(name, O_RDONLY);
	long n = read(fd, buf, sizeof buf - 1);

	close(fd);
	return n > 0 ? atol(buf) : -1;
}

static int set_limit(long n)
{
	char buf[32];
	int fd = open("/proc/sys/fs/file-max", O_WRONLY), len = snprintf(buf, sizeof buf, "%ld\n", n);
	int ok = write(fd, buf, len) == len;

	close(fd);
	return ok;
}

/* Opens until it cannot: the error. */
static int open_all(void)
{
	for (int i = 0; i < 900; i++)
		if (open("/dev/null", O_RDONLY) < 0)
			return errno;
	return 0;
}

static void as_user(void)
{
	int p[2];

	CHECK(setgid(1000) == 0 && setuid(1000) == 0);
	SAY("open: %s\n", open_all() == ENFILE ? "ENFILE" : "something else");
	REPORT(pipe(p));
	REPORT(dup(0) >= 0 ? 0 : -1);		/* needs no open file of its own */
}

/* By twos: one of the parities gets to the limit with the first file of a pipe and is refused the second. */
static void pipes_as_user(int odd)
{
	int p[2], error = 0;

	CHECK(setgid(1000) == 0 && setuid(1000) == 0);
	CHECK(!odd || open("/dev/null", O_RDONLY) >= 0);
	for (int i = 0; i < 450 && !error; i++)
		error = pipe(p) < 0 ? errno : 0;
	SAY("pipes: %s\n", error == ENFILE ? "ENFILE" : "something else");
}

int main(void)
{
	long limit = number("/proc/sys/fs/file-max"), now = number("/proc/sys/fs/file-nr");
	int p[2], status;

	CHECK(limit > 0 && now >= 0);
	CHECK(set_limit(now + 100));
	IN_CHILD(status, as_user());
	CHECK(status == 0);
	for (int odd = 0; odd < 2; odd++) {
		IN_CHILD(status, pipes_as_user(odd));
		CHECK(status == 0);
	}
	CHECK(set_limit(1));
	REPORT(pipe(p));		/* root may */
	CHECK(set_limit(limit));
	CHECK(number("/proc/sys/fs/file-max") == limit);
	return done();
}
