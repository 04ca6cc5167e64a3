/* SPDX-License-Identifier: MIT */
/*
 * The kernel, writing for a system call, must break copy-on-write as the program itself would (bug 8), and must
 * respect a read-only mapping.
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include "test.h"

static char buf[3 * PAGE] __attribute__((aligned(4096)));

static int all(char value)
{
	for (unsigned i = 0; i < sizeof buf; i++)
		if (buf[i] != value)
			return 0;
	return 1;
}

int main(void)
{
	int pipes[2], status, fd = make_file("file", sizeof buf);
	char *ro;

	memset(buf, 'p', sizeof buf);
	CHECK(pipe(pipes) == 0);
	IN_CHILD(status, {
		CHECK(write(pipes[1], "child", 5) == 5);
		CHECK(read(pipes[0], buf + PAGE - 2, 5) == 5);		/* over a page boundary */
		CHECK(!memcmp(buf + PAGE - 2, "child", 5));
	});
	CHECK(status == 0 && all('p'));
	SAY("read from a pipe\n");
	IN_CHILD(status, {
		CHECK(pread(fd, buf, sizeof buf, 0) == sizeof buf);
		CHECK(buf[sizeof buf - 1] == (char)((sizeof buf - 1) % 251));
	});
	CHECK(status == 0 && all('p'));
	SAY("read from a file\n");
	IN_CHILD(status, {
		struct iovec iov[2] = { { buf, 100 }, { buf + 2 * PAGE, 100 } };

		lseek(fd, 0, SEEK_SET);
		CHECK(readv(fd, iov, 2) == 200 && buf[2 * PAGE] == 100);
	});
	CHECK(status == 0 && all('p'));
	SAY("readv\n");
	IN_CHILD(status, {
		CHECK(fstat(fd, (struct stat *)buf) == 0);
		CHECK(getcwd(buf + PAGE, 400) != NULL);
		CHECK(SYS(uname, buf + 2 * PAGE) == 0);
	});
	CHECK(status == 0 && all('p'));
	SAY("fstat, getcwd, uname\n");
	/* The other way round: the parent's call must not reach a child that still shares the page. */
	{
		int hold[2];
		char c;
		pid_t pid;

		CHECK(pipe(hold) == 0);
		pid = fork();
		if (pid == 0) {
			read(hold[0], &c, 1);
			_exit(!all('p'));
		}
		CHECK(pread(fd, buf, PAGE, 0) == PAGE);
		write(hold[1], "x", 1);
		CHECK(waitpid(pid, &status, 0) == pid);
		say_status("child keeps its page", status);
		memset(buf, 'p', sizeof buf);
	}
	ro = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	REPORT(pread(fd, ro, 10, 0));
	CHECK(ro[0] == 0);
	IN_CHILD(status, REPORT(pread(fd, ro, 10, 0)));
	REPORT(pread(fd, (void *)main, 10, 0));				/* the program's own text */
	close(fd);
	unlink("file");
	return done();
}
