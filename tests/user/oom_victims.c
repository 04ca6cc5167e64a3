/* SPDX-License-Identifier: MIT */
/* reference: pagoda-only (would fill the memory of the machine that runs it) */
/* Whom the out-of-memory killer takes: the largest with all its threads and all who share its memory, and nobody else. */
#include <sys/sysinfo.h>
#include "thread.h"

static struct thread helper;
static unsigned long total;		/* bytes of RAM */
static int end_of_family[2];		/* a pipe: who reads sees its end when all who hold the other end are gone */

static void write_text(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (int)strlen(text));
	close(fd);
}

static void touch_memory(unsigned long bytes)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		_exit(12);
	for (unsigned long i = 0; i < bytes; i += 4096)
		p[i] = 1;
}

static void hog(void *unused)
{
	(void)unused;
	touch_memory(1ul << 30);
	_exit(13);
}

static void sleep_for_ever(void *unused)
{
	(void)unused;
	for (;;)
		pause();
}

/* The leader ends first: the killer must look for the memory in the other threads. */
static void threads(void)
{
	CHECK(thread_start(&helper, hog, NULL) > 0);
	SYS(exit, 0);
}

static void shared_by_processes(void)
{
	close(end_of_family[0]);
	CHECK(raw_clone(CLONE_VM | SIGCHLD, &helper, NULL, NULL, NULL) > 0);
	hog(NULL);
}

static void vforked(void)
{
	close(end_of_family[0]);
	CHECK(raw_clone(CLONE_VM | CLONE_VFORK | SIGCHLD, &helper, NULL, NULL, NULL) > 0);
	_exit(14);
}

/* Runs the body in a child; says how it ended, and that nobody is left of its family. */
static void family(const char *name, void (*body)(void), void (*helps)(void *))
{
	int status;
	char c;

	CHECK(pipe(end_of_family) == 0);
	helper.run = helps;
	IN_CHILD(status, body());
	say_status(name, status);
	close(end_of_family[1]);
	CHECK(read(end_of_family[0], &c, 1) == 0);
	close(end_of_family[0]);
}

/* A process that has touched so much, and stops if told to; returns when it has. */
static pid_t holder(unsigned long bytes, const char *adj, int stop)
{
	int ready[2];
	pid_t pid;
	char c;

	CHECK(pipe(ready) == 0);
	pid = fork();
	if (pid == 0) {
		write_text("/proc/self/oom_score_adj", adj);
		touch_memory(bytes);
		close(ready[0]);
		CHECK(write(ready[1], "", 1) == 1);
		if (stop)
			raise(SIGSTOP);
		sleep_for_ever(NULL);
	}
	close(ready[1]);
	CHECK(pid > 0 && read(ready[0], &c, 1) == 1);
	close(ready[0]);
	return pid;
}

static void end_of(const char *name, pid_t pid)
{
	int status;

	/* Who is still there ends with SIGTERM, who was killed for its memory has ended with SIGKILL. */
	kill(pid, SIGTERM);
	kill(pid, SIGCONT);
	CHECK(waitpid(pid, &status, 0) == pid);
	say_status(name, status);
}

int main(void)
{
	pid_t small, large, soft;
	struct sysinfo info;
	int status;

	on_pagoda_only();
	CHECK(sysinfo(&info) == 0);
	total = info.totalram * info.mem_unit;
	small = holder(1 << 20, "0", 0);
	IN_CHILD(status, hog(NULL));
	say_status("hog", status);
	IN_CHILD(status, threads());
	say_status("hog in a thread without leader", status);
	family("hog that shares with a process", shared_by_processes, sleep_for_ever);
	family("hog behind vfork", vforked, hog);
	end_of("small one beside all these", small);

	/* It can not run, and its memory is back in time for who needs it, who does not fail. */
	large = holder(total / 8 * 5, "0", 1);
	CHECK(waitpid(large, &status, WUNTRACED) == large && WIFSTOPPED(status));
	IN_CHILD(status, touch_memory(total / 8 * 4));
	say_status("who needs the memory of a stopped one", status);
	end_of("the stopped one", large);

	large = holder(total / 2, "-1000", 0);
	soft = holder(1 << 20, "1000", 0);
	IN_CHILD(status, hog(NULL));
	say_status("hog beside a protected one", status);
	end_of("the protected one", large);
	end_of("the one that offered itself", soft);
	return done();
}
