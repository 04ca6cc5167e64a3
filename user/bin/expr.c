/* SPDX-License-Identifier: MIT */
/* expr: evaluates its operands: | & = != < <= > >= + - * / % : ( ), match, substr, index, length. Status 1 if the result is empty or 0. */
#include <err.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include "user/util/util.h"

static char **word;

static char *disjunction(void);

static char *number(long long n)
{
	char *s;

	if (asprintf(&s, "%lld", n) < 0)
		errx(3, "out of memory");
	return s;
}

static int is_integer(const char *s)
{
	s += *s == '-';
	return *s && strspn(s, "0123456789") == strlen(s);
}

static long long integer(const char *s)
{
	if (!is_integer(s))
		errx(2, "non-integer argument");
	return atoll(s);
}

static int is_null(const char *s)
{
	return !*s || (is_integer(s) && !atoll(s));
}

static int next_is(const char *op)
{
	if (!*word || strcmp(*word, op))
		return 0;
	word++;
	return 1;
}

/* The length of the match at the beginning, or what its first group holds. */
static char *match(const char *s, const char *pattern)
{
	char *anchored;
	regmatch_t m[2];
	regex_t re;

	if (asprintf(&anchored, "^%s", pattern) < 0 || regcomp(&re, anchored, 0))
		errx(2, "bad regular expression %s", pattern);
	if (regexec(&re, s, 2, m, 0))
		return re.re_nsub ? "" : "0";
	if (!re.re_nsub)
		return number(m[0].rm_eo);
	return m[1].rm_so < 0 ? "" : strndup(s + m[1].rm_so, (size_t)(m[1].rm_eo - m[1].rm_so));
}

static char *primary(void)
{
	char *a, *b;
	long long from, n;

	if (!*word)
		errx(2, "an operand is missing");
	if (next_is("(")) {
		a = disjunction();
		if (!next_is(")"))
			errx(2, "a ) is missing");
		return a;
	}
	if (word[1] && !strcmp(*word, "length")) {
		word++;
		return number((long long)strlen(primary()));
	}
	if (word[1] && word[2] && !strcmp(*word, "match")) {
		word++;
		a = primary();
		return match(a, primary());
	}
	if (word[1] && word[2] && !strcmp(*word, "index")) {
		word++;
		a = primary();
		b = primary();
		n = (long long)strcspn(a, b);
		return number(a[n] ? n + 1 : 0);
	}
	if (word[1] && word[2] && word[3] && !strcmp(*word, "substr")) {
		word++;
		a = primary();
		from = integer(primary());
		n = integer(primary());
		if (from < 1 || n < 1 || from > (long long)strlen(a))
			return "";
		return strndup(a + from - 1, (size_t)n);
	}
	return *word++;
}

static char *matching(void)
{
	char *a = primary();

	while (next_is(":"))
		a = match(a, primary());
	return a;
}

static char *product(void)
{
	char *a = matching();

	while (*word && strlen(*word) == 1 && strchr("*/%", **word)) {
		char op = **word++;
		long long x = integer(a), y = integer(matching());

		if (op != '*' && !y)
			errx(2, "division by zero");
		a = number(op == '*' ? x * y : op == '/' ? x / y : x % y);
	}
	return a;
}

static char *sum(void)
{
	char *a = product();

	while (*word && strlen(*word) == 1 && strchr("+-", **word)) {
		char op = **word++;
		long long x = integer(a), y = integer(product());

		a = number(op == '+' ? x + y : x - y);
	}
	return a;
}

static char *comparison(void)
{
	static const char *const ops[] = { "=", "!=", "<", "<=", ">", ">=" };
	char *a = sum();

	for (int op = 0; *word && op < 6;) {
		long long d;
		char *b;

		if (strcmp(*word, ops[op])) {
			op++;
			continue;
		}
		word++;
		b = sum();
		if (is_integer(a) && is_integer(b))
			d = atoll(a) < atoll(b) ? -1 : atoll(a) > atoll(b);
		else
			d = strcmp(a, b);
		a = number(op == 0 ? !d : op == 1 ? d != 0 : op == 2 ? d < 0 : op == 3 ? d <= 0 : op == 4 ? d > 0 : d >= 0);
		op = 0;
	}
	return a;
}

static char *conjunction(void)
{
	char *a = comparison();

	while (next_is("&")) {
		char *b = comparison();

		a = is_null(a) || is_null(b) ? "0" : a;
	}
	return a;
}

static char *disjunction(void)
{
	char *a = conjunction();

	while (next_is("|")) {
		char *b = conjunction();

		a = !is_null(a) ? a : is_null(b) ? "0" : b;
	}
	return a;
}

int main(int argc, char **argv)
{
	char *result;

	word = argv + 1;
	if (argc > 1 && !strcmp(*word, "--"))
		word++;
	if (!*word)
		usage("expression");
	result = disjunction();
	if (*word)
		errx(2, "syntax error at %s", *word);
	puts(result);
	return finish(is_null(result));
}
