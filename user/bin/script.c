/* SPDX-License-Identifier: MIT */
/*
 * script: runs a shell, or a command, on a pseudo-terminal of its own and keeps all that it shows in a file. The smallest
 * terminal emulator there is: it copies bytes between the terminal that it was started on and the master.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "user/util/util.h"

static int master;

/* The window has another size: so has the inner one, and the kernel tells its programs. */
static void resized(int sig)
{
	struct winsize w;

	(void)sig;
	if (ioctl(0, TIOCGWINSZ, &w) == 0)
		ioctl(master, TIOCSWINSZ, &w);
}

static void put(int fd, const void *s, ssize_t n)
{
	if (write_all(fd, s, n) < 0)
		err(1, "write");
}

/* Until nobody has the slave open any more: then a read of the master fails. */
static void copy(int record)
{
	struct pollfd p[2] = { { master, POLLIN, 0 }, { 0, POLLIN, 0 } };
	char buf[1024];
	ssize_t n;

	for (;;) {
		if (poll(p, 2, -1) < 0)
			continue;
		if (p[0].revents) {
			n = read(master, buf, sizeof(buf));
			if (n <= 0)
				return;
			put(1, buf, n);
			put(record, buf, n);
		}
		if (p[1].revents) {
			n = read(0, buf, sizeof(buf));
			put(master, n > 0 ? buf : "\004", n > 0 ? n : 1);
			if (n <= 0)
				p[1].fd = -1;		/* no more to type */
		}
	}
}

int main(int argc, char **argv)
{
	const char *command = NULL, *file = "typescript";
	int c, record, mode = O_TRUNC, quiet = 0, status, on_tty;
	struct termios t, raw;
	struct winsize w;
	pid_t pid;

	while ((c = getopt(argc, argv, "ac:q")) != -1) {
		switch (c) {
		case 'a': mode = O_APPEND; break;
		case 'c': command = optarg; break;
		case 'q': quiet = 1; break;
		default: usage("[-aq] [-c command] [file]");
		}
	}
	if (optind < argc)
		file = argv[optind];
	record = open(file, O_WRONLY | O_CREAT | O_CLOEXEC | mode, 0666);
	if (record < 0)
		err(1, "%s", file);
	on_tty = tcgetattr(0, &t) == 0;
	pid = forkpty(&master, NULL, on_tty ? &t : NULL, ioctl(0, TIOCGWINSZ, &w) == 0 ? &w : NULL);
	if (pid < 0)
		err(1, "cannot make a pseudo-terminal");
	if (pid == 0) {
		const char *shell = getenv("SHELL") ? getenv("SHELL") : "/bin/sh";

		execl(shell, shell, command ? "-c" : NULL, command, NULL);
		err(127, "%s", shell);
	}
	if (!quiet)
		dprintf(1, "Script started, output log file is '%s'.\n", file);
	signal(SIGWINCH, resized);
	if (on_tty) {
		raw = t;
		cfmakeraw(&raw);
		tcsetattr(0, TCSANOW, &raw);
	}
	copy(record);
	if (on_tty)
		tcsetattr(0, TCSADRAIN, &t);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!quiet)
		printf("Script done.\n");
	return finish(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}
