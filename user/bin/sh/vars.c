/* SPDX-License-Identifier: MIT */
/*
 * Variables, the positional parameters, and the options of `set`. Variables made local in a function are saved on a
 * frame and come back when it returns; assignments in front of a command use the same frames.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/bin/sh/sh.h"

#define BUCKETS 64

struct var {
	char *name, *value;	/* value NULL: exported or read-only but unset */
	int flags;
	struct var *next;
};

struct saved_var {
	char *name, *value;
	int flags, existed;
	struct saved_var *next;
};

struct frame {
	struct saved_var *saved;
	struct frame *up;
};

static struct var *table[BUCKETS];
static struct frame *frames;
char **params;
int nparams;
char *arg0 = "sh";
char opt[OPT_COUNT];
const char opt_letters[] = "efimnsuvxaCb";
static const char *const opt_names[OPT_COUNT] = {
	"errexit", "noglob", "interactive", "monitor", "noexec", "stdin", "nounset", "verbose", "xtrace", "allexport",
	"noclobber", "notify",
};

static struct var **slot(const char *name)
{
	unsigned h = 5381;
	struct var **v;

	for (const char *p = name; *p; p++)
		h = h * 33 + (unsigned char)*p;
	for (v = &table[h % BUCKETS]; *v && strcmp((*v)->name, name); v = &(*v)->next)
		;
	return v;
}

static struct var *make(const char *name)
{
	struct var **v = slot(name);

	if (!*v) {
		*v = xmalloc(sizeof(**v));
		**v = (struct var){ .name = xstrdup(name) };
	}
	return *v;
}

int is_name(const char *s, size_t n)
{
	if (!n || isdigit(*s))
		return 0;
	for (size_t i = 0; i < n; i++)
		if (!isalnum(s[i]) && s[i] != '_')
			return 0;
	return 1;
}

const char *var_get(const char *name)
{
	struct var *v = *slot(name);

	return v ? v->value : NULL;
}

void var_set(const char *name, const char *value)
{
	struct var *v = make(name);
	char *copy;

	if (v->flags & V_READONLY)
		sh_error("%s: is read only", name);
	copy = xstrdup(value);
	free(v->value);
	v->value = copy;
	if (opt[OPT_a])
		v->flags |= V_EXPORT;
	if (!strcmp(name, "OPTIND"))
		optind = 0;
}

int var_flag(const char *name, int flag)
{
	make(name)->flags |= flag;
	return 0;
}

int var_unset(const char *name)
{
	struct var **slotp = slot(name), *v = *slotp;

	if (!v)
		return 0;
	if (v->flags & V_READONLY) {
		sh_warn("unset: %s: is read only", name);
		return 1;
	}
	*slotp = v->next;
	free(v->name);
	free(v->value);
	free(v);
	return 0;
}

char **var_environ(void)
{
	struct args env = { 0 };

	args_add(&env, NULL);
	env.n = 0;
	for (int i = 0; i < BUCKETS; i++)
		for (struct var *v = table[i]; v; v = v->next)
			if (v->flags & V_EXPORT && v->value)
				args_add(&env, tprintf("%s=%s", v->name, v->value));
	return env.v;
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct var *const *)a)->name, (*(struct var *const *)b)->name);
}

static void print_quoted(const char *s)
{
	putchar('\'');
	for (; *s; s++) {
		if (*s == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*s);
	}
	putchar('\'');
}

void vars_print(int flag, const char *prefix)
{
	struct var **all;
	size_t n = 0;

	for (int i = 0; i < BUCKETS; i++)
		for (struct var *v = table[i]; v; v = v->next)
			n++;
	all = talloc((n + 1) * sizeof(*all));
	n = 0;
	for (int i = 0; i < BUCKETS; i++)
		for (struct var *v = table[i]; v; v = v->next)
			if (!flag || v->flags & flag)
				all[n++] = v;
	qsort(all, n, sizeof(*all), by_name);
	for (size_t i = 0; i < n; i++) {
		if (!all[i]->value && !flag)
			continue;
		printf("%s%s", prefix, all[i]->name);
		if (all[i]->value) {
			putchar('=');
			print_quoted(all[i]->value);
		}
		putchar('\n');
	}
}

static void set_default(const char *name, const char *value)
{
	if (!var_get(name))
		var_set(name, value);
}

void vars_init(char **envp)
{
	char cwd[4096];

	for (; *envp; envp++) {
		size_t n = strcspn(*envp, "=");

		if ((*envp)[n] && is_name(*envp, n)) {
			char *name = tstrndup(*envp, n);

			var_set(name, *envp + n + 1);
			var_flag(name, V_EXPORT);
		}
	}
	var_set("IFS", " \t\n");
	set_default("PS1", getuid() ? "$ " : "# ");
	set_default("PS2", "> ");
	set_default("PS4", "+ ");
	var_set("OPTIND", "1");
	var_set("PPID", tprintf("%d", getppid()));
	set_default("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	if (getcwd(cwd, sizeof(cwd)))
		var_set("PWD", cwd);
}

void local_push(void)
{
	struct frame *f = xmalloc(sizeof(*f));

	f->saved = NULL;
	f->up = frames;
	frames = f;
}

int local_make(const char *name)
{
	struct var *v = *slot(name);
	struct saved_var *s;

	if (!frames)
		return -1;
	s = xmalloc(sizeof(*s));
	s->name = xstrdup(name);
	s->existed = v != NULL;
	s->value = v && v->value ? xstrdup(v->value) : NULL;
	s->flags = v ? v->flags : 0;
	s->next = frames->saved;
	frames->saved = s;
	return 0;
}

void local_pop(void)
{
	struct frame *f = frames;

	frames = f->up;
	for (struct saved_var *s = f->saved, *next; s; s = next) {
		next = s->next;
		if (s->existed) {
			struct var *v = make(s->name);

			free(v->value);
			v->value = s->value;
			v->flags = s->flags;
		} else {
			struct var **v = slot(s->name);

			if (*v)
				(*v)->flags = 0;
			var_unset(s->name);
		}
		free(s->name);
		free(s);
	}
	free(f);
}

void params_set(char **v, int n)
{
	char **copy = xmalloc((n + 1) * sizeof(char *));

	for (int i = 0; i < n; i++)
		copy[i] = xstrdup(v[i]);
	copy[n] = NULL;
	for (int i = 0; i < nparams; i++)
		free(params[i]);
	free(params);
	params = copy;
	nparams = n;
}

struct params params_save(void)
{
	struct params p = { params, nparams };

	params = NULL;
	nparams = 0;
	return p;
}

void params_restore(struct params p)
{
	params_set(NULL, 0);
	free(params);
	params = p.v;
	nparams = p.n;
}

static int option_index(char letter, const char *name)
{
	for (int i = 0; i < OPT_COUNT; i++)
		if (name ? !strcmp(opt_names[i], name) : opt_letters[i] == letter)
			return i;
	if (name)
		sh_error("set: %s: bad option", name);
	sh_error("set: -%c: bad option", letter);
}

static void print_options(void)
{
	for (int i = 0; i < OPT_COUNT; i++)
		printf("%-16s%s\n", opt_names[i], opt[i] ? "on" : "off");
}

/* Reads -x, +x, -o name from argv[*index] on; returns 1 if a "--" ended them. */
int set_options(int argc, char **argv, int *index)
{
	for (; *index < argc; ++*index) {
		const char *a = argv[*index];
		int on = *a == '-';

		if ((*a != '-' && *a != '+') || !a[1])
			return 0;
		if (!strcmp(a, "--")) {
			++*index;
			return 1;
		}
		for (a++; *a; a++) {
			if (*a == 'c')	/* the command line's, not ours */
				return 0;
			if (*a != 'o') {
				opt[option_index(*a, NULL)] = (char)on;
			} else if (*index + 1 < argc) {
				opt[option_index(0, argv[++*index])] = (char)on;
				break;
			} else {
				print_options();
			}
		}
	}
	return 0;
}
