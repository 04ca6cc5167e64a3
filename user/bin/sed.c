/* SPDX-License-Identifier: MIT */
/*
 * sed: edits lines on their way through. A script is a list of commands, each with up to two addresses (a number, $, /re/,
 * first~step, +n as the second) and perhaps a !, run over every line in the pattern space; what is left there is printed.
 * Commands: s y p P d D n N g G h H x q Q a i c = l r w b t : { } #. Options: -n -e -f -E -r -i -s.
 *
 * The script is compiled first; blocks and branches become indices into the list.
 */
#include <ctype.h>
#include <err.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/util/util.h"

#define GROUPS 10

struct address {
	enum { NONE, LINE, LAST, REGEX, STEP, PLUS } kind;
	unsigned long n, step;
	regex_t *re;			/* NULL: the last one that was used */
};
struct command {
	struct address from, to;
	int negated, in_range;
	unsigned long range_end;
	char name;
	char *text;			/* of a i c, the label of b t :, the file of r w */
	size_t target;			/* where b, t and an unmatched { go on */
	regex_t *re;
	char *replacement;
	unsigned long which;		/* s///2 */
	int global, print;
	unsigned char *map;		/* of y */
	FILE *out;
};

static struct command *commands;
static size_t ncommands;
static int quiet, extended, in_place, separate;

struct buffer { char *s; size_t n, cap; };
static struct buffer pattern, hold;
static char *append_text;		/* what a and r hand over at the end of the cycle */
static size_t append_len;
static unsigned long line_number;
static int substituted, quit_status = -1;
static regex_t *last_re;

static char **files;
static FILE *input;
static char *in_place_name, *in_place_tmp;
static int missing;

static void set(struct buffer *b, const char *s, size_t n)
{
	if (n + 1 > b->cap) {
		b->cap = 2 * (n + 1);
		b->s = xrealloc(b->s, b->cap);
	}
	memmove(b->s, s, n);
	b->n = n;
	b->s[n] = 0;
}

static void add(struct buffer *b, const char *s, size_t n)
{
	if (b->n + n + 1 > b->cap) {
		b->cap = 2 * (b->n + n + 1);
		b->s = xrealloc(b->s, b->cap);
	}
	memcpy(b->s + b->n, s, n);
	b->n += n;
	b->s[b->n] = 0;
}

/* Compiling */

static const char *p;			/* where in the script */

static void __attribute__((noreturn)) bad(const char *why)
{
	errx(1, "%s, at: %.20s", why, p);
}

static void skip_blanks(void)
{
	while (*p == ' ' || *p == '\t')
		p++;
}

/* Up to an unescaped delimiter; \delimiter becomes the delimiter, \n a newline. Brackets protect in a regular expression. */
static char *delimited(char delimiter, int is_regex)
{
	char *out = xrealloc(NULL, strlen(p) + 2), *o = out;
	int bracket = 0;

	for (; *p != delimiter || bracket; p++) {
		if (!*p || (*p == '\n' && is_regex))
			bad("unterminated expression");
		if (*p == '\\' && p[1] && !bracket) {
			p++;
			if (*p == delimiter && !(is_regex && strchr("().*[]^$+?{}|", delimiter))) {
				*o++ = *p;
			} else if (*p == 'n' && is_regex) {
				*o++ = '\n';
			} else {
				*o++ = '\\';
				*o++ = *p;
			}
			continue;
		}
		if (is_regex && *p == '[' && !bracket) {
			bracket = 1;
			*o++ = *p;
			if (p[1] == '^')
				*o++ = *++p;
			if (p[1] == ']')
				*o++ = *++p;
			continue;
		}
		if (bracket && *p == ']')
			bracket = 0;
		if (bracket && *p == '\\' && p[1] == 'n') {
			*o++ = '\n';
			p++;
			continue;
		}
		*o++ = *p;
	}
	p++;
	*o = 0;
	return out;
}

static regex_t *compile_re(const char *text, int icase)
{
	regex_t *re;
	char why[80];
	int e;

	if (!*text)
		return NULL;
	re = xrealloc(NULL, sizeof(*re));
	e = regcomp(re, text, (extended ? REG_EXTENDED : 0) | (icase ? REG_ICASE : 0));
	if (e) {
		regerror(e, re, why, sizeof(why));
		errx(1, "%s: %s", text, why);
	}
	return re;
}

static int parse_address(struct address *a)
{
	if (isdigit((unsigned char)*p)) {
		a->kind = LINE;
		a->n = strtoul(p, (char **)&p, 10);
		if (*p == '~') {
			a->kind = STEP;
			a->step = strtoul(p + 1, (char **)&p, 10);
		}
	} else if (*p == '$') {
		a->kind = LAST;
		p++;
	} else if (*p == '+') {
		a->kind = PLUS;
		a->n = strtoul(p + 1, (char **)&p, 10);
	} else if (*p == '/' || *p == '\\') {
		char delimiter = *p == '\\' ? *++p : '/';
		char *text;

		p++;
		text = delimited(delimiter, 1);
		a->kind = REGEX;
		a->re = compile_re(text, *p == 'I');
		p += *p == 'I';
		free(text);
	} else {
		return 0;
	}
	return 1;
}

static void parse_substitution(struct command *c)
{
	char delimiter = *p, *text;
	int icase = 0;

	if (!delimiter || delimiter == '\n' || delimiter == '\\')
		bad("s wants a delimiter");
	p++;
	text = delimited(delimiter, 1);
	c->replacement = delimited(delimiter, 0);
	for (;; p++) {
		if (*p == 'g')
			c->global = 1;
		else if (*p == 'p')
			c->print = 1;
		else if (*p == 'i' || *p == 'I')
			icase = 1;
		else if (isdigit((unsigned char)*p))
			c->which = strtoul(p, (char **)&p, 10), p--;
		else
			break;
	}
	if (*p == 'w') {
		size_t n;

		p++;
		skip_blanks();
		n = strcspn(p, "\n");
		c->text = strndup(p, n);
		p += n;
		c->out = fopen(c->text, "we");
		if (!c->out)
			err(1, "%s", c->text);
	}
	c->re = compile_re(text, icase);
	free(text);
}

static void parse_transliteration(struct command *c)
{
	char delimiter = *p++, *from = delimited(delimiter, 0), *to = delimited(delimiter, 0), *f = from, *t = to;

	c->map = xrealloc(NULL, 256);
	for (int i = 0; i < 256; i++)
		c->map[i] = (unsigned char)i;
	while (*f && *t) {
		unsigned char a = (unsigned char)*f++, b = (unsigned char)*t++;

		if (a == '\\' && *f) {
			a = *f == 'n' ? '\n' : (unsigned char)*f;
			f++;
		}
		if (b == '\\' && *t) {
			b = *t == 'n' ? '\n' : (unsigned char)*t;
			t++;
		}
		c->map[a] = b;
	}
	if (*f || *t)
		bad("the strings of y differ in length");
	free(from);
	free(to);
}

/* a, i, c: text on the same line, or behind a backslash and a newline; a backslash continues it. */
static char *parse_text(void)
{
	char *out = xrealloc(NULL, strlen(p) + 2), *o = out;

	skip_blanks();
	if (*p == '\\') {
		p++;
		skip_blanks();
		if (*p == '\n')
			p++;
	}
	for (; *p && *p != '\n'; p++) {
		if (*p == '\\' && p[1])
			p++;
		*o++ = *p;
	}
	*o++ = '\n';
	*o = 0;
	return out;
}

static char *parse_word(const char *stop)
{
	size_t n;
	char *word;

	skip_blanks();
	n = strcspn(p, stop);
	word = strndup(p, n);
	p += n;
	return word;
}

static void parse_arguments(struct command *c)
{
	switch (c->name) {
	case 's': parse_substitution(c); break;
	case 'y': parse_transliteration(c); break;
	case 'a':
	case 'i':
	case 'c': c->text = parse_text(); break;
	case 'b':
	case 't':
	case ':': c->text = parse_word(c->name == ':' ? "\n;" : "\n; }"); break;
	case 'r': c->text = parse_word("\n"); break;
	case 'w':
		c->text = parse_word("\n");
		c->out = fopen(c->text, "we");
		if (!c->out)
			err(1, "%s", c->text);
		break;
	case 'q':
	case 'Q':
		skip_blanks();
		c->which = strtoul(p, (char **)&p, 10);
		break;
	default:
		if (!strchr("{}pPdDnNgGhHx=l", c->name))
			bad("unknown command");
	}
}

static void compile(const char *script)
{
	size_t open[64], depth = 0;

	for (p = script;;) {
		struct command *c;

		while (*p && (isspace((unsigned char)*p) || *p == ';'))
			p++;
		if (!*p)
			break;
		if (*p == '#') {
			p += strcspn(p, "\n");
			continue;
		}
		commands = xrealloc(commands, (ncommands + 1) * sizeof(*commands));
		c = &commands[ncommands];
		*c = (struct command){ .name = 0 };
		if (parse_address(&c->from)) {
			skip_blanks();
			if (*p == ',') {
				p++;
				skip_blanks();
				if (!parse_address(&c->to))
					bad("a second address is missing");
			}
		}
		skip_blanks();
		while (*p == '!') {
			c->negated = 1;
			p++;
			skip_blanks();
		}
		c->name = *p;
		if (!*p)
			bad("a command is missing");
		p++;
		parse_arguments(c);
		if (c->name == '{') {
			if (depth == 64)
				bad("too many {");
			open[depth++] = ncommands;
		} else if (c->name == '}') {
			if (!depth)
				bad("} without {");
			commands[open[--depth]].target = ncommands;
		}
		ncommands++;
		skip_blanks();
		if (*p && !strchr(";\n}#", *p) && c->name != '{' && c->name != '}')
			bad("too much behind a command");
	}
	if (depth)
		errx(1, "{ without }");
}

static void resolve_labels(void)
{
	for (size_t i = 0; i < ncommands; i++) {
		struct command *c = &commands[i];

		if (c->name != 'b' && c->name != 't')
			continue;
		c->target = ncommands;
		for (size_t j = 0; j < ncommands && *c->text; j++)
			if (commands[j].name == ':' && !strcmp(commands[j].text, c->text))
				c->target = j;
		if (*c->text && c->target == ncommands)
			errx(1, "there is no label %s", c->text);
	}
}

/* Input: all operands as one stream, or each by itself with -i and -s. */

static void end_in_place(void)
{
	struct stat st;

	if (!in_place_tmp)
		return;
	if (finish(0))
		exit(4);
	if (stat(in_place_name, &st) == 0)
		chmod(in_place_tmp, st.st_mode & 07777);
	if (rename(in_place_tmp, in_place_name) < 0)
		err(4, "%s", in_place_name);
	free(in_place_tmp);
	in_place_tmp = NULL;
}

static int open_next(void)
{
	while (*files) {
		in_place_name = *files;
		input = open_input(*files++);
		if (!input) {
			missing = 2;
			continue;
		}
		if (in_place) {
			if (asprintf(&in_place_tmp, "%s.sed%d", in_place_name, getpid()) < 0 || !freopen(in_place_tmp, "w", stdout))
				err(4, "%s", in_place_name);
		}
		return 1;
	}
	return 0;
}

static int peek(void)
{
	int c = getc(input);

	if (c != EOF)
		ungetc(c, input);
	return c;
}

/* Is there no line behind the current one? */
static int is_last(void)
{
	for (;;) {
		if (input && peek() != EOF)
			return 0;
		if (separate)
			return 1;
		if (input)
			close_input(input);
		input = NULL;
		if (!open_next())
			return 1;
	}
}

static int newline_missing;

static int read_line(struct buffer *b, int append)
{
	static char *line;
	static size_t cap;
	ssize_t n;

	for (;;) {
		if (input && (n = getline(&line, &cap, input)) > 0)
			break;
		if (input) {
			close_input(input);
			end_in_place();
		}
		input = NULL;
		if (!open_next())
			return 0;
		if (separate)
			line_number = 0;
	}
	newline_missing = line[n - 1] != '\n';
	if (!newline_missing)
		n--;
	if (append) {
		add(b, "\n", 1);
		add(b, line, (size_t)n);
	} else {
		set(b, line, (size_t)n);
	}
	line_number++;
	return 1;
}

/* Running */

static int unfinished;	/* the newline that the last line of the input lacks is lacking in the output */

static void print_space(void)
{
	if (unfinished)
		putchar('\n');
	unfinished = newline_missing && is_last();
	fwrite(pattern.s, 1, pattern.n, stdout);
	if (!unfinished)
		putchar('\n');
}

static int re_match(regex_t *re, const char *s, regmatch_t m[], int flags)
{
	if (re)
		last_re = re;
	if (!last_re)
		errx(1, "no previous regular expression");
	return !regexec(last_re, s, GROUPS, m, flags);
}

static int address_holds(const struct address *a)
{
	regmatch_t m[GROUPS];

	switch (a->kind) {
	case LINE: return line_number == a->n;
	case LAST: return is_last();
	case REGEX: return re_match(a->re, pattern.s, m, 0);
	case STEP: return a->step ? line_number >= a->n && (line_number - a->n) % a->step == 0 : line_number == a->n;
	default: return 1;
	}
}

static int selected(struct command *c)
{
	if (c->to.kind == NONE)
		return address_holds(&c->from);
	if (c->in_range) {
		if (c->to.kind == LINE || c->to.kind == PLUS) {
			if (line_number >= c->range_end)
				c->in_range = 0;
			return line_number <= c->range_end;
		}
		if (address_holds(&c->to))
			c->in_range = 0;
		return 1;
	}
	if (!address_holds(&c->from))
		return 0;
	c->range_end = c->to.kind == PLUS ? line_number + c->to.n : c->to.n;
	c->in_range = c->to.kind == LINE || c->to.kind == PLUS ? c->range_end > line_number : c->to.kind != LAST || !is_last();
	return 1;
}

/* &, \1, \n and \L-less escapes of a replacement */
static void expand(struct buffer *out, const char *r, const char *s, const regmatch_t m[])
{
	for (; *r; r++) {
		int group = *r == '&' ? 0 : -1;

		if (*r == '\\' && r[1]) {
			r++;
			if (isdigit((unsigned char)*r))
				group = *r - '0';
			else if (*r == 'n')
				add(out, "\n", 1);
			else if (*r == 't')
				add(out, "\t", 1);
			else
				add(out, r, 1);
			if (group < 0)
				continue;
		}
		if (group < 0)
			add(out, r, 1);
		else if (m[group].rm_so >= 0)
			add(out, s + m[group].rm_so, (size_t)(m[group].rm_eo - m[group].rm_so));
	}
}

static void substitute(struct command *c)
{
	static struct buffer out;
	size_t from = 0;
	unsigned long seen = 0;
	int done = 0, last_end = -1;
	regmatch_t m[GROUPS];

	set(&out, "", 0);
	while (from <= pattern.n && re_match(c->re, pattern.s + from, m, from ? REG_NOTBOL : 0)) {
		size_t so = from + (size_t)m[0].rm_so, eo = from + (size_t)m[0].rm_eo;

		add(&out, pattern.s + from, so - from);
		/* An empty match right behind the previous match does not count. */
		if (!(so == eo && (int)so == last_end) && ++seen >= (c->which ? c->which : 1)) {
			expand(&out, c->replacement, pattern.s + from, m);
			done = 1;
			if (!c->global) {
				from = eo;
				break;
			}
		} else {
			add(&out, pattern.s + so, eo - so);
		}
		last_end = (int)eo;
		from = eo;
		if (so == eo) {
			if (from < pattern.n)
				add(&out, pattern.s + from, 1);
			from++;
		}
	}
	if (!done)
		return;
	if (from < pattern.n)
		add(&out, pattern.s + from, pattern.n - from);
	set(&pattern, out.s, out.n);
	substituted = 1;
	if (c->print)
		print_space();
	if (c->out)
		fprintf(c->out, "%s\n", pattern.s);
}

static void list_space(void)
{
	static const char from[] = "\a\b\f\n\r\t\v\\", to[] = "abfnrtv\\";

	for (size_t i = 0; i < pattern.n; i++) {
		unsigned char c = (unsigned char)pattern.s[i];
		const char *at = c ? strchr(from, c) : NULL;

		if (at)
			printf("\\%c", to[at - from]);
		else if (isprint(c))
			putchar(c);
		else
			printf("\\%03o", c);
	}
	puts("$");
}

static void queue(const char *s, size_t n)
{
	append_text = xrealloc(append_text, append_len + n);
	memcpy(append_text + append_len, s, n);
	append_len += n;
}

static void queue_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char buf[4096];
	size_t n;

	if (!f)
		return;
	while ((n = fread(buf, 1, sizeof(buf), f)))
		queue(buf, n);
	fclose(f);
}

static void end_cycle(int print)
{
	if (print && !quiet)
		print_space();
	if (append_len && unfinished)
		putchar('\n');
	if (append_len)
		fwrite(append_text, 1, append_len, stdout);
	append_len = 0;
}

enum next { GO_ON, END, DELETED, RESTART, QUIT };

/* One command; may move *pc. */
static enum next execute(struct command *c, size_t *pc)
{
	switch (c->name) {
	case 's': substitute(c); break;
	case 'y':
		for (size_t i = 0; i < pattern.n; i++)
			pattern.s[i] = (char)c->map[(unsigned char)pattern.s[i]];
		break;
	case 'p': print_space(); break;
	case 'P': printf("%.*s\n", (int)strcspn(pattern.s, "\n"), pattern.s); break;
	case 'd': return DELETED;
	case 'D': {
		char *newline = strchr(pattern.s, '\n');

		if (!newline)
			return DELETED;
		set(&pattern, newline + 1, pattern.n - (size_t)(newline + 1 - pattern.s));
		return RESTART;
	}
	case 'n':
		if (is_last())
			return QUIT;
		end_cycle(1);
		read_line(&pattern, 0);
		break;
	case 'N':
		if (is_last())
			return QUIT;
		read_line(&pattern, 1);
		break;
	case 'g': set(&pattern, hold.s, hold.n); break;
	case 'G': add(&pattern, "\n", 1); add(&pattern, hold.s, hold.n); break;
	case 'h': set(&hold, pattern.s, pattern.n); break;
	case 'H': add(&hold, "\n", 1); add(&hold, pattern.s, pattern.n); break;
	case 'x': {
		struct buffer t = pattern;

		pattern = hold;
		hold = t;
		break;
	}
	case '=': printf("%lu\n", line_number); break;
	case 'l': list_space(); break;
	case 'a': queue(c->text, strlen(c->text)); break;
	case 'i': fputs(c->text, stdout); break;
	case 'c':
		if (c->to.kind == NONE || c->negated || !c->in_range)
			fputs(c->text, stdout);
		return DELETED;
	case 'r': queue_file(c->text); break;
	case 'w': fprintf(c->out, "%s\n", pattern.s); break;
	case 'b': *pc = c->target; break;
	case 't':
		if (substituted)
			*pc = c->target;
		substituted = 0;
		break;
	case 'q': quit_status = (int)c->which; return QUIT;
	case 'Q': exit(finish((int)c->which));
	}
	return GO_ON;
}

static enum next run_script(void)
{
	for (size_t pc = 0; pc < ncommands; pc++) {
		struct command *c = &commands[pc];
		enum next next;

		if (selected(c) == c->negated) {
			if (c->name == '{')
				pc = c->target;
			continue;
		}
		next = execute(c, &pc);
		if (next != GO_ON)
			return next;
	}
	return END;
}

static void run(void)
{
	enum next next = END;

	set(&pattern, "", 0);
	set(&hold, "", 0);
	while (next == RESTART || read_line(&pattern, 0)) {
		substituted = 0;
		next = run_script();
		end_cycle(next == END || next == QUIT);
		if (next == QUIT && (quit_status >= 0 || !separate))
			break;
	}
	if (in_place_tmp) {
		while (read_line(&pattern, 0))
			print_space();
		end_in_place();
	}
}

static void add_script(char **script, const char *text)
{
	char *joined;

	if (asprintf(&joined, "%s%s%s", *script ? *script : "", *script ? "\n" : "", text) < 0)
		errx(1, "out of memory");
	free(*script);
	*script = joined;
}

static void add_script_file(char **script, const char *path)
{
	FILE *f = open_input(path);
	char *text = NULL;
	size_t cap = 0;

	if (!f)
		exit(1);
	if (getdelim(&text, &cap, 0, f) > 0)
		add_script(script, text);
	free(text);
	close_input(f);
}

int main(int argc, char **argv)
{
	static char *standard_input[] = { "-", NULL };
	static const char how[] = "[-nEis] [-e script | -f file | script] [file ...]";
	char *script = NULL;
	int c;

	while ((c = getopt(argc, argv, "ne:f:Eris")) != -1) {
		switch (c) {
		case 'n': quiet = 1; break;
		case 'e': add_script(&script, optarg); break;
		case 'f': add_script_file(&script, optarg); break;
		case 'E':
		case 'r': extended = 1; break;
		case 'i': in_place = 1;
			/* fall through */
		case 's': separate = 1; break;
		default: usage(how);
		}
	}
	if (!script) {
		if (optind == argc)
			usage(how);
		add_script(&script, argv[optind++]);
	}
	if (script[0] == '#' && script[1] == 'n' && (script[2] == '\n' || !script[2]))
		quiet = 1;
	compile(script);
	resolve_labels();
	files = optind < argc ? argv + optind : standard_input;
	run();
	return finish(quit_status > 0 ? quit_status : missing);
}
