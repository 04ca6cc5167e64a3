/* SPDX-License-Identifier: MIT */
/*
 * From the kernel's stack to main and back out. At a program's first instruction esp points at argc, followed
 * by the argument pointers, NULL, the environment pointers, NULL, and the auxiliary vector. exit() runs what
 * atexit registered, last first, then flushes stdio, then leaves through exit_group.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>
#include "user/libc/internal/syscall.h"
#include "user/libc/internal/stdio.h"

#define ATEXIT_MAX 64

char **environ;
char *program_invocation_short_name = "?";
static unsigned long *auxv;
static int errno_value;
static void (*atexit_funcs[ATEXIT_MAX])(void);
static int atexit_count;

int main(int argc, char **argv, char **envp);

int *__errno_location(void)
{
	return &errno_value;
}

unsigned long getauxval(unsigned long type)
{
	for (unsigned long *a = auxv; a && a[0] != AT_NULL; a += 2)
		if (a[0] == type)
			return a[1];
	errno = ENOENT;
	return 0;
}

int atexit(void (*func)(void))
{
	if (atexit_count == ATEXIT_MAX)
		return -1;
	atexit_funcs[atexit_count++] = func;
	return 0;
}

void _exit(int status)
{
	for (;;)
		raw_syscall(__NR_exit_group, status);
}

void _Exit(int status)
{
	_exit(status);
}

void exit(int status)
{
	while (atexit_count > 0)
		atexit_funcs[--atexit_count]();
	__stdio_exit();
	_exit(status);
}

__attribute__((noreturn, used)) void __libc_start(unsigned long *stack)
{
	int argc = (int)stack[0];
	char **argv = (char **)(stack + 1);
	unsigned long *p;

	environ = argv + argc + 1;
	for (p = (unsigned long *)environ; *p; p++)
		;
	auxv = p + 1;
	if (argc > 0) {
		char *slash = strrchr(argv[0], '/');

		program_invocation_short_name = slash ? slash + 1 : argv[0];
	}
	exit(main(argc, argv, environ));
}
