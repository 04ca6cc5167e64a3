/* SPDX-License-Identifier: MIT */
/*
 * A word becomes fields. Every character of the result carries a flag that says where it came from, because that
 * decides what may still happen to it:
 *
 *   LIT     typed without quotes        may be a pattern character
 *   QUOTED  quoted                      is itself
 *   SPLIT   from an unquoted expansion  may be a pattern character, and is split at IFS
 *   BREAK   (no character)              a field ends here: between the parameters of "$@"
 *   EMPTY   (no character)              quotes stood here: there is a field, even if empty
 *
 * Then fields are cut out, matched against file names if they have unquoted pattern characters, and stripped of their flags.
 */
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/bin/sh/sh.h"

enum { LIT, QUOTED, SPLIT, BREAK, EMPTY };

struct xbuf {
	char *s;
	unsigned char *f;
	size_t n, cap;
	int no_params;	/* "$@" was expanded and there were none */
};

#define XF_DQ 1		/* inside double quotes */
#define XF_HERE 2	/* in a here-document or arithmetic: as in double quotes, but " is itself */
#define XF_ASSIGN 4	/* ~ also after : */
#define XF_SPLIT 8	/* the word of ${x-word}, unquoted: literal text is split as well */
#define XF_TILDE 16	/* ~ at the start */

static const char *expand(struct xbuf *x, const char *p, int flags, char stop);

static void put(struct xbuf *x, char c, int flag)
{
	if (x->n == x->cap) {
		size_t cap = x->cap ? x->cap * 2 : 128;
		char *s = talloc(cap);
		unsigned char *f = talloc(cap);

		if (x->n) {
			memcpy(s, x->s, x->n);
			memcpy(f, x->f, x->n);
		}
		x->s = s;
		x->f = f;
		x->cap = cap;
	}
	x->s[x->n] = c;
	x->f[x->n++] = (unsigned char)flag;
}

static void puts_flag(struct xbuf *x, const char *s, int flag)
{
	while (*s)
		put(x, *s++, flag);
}

/* What an expansion at this place yields. */
static int result_flag(int flags)
{
	return flags & (XF_DQ | XF_HERE) ? QUOTED : SPLIT;
}

/* p is behind an opening; returns the matching }, jumping over quotes and nested expansions. */
static const char *find_brace(const char *p, int dq)
{
	for (; *p && *p != '}'; p++) {
		if (*p == '\\' && p[1]) {
			p++;
		} else if (*p == '\'' && !dq) {
			p = strchrnul(p + 1, '\'');
		} else if (*p == '"') {
			for (p++; *p && *p != '"'; p++)
				if (*p == '\\' && p[1])
					p++;
				else if (*p == '$' && p[1] == '{')
					p = find_brace(p + 2, 1);
		} else if (*p == '`') {
			for (p++; *p && *p != '`'; p++)
				if (*p == '\\' && p[1])
					p++;
		} else if (*p == '$' && p[1] == '{') {
			p = find_brace(p + 2, dq);
		} else if (*p == '$' && p[1] == '(') {
			int depth = 1;

			for (p += 2; *p && depth; p++) {
				if (*p == '\'')
					p = strchrnul(p + 1, '\'');
				depth += (*p == '(') - (*p == ')');
			}
			p--;
		}
		if (!*p)
			break;
	}
	return p;
}

static char *join_params(void)
{
	const char *ifs = var_get("IFS");
	char sep = ifs ? *ifs : ' ';
	struct xbuf x = { 0 };

	for (int i = 0; i < nparams; i++) {
		if (i && sep)
			put(&x, sep, LIT);
		puts_flag(&x, params[i], LIT);
	}
	put(&x, 0, LIT);
	return x.s;
}

/* A parameter's value, or NULL if unset. @ and * are joined here; put_params() is for where they give fields. */
static const char *param_value(const char *name)
{
	if (isdigit(*name)) {
		int i = atoi(name);

		return i == 0 ? arg0 : i <= nparams ? params[i - 1] : NULL;
	}
	switch (*name) {
	case '?':
		return tprintf("%d", exit_status);
	case '$':
		return tprintf("%d", shell_pid);
	case '!':
		return last_bg_pid ? tprintf("%d", last_bg_pid) : NULL;
	case '#':
		return tprintf("%d", nparams);
	case '@':
	case '*':
		return nparams ? join_params() : NULL;
	case '-': {
		char *s = talloc(OPT_COUNT + 1);
		int n = 0;

		for (int i = 0; i < OPT_COUNT; i++)
			if (opt[i])
				s[n++] = opt_letters[i];
		s[n] = 0;
		return s;
	}
	}
	return var_get(name);
}

/* $@ and $*: one field each, except "$*". */
static void put_params(struct xbuf *x, char which, int flags)
{
	int quoted = flags & (XF_DQ | XF_HERE);

	if (quoted && which == '*') {
		puts_flag(x, join_params(), QUOTED);
		return;
	}
	if (!nparams && quoted)
		x->no_params = 1;
	for (int i = 0; i < nparams; i++) {
		if (i)
			put(x, ' ', BREAK);
		if (quoted)
			put(x, 0, EMPTY);
		puts_flag(x, params[i], result_flag(flags));
	}
}

/* # ## % %%: removes a prefix or suffix that matches. */
static char *trim(const char *value, char op, int longest, const char *pattern)
{
	size_t n = strlen(value);

	for (size_t k = 0; k <= n; k++) {
		/* the length of the part to remove, in the order of preference */
		size_t cut = longest ? n - k : k;
		char *part = op == '#' ? tstrndup(value, cut) : tstrdup(value + n - cut);

		if (fnmatch(pattern, part, 0) == 0)
			return op == '#' ? tstrdup(value + cut) : tstrndup(value, n - cut);
	}
	return tstrdup(value);
}

static char *flatten(const struct xbuf *x);

static void __attribute__((noreturn)) bad_substitution(void)
{
	sh_error("bad substitution");
}

/* ${x?word} */
static void __attribute__((noreturn)) param_error(const char *name, const char *word, int colon)
{
	if (*word)
		sh_error("%s: %s", name, expand_single(word));
	sh_error("%s: parameter %s", name, colon ? "not set or null" : "not set");
}

static size_t name_length(const char *p)
{
	size_t n = 0;

	if (isdigit(*p)) {
		while (isdigit(p[n]))
			n++;
		return n;
	}
	if (*p && strchr("@*#?-$!", *p))
		return 1;
	while (isalnum(p[n]) || p[n] == '_')
		n++;
	return n;
}

static void put_value(struct xbuf *x, const char *name, const char *value, int flags)
{
	if (*name == '@' || *name == '*')
		put_params(x, *name, flags);
	else if (value)
		puts_flag(x, value, result_flag(flags));
}

static void check_unset(const char *name, const char *value)
{
	if (!value && opt[OPT_u] && *name != '@' && *name != '*')
		sh_error("%s: parameter not set", name);
}

/* p is behind "${"; returns what follows the closing brace. */
static const char *brace_param(struct xbuf *x, const char *p, int flags)
{
	int length = 0, colon, dq = flags & (XF_DQ | XF_HERE), longest;
	const char *value, *end, *word;
	char *name, op;
	size_t n;

	if (*p == '#' && p[1] != '}' && !(strchr(":-=+?%#", p[1]) && p[2] != '}')) {
		length = 1;
		p++;
	}
	n = name_length(p);
	if (!n)
		bad_substitution();
	name = tstrndup(p, n);
	p += n;
	value = param_value(name);
	if (length) {
		if (*p != '}')
			bad_substitution();
		check_unset(name, value);
		puts_flag(x, tprintf("%zu", *name == '@' || *name == '*' ? (size_t)nparams : strlen(value ? value : "")),
			  result_flag(flags));
		return p + 1;
	}
	if (*p == '}') {
		check_unset(name, value);
		put_value(x, name, value, flags);
		return p + 1;
	}
	colon = *p == ':';
	p += colon;
	op = *p;
	if (!op || !strchr(colon ? "-=+?" : "-=+?#%", op))
		bad_substitution();
	p++;
	end = find_brace(p, dq && op != '#' && op != '%');
	if (!*end)
		bad_substitution();
	if (op == '#' || op == '%') {
		longest = *p == op;
		word = tstrndup(p + longest, end - p - longest);
		check_unset(name, value);
		puts_flag(x, trim(value ? value : "", op, longest, expand_pattern(word)), result_flag(flags));
		return end + 1;
	}
	word = tstrndup(p, end - p);
	if (colon && value && !*value)
		value = NULL;
	switch (op) {
	case '+':
		if (value)
			expand(x, word, (flags & (XF_DQ | XF_HERE)) | XF_SPLIT | XF_TILDE, 0);
		break;
	case '-':
		if (value)
			put_value(x, name, value, flags);
		else
			expand(x, word, (flags & (XF_DQ | XF_HERE)) | XF_SPLIT | XF_TILDE, 0);
		break;
	case '=':
		if (!value) {
			struct xbuf w = { 0 };

			if (!is_name(name, n))
				sh_error("%s: bad variable name", name);
			expand(&w, word, (flags & (XF_DQ | XF_HERE)) | XF_TILDE, 0);
			value = flatten(&w);
			var_set(name, value);
		}
		put_value(x, name, value, flags);
		break;
	case '?':
		if (!value)
			param_error(name, word, colon);
		put_value(x, name, value, flags);
		break;
	}
	return end + 1;
}

/* p is behind "$(("; returns the "))" that ends it, or NULL if this is a subshell in a command substitution. */
static const char *arith_end(const char *p)
{
	int depth = 0;

	for (; *p; p++) {
		if (*p == '(')
			depth++;
		else if (*p == ')' && depth)
			depth--;
		else if (*p == ')')
			return p[1] == ')' ? p : NULL;
	}
	return NULL;
}

static void put_output(struct xbuf *x, char *s, int flags)
{
	size_t n = strlen(s);

	while (n && s[n - 1] == '\n')
		s[--n] = 0;
	puts_flag(x, s, result_flag(flags));
	free(s);
}

/* p is at '$'; returns what follows the expansion. */
static const char *expand_dollar(struct xbuf *x, const char *p, int flags)
{
	const char *end;
	size_t n;

	if (p[1] == '(' && p[2] == '(' && (end = arith_end(p + 3))) {
		struct xbuf e = { 0 };

		expand(&e, tstrndup(p + 3, end - p - 3), XF_HERE, 0);
		puts_flag(x, tprintf("%lld", arith(flatten(&e))), result_flag(flags));
		return end + 2;
	}
	if (p[1] == '(') {
		put_output(x, command_substitution(p + 2, &end), flags);
		return end;
	}
	if (p[1] == '{')
		return brace_param(x, p + 2, flags);
	n = isdigit(p[1]) ? 1 : name_length(p + 1);
	if (!n) {
		put(x, '$', flags & (XF_DQ | XF_HERE) ? QUOTED : LIT);
		return p + 1;
	}
	char *name = tstrndup(p + 1, n);
	const char *value = param_value(name);

	check_unset(name, value);
	put_value(x, name, value, flags);
	return p + 1 + n;
}

static const char *expand_backquote(struct xbuf *x, const char *p, int flags)
{
	struct str s = { 0 };

	for (; *p && *p != '`'; p++) {
		if (*p == '\\' && (p[1] == '`' || p[1] == '\\' || p[1] == '$' || (p[1] == '"' && flags & XF_DQ)))
			p++;
		str_add(&s, *p);
	}
	char *program = tstrdup(str_get(&s));

	str_free(&s);
	put_output(x, backquote_substitution(program), flags);
	return *p ? p + 1 : p;
}

/* ~ or ~user up to a slash (or colon). */
static const char *expand_tilde(struct xbuf *x, const char *p, int flags)
{
	size_t n = strcspn(p, flags & XF_ASSIGN ? "/:" : "/");
	char *user = tstrndup(p + 1, n - 1);
	const char *home;
	struct passwd *pw;

	if (strpbrk(user, "'\"\\$`"))
		home = NULL;
	else if (!*user)
		home = var_get("HOME");
	else
		home = (pw = getpwnam(user)) ? pw->pw_dir : NULL;
	if (!home) {
		put(x, '~', LIT);
		return p + 1;
	}
	puts_flag(x, home, QUOTED);
	return p + n;
}

static const char *double_quoted(struct xbuf *x, const char *p)
{
	size_t before = x->n;

	x->no_params = 0;
	p = expand(x, p, XF_DQ, '"');
	if (x->n != before || !x->no_params)
		put(x, 0, EMPTY);
	return *p ? p + 1 : p;
}

/* A backslash at p, inside double quotes or a here-document. */
static const char *quoted_backslash(struct xbuf *x, const char *p, int flags)
{
	if (p[1] == '\n')
		return p + 2;
	if (p[1] && (strchr("$`\\", p[1]) || (p[1] == '"' && !(flags & XF_HERE)) || (p[1] == '}' && flags & XF_SPLIT))) {
		put(x, p[1], QUOTED);
		return p + 2;
	}
	put(x, '\\', QUOTED);
	return p + 1;
}

static const char *expand(struct xbuf *x, const char *p, int flags, char stop)
{
	int quoted = flags & (XF_DQ | XF_HERE);
	int literal = quoted ? QUOTED : flags & XF_SPLIT ? SPLIT : LIT;
	int tilde = flags & XF_TILDE && !quoted;

	while (*p && !(stop && *p == stop)) {
		int at_start = tilde;

		tilde = 0;
		switch (*p) {
		case '\\':
			if (quoted) {
				p = quoted_backslash(x, p, flags);
			} else if (p[1] == '\n') {
				p += 2;
			} else {
				put(x, p[1] ? p[1] : '\\', QUOTED);
				p += p[1] ? 2 : 1;
			}
			continue;
		case '\'':
			if (quoted)
				break;
			put(x, 0, EMPTY);
			for (p++; *p && *p != '\''; p++)
				put(x, *p, QUOTED);
			p += *p != 0;
			continue;
		case '"':
			if (flags & XF_HERE)
				break;
			if (quoted)	/* quotes in the word of "${x-...}" */
				p = expand(x, p + 1, XF_DQ, '"');
			else
				p = double_quoted(x, p + 1) - 1;
			p += *p != 0;
			continue;
		case '$':
			p = expand_dollar(x, p, flags);
			continue;
		case '`':
			p = expand_backquote(x, p + 1, flags);
			continue;
		case '~':
			if (!at_start)
				break;
			p = expand_tilde(x, p, flags);
			continue;
		case ':':
			tilde = flags & XF_ASSIGN;
			break;
		}
		put(x, *p++, literal);
	}
	return p;
}

/* Results */

static char *flatten(const struct xbuf *x)
{
	char *s = talloc(x->n + 1);
	size_t n = 0;

	for (size_t i = 0; i < x->n; i++)
		if (x->f[i] != EMPTY)
			s[n++] = x->s[i];
	s[n] = 0;
	return s;
}

/* As a pattern: what is not to be special gets a backslash. */
static char *as_pattern(const struct xbuf *x, size_t from, size_t to)
{
	char *s = talloc(2 * (to - from) + 1);
	size_t n = 0;

	for (size_t i = from; i < to; i++) {
		if (x->f[i] == EMPTY)
			continue;
		if (x->f[i] == QUOTED && strchr("*?[]\\!-^", x->s[i]))
			s[n++] = '\\';
		s[n++] = x->s[i];
	}
	s[n] = 0;
	return s;
}

char *expand_single(const char *raw)
{
	struct xbuf x = { 0 };

	expand(&x, raw, XF_TILDE, 0);
	return flatten(&x);
}

char *expand_assign(const char *raw)
{
	struct xbuf x = { 0 };

	expand(&x, raw, XF_TILDE | XF_ASSIGN, 0);
	return flatten(&x);
}

char *expand_pattern(const char *raw)
{
	struct xbuf x = { 0 };

	expand(&x, raw, XF_TILDE, 0);
	return as_pattern(&x, 0, x.n);
}

char *expand_heredoc(const char *raw)
{
	struct xbuf x = { 0 };

	expand(&x, raw, XF_HERE, 0);
	return flatten(&x);
}

void args_add(struct args *a, char *s)
{
	if (a->n + 1 >= a->cap) {
		int cap = a->cap ? a->cap * 2 : 16;
		char **v = talloc(cap * sizeof(char *));

		if (a->n)
			memcpy(v, a->v, a->n * sizeof(char *));
		a->v = v;
		a->cap = cap;
	}
	a->v[a->n++] = s;
	a->v[a->n] = NULL;
}

/* One field, [from, to) of x: file names if it is a pattern that matches some, or itself. */
static void add_field(struct args *out, const struct xbuf *x, size_t from, size_t to)
{
	struct xbuf part = { x->s + from, x->f + from, to - from, 0, 0 };
	int magic = 0;
	glob_t g;

	for (size_t i = from; i < to; i++)
		magic |= (x->f[i] == LIT || x->f[i] == SPLIT) && x->s[i] && strchr("*?[", x->s[i]) != NULL;
	if (!magic || opt[OPT_f] || glob(as_pattern(x, from, to), 0, NULL, &g)) {
		args_add(out, flatten(&part));
		return;
	}
	for (size_t i = 0; i < g.gl_pathc; i++)
		args_add(out, tstrdup(g.gl_pathv[i]));
	globfree(&g);
}

/*
 * Field splitting. White space in IFS separates once however long it is; each other IFS character ends a field, and
 * takes the white space around it along.
 */
static void split(struct args *out, const struct xbuf *x)
{
	const char *ifs = var_get("IFS");
	size_t start = 0;
	int have = 0, space_ended = 0;

	if (!ifs)
		ifs = " \t\n";
	for (size_t i = 0; i < x->n; i++) {
		int flag = x->f[i];
		char c = x->s[i];

		if (flag == BREAK) {
			if (have)
				add_field(out, x, start, i);
			have = space_ended = 0;
		} else if (flag == SPLIT && c && strchr(ifs, c)) {
			int space = c == ' ' || c == '\t' || c == '\n';

			if (have) {
				add_field(out, x, start, i);
				space_ended = space;
			} else if (!space) {
				if (!space_ended)
					args_add(out, tstrdup(""));
				space_ended = 0;
			}
			have = 0;
		} else {
			have = 1;
			space_ended = 0;
			continue;
		}
		start = i + 1;
	}
	if (have)
		add_field(out, x, start, x->n);
}

void expand_words(struct args *out, const struct word *w)
{
	for (; w; w = w->next) {
		struct xbuf x = { 0 };

		expand(&x, w->text, XF_TILDE, 0);
		split(out, &x);
	}
}
