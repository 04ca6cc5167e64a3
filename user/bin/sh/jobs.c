/* SPDX-License-Identifier: MIT */
/*
 * Jobs. A pipeline is one job: its processes share a process group, so that the terminal's ^C and ^Z reach all of them
 * and not the shell. Whoever is in the foreground owns the terminal: tcsetpgrp before waiting, and back afterwards.
 * Both parent and child call setpgid and tcsetpgrp, because nobody knows which of them runs first.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include "user/bin/sh/sh.h"

static struct job *jobs;	/* newest first */
static int tty_fd = -1;
static pid_t shell_pgrp;
static struct termios shell_modes;

#define RUNNING (-1)

/* Waits until the shell is in the foreground, then makes it the leader of its own group. */
void jobs_init(void)
{
	int fd = open("/dev/tty", O_RDWR);

	if (fd < 0)
		fd = dup(isatty(2) ? 2 : 0);
	tty_fd = fcntl(fd, F_DUPFD_CLOEXEC, 10);
	close(fd);
	if (tty_fd < 0 || !isatty(tty_fd) || tcgetpgrp(tty_fd) < 0) {
		sh_warn("can't access tty; job control turned off");
		opt[OPT_m] = 0;
		return;
	}
	while (tcgetpgrp(tty_fd) != getpgrp())
		kill(0, SIGTTIN);
	signal(SIGTSTP, SIG_IGN);
	signal(SIGTTIN, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
	if (getsid(0) != getpid())
		setpgid(0, 0);
	shell_pgrp = getpgrp();
	tcsetpgrp(tty_fd, shell_pgrp);
	tcgetattr(tty_fd, &shell_modes);
}

struct job *job_new(const struct node *n)
{
	struct job *j = xmalloc(sizeof(*j));
	struct str text = { 0 };

	command_text(&text, n);
	*j = (struct job){ .text = str_get(&text), .number = jobs ? jobs->number + 1 : 1, .next = jobs };
	jobs = j;
	return j;
}

static void job_free(struct job *j)
{
	struct job **p = &jobs;

	while (*p != j)
		p = &(*p)->next;
	*p = j->next;
	free(j->procs);
	free(j->text);
	free(j);
}

static int job_running(const struct job *j)
{
	for (int i = 0; i < j->nprocs; i++)
		if (j->procs[i].status == RUNNING)
			return 1;
	return 0;
}

static int exit_code(int status)
{
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	return 128 + (WIFSTOPPED(status) ? WSTOPSIG(status) : WTERMSIG(status));
}

static int job_status(const struct job *j)
{
	return j->nprocs ? exit_code(j->procs[j->nprocs - 1].status) : 0;
}

static void add_process(struct job *j, pid_t pid)
{
	if (j->nprocs == j->cap) {
		j->cap = j->cap ? j->cap * 2 : 4;
		j->procs = realloc(j->procs, j->cap * sizeof(*j->procs));
		if (!j->procs)
			sh_error("out of memory");
	}
	j->procs[j->nprocs++] = (struct process){ pid, RUNNING };
}

void jobs_forget(void)
{
	while (jobs)
		job_free(jobs);
	if (tty_fd >= 0)
		close(tty_fd);
	tty_fd = -1;
}

/* What a new process does before it becomes a command. */
static void enter_child(struct job *j, enum fork_mode mode)
{
	pid_t pgrp = j && j->nprocs ? j->pgrp : getpid();

	in_subshell = 1;
	if (opt[OPT_m] && mode != FORK_NOJOB) {
		setpgid(0, pgrp);
		if (mode == FORK_FG)
			tcsetpgrp(tty_fd, pgrp);
	}
	if (opt[OPT_m]) {
		signal(SIGTSTP, SIG_DFL);
		signal(SIGTTIN, SIG_DFL);
		signal(SIGTTOU, SIG_DFL);
	}
	traps_reset();
	if (mode == FORK_BG && !opt[OPT_m]) {
		int fd = open("/dev/null", O_RDONLY);

		signal(SIGINT, SIG_IGN);
		signal(SIGQUIT, SIG_IGN);
		if (fd > 0) {
			dup2(fd, 0);
			close(fd);
		}
	}
	opt[OPT_m] = 0;
	interactive = 0;
	jobs_forget();
}

pid_t fork_shell(struct job *j, enum fork_mode mode)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		int error = errno;

		if (j && !j->nprocs)
			job_free(j);
		sh_error("cannot fork: %s", strerror(error));
	}
	if (pid == 0) {
		enter_child(j, mode);
		return 0;
	}
	if (j) {
		if (!j->nprocs)
			j->pgrp = opt[OPT_m] ? pid : getpgrp();
		if (opt[OPT_m])
			setpgid(pid, j->pgrp);
		add_process(j, pid);
		j->background = mode == FORK_BG;
	}
	return pid;
}

static const char *state(const struct job *j)
{
	static char buf[48];
	int status;

	if (j->stopped)
		return "Stopped";
	if (job_running(j))
		return "Running";
	status = j->procs[j->nprocs - 1].status;
	if (WIFSIGNALED(status))
		return strsignal(WTERMSIG(status));
	if (WEXITSTATUS(status) == 0)
		return "Done";
	snprintf(buf, sizeof(buf), "Done(%d)", WEXITSTATUS(status));
	return buf;
}

static void show(const struct job *j, FILE *f, int with_pid)
{
	const struct job *second = jobs ? jobs->next : NULL;

	fprintf(f, "[%d] %c ", j->number, j == jobs ? '+' : j == second ? '-' : ' ');
	if (with_pid)
		fprintf(f, "%d ", j->procs[j->nprocs - 1].pid);
	fprintf(f, "%-24s %s\n", state(j), j->text);
}

static void record(pid_t pid, int status)
{
	for (struct job *j = jobs; j; j = j->next)
		for (int i = 0; i < j->nprocs; i++) {
			if (j->procs[i].pid != pid || j->procs[i].status != RUNNING)
				continue;
			if (WIFSTOPPED(status)) {
				j->stopped = 1;
			} else if (WIFCONTINUED(status)) {
				j->stopped = 0;
			} else {
				j->procs[i].status = status;
				j->stopped &= job_running(j);
			}
			j->reported = 0;
			return;
		}
}

/* One change of any child: 1, or 0 if there was none (or a signal came, while blocking). */
static int wait_any(int block)
{
	int status;
	pid_t pid = waitpid(-1, &status, (block ? 0 : WNOHANG) | (opt[OPT_m] ? WUNTRACED | WCONTINUED : 0));

	if (pid <= 0)
		return 0;
	record(pid, status);
	return 1;
}

/* A foreground job has ended or stopped: take the terminal back, and tell what the user should know. */
static void take_back(struct job *j)
{
	int status = j->procs[j->nprocs - 1].status;

	if (!opt[OPT_m])
		return;
	tcsetpgrp(tty_fd, shell_pgrp);
	if (j->stopped || WIFSIGNALED(status))
		tcsetattr(tty_fd, TCSADRAIN, &shell_modes);
	else
		tcgetattr(tty_fd, &shell_modes);
	if (!j->stopped && WIFSIGNALED(status) && WTERMSIG(status) == SIGINT)
		interrupted = 1;
}

int job_wait(struct job *j)
{
	int status, sig;

	while (!j->stopped && job_running(j))
		if (!wait_any(1) && errno == ECHILD)
			break;
	take_back(j);
	if (j->stopped) {
		j->background = 1;
		fputc('\n', stderr);
		show(j, stderr, 0);
		j->reported = 1;
		return 128 + SIGTSTP;
	}
	status = job_status(j);
	sig = WIFSIGNALED(j->procs[j->nprocs - 1].status) ? WTERMSIG(j->procs[j->nprocs - 1].status) : 0;
	if (sig == SIGINT && interactive)
		fputc('\n', stderr);
	else if (sig && sig != SIGINT && sig != SIGPIPE && !in_subshell)
		fprintf(stderr, "%s%s\n", strsignal(sig),
			WCOREDUMP(j->procs[j->nprocs - 1].status) ? " (core dumped)" : "");
	job_free(j);
	return status;
}

/* Before a prompt: tells what has changed and forgets what has ended. */
void jobs_notify(int quiet)
{
	struct job *next;

	while (wait_any(0))
		;
	for (struct job *j = jobs; j; j = next) {
		next = j->next;
		if (job_running(j)) {
			if (j->stopped && !j->reported && !quiet)
				show(j, stderr, 0);
			j->reported = 1;
			continue;
		}
		if (!quiet)
			show(j, stderr, 0);
		job_free(j);
	}
}

/* %n, %%, %+, %-, %text, or a process id. */
static struct job *find_job(const char *name)
{
	if (!name || !strcmp(name, "%%") || !strcmp(name, "%+") || !strcmp(name, "%"))
		return jobs;
	if (!strcmp(name, "%-"))
		return jobs ? jobs->next : NULL;
	for (struct job *j = jobs; j; j = j->next) {
		if (*name == '%') {
			if (strspn(name + 1, "0123456789") == strlen(name + 1) ? j->number == atoi(name + 1) :
			    !strncmp(j->text, name + 1, strlen(name + 1)))
				return j;
			continue;
		}
		for (int i = 0; i < j->nprocs; i++)
			if (j->procs[i].pid == atoi(name))
				return j;
	}
	return NULL;
}

static struct job *need_job(const char *name)
{
	struct job *j = find_job(name);

	if (!j)
		sh_warn("%s: no such job", name ? name : "current");
	return j;
}

int builtin_jobs(int argc, char **argv)
{
	int pids = argc > 1 && !strcmp(argv[1], "-p"), with_pid = argc > 1 && !strcmp(argv[1], "-l");
	struct job *next;
	int top = 0;

	while (wait_any(0))
		;
	for (struct job *j = jobs; j; j = j->next)
		top = j->number > top ? j->number : top;
	for (int number = 1; number <= top; number++)
		for (struct job *j = jobs; j; j = next) {
			next = j->next;
			if (j->number != number)
				continue;
			if (pids)
				printf("%d\n", j->pgrp);
			else
				show(j, stdout, with_pid);
			j->reported = 1;
			if (!job_running(j))
				job_free(j);
		}
	return 0;
}

int builtin_fgbg(int argc, char **argv)
{
	int fg = argv[0][0] == 'f';
	struct job *j = need_job(argc > 1 ? argv[1] : NULL);

	if (!j)
		return 1;
	if (!opt[OPT_m]) {
		sh_warn("%s: no job control", argv[0]);
		return 1;
	}
	j->stopped = 0;
	if (fg) {
		printf("%s\n", j->text);
		fflush(stdout);
		j->background = 0;
		tcsetpgrp(tty_fd, j->pgrp);
	} else {
		printf("[%d] %s &\n", j->number, j->text);
	}
	kill(-j->pgrp, SIGCONT);
	return fg ? job_wait(j) : 0;
}

/* Waits for a background job; a signal with a trap ends the wait with 128 + its number. */
static int wait_background(struct job *j)
{
	int status;

	while (job_running(j) && !j->stopped) {
		if (!wait_any(1)) {
			if (errno == ECHILD)
				break;
			if (signal_pending)
				return 128 + signal_pending;
		}
	}
	status = job_status(j);
	job_free(j);
	return status;
}

int builtin_wait(int argc, char **argv)
{
	int status = 0;

	if (argc == 1) {
		while (jobs && status <= 128) {
			struct job *j = jobs;

			while (j && j->stopped)
				j = j->next;
			if (!j)
				return 0;
			status = wait_background(j);
			if (!signal_pending)
				status = 0;
		}
		return status;
	}
	for (int i = 1; i < argc; i++) {
		struct job *j = find_job(argv[i]);

		status = j ? wait_background(j) : 127;
		if (!j && *argv[i] == '%')
			sh_warn("wait: %s: no such job", argv[i]);
	}
	return status;
}

static int list_signals(int argc, char **argv, int i)
{
	for (; i < argc; i++) {
		int sig = atoi(argv[i]);

		sig = sig > 128 ? sig - 128 : sig;
		if (sig < 1 || sig > 31) {
			sh_warn("kill: %s: bad signal", argv[i]);
			return 1;
		}
		printf("%s\n", sys_signame[sig]);
	}
	if (argc == 2)
		for (int sig = 1; sig < 32; sig++)
			printf("%2d) %s%c", sig, sys_signame[sig], sig % 8 == 0 || sig == 31 ? '\n' : '\t');
	return 0;
}

int builtin_kill(int argc, char **argv)
{
	int sig = SIGTERM, i = 1, status = 0;

	if (argc > 1 && !strcmp(argv[1], "-l"))
		return list_signals(argc, argv, 2);
	if (argc > 2 && !strcmp(argv[1], "-s")) {
		sig = signal_number(argv[2]);
		i = 3;
	} else if (argc > 1 && argv[1][0] == '-' && strcmp(argv[1], "--")) {
		sig = signal_number(argv[1] + 1);
		i = 2;
	}
	if (i < argc && !strcmp(argv[i], "--"))
		i++;
	if (sig < 0 || i >= argc) {
		sh_warn("kill: usage: kill [-s signal | -signal] pid | %%job ...");
		return 2;
	}
	for (; i < argc; i++) {
		pid_t pid = atoi(argv[i]);

		if (*argv[i] == '%') {
			struct job *j = need_job(argv[i]);

			if (!j) {
				status = 1;
				continue;
			}
			pid = opt[OPT_m] ? -j->pgrp : j->procs[0].pid;
			/* A stopped job could not die of it. */
			if (j->stopped && (sig == SIGTERM || sig == SIGHUP)) {
				kill(pid, sig);
				kill(pid, SIGCONT);
				continue;
			}
		}
		if (kill(pid, sig) < 0) {
			sh_warn("kill: (%s) - %s", argv[i], strerror(errno));
			status = 1;
		}
	}
	return status;
}
