/* SPDX-License-Identifier: MIT */
/* What a new program finds: arguments, environment, auxiliary vector; what execve keeps, and what it resets. */
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "test.h"

static void handler(int sig) { (void)sig; }

static int is_open(int fd) { return fcntl(fd, F_GETFD) >= 0; }

static int second(int argc, char **argv, char **envp)
{
	struct sigaction action;
	sigset_t mask;
	int *words = (int *)argv - 1;

	SAY("argc %d, on the stack %d\n", argc, words[0]);
	for (int i = 0; i < argc; i++)
		SAY("arg [%s]\n", argv[i]);
	for (int i = 0; envp[i]; i++)
		SAY("env [%s]\n", envp[i]);
	CHECK(argv[argc] == NULL && (char **)envp == argv + argc + 1);
	CHECK(((unsigned long)words & 15) == 0);				/* the ABI's stack alignment */
	CHECK(getauxval(AT_PAGESZ) == PAGE && getauxval(AT_CLKTCK) == 100);
	CHECK(getauxval(AT_PHDR) && getauxval(AT_PHENT) == 32 && getauxval(AT_PHNUM) > 0 && getauxval(AT_ENTRY));
	CHECK(*(unsigned *)(getauxval(AT_SYSINFO_EHDR)) == 0x464c457f);		/* \177ELF */
	CHECK(getauxval(AT_SYSINFO) && getauxval(AT_RANDOM) && getauxval(AT_HWCAP));
	CHECK(getauxval(AT_UID) == getuid() && getauxval(AT_EGID) == getegid() && getauxval(AT_SECURE) == 0);
	SAY("platform %s, program %s\n", (char *)getauxval(AT_PLATFORM), strrchr((char *)getauxval(AT_EXECFN), '/') + 1);
	SAY("descriptors: 20 %d, 21 %d, 22 %d, 23 %d\n", is_open(20), is_open(21), is_open(22), is_open(23));
	sigaction(SIGUSR1, NULL, &action);
	SAY("caught signal: %s\n", action.sa_handler == SIG_DFL ? "default" : "kept");
	sigaction(SIGUSR2, NULL, &action);
	SAY("ignored signal: %s\n", action.sa_handler == SIG_IGN ? "kept" : "default");
	sigprocmask(SIG_BLOCK, NULL, &mask);
	SAY("blocked: %d %d\n", sigismember(&mask, SIGWINCH), sigismember(&mask, SIGHUP));
	sigpending(&mask);
	SAY("pending: %d %d\n", sigismember(&mask, SIGWINCH), sigismember(&mask, SIGHUP));
	SAY("umask %o, alarm %s\n", umask(0), alarm(0) ? "set" : "lost");
	SAY("group kept: %d\n", getpgrp() == getpid());
	{
		stack_t stack;

		sigaltstack(NULL, &stack);
		SAY("signal stack: %s\n", stack.ss_flags & SS_DISABLE ? "none" : "kept");
	}
	say_touch("the old mapping", (char *)strtoul(argv[1] + 4, NULL, 0), 0, 0);
	return 3;
}

int main(int argc, char **argv, char **envp)
{
	static char stack[8192], where[40];
	char *p, *args[] = { "a name", where, "", "with space", NULL }, *env[] = { "A=1", "EMPTY=", "no equals", NULL }, self[200] = "";
	stack_t alt = { .ss_sp = stack, .ss_size = sizeof stack };
	int status, fd;

	if (argc > 1) {
		if (strcmp(argv[1], "none"))
			return second(argc, argv, envp);
	}
	if (argc == 0 || (argc == 1 && !argv[0][0])) {
		SAY("no arguments: argc %d\n", argc);
		return 5;
	}
	CHECK(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
	/* A fixed place, so that the line printed is always the same. */
	p = mmap((void *)0x20000000, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	sprintf(where, "map=%p", p);
	fd = open("/dev/null", O_RDONLY);
	for (int i = 20; i < 24; i++)
		dup2(fd, i);
	fcntl(21, F_SETFD, FD_CLOEXEC);
	close(23);
	CHECK(dup3(fd, 23, O_CLOEXEC) == 23);
	IN_CHILD(status, {
		sigset_t mask;

		setpgid(0, 0);
		signal(SIGUSR1, handler);
		signal(SIGUSR2, SIG_IGN);
		sigaltstack(&alt, NULL);
		sigemptyset(&mask);
		sigaddset(&mask, SIGWINCH);
		sigaddset(&mask, SIGHUP);
		sigprocmask(SIG_BLOCK, &mask, NULL);
		raise(SIGHUP);
		umask(027);
		alarm(100);
		execve(self, args, env);
	});
	say_status("status", status);
	IN_CHILD(status, char *no[] = { NULL }; execve(self, no, no));		/* becomes one empty argument */
	say_status("status", status);
	return done();
}
