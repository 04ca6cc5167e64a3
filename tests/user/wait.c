/* SPDX-License-Identifier: MIT */
/* wait: each kind of status, the options, and that a zombie lives until it is waited for (bug 20: exit/reap). */
#include "test.h"

static pid_t child(int code)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(code);
	return pid;
}

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static void statuses(void)
{
	int status;

	for (int code = 0; code < 512; code += 85) {
		IN_CHILD(status, _exit(code));
		say_status("exit", status);
	}
	IN_CHILD(status, kill(getpid(), SIGTERM));
	say_status("SIGTERM", status);
	IN_CHILD(status, signal(SIGABRT, SIG_DFL); raise(SIGABRT));
	say_status("SIGABRT", status);
	for (int sig = 40; sig <= 64; sig += 12) {	/* 32 and 33 may be ignored where we come from */
		IN_CHILD(status, kill(getpid(), sig));
		say_status("real-time", status);
	}
}

static void stop_and_continue(void)
{
	pid_t pid = sleeper();
	int status;
	siginfo_t info;

	setpgid(pid, pid);		/* a group with a parent outside: one that SIGTSTP stops */
	kill(pid, SIGSTOP);
	CHECK(waitpid(pid, &status, WUNTRACED) == pid);
	say_status("stop", status);
	CHECK(waitpid(pid, &status, WUNTRACED | WNOHANG) == 0);		/* told once */
	kill(pid, SIGCONT);
	CHECK(waitpid(pid, &status, WCONTINUED) == pid);
	say_status("continue", status);
	kill(pid, SIGTSTP);
	memset(&info, 0, sizeof info);
	CHECK(waitid(1, pid, &info, WSTOPPED | WNOWAIT) == 0);
	SAY("waitid: signo %d code %d status %d, pid %s\n", info.si_signo, info.si_code, info.si_status,
	    info.si_pid == pid ? "right" : "wrong");
	CHECK(waitpid(pid, &status, WUNTRACED) == pid);
	say_status("stop again", status);
	kill(pid, SIGKILL);						/* also while stopped */
	CHECK(waitpid(pid, &status, 0) == pid);
	say_status("kill", status);
}

static void zombie(void)
{
	pid_t pid = child(7);
	siginfo_t info;
	int status;

	memset(&info, 0, sizeof info);
	CHECK(waitid(1, pid, &info, WEXITED | WNOWAIT) == 0);
	SAY("zombie: code %d status %d\n", info.si_code, info.si_status);
	REPORT(kill(pid, 0));
	REPORT(kill(pid, SIGKILL));					/* no effect */
	CHECK(waitpid(pid, &status, 0) == pid);
	say_status("zombie", status);
	REPORT(kill(pid, 0));
	REPORT(waitpid(pid, &status, 0));
}

static void errors(void)
{
	pid_t pid;

	REPORT(waitpid(-1, NULL, 0));
	REPORT(waitpid(-1, NULL, WNOHANG));
	REPORT(waitpid(-1, NULL, 0x100));
	REPORT(waitpid(getpid(), NULL, 0));
	REPORT(waitid(9, 0, NULL, WEXITED));
	REPORT(waitid(0, 0, NULL, 0));
	pid = sleeper();
	REPORT(waitpid(-1, NULL, WNOHANG));
	REPORT(waitpid(-pid, NULL, WNOHANG));				/* no such group */
	CHECK(setpgid(pid, pid) == 0);
	REPORT(waitpid(-pid, NULL, WNOHANG));
	REPORT(waitpid(0, NULL, WNOHANG));				/* none in our own group now */
	kill(-pid, SIGKILL);
	CHECK(waitpid(-pid, NULL, 0) == pid);
	pid = child(3);
	CHECK(waitpid(pid, (int *)1, 0) == -1 && errno == EFAULT);
	REPORT(waitpid(pid, NULL, WNOHANG));				/* it is gone all the same */
}

static void ignored(void)
{
	pid_t pid;

	signal(SIGCHLD, SIG_IGN);
	pid = child(1);
	CHECK(waitpid(pid, NULL, 0) == -1 && errno == ECHILD);
	signal(SIGCHLD, SIG_DFL);
	SAY("ignored children leave no zombie\n");
}

int main(void)
{
	statuses();
	stop_and_continue();
	zombie();
	errors();
	ignored();
	return done();
}
