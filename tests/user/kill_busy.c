/* SPDX-License-Identifier: MIT */
/*
 * Tasks killed at random moments in the middle of long work: a fault on a file, a write to disk, fork of a large process, munmap and
 * exit of one, execve with many arguments, names, terminals, pipes, threads, vfork. Each ends at once, and what it worked on is whole
 * afterwards; the harness weighs what is left.
 */
#include <sys/mman.h>
#include "pty.h"
#include "thread.h"

#define LARGE (4 << 20)
#define VICTIMS 6		/* of each kind */

static char *self, *large;
static struct thread thread;
static word_t *begun;

/* ---- the work: once through, for ever again ---- */

static void map_file(void)
{
	int fd = open("file", O_RDWR);
	volatile char *p = mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	for (int i = 0; i < LARGE; i += PAGE)
		p[i] = p[i];
	msync((void *)p, LARGE, MS_SYNC);
	munmap((void *)p, LARGE);
	close(fd);
}

static void write_file(void)
{
	int fd = open("written", O_RDWR | O_CREAT, 0600);

	for (int i = 0; i < 4; i++)
		write(fd, large, LARGE / 8);
	fsync(fd);
	ftruncate(fd, 0);
	close(fd);
}

static void fork_large(void)
{
	if (fork() == 0)
		_exit(0);
	wait(NULL);
}

static void map_large(void)
{
	char *p = mmap(NULL, 2 * LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (int i = 0; i < 2 * LARGE; i += PAGE)
		p[i] = 1;
	mprotect(p + PAGE, LARGE, PROT_READ);
	munmap(p, 2 * LARGE);
}

static void exec_much(void)
{
	static char *argv[2000], text[1000];

	memset(text, 'x', sizeof text - 1);
	for (int i = 0; i < 1500; i++)
		argv[i] = text;
	argv[0] = self;
	argv[1] = "exec";		/* the new image does it again */
	execve(self, argv, (char *[]){ NULL });
}

static void names(void)
{
	mkdir("dir", 0700);
	close(open("dir/a", O_RDWR | O_CREAT, 0600));
	link("dir/a", "dir/b");
	rename("dir/b", "dir/c");
	unlink("dir/a");
	unlink("dir/c");
	rmdir("dir");
}

static void terminals(void)
{
	int master, slave;

	if (openpty(&master, &slave, NULL, NULL, NULL) < 0)
		return;
	write(master, "line\n", 5);
	read(slave, large, 10);
	close(master);
	close(slave);
}

static void pipes(void)
{
	int p[2];
	char c;

	if (pipe(p) < 0)
		return;
	if (fork() == 0) {
		close(p[1]);
		while (read(p[0], &c, 1) == 1)
			;
		_exit(0);
	}
	write(p[1], large, 20000);
	close(p[0]);
	close(p[1]);
	wait(NULL);
}

static void touch_all(void *arg)
{
	(void)arg;
	for (int i = 0; i < LARGE; i += PAGE)
		large[i] = 2;
}

static void threads(void)
{
	if (thread_start(&thread, touch_all, NULL) > 0)
		thread_join(&thread);
}

static void borrow(void)
{
	if (__syscall0(__NR_vfork) == 0)
		__syscall1(__NR_exit, 0);
	wait(NULL);
}

static const struct kind { const char *name; void (*work)(void); } kinds[] = {
	{ "faults on a file", map_file }, { "writes", write_file }, { "fork", fork_large }, { "munmap", map_large },
	{ "execve", exec_much }, { "names", names }, { "terminals", terminals }, { "pipes", pipes }, { "threads", threads },
	{ "vfork", borrow },
};

static void kill_some(const struct kind *k)
{
	int good = 0, status, pids[VICTIMS];

	for (int i = 0; i < VICTIMS; i++) {
		*begun = 0;
		if ((pids[i] = fork()) == 0)
			for (*begun = 1;;)
				k->work();
		wait_for(begun, 1);
		usleep(rand() % 8000);
		CHECK(kill(pids[i], SIGKILL) == 0);
		/* Two at a time: one ends while the next begins. */
		if (i > 0)
			good += waitpid(pids[i - 1], &status, 0) == pids[i - 1] && status == SIGKILL;
	}
	good += waitpid(pids[VICTIMS - 1], &status, 0) == pids[VICTIMS - 1] && status == SIGKILL;
	SAY("%s: %d killed\n", k->name, good);
	/* What they had forked and vforked ends by itself and is ours, as the subreaper. */
	while (waitpid(-1, &status, 0) > 0)
		;
	unlink("dir/a");
	unlink("dir/b");
	unlink("dir/c");
	rmdir("dir");
}

/* Bytes as they were made, and another can write, map and remove. */
static void file_is_whole(int fd)
{
	char buf[PAGE];
	int wrong = 0, n, at = 0;

	lseek(fd, 0, SEEK_SET);
	while ((n = read(fd, buf, sizeof buf)) > 0)
		for (int i = 0; i < n; i++, at++)
			wrong += buf[i] != (char)(at % 251);
	SAY("file: %d bytes, %d wrong\n", at, wrong);
	map_file();
	write_file();
	close(fd);
	CHECK(unlink("file") == 0 && unlink("written") == 0);
}

int main(int argc, char **argv)
{
	int fd;

	self = argv[0];
	if (argc > 1)
		exec_much();
	begun = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	large = mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(large, 1, LARGE);
	CHECK(SYS(prctl, 36 /* PR_SET_CHILD_SUBREAPER */, 1, 0, 0, 0) == 0);
	fd = make_file("file", LARGE);
	for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++)
		kill_some(&kinds[i]);
	file_is_whole(fd);
	return done();
}
