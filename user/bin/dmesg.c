/* SPDX-License-Identifier: MIT */
/* dmesg: the kernel's messages; -c forgets them, -n sets what goes to the console. */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <unistd.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	int c, clear = 0, n;
	char *buf;

	while ((c = getopt(argc, argv, "cn:r")) != -1) {
		if (c == '?')
			usage("[-c] [-n level]");
		if (c == 'n') {
			if (klogctl(SYSLOG_ACTION_CONSOLE_LEVEL, NULL, atoi(optarg)) < 0)
				err(1, "cannot set the level");
			return 0;
		}
		clear |= c == 'c';
	}
	n = klogctl(SYSLOG_ACTION_SIZE_BUFFER, NULL, 0);
	if (n < 0)
		err(1, "syslog");
	buf = xrealloc(NULL, (size_t)n);
	n = klogctl(clear ? SYSLOG_ACTION_READ_CLEAR : SYSLOG_ACTION_READ_ALL, buf, n);
	if (n < 0)
		err(1, "syslog");
	/* A line begins with its level, "<6>". */
	for (char *p = buf, *end = buf + n; p < end;) {
		char *line = memchr(p, '\n', (size_t)(end - p)), *close;

		line = line ? line + 1 : end;
		close = *p == '<' ? memchr(p, '>', (size_t)(line - p)) : NULL;
		p = close ? close + 1 : p;
		fwrite(p, 1, (size_t)(line - p), stdout);
		p = line;
	}
	if (n && buf[n - 1] != '\n')
		putchar('\n');
	return finish(0);
}
