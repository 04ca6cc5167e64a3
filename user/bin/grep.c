/* SPDX-License-Identifier: MIT */
/*
 * grep: the lines that match a regular expression (basic, -E extended, -F plain text). -e and -f patterns, -i without case,
 * -v those that do not, -w whole words, -x whole lines, -o the matching part alone; -c counts, -l -L names, -q nothing;
 * -n line numbers, -h -H file names, -s no complaints, -m at most; -r trees; -A -B -C lines around.
 * Status 0 if something matched, 1 if nothing, 2 after an error.
 */
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "user/util/util.h"

struct pattern {
	char *text;
	regex_t re;
};
static struct pattern *patterns;
static size_t npatterns;

static char opt[128];		/* by letter */
static long before, after, most = -1;
static int with_name, status = 1, error;

/* A newline separates patterns. */
static void add_patterns(const char *text)
{
	for (;;) {
		size_t n = strcspn(text, "\n");

		patterns = xrealloc(patterns, (npatterns + 1) * sizeof(*patterns));
		patterns[npatterns++].text = strndup(text, n);
		if (!text[n])
			return;
		text += n + 1;
	}
}

static void add_file(const char *path)
{
	FILE *f = open_input(path);
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (!f)
		exit(2);
	while ((n = getline(&line, &cap, f)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = 0;
		add_patterns(line);
	}
	free(line);
	close_input(f);
}

static void compile(void)
{
	for (size_t i = 0; i < npatterns && !opt['F']; i++) {
		int e = regcomp(&patterns[i].re, patterns[i].text, (opt['E'] ? REG_EXTENDED : 0) | (opt['i'] ? REG_ICASE : 0));
		char why[80];

		if (e) {
			regerror(e, &patterns[i].re, why, sizeof(why));
			errx(2, "%s: %s", patterns[i].text, why);
		}
	}
}

static int word_char(int c)
{
	return isalnum(c) || c == '_';
}

/* One pattern, from `from` on; 1 and where. */
static int search(const struct pattern *p, const char *line, size_t from, regmatch_t *m)
{
	if (opt['F']) {
		const char *at = (opt['i'] ? strcasestr : strstr)(line + from, p->text);

		if (!at)
			return 0;
		m->rm_so = (int)(at - line);
		m->rm_eo = m->rm_so + (int)strlen(p->text);
		return 1;
	}
	if (regexec(&p->re, line + from, 1, m, from ? REG_NOTBOL : 0))
		return 0;
	m->rm_so += (int)from;
	m->rm_eo += (int)from;
	return 1;
}

/* ... that is a whole word or line, if it has to be. */
static int search_fit(const struct pattern *p, const char *line, size_t from, regmatch_t *m)
{
	size_t len = strlen(line);

	for (; from <= len && search(p, line, from, m); from = (size_t)m->rm_so + 1) {
		if (opt['x'] && (m->rm_so || (size_t)m->rm_eo != len))
			continue;
		if (opt['w'] && ((m->rm_so && word_char((unsigned char)line[m->rm_so - 1])) ||
				 word_char((unsigned char)line[m->rm_eo])))
			continue;
		return 1;
	}
	return 0;
}

/* The leftmost match of any pattern, the longest of those. */
static int match(const char *line, size_t from, regmatch_t *best)
{
	int found = 0;

	for (size_t i = 0; i < npatterns; i++) {
		regmatch_t m;

		if (!search_fit(&patterns[i], line, from, &m))
			continue;
		if (!found || m.rm_so < best->rm_so || (m.rm_so == best->rm_so && m.rm_eo > best->rm_eo))
			*best = m;
		found = 1;
		if (!opt['o'])
			break;
	}
	return found;
}

static void prefix(const char *name, unsigned long number, char sep)
{
	if (with_name)
		printf("%s%c", name, sep);
	if (opt['n'])
		printf("%lu%c", number, sep);
}

static void print_parts(const char *name, unsigned long number, const char *line, regmatch_t m)
{
	size_t from;

	do {
		if (m.rm_eo > m.rm_so) {
			prefix(name, number, ':');
			printf("%.*s\n", (int)(m.rm_eo - m.rm_so), line + m.rm_so);
		}
		from = (size_t)(m.rm_eo > m.rm_so ? m.rm_eo : m.rm_eo + 1);
	} while (from <= strlen(line) && match(line, from, &m));
}

/* The last lines that were not printed, for -B. */
static char **kept;
static unsigned long last_printed;

static void print_before(const char *name, unsigned long number)
{
	unsigned long first = number > (unsigned long)before ? number - (unsigned long)before : 1;

	if (first <= last_printed)
		first = last_printed + 1;
	if ((before || after) && last_printed && first > last_printed + 1)
		puts("--");
	for (; first < number; first++) {
		prefix(name, first, '-');
		puts(kept[first % (unsigned long)before]);
	}
}

static void keep(unsigned long number, const char *line)
{
	char **slot;

	if (!before)
		return;
	slot = &kept[number % (unsigned long)before];
	free(*slot);
	*slot = strdup(line);
}

static void search_stream(FILE *f, const char *name)
{
	unsigned long number = 0, count = 0, until = 0;
	int printing = !opt['q'] && !opt['c'] && !opt['l'] && !opt['L'];
	char *line = NULL;
	size_t cap = 0;
	regmatch_t m;
	ssize_t n;

	last_printed = 0;
	while ((n = getline(&line, &cap, f)) > 0 && (most < 0 || count < (unsigned long)most || number < until)) {
		int hit;

		number++;
		if (line[n - 1] == '\n')
			line[n - 1] = 0;
		hit = (most < 0 || count < (unsigned long)most) && match(line, 0, &m) != opt['v'];
		count += hit;
		if (hit && (opt['q'] || opt['l']))
			break;
		if (hit && printing && opt['o'] && !opt['v']) {
			print_parts(name, number, line, m);
		} else if (printing && (hit || number <= until)) {
			if (hit)
				print_before(name, number);
			prefix(name, number, hit ? ':' : '-');
			puts(line);
			last_printed = number;
		}
		if (hit)
			until = number + (unsigned long)after;
		keep(number, line);
	}
	free(line);
	if (count && status)
		status = 0;
	if (opt['q'] && count)
		exit(0);
	if (opt['c']) {
		if (with_name)
			printf("%s:", name);
		printf("%lu\n", count);
	}
	if (opt['q'])
		return;
	if ((opt['l'] && count) || (opt['L'] && !count))
		puts(name);
}

static void search_file(const char *path)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "re") : stdin;

	if (!f) {
		if (!opt['s'])
			warn("%s", path);
		error = 1;
		return;
	}
	search_stream(f, f == stdin ? "(standard input)" : path);
	if (ferror(f)) {
		if (!opt['s'])
			warn("%s", path);
		error = 1;
	}
	close_input(f);
}

static int visit(const char *path, const struct stat *st, enum visit when, int depth)
{
	/* Devices are read only if named; links are not followed below. */
	if (when == VISIT_FILE && (S_ISREG(st->st_mode) || !depth))
		search_file(path);
	return 0;
}

int main(int argc, char **argv)
{
	static const char how[] = "[-EFivwxoclLqnhHsr] [-m n] [-A n] [-B n] [-C n] [-e pattern | -f file | pattern] [file ...]";
	int c;

	if (!strcmp(argv[0], "egrep"))
		opt['E'] = 1;
	while ((c = getopt(argc, argv, "EFGivwxoclLqnhHsrRe:f:m:A:B:C:a")) != -1) {
		switch (c) {
		case 'e': add_patterns(optarg); break;
		case 'f': add_file(optarg); break;
		case 'm': most = atol(optarg); break;
		case 'A': after = atol(optarg); break;
		case 'B': before = atol(optarg); break;
		case 'C': before = after = atol(optarg); break;
		case 'R': opt['r'] = 1; break;
		case '?': usage(how);
		default: opt[c] = 1;
		}
	}
	if (!npatterns) {
		if (optind == argc)
			usage(how);
		add_patterns(argv[optind++]);
	}
	compile();
	if (before)
		kept = calloc((size_t)before, sizeof(*kept));
	with_name = !opt['h'] && (opt['H'] || opt['r'] || argc - optind > 1);
	if (optind == argc && opt['r'])
		error |= walk_tree(".", WALK_FOLLOW, visit) < 0;
	else if (optind == argc)
		search_file("-");
	for (; optind < argc; optind++) {
		struct stat st;

		if (opt['r']) {
			error |= walk_tree(argv[optind], WALK_FOLLOW, visit) < 0;
		} else if (stat(argv[optind], &st) == 0 && S_ISDIR(st.st_mode)) {
			if (!opt['s'])
				warnx("%s: Is a directory", argv[optind]);
		} else {
			search_file(argv[optind]);
		}
	}
	return finish(0) ? 2 : error && !(opt['q'] && !status) ? 2 : status;
}
