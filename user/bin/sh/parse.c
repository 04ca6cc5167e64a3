/* SPDX-License-Identifier: MIT */
/*
 * Tokens to a tree, by recursive descent over POSIX's shell grammar. Reserved words are words: they count only where
 * a command may begin, and unquoted.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/bin/sh/sh.h"

struct arena *parse_arena;
int parsed_function;

static struct node *parse_list(void);
static struct node *parse_command(void);

static struct node *new_node(enum node_type type)
{
	struct node *n = memset(arena_alloc(parse_arena, sizeof(*n)), 0, sizeof(*n));

	n->type = type;
	n->line = input_line();
	return n;
}

static struct node *pair(enum node_type type, struct node *a, struct node *b)
{
	struct node *n = new_node(type);

	n->a = a;
	n->b = b;
	return n;
}

static const char *const token_names[] = {
	"end of file", "newline", "word", "number", ";", ";;", "&", "&&", "|", "||", "(", ")", "<", ">", "<<", "<<-",
	">>", "<&", ">&", "<>", ">|",
};

static void __attribute__((noreturn)) unexpected(const char *wanted)
{
	enum token t = peek_token();
	const char *name = t == T_WORD || t == T_IO ? token_text : token_names[t];

	if (wanted)
		syntax_error("%s unexpected (expecting \"%s\")", name, wanted);
	syntax_error("%s unexpected", name);
}

static int is_reserved(const char *s)
{
	return peek_token() == T_WORD && !strcmp(token_text, s);
}

static int accept_word(const char *s)
{
	if (!is_reserved(s))
		return 0;
	next_token();
	return 1;
}

static void expect_word(const char *s)
{
	if (!accept_word(s))
		unexpected(s);
}

static void skip_newlines(void)
{
	while (peek_token() == T_NL)
		next_token();
}

static char *expect_any_word(void)
{
	if (peek_token() != T_WORD)
		unexpected("word");
	next_token();
	return token_text;
}

static struct word **add_word(struct word **tail, char *text)
{
	struct word *w = arena_alloc(parse_arena, sizeof(*w));

	w->text = text;
	w->next = NULL;
	*tail = w;
	return &w->next;
}

/* A redirection, if one comes; returns where the next is to be chained. */
static struct redir **parse_redirs(struct redir **tail)
{
	for (;;) {
		enum token t = peek_token();
		int fd = -1;
		struct redir *r;

		if (t == T_IO) {
			fd = atoi(token_text);
			next_token();
			t = peek_token();
		}
		if (t < T_LESS)
			return tail;
		next_token();
		r = memset(arena_alloc(parse_arena, sizeof(*r)), 0, sizeof(*r));
		r->type = t == T_LESS ? R_IN : t == T_GREAT ? R_OUT : t == T_CLOBBER ? R_CLOBBER :
			  t == T_DGREAT ? R_APPEND : t == T_LESSGREAT ? R_RDWR :
			  t == T_LESSAND || t == T_GREATAND ? R_DUP : R_HERE;
		r->fd = fd >= 0 ? fd : t == T_LESS || t == T_DLESS || t == T_DLESSDASH || t == T_LESSAND ||
			t == T_LESSGREAT ? 0 : 1;
		r->word = expect_any_word();
		if (r->type == R_HERE) {
			r->strip = t == T_DLESSDASH;
			r->quoted = strpbrk(r->word, "\\'\"") != NULL;
			r->body = "";
			add_heredoc(r);
		}
		*tail = r;
		tail = &r->next;
	}
}

/* NAME=... with an unquoted name */
static int is_assignment(const char *s)
{
	size_t n = strcspn(s, "=");

	return s[n] && is_name(s, n);
}

static struct node *parse_function(char *name)
{
	struct node *n = new_node(N_FUNC);

	next_token();
	if (peek_token() != T_RPAREN)
		unexpected(")");
	next_token();
	skip_newlines();
	n->name = name;
	n->a = parse_command();
	parsed_function = 1;
	return n;
}

static struct node *parse_simple(void)
{
	struct node *n = new_node(N_CMD);
	struct word **words = &n->words, **assigns = &n->assigns;
	struct redir **redirs = &n->redirs;

	for (;;) {
		redirs = parse_redirs(redirs);
		if (peek_token() == T_WORD) {
			next_token();
			if (!n->words && is_assignment(token_text))
				assigns = add_word(assigns, token_text);
			else
				words = add_word(words, token_text);
		} else if (peek_token() == T_LPAREN && n->words && !n->words->next && !n->assigns && !n->redirs) {
			return parse_function(n->words->text);
		} else {
			break;
		}
	}
	if (!n->words && !n->assigns && !n->redirs)
		unexpected(NULL);
	return n;
}

static struct node *parse_required_list(void)
{
	struct node *n = parse_list();

	if (!n)
		unexpected(NULL);
	return n;
}

static struct node *parse_if(void)
{
	struct node *n = new_node(N_IF);

	n->a = parse_required_list();
	expect_word("then");
	n->b = parse_required_list();
	if (accept_word("elif"))
		n->c = parse_if();
	else {
		if (accept_word("else"))
			n->c = parse_required_list();
		expect_word("fi");
	}
	return n;
}

static struct node *parse_do_group(void)
{
	struct node *n;

	expect_word("do");
	n = parse_required_list();
	expect_word("done");
	return n;
}

static struct node *parse_for(void)
{
	struct node *n = new_node(N_FOR);
	struct word **tail = &n->words;

	n->name = expect_any_word();
	if (!is_name(n->name, strlen(n->name)))
		syntax_error("bad for loop variable");
	skip_newlines();
	if (accept_word("in")) {
		n->has_in = 1;
		while (peek_token() == T_WORD) {
			next_token();
			tail = add_word(tail, token_text);
		}
		if (peek_token() != T_SEMI && peek_token() != T_NL)
			unexpected(NULL);
		next_token();
	} else if (peek_token() == T_SEMI) {
		next_token();
	}
	skip_newlines();
	n->b = parse_do_group();
	return n;
}

static struct node *parse_case(void)
{
	struct node *n = new_node(N_CASE);
	struct case_item **tail = &n->items;

	add_word(&n->words, expect_any_word());
	skip_newlines();
	expect_word("in");
	for (skip_newlines(); !is_reserved("esac"); skip_newlines()) {
		struct case_item *item = memset(arena_alloc(parse_arena, sizeof(*item)), 0, sizeof(*item));
		struct word **patterns = &item->patterns;

		if (peek_token() == T_LPAREN)
			next_token();
		for (;;) {
			patterns = add_word(patterns, expect_any_word());
			if (peek_token() != T_PIPE)
				break;
			next_token();
		}
		if (peek_token() != T_RPAREN)
			unexpected(")");
		next_token();
		item->body = parse_list();
		*tail = item;
		tail = &item->next;
		if (peek_token() != T_DSEMI)
			break;
		next_token();
	}
	expect_word("esac");
	return n;
}

static struct node *parse_subshell(void)
{
	struct node *n = new_node(N_SUBSHELL);

	next_token();
	n->a = parse_required_list();
	if (peek_token() != T_RPAREN)
		unexpected(")");
	next_token();
	return n;
}

static struct node *parse_compound(void)
{
	struct node *n;

	if (peek_token() == T_LPAREN)
		return parse_subshell();
	if (accept_word("if"))
		return parse_if();
	if (accept_word("for"))
		return parse_for();
	if (accept_word("case"))
		return parse_case();
	if (is_reserved("while") || is_reserved("until")) {
		n = new_node(is_reserved("while") ? N_WHILE : N_UNTIL);
		next_token();
		n->a = parse_required_list();
		n->b = parse_do_group();
		return n;
	}
	if (accept_word("{")) {
		n = pair(N_BRACE, parse_required_list(), NULL);
		expect_word("}");
		return n;
	}
	return NULL;
}

static const char *const closing[] = { "then", "else", "elif", "fi", "do", "done", "esac", "}" };

static int at_closing(void)
{
	if (peek_token() != T_WORD)
		return 0;
	for (size_t i = 0; i < sizeof(closing) / sizeof(*closing); i++)
		if (!strcmp(token_text, closing[i]))
			return 1;
	return 0;
}

static struct node *parse_command(void)
{
	struct node *n;
	struct redir *r = NULL;

	if (at_closing())
		unexpected(NULL);
	n = parse_compound();
	if (!n)
		return parse_simple();
	parse_redirs(&r);
	if (r && n->type != N_SUBSHELL && n->type != N_BRACE)
		n = pair(N_BRACE, n, NULL);
	n->redirs = r;
	return n;
}

static struct node *parse_pipeline(void)
{
	int negate = 0;
	struct node *first, *last;

	while (accept_word("!"))
		negate = !negate;
	first = last = parse_command();
	if (peek_token() == T_PIPE) {
		while (peek_token() == T_PIPE) {
			next_token();
			skip_newlines();
			last = last->next = parse_command();
		}
		first = pair(N_PIPE, first, NULL);
	}
	return negate ? pair(N_NOT, first, NULL) : first;
}

static struct node *parse_and_or(void)
{
	struct node *n = parse_pipeline();

	while (peek_token() == T_AND || peek_token() == T_OR) {
		enum node_type type = next_token() == T_AND ? N_AND : N_OR;

		skip_newlines();
		n = pair(type, n, parse_pipeline());
	}
	return n;
}

static struct node *append(struct node *list, struct node *n)
{
	return list ? pair(N_SEQ, list, n) : n;
}

static int at_end(void)
{
	enum token t = peek_token();

	return t == T_EOF || t == T_RPAREN || t == T_DSEMI || at_closing();
}

/* Commands up to something that closes a construct; NULL if there are none. */
static struct node *parse_list(void)
{
	struct node *list = NULL;

	for (skip_newlines(); !at_end(); skip_newlines()) {
		struct node *n = parse_and_or();

		if (peek_token() == T_AMP)
			n = pair(N_BG, n, NULL);
		list = append(list, n);
		if (peek_token() != T_AMP && peek_token() != T_SEMI && peek_token() != T_NL)
			break;
		next_token();
	}
	return list;
}

struct node *parse_line(int *eof)
{
	struct node *list = NULL;

	*eof = 0;
	lex_new_command();
	if (peek_token() == T_NL || peek_token() == T_EOF) {
		*eof = next_token() == T_EOF;
		return NULL;
	}
	for (;;) {
		struct node *n = parse_and_or();
		enum token t = peek_token();

		if (t == T_AMP)
			n = pair(N_BG, n, NULL);
		list = append(list, n);
		if (t != T_NL && t != T_AMP && t != T_SEMI && t != T_EOF)
			unexpected(NULL);
		if (t == T_EOF)
			return list;
		next_token();
		if (t == T_NL)
			return list;
		if (peek_token() == T_NL) {
			next_token();
			return list;
		}
		if (peek_token() == T_EOF)
			return list;
	}
}

struct node *parse_until_paren(void)
{
	struct node *n = parse_list();

	if (peek_token() != T_RPAREN && peek_token() != T_EOF)
		unexpected(")");
	return n;
}

void syntax_error(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fprintf(stderr, "%s: %d: syntax error: ", arg0, input_line());
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit_status = 2;
	raise_exception(EX_ERROR);
}

/* The tree as text again, for the list of jobs. */

static void words_text(struct str *s, const struct word *w)
{
	for (; w; w = w->next) {
		str_adds(s, w->text);
		if (w->next)
			str_add(s, ' ');
	}
}

static void redirs_text(struct str *s, const struct redir *r)
{
	static const char *const op[] = { "<", ">", ">|", ">>", "<>", ">&", "<<" };

	for (; r; r = r->next) {
		str_add(s, ' ');
		if (r->fd > 1)
			str_add(s, (char)('0' + r->fd % 10));
		str_adds(s, op[r->type]);
		str_adds(s, r->word);
	}
}

static void around(struct str *s, const char *before, const struct node *n, const char *after)
{
	str_adds(s, before);
	command_text(s, n);
	str_adds(s, after);
}

void command_text(struct str *s, const struct node *n)
{
	if (!n)
		return;
	switch (n->type) {
	case N_CMD:
		words_text(s, n->assigns);
		if (n->assigns && n->words)
			str_add(s, ' ');
		words_text(s, n->words);
		break;
	case N_PIPE:
		for (const struct node *c = n->a; c; c = c->next) {
			command_text(s, c);
			if (c->next)
				str_adds(s, " | ");
		}
		break;
	case N_NOT:
		around(s, "! ", n->a, "");
		break;
	case N_AND:
	case N_OR:
	case N_SEQ:
		command_text(s, n->a);
		around(s, n->type == N_AND ? " && " : n->type == N_OR ? " || " : "; ", n->b, "");
		break;
	case N_BG:
		around(s, "", n->a, " &");
		break;
	case N_SUBSHELL:
		around(s, "( ", n->a, " )");
		break;
	case N_BRACE:
		around(s, "{ ", n->a, "; }");
		break;
	case N_IF:
		around(s, "if ", n->a, "; then ");
		command_text(s, n->b);
		if (n->c)
			around(s, "; else ", n->c, "");
		str_adds(s, "; fi");
		break;
	case N_WHILE:
	case N_UNTIL:
		around(s, n->type == N_WHILE ? "while " : "until ", n->a, "; do ");
		around(s, "", n->b, "; done");
		break;
	case N_FOR:
		str_adds(s, "for ");
		str_adds(s, n->name);
		if (n->has_in) {
			str_adds(s, " in ");
			words_text(s, n->words);
		}
		around(s, "; do ", n->b, "; done");
		break;
	case N_CASE:
		str_adds(s, "case ");
		words_text(s, n->words);
		str_adds(s, " in ...");
		break;
	case N_FUNC:
		str_adds(s, n->name);
		str_adds(s, "() { ... }");
		break;
	}
	redirs_text(s, n->redirs);
}
