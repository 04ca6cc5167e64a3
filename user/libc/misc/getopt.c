/* SPDX-License-Identifier: MIT */
/* Command-line options, short and long. Parsing stops at the first operand, as POSIX has it. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <errno.h>

char *optarg;
int optind = 1, opterr = 1, optopt;
static int within;	/* position inside a group like -abc */

static int complain(const char *options, const char *what, int c)
{
	optopt = c;
	if (opterr && *options != ':')
		fprintf(stderr, "%s: %s -- '%c'\n", program_invocation_short_name, what, c);
	return '?';
}

int getopt(int argc, char *const argv[], const char *options)
{
	const char *arg, *o;
	int c;

	if (optind == 0) {
		optind = 1;
		within = 0;
	}
	optarg = NULL;
	if (optind >= argc || !argv[optind] || argv[optind][0] != '-' || !argv[optind][1])
		return -1;
	if (!strcmp(argv[optind], "--")) {
		optind++;
		return -1;
	}
	arg = argv[optind] + 1 + within;
	c = *arg;
	within++;
	if (!arg[1]) {
		optind++;
		within = 0;
	}
	o = c == ':' ? NULL : strchr(options + (*options == ':'), c);
	if (!o)
		return complain(options, "invalid option", c);
	if (o[1] != ':')
		return c;
	if (arg[1]) {
		optarg = (char *)arg + 1;
		optind++;
		within = 0;
	} else if (o[2] != ':') {
		if (optind >= argc) {
			complain(options, "option requires an argument", c);
			return *options == ':' ? ':' : '?';
		}
		optarg = argv[optind++];
	}
	return c;
}

int getopt_long(int argc, char *const argv[], const char *options, const struct option *longopts, int *index)
{
	const char *arg;
	size_t n;

	if (optind == 0) {
		optind = 1;
		within = 0;
	}
	if (within || optind >= argc || strncmp(argv[optind], "--", 2) || !argv[optind][2])
		return getopt(argc, argv, options);
	arg = argv[optind++] + 2;
	n = strcspn(arg, "=");
	optarg = NULL;
	for (int i = 0; longopts[i].name; i++) {
		if (strncmp(longopts[i].name, arg, n) || longopts[i].name[n])
			continue;
		if (arg[n] == '=' && longopts[i].has_arg)
			optarg = (char *)arg + n + 1;
		else if (arg[n] == '=' || (longopts[i].has_arg == required_argument && optind >= argc))
			break;
		else if (longopts[i].has_arg == required_argument)
			optarg = argv[optind++];
		if (index)
			*index = i;
		if (!longopts[i].flag)
			return longopts[i].val;
		*longopts[i].flag = longopts[i].val;
		return 0;
	}
	if (opterr)
		fprintf(stderr, "%s: bad option '--%s'\n", program_invocation_short_name, arg);
	return '?';
}
