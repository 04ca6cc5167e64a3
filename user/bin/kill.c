/* SPDX-License-Identifier: MIT */
/* kill: sends a signal (SIGTERM) to processes, or to process groups if the number is negative; -l lists the names. */
#include <ctype.h>
#include <err.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "user/util/util.h"

static const char how[] = "[-s signal | -signal] pid ...  or  kill -l [number ...]";

static int signal_by_name(const char *s)
{
	if (isdigit((unsigned char)*s))
		return atoi(s) <= NSIG ? atoi(s) : -1;
	if (!strncasecmp(s, "SIG", 3))
		s += 3;
	for (int i = 1; i < 32; i++)
		if (sys_signame[i] && !strcasecmp(s, sys_signame[i]))
			return i;
	return -1;
}

static int list(int argc, char **argv)
{
	for (int i = 2; i < argc; i++) {
		int n = signal_by_name(argv[i]);

		n = n < 0 ? atoi(argv[i]) & 127 : n;
		if (n < 1 || n > 31)
			errx(1, "%s is no signal", argv[i]);
		if (isdigit((unsigned char)argv[i][0]))
			puts(sys_signame[n]);
		else
			printf("%d\n", n);
	}
	for (int i = 1; argc == 2 && i < 32; i++)
		printf("%2d) %-9s%s", i, sys_signame[i], i % 8 && i < 31 ? " " : "\n");
	return finish(0);
}

int main(int argc, char **argv)
{
	int sig = SIGTERM, i = 1, status = 0;

	if (argc > 1 && !strcmp(argv[1], "-l"))
		return list(argc, argv);
	if (argc > 2 && !strcmp(argv[1], "-s")) {
		sig = signal_by_name(argv[2]);
		i = 3;
	} else if (argc > 1 && argv[1][0] == '-' && strcmp(argv[1], "--")) {
		sig = signal_by_name(argv[1] + 1);
		i = 2;
	}
	if (i < argc && !strcmp(argv[i], "--"))
		i++;
	if (sig < 0 || i >= argc)
		usage(how);
	for (; i < argc; i++) {
		char *end;
		pid_t pid = (pid_t)strtol(argv[i], &end, 10);

		if (*end || end == argv[i])
			errx(1, "%s is no process number", argv[i]);
		if (kill(pid, sig) < 0) {
			warn("%s", argv[i]);
			status = 1;
		}
	}
	return status;
}
