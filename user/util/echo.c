/* SPDX-License-Identifier: MIT */
/* echo: the operands with blanks between them. -n leaves the newline away, -e reads backslash escapes. */
#include <string.h>
#include "user/util/util.h"

/* One escape behind a backslash; returns what follows it, NULL for \c. */
static const char *escape(const char *p)
{
	int v = 0;

	switch (*p) {
	case 'a': putchar('\a'); break;
	case 'b': putchar('\b'); break;
	case 'c': return NULL;
	case 'e': putchar(27); break;
	case 'f': putchar('\f'); break;
	case 'n': putchar('\n'); break;
	case 'r': putchar('\r'); break;
	case 't': putchar('\t'); break;
	case 'v': putchar('\v'); break;
	case '\\': putchar('\\'); break;
	case '0':
		for (int i = 0; i < 3 && p[1] >= '0' && p[1] <= '7'; i++)
			v = v * 8 + (*++p - '0');
		putchar(v & 255);
		break;
	default:
		putchar('\\');
		return p;
	}
	return p + 1;
}

int echo_main(int argc, char **argv)
{
	int newline = 1, escapes = 0, i = 1;

	for (; i < argc && argv[i][0] == '-' && argv[i][1] && strspn(argv[i] + 1, "neE") == strlen(argv[i] + 1); i++)
		for (const char *o = argv[i] + 1; *o; o++) {
			newline &= *o != 'n';
			escapes = *o == 'e' ? 1 : *o == 'E' ? 0 : escapes;
		}
	for (; i < argc; i++) {
		for (const char *p = argv[i]; *p;) {
			if (*p == '\\' && escapes) {
				p = escape(p + 1);
				if (!p)
					return 0;
			} else {
				putchar(*p++);
			}
		}
		if (i + 1 < argc)
			putchar(' ');
	}
	if (newline)
		putchar('\n');
	return 0;
}
