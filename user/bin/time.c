/* SPDX-License-Identifier: MIT */
/*
 * time: runs a command and tells how long it took: by the clock, on the processor for itself, and in the kernel; -v page
 * faults and switches.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "user/util/util.h"

static void line(const char *name, long long us)
{
	fprintf(stderr, "%s\t%lldm%lld.%03llds\n", name, us / 60000000, us / 1000000 % 60, us / 1000 % 1000);
}

int main(int argc, char **argv)
{
	struct timespec start, end;
	int verbose = argc > 1 && !strcmp(argv[1], "-v"), status;
	struct rusage u;
	pid_t pid;

	argv += 1 + verbose + (argc > 1 + verbose && !strcmp(argv[1 + verbose], "-p"));
	if (!*argv)
		usage("[-v] command ...");
	clock_gettime(CLOCK_MONOTONIC, &start);
	pid = fork();
	if (pid < 0)
		err(1, "cannot fork");
	if (pid == 0) {
		execvp(*argv, argv);
		err(errno == ENOENT ? 127 : 126, "%s", *argv);
	}
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	while (wait4(pid, &status, 0, &u) < 0)
		if (errno != EINTR)
			err(1, "wait");
	clock_gettime(CLOCK_MONOTONIC, &end);
	line("real", (end.tv_sec - start.tv_sec) * 1000000LL + (end.tv_nsec - start.tv_nsec) / 1000);
	line("user", (long long)u.ru_utime.tv_sec * 1000000 + u.ru_utime.tv_usec);
	line("sys", (long long)u.ru_stime.tv_sec * 1000000 + u.ru_stime.tv_usec);
	if (verbose)
		fprintf(stderr, "faults\t%ld minor, %ld major\nswitches\t%ld voluntary, %ld involuntary\nmemory\t%ld KiB at most\n",
			(long)u.ru_minflt, (long)u.ru_majflt, (long)u.ru_nvcsw, (long)u.ru_nivcsw, (long)u.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
