/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * For user-level tests: each line printed is part of the result and must be the same on Linux, so a test prints what
 * happened (values, errors), never pids, addresses or times. CHECK counts what is wrong whatever the reference says;
 * main ends with `return done();`.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include "user/libc/internal/syscall.h"

static int test_failures;

#define CHECK(cond) do {								\
		if (!(cond)) {								\
			printf("not ok %s:%d: %s (errno %d)\n", __FILE__, __LINE__, #cond, errno);	\
			fflush(stdout);							\
			test_failures++;						\
		}									\
	} while (0)

static inline void say_result(const char *call, long result, int error)
{
	if (result == -1)
		printf("%s: error %d\n", call, error);
	else
		printf("%s: ok\n", call);
	fflush(stdout);
}

/* The error that a call gave, by number: "EINVAL" would need a table, the number says as much. */
#define REPORT(call) do {								\
		long r_;								\
		errno = 0;								\
		r_ = (long)(call);							\
		say_result(#call, r_, errno);						\
	} while (0)

/* Printed at once, so that a later fork does not print it again. */
#define SAY(...) (printf(__VA_ARGS__), fflush(stdout))

/* The system call itself, for those that libc lacks: the result, or -1 and errno. */
#define SYS(name, ...) sys_call(__NR_##name, ##__VA_ARGS__)

/* Runs the statements in a child and leaves its wait status in `status`. */
#define IN_CHILD(status, ...) do {							\
		pid_t pid_;								\
		fflush(stdout);								\
		pid_ = fork();								\
		if (pid_ == 0) {							\
			__VA_ARGS__;							\
			fflush(stdout);							\
			_exit(test_failures != 0);					\
		}									\
		status = -1;								\
		CHECK(pid_ > 0 && waitpid(pid_, &status, 0) == pid_);			\
	} while (0)

static inline void say_status(const char *what, int status)
{
	if (WIFEXITED(status))
		SAY("%s: exit %d\n", what, WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		SAY("%s: signal %d\n", what, WTERMSIG(status));
	else if (WIFSTOPPED(status))
		SAY("%s: stopped %d\n", what, WSTOPSIG(status));
	else
		SAY("%s: %s\n", what, WIFCONTINUED(status) ? "continued" : "strange");
}

/*
 * One access that may fault: PEEK reads the byte at an address, POKE writes it. The result is 0 or the signal, and
 * fault_info says more about it.
 */
static sigjmp_buf fault_return;
static siginfo_t fault_info;

static inline void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)context;
	fault_info = *info;
	siglongjmp(fault_return, sig);
}

static inline int touch(volatile char *p, int write)
{
	struct sigaction action = { .sa_flags = SA_SIGINFO }, segv, bus;
	int sig;

	action.sa_sigaction = on_fault;
	sigaction(SIGSEGV, &action, &segv);
	sigaction(SIGBUS, &action, &bus);
	sig = sigsetjmp(fault_return, 1);
	if (!sig) {
		if (write)
			*p = 1;
		else
			(void)*p;
	}
	sigaction(SIGSEGV, &segv, NULL);
	sigaction(SIGBUS, &bus, NULL);
	return sig;
}

#define PEEK(p) touch((volatile char *)(p), 0)
#define POKE(p) touch((volatile char *)(p), 1)

/* "signal 11 code 1 at +4096": how the access to base + offset ends. */
static inline void say_touch(const char *what, char *base, long offset, int write)
{
	int sig = touch(base + offset, write);

	if (!sig)
		SAY("%s: ok\n", what);
	else
		SAY("%s: signal %d code %d at %+ld\n", what, sig, fault_info.si_code, (long)((char *)fault_info.si_addr - base));
}

/* A file of n bytes, the byte at i being i % 251. */
static inline int make_file(const char *name, int n)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);
	char buf[4096];

	CHECK(fd >= 0);
	for (int at = 0; at < n; at += sizeof buf) {
		int len = n - at < (int)sizeof buf ? n - at : (int)sizeof buf;

		for (int i = 0; i < len; i++)
			buf[i] = (at + i) % 251;
		CHECK(write(fd, buf, len) == len);
	}
	return fd;
}

#define PAGE 4096

/* For tests that would harm another machine than a virtual one of their own: chmod of a device, all memory taken. */
static inline void on_pagoda_only(void)
{
	struct utsname u;

	if (uname(&u) < 0 || !strstr(u.version, "Pagoda")) {
		SAY("not run: this is not Pagoda\n");
		exit(0);
	}
}

static inline int done(void)
{
	printf("%s\n", test_failures ? "failed" : "done");
	fflush(stdout);
	return test_failures != 0;
}
