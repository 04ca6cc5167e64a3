/* SPDX-License-Identifier: MIT */
/*
 * Walking the tree. eval() returns a status and leaves it in exit_status. EV_EXIT says that this process has nothing left to
 * do afterwards, so that the last command can replace it instead of being forked.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "user/bin/sh/sh.h"

enum skip skip;
int skip_count, loop_depth, function_depth;
int eval_line;
int exit_status;
int in_subshell;
pid_t shell_pid, last_bg_pid;
static struct function *functions;
static int outer_flags;		/* EV_TESTED, if the function or `eval` that runs is being tested */
static int substitution_status;	/* of the last $(...) in a command without a name; -1: there was none */

struct function *function_find(const char *name)
{
	struct function *f = functions;

	while (f && strcmp(f->name, name))
		f = f->next;
	return f;
}

int function_unset(const char *name)
{
	for (struct function **f = &functions; *f; f = &(*f)->next)
		if (!strcmp((*f)->name, name)) {
			*f = (*f)->next;	/* it may be running: its memory stays */
			return 0;
		}
	return -1;
}

static void function_define(const char *name, struct node *body)
{
	struct function *f = xmalloc(sizeof(*f));

	function_unset(name);
	f->name = xstrdup(name);
	f->body = body;
	f->next = functions;
	functions = f;
}

/* Redirection */

#define SAVE_FD 10

static int open_redir(const struct redir *r, const char *path)
{
	struct stat st;
	int flags;

	switch (r->type) {
	case R_IN:
		return open(path, O_RDONLY);
	case R_RDWR:
		return open(path, O_RDWR | O_CREAT, 0666);
	case R_APPEND:
		return open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
	default:
		flags = O_WRONLY | O_CREAT | O_TRUNC;
		if (r->type == R_OUT && opt[OPT_C]) {
			if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
				flags = O_WRONLY;
			else
				flags = O_WRONLY | O_CREAT | O_EXCL;
		}
		return open(path, flags, 0666);
	}
}

/* A descriptor from which the text can be read: a pipe if it fits in one, else a file that has no name any more. */
static int here_document(const char *text)
{
	size_t n = strlen(text);
	char name[] = "/tmp/sh.XXXXXX";
	int fds[2], fd;

	if (n <= PIPE_BUF) {
		if (pipe(fds) < 0)
			return -1;
		write(fds[1], text, n);
		close(fds[1]);
		return fds[0];
	}
	fd = mkstemp(name);
	if (fd < 0)
		return -1;
	unlink(name);
	while (n) {
		ssize_t w = write(fd, text, n);

		if (w <= 0)
			break;
		text += w;
		n -= w;
	}
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* Keeps what fd is now, to be put back. */
static void save_fd(int fd, struct saved_fd **save)
{
	struct saved_fd *s = xmalloc(sizeof(*s));

	s->fd = fd;
	s->copy = fcntl(fd, F_DUPFD_CLOEXEC, SAVE_FD);
	s->next = *save;
	*save = s;
}

static int redirect_one(const struct redir *r)
{
	char *word;
	int fd;

	if (r->type == R_HERE) {
		fd = here_document(r->quoted ? r->body : expand_heredoc(r->body));
	} else {
		word = expand_single(r->word);
		if (r->type == R_DUP) {
			if (!strcmp(word, "-")) {
				close(r->fd);
				return 0;
			}
			if (!*word || strspn(word, "0123456789") != strlen(word)) {
				sh_warn("%s: bad file descriptor", word);
				return -1;
			}
			if (dup2(atoi(word), r->fd) < 0) {
				sh_warn("%s: %s", word, strerror(errno));
				return -1;
			}
			return 0;
		}
		fd = open_redir(r, word);
		if (fd < 0) {
			sh_warn("cannot %s %s: %s", r->type == R_IN ? "open" : "create", word, strerror(errno));
			return -1;
		}
	}
	if (fd < 0) {
		sh_warn("here-document: %s", strerror(errno));
		return -1;
	}
	if (fd != r->fd) {
		dup2(fd, r->fd);
		close(fd);
	}
	return 0;
}

int redirect(const struct redir *r, struct saved_fd **save)
{
	fflush(stdout);
	for (; r; r = r->next) {
		if (save)
			save_fd(r->fd, save);
		if (redirect_one(r) < 0)
			return -1;
	}
	return 0;
}

void redirect_undo(struct saved_fd *s)
{
	fflush(stdout);
	while (s) {
		struct saved_fd *next = s->next;

		if (s->copy >= 0) {
			dup2(s->copy, s->fd);
			close(s->copy);
		} else {
			close(s->fd);
		}
		free(s);
		s = next;
	}
}

/* Commands */

int find_command(const char *name, char *path)
{
	const char *p = var_get("PATH");
	int error = ENOENT;
	struct stat st;

	if (strchr(name, '/')) {
		strlcpy(path, name, PATH_MAX);
		return stat(name, &st) < 0 ? errno : 0;
	}
	for (p = p ? p : ""; p; p = *p ? p + 1 : NULL) {
		size_t n = strcspn(p, ":");

		snprintf(path, PATH_MAX, "%.*s%s%s", (int)n, p, n ? "/" : "", name);
		p += n;
		if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
			continue;
		if (access(path, X_OK) == 0)
			return 0;
		error = EACCES;
	}
	return error;
}

static void __attribute__((noreturn)) exec_command(char **argv)
{
	char path[PATH_MAX];
	int error = find_command(argv[0], path);

	if (!error) {
		char **env = var_environ();

		execve(path, argv, env);
		error = errno;
		if (error == ENOEXEC) {
			/* A script without #!: run it in a fresh shell. */
			struct args a = { 0 };

			args_add(&a, arg0);
			args_add(&a, path);
			for (char **p = argv + 1; *p; p++)
				args_add(&a, *p);
			execve("/bin/sh", a.v, env);
		}
	}
	if (error == ENOENT && !strchr(argv[0], '/'))
		sh_warn("%s: not found", argv[0]);
	else
		sh_warn("%s: %s", argv[0], strerror(error));
	exit_status = error == ENOENT ? 127 : 126;
	raise_exception(EX_EXIT);
}

int builtin_exec(int argc, char **argv)
{
	int i = 1;

	if (i < argc && !strcmp(argv[i], "--"))
		i++;
	if (i >= argc)
		return 0;
	fflush(stdout);
	traps_reset();
	exec_command(argv + i);
}

static void trace(const struct args *assigns, const struct args *a)
{
	const char *ps4;

	if (!opt[OPT_x])
		return;
	fflush(stdout);
	ps4 = var_get("PS4");
	fprintf(stderr, "%s", ps4 ? expand_single(ps4) : "");
	for (int i = 0; i < assigns->n; i++)
		fprintf(stderr, "%s%s", assigns->v[i], i + 1 < assigns->n + a->n ? " " : "");
	for (int i = 0; i < a->n; i++)
		fprintf(stderr, "%s%s", a->v[i], i + 1 < a->n ? " " : "");
	fputc('\n', stderr);
}

static void assign(const char *text)
{
	size_t n = strcspn(text, "=");

	var_set(tstrndup(text, n), text + n + 1);
}

/* Assignments in front of a command: for that command only. */
static void assign_temporarily(const struct args *assigns)
{
	for (int i = 0; i < assigns->n; i++) {
		char *name = tstrndup(assigns->v[i], strcspn(assigns->v[i], "="));

		local_make(name);
		assign(assigns->v[i]);
		var_flag(name, V_EXPORT);
	}
}

static int call_function(struct function *f, struct args *a)
{
	struct params saved = params_save();
	struct handler h;
	int status, what, loops = loop_depth;

	params_set(a->v + 1, a->n - 1);
	function_depth++;
	loop_depth = 0;
	h.up = handler;
	what = setjmp(h.env);
	if (!what) {
		handler = &h;
		status = eval(f->body, outer_flags);
	} else {
		status = exit_status;
	}
	handler = h.up;
	function_depth--;
	loop_depth = loops;
	params_restore(saved);
	if (what)
		raise_exception(what);
	if (skip == SKIP_RETURN)
		skip = SKIP_NONE;
	return status;
}

/* A function or built-in runs here, with what it needs put in place and, whatever happens, back again. */
static int run_inside(const struct node *n, const struct args *assigns, struct args *a, struct function *f,
		      const struct builtin *b, int flags)
{
	int keep = b && b->special, is_exec = b && b->run == builtin_exec, what;
	volatile int status = 1;
	int outer = outer_flags, frame = f || (!keep && assigns->n);
	struct saved_fd *saved = NULL;
	struct handler h;

	if (frame)
		local_push();
	outer_flags = flags & EV_TESTED;
	h.up = handler;
	what = setjmp(h.env);
	if (!what) {
		handler = &h;
		if (redirect(n->redirs, is_exec ? NULL : &saved) < 0) {
			if (keep && !interactive) {
				exit_status = 2;
				raise_exception(EX_ERROR);
			}
		} else {
			if (keep)
				for (int i = 0; i < assigns->n; i++)
					assign(assigns->v[i]);
			else
				assign_temporarily(assigns);
			if (f)
				status = call_function(f, a);
			else
				status = b->run(a->n, a->v);
			fflush(stdout);
		}
	}
	handler = h.up;
	outer_flags = outer;
	redirect_undo(saved);
	if (frame)
		local_pop();
	/* An error in a special built-in ends a script; in another one the command alone. */
	if (what == EX_ERROR && b && !keep)
		return exit_status;
	if (what)
		raise_exception(what);
	return status;
}

/* No command name: assignments stay, redirections only happen. */
static int assign_only(const struct node *n, const struct args *assigns)
{
	struct saved_fd *saved = NULL;
	int ok;

	for (int i = 0; i < assigns->n; i++)
		assign(assigns->v[i]);
	ok = redirect(n->redirs, &saved) == 0;
	redirect_undo(saved);
	if (!ok)
		return 1;
	return substitution_status >= 0 ? substitution_status : 0;
}

static void __attribute__((noreturn)) run_here(const struct node *n, const struct args *assigns, struct args *a)
{
	if (redirect(n->redirs, NULL) < 0) {
		exit_status = 1;
		raise_exception(EX_EXIT);
	}
	local_push();
	assign_temporarily(assigns);
	exec_command(a->v);
}

static int eval_command(const struct node *n, int flags)
{
	struct args a = { 0 }, assigns = { 0 };
	struct function *f;
	const struct builtin *b;
	struct job *j;

	substitution_status = -1;
	expand_words(&a, n->words);
	for (const struct word *w = n->assigns; w; w = w->next) {
		size_t len = strcspn(w->text, "=");

		args_add(&assigns, tprintf("%.*s=%s", (int)len, w->text, expand_assign(w->text + len + 1)));
		if (!a.n && w->next)	/* x=1 y=$x: in order */
			assign(assigns.v[assigns.n - 1]);
	}
	trace(&assigns, &a);
	if (!a.n)
		return assign_only(n, &assigns);
	b = builtin_find(a.v[0]);
	f = b && b->special ? NULL : function_find(a.v[0]);
	if (f || b)
		return run_inside(n, &assigns, &a, f, f ? NULL : b, flags);
	if (flags & EV_EXIT && !opt[OPT_m]) {
		fflush(stdout);
		run_here(n, &assigns, &a);
	}
	j = job_new(n);
	if (fork_shell(j, FORK_FG) == 0)
		run_here(n, &assigns, &a);
	return job_wait(j);
}

/* In a child: evaluate and leave. */
static void __attribute__((noreturn)) eval_and_exit(const struct node *n)
{
	eval(n, EV_EXIT);
	shell_exit(exit_status);
}

static int eval_pipe(const struct node *n)
{
	struct job *j = job_new(n);
	int prev = -1;

	for (const struct node *c = n->a; c; c = c->next) {
		int fds[2] = { -1, -1 };

		if (c->next && pipe(fds) < 0)
			sh_error("pipe: %s", strerror(errno));
		if (fork_shell(j, FORK_FG) == 0) {
			if (prev >= 0) {
				dup2(prev, 0);
				close(prev);
			}
			if (c->next) {
				close(fds[0]);
				if (fds[1] != 1) {
					dup2(fds[1], 1);
					close(fds[1]);
				}
			}
			eval_and_exit(c);
		}
		if (prev >= 0)
			close(prev);
		if (fds[1] >= 0)
			close(fds[1]);
		prev = fds[0];
	}
	return job_wait(j);
}

static int eval_background(const struct node *n)
{
	struct job *j = job_new(n->a);
	pid_t pid = fork_shell(j, FORK_BG);

	if (pid == 0)
		eval_and_exit(n->a);
	last_bg_pid = pid;
	if (interactive)
		fprintf(stderr, "[%d] %d\n", j->number, pid);
	return 0;
}

static int eval_subshell(const struct node *n, int flags)
{
	struct job *j;

	if (flags & EV_EXIT && !opt[OPT_m]) {
		in_subshell = 1;
		traps_reset();
		if (redirect(n->redirs, NULL) < 0) {
			exit_status = 1;
			raise_exception(EX_EXIT);
		}
		eval_and_exit(n->a);
	}
	j = job_new(n);
	if (fork_shell(j, FORK_FG) == 0) {
		if (redirect(n->redirs, NULL) < 0)
			_exit(1);
		eval_and_exit(n->a);
	}
	return job_wait(j);
}

static int eval_brace(const struct node *n, int flags)
{
	struct saved_fd *saved = NULL;
	struct handler h;
	volatile int status = 1;
	int what;

	if (!n->redirs)
		return eval(n->a, flags);
	h.up = handler;
	what = setjmp(h.env);
	if (!what) {
		handler = &h;
		if (redirect(n->redirs, &saved) == 0)
			status = eval(n->a, flags & EV_TESTED);
	}
	handler = h.up;
	redirect_undo(saved);
	if (what)
		raise_exception(what);
	return status;
}

/* After a loop's body: 1 if the loop is over. */
static int loop_done(void)
{
	if (skip == SKIP_NONE)
		return 0;
	if (skip == SKIP_RETURN)
		return 1;
	if (--skip_count > 0)
		return 1;
	if (skip == SKIP_CONTINUE) {
		skip = SKIP_NONE;
		return 0;
	}
	skip = SKIP_NONE;
	return 1;
}

static int eval_loop(const struct node *n, int flags)
{
	int status = 0;

	loop_depth++;
	for (;;) {
		int test = eval(n->a, EV_TESTED);

		if (skip != SKIP_NONE) {
			if (loop_done())
				break;
			continue;
		}
		if ((test == 0) != (n->type == N_WHILE))
			break;
		status = eval(n->b, flags & EV_TESTED);
		if (loop_done())
			break;
	}
	loop_depth--;
	return status;
}

static int eval_for(const struct node *n, int flags)
{
	struct args a = { 0 };
	int status = 0;

	if (n->has_in)
		expand_words(&a, n->words);
	else
		for (int i = 0; i < nparams; i++)
			args_add(&a, tstrdup(params[i]));
	loop_depth++;
	for (int i = 0; i < a.n; i++) {
		var_set(n->name, a.v[i]);
		status = eval(n->b, flags & EV_TESTED);
		if (loop_done())
			break;
	}
	loop_depth--;
	return status;
}

static int eval_case(const struct node *n, int flags)
{
	char *word = expand_single(n->words->text);

	for (const struct case_item *i = n->items; i; i = i->next)
		for (const struct word *p = i->patterns; p; p = p->next)
			if (fnmatch(expand_pattern(p->text), word, 0) == 0)
				return i->body ? eval(i->body, flags) : 0;
	return 0;
}

static int eval_if(const struct node *n, int flags)
{
	int test = eval(n->a, EV_TESTED);

	if (skip != SKIP_NONE)
		return test;
	if (test == 0)
		return eval(n->b, flags);
	return n->c ? eval(n->c, flags) : 0;
}

static int eval_and_or(const struct node *n, int flags)
{
	int status = eval(n->a, (flags & ~EV_EXIT) | EV_TESTED);

	if (skip != SKIP_NONE || (status == 0) != (n->type == N_AND))
		return status;
	return eval(n->b, flags);
}

static int dispatch(const struct node *n, int flags)
{
	switch (n->type) {
	case N_CMD:
		eval_line = n->line;
		return eval_command(n, flags);
	case N_PIPE:
		return eval_pipe(n);
	case N_NOT:
		return !eval(n->a, EV_TESTED);
	case N_AND:
	case N_OR:
		return eval_and_or(n, flags);
	case N_SEQ: {
		int status = eval(n->a, flags & EV_TESTED);

		return skip != SKIP_NONE ? status : eval(n->b, flags);
	}
	case N_BG:
		return eval_background(n);
	case N_SUBSHELL:
		return eval_subshell(n, flags);
	case N_BRACE:
		return eval_brace(n, flags);
	case N_IF:
		return eval_if(n, flags);
	case N_WHILE:
	case N_UNTIL:
		return eval_loop(n, flags);
	case N_FOR:
		return eval_for(n, flags);
	case N_CASE:
		return eval_case(n, flags);
	case N_FUNC:
		function_define(n->name, n->a);
		return 0;
	}
	return 0;
}

/* Nodes whose failure set -e acts on; the others have acted inside already. */
static int exits_on_error(const struct node *n)
{
	return n->type == N_CMD || n->type == N_PIPE || n->type == N_SUBSHELL;
}

int eval(const struct node *n, int flags)
{
	struct mark m;

	if (!n)
		return exit_status = 0;
	if (opt[OPT_n] && !interactive)
		return 0;
	traps_check();
	m = temp_mark();
	exit_status = dispatch(n, flags);
	temp_release(m);
	traps_check();
	if (exit_status && opt[OPT_e] && !(flags & EV_TESTED) && skip == SKIP_NONE && exits_on_error(n))
		raise_exception(EX_EXIT);
	return exit_status;
}

/* Parses and runs commands until the input ends (or a return, or break, asks to stop). */
int run_input(struct input *in)
{
	struct arena *outer = parse_arena;
	int any = 0;

	while (input_current() == in && skip == SKIP_NONE) {
		struct arena *arena = xmalloc(sizeof(*arena));
		struct node *n;
		int eof;

		arena->top = NULL;
		parse_arena = arena;
		parsed_function = 0;
		if (interactive && !in_subshell)
			jobs_notify(0);
		n = parse_line(&eof);
		if (n) {
			eval(n, outer_flags);
			any = 1;
		}
		if (!parsed_function)
			arena_free(arena);
		if (!parsed_function)
			free(arena);
		parse_arena = outer;
		if (eof)
			break;
	}
	parse_arena = outer;
	return any;
}

/* An exception on the way out leaves the input on the stack: whoever catches it cleans up. */
int eval_string(const char *text)
{
	if (!run_input(input_string(text)))
		exit_status = 0;
	input_pop();
	return exit_status;
}

int eval_file(const char *path)
{
	int fd = open(path, O_RDONLY), high;

	if (fd < 0)
		sh_error(".: %s: %s", path, strerror(errno));
	high = fcntl(fd, F_DUPFD_CLOEXEC, SAVE_FD);
	close(fd);
	if (!run_input(input_fd(high, 0)))
		exit_status = 0;
	input_pop();
	if (skip == SKIP_RETURN)
		skip = SKIP_NONE;
	return exit_status;
}

/* All of a child's output, on the heap. */
static char *collect(int fd, pid_t pid)
{
	struct str s = { 0 };
	char buf[512];
	ssize_t n;
	int status = 0;

	for (;;) {
		n = read(fd, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		for (ssize_t i = 0; i < n; i++)
			if (buf[i])
				str_add(&s, buf[i]);
	}
	close(fd);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	substitution_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	exit_status = substitution_status;
	traps_check();
	return str_get(&s);
}

static char *substitute(const struct node *n)
{
	int fds[2];
	pid_t pid;

	if (pipe(fds) < 0)
		sh_error("pipe: %s", strerror(errno));
	pid = fork_shell(NULL, FORK_NOJOB);
	if (pid == 0) {
		close(fds[0]);
		if (fds[1] != 1) {
			dup2(fds[1], 1);
			close(fds[1]);
		}
		eval_and_exit(n);
	}
	close(fds[1]);
	return collect(fds[0], pid);
}

char *command_substitution(const char *text, const char **end)
{
	struct arena *outer = parse_arena, arena = { 0 };
	int had_function = parsed_function;
	struct node *n;
	char *out;

	input_string(text);
	parse_arena = &arena;
	n = parse_until_paren();
	if (next_token() != T_RPAREN)
		syntax_error("unterminated $(");
	*end = input_rest();
	input_pop();
	out = substitute(n);
	arena_free(&arena);
	parse_arena = outer;
	parsed_function = had_function;
	return out;
}

char *backquote_substitution(const char *program)
{
	const char *end;

	return command_substitution(tprintf("%s\n)", program), &end);
}
