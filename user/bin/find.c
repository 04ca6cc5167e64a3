/* SPDX-License-Identifier: MIT */
/*
 * find: the files of a tree that an expression holds for: -name -iname -path -type -size -empty -user -perm -newer
 * -mtime -mmin -links -inum -maxdepth -mindepth -print -print0 -delete -prune -exec ... ; or + -quit, joined by -a (or
 * nothing), -o, ! and ( ). Without an action, -print.
 *
 * The expression is parsed into a tree of nodes, and each file is put through it from the left, stopping where the
 * result is certain; an action is a test that does something.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fnmatch.h>
#include <libgen.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "user/util/util.h"

struct node {
	int (*test)(struct node *n, const char *path, const struct stat *st);
	struct node *left, *right;
	const char *text;
	char sign;			/* + more than, - less than, 0 exactly */
	long long number;
	char **argv;			/* of -exec, without the ; or + */
	int argc, collect, ncollected;
	char **collected;
};

static char **word;
static int maxdepth = 1 << 30, mindepth, depth_first, has_action, status, pruned;
static time_t now;

static struct node *expression(void);

static struct node *new_node(int (*test)(struct node *, const char *, const struct stat *))
{
	struct node *n = calloc(1, sizeof(*n));

	if (!n)
		errx(1, "out of memory");
	n->test = test;
	return n;
}

static int t_true(struct node *n, const char *path, const struct stat *st)
{
	(void)n, (void)path, (void)st;
	return 1;
}

static int t_and(struct node *n, const char *path, const struct stat *st)
{
	return n->left->test(n->left, path, st) && n->right->test(n->right, path, st);
}

static int t_or(struct node *n, const char *path, const struct stat *st)
{
	return n->left->test(n->left, path, st) || n->right->test(n->right, path, st);
}

static int t_not(struct node *n, const char *path, const struct stat *st)
{
	return !n->left->test(n->left, path, st);
}

static const char *last_component(const char *path)
{
	static char copy[4096];

	strlcpy(copy, path, sizeof(copy));
	return basename(copy);
}

static int t_name(struct node *n, const char *path, const struct stat *st)
{
	(void)st;
	return !fnmatch(n->text, last_component(path), 0);
}

static int t_iname(struct node *n, const char *path, const struct stat *st)
{
	(void)st;
	return !fnmatch(n->text, last_component(path), FNM_CASEFOLD);
}

static int t_path(struct node *n, const char *path, const struct stat *st)
{
	(void)st;
	return !fnmatch(n->text, path, 0);
}

static int t_type(struct node *n, const char *path, const struct stat *st)
{
	static const char letters[] = "fdlcbps";
	static const mode_t types[] = { S_IFREG, S_IFDIR, S_IFLNK, S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK };

	(void)path;
	for (const char *t = n->text; *t; t++) {
		const char *at = strchr(letters, *t);

		if (at && (st->st_mode & S_IFMT) == types[at - letters])
			return 1;
	}
	return 0;
}

static int compare(const struct node *n, long long value)
{
	return n->sign == '+' ? value > n->number : n->sign == '-' ? value < n->number : value == n->number;
}

static int t_size(struct node *n, const char *path, const struct stat *st)
{
	long long unit = n->argc ? n->argc : 512;

	(void)path;
	return compare(n, (st->st_size + unit - 1) / unit);
}

static int t_empty(struct node *n, const char *path, const struct stat *st)
{
	int names = 0;
	DIR *dir;

	(void)n;
	if (!S_ISDIR(st->st_mode))
		return S_ISREG(st->st_mode) && !st->st_size;
	dir = opendir(path);
	if (!dir)
		return 0;
	while (names < 3 && readdir(dir))
		names++;
	closedir(dir);
	return names < 3;	/* . and .. alone */
}

static int t_mtime(struct node *n, const char *path, const struct stat *st)
{
	(void)path;
	return compare(n, (now - st->st_mtime) / 86400);
}

static int t_mmin(struct node *n, const char *path, const struct stat *st)
{
	(void)path;
	return compare(n, (now - st->st_mtime + 59) / 60);
}

static int t_newer(struct node *n, const char *path, const struct stat *st)
{
	(void)path;
	return st->st_mtime > n->number;
}

static int t_links(struct node *n, const char *path, const struct stat *st)
{
	(void)path;
	return compare(n, st->st_nlink);
}

static int t_inum(struct node *n, const char *path, const struct stat *st)
{
	(void)path;
	return compare(n, (long long)st->st_ino);
}

static int t_user(struct node *n, const char *path, const struct stat *st)
{
	(void)path;
	return st->st_uid == (uid_t)n->number;
}

static int t_perm(struct node *n, const char *path, const struct stat *st)
{
	mode_t mode = st->st_mode & 07777, want = (mode_t)n->number;

	(void)path;
	return n->sign == '-' ? (mode & want) == want : n->sign == '/' ? (mode & want) != 0 : mode == want;
}

static int t_print(struct node *n, const char *path, const struct stat *st)
{
	(void)st;
	printf("%s%c", path, n->sign ? 0 : '\n');
	return 1;
}

static int t_prune(struct node *n, const char *path, const struct stat *st)
{
	(void)n, (void)path, (void)st;
	pruned = 1;
	return 1;
}

static int t_quit(struct node *n, const char *path, const struct stat *st)
{
	(void)n, (void)path, (void)st;
	exit(finish(status));
}

static int t_delete(struct node *n, const char *path, const struct stat *st)
{
	(void)n;
	if (!strcmp(path, "."))
		return 1;
	if ((S_ISDIR(st->st_mode) ? rmdir(path) : unlink(path)) == 0)
		return 1;
	warn("cannot delete %s", path);
	status = 1;
	return 0;
}

static int run(char **argv)
{
	int result;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		err(1, "cannot fork");
	if (!pid) {
		execvp(*argv, argv);
		err(127, "%s", *argv);
	}
	while (waitpid(pid, &result, 0) < 0)
		if (errno != EINTR)
			err(1, "wait");
	return WIFEXITED(result) && !WEXITSTATUS(result);
}

/* {} wherever it stands in an argument */
static char *substitute(const char *arg, const char *path)
{
	char *out = strdup(""), *grown;
	const char *at;

	while ((at = strstr(arg, "{}"))) {
		if (asprintf(&grown, "%s%.*s%s", out, (int)(at - arg), arg, path) < 0)
			errx(1, "out of memory");
		free(out);
		out = grown;
		arg = at + 2;
	}
	if (asprintf(&grown, "%s%s", out, arg) < 0)
		errx(1, "out of memory");
	free(out);
	return grown;
}

static void run_collected(struct node *n)
{
	char **argv;

	if (!n->ncollected)
		return;
	argv = xrealloc(NULL, (size_t)(n->argc + n->ncollected + 1) * sizeof(*argv));
	memcpy(argv, n->argv, (size_t)n->argc * sizeof(*argv));
	memcpy(argv + n->argc, n->collected, (size_t)n->ncollected * sizeof(*argv));
	argv[n->argc + n->ncollected] = NULL;
	if (!run(argv))
		status = 1;
	free(argv);
	while (n->ncollected)
		free(n->collected[--n->ncollected]);
}

#define COLLECT 500

static int t_exec(struct node *n, const char *path, const struct stat *st)
{
	char **argv;
	int ok;

	(void)st;
	if (n->collect) {
		if (!n->collected)
			n->collected = xrealloc(NULL, COLLECT * sizeof(*n->collected));
		n->collected[n->ncollected++] = strdup(path);
		if (n->ncollected == COLLECT)
			run_collected(n);
		return 1;
	}
	argv = xrealloc(NULL, (size_t)(n->argc + 1) * sizeof(*argv));
	for (int i = 0; i < n->argc; i++)
		argv[i] = substitute(n->argv[i], path);
	argv[n->argc] = NULL;
	ok = run(argv);
	for (int i = 0; i < n->argc; i++)
		free(argv[i]);
	free(argv);
	return ok;
}

static void finish_exec(struct node *n)
{
	if (!n)
		return;
	finish_exec(n->left);
	finish_exec(n->right);
	if (n->test == t_exec)
		run_collected(n);
}

static char *operand(void)
{
	if (!*word)
		errx(1, "%s wants an operand", word[-1]);
	return *word++;
}

static void parse_number(struct node *n, const char *s, const char *units)
{
	char *end;

	n->sign = *s == '+' || *s == '-' ? *s++ : 0;
	n->number = strtoll(s, &end, 10);
	if (units && *end) {
		n->argc = *end == 'c' ? 1 : *end == 'k' ? 1024 : *end == 'M' ? 1 << 20 : *end == 'G' ? 1 << 30 : 512;
		end++;
	}
	if (*end)
		errx(1, "%s is no number", s);
}

static const struct { const char *name; int (*test)(struct node *, const char *, const struct stat *); char kind; } tests[] = {
	/* kind: t text, n number, s size, 0 none, a an action without operand */
	{ "-name", t_name, 't' }, { "-iname", t_iname, 't' }, { "-path", t_path, 't' }, { "-type", t_type, 't' },
	{ "-size", t_size, 's' }, { "-mtime", t_mtime, 'n' }, { "-mmin", t_mmin, 'n' }, { "-links", t_links, 'n' },
	{ "-inum", t_inum, 'n' }, { "-empty", t_empty, 0 }, { "-true", t_true, 0 }, { "-prune", t_prune, 0 },
	{ "-print", t_print, 'a' }, { "-print0", t_print, 'a' }, { "-quit", t_quit, 'a' }, { "-delete", t_delete, 'a' },
};

static struct node *parse_exec(void)
{
	struct node *n = new_node(t_exec);

	has_action = 1;
	n->argv = word;
	while (*word && strcmp(*word, ";") && !(!strcmp(*word, "+") && n->argc && !strcmp(word[-1], "{}"))) {
		word++;
		n->argc++;
	}
	if (!*word || !n->argc)
		errx(1, "-exec wants a command that ends with ; or {} +");
	n->collect = **word == '+';
	n->argc -= n->collect;
	word++;
	return n;
}

/* Tests whose operand needs more than a table entry. */
static struct node *parse_special(const char *name)
{
	struct node *n = new_node(t_true);
	struct passwd *pw;
	struct stat st;
	mode_t mode;
	char *s;

	if (!strcmp(name, "-maxdepth")) {
		maxdepth = atoi(operand());
	} else if (!strcmp(name, "-mindepth")) {
		mindepth = atoi(operand());
	} else if (!strcmp(name, "-depth")) {
		depth_first = 1;
	} else if (!strcmp(name, "-xdev") || !strcmp(name, "-follow")) {
		errx(1, "%s is not supported", name);
	} else if (!strcmp(name, "-newer")) {
		s = operand();
		if (stat(s, &st) < 0)
			err(1, "%s", s);
		n->test = t_newer;
		n->number = st.st_mtime;
	} else if (!strcmp(name, "-user")) {
		s = operand();
		pw = getpwnam(s);
		n->test = t_user;
		n->number = pw ? (long long)pw->pw_uid : atoll(s);
	} else if (!strcmp(name, "-perm")) {
		s = operand();
		n->test = t_perm;
		n->sign = *s == '-' || *s == '/' ? *s++ : 0;
		if (parse_mode(s, 0, &mode) < 0)
			errx(1, "%s is no mode", s);
		n->number = mode;
	} else {
		errx(1, "%s is not known", name);
	}
	return n;
}

static struct node *primary(void)
{
	const char *name = operand();
	struct node *n;

	if (!strcmp(name, "!") || !strcmp(name, "-not")) {
		n = new_node(t_not);
		n->left = primary();
		return n;
	}
	if (!strcmp(name, "(")) {
		n = expression();
		if (!*word || strcmp(*word++, ")"))
			errx(1, "a ) is missing");
		return n;
	}
	if (!strcmp(name, "-exec"))
		return parse_exec();
	for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
		if (strcmp(tests[i].name, name))
			continue;
		n = new_node(tests[i].test);
		if (tests[i].kind == 't')
			n->text = operand();
		else if (tests[i].kind == 'n' || tests[i].kind == 's')
			parse_number(n, operand(), tests[i].kind == 's' ? "ckMG" : NULL);
		has_action |= tests[i].kind == 'a';
		depth_first |= n->test == t_delete;
		n->sign |= !strcmp(name, "-print0");
		return n;
	}
	return parse_special(name);
}

static struct node *join(int (*test)(struct node *, const char *, const struct stat *), struct node *left, struct node *right)
{
	struct node *n = new_node(test);

	n->left = left;
	n->right = right;
	return n;
}

static struct node *conjunction(void)
{
	struct node *n = primary();

	while (*word && strcmp(*word, "-o") && strcmp(*word, ")")) {
		if (!strcmp(*word, "-a"))
			word++;
		n = join(t_and, n, primary());
	}
	return n;
}

static struct node *expression(void)
{
	struct node *n = conjunction();

	while (*word && !strcmp(*word, "-o")) {
		word++;
		n = join(t_or, n, conjunction());
	}
	return n;
}

static struct node *root;

static int visit(const char *path, const struct stat *st, enum visit when, int at)
{
	pruned = 0;
	if (when != (depth_first ? VISIT_DIR_END : VISIT_DIR) && when != VISIT_FILE)
		return when == VISIT_DIR && at >= maxdepth ? WALK_SKIP : WALK_GO_ON;
	if (at >= mindepth && at <= maxdepth)
		root->test(root, path, st);
	return when == VISIT_DIR && (pruned || at >= maxdepth) ? WALK_SKIP : WALK_GO_ON;
}

int main(int argc, char **argv)
{
	int i = 1, first;

	while (i < argc && argv[i][0] != '-' && strcmp(argv[i], "(") && strcmp(argv[i], "!"))
		i++;
	first = i;
	now = time(NULL);
	word = argv + i;
	root = *word ? expression() : new_node(t_true);
	if (*word)
		errx(1, "%s is too much", *word);
	if (!has_action)
		root = join(t_and, root, new_node(t_print));
	if (first == 1)
		status |= walk_tree(".", 0, visit) < 0;
	for (i = 1; i < first; i++)
		status |= walk_tree(argv[i], 0, visit) < 0;
	finish_exec(root);
	return finish(status);
}
