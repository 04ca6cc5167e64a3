/* SPDX-License-Identifier: MIT */
/* uname: the kernel's name (-s), the machine's on the net (-n), release, version and processor (-r -v -m); -a all. */
#include <err.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "user/util/util.h"

int main(int argc, char **argv)
{
	static const char letters[] = "snrvmo";
	int c, wanted = 0, printed = 0;
	struct utsname u;

	while ((c = getopt(argc, argv, "asnrvmo")) != -1) {
		if (c == '?')
			usage("[-asnrvmo]");
		wanted |= c == 'a' ? 31 : 1 << (strchr(letters, c) - letters);
	}
	if (uname(&u) < 0)
		err(1, "uname");
	const char *values[] = { u.sysname, u.nodename, u.release, u.version, u.machine, "Pagoda" };

	for (int i = 0; i < 6; i++)
		if ((wanted ? wanted : 1) & 1 << i)
			printf("%s%s", printed++ ? " " : "", values[i]);
	putchar('\n');
	return finish(0);
}
