/* SPDX-License-Identifier: MIT */
/*
 * Which word is meant: one word of a file at two addresses, in two processes, in shared anonymous memory across fork
 * and mremap, in private memory before and after a copy; and what is no word at all.
 */
#include "thread.h"

static struct thread thread;
static word_t *where, in_data;
static volatile int flag;

static void sleeper(void *arg)
{
	(void)arg;
	while (futex(where, FUTEX_WAIT | flag, 0, NULL, NULL, 0) < 0 && errno == EINTR)
		;
}

/* A thread sleeps at one address; is it found at another? */
static void found_at(const char *what, word_t *sleep_at, int sleep_flag, word_t *wake_at, int wake_flag)
{
	where = sleep_at;
	flag = sleep_flag;
	CHECK(thread_start(&thread, sleeper, NULL) > 0);
	wait_for_sleepers(sleep_at, sleep_flag, 1);
	SAY("%s: %ld\n", what, futex(wake_at, FUTEX_WAKE | wake_flag, 10, NULL, NULL, 0));
	futex(sleep_at, FUTEX_WAKE | sleep_flag, 10, NULL, NULL, 0);
	thread_join(&thread);
}

static void *map(int fd, int flags, long offset) { return mmap(NULL, PAGE, PROT_READ | PROT_WRITE, flags, fd, offset); }

static void files(void)
{
	int fd = make_file("words", 2 * PAGE);
	word_t *one = map(fd, MAP_SHARED, 0), *two = map(fd, MAP_SHARED, 0), *next = map(fd, MAP_SHARED, PAGE);
	word_t *own = map(fd, MAP_PRIVATE, 0), *read_only = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	int status, pid;

	one[0] = one[1] = next[0] = own[0] = 0;
	found_at("two mappings of a file", one, 0, two, 0);
	found_at("the next word", one, 0, two + 1, 0);
	found_at("the next page", one, 0, next, 0);
	found_at("a private copy", one, 0, own, 0);
	found_at("found in the copy itself", own, 0, own, 0);
	found_at("private call", one, FUTEX_PRIVATE_FLAG, two, FUTEX_PRIVATE_FLAG);
	found_at("private call, same address", one, FUTEX_PRIVATE_FLAG, one, FUTEX_PRIVATE_FLAG);
	found_at("slept as private, woken as shared", &in_data, FUTEX_PRIVATE_FLAG, &in_data, 0);
	found_at("slept as shared, woken as private", &in_data, 0, &in_data, FUTEX_PRIVATE_FLAG);
	found_at("slept at a read-only mapping", read_only, 0, one, 0);
	/* Another process that maps the file by itself. */
	pid = fork();
	if (pid == 0) {
		int again = open("words", O_RDWR);
		word_t *mine;

		munmap((void *)one, PAGE);
		mine = map(again, MAP_SHARED, 0);
		while (futex(mine, FUTEX_WAIT, 0, NULL, NULL, 0) < 0 && errno == EINTR)
			;
		_exit(0);
	}
	wait_for_sleepers(two, 0, 1);
	SAY("another process: %ld\n", futex(one, FUTEX_WAKE, 10, NULL, NULL, 0));
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	close(fd);
	unlink("words");
	found_at("a file without a name", one, 0, two, 0);
}

static void anonymous(void)
{
	word_t *shared = map(-1, MAP_SHARED | MAP_ANONYMOUS, 0), *own = map(-1, MAP_PRIVATE | MAP_ANONYMOUS, 0), *moved;
	int status, pid = fork();

	if (pid == 0) {
		moved = mremap((void *)shared, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, (char *)own);
		while (futex(moved, FUTEX_WAIT, 0, NULL, NULL, 0) < 0 && errno == EINTR)
			;
		_exit(0);
	}
	wait_for_sleepers(shared, 0, 1);
	SAY("across fork and mremap: %ld\n", futex(shared, FUTEX_WAKE, 10, NULL, NULL, 0));
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	*own = 0;
	pid = fork();
	if (pid == 0) {
		struct time32 t = { 0, 200 * MS };
		long r = futex(own, FUTEX_WAIT, 0, &t, NULL, 0);

		SAY("private memory after fork: %ld error %d\n", r, errno);
		_exit(0);
	}
	usleep(50000);
	SAY("woken in the other copy: %ld\n", futex(own, FUTEX_WAKE, 10, NULL, NULL, 0));
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

static void nothing(void)
{
	char *hole = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(hole + PAGE, PAGE);
	REPORT(futex((word_t *)(hole + PAGE), FUTEX_WAKE, 1, NULL, NULL, 0));
	REPORT(futex((word_t *)(hole + PAGE), FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0));
	REPORT(futex((word_t *)(hole + PAGE), FUTEX_WAIT, 0, NULL, NULL, 0));
	REPORT(futex((word_t *)(hole + PAGE), FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0));
	REPORT(futex((word_t *)(hole + 2), FUTEX_WAKE, 1, NULL, NULL, 0));
	mprotect(hole, PAGE, PROT_NONE);
	REPORT(futex((word_t *)hole, FUTEX_WAKE, 1, NULL, NULL, 0));
	REPORT(futex((word_t *)hole, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0));
	mprotect(hole, PAGE, PROT_READ);
	REPORT(futex((word_t *)hole, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0));
	REPORT(futex((word_t *)hole, FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG, 1, NULL, (word_t *)hole, 1 << 28));
}

int main(void)
{
	files();
	anonymous();
	nothing();
	return done();
}
