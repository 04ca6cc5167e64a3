/* SPDX-License-Identifier: MIT */
/* Starting up, and the outermost loop: where errors, ^C and exit end up. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/bin/sh/sh.h"

struct handler *handler;
int interactive;

void raise_exception(enum exception e)
{
	if (!handler)
		_exit(exit_status);
	longjmp(handler->env, e);
}

static void message(const char *fmt, va_list ap)
{
	fflush(stdout);
	fprintf(stderr, "%s: ", arg0);
	if (!interactive && eval_line)
		fprintf(stderr, "%d: ", eval_line);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

void sh_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(fmt, ap);
	va_end(ap);
}

void sh_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(fmt, ap);
	va_end(ap);
	exit_status = 2;
	raise_exception(EX_ERROR);
}

/* Runs everything; comes back here after an error at the prompt. */
static void __attribute__((noreturn)) run(struct input *volatile in)
{
	struct handler h = { .up = NULL };
	int what;

	handler = &h;
	what = setjmp(h.env);
	handler = &h;
	if (what) {
		if (what == EX_EXIT || !interactive || in_subshell)
			shell_exit(exit_status);
		if (what == EX_INT)
			exit_status = 130;
		input_pop_to(in);
		lex_reset();
		skip = SKIP_NONE;
		loop_depth = function_depth = 0;
		temp_release((struct mark){ NULL, 0 });
	}
	run_input(in);
	shell_exit(exit_status);
}

/* /etc/profile and ~/.profile for a login shell, $ENV for every interactive one. */
static void read_startup_files(int login)
{
	struct handler h = { .up = NULL };
	const char *home = var_get("HOME"), *env = var_get("ENV");
	char *profile;

	handler = &h;
	if (setjmp(h.env)) {
		input_pop_to(NULL);
		lex_reset();
		handler = NULL;
		return;
	}
	if (login && access("/etc/profile", R_OK) == 0)
		eval_file("/etc/profile");
	profile = home ? tprintf("%s/.profile", home) : NULL;
	if (login && profile && access(profile, R_OK) == 0)
		eval_file(profile);
	if (interactive && env && access(expand_single(env), R_OK) == 0)
		eval_file(expand_single(env));
	handler = NULL;
}

int main(int argc, char **argv, char **envp)
{
	const char *volatile command = NULL;
	struct input *in;
	struct handler h = { .up = NULL };
	int i = 1, login = argv[0] && argv[0][0] == '-';

	arg0 = argc ? argv[0] : "sh";
	shell_pid = getpid();
	handler = &h;
	if (setjmp(h.env))
		return 2;
	vars_init(envp);
	set_options(argc, argv, &i);
	/* -c, alone or at the end of a group such as -ec */
	if (i < argc && argv[i][0] == '-' && argv[i][strlen(argv[i]) - 1] == 'c' && argv[i][1] != '-') {
		if (i + 1 >= argc)
			usage("[-efimnsuvxaC] [-c command | script] [argument ...]");
		command = argv[i + 1];
		i += 2;
		if (i < argc)
			arg0 = argv[i++];
	} else if (i < argc && !opt[OPT_s]) {
		arg0 = argv[i++];
	}
	params_set(argv + i, argc - i);
	if (!command && (arg0 == argv[0]) && isatty(0) && isatty(2))
		opt[OPT_i] = 1;
	interactive = opt[OPT_i];
	traps_init();
	if (interactive) {
		opt[OPT_m] = 1;
		jobs_init();
	}
	if (interactive || login)
		read_startup_files(login);
	if (command) {
		in = input_string(command);
	} else if (arg0 != argv[0]) {
		int fd = open(arg0, O_RDONLY), high;

		if (fd < 0) {
			fprintf(stderr, "%s: cannot open %s: %s\n", argv[0], arg0, strerror(errno));
			return 127;
		}
		high = fcntl(fd, F_DUPFD_CLOEXEC, 10);
		close(fd);
		in = input_fd(high, 0);
	} else {
		in = input_fd(0, interactive);
	}
	run(in);
}
