/* SPDX-License-Identifier: MIT */
/*
 * Process 1. The kernel starts it with /dev/console as its first three descriptors, and everything else descends from it.
 * It mounts what programs expect, runs /etc/rc, and keeps a shell at each terminal that the kernel's command line calls a
 * console (console=tty0 console=ttyS0: one on the screen, one on the serial line). A process whose parent has ended
 * becomes a child of init, which is therefore the one that must wait for it: else it would stay a zombie for ever.
 *
 * Signals ask for the end: SIGTERM restarts, SIGUSR2 powers off, SIGUSR1 halts (see reboot.c), SIGINT is what the kernel
 * sends for Ctrl-Alt-Del. All of them, and SIGCHLD, stay blocked and are taken with sigwait, so none can come in between.
 *
 * Words behind "--" on the kernel's command line are a command that runs in the shell's place, once; then the machine
 * is powered off.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>
#include "user/util/util.h"

#define MAX_SHELLS 4
#define RESPAWN_PAUSE 2		/* seconds, where a shell ends at once */

static char *const shell_argv[] = { "-sh", NULL };
static char *const environment[] = { "PATH=/bin:/sbin:/demo", "HOME=/root", "TERM=linux", "SHELL=/bin/sh", "USER=root", NULL };

static const struct { const char *type, *dir, *options; } mounts[] = {
	{ "proc", "/proc", NULL }, { "sysfs", "/sys", NULL }, { "devtmpfs", "/dev", NULL },
	{ "devpts", "/dev/pts", "mode=620,gid=5,ptmxmode=666" }, { "debugfs", "/sys/kernel/debug", NULL },
};

/* A kernel without that file system, and one that has mounted it itself, are both fine. */
static void mount_all(void)
{
	for (size_t i = 0; i < sizeof(mounts) / sizeof(*mounts); i++)
		if (mount(mounts[i].type, mounts[i].dir, mounts[i].type, 0, mounts[i].options) < 0 &&
		    errno != ENODEV && errno != EBUSY && errno != ENOENT)
			warn("cannot mount %s", mounts[i].dir);
}

static void open_console(void)
{
	int fd;

	if (fcntl(2, F_GETFD) >= 0)
		return;
	do
		fd = open("/dev/console", O_RDWR);
	while (fd >= 0 && fd < 2);
	if (fd > 2)
		close(fd);
}

static struct shell { char tty[24]; pid_t pid; } shells[MAX_SHELLS];
static int nr_shells;

static void add_shell(const char *tty)
{
	for (int i = 0; i < nr_shells; i++)
		if (!strcmp(shells[i].tty, tty))
			return;
	if (nr_shells < MAX_SHELLS)
		snprintf(shells[nr_shells++].tty, sizeof(shells[0].tty), "%s", tty);
}

/* A terminal for each console= of the command line; tty0 is whatever screen is shown, its terminal is tty1. */
static void find_terminals(void)
{
	char line[2048], tty[24];
	int fd = open("/proc/cmdline", O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, line, sizeof(line) - 1);

	close(fd);
	line[n > 0 ? n : 0] = 0;
	for (char *word = strtok(line, " \n"); word && strcmp(word, "--"); word = strtok(NULL, " \n")) {
		if (strncmp(word, "console=", 8))
			continue;
		word[strcspn(word, ",")] = 0;
		snprintf(tty, sizeof(tty), "/dev/%s", strcmp(word + 8, "tty0") ? word + 8 : "tty1");
		if (access(tty, R_OK | W_OK) == 0)
			add_shell(tty);
	}
	if (!nr_shells)
		add_shell("/dev/console");
}

/* A new session with the terminal as the controlling one, and as the standard files. */
static void become_session(const char *tty)
{
	int fd;

	setsid();
	fd = open(tty, O_RDWR);
	if (fd < 0)
		return;
	ioctl(fd, TIOCSCTTY, 1);
	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	if (fd > 2)
		close(fd);
}

static pid_t spawn(const char *path, char *const argv[], const sigset_t *mask, const char *tty)
{
	pid_t pid = fork();

	if (pid < 0)
		warn("cannot fork");
	if (pid)
		return pid;
	sigprocmask(SIG_SETMASK, mask, NULL);
	become_session(tty);
	chdir("/root");
	execvpe(path, argv, environment);
	warn("cannot run %s", path);
	_exit(127);
}

static void __attribute__((noreturn)) end(int command)
{
	/* -1 is everybody but us. Who does not listen to SIGTERM has a second. */
	kill(-1, SIGTERM);
	for (int i = 0; i < 20 && (waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD); i++)
		usleep(50000);
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	/* Read-only, the root is marked as unmounted properly. */
	sync();
	mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL);
	reboot(command);
	err(1, "reboot");
}

/* Runs /etc/rc to its end. */
static void run_rc(const sigset_t *mask)
{
	char *argv[] = { "/etc/rc", NULL };
	int status;
	pid_t pid;

	if (access("/etc/rc", X_OK) < 0)
		return;
	pid = spawn(argv[0], argv, mask, "/dev/console");
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
}

/* A shell that ended at once, because it cannot run, is not started again at once. */
static void respawn(pid_t pid, int status, const sigset_t *mask)
{
	for (struct shell *s = shells; s < shells + nr_shells; s++)
		if (s->pid == pid) {
			if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
				sleep(RESPAWN_PAUSE);
			s->pid = spawn("/bin/sh", shell_argv, mask, s->tty);
		}
}

int main(int argc, char **argv)
{
	int sig, status, once = argc > 1;
	sigset_t awaited, mask;
	pid_t pid, command = 0;

	if (getpid() != 1)
		errx(1, "I am not process 1");
	sigemptyset(&awaited);
	sigaddset(&awaited, SIGCHLD);
	sigaddset(&awaited, SIGTERM);
	sigaddset(&awaited, SIGINT);
	sigaddset(&awaited, SIGUSR1);
	sigaddset(&awaited, SIGUSR2);
	sigprocmask(SIG_BLOCK, &awaited, &mask);
	open_console();
	environ = (char **)environment;
	mount_all();
	reboot(RB_DISABLE_CAD);
	run_rc(&mask);
	find_terminals();
	if (once)
		command = spawn(argv[1], argv + 1, &mask, "/dev/console");
	else
		for (struct shell *s = shells; s < shells + nr_shells; s++)
			s->pid = spawn("/bin/sh", shell_argv, &mask, s->tty);
	for (;;) {
		if (sigwait(&awaited, &sig))
			continue;
		switch (sig) {
		case SIGTERM:
		case SIGINT:
			end(RB_AUTOBOOT);
		case SIGUSR1:
			end(RB_HALT_SYSTEM);
		case SIGUSR2:
			end(RB_POWER_OFF);
		}
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
			if (pid == command)
				end(RB_POWER_OFF);
			respawn(pid, status, &mask);
		}
	}
}
