/* SPDX-License-Identifier: MIT */
/* reference: debian (RLIMIT_NPROC needs a user who has no other processes, so root to become one) */
/* Resource limits: what each refuses, and how. */
#include <sys/mman.h>
#include <sys/resource.h>
#include "test.h"

static void set(int which, unsigned long value)
{
	struct rlimit l = { value, value };

	CHECK(setrlimit(which, &l) == 0);
}

static void file_size(void)
{
	int fd = open("big", O_RDWR | O_CREAT, 0600), status;
	static char buf[3000];

	set(RLIMIT_FSIZE, 5000);
	SAY("writes: %d", (int)write(fd, buf, 3000));
	SAY(" %d\n", (int)write(fd, buf, 3000));			/* as much as fits */
	IN_CHILD(status, write(fd, buf, 1));
	say_status("at the limit", status);
	signal(SIGXFSZ, SIG_IGN);
	REPORT(write(fd, buf, 1));
	REPORT(pwrite(fd, buf, 1, 4999));
	REPORT(pwrite(fd, buf, 1, 10000));
	REPORT(ftruncate(fd, 5001));
	REPORT(ftruncate(fd, 5000));
	close(fd);
	unlink("big");
}

static void address_space(void)
{
	char *p;

	set(RLIMIT_AS, 32 << 20);
	p = mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	REPORT(p);
	REPORT(mmap(NULL, 32 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	REPORT(mremap(p, 16 << 20, 40 << 20, MREMAP_MAYMOVE));
	SAY("brk: %s\n", raw_syscall(__NR_brk, (char *)sbrk(0) + (30 << 20)) == (long)sbrk(0) ? "refused" : "moved");
	REPORT(munmap(p, 16 << 20));
	REPORT(mmap(NULL, 16 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

/* A fork bomb, as a user: it runs into its limit, and the machine goes on (bug 20). */
static void processes(void)
{
	int n = 0;

	if (SYS(setresuid32, 4242, 4242, 4242) < 0)
		_exit(99);
	set(RLIMIT_NPROC, 20);
	for (;;) {
		pid_t pid = fork();

		if (pid < 0)
			break;
		if (pid == 0)
			for (;;)
				pause();
		n++;
	}
	SAY("children: %d, then error %d\n", n, errno);
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM);
	while (wait(NULL) > 0)
		n--;
	SAY("left: %d\n", n);
	IN_CHILD(n, _exit(0));
	say_status("and again", n);
}

static void bomb(void)
{
	int status;

	if (SYS(setresuid32, 4243, 4243, 4243) < 0)
		_exit(99);		/* kill(-1) below must not hit anybody else */
	set(RLIMIT_NPROC, 30);
	alarm(3);
	IN_CHILD(status, setpgid(0, 0); alarm(1); for (;;) fork());
	say_status("fork bomb", status);
	kill(-1, SIGKILL);						/* all of this user but us */
	while (wait(NULL) > 0)
		;
}

static void cpu(void)
{
	struct rlimit l = { 1, 100 };		/* far apart: a virtual CPU may be put aside for seconds */

	CHECK(setrlimit(RLIMIT_CPU, &l) == 0);
	for (;;)
		;
}

int main(void)
{
	struct rlimit l = { 10, 5 };
	int status;

	REPORT(setrlimit(RLIMIT_NOFILE, &l));
	REPORT(setrlimit(99, &l));
	REPORT(getrlimit(99, &l));
	IN_CHILD(status, file_size());
	say_status("file size", status);
	IN_CHILD(status, address_space());
	say_status("address space", status);
	IN_CHILD(status, setpgid(0, 0); processes());
	say_status("processes", status);
	IN_CHILD(status, setpgid(0, 0); bomb());
	say_status("bomb", status);
	IN_CHILD(status, cpu());
	say_status("CPU time", status);
	IN_CHILD(status, CHECK(SYS(setresuid32, 1, 1, 1) == 0); set(RLIMIT_NOFILE, 50); l.rlim_cur = l.rlim_max = 60;
		 REPORT(setrlimit(RLIMIT_NOFILE, &l)); l.rlim_cur = 40; l.rlim_max = 50; REPORT(setrlimit(RLIMIT_NOFILE, &l)));
	say_status("raising", status);
	return done();
}
