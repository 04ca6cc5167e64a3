/* SPDX-License-Identifier: MIT */
/*
 * The kernel command line, as kernel-command-line(7) has it: words separated by blanks, "name" or
 * "name=value", double quotes around blanks; what follows "--" is for process 1. The loader may put
 * the kernel's own path in front (QEMU does, GRUB does not): a first word with a slash and no '='
 * is skipped.
 */
#include "kernel/init.h"
#include "kernel/printk.h"
#include "lib/string.h"

#define COMMAND_LINE_SIZE 2048
#define MAX_WORDS 96

char saved_command_line[COMMAND_LINE_SIZE];
static char buffer[COMMAND_LINE_SIZE];	/* cut into words */
static const char *words[MAX_WORDS];
static int nr_words, first_init_arg = MAX_WORDS;

extern const struct kernel_param __start_kparam[], __stop_kparam[];

/* The next word of *s without its quotes, or NULL. */
static char *next_word(char **s)
{
	char *p = *s, *word, *out;
	bool quoted = false;

	while (*p == ' ' || *p == '\t' || *p == '\n')
		p++;
	if (!*p)
		return NULL;
	for (word = out = p; *p && (quoted || (*p != ' ' && *p != '\t' && *p != '\n')); p++) {
		if (*p == '"')
			quoted = !quoted;
		else
			*out++ = *p;
	}
	*s = *p ? p + 1 : p;
	*out = 0;
	return word;
}

void cmdline_save(const char *line)
{
	char *p = buffer, *word;
	const char *end = line;

	while (*end == ' ')
		end++;
	line = end;
	while (*end && *end != ' ')
		end++;
	if (memchr(line, '/', (size_t)(end - line)) && !memchr(line, '=', (size_t)(end - line)))
		for (line = end; *line == ' '; line++)
			;
	strscpy(saved_command_line, line, sizeof(saved_command_line));
	strscpy(buffer, line, sizeof(buffer));
	while (nr_words < MAX_WORDS && (word = next_word(&p))) {
		if (strcmp(word, "--") == 0 && first_init_arg == MAX_WORDS) {
			first_init_arg = nr_words;
			continue;
		}
		words[nr_words++] = word;
	}
	if (first_init_arg > nr_words)
		first_init_arg = nr_words;
}

/* The value if the word is "name" or "name=value"; "" for the bare name. */
static const char *value_of(const char *word, const char *name)
{
	size_t n = strlen(name);

	if (strncmp(word, name, n) != 0)
		return NULL;
	if (word[n] == '=')
		return word + n + 1;
	return word[n] ? NULL : word + n;
}

const char *cmdline_find(const char *name)
{
	for (int i = first_init_arg - 1; i >= 0; i--) {
		const char *v = value_of(words[i], name);

		if (v)
			return v;
	}
	return NULL;
}

void cmdline_parse_early(void)
{
	if (first_init_arg > nr_words)
		first_init_arg = nr_words;
	for (int i = 0; i < first_init_arg; i++)
		for (const struct kernel_param *k = __start_kparam; k < __stop_kparam; k++) {
			const char *v = value_of(words[i], k->name);

			if (v && k->set(v))
				pr_warn("bad value for kernel parameter %s: %s\n", k->name, v);
		}
}

void cmdline_init_args(const char **argv, int max)
{
	int n = 0;

	for (int i = first_init_arg; i < nr_words && n < max; i++)
		argv[n++] = words[i];
	argv[n] = NULL;
}
