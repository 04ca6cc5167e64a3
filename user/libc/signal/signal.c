/* SPDX-License-Identifier: MIT */
/*
 * Signals. The kernel's sigaction has its members in another order than the one POSIX programs know, and needs
 * to be told how a handler gets back (sa_restorer). Signals 32 and 33 are not reserved here: there are no
 * threads in this libc yet.
 */
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "user/libc/internal/syscall.h"

void __restore(void);
void __restore_rt(void);
void __longjmp(jmp_buf env, int value) __attribute__((noreturn));

const char *const sys_signame[32] = {
	NULL, "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
	"ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM",
	"PROF", "WINCH", "IO", "PWR", "SYS",
};

int sigaction(int sig, const struct sigaction *restrict act, struct sigaction *restrict old)
{
	struct kernel_sigaction kact, kold;

	if (act) {
		kact.sa_handler = act->sa_handler;
		kact.sa_flags = (unsigned)act->sa_flags | SA_RESTORER;
		kact.sa_restorer = act->sa_flags & SA_SIGINFO ? __restore_rt : __restore;
		kact.sa_mask = act->sa_mask;
	}
	if (sys_call(__NR_rt_sigaction, sig, act ? &kact : NULL, old ? &kold : NULL, sizeof(sigset_t)) < 0)
		return -1;
	if (old) {
		old->sa_handler = kold.sa_handler;
		old->sa_flags = (int)(kold.sa_flags & ~SA_RESTORER);
		old->sa_mask = kold.sa_mask;
		old->sa_restorer = kold.sa_restorer;
	}
	return 0;
}

/* BSD's meaning: the handler stays, calls are restarted. */
sighandler_t signal(int sig, sighandler_t handler)
{
	struct sigaction act = { .sa_handler = handler, .sa_flags = SA_RESTART }, old;

	return sigaction(sig, &act, &old) < 0 ? SIG_ERR : old.sa_handler;
}

int sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
	return sys_call(__NR_rt_sigprocmask, how, set, old, sizeof(sigset_t));
}

int sigsuspend(const sigset_t *mask)
{
	return sys_call(__NR_rt_sigsuspend, mask, sizeof(sigset_t));
}

int sigpending(sigset_t *set)
{
	return sys_call(__NR_rt_sigpending, set, sizeof(sigset_t));
}

int sigtimedwait(const sigset_t *restrict set, siginfo_t *restrict info, const struct timespec *restrict timeout)
{
	long ts[2] = { 0, 0 };

	if (timeout) {
		ts[0] = (long)timeout->tv_sec;
		ts[1] = timeout->tv_nsec;
	}
	return sys_call(__NR_rt_sigtimedwait, set, info, timeout ? ts : NULL, sizeof(sigset_t));
}

int sigwaitinfo(const sigset_t *restrict set, siginfo_t *restrict info)
{
	return sigtimedwait(set, info, NULL);
}

int sigwait(const sigset_t *restrict set, int *restrict sig)
{
	int r;

	do
		r = sigtimedwait(set, NULL, NULL);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return errno;
	*sig = r;
	return 0;
}

int sigaltstack(const stack_t *restrict ss, stack_t *restrict old)
{
	return sys_call(__NR_sigaltstack, ss, old);
}

int sigqueue(pid_t pid, int sig, union sigval value)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_signo = sig;
	info.si_code = SI_QUEUE;
	info._sifields._rt._pid = getpid();
	info._sifields._rt._uid = getuid();
	info._sifields._rt._sigval = value;
	return sys_call(__NR_rt_sigqueueinfo, pid, sig, &info);
}

int kill(pid_t pid, int sig)
{
	return sys_call(__NR_kill, pid, sig);
}

int killpg(pid_t pgrp, int sig)
{
	return kill(-pgrp, sig);
}

int raise(int sig)
{
	return sys_call(__NR_tkill, gettid(), sig);
}

static int bad_signal(int sig)
{
	if (sig >= 1 && sig <= _NSIG)
		return 0;
	errno = EINVAL;
	return 1;
}

int sigemptyset(sigset_t *set)
{
	set->sig[0] = set->sig[1] = 0;
	return 0;
}

int sigfillset(sigset_t *set)
{
	set->sig[0] = set->sig[1] = ~0u;
	return 0;
}

int sigaddset(sigset_t *set, int sig)
{
	if (bad_signal(sig))
		return -1;
	set->sig[(sig - 1) / 32] |= 1u << ((sig - 1) % 32);
	return 0;
}

int sigdelset(sigset_t *set, int sig)
{
	if (bad_signal(sig))
		return -1;
	set->sig[(sig - 1) / 32] &= ~(1u << ((sig - 1) % 32));
	return 0;
}

int sigismember(const sigset_t *set, int sig)
{
	if (bad_signal(sig))
		return -1;
	return (set->sig[(sig - 1) / 32] >> ((sig - 1) % 32)) & 1;
}

/* sigsetjmp's second half, in its caller's frame. */
__attribute__((used)) int __sigjmp_save(jmp_buf env, int save)
{
	env->saved = save;
	if (save)
		sigprocmask(SIG_SETMASK, NULL, &env->mask);
	return 0;
}

void longjmp(jmp_buf env, int value)
{
	if (env->saved)
		sigprocmask(SIG_SETMASK, &env->mask, NULL);
	__longjmp(env, value ? value : 1);
}

void siglongjmp(sigjmp_buf env, int value)
{
	longjmp(env, value);
}
