/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The shell. A command line goes through four hands:
 *
 *   lex.c, parse.c   text -> tokens -> a tree (struct node). Words stay as they were typed, quotes and all.
 *   expand.c         a word -> fields: variables, $(...), $((...)), splitting, patterns, quote removal.
 *   eval.c           walks the tree: runs built-ins and functions here, forks for the rest.
 *   jobs.c           groups the processes of a pipeline into a job, waits for it, lends it the terminal.
 *
 * Errors and ^C leave by longjmp to the nearest handler (struct handler); break, continue and return travel up
 * through eval's return path as a pending `skip`.
 */
#include <setjmp.h>
#include <stddef.h>
#include <sys/types.h>
#include "user/util/util.h"

/* The tree */

enum node_type {
	N_CMD,		/* assigns, words, redirs */
	N_PIPE,		/* a, then a->next ... */
	N_NOT,		/* ! a */
	N_AND, N_OR, N_SEQ,	/* a, b */
	N_BG,		/* a & */
	N_SUBSHELL, N_BRACE,	/* a, redirs */
	N_IF,		/* if a then b else c */
	N_WHILE, N_UNTIL,	/* while a do b */
	N_FOR,		/* for name in words do b; has_in */
	N_CASE,		/* case words in items */
	N_FUNC,		/* name, a */
};

struct word {
	char *text;
	struct word *next;
};

enum redir_type { R_IN, R_OUT, R_CLOBBER, R_APPEND, R_RDWR, R_DUP, R_HERE };

struct redir {
	enum redir_type type;
	int fd;
	char *word;	/* file, descriptor, or the here-document's end */
	char *body;	/* R_HERE */
	int quoted;	/* R_HERE: the body is taken as it is */
	int strip;	/* R_HERE: <<- */
	struct redir *next;
};

struct case_item {
	struct word *patterns;
	struct node *body;
	struct case_item *next;
};

struct node {
	enum node_type type;
	int line, has_in;
	char *name;
	struct word *assigns, *words;
	struct redir *redirs;
	struct case_item *items;
	struct node *a, *b, *c;
	struct node *next;
};

/* memory.c: memory that is freed all at once. The temporary one is a stack: mark, allocate, release. */

struct block;
struct arena { struct block *top; };
struct mark { struct block *top; size_t used; };
void *arena_alloc(struct arena *a, size_t n);
void arena_free(struct arena *a);
extern struct arena temp;
void *talloc(size_t n);
char *tstrdup(const char *s);
char *tstrndup(const char *s, size_t n);
char *tprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
struct mark temp_mark(void);
void temp_release(struct mark m);
void *xmalloc(size_t n);
char *xstrdup(const char *s);

/* A string that grows. */
struct str { char *s; size_t n, cap; };
void str_add(struct str *s, char c);
void str_adds(struct str *s, const char *t);
char *str_get(struct str *s);	/* NUL-terminated, owned by s */
void str_free(struct str *s);

/* lex.c */

enum token {
	T_EOF, T_NL, T_WORD, T_IO, T_SEMI, T_DSEMI, T_AMP, T_AND, T_PIPE, T_OR, T_LPAREN, T_RPAREN,
	T_LESS, T_GREAT, T_DLESS, T_DLESSDASH, T_DGREAT, T_LESSAND, T_GREATAND, T_LESSGREAT, T_CLOBBER,
};

struct input;
struct input *input_string(const char *s);
struct input *input_fd(int fd, int interactive);
void input_pop(void);
void input_pop_to(struct input *in);
struct input *input_current(void);
int input_line(void);
const char *input_rest(void);	/* of a string input: where reading stands */
enum token next_token(void);
enum token peek_token(void);
extern char *token_text;	/* T_WORD, T_IO */
void add_heredoc(struct redir *r);
void lex_reset(void);
void lex_new_command(void);	/* until its first token is read, the prompt is PS1 */
char *unquote(const char *raw);	/* quote removal, without expansion; temp memory */

/* parse.c */

extern struct arena *parse_arena;
extern int parsed_function;	/* the tree holds a function definition: keep its memory */
/* Next complete command of the current input. *eof at its end. NULL for an empty line. */
struct node *parse_line(int *eof);
/* What stands up to ) or the end. */
struct node *parse_until_paren(void);
void syntax_error(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
void command_text(struct str *s, const struct node *n);

/* expand.c */

struct args { char **v; int n, cap; };
void args_add(struct args *a, char *s);
void expand_words(struct args *out, const struct word *w);	/* all steps; several fields */
char *expand_single(const char *raw);		/* one string: no splitting, no patterns */
char *expand_assign(const char *raw);
char *expand_pattern(const char *raw);		/* quoted characters come out with a backslash */
char *expand_heredoc(const char *raw);
long long arith(const char *expr);

/* vars.c */

#define V_EXPORT 1
#define V_READONLY 2
void vars_init(char **envp);
const char *var_get(const char *name);
void var_set(const char *name, const char *value);	/* errors out on a read-only one */
int var_flag(const char *name, int flag);
int var_unset(const char *name);
int is_name(const char *s, size_t n);
char **var_environ(void);	/* temp memory */
void vars_print(int flag, const char *prefix);
void local_push(void);
void local_pop(void);
int local_make(const char *name);	/* -1 outside a function */
extern char **params;		/* $1 is params[0] */
extern int nparams;
extern char *arg0;
void params_set(char **v, int n);	/* copies */
struct params { char **v; int n; };
struct params params_save(void);
void params_restore(struct params p);

/* options: set -e ... */
enum { OPT_e, OPT_f, OPT_i, OPT_m, OPT_n, OPT_s, OPT_u, OPT_v, OPT_x, OPT_a, OPT_C, OPT_b, OPT_COUNT };
extern char opt[OPT_COUNT];
extern const char opt_letters[];
int set_options(int argc, char **argv, int *index);

/* eval.c */

#define EV_EXIT 1	/* nothing follows: this process may be replaced */
#define EV_TESTED 2	/* set -e looks away */
enum skip { SKIP_NONE, SKIP_BREAK, SKIP_CONTINUE, SKIP_RETURN };
extern enum skip skip;
extern int skip_count, loop_depth, function_depth;
extern int exit_status;
extern int in_subshell;
extern pid_t shell_pid;
extern pid_t last_bg_pid;
int eval(const struct node *n, int flags);
int eval_string(const char *text);
int eval_file(const char *path);
int run_input(struct input *in);	/* parse and eval until its end; 1 if there was any command */
extern int eval_line;			/* of the simple command that runs */
char *command_substitution(const char *text, const char **end);	/* parses from text up to ) */
char *backquote_substitution(const char *program);
int find_command(const char *name, char *path);	/* full path; 0, or ENOENT or EACCES */
struct function { char *name; struct node *body; struct function *next; };
struct function *function_find(const char *name);
int function_unset(const char *name);

/* redirection */
struct saved_fd { int fd, copy; struct saved_fd *next; };
int redirect(const struct redir *r, struct saved_fd **save);	/* save NULL: for good; -1 after a message */
void redirect_undo(struct saved_fd *save);

/* jobs.c */

struct process { pid_t pid; int status; };	/* status -1: running */
struct job {
	int number;
	pid_t pgrp;
	int nprocs, cap;
	struct process *procs;
	char *text;
	int stopped, background, reported;
	struct job *next;
};
enum fork_mode { FORK_FG, FORK_BG, FORK_NOJOB };
void jobs_init(void);
struct job *job_new(const struct node *n);
pid_t fork_shell(struct job *j, enum fork_mode mode);	/* 0 in the child; errors out */
int job_wait(struct job *j);	/* in the foreground; returns its status */
void jobs_notify(int quiet);
void jobs_forget(void);		/* in a child */
int builtin_jobs(int argc, char **argv);
int builtin_fgbg(int argc, char **argv);
int builtin_wait(int argc, char **argv);
int builtin_kill(int argc, char **argv);

/* trap.c */

extern volatile int signal_pending, interrupted;
void traps_init(void);
ssize_t read_or_signal(char *c);	/* a byte of standard input: 1, 0 at the end, -1 with EINTR for a signal */
void traps_check(void);		/* runs pending traps; ^C leaves from here */
void traps_reset(void);		/* in a child */
int builtin_trap(int argc, char **argv);
int signal_number(const char *name);	/* or -1 */
void shell_exit(int status) __attribute__((noreturn));	/* with the EXIT trap */

/* builtin.c */

struct builtin {
	const char *name;
	int (*run)(int argc, char **argv);
	int special;
};
const struct builtin *builtin_find(const char *name);
int builtin_exec(int argc, char **argv);	/* in eval.c: needs its environment */

/* edit.c */

char *edit_line(const char *prompt);	/* a line with its newline; NULL at ^D. Static memory. */
void history_add(const char *line);
int builtin_history(int argc, char **argv);

/* main.c */

enum exception { EX_ERROR = 1, EX_EXIT, EX_INT };
struct handler { jmp_buf env; struct handler *up; };
extern struct handler *handler;
void raise_exception(enum exception e) __attribute__((noreturn));
void sh_error(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));	/* and leaves */
void sh_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
extern int interactive;
