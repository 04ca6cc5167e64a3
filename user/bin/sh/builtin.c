/* SPDX-License-Identifier: MIT */
/* The built-in commands: what must happen in the shell's own process, and what is too frequent to fork for. */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/times.h>
#include <unistd.h>
#include "user/bin/sh/sh.h"

static int b_true(int argc, char **argv) { (void)argc, (void)argv; return 0; }
static int b_false(int argc, char **argv) { (void)argc, (void)argv; return 1; }

/* Takes the last component away. */
static void up(char *path)
{
	char *slash = strrchr(path, '/');

	*(slash == path ? slash + 1 : slash) = 0;
}

/* path seen from PWD, with . and .. taken as text: where "cd" says we are. */
static char *logical_path(const char *path)
{
	const char *pwd = var_get("PWD");
	char *full, *out, *part, *save;

	full = tprintf("%s/%s", *path == '/' || !pwd ? "" : pwd, path);
	out = talloc(strlen(full) + 2);
	strcpy(out, "/");
	for (char *p = full; (part = strtok_r(p, "/", &save)); p = NULL) {
		if (!strcmp(part, "."))
			continue;
		if (!strcmp(part, "..")) {
			up(out);
			continue;
		}
		if (out[1])
			strcat(out, "/");
		strcat(out, part);
	}
	return out;
}

static int change_dir(const char *path, int physical, int print)
{
	char cwd[PATH_MAX], *full = logical_path(path);

	if (chdir(physical ? path : full) < 0 && (physical || chdir(path) < 0)) {
		sh_warn("cd: can't cd to %s: %s", path, strerror(errno));
		return 1;
	}
	if (var_get("PWD"))
		var_set("OLDPWD", var_get("PWD"));
	if (physical && getcwd(cwd, sizeof(cwd)))
		full = cwd;
	var_set("PWD", full);
	if (print)
		printf("%s\n", full);
	return 0;
}

static int b_cd(int argc, char **argv)
{
	int physical = 0, i = 1, print = 0;
	const char *path, *cdpath;
	struct stat st;

	for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		if (!strcmp(argv[i], "--")) {
			i++;
			break;
		}
		physical = argv[i][1] == 'P';
	}
	path = i < argc ? argv[i] : var_get("HOME");
	if (!path) {
		sh_warn("cd: HOME not set");
		return 1;
	}
	if (!strcmp(path, "-")) {
		path = var_get("OLDPWD");
		print = 1;
		if (!path) {
			sh_warn("cd: OLDPWD not set");
			return 1;
		}
	}
	if (!*path)
		return 0;
	cdpath = var_get("CDPATH");
	if (cdpath && *path != '/' && *path != '.')
		for (const char *p = cdpath; *p; p += p[strcspn(p, ":")] ? strcspn(p, ":") + 1 : strcspn(p, ":")) {
			char *full = tprintf("%.*s/%s", (int)strcspn(p, ":"), p, path);

			if (stat(full, &st) == 0 && S_ISDIR(st.st_mode))
				return change_dir(full, physical, 1);
		}
	return change_dir(path, physical, print);
}

static int b_pwd(int argc, char **argv)
{
	const char *pwd = var_get("PWD");
	char cwd[PATH_MAX];

	if (argc > 1 && !strcmp(argv[1], "-P"))
		pwd = NULL;
	if (!pwd)
		pwd = getcwd(cwd, sizeof(cwd));
	if (!pwd) {
		sh_warn("pwd: %s", strerror(errno));
		return 1;
	}
	printf("%s\n", pwd);
	return 0;
}

static int numeric_arg(const char *command, const char *s)
{
	char *end;
	long n = strtol(s, &end, 10);

	if (*end || end == s || n < 0)
		sh_error("%s: Illegal number: %s", command, s);
	return (int)n;
}

static int b_break(int argc, char **argv)
{
	int n = argc > 1 ? numeric_arg(argv[0], argv[1]) : 1;

	if (n < 1)
		sh_error("%s: Illegal number: %s", argv[0], argv[1]);
	if (!loop_depth)
		return 0;
	skip = argv[0][0] == 'b' ? SKIP_BREAK : SKIP_CONTINUE;
	skip_count = n > loop_depth ? loop_depth : n;
	return 0;
}

static int b_return(int argc, char **argv)
{
	int status = argc > 1 ? numeric_arg(argv[0], argv[1]) : exit_status;

	skip = SKIP_RETURN;
	return status & 255;
}

static int b_exit(int argc, char **argv)
{
	exit_status = (argc > 1 ? numeric_arg(argv[0], argv[1]) : exit_status) & 255;
	raise_exception(EX_EXIT);
}

static int b_eval(int argc, char **argv)
{
	struct str s = { 0 };
	char *text;

	for (int i = 1; i < argc; i++) {
		if (i > 1)
			str_add(&s, ' ');
		str_adds(&s, argv[i]);
	}
	text = tstrdup(str_get(&s));
	str_free(&s);
	return eval_string(text);
}

static int b_dot(int argc, char **argv)
{
	char path[PATH_MAX];
	struct stat st;

	if (argc < 2)
		sh_error(".: filename argument required");
	if (!strchr(argv[1], '/')) {
		const char *p = var_get("PATH");

		for (; p && *p; p += p[strcspn(p, ":")] ? strcspn(p, ":") + 1 : strcspn(p, ":")) {
			snprintf(path, sizeof(path), "%.*s/%s", (int)strcspn(p, ":"), p, argv[1]);
			if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
				return eval_file(path);
		}
	}
	return eval_file(argv[1]);
}

static int set_attribute(int argc, char **argv, int flag, const char *prefix)
{
	int i = 1;

	if (i < argc && !strcmp(argv[i], "-p"))
		i++;
	if (i < argc && !strcmp(argv[i], "--"))
		i++;
	if (i >= argc) {
		vars_print(flag, prefix);
		return 0;
	}
	for (; i < argc; i++) {
		size_t n = strcspn(argv[i], "=");
		char *name = tstrndup(argv[i], n);

		if (!is_name(name, n))
			sh_error("%s: %s: bad variable name", argv[0], argv[i]);
		if (argv[i][n])
			var_set(name, argv[i] + n + 1);
		var_flag(name, flag);
	}
	return 0;
}

static int b_export(int argc, char **argv) { return set_attribute(argc, argv, V_EXPORT, "export "); }
static int b_readonly(int argc, char **argv) { return set_attribute(argc, argv, V_READONLY, "readonly "); }

static int b_local(int argc, char **argv)
{
	if (!function_depth)
		sh_error("local: not in a function");
	for (int i = 1; i < argc; i++) {
		size_t n = strcspn(argv[i], "=");
		char *name = tstrndup(argv[i], n);

		if (!is_name(name, n))
			sh_error("local: %s: bad variable name", argv[i]);
		local_make(name);
		if (argv[i][n])
			var_set(name, argv[i] + n + 1);
	}
	return 0;
}

static int b_unset(int argc, char **argv)
{
	int i = 1, functions = 0, status = 0;

	for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++)
		functions = argv[i][1] == 'f';
	for (; i < argc; i++)
		if (functions)
			function_unset(argv[i]);
		else
			status |= var_unset(argv[i]);
	return status;
}

static int b_set(int argc, char **argv)
{
	int i = 1, dashes;

	if (argc == 1) {
		vars_print(0, "");
		return 0;
	}
	dashes = set_options(argc, argv, &i);
	if (i < argc || dashes)
		params_set(argv + i, argc - i);
	return 0;
}

static int b_shift(int argc, char **argv)
{
	int n = argc > 1 ? numeric_arg("shift", argv[1]) : 1;
	char **rest;

	if (n > nparams)
		sh_error("shift: can't shift that many");
	/* params_set frees what it replaces: take the rest out of its reach */
	rest = talloc((nparams - n + 1) * sizeof(char *));
	for (int i = n; i < nparams; i++)
		rest[i - n] = tstrdup(params[i]);
	params_set(rest, nparams - n);
	return 0;
}

static void print_ticks(clock_t t)
{
	printf("%ldm%ld.%02lds", t / 6000, t / 100 % 60, t % 100);
}

static int b_times(int argc, char **argv)
{
	struct tms t;

	(void)argc, (void)argv;
	times(&t);
	print_ticks(t.tms_utime);
	putchar(' ');
	print_ticks(t.tms_stime);
	putchar('\n');
	print_ticks(t.tms_cutime);
	putchar(' ');
	print_ticks(t.tms_cstime);
	putchar('\n');
	return 0;
}

/* u+x,g=rw and so on, applied to the permissions that the mask leaves. */
static int symbolic_mask(const char *s, mode_t *mask)
{
	mode_t mode;

	if (parse_mode(s, ~*mask & 0777, &mode) < 0)
		return -1;
	*mask = ~mode & 0777;
	return 0;
}

static int b_umask(int argc, char **argv)
{
	mode_t mask = umask(0);
	char *end;

	umask(mask);
	if (argc > 1 && !strcmp(argv[1], "-S")) {
		static const char *const bits[] = { "", "x", "w", "wx", "r", "rx", "rw", "rwx" };
		mode_t m = ~mask & 0777;

		printf("u=%s,g=%s,o=%s\n", bits[m >> 6], bits[m >> 3 & 7], bits[m & 7]);
		return 0;
	}
	if (argc == 1) {
		printf("%04o\n", mask);
		return 0;
	}
	if (isdigit(*argv[1])) {
		mask = (mode_t)strtoul(argv[1], &end, 8);
		if (*end || mask > 0777)
			sh_error("umask: Illegal number: %s", argv[1]);
	} else if (symbolic_mask(argv[1], &mask) < 0) {
		sh_error("umask: Illegal mode: %s", argv[1]);
	}
	umask(mask);
	return 0;
}

static const struct { char letter; int resource; unsigned unit; const char *name; } limits[] = {
	{ 't', RLIMIT_CPU, 1, "time(seconds)" },
	{ 'f', RLIMIT_FSIZE, 512, "file(blocks)" },
	{ 'd', RLIMIT_DATA, 1024, "data(kbytes)" },
	{ 's', RLIMIT_STACK, 1024, "stack(kbytes)" },
	{ 'c', RLIMIT_CORE, 512, "coredump(blocks)" },
	{ 'm', RLIMIT_RSS, 1024, "memory(kbytes)" },
	{ 'l', RLIMIT_MEMLOCK, 1024, "locked memory(kbytes)" },
	{ 'p', RLIMIT_NPROC, 1, "process" },
	{ 'n', RLIMIT_NOFILE, 1, "nofiles" },
	{ 'v', RLIMIT_AS, 1024, "vmemory(kbytes)" },
};

#define NLIMITS (sizeof(limits) / sizeof(*limits))

static void print_limit(size_t i, int hard)
{
	struct rlimit rl;
	rlim_t v;

	if (getrlimit(limits[i].resource, &rl) < 0)
		return;
	v = hard ? rl.rlim_max : rl.rlim_cur;
	if (v == RLIM_INFINITY)
		printf("unlimited\n");
	else
		printf("%u\n", v / limits[i].unit);
}

static int b_ulimit(int argc, char **argv)
{
	int hard = 0, soft = 0, all = 0, i = 1;
	size_t which = 1;
	struct rlimit rl;
	rlim_t v;

	for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++)
		for (const char *o = argv[i] + 1; *o; o++) {
			size_t k;

			hard |= *o == 'H';
			soft |= *o == 'S';
			all |= *o == 'a';
			if (strchr("HSa", *o))
				continue;
			for (k = 0; k < NLIMITS && limits[k].letter != *o; k++)
				;
			if (k == NLIMITS)
				sh_error("ulimit: Illegal option -%c", *o);
			which = k;
		}
	if (all) {
		for (size_t k = 0; k < NLIMITS; k++) {
			printf("%-24s", limits[k].name);
			print_limit(k, hard);
		}
		return 0;
	}
	if (i >= argc) {
		print_limit(which, hard);
		return 0;
	}
	v = strcmp(argv[i], "unlimited") ? (rlim_t)numeric_arg("ulimit", argv[i]) * limits[which].unit : RLIM_INFINITY;
	getrlimit(limits[which].resource, &rl);
	if (hard || !soft)
		rl.rlim_max = v;
	if (soft || !hard)
		rl.rlim_cur = v;
	if (setrlimit(limits[which].resource, &rl) < 0)
		sh_error("ulimit: error setting limit: %s", strerror(errno));
	return 0;
}

static int describe(const char *name, int verbose)
{
	static const char *const reserved[] = {
		"if", "then", "else", "elif", "fi", "do", "done", "case", "esac", "while", "until", "for", "{", "}", "!", "in",
	};
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(reserved) / sizeof(*reserved); i++)
		if (!strcmp(reserved[i], name)) {
			printf(verbose ? "%s is a shell keyword\n" : "%s\n", name);
			return 0;
		}
	if (function_find(name)) {
		printf(verbose ? "%s is a shell function\n" : "%s\n", name);
		return 0;
	}
	if (builtin_find(name)) {
		printf(verbose ? builtin_find(name)->special ? "%s is a special shell builtin\n" : "%s is a shell builtin\n"
			       : "%s\n", name);
		return 0;
	}
	if (find_command(name, path) == 0) {
		if (verbose)
			printf("%s is %s\n", name, path);
		else
			printf("%s\n", path);
		return 0;
	}
	if (verbose)
		printf("%s: not found\n", name);
	return 127;
}

static int b_type(int argc, char **argv)
{
	int status = 0;

	for (int i = 1; i < argc; i++)
		status |= describe(argv[i], 1);
	return status;
}

/* command name ...: as if there were no function of that name. */
static int b_command(int argc, char **argv)
{
	const struct builtin *b;
	struct node n = { .type = N_CMD };
	struct word *words;
	struct job *j;
	int i = 1, status = 0;

	if (i < argc && (!strcmp(argv[i], "-v") || !strcmp(argv[i], "-V"))) {
		for (int k = i + 1; k < argc; k++)
			status |= describe(argv[k], argv[i][1] == 'V');
		return status;
	}
	if (i < argc && (!strcmp(argv[i], "-p") || !strcmp(argv[i], "--")))
		i++;
	if (i >= argc)
		return 0;
	b = builtin_find(argv[i]);
	if (b)
		return b->run(argc - i, argv + i);
	words = talloc((argc - i) * sizeof(*words));
	for (int k = 0; k < argc - i; k++)
		words[k] = (struct word){ argv[i + k], k + 1 < argc - i ? &words[k + 1] : NULL };
	n.words = words;
	j = job_new(&n);
	if (fork_shell(j, FORK_FG) == 0)
		builtin_exec(argc - i + 1, argv + i - 1);
	return job_wait(j);
}

/* One line, a byte at a time: what follows it belongs to others. */
static int read_input_line(struct str *line, int raw)
{
	char c;
	ssize_t n;

	for (;;) {
		n = read_or_signal(&c);
		if (n < 0 && errno == EINTR) {
			traps_check();
			continue;
		}
		if (n <= 0)
			return 1;
		if (c == '\\' && !raw) {
			n = read(0, &c, 1);
			if (n <= 0)
				return 1;
			if (c != '\n') {
				str_add(line, '\\');
				str_add(line, c);
			}
			continue;
		}
		if (c == '\n')
			return 0;
		if (c)
			str_add(line, c);
	}
}

/* Cuts the next field off, for read: the last variable takes all the rest. */
static char *next_field(char **p, const char *ifs, int raw, int last)
{
	char *out = talloc(strlen(*p) + 1), *o = out, *keep = out, *s = *p;

	while (*s && strchr(" \t\n", *s) && strchr(ifs, *s))
		s++;
	for (; *s; s++) {
		if (*s == '\\' && !raw && s[1]) {
			*o++ = *++s;
			keep = o;
			continue;
		}
		if (strchr(ifs, *s)) {
			if (!last)
				break;
			*o++ = *s;
			if (!strchr(" \t\n", *s))
				keep = o;
			continue;
		}
		*o++ = *s;
		keep = o;
	}
	if (last) {
		char *sep = NULL;

		/* A single trailing separator of the last field is not part of it. */
		for (char *q = out; q < keep; q++)
			if (strchr(ifs, *q) && !strchr(" \t\n", *q))
				sep = sep ? out : q;
		if (sep && sep == keep - 1 && sep != out)
			keep = sep;
		*keep = 0;
		*p = s;
		return out;
	}
	*o = 0;
	/* White space around one other separator goes with it. */
	while (*s && strchr(" \t\n", *s) && strchr(ifs, *s))
		s++;
	if (*s && strchr(ifs, *s))
		s++;
	*p = s;
	return out;
}

static int b_read(int argc, char **argv)
{
	const char *ifs = var_get("IFS");
	struct str line = { 0 };
	int raw = 0, i = 1, status;
	char *p;

	for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		if (!strcmp(argv[i], "--")) {
			i++;
			break;
		}
		if (argv[i][1] == 'p' && i + 1 < argc)
			fprintf(stderr, "%s", argv[++i]);
		else if (argv[i][1] == 'r')
			raw = 1;
		else
			sh_error("read: Illegal option %s", argv[i]);
	}
	if (i >= argc)
		sh_error("read: arg count");
	fflush(stdout);
	status = read_input_line(&line, raw);
	p = tstrdup(str_get(&line));
	str_free(&line);
	for (; i < argc; i++)
		var_set(argv[i], next_field(&p, ifs ? ifs : " \t\n", raw, i == argc - 1));
	return status;
}

static int b_getopts(int argc, char **argv)
{
	static int position;	/* inside a group of letters */
	char **args = argc > 3 ? argv + 3 : params, letter[2] = "?";
	int n = argc > 3 ? argc - 3 : nparams, index;
	const char *optstring, *o, *arg;

	if (argc < 3)
		sh_error("getopts: usage: getopts optstring var [arg ...]");
	optstring = argv[1];
	index = var_get("OPTIND") ? atoi(var_get("OPTIND")) : 1;
	if (optind == 0) {	/* OPTIND was assigned to */
		position = 0;
		optind = 1;
	}
	arg = index <= n ? args[index - 1] : NULL;
	if (!position && (!arg || arg[0] != '-' || !arg[1] || !strcmp(arg, "--"))) {
		if (arg && !strcmp(arg, "--"))
			index++;
		var_set("OPTIND", tprintf("%d", index));
		optind = 1;
		var_set(argv[2], "?");
		return 1;
	}
	letter[0] = arg[position ? position : (position = 1)];
	position++;
	o = letter[0] == ':' ? NULL : strchr(optstring + (*optstring == ':'), letter[0]);
	var_unset("OPTARG");
	if (!o) {
		if (*optstring == ':')
			var_set("OPTARG", letter);
		else
			sh_warn("Illegal option -%s", letter);
	} else if (o[1] == ':') {
		if (arg[position])
			var_set("OPTARG", arg + position);
		else if (index < n)
			var_set("OPTARG", args[index++]);
		else if (*optstring == ':') {
			var_set("OPTARG", letter);
			o = ":";
		} else {
			sh_warn("No arg for -%s option", letter);
			o = NULL;
		}
		position = (int)strlen(arg);
	}
	var_set(argv[2], !o ? "?" : *o == ':' ? ":" : letter);
	if (!arg[position]) {
		index++;
		position = 0;
	}
	var_set("OPTIND", tprintf("%d", index));
	optind = 1;
	return 0;
}

static int run_tool(int (*tool)(int, char **), int argc, char **argv)
{
	int status = tool(argc, argv);

	if (fflush(stdout) || ferror(stdout)) {
		sh_warn("%s: write error: %s", argv[0], strerror(errno));
		clearerr(stdout);
		return status ? status : 1;
	}
	return status;
}

static int b_echo(int argc, char **argv) { return run_tool(echo_main, argc, argv); }
static int b_printf(int argc, char **argv) { return run_tool(printf_main, argc, argv); }
static int b_test(int argc, char **argv) { return test_main(argc, argv); }

static const struct builtin builtins[] = {
	{ ":", b_true, 1 },
	{ ".", b_dot, 1 },
	{ "source", b_dot, 0 },
	{ "break", b_break, 1 },
	{ "continue", b_break, 1 },
	{ "eval", b_eval, 1 },
	{ "exec", builtin_exec, 1 },
	{ "exit", b_exit, 1 },
	{ "export", b_export, 1 },
	{ "readonly", b_readonly, 1 },
	{ "return", b_return, 1 },
	{ "set", b_set, 1 },
	{ "shift", b_shift, 1 },
	{ "times", b_times, 1 },
	{ "trap", builtin_trap, 1 },
	{ "unset", b_unset, 1 },
	{ "[", b_test, 0 },
	{ "bg", builtin_fgbg, 0 },
	{ "cd", b_cd, 0 },
	{ "command", b_command, 0 },
	{ "echo", b_echo, 0 },
	{ "false", b_false, 0 },
	{ "fg", builtin_fgbg, 0 },
	{ "getopts", b_getopts, 0 },
	{ "hash", b_true, 0 },
	{ "history", builtin_history, 0 },
	{ "jobs", builtin_jobs, 0 },
	{ "kill", builtin_kill, 0 },
	{ "local", b_local, 0 },
	{ "printf", b_printf, 0 },
	{ "pwd", b_pwd, 0 },
	{ "read", b_read, 0 },
	{ "test", b_test, 0 },
	{ "true", b_true, 0 },
	{ "type", b_type, 0 },
	{ "ulimit", b_ulimit, 0 },
	{ "umask", b_umask, 0 },
	{ "wait", builtin_wait, 0 },
};

const struct builtin *builtin_find(const char *name)
{
	for (size_t i = 0; i < sizeof(builtins) / sizeof(*builtins); i++)
		if (!strcmp(builtins[i].name, name))
			return &builtins[i];
	return NULL;
}
