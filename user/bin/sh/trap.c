/* SPDX-License-Identifier: MIT */
/*
 * Signals. A handler only notes what came; between commands traps_check() runs the user's trap, or, for ^C at an interactive
 * shell, throws the current command line away.
 */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/select.h>
#include <unistd.h>
#include "user/bin/sh/sh.h"

#define NTRAPS 65

static char *traps[NTRAPS];		/* action; "" ignores; traps[0] is EXIT */
static volatile sig_atomic_t pending[NTRAPS];
static char ignored_at_start[NTRAPS];
volatile int signal_pending;		/* the number of one that has a trap */
volatile int interrupted;

static void handler_function(int sig)
{
	if (sig == SIGINT && !traps[SIGINT]) {
		interrupted = 1;
		return;
	}
	pending[sig] = 1;
	signal_pending = sig;
}

/* No SA_RESTART: read and wait shall notice. */
static void catch(int sig)
{
	struct sigaction act = { .sa_handler = handler_function };

	sigaction(sig, &act, NULL);
}

static void set_default(int sig)
{
	if (interactive && sig == SIGINT)
		catch(sig);
	else if (interactive && (sig == SIGQUIT || sig == SIGTERM))
		signal(sig, SIG_IGN);
	else
		signal(sig, SIG_DFL);
}

void traps_init(void)
{
	struct sigaction act;

	for (int sig = 1; sig < NTRAPS; sig++)
		if (sigaction(sig, NULL, &act) == 0)
			ignored_at_start[sig] = act.sa_handler == SIG_IGN;
	if (!interactive)
		return;
	set_default(SIGINT);
	set_default(SIGQUIT);
	set_default(SIGTERM);
}

static void run_trap(int sig)
{
	int status = exit_status;
	char *action = tstrdup(traps[sig]);
	enum skip outer = skip;

	skip = SKIP_NONE;
	eval_string(action);
	if (skip == SKIP_NONE)
		skip = outer;
	exit_status = status;
}

void traps_check(void)
{
	if (interrupted && interactive) {
		interrupted = 0;
		raise_exception(EX_INT);
	}
	if (!signal_pending)
		return;
	signal_pending = 0;
	for (int sig = 1; sig < NTRAPS; sig++) {
		if (!pending[sig])
			continue;
		pending[sig] = 0;
		if (traps[sig] && *traps[sig])
			run_trap(sig);
	}
}

/*
 * A signal that came just before read() would go unnoticed until the next byte. So signals stay blocked until pselect has
 * let them in and gone to sleep in one step.
 */
ssize_t read_or_signal(char *c)
{
	ssize_t n = -1;
	sigset_t all, old;
	fd_set fds;

	if (!interactive)
		return read(0, c, 1);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	FD_ZERO(&fds);
	FD_SET(0, &fds);
	if (interrupted || signal_pending)
		errno = EINTR;
	else if (pselect(1, &fds, NULL, NULL, NULL, &old) > 0)
		n = read(0, c, 1);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return n;
}

void traps_reset(void)
{
	for (int sig = 0; sig < NTRAPS; sig++) {
		if (sig && traps[sig] && *traps[sig])
			signal(sig, SIG_DFL);
		if (traps[sig] && *traps[sig]) {
			free(traps[sig]);
			traps[sig] = NULL;
		}
		pending[sig] = 0;
	}
	signal_pending = interrupted = 0;
	if (!interactive)
		return;
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
}

void shell_exit(int status)
{
	char *action = traps[0];

	exit_status = status;
	if (action && *action) {
		struct handler h;

		traps[0] = NULL;
		h.up = NULL;
		handler = &h;
		if (!setjmp(h.env)) {
			int kept = exit_status;

			skip = SKIP_NONE;
			eval_string(action);
			exit_status = kept;
		}
	}
	fflush(stdout);
	_exit(exit_status);
}

int signal_number(const char *name)
{
	if (isdigit(*name)) {
		int n = atoi(name);

		return n < NTRAPS ? n : -1;
	}
	if (!strncasecmp(name, "SIG", 3))
		name += 3;
	if (!strcasecmp(name, "EXIT"))
		return 0;
	for (int i = 1; i < 32; i++)
		if (!strcasecmp(name, sys_signame[i]))
			return i;
	return -1;
}

static void print_traps(void)
{
	for (int sig = 0; sig < NTRAPS; sig++)
		if (traps[sig] && sig < 32)
			printf("trap -- '%s' %s\n", traps[sig], sig ? sys_signame[sig] : "EXIT");
}

/* action NULL: back to the default */
static void set_trap(int sig, const char *action)
{
	free(traps[sig]);
	traps[sig] = action ? xstrdup(action) : NULL;
	if (!sig || (ignored_at_start[sig] && !interactive))
		return;
	if (!action)
		set_default(sig);
	else if (!*action)
		signal(sig, SIG_IGN);
	else
		catch(sig);
}

int builtin_trap(int argc, char **argv)
{
	const char *action = NULL;
	int i = 1, status = 0;

	if (i < argc && !strcmp(argv[i], "--"))
		i++;
	if (i >= argc) {
		print_traps();
		return 0;
	}
	/* A first operand that is a number resets: trap 2 3 */
	if (!(isdigit(*argv[i]) && signal_number(argv[i]) >= 0) && argc > i + 1) {
		if (strcmp(argv[i], "-"))
			action = argv[i];
		i++;
	}
	for (; i < argc; i++) {
		int sig = signal_number(argv[i]);

		if (sig < 0) {
			sh_warn("trap: %s: bad trap", argv[i]);
			status = 1;
		} else {
			set_trap(sig, action);
		}
	}
	return status;
}
