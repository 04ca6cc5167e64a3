/* SPDX-License-Identifier: MIT */
/*
 * Job control on a pseudo-terminal: a session leader (the "shell") with jobs in groups of their own. Keys from the master
 * signal the group in front; who is behind is stopped for reading, for changing settings, and with TOSTOP for writing;
 * an orphaned group is not stopped but gets an error.
 */
#include "pty.h"

static int m, out;

/* Statements in a new job, in front or behind; its pid. Its 0 and 1 are the terminal. */
#define JOB(front, ...) ({								\
		pid_t job_;								\
		fflush(stdout);								\
		job_ = fork();								\
		if (job_ == 0) {							\
			setpgid(0, 0);							\
			if (front)							\
				tcsetpgrp(0, getpid());					\
			signal(SIGTTOU, SIG_DFL);					\
			__VA_ARGS__;							\
			_exit(0);							\
		}									\
		setpgid(job_, job_);							\
		if (front)								\
			UNTIL(tcgetpgrp(0) == job_);					\
		job_; })

static void take_back(void) { CHECK(tcsetpgrp(0, getpid()) == 0 && tcgetpgrp(0) == getpid()); }

static void key(int c)
{
	char k = c;

	CHECK(write(m, &k, 1) == 1);
}

/* For a job: reads a byte with the given fate of SIGTTIN; the exit status is the error. */
static void read_exit(void)
{
	char c;
	int n = read(0, &c, 1);

	_exit(n < 0 ? errno : n);
}

static void keys(void)
{
	pid_t job;

	job = JOB(1, pause());
	key(3);
	say_wait("Ctrl-C", job, 0);
	job = JOB(1, pause());
	key(034);
	{
		int status;

		CHECK(waitpid(job, &status, 0) == job && WIFSIGNALED(status));
		SAY("Ctrl-\\: signal %d\n", WTERMSIG(status));
	}
	job = JOB(1, pause());
	key(032);
	say_wait("Ctrl-Z", job, WUNTRACED);
	take_back();
	kill(-job, SIGCONT);			/* bg */
	say_wait("bg", job, WCONTINUED);
	CHECK(tcsetpgrp(0, job) == 0);		/* fg */
	key(3);
	say_wait("fg, Ctrl-C", job, 0);
	take_back();
	change_flags(0, ISIG, 0, 0, 0);
	key(3);
	key('\n');
	show_read("without ISIG", 0, 10);
	change_flags(0, 0, ISIG, 0, 0);
}

static void background(void)
{
	struct termios t;
	pid_t job;

	CHECK(tcgetattr(0, &t) == 0);
	job = JOB(0, read_exit());
	say_wait("reads behind", job, WUNTRACED);
	CHECK(tcsetpgrp(0, job) == 0);
	kill(-job, SIGCONT);
	key('x');
	key('\n');
	say_wait("reads in front", job, 0);
	take_back();
	tcflush(0, TCIFLUSH);
	job = JOB(0, signal(SIGTTIN, SIG_IGN), read_exit());
	say_wait("SIGTTIN ignored", job, WUNTRACED);
	job = JOB(0, _exit(write(0, "w", 1)));
	say_wait("writes behind", job, WUNTRACED);
	change_flags(0, 0, TOSTOP, 0, 0);
	job = JOB(0, _exit(write(0, "w", 1)));
	say_wait("writes behind with TOSTOP", job, WUNTRACED);
	CHECK(tcsetpgrp(0, job) == 0);
	kill(-job, SIGCONT);
	say_wait("writes in front", job, 0);
	take_back();
	job = JOB(0, signal(SIGTTOU, SIG_IGN), _exit(write(0, "w", 1)));
	say_wait("SIGTTOU ignored", job, WUNTRACED);
	change_flags(0, TOSTOP, 0, 0, 0);
	job = JOB(0, _exit(tcsetattr(0, TCSANOW, &t) < 0 ? errno : 0));
	say_wait("sets behind", job, WUNTRACED);
	kill(-job, SIGKILL);
	say_wait("killed", job, 0);
	job = JOB(0, _exit(tcsetpgrp(0, getpid()) < 0 ? errno : 0));
	say_wait("pushes to the front", job, WUNTRACED);
	kill(-job, SIGKILL);
	say_wait("killed", job, 0);
}

static void orphans(void)
{
	int result[2];
	pid_t job;
	char c = 0;

	/* The member's parent ends: nobody of another group of the session could continue it. */
	CHECK(pipe(result) == 0);
	job = JOB(0, {
		pid_t parent = getpid();

		if (fork() == 0) {
			UNTIL(getppid() != parent);
			c = read(0, &c, 1) < 0 ? errno : 0;
			write(result[1], &c, 1);
			c = tcsetpgrp(0, getpgrp()) < 0 ? errno : 0;
			write(result[1], &c, 1);
			_exit(0);
		}
	});
	say_wait("parent", job, 0);
	CHECK(read(result[0], &c, 1) == 1);
	SAY("orphan reads: error %d\n", c);
	CHECK(read(result[0], &c, 1) == 1);
	SAY("orphan pushes to the front: error %d\n", c);

	/* A stopped member of a group that becomes orphaned is hung up and continued. */
	job = JOB(0, {
		pid_t child = fork();
		int status;

		if (child == 0) {
			sigset_t set;
			int sig;

			sigemptyset(&set);
			sigaddset(&set, SIGHUP);
			sigprocmask(SIG_BLOCK, &set, NULL);
			raise(SIGSTOP);
			sigwait(&set, &sig);
			c = sig;
			write(result[1], &c, 1);
			_exit(0);
		}
		waitpid(child, &status, WUNTRACED);
	});
	say_wait("parent", job, 0);
	CHECK(read(result[0], &c, 1) == 1);
	SAY("stopped orphan: signal %d\n", c);
	close(result[0]);
	close(result[1]);
}

static volatile sig_atomic_t winch;
static void on_winch(int sig) { winch = sig; }

static void size(void)
{
	struct winsize w = { 30, 90, 0, 0 };
	pid_t job;
	int ready[2];
	char c;

	CHECK(pipe(ready) == 0);
	job = JOB(1, {
		signal(SIGWINCH, on_winch);
		write(ready[1], "", 1);
		UNTIL(winch);
		CHECK(ioctl(0, TIOCGWINSZ, &w) == 0);
		_exit(w.ws_col);
	});
	CHECK(read(ready[0], &c, 1) == 1);
	CHECK(ioctl(m, TIOCSWINSZ, &w) == 0);
	say_wait("told of 90 columns", job, 0);
	take_back();
	close(ready[0]);
	close(ready[1]);
}

/* The jobs' shell, of a group that is orphaned from the start: it must ignore SIGTTOU to get the terminal back. */
static void shell(char *name)
{
	pid_t job, parent = getppid();
	int fd;

	setsid();
	fd = open(name, O_RDWR | O_NOCTTY);
	REPORT(open("/dev/tty", O_RDWR));
	CHECK(ioctl(fd, TIOCSCTTY, 0) == 0);
	dup2(fd, 0);
	dup2(out, 1);
	close(fd);
	signal(SIGTTOU, SIG_IGN);
	fd = open("/dev/tty", O_RDWR);
	CHECK(fd >= 0 && tcgetsid(fd) == getpid());
	close(fd);
	keys();
	background();
	orphans();
	size();
	job = JOB(1, {
		REPORT(tcsetpgrp(0, getpgid(parent)));
		REPORT(ioctl(0, TIOCSCTTY, 0));
		REPORT(ioctl(0, TIOCNOTTY));
		REPORT(open("/dev/tty", O_RDWR));
		REPORT(tcgetpgrp(0));
	});
	say_wait("job", job, 0);
	_exit(test_failures != 0);
}

int main(void)
{
	char name[32];
	pid_t pid;
	int s;

	out = dup(1);
	CHECK(openpty(&m, &s, name, NULL, NULL) == 0);
	change_flags(s, ECHO, 0, 0, 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		close(s);
		shell(name);
	}
	say_wait("shell", pid, 0);
	close(s);
	close(m);
	return done();
}
