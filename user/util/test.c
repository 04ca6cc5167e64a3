/* SPDX-License-Identifier: MIT */
/*
 * test and [. With up to four operands POSIX says what they mean by their number, which is what makes
 * `test "$x" = y` safe for every x; more are parsed as an expression with -a, -o and parentheses.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

static char **arg;
static int count, error;

static int expression(void);

static int unary_op(const char *s)
{
	return s[0] == '-' && s[1] && !s[2] && strchr("bcdefghkLnprSstuwxzO", s[1]);
}

static int binary_op(const char *s)
{
	static const char *const ops[] = { "=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef" };

	for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		if (!strcmp(ops[i], s))
			return 1;
	return 0;
}

static long long integer(const char *s)
{
	char *end;
	long long v = strtoll(s, &end, 10);

	while (*end == ' ' || *end == '\t')
		end++;
	if (*end || end == s) {
		warnx("test: Illegal number: %s", s);
		error = 1;
	}
	return v;
}

static int file_test(char op, const char *path)
{
	struct stat st;

	switch (op) {
	case 'r': return access(path, R_OK) == 0;
	case 'w': return access(path, W_OK) == 0;
	case 'x': return access(path, X_OK) == 0;
	}
	if ((op == 'h' || op == 'L' ? lstat(path, &st) : stat(path, &st)) < 0)
		return 0;
	switch (op) {
	case 'b': return S_ISBLK(st.st_mode);
	case 'c': return S_ISCHR(st.st_mode);
	case 'd': return S_ISDIR(st.st_mode);
	case 'e': return 1;
	case 'f': return S_ISREG(st.st_mode);
	case 'g': return (st.st_mode & S_ISGID) != 0;
	case 'h':
	case 'L': return S_ISLNK(st.st_mode);
	case 'k': return (st.st_mode & S_ISVTX) != 0;
	case 'O': return st.st_uid == geteuid();
	case 'p': return S_ISFIFO(st.st_mode);
	case 'S': return S_ISSOCK(st.st_mode);
	case 's': return st.st_size > 0;
	case 'u': return (st.st_mode & S_ISUID) != 0;
	}
	return 0;
}

static int unary(char op, const char *s)
{
	if (op == 'n')
		return *s != 0;
	if (op == 'z')
		return *s == 0;
	if (op == 't')
		return isatty((int)integer(s));
	return file_test(op, s);
}

static int compare_files(const char *a, const char *op, const char *b)
{
	struct stat x, y;
	int hx = stat(a, &x) == 0, hy = stat(b, &y) == 0;

	if (op[1] == 'e')
		return hx && hy && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
	if (!hx || !hy)
		return op[1] == 'n' ? hx && !hy : hy && !hx;
	long long d = x.st_mtim.tv_sec != y.st_mtim.tv_sec ? x.st_mtim.tv_sec - y.st_mtim.tv_sec :
		      (long long)x.st_mtim.tv_nsec - y.st_mtim.tv_nsec;
	return op[1] == 'n' ? d > 0 : d < 0;
}

static int binary(const char *a, const char *op, const char *b)
{
	long long x, y;

	if (op[0] == '=')
		return !strcmp(a, b);
	if (op[0] == '!')
		return strcmp(a, b) != 0;
	if (op[0] == '<')
		return strcmp(a, b) < 0;
	if (op[0] == '>')
		return strcmp(a, b) > 0;
	if (!strcmp(op, "-nt") || !strcmp(op, "-ot") || !strcmp(op, "-ef"))
		return compare_files(a, op, b);
	x = integer(a);
	y = integer(b);
	switch (op[1] << 8 | op[2]) {
	case 'e' << 8 | 'q': return x == y;
	case 'n' << 8 | 'e': return x != y;
	case 'l' << 8 | 't': return x < y;
	case 'l' << 8 | 'e': return x <= y;
	case 'g' << 8 | 't': return x > y;
	default: return x >= y;
	}
}

static char *shift(void)
{
	count--;
	return *arg++;
}

static int primary(void)
{
	char *a;
	int r;

	if (count <= 0) {
		warnx("test: argument expected");
		error = 1;
		return 0;
	}
	if (count >= 3 && binary_op(arg[1])) {
		r = binary(arg[0], arg[1], arg[2]);
		arg += 3;
		count -= 3;
		return r;
	}
	a = shift();
	if (!strcmp(a, "!"))
		return !primary();
	if (!strcmp(a, "(") && count) {
		r = expression();
		if (!count || strcmp(shift(), ")")) {
			warnx("test: closing paren expected");
			error = 1;
		}
		return r;
	}
	if (count && unary_op(a))
		return unary(a[1], shift());
	return *a != 0;
}

static int conjunction(void)
{
	int r = primary();

	while (count && !strcmp(*arg, "-a")) {
		shift();
		r &= primary();
	}
	return r;
}

static int expression(void)
{
	int r = conjunction();

	while (count && !strcmp(*arg, "-o")) {
		shift();
		r |= conjunction();
	}
	return r;
}

/* POSIX's rules by the number of operands. */
static int by_count(int n, char **a)
{
	switch (n) {
	case 0:
		return 0;
	case 1:
		return *a[0] != 0;
	case 2:
		if (!strcmp(a[0], "!"))
			return *a[1] == 0;
		if (unary_op(a[0]))
			return unary(a[0][1], a[1]);
		break;
	case 3:
		if (binary_op(a[1]))
			return binary(a[0], a[1], a[2]);
		if (!strcmp(a[0], "!"))
			return !by_count(2, a + 1);
		if (!strcmp(a[0], "(") && !strcmp(a[2], ")"))
			return by_count(1, a + 1);
		break;
	case 4:
		if (!strcmp(a[0], "!"))
			return !by_count(3, a + 1);
		if (!strcmp(a[0], "(") && !strcmp(a[3], ")"))
			return by_count(2, a + 1);
		break;
	}
	arg = a;
	count = n;
	int r = expression();

	if (count) {
		warnx("test: %s: unexpected operator", *arg);
		error = 1;
	}
	return r;
}

int test_main(int argc, char **argv)
{
	size_t n = strlen(argv[0]);
	int r;

	error = 0;
	if (n && argv[0][n - 1] == '[') {
		if (strcmp(argv[argc - 1], "]")) {
			warnx("[: missing ]");
			return 2;
		}
		argc--;
	}
	r = by_count(argc - 1, argv + 1);
	return error ? 2 : !r;
}
