/* SPDX-License-Identifier: MIT */
/* reference: pagoda-only (would fill the memory of the machine that runs it) */
/* More memory than there is: an error or the end of who asks, and everybody else goes on (bug 16). */
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include "test.h"

static void eat(void)
{
	/* Without swap nothing of this can go away. */
	for (;;) {
		char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED)
			_exit(12);
		for (int i = 0; i < 1 << 20; i += PAGE)
			p[i] = 1;
	}
}

static int ended(int status)
{
	return (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) || (WIFEXITED(status) && WEXITSTATUS(status) == 12);
}

int main(void)
{
	struct sysinfo before, after;
	int status, good = 0;
	pid_t pid;

	on_pagoda_only();
	CHECK(sysinfo(&before) == 0 && before.totalram > 0 && before.freeram <= before.totalram);
	for (int round = 0; round < 2; round++) {
		IN_CHILD(status, eat());
		good += ended(status);
	}
	SAY("anonymous memory: %d of 2 ended\n", good);
	/* One large mapping, and a kernel that fills it. */
	IN_CHILD(status, {
		int zero = open("/dev/zero", O_RDONLY);
		char *p = mmap(NULL, 1u << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (p == MAP_FAILED)
			_exit(12);
		for (unsigned long at = 0; at < 1u << 30; at += 1 << 20)
			if (read(zero, p + at, 1 << 20) != 1 << 20)
				_exit(12);
	});
	SAY("filled by the kernel: %s\n", ended(status) ? "ended" : "survived");
	/* Two at once. */
	pid = fork();
	if (pid == 0)
		eat();
	IN_CHILD(status, eat());
	good = ended(status);
	CHECK(waitpid(pid, &status, 0) == pid);
	SAY("two at once: %d\n", good + ended(status));
	/* Shared memory that nobody holds any more goes away too. */
	IN_CHILD(status, {
		char *p = mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

		memset(p, 1, 64 << 20);
	});
	CHECK(status == 0);
	CHECK(sysinfo(&after) == 0);
	SAY("memory came back: %s\n", after.freeram + (8 << 20) > before.freeram ? "yes" : "no");
	return done();
}
