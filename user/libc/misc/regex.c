/* SPDX-License-Identifier: MIT */
/*
 * POSIX regular expressions, basic and extended, by backtracking.
 *
 * The pattern is parsed into a tree of nodes; matching walks it with "what must match after this" as an explicit
 * continuation, so that every choice can be taken back. Greedy first, except that an alternation tries all its
 * branches for the longest whole match, as POSIX wants. Exponential patterns exist; a step limit turns them into
 * "no match" (REG_ESPACE) instead of a program that hangs.
 */
#include <ctype.h>
#include <limits.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#define GROUPS_MAX 32
#define STEPS_MAX 20000000

enum kind { N_CHAR, N_ANY, N_SET, N_BOL, N_EOL, N_WORD_BEGIN, N_WORD_END, N_WORD_EDGE, N_WORD_INSIDE,
	     N_GROUP, N_BACKREF, N_REPEAT, N_SEQ, N_ALT, N_EMPTY };

struct node {
	enum kind kind;
	int value;		/* character, group number */
	int min, max;		/* N_REPEAT; max -1 is unbounded */
	unsigned char *set;	/* 32 bytes */
	struct node *a, *b;
	struct node *link;	/* all nodes, for freeing */
};

struct program {
	struct node *root, *all;
	int flags;
	int groups;
};

struct parser {
	const char *p;
	struct program *prog;
	int extended, depth, error;
	int open_groups[GROUPS_MAX];	/* group numbers already closed: valid back references */
};

static struct node *node(struct parser *ps, enum kind kind, int value)
{
	struct node *n = calloc(1, sizeof(*n));

	if (!n) {
		ps->error = REG_ESPACE;
		return NULL;
	}
	n->kind = kind;
	n->value = value;
	n->link = ps->prog->all;
	ps->prog->all = n;
	return n;
}

static struct node *pair(struct parser *ps, enum kind kind, struct node *a, struct node *b)
{
	struct node *n = node(ps, kind, 0);

	if (n) {
		n->a = a;
		n->b = b;
	}
	return n;
}

static void set_bit(struct node *n, int c, int icase)
{
	n->set[(c & 255) / 8] |= 1 << (c & 7);
	if (icase) {
		n->set[(tolower(c) & 255) / 8] |= 1 << (tolower(c) & 7);
		n->set[(toupper(c) & 255) / 8] |= 1 << (toupper(c) & 7);
	}
}

static int add_class(struct parser *ps, struct node *n, const char *name, size_t len)
{
	static const struct { const char *name; int (*is)(int); } classes[] = {
		{ "alpha", isalpha }, { "digit", isdigit }, { "alnum", isalnum }, { "space", isspace },
		{ "blank", isblank }, { "upper", isupper }, { "lower", islower }, { "print", isprint },
		{ "graph", isgraph }, { "punct", ispunct }, { "cntrl", iscntrl }, { "xdigit", isxdigit },
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
		if (strlen(classes[i].name) != len || memcmp(classes[i].name, name, len))
			continue;
		for (int c = 0; c < 256; c++)
			if (classes[i].is(c))
				set_bit(n, c, ps->prog->flags & REG_ICASE);
		return 0;
	}
	return REG_ECTYPE;
}

/* One end of a range: a character, or [.c.] or [=c=]. */
static int bracket_char(struct parser *ps)
{
	const char *p = ps->p;

	if (p[0] == '[' && (p[1] == '.' || p[1] == '=') && p[2] && p[3] == p[1] && p[4] == ']') {
		ps->p += 5;
		return (unsigned char)p[2];
	}
	ps->p++;
	return (unsigned char)*p;
}

static struct node *parse_bracket(struct parser *ps)
{
	struct node *n = node(ps, N_SET, 0);
	int invert = *ps->p == '^', icase = ps->prog->flags & REG_ICASE;
	const char *first;

	if (!n || !(n->set = calloc(1, 32))) {
		ps->error = REG_ESPACE;
		return NULL;
	}
	ps->p += invert;
	for (first = ps->p; *ps->p != ']' || ps->p == first;) {
		int from, to;

		if (!*ps->p) {
			ps->error = REG_EBRACK;
			return NULL;
		}
		if (ps->p[0] == '[' && ps->p[1] == ':') {
			const char *end = strstr(ps->p, ":]");

			if (!end) {
				ps->error = REG_EBRACK;
				return NULL;
			}
			ps->error = add_class(ps, n, ps->p + 2, end - ps->p - 2);
			if (ps->error)
				return NULL;
			ps->p = end + 2;
			continue;
		}
		from = to = bracket_char(ps);
		if (ps->p[0] == '-' && ps->p[1] && ps->p[1] != ']') {
			ps->p++;
			to = bracket_char(ps);
		}
		if (to < from) {
			ps->error = REG_ERANGE;
			return NULL;
		}
		for (int c = from; c <= to; c++)
			set_bit(n, c, icase);
	}
	ps->p++;
	if (invert) {
		for (int i = 0; i < 32; i++)
			n->set[i] = (unsigned char)~n->set[i];
		if (ps->prog->flags & REG_NEWLINE)
			n->set['\n' / 8] &= ~(1 << ('\n' & 7));
	}
	n->set[0] &= ~1;
	return n;
}

static struct node *parse_alt(struct parser *ps);

static struct node *parse_group(struct parser *ps)
{
	struct node *n;
	int number = ++ps->prog->groups;

	if (number >= GROUPS_MAX) {
		ps->error = REG_ESPACE;
		return NULL;
	}
	ps->depth++;
	n = pair(ps, N_GROUP, parse_alt(ps), NULL);
	ps->depth--;
	if (ps->error)
		return NULL;
	n->value = number;
	ps->open_groups[number] = 1;
	if (ps->extended ? *ps->p != ')' : strncmp(ps->p, "\\)", 2)) {
		ps->error = REG_EPAREN;
		return NULL;
	}
	ps->p += ps->extended ? 1 : 2;
	return n;
}

/* GNU's \w \W \s \S as sets. */
static struct node *class_escape(struct parser *ps, int c)
{
	struct node *n = node(ps, N_SET, 0);

	if (!n || !(n->set = calloc(1, 32))) {
		ps->error = REG_ESPACE;
		return NULL;
	}
	for (int i = 1; i < 256; i++) {
		int in = tolower(c) == 'w' ? isalnum(i) || i == '_' : isspace(i);

		if (in == (islower(c) != 0))
			set_bit(n, i, 0);
	}
	return n;
}

static struct node *parse_escape(struct parser *ps)
{
	int c = *ps->p;

	if (!c) {
		ps->error = REG_EESCAPE;
		return NULL;
	}
	ps->p++;
	if (isdigit(c) && c != '0') {
		if (!ps->open_groups[c - '0']) {
			ps->error = REG_ESUBREG;
			return NULL;
		}
		return node(ps, N_BACKREF, c - '0');
	}
	switch (c) {
	case 'w':
	case 'W':
	case 's':
	case 'S':
		return class_escape(ps, c);
	case '<':
		return node(ps, N_WORD_BEGIN, 0);
	case '>':
		return node(ps, N_WORD_END, 0);
	case 'b':
		return node(ps, N_WORD_EDGE, 0);
	case 'B':
		return node(ps, N_WORD_INSIDE, 0);
	case 'n':
		return node(ps, N_CHAR, '\n');
	case 't':
		return node(ps, N_CHAR, '\t');
	}
	return node(ps, N_CHAR, (unsigned char)c);
}

/* One thing that may be repeated. start: nothing of this branch was read yet. */
static struct node *parse_atom(struct parser *ps, int start)
{
	int c = (unsigned char)*ps->p++;

	switch (c) {
	case '[':
		return parse_bracket(ps);
	case '.':
		return node(ps, N_ANY, 0);
	case '^':
		if (ps->extended || start)
			return node(ps, N_BOL, 0);
		break;
	case '$':
		if (ps->extended || !*ps->p || (ps->p[0] == '\\' && (ps->p[1] == ')' || ps->p[1] == '|')))
			return node(ps, N_EOL, 0);
		break;
	case '(':
		if (ps->extended)
			return parse_group(ps);
		break;
	case '*':
	case '+':
	case '?':
		if (ps->extended && c != '*')
			ps->error = REG_BADRPT;
		break;
	case '\\':
		if (!ps->extended && *ps->p == '(') {
			ps->p++;
			return parse_group(ps);
		}
		return parse_escape(ps);
	}
	return node(ps, N_CHAR, c);
}

static int parse_number(struct parser *ps)
{
	int v = 0;

	if (!isdigit(*ps->p))
		return -1;
	while (isdigit(*ps->p) && v < 1000)
		v = v * 10 + (*ps->p++ - '0');
	return v;
}

/* {m}, {m,}, {m,n}; the opening is behind us. */
static void parse_interval(struct parser *ps, int *min, int *max)
{
	*min = parse_number(ps);
	*max = *min;
	if (*ps->p == ',') {
		ps->p++;
		*max = parse_number(ps);
		if (*min < 0)
			*min = 0;
	} else if (*min < 0) {
		ps->error = REG_BADBR;
	}
	if (!ps->extended && *ps->p == '\\')
		ps->p++;
	if (*ps->p++ != '}')
		ps->error = REG_EBRACE;
	else if ((*max >= 0 && *max < *min) || *min > 255 || *max > 255)
		ps->error = REG_BADBR;
}

static int parse_repeat(struct parser *ps, int *min, int *max)
{
	const char *p = ps->p;

	*min = 0;
	*max = -1;
	if (*p == '*') {
		ps->p++;
		return 1;
	}
	if (!ps->extended && *p == '\\')
		p++;
	else if (!ps->extended)
		return 0;
	if (*p == '+' || *p == '?') {
		*min = *p == '+';
		*max = *p == '+' ? -1 : 1;
		ps->p = p + 1;
		return 1;
	}
	if (*p == '{' && (!ps->extended || isdigit(p[1]) || p[1] == ',')) {
		ps->p = p + 1;
		parse_interval(ps, min, max);
		return 1;
	}
	return 0;
}

static int at_end(struct parser *ps)
{
	const char *p = ps->p;

	if (!*p)
		return 1;
	if (ps->extended)
		return *p == '|' || (*p == ')' && ps->depth);
	return *p == '\\' && (p[1] == '|' || (p[1] == ')' && ps->depth));
}

static struct node *parse_branch(struct parser *ps)
{
	struct node *seq = NULL;
	int min, max, start = 1;

	while (!at_end(ps) && !ps->error) {
		struct node *n;

		n = parse_atom(ps, start);
		/* In a basic expression a star at the start, or behind ^, is itself. */
		start = start && n && n->kind == N_BOL && !ps->extended;
		if (start && *ps->p == '*') {
			ps->p++;
			n = pair(ps, N_SEQ, n, node(ps, N_CHAR, '*'));
			start = 0;
		}
		while (!ps->error && parse_repeat(ps, &min, &max)) {
			n = pair(ps, N_REPEAT, n, NULL);
			if (n) {
				n->min = min;
				n->max = max;
			}
		}
		seq = seq ? pair(ps, N_SEQ, seq, n) : n;
	}
	return seq ? seq : node(ps, N_EMPTY, 0);
}

static struct node *parse_alt(struct parser *ps)
{
	struct node *n = parse_branch(ps);

	while (!ps->error && (ps->extended ? *ps->p == '|' : !strncmp(ps->p, "\\|", 2))) {
		ps->p += ps->extended ? 1 : 2;
		n = pair(ps, N_ALT, n, parse_branch(ps));
	}
	return n;
}

/* What remains to be matched once a node has: a stack of nodes, in the C stack of the matcher. */
struct cont {
	const struct node *node;
	struct cont *next;
	int count;		/* N_REPEAT: times matched so far */
	const char *last;	/* N_REPEAT: where the last time began; N_GROUP: where the group began */
	int close;		/* this entry ends a group */
};

struct match {
	const struct program *prog;
	const char *start;
	int eflags;
	long steps;
	const char *best;	/* end of the longest match so far */
	regmatch_t group[GROUPS_MAX], best_group[GROUPS_MAX];
	int longest;		/* the greedy match need not be the longest: look on after the first match */
};

static int run(struct match *m, const struct node *n, const char *s, struct cont *k);

static int finish(struct match *m, const char *s)
{
	if (!m->best || s > m->best) {
		m->best = s;
		memcpy(m->best_group, m->group, sizeof(m->group));
	}
	return !m->longest || !*s;
}

static int repeat(struct match *m, const struct node *n, const char *s, int count, const char *last, struct cont *k);

/* Goes on with the continuation. */
static int resume(struct match *m, const char *s, struct cont *k)
{
	if (!k)
		return finish(m, s);
	if (k->close) {
		regmatch_t old = m->group[k->node->value];
		int r;

		m->group[k->node->value].rm_so = k->last - m->start;
		m->group[k->node->value].rm_eo = s - m->start;
		r = resume(m, s, k->next);
		if (!r)
			m->group[k->node->value] = old;
		return r;
	}
	if (k->node->kind == N_REPEAT)
		return repeat(m, k->node, s, k->count, k->last, k->next);
	return run(m, k->node, s, k->next);
}

static int one_char(const struct match *m, const struct node *n, const char *s)
{
	int c = (unsigned char)*s;

	if (!c)
		return 0;
	switch (n->kind) {
	case N_CHAR:
		return c == n->value || (m->prog->flags & REG_ICASE && tolower(c) == tolower(n->value));
	case N_ANY:
		return !(c == '\n' && m->prog->flags & REG_NEWLINE);
	default:
		return (n->set[c / 8] >> (c & 7)) & 1;
	}
}

static int is_single(const struct node *n)
{
	return n->kind == N_CHAR || n->kind == N_ANY || n->kind == N_SET;
}

/* A repeated single character needs no recursion: count how far it goes, then give back. */
static int repeat_single(struct match *m, const struct node *n, const char *s, struct cont *k)
{
	int count = 0;

	while ((n->max < 0 || count < n->max) && one_char(m, n->a, s + count))
		count++;
	for (; count >= n->min; count--)
		if (resume(m, s + count, k))
			return 1;
	return 0;
}

static int repeat(struct match *m, const struct node *n, const char *s, int count, const char *last, struct cont *k)
{
	/* An empty turn after the first adds nothing, and would go on for ever. */
	if (count > 1 && count > n->min && s == last)
		return 0;
	if ((n->max < 0 || count < n->max) && !(count > n->min && s == last)) {
		struct cont again = { n, k, count + 1, s, 0 };

		if (run(m, n->a, s, &again))
			return 1;
	}
	return count >= n->min ? resume(m, s, k) : 0;
}

static int is_word(int c)
{
	return isalnum(c) || c == '_';
}

static int bol(const struct match *m, const char *s)
{
	if (s == m->start)
		return !(m->eflags & REG_NOTBOL);
	return m->prog->flags & REG_NEWLINE && s[-1] == '\n';
}

static int eol(const struct match *m, const char *s)
{
	if (!*s)
		return !(m->eflags & REG_NOTEOL);
	return m->prog->flags & REG_NEWLINE && *s == '\n';
}

static int backref(struct match *m, const struct node *n, const char *s, struct cont *k)
{
	regmatch_t g = m->group[n->value];
	int len = g.rm_eo - g.rm_so;

	if (g.rm_so < 0)
		return 0;
	if (m->prog->flags & REG_ICASE ? strncasecmp(s, m->start + g.rm_so, len) : strncmp(s, m->start + g.rm_so, len))
		return 0;
	return resume(m, s + len, k);
}

/* 1 ends the search with what finish() kept; 0 asks for the next possibility. */
static int run(struct match *m, const struct node *n, const char *s, struct cont *k)
{
	int before = s > m->start ? (unsigned char)s[-1] : 0, after = (unsigned char)*s;

	if (++m->steps > STEPS_MAX)
		return 1;
	switch (n->kind) {
	case N_CHAR:
	case N_ANY:
	case N_SET:
		return one_char(m, n, s) ? resume(m, s + 1, k) : 0;
	case N_BOL:
		return bol(m, s) ? resume(m, s, k) : 0;
	case N_EOL:
		return eol(m, s) ? resume(m, s, k) : 0;
	case N_WORD_BEGIN:
		return !is_word(before) && is_word(after) ? resume(m, s, k) : 0;
	case N_WORD_END:
		return is_word(before) && !is_word(after) ? resume(m, s, k) : 0;
	case N_WORD_EDGE:
		return is_word(before) != is_word(after) ? resume(m, s, k) : 0;
	case N_WORD_INSIDE:
		return is_word(before) == is_word(after) ? resume(m, s, k) : 0;
	case N_BACKREF:
		return backref(m, n, s, k);
	case N_EMPTY:
		return resume(m, s, k);
	case N_GROUP: {
		struct cont end = { n, k, 0, s, 1 };

		return run(m, n->a, s, &end);
	}
	case N_REPEAT:
		return is_single(n->a) ? repeat_single(m, n, s, k) : repeat(m, n, s, 0, NULL, k);
	case N_SEQ: {
		struct cont then = { n->b, k, 0, NULL, 0 };

		return run(m, n->a, s, &then);
	}
	case N_ALT:
		return run(m, n->a, s, k) || run(m, n->b, s, k);
	}
	return 0;
}

int regcomp(regex_t *re, const char *pattern, int flags)
{
	struct program *prog = calloc(1, sizeof(*prog));
	struct parser ps = { .p = pattern, .prog = prog, .extended = flags & REG_EXTENDED };

	if (!prog)
		return REG_ESPACE;
	prog->flags = flags;
	re->__re = prog;
	prog->root = parse_alt(&ps);
	if (!ps.error && *ps.p)
		ps.error = REG_EPAREN;
	re->re_nsub = prog->groups;
	if (ps.error)
		regfree(re);
	return ps.error;
}

void regfree(regex_t *re)
{
	struct program *prog = re->__re;

	if (!prog)
		return;
	for (struct node *n = prog->all, *link; n; n = link) {
		link = n->link;
		free(n->set);
		free(n);
	}
	free(prog);
	re->__re = NULL;
}

static int has_alternatives(const struct program *prog)
{
	for (const struct node *n = prog->all; n; n = n->link)
		if (n->kind == N_ALT || (n->kind == N_REPEAT && !is_single(n->a)))
			return 1;
	return 0;
}

int regexec(const regex_t *re, const char *s, size_t n, regmatch_t match[], int flags)
{
	struct match m = { .prog = re->__re, .start = s, .eflags = flags };

	m.longest = has_alternatives(m.prog);
	for (const char *p = s;; p++) {
		m.best = NULL;
		memset(m.group, -1, sizeof(m.group));
		run(&m, m.prog->root, p, NULL);
		if (m.steps > STEPS_MAX && !m.best)
			return REG_ESPACE;
		if (m.best) {
			m.best_group[0].rm_so = p - s;
			m.best_group[0].rm_eo = m.best - s;
			break;
		}
		if (!*p)
			return REG_NOMATCH;
	}
	if (m.prog->flags & REG_NOSUB)
		return 0;
	for (size_t i = 0; i < n; i++)
		match[i] = i < GROUPS_MAX ? m.best_group[i] : (regmatch_t){ -1, -1 };
	return 0;
}

size_t regerror(int code, const regex_t *re, char *buf, size_t size)
{
	static const char *const text[] = {
		[0] = "Success",
		[REG_NOMATCH] = "No match",
		[REG_BADPAT] = "Invalid regular expression",
		[REG_ECTYPE] = "Invalid character class name",
		[REG_EESCAPE] = "Trailing backslash",
		[REG_ESUBREG] = "Invalid back reference",
		[REG_EBRACK] = "Unmatched [, [^, [:, [., or [=",
		[REG_EPAREN] = "Unmatched ( or )",
		[REG_EBRACE] = "Unmatched { or }",
		[REG_BADBR] = "Invalid content of {}",
		[REG_ERANGE] = "Invalid range end",
		[REG_ESPACE] = "Regular expression too big",
		[REG_BADRPT] = "Invalid preceding regular expression",
	};
	const char *s = code >= 0 && code <= REG_BADRPT && text[code] ? text[code] : "Unknown error";

	(void)re;
	return strlcpy(buf, s, size) + 1;
}
