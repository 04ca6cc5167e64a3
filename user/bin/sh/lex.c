/* SPDX-License-Identifier: MIT */
/*
 * Text to tokens. The input is a stack: a terminal, a file, or a string (-c, eval, $(...)). A word is delimited here and kept
 * as typed; to find where a $(...) ends the parser is called for what stands inside, while all that passes is recorded
 * into the word, so that `case x in y)` and comments inside need no special care.
 *
 * Here-documents begin after the newline that ends the line on which they were announced; the token T_NL reads
 * them.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/bin/sh/sh.h"

/* Every word being read inside another one: all of them see the characters. */
struct recorder {
	struct str *to;
	struct recorder *up;
};

/* Where the lexer stands. A new input starts afresh; the old state comes back when it is popped. */
struct state {
	enum token pushed;
	struct recorder *recorders;
	struct redir *heredocs[32];	/* announced on this line, not yet read */
	int nheredocs;
	int continued;	/* inside a command: prompt with PS2 */
};

struct input {
	struct input *down;
	struct state saved;
	const char *string;	/* or NULL: */
	int fd, interactive;
	char *data;		/* read ahead */
	size_t pos, len;
	int unget[4], nunget;
	int line, at_eof;
};

static const struct state fresh = { .pushed = (enum token)-1 };
static struct state st = { .pushed = (enum token)-1 };
char *token_text;
static struct input *in;

static struct input *push(const char *string, int fd, int inter)
{
	struct input *i = calloc(1, sizeof(*i));

	if (!i)
		sh_error("out of memory");
	i->down = in;
	i->saved = st;
	st = fresh;
	i->string = string;
	i->fd = fd;
	i->interactive = inter;
	i->line = 1;
	in = i;
	return i;
}

struct input *input_string(const char *s) { return push(s, -1, 0); }
struct input *input_fd(int fd, int inter) { return push(NULL, fd, inter); }
struct input *input_current(void) { return in; }
int input_line(void) { return in ? in->line : 0; }

const char *input_rest(void)
{
	return in->string - in->nunget;
}

void input_pop(void)
{
	struct input *i = in;

	in = i->down;
	st = i->saved;
	if (i->fd > 2)
		close(i->fd);
	if (!i->interactive)
		free(i->data);
	free(i);
}

void input_pop_to(struct input *to)
{
	while (in && in != to)
		input_pop();
}

void lex_new_command(void)
{
	st.continued = 0;
}

void lex_reset(void)
{
	st = fresh;
}

/*
 * More bytes; 0 at the end. Standard input is shared with the commands that the script runs: read no further than
 * the end of a line, which for a pipe means byte by byte.
 */
static int refill(void)
{
	char buf[1024];
	ssize_t n;

	if (in->interactive) {
		const char *prompt = var_get(st.continued ? "PS2" : "PS1");
		char *line = edit_line(expand_single(prompt ? prompt : ""));

		if (!line)
			return 0;
		st.continued = 1;
		in->data = line;
		in->pos = 0;
		in->len = strlen(line);
		return 1;
	}
	do
		n = read(in->fd, buf, in->fd == 0 ? 1 : sizeof(buf));
	while (n < 0 && errno == EINTR && (traps_check(), 1));
	if (n <= 0)
		return 0;
	if (!in->data)
		in->data = xmalloc(sizeof(buf));
	memcpy(in->data, buf, n);
	in->pos = 0;
	in->len = n;
	return 1;
}

static int raw_char(void)
{
	if (in->nunget)
		return in->unget[--in->nunget];
	if (in->at_eof)
		return -1;
	if (in->string) {
		if (!*in->string) {
			in->at_eof = 1;
			return -1;
		}
		return (unsigned char)*in->string++;
	}
	for (;;) {
		int c;

		if (in->pos == in->len && !refill()) {
			in->at_eof = 1;
			if (in->interactive)
				in->data = NULL;
			return -1;
		}
		c = (unsigned char)in->data[in->pos++];
		if (c)
			return c;
	}
}

static int get(void)
{
	int c = raw_char();

	if (c == '\n')
		in->line++;
	if (c >= 0)
		for (struct recorder *r = st.recorders; r; r = r->up)
			str_add(r->to, (char)c);
	return c;
}

static void unget(int c)
{
	if (c < 0)
		return;
	if (c == '\n')
		in->line--;
	in->unget[in->nunget++] = c;
	for (struct recorder *r = st.recorders; r; r = r->up)
		r->to->s[--r->to->n] = 0;
}

/* The next character, with backslash-newline taken away. */
static int getc_joined(void)
{
	for (;;) {
		int c = get(), d;

		if (c != '\\')
			return c;
		d = get();
		if (d != '\n') {
			unget(d);
			return c;
		}
		/* also out of what is being recorded */
		for (struct recorder *r = st.recorders; r; r = r->up)
			r->to->s[r->to->n -= 2] = 0;
	}
}

static void unterminated(const char *what)
{
	syntax_error("unterminated %s", what);
}

static void read_single_quoted(struct str *w)
{
	int c;

	while ((c = get()) != '\'') {
		if (c < 0)
			unterminated("quoted string");
		str_add(w, (char)c);
	}
	str_add(w, '\'');
}

static void read_backquoted(struct str *w)
{
	int c;

	while ((c = get()) != '`') {
		if (c < 0)
			unterminated("backquote");
		str_add(w, (char)c);
		if (c == '\\') {
			c = get();
			if (c < 0)
				unterminated("backquote");
			str_add(w, (char)c);
		}
	}
	str_add(w, '`');
}

static void read_dollar(struct str *w, int in_quotes);

static void read_double_quoted(struct str *w)
{
	int c;

	while ((c = getc_joined()) != '"') {
		if (c < 0)
			unterminated("quoted string");
		str_add(w, (char)c);
		if (c == '\\') {
			c = get();
			if (c >= 0)
				str_add(w, (char)c);
		} else if (c == '$') {
			read_dollar(w, 1);
		} else if (c == '`') {
			read_backquoted(w);
		}
	}
	str_add(w, '"');
}

static void read_brace(struct str *w, int in_quotes)
{
	int c;

	while ((c = getc_joined()) != '}') {
		if (c < 0)
			unterminated("${");
		str_add(w, (char)c);
		if (c == '\\') {
			c = get();
			if (c >= 0)
				str_add(w, (char)c);
		} else if (c == '\'' && !in_quotes) {
			read_single_quoted(w);
		} else if (c == '"') {
			read_double_quoted(w);
		} else if (c == '$') {
			read_dollar(w, in_quotes);
		} else if (c == '`') {
			read_backquoted(w);
		}
	}
	str_add(w, '}');
}

static void read_arithmetic(struct str *w)
{
	int depth = 2, c;

	while (depth) {
		c = getc_joined();
		if (c < 0)
			unterminated("$((");
		str_add(w, (char)c);
		if (c == '(')
			depth++;
		else if (c == ')')
			depth--;
		else if (c == '$')
			read_dollar(w, 1);
		else if (c == '`')
			read_backquoted(w);
	}
}

/* The command is parsed for its end only; the word keeps its text. */
static void read_command(struct str *w)
{
	struct redir *outer[32];
	int n = st.nheredocs, keep = st.continued;
	struct recorder r = { w, st.recorders };
	char *text = token_text;

	memcpy(outer, st.heredocs, sizeof(outer));
	st.nheredocs = 0;
	st.recorders = &r;
	parse_until_paren();
	if (next_token() != T_RPAREN)
		unterminated("$(");
	st.recorders = r.up;
	memcpy(st.heredocs, outer, sizeof(outer));
	st.nheredocs = n;
	st.continued = keep;
	token_text = text;
}

/* '$' is in the word already. */
static void read_dollar(struct str *w, int in_quotes)
{
	int c = getc_joined();

	if (c == '{') {
		str_add(w, '{');
		read_brace(w, in_quotes);
	} else if (c == '(') {
		str_add(w, '(');
		c = getc_joined();
		if (c == '(') {
			str_add(w, '(');
			read_arithmetic(w);
		} else {
			unget(c);
			read_command(w);
		}
	} else {
		unget(c);
	}
}

static void read_word(struct str *w)
{
	int c;

	while ((c = getc_joined()) >= 0 && !strchr(" \t\n;&|<>()", c)) {
		str_add(w, (char)c);
		switch (c) {
		case '\\':
			c = get();
			if (c >= 0)
				str_add(w, (char)c);
			break;
		case '\'':
			read_single_quoted(w);
			break;
		case '"':
			read_double_quoted(w);
			break;
		case '`':
			read_backquoted(w);
			break;
		case '$':
			read_dollar(w, 0);
			break;
		}
	}
	unget(c);
}

char *unquote(const char *raw)
{
	char *out = talloc(strlen(raw) + 1), *o = out;
	int dq = 0;

	for (; *raw; raw++) {
		if (*raw == '\'' && !dq) {
			for (raw++; *raw && *raw != '\''; raw++)
				*o++ = *raw;
			if (!*raw)
				break;
		} else if (*raw == '"') {
			dq = !dq;
		} else if (*raw == '\\' && raw[1] && (!dq || strchr("$`\"\\", raw[1]))) {
			*o++ = *++raw;
		} else {
			*o++ = *raw;
		}
	}
	*o = 0;
	return out;
}

void add_heredoc(struct redir *r)
{
	if (st.nheredocs == sizeof(st.heredocs) / sizeof(*st.heredocs))
		syntax_error("too many here-documents");
	st.heredocs[st.nheredocs++] = r;
}

/* One line without its newline; 0 at the end of the input. With joined, backslash-newline goes on. */
static int read_line(struct str *line, int joined)
{
	int c, any = 0;

	line->n = 0;
	str_get(line)[0] = 0;
	while ((c = get()) >= 0 && c != '\n') {
		any = 1;
		if (c == '\\' && joined) {
			int d = get();

			if (d == '\n')
				continue;
			str_add(line, '\\');
			if (d >= 0)
				str_add(line, (char)d);
			continue;
		}
		str_add(line, (char)c);
	}
	return any || c == '\n';
}

static void read_heredoc(struct redir *r)
{
	struct str line = { 0 }, body = { 0 };
	char *end = unquote(r->word);

	str_get(&body);
	while (read_line(&line, !r->quoted)) {
		char *s = str_get(&line);

		while (r->strip && *s == '\t')
			s++;
		if (!strcmp(s, end))
			break;
		str_adds(&body, s);
		str_add(&body, '\n');
	}
	r->body = strcpy(arena_alloc(parse_arena, body.n + 1), body.s);
	str_free(&line);
	str_free(&body);
}

static void read_heredocs(void)
{
	int n = st.nheredocs;

	st.nheredocs = 0;
	for (int i = 0; i < n; i++)
		read_heredoc(st.heredocs[i]);
}

/* An operator whose first character is c. */
static enum token read_operator(int c)
{
	int d = getc_joined(), e;

	switch (c) {
	case ';':
		if (d == ';')
			return T_DSEMI;
		unget(d);
		return T_SEMI;
	case '&':
		if (d == '&')
			return T_AND;
		unget(d);
		return T_AMP;
	case '|':
		if (d == '|')
			return T_OR;
		unget(d);
		return T_PIPE;
	case '<':
		if (d == '&')
			return T_LESSAND;
		if (d == '>')
			return T_LESSGREAT;
		if (d == '<') {
			e = getc_joined();
			if (e == '-')
				return T_DLESSDASH;
			unget(e);
			return T_DLESS;
		}
		unget(d);
		return T_LESS;
	default:
		if (d == '&')
			return T_GREATAND;
		if (d == '>')
			return T_DGREAT;
		if (d == '|')
			return T_CLOBBER;
		unget(d);
		return T_GREAT;
	}
}

static enum token lex(void)
{
	struct str w = { 0 };
	int c, io;

	do
		c = getc_joined();
	while (c == ' ' || c == '\t' || c == '\r');
	if (c == '#') {
		while ((c = get()) >= 0 && c != '\n')
			;
	}
	if (c < 0)
		return T_EOF;
	if (c == '\n') {
		read_heredocs();
		return T_NL;
	}
	/* These two need no look-ahead, and must not take any: a ) may end a $( */
	if (c == '(')
		return T_LPAREN;
	if (c == ')')
		return T_RPAREN;
	if (strchr(";&|<>", c))
		return read_operator(c);
	unget(c);
	read_word(&w);
	str_get(&w);
	c = getc_joined();
	unget(c);
	io = (c == '<' || c == '>') && w.n && strspn(w.s, "0123456789") == w.n;
	token_text = strcpy(arena_alloc(parse_arena, w.n + 1), w.s);
	str_free(&w);
	return io ? T_IO : T_WORD;
}

enum token next_token(void)
{
	enum token t = st.pushed;

	if ((int)st.pushed != -1) {
		st.pushed = -1;
		return t;
	}
	t = lex();
	st.continued = 1;
	return t;
}

enum token peek_token(void)
{
	if ((int)st.pushed == -1)
		st.pushed = next_token();
	return st.pushed;
}
