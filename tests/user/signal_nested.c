/* SPDX-License-Identifier: MIT */
/*
 * Handlers within handlers: three deep on the alternate stack, each with floating-point and SSE registers of its own
 * that come back one by one; left by a jump; on a stack that is too small; again and again.
 */
#include <sys/mman.h>
#include <ucontext.h>
#include "test.h"

static char stack[65536];
static sigjmp_buf out;
static volatile int depth, deepest;
static char *sp_at[4];
static int jumps, limit;

static void put(int n)
{
	int v[4] = { n, n + 1, n + 2, n + 3 };

	asm volatile("fninit; fildl %0; movups %1, %%xmm3" :: "m"(v[0]), "m"(v) : "memory");
}

static int get(int n)
{
	int top = 0, v[4] = { 0 };

	asm volatile("fistl %0; movups %%xmm3, %1" : "=m"(top), "=m"(v) :: "memory");
	return top == n && v[0] == n && v[3] == n + 3;
}

static void nested(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	int me = ++depth, ok;
	char here;

	(void)info;
	sp_at[me] = &here;
	deepest = me > deepest ? me : deepest;
	put(me * 100);
	if (sig == SIGUSR1)
		raise(SIGUSR2);
	else if (sig == SIGUSR2)
		kill(getpid(), SIGWINCH);
	ok = get(me * 100);
	SAY("%*s%d: signal %d, on the stack %d, below the one before %d, registers kept %d, stack flags %d\n", me * 2, "", me, sig,
	    &here > stack && &here < stack + sizeof stack, me == 1 || sp_at[me] < sp_at[me - 1], ok, uc->uc_stack.ss_flags);
	depth--;
}

static void jump(int sig) { siglongjmp(out, sig); }

static void deeper(int sig)
{
	char here;

	if (++depth <= 2)
		sp_at[depth] = &here;
	if (depth < limit)
		raise(sig);
}

static void nest(int times, int stack_size)
{
	struct sigaction action = { .sa_handler = deeper, .sa_flags = SA_ONSTACK | SA_NODEFER };
	stack_t alt = { .ss_sp = stack, .ss_size = stack_size };

	CHECK(sigaltstack(&alt, NULL) == 0);
	sigaction(SIGUSR1, &action, NULL);
	depth = 0;
	limit = times;
	raise(SIGUSR1);
}

int main(void)
{
	stack_t alt = { .ss_sp = stack, .ss_size = sizeof stack };
	struct sigaction action = { .sa_flags = SA_SIGINFO | SA_ONSTACK };
	static const int signals[] = { SIGUSR1, SIGUSR2, SIGWINCH };
	int status, sig, frame;

	CHECK(sigaltstack(&alt, NULL) == 0);
	action.sa_sigaction = nested;
	for (int i = 0; i < 3; i++)
		sigaction(signals[i], &action, NULL);
	put(7);
	raise(SIGUSR1);
	CHECK(get(7));
	SAY("deepest %d, then %d\n", deepest, depth);
	/* Left by a jump, the stack is free again, and the mask is as it was. */
	action.sa_flags = SA_ONSTACK;
	action.sa_handler = jump;
	sigaction(SIGSEGV, &action, NULL);
	for (volatile int i = 0; i < 300; i++) {
		sig = sigsetjmp(out, 1);
		if (!sig)
			asm volatile("movl $1, 16" ::: "memory");
		jumps += sig == SIGSEGV;
	}
	CHECK(sigaltstack(NULL, &alt) == 0);
	SAY("jumped out %d times, stack flags %d\n", jumps, alt.ss_flags);
	/*
	 * More handlers than the stack holds: the one that does not fit is a fault that nobody can handle. How much each takes is the
	 * CPU's affair (its registers are in it). Room for half of one is left: a handler that used it up would be off the stack, and the
	 * next one would begin at the top again.
	 */
	signal(SIGSEGV, SIG_DFL);
	nest(2, sizeof stack);
	frame = sp_at[1] - sp_at[2];
	IN_CHILD(status, nest(1000, 4 * frame + frame / 2));
	say_status("a full stack", status);
	return done();
}
