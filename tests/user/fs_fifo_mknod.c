/* SPDX-License-Identifier: MIT */
/* mknod: each kind of file. A FIFO: opening waits for the other side, and what happens when a side is missing. */
#include <poll.h>
#include <sys/sysmacros.h>
#include "fs.h"

static void kinds(void)
{
	REPORT(mknod("fifo", S_IFIFO | 0640, 0));
	say_file("fifo");
	REPORT(mknod("regular", S_IFREG | 0600, 0));
	say_file("regular");
	REPORT(mknod("plain", 0604, 0));
	say_file("plain");
	REPORT(mknod("socket", S_IFSOCK | 0600, 0));
	say_file("socket");
	OPENS(open("socket", O_RDONLY));
	REPORT(mknod("dir", S_IFDIR | 0700, 0));
	REPORT(mknod("link", S_IFLNK | 0700, 0));
	REPORT(mknod("bad", 0170000, 0));
	REPORT(mknod("fifo", S_IFIFO | 0640, 0));
	REPORT(mknod("none/x", S_IFIFO | 0640, 0));
	REPORT(mknod("x/", S_IFIFO | 0640, 0));
	CHECK(unlink("regular") == 0 && unlink("plain") == 0 && unlink("socket") == 0);
}

static int events(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	CHECK(poll(&p, 1, 0) >= 0);
	return p.revents;
}

static void sides(void)
{
	char buf[16];
	int r, w;

	OPENS(open("fifo", O_WRONLY | O_NONBLOCK));
	r = open("fifo", O_RDONLY | O_NONBLOCK);
	VALUE(read(r, buf, 1));
	SAY("no writer yet: %x\n", events(r));
	w = open("fifo", O_WRONLY);
	VALUE(read(r, buf, 1));
	VALUE(write(w, "hello", 5));
	SAY("data: %x\n", events(r));
	VALUE(read(r, buf, 3));
	close(w);
	SAY("data, writer gone: %x\n", events(r));
	VALUE(read(r, buf, 10));
	VALUE(read(r, buf, 10));
	SAY("writer gone: %x\n", events(r));
	w = open("fifo", O_WRONLY);
	SAY("a new writer: %x\n", events(r));
	VALUE(read(r, buf, 10));
	close(r);
	signal(SIGPIPE, SIG_IGN);
	VALUE(write(w, "x", 1));
	signal(SIGPIPE, SIG_DFL);
	close(w);
	OPENS(open("fifo", O_RDWR));
	r = open("fifo", O_RDWR);
	VALUE(lseek(r, 0, SEEK_SET));
	close(r);
}

/* Both opens wait for each other; what was not read is lost with the last descriptor. */
static void meeting(void)
{
	char buf[16] = "";
	int fd, status;
	pid_t child;

	for (int who = 0; who < 2; who++) {
		child = fork();
		if (child == 0) {
			if (who)
				usleep(30000);
			fd = open("fifo", O_WRONLY);
			_exit(write(fd, "child", 5) == 5 ? 0 : 1);
		}
		if (!who)
			usleep(30000);
		fd = open("fifo", O_RDONLY);
		VALUE(read(fd, buf, 16));
		VALUE(read(fd, buf, 16));
		CHECK(waitpid(child, &status, 0) == child);
		say_status("writer", status);
		close(fd);
	}
	fd = open("fifo", O_RDWR);
	CHECK(write(fd, "lost", 4) == 4);
	close(fd);
	fd = open("fifo", O_RDONLY | O_NONBLOCK);
	VALUE(read(fd, buf, 16));
	close(fd);
}

static void on_alarm(int sig)
{
	(void)sig;
}

/* An open that waits is ended by a signal. */
static void interrupted(void)
{
	struct sigaction action = { .sa_handler = on_alarm };

	CHECK(sigaction(SIGALRM, &action, NULL) == 0);
	alarm(1);
	OPENS(open("fifo", O_RDONLY));
	alarm(1);
	OPENS(open("fifo", O_WRONLY));
}

int main(void)
{
	umask(022);
	kinds();
	sides();
	meeting();
	interrupted();
	CHECK(unlink("fifo") == 0);
	return done();
}
