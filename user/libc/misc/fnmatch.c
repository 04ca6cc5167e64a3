/* SPDX-License-Identifier: MIT */
/* Shell patterns: *, ?, [sets], \quoted. A star that fails later is tried again one character further. */
#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

static int fold(int c, int flags)
{
	return flags & FNM_CASEFOLD ? tolower(c) : c;
}

static int in_class(const char *name, size_t n, int c)
{
	static const struct { const char *name; int (*is)(int); } classes[] = {
		{ "alpha", isalpha }, { "digit", isdigit }, { "alnum", isalnum }, { "space", isspace },
		{ "blank", isblank }, { "upper", isupper }, { "lower", islower }, { "print", isprint },
		{ "graph", isgraph }, { "punct", ispunct }, { "cntrl", iscntrl }, { "xdigit", isxdigit },
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++)
		if (strlen(classes[i].name) == n && !memcmp(classes[i].name, name, n))
			return classes[i].is(c);
	return 0;
}

/* p is behind '['. Returns what follows the ']', or NULL if there is none: then '[' is an ordinary character. */
static const char *bracket(const char *p, int c, int flags, int *match)
{
	int invert = *p == '!' || *p == '^', hit = 0;
	const char *first;

	p += invert;
	c = fold(c, flags);
	for (first = p; *p && (*p != ']' || p == first); p++) {
		int from, to;

		if (*p == '[' && p[1] == ':') {
			const char *end = strstr(p + 2, ":]");

			if (end) {
				hit |= in_class(p + 2, end - p - 2, c);
				p = end + 1;
				continue;
			}
		}
		if (*p == '\\' && !(flags & FNM_NOESCAPE) && p[1])
			p++;
		from = to = (unsigned char)*p;
		if (p[1] == '-' && p[2] && p[2] != ']') {
			p += 2;
			if (*p == '\\' && !(flags & FNM_NOESCAPE) && p[1])
				p++;
			to = (unsigned char)*p;
		}
		hit |= c >= fold(from, flags) && c <= fold(to, flags);
	}
	if (*p != ']')
		return NULL;
	*match = hit != invert;
	return p + 1;
}

int fnmatch(const char *p, const char *s, int flags)
{
	const char *start = s, *star = NULL, *star_s = NULL;

	for (;;) {
		int c = (unsigned char)*s, hidden, match;
		const char *next;

		hidden = c == '.' && flags & FNM_PERIOD && (s == start || (flags & FNM_PATHNAME && s[-1] == '/'));
		if (*p == '*' && !hidden) {
			star = ++p;
			star_s = s;
			continue;
		}
		if (!c && !*p)
			return 0;
		if (c) {
			int slash = c == '/' && flags & FNM_PATHNAME;

			if (*p == '?' && !slash && !hidden) {
				p++, s++;
				continue;
			}
			if (*p == '[' && (next = bracket(p + 1, c, flags, &match))) {
				if (match && !slash && !hidden) {
					p = next;
					s++;
					continue;
				}
			} else {
				const char *lit = *p == '\\' && !(flags & FNM_NOESCAPE) && p[1] ? p + 1 : p;

				if (*lit && fold((unsigned char)*lit, flags) == fold(c, flags)) {
					p = lit + 1;
					s++;
					continue;
				}
			}
		}
		/* No match here: let the last star take one more, if it may. */
		if (!star || !*star_s || (*star_s == '/' && flags & FNM_PATHNAME))
			return FNM_NOMATCH;
		p = star;
		s = ++star_s;
	}
}
