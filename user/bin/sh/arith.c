/* SPDX-License-Identifier: MIT */
/*
 * $((...)): C's integer expressions over 64-bit numbers, by precedence climbing. A name is a variable's value, an unset
 * one is 0. The part of && || ?: that does not count is parsed but not evaluated.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "user/bin/sh/sh.h"

struct arith {
	const char *p;
	int dead;	/* > 0: only parse */
};

static long long assignment(struct arith *a);

static void __attribute__((noreturn)) arith_error(const char *what)
{
	sh_error("arithmetic expression: %s", what);
}

static void skip_space(struct arith *a)
{
	while (isspace(*a->p))
		a->p++;
}

static int accept(struct arith *a, const char *op)
{
	size_t n = strlen(op);

	skip_space(a);
	if (strncmp(a->p, op, n))
		return 0;
	a->p += n;
	return 1;
}

static size_t name_at(const char *p)
{
	size_t n = 0;

	if (isalpha(*p) || *p == '_')
		while (isalnum(p[n]) || p[n] == '_')
			n++;
	return n;
}

static long long variable(const char *name)
{
	const char *v = var_get(name);
	char *end;
	long long r;

	if (!v || !*v)
		return 0;
	r = strtoll(v, &end, 0);
	while (isspace(*end))
		end++;
	if (*end)
		sh_error("illegal number: %s", v);
	return r;
}

static long long primary(struct arith *a)
{
	size_t n;
	char *end;
	long long r;

	if (accept(a, "(")) {
		r = assignment(a);
		if (!accept(a, ")"))
			arith_error("expecting ')'");
		return r;
	}
	skip_space(a);
	n = name_at(a->p);
	if (n) {
		char *name = tstrndup(a->p, n);

		a->p += n;
		return a->dead ? 0 : variable(name);
	}
	if (!isdigit(*a->p))
		arith_error(*a->p ? "expecting primary" : "expecting EOF");
	r = (long long)strtoull(a->p, &end, 0);
	if (isalnum(*end))
		arith_error("bad number");
	a->p = end;
	return r;
}

static long long unary(struct arith *a)
{
	skip_space(a);
	if (a->p[0] == '!' && a->p[1] != '=') {
		a->p++;
		return !unary(a);
	}
	if (accept(a, "-"))
		return -(unsigned long long)unary(a);
	if (accept(a, "+"))
		return unary(a);
	if (accept(a, "~"))
		return ~unary(a);
	return primary(a);
}

static const struct { char op[3]; int level; } binary_ops[] = {
	{ "||", 1 }, { "&&", 2 }, { "<<", 8 }, { ">>", 8 }, { "<=", 7 }, { ">=", 7 }, { "==", 6 }, { "!=", 6 },
	{ "|", 3 }, { "^", 4 }, { "&", 5 }, { "<", 7 }, { ">", 7 }, { "+", 9 }, { "-", 9 }, { "*", 10 }, { "/", 10 },
	{ "%", 10 },
};

/* The operator at p, unless it is the start of an assignment such as += */
static int binary_at(const char *p)
{
	for (size_t i = 0; i < sizeof(binary_ops) / sizeof(*binary_ops); i++) {
		size_t n = strlen(binary_ops[i].op);

		if (strncmp(p, binary_ops[i].op, n))
			continue;
		if (p[n] == '=' && strchr("<>+-*/%&|^", *p) && !strchr("=", p[n - 1]) && binary_ops[i].level != 7)
			return -1;
		return (int)i;
	}
	return -1;
}

static long long apply(const char *op, long long x, long long y)
{
	switch (op[0]) {
	case '|': return x | y;
	case '^': return x ^ y;
	case '&': return x & y;
	case '=': return x == y;
	case '!': return x != y;
	case '<': return op[1] == '<' ? (long long)((unsigned long long)x << (y & 63)) : op[1] == '=' ? x <= y : x < y;
	case '>': return op[1] == '>' ? x >> (y & 63) : op[1] == '=' ? x >= y : x > y;
	case '+': return (long long)((unsigned long long)x + (unsigned long long)y);
	case '-': return (long long)((unsigned long long)x - (unsigned long long)y);
	case '*': return (long long)((unsigned long long)x * (unsigned long long)y);
	}
	if (!y)
		arith_error("division by zero");
	if (y == -1)
		return op[0] == '/' ? (long long)-(unsigned long long)x : 0;
	return op[0] == '/' ? x / y : x % y;
}

static long long binary(struct arith *a, int level)
{
	long long x = unary(a), y;
	int i;

	for (;;) {
		const char *op;

		skip_space(a);
		i = binary_at(a->p);
		if (i < 0 || binary_ops[i].level < level)
			return x;
		op = binary_ops[i].op;
		a->p += strlen(op);
		if (!strcmp(op, "&&") || !strcmp(op, "||")) {
			int decided = (op[0] == '|') == (x != 0);

			a->dead += decided;
			y = binary(a, binary_ops[i].level + 1);
			a->dead -= decided;
			x = decided ? op[0] == '|' : y != 0;
			continue;
		}
		y = binary(a, binary_ops[i].level + 1);
		x = a->dead ? 0 : apply(op, x, y);
	}
}

static long long conditional(struct arith *a)
{
	long long c = binary(a, 1), x, y;

	if (!accept(a, "?"))
		return c;
	a->dead += !c;
	x = assignment(a);
	a->dead -= !c;
	if (!accept(a, ":"))
		arith_error("expecting ':'");
	a->dead += !!c;
	y = conditional(a);
	a->dead -= !!c;
	return c ? x : y;
}

static long long assignment(struct arith *a)
{
	static const char *const ops[] = { "=", "+=", "-=", "*=", "/=", "%=", "<<=", ">>=", "&=", "|=", "^=" };
	const char *start;
	size_t n;

	skip_space(a);
	start = a->p;
	n = name_at(a->p);
	for (size_t i = 0; n && i < sizeof(ops) / sizeof(*ops); i++) {
		long long v;
		char *name;

		a->p = start + n;
		if (!accept(a, ops[i]) || (i == 0 && *a->p == '='))
			continue;
		name = tstrndup(start, n);
		v = assignment(a);
		if (a->dead)
			return 0;
		if (i)
			v = apply(ops[i], variable(name), v);
		var_set(name, tprintf("%lld", v));
		return v;
	}
	a->p = start;
	return conditional(a);
}

long long arith(const char *expr)
{
	struct arith a = { expr, 0 };
	long long r;

	skip_space(&a);
	if (!*a.p)
		return 0;
	r = assignment(&a);
	skip_space(&a);
	if (*a.p)
		arith_error("expecting EOF");
	return r;
}
