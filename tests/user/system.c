/* SPDX-License-Identifier: MIT */
/* reference: debian (needs root, for chroot) */
/* Calls about the system as a whole, and chroot. */
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include "test.h"

int main(void)
{
	struct utsname u;
	struct sysinfo info;
	struct stat root, up;
	int status;
	char buf[100];

	CHECK(uname(&u) == 0);
	SAY("sysname %s machine %s\n", u.sysname, u.machine);
	CHECK(atoi(u.release) >= 3 && u.nodename[0] && u.version[0]);
	CHECK(sysinfo(&info) == 0);
	CHECK(info.totalram >= info.freeram && info.procs > 0 && info.mem_unit > 0);
	REPORT(SYS(getcpu, &status, NULL, NULL));
	SAY("CPU %d\n", status);
	CHECK(SYS(getrandom, buf, 100, 0) == 100);
	REPORT(SYS(personality, 0xffffffff));
	REPORT(sethostname("x", -1));
	IN_CHILD(status, {
		CHECK(mkdir("jail", 0755) == 0 && mkdir("jail/in", 0755) == 0 && chdir("jail") == 0);
		CHECK(chroot(".") == 0 && stat("/", &root) == 0 && stat("/../../..", &up) == 0);
		CHECK(root.st_ino == up.st_ino);
		REPORT(stat("/in", &up));
		REPORT(stat("/tmp", &up));
		CHECK(chdir("/in") == 0 && getcwd(buf, sizeof buf));
		SAY("cwd inside: %s\n", buf);
		CHECK(symlink("/in", "/link") == 0 && stat("/link", &up) == 0);
		CHECK(unlink("/link") == 0);
		REPORT(chroot("/missing"));
	});
	CHECK(status == 0);
	REPORT(rmdir("jail/in"));
	REPORT(rmdir("jail"));
	return done();
}
