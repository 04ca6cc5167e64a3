/* SPDX-License-Identifier: MIT */
/* Terminals. libc's struct termios is the kernel's with a longer array of control characters. */
#include <errno.h>
#include <fcntl.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

int tcgetattr(int fd, struct termios *t)
{
	struct ktermios k;

	if (ioctl(fd, TCGETS, &k) < 0)
		return -1;
	memset(t, 0, sizeof(*t));
	t->c_iflag = k.c_iflag;
	t->c_oflag = k.c_oflag;
	t->c_cflag = k.c_cflag;
	t->c_lflag = k.c_lflag;
	t->c_line = k.c_line;
	memcpy(t->c_cc, k.c_cc, sizeof(k.c_cc));
	return 0;
}

int tcsetattr(int fd, int action, const struct termios *t)
{
	struct ktermios k = { t->c_iflag, t->c_oflag, t->c_cflag, t->c_lflag, t->c_line, { 0 } };

	if (action < TCSANOW || action > TCSAFLUSH) {
		errno = EINVAL;
		return -1;
	}
	memcpy(k.c_cc, t->c_cc, sizeof(k.c_cc));
	return ioctl(fd, TCSETS + action, &k);
}

int tcsendbreak(int fd, int duration) { return ioctl(fd, TCSBRK, 0 * duration); }
int tcdrain(int fd) { return ioctl(fd, TCSBRK, 1); }
int tcflush(int fd, int queue) { return ioctl(fd, TCFLSH, queue); }
int tcflow(int fd, int action) { return ioctl(fd, TCXONC, action); }

pid_t tcgetsid(int fd)
{
	pid_t sid;

	return ioctl(fd, TIOCGSID, &sid) < 0 ? -1 : sid;
}

speed_t cfgetospeed(const struct termios *t) { return t->c_cflag & CBAUD; }
speed_t cfgetispeed(const struct termios *t) { return cfgetospeed(t); }

int cfsetospeed(struct termios *t, speed_t speed)
{
	if (speed & ~(speed_t)CBAUD) {
		errno = EINVAL;
		return -1;
	}
	t->c_cflag = (t->c_cflag & ~(tcflag_t)CBAUD) | speed;
	return 0;
}

int cfsetispeed(struct termios *t, speed_t speed)
{
	return speed ? cfsetospeed(t, speed) : 0;
}

void cfmakeraw(struct termios *t)
{
	t->c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
	t->c_oflag &= ~(tcflag_t)OPOST;
	t->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
	t->c_cflag &= ~(tcflag_t)(CSIZE | PARENB);
	t->c_cflag |= CS8;
	t->c_cc[VMIN] = 1;
	t->c_cc[VTIME] = 0;
}

int isatty(int fd)
{
	struct ktermios k;

	return ioctl(fd, TCGETS, &k) == 0;
}

/* /proc knows the name; without it the terminal's device is looked for in /dev. */
int ttyname_r(int fd, char *buf, size_t n)
{
	char link[32];
	struct stat want, st;
	struct dirent *d;
	ssize_t len;
	DIR *dir;

	if (!isatty(fd))
		return errno;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, buf, n - 1);
	if (len > 0 && buf[0] == '/') {
		buf[len] = 0;
		return 0;
	}
	dir = opendir("/dev");
	if (!dir || fstat(fd, &want) < 0)
		return ENODEV;
	while ((d = readdir(dir))) {
		snprintf(buf, n, "/dev/%s", d->d_name);
		if (stat(buf, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == want.st_rdev) {
			closedir(dir);
			return 0;
		}
	}
	closedir(dir);
	return ENODEV;
}

char *ttyname(int fd)
{
	static char name[300];
	int error = ttyname_r(fd, name, sizeof(name));

	if (!error)
		return name;
	errno = error;
	return NULL;
}
