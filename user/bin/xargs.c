/* SPDX-License-Identifier: MIT */
/*
 * xargs: runs a command with the words of standard input as arguments. -0 words end with NUL, -n at most, -I a line for
 * each {}, -r not without words, -t tells.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "user/util/util.h"

#define MOST_BYTES 65536

static int nul, trace, no_empty, status;
static long most = 5000;
static const char *replace;

/* The next word on the heap, or NULL. */
static char *next_word(void)
{
	char *w = NULL;
	size_t n = 0, cap = 0;
	int c, quote = 0, any = 0;

	while ((c = getchar()) != EOF) {
		if (nul ? !c : replace ? c == '\n' : !quote && isspace(c)) {
			if (any)
				break;
			if (nul) {
				any = 1;
				break;
			}
			continue;
		}
		any = 1;
		if (!nul && !quote && (c == '"' || c == '\'')) {
			quote = c;
			continue;
		}
		if (quote && c == quote) {
			quote = 0;
			continue;
		}
		if (!nul && !quote && c == '\\' && (c = getchar()) == EOF)
			break;
		if (n + 1 >= cap)
			w = xrealloc(w, cap = cap ? 2 * cap : 64);
		w[n++] = (char)c;
	}
	if (quote)
		errx(1, "unmatched quote");
	if (!any)
		return NULL;
	if (!w)
		w = xrealloc(NULL, 1);
	w[n] = 0;
	return w;
}

static void run(char **argv)
{
	int result;
	pid_t pid;

	for (int i = 0; trace && argv[i]; i++)
		fprintf(stderr, "%s%s", argv[i], argv[i + 1] ? " " : "\n");
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		err(1, "cannot fork");
	if (!pid) {
		execvp(*argv, argv);
		warn("%s", *argv);
		_exit(errno == ENOENT ? 127 : 126);
	}
	while (waitpid(pid, &result, 0) < 0)
		if (errno != EINTR)
			err(1, "wait");
	if (!WIFEXITED(result))
		exit(125);
	if (WEXITSTATUS(result) == 255)
		exit(124);
	if (WEXITSTATUS(result) >= 126)
		exit(WEXITSTATUS(result));
	if (WEXITSTATUS(result))
		status = 123;
}

static char *substitute(const char *arg, const char *value)
{
	const char *at = strstr(arg, replace);
	char *out, *rest;

	if (!at)
		return strdup(arg);
	rest = substitute(at + strlen(replace), value);
	if (asprintf(&out, "%.*s%s%s", (int)(at - arg), arg, value, rest) < 0)
		errx(1, "out of memory");
	free(rest);
	return out;
}

static void run_each(int n, char **command)
{
	char **argv = calloc((size_t)n + 1, sizeof(*argv)), *word;

	while ((word = next_word())) {
		for (int i = 0; i < n; i++)
			argv[i] = substitute(command[i], word);
		run(argv);
		for (int i = 0; i < n; i++)
			free(argv[i]);
		free(word);
	}
	free(argv);
}

static void run_together(int n, char **command)
{
	char **argv = calloc((size_t)(n + most) + 1, sizeof(*argv)), *word;
	size_t bytes = 0;
	long count = 0, runs = 0;

	memcpy(argv, command, (size_t)n * sizeof(*argv));
	for (;;) {
		word = next_word();
		if (count && (!word || count == most || bytes + strlen(word) > MOST_BYTES)) {
			argv[n + count] = NULL;
			run(argv);
			runs++;
			while (count)
				free(argv[n + --count]);
			bytes = 0;
		}
		if (!word)
			break;
		argv[n + count++] = word;
		bytes += strlen(word) + 1;
	}
	if (!runs && !no_empty) {
		argv[n] = NULL;
		run(argv);
	}
}

int main(int argc, char **argv)
{
	static char *echo[] = { "echo", NULL };
	int c, n;

	while ((c = getopt(argc, argv, "+0n:I:rt")) != -1) {
		switch (c) {
		case '0': nul = 1; break;
		case 'n': most = atol(optarg); break;
		case 'I': replace = optarg; break;
		case 'r': no_empty = 1; break;
		case 't': trace = 1; break;
		default: usage("[-0rt] [-n words] [-I text] [command ...]");
		}
	}
	if (most < 1)
		errx(1, "-n wants a positive number");
	n = argc - optind;
	argv = n ? argv + optind : echo;
	n = n ? n : 1;
	(replace ? run_each : run_together)(n, argv);
	return status;
}
