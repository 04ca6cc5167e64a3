/* SPDX-License-Identifier: MIT */
/* Handlers: order, masks, flags, what a handler is told, what a system call returns after one. */
#include <sys/stat.h>
#include <sys/time.h>
#include <ucontext.h>
#include "test.h"

static volatile int depth, last, raised;

static void note(int sig)
{
	SAY("  enter %d depth %d\n", sig, ++depth);
	if (sig == SIGUSR1 && !raised++) {
		raise(SIGUSR1);			/* itself: after we return, or at once with SA_NODEFER */
		raise(SIGUSR2);
	}
	SAY("  leave %d\n", sig);
	depth--;
}

static void install(int sig, void (*handler)(int), int flags, int masked)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	sigemptyset(&action.sa_mask);
	if (masked)
		sigaddset(&action.sa_mask, masked);
	CHECK(sigaction(sig, &action, NULL) == 0);
}

static void nesting(void)
{
	install(SIGUSR2, note, 0, 0);
	install(SIGUSR1, note, 0, 0);
	SAY("plain\n");
	raise(SIGUSR1);
	install(SIGUSR1, note, 0, SIGUSR2);
	SAY("the other one masked\n");
	raised = 0;
	raise(SIGUSR1);
	install(SIGUSR1, note, SA_NODEFER, 0);
	SAY("SA_NODEFER\n");
	raised = 0;
	raise(SIGUSR1);
	install(SIGUSR1, note, SA_RESETHAND, SIGUSR1);
	install(SIGUSR2, SIG_IGN, 0, 0);
	SAY("SA_RESETHAND\n");
	{
		int status;

		IN_CHILD(status, depth = 5; raise(SIGUSR1); raise(SIGUSR1));
		say_status("  second time", status);
	}
}

/* Unblocked at once: the lowest number is taken first, so its handler's frame is the deepest and runs last. */
static void order(void)
{
	sigset_t all, old, pending;

	for (int sig = 1; sig <= 64; sig++)
		if (sig != SIGKILL && sig != SIGSTOP)
			install(sig, note, 0, 0);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	raise(SIGTERM);
	raise(40);
	raise(SIGHUP);
	raise(SIGHUP);
	raise(40);
	raise(SIGWINCH);
	sigpending(&pending);
	SAY("pending %d %d %d %d %d\n", sigismember(&pending, SIGTERM), sigismember(&pending, 40), sigismember(&pending, SIGHUP),
	    sigismember(&pending, SIGWINCH), sigismember(&pending, SIGUSR1));
	depth = 0;
	sigprocmask(SIG_SETMASK, &old, NULL);
	sigpending(&pending);
	SAY("pending %d\n", sigismember(&pending, SIGTERM));
	for (int sig = 1; sig <= 64; sig++)
		signal(sig, SIG_DFL);
}

static void told(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	last = sig;
	SAY("  signal %d code %d pid %s value %d, in the context's mask %d\n", info->si_signo, info->si_code,
	    info->si_pid == getpid() ? "own" : info->si_pid ? "other" : "0", info->si_code == SI_QUEUE ? info->si_int : 0,
	    (int)(uc->uc_sigmask.sig[0] >> (SIGTERM - 1) & 1));
}

static void information(void)
{
	struct sigaction action = { .sa_flags = SA_SIGINFO };
	struct itimerval timer = { .it_value.tv_usec = 1000 };
	union sigval value = { .sival_int = 4711 };
	sigset_t set, old;
	pid_t pid;

	action.sa_sigaction = told;
	for (int sig = 1; sig <= 64; sig++)
		sigaction(sig, &action, NULL);
	SAY("kill, tkill, sigqueue, alarm, child, real-time queue\n");
	kill(getpid(), SIGUSR1);
	raise(SIGUSR1);
	sigqueue(getpid(), SIGUSR1, value);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGALRM);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &old);
	setitimer(ITIMER_REAL, &timer, NULL);
	sigdelset(&set, SIGALRM);
	for (last = 0; last != SIGALRM;)
		sigsuspend(&set);
	pid = fork();
	if (pid == 0)
		_exit(5);
	sigdelset(&set, SIGCHLD);
	for (last = 0; last != SIGCHLD;)
		sigsuspend(&set);
	waitpid(pid, NULL, 0);
	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	for (int i = 1; i <= 3; i++) {
		value.sival_int = i;
		sigqueue(getpid(), 50, value);			/* queued: each of them, in order */
		sigqueue(getpid(), SIGUSR2, value);		/* not queued: the first alone */
	}
	for (int i = 0; i < 2; i++) {
		siginfo_t info;
		struct timespec zero = { .tv_sec = 0 };

		sigemptyset(&set);
		sigaddset(&set, 50);
		CHECK(sigtimedwait(&set, &info, &zero) == 50);
		SAY("waited for: %d value %d\n", info.si_signo, info.si_int);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	for (int sig = 1; sig <= 64; sig++)
		signal(sig, SIG_DFL);
}

int main(void)
{
	nesting();
	order();
	information();
	return done();
}
