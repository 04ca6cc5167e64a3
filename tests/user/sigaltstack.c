/* SPDX-License-Identifier: MIT */
/* The alternate signal stack: used when asked for, reported, not changed while in use; a stack overflow can be handled. */
#include <sys/mman.h>
#include "test.h"

static char stack[32768];
static volatile int sink;

static int on_it(void)
{
	char *here;

	asm volatile("mov %%esp, %0" : "=r"(here));
	return here >= stack && here < stack + sizeof stack;
}

static void handler(int sig)
{
	stack_t now;

	CHECK(sigaltstack(NULL, &now) == 0);
	SAY("  signal %d on it: %d, flags %d\n", sig, on_it(), now.ss_flags);
	REPORT(sigaltstack(&now, NULL));
	if (sig == SIGUSR1)
		raise(SIGUSR2);
}

static void overflowed(int sig)
{
	SAY("  overflow: signal %d on it: %d\n", sig, on_it());
	_exit(3);
}

static int for_ever(int n)
{
	volatile char frame[4000];

	frame[0] = n;
	return (sink == 12345 ? 0 : for_ever(n + 1)) + frame[0];
}

int main(void)
{
	stack_t alt = { .ss_sp = stack, .ss_size = sizeof stack }, old;
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_ONSTACK };
	int status;

	CHECK(sigaltstack(NULL, &old) == 0);
	SAY("at first: flags %d\n", old.ss_flags);
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGUSR2, &action, NULL);
	raise(SIGUSR2);
	alt.ss_size = 100;
	REPORT(sigaltstack(&alt, NULL));
	alt.ss_size = sizeof stack;
	alt.ss_flags = 77;
	REPORT(sigaltstack(&alt, NULL));
	alt.ss_flags = 0;
	REPORT(sigaltstack(&alt, NULL));
	raise(SIGUSR1);
	CHECK(sigaltstack(NULL, &old) == 0);
	SAY("set: flags %d, as given %d\n", old.ss_flags, old.ss_sp == stack && old.ss_size == sizeof stack);
	action.sa_handler = overflowed;
	sigaction(SIGSEGV, &action, NULL);
	IN_CHILD(status, sink = for_ever(0));
	say_status("stack overflow, handled", status);
	alt.ss_flags = SS_DISABLE;
	REPORT(sigaltstack(&alt, NULL));
	IN_CHILD(status, sink = for_ever(0));
	say_status("stack overflow, nowhere to handle it", status);
	return done();
}
