/* SPDX-License-Identifier: MIT */
/* Pseudo-terminals, pty(7): the kernel makes the slave's file with the right owner, so that grantpt has nothing to do. */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

int posix_openpt(int flags) { return open("/dev/ptmx", flags); }

int grantpt(int master)
{
	int n;

	return ioctl(master, TIOCGPTN, &n);
}

int unlockpt(int master)
{
	int lock = 0;

	return ioctl(master, TIOCSPTLCK, &lock);
}

int ptsname_r(int master, char *buf, size_t size)
{
	int n;

	if (ioctl(master, TIOCGPTN, &n) < 0)
		return errno;
	return snprintf(buf, size, "/dev/pts/%d", n) < (int)size ? 0 : (errno = ERANGE);
}

char *ptsname(int master)
{
	static char name[24];

	return ptsname_r(master, name, sizeof(name)) ? NULL : name;
}

int openpty(int *master, int *slave, char *name, const struct termios *t, const struct winsize *w)
{
	char path[24];
	int m = posix_openpt(O_RDWR | O_NOCTTY), s;

	if (m < 0)
		return -1;
	if (unlockpt(m) < 0 || ptsname_r(m, path, sizeof(path)) || (s = open(path, O_RDWR | O_NOCTTY)) < 0) {
		close(m);
		return -1;
	}
	if (t)
		tcsetattr(s, TCSANOW, t);
	if (w)
		ioctl(s, TIOCSWINSZ, w);
	if (name)
		snprintf(name, sizeof(path), "%s", path);
	*master = m;
	*slave = s;
	return 0;
}

int login_tty(int slave)
{
	setsid();
	if (ioctl(slave, TIOCSCTTY, 0) < 0)
		return -1;
	for (int fd = 0; fd < 3; fd++)
		dup2(slave, fd);
	if (slave > 2)
		close(slave);
	return 0;
}

pid_t forkpty(int *master, char *name, const struct termios *t, const struct winsize *w)
{
	int slave;
	pid_t pid;

	if (openpty(master, &slave, name, t, w) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		close(*master);
		if (login_tty(slave) < 0)
			_exit(1);
		return 0;
	}
	close(slave);
	if (pid < 0)
		close(*master);
	return pid;
}
