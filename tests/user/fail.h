/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * For tests in which each allocation of a system call, or of a fault, fails once: the first, then the second, and so on, until the call
 * succeeds with the failure still to come (/proc/PID/fail-nth). A call that failed must say ENOMEM and have changed nothing:
 * the areas, the descriptors and what the case itself looks at are as before. A fault has nobody to tell, so it is served later. What was
 * lost on the way shows in the harness, which weighs and looks at every page after the test.
 */
#include <sys/mman.h>
#include "test.h"

#define MAX_POINTS 400
#define AREA (16 * PAGE)

static int nth_fd;
static char *area;		/* what a case prepares */
static int file_fd;

static inline void arm(int n)
{
	char text[16];
	int len = snprintf(text, sizeof text, "%d", n);

	if (pwrite(nth_fd, text, len, 0) != len)
		CHECK(!"armed");
}

/* How many allocations were left to go; 0: one has failed. */
static inline int disarm(void)
{
	char text[16] = "";
	int n = pread(nth_fd, text, sizeof text - 1, 0);

	CHECK(n > 0);
	arm(0);
	return atoi(text);
}

struct state { char maps[8192]; int next_fd; };

/* The areas, one in a line, but neighbours that differ in nothing are one: a failed call may leave an area in two. */
static inline void read_areas(FILE *f, char *out, int size)
{
	unsigned long start, end, first = 0, last = 0;
	char line[300], rest[200], before[200] = "";
	int n = 0;

	while (fgets(line, sizeof line, f)) {
		char *p = strchr(line, ' ');

		if (sscanf(line, "%lx-%lx", &start, &end) != 2 || !p)
			continue;
		snprintf(rest, sizeof rest, "%.5s%s", p, strchr(p + 6, ' '));	/* without the offset */
		if (start == last && !strcmp(rest, before)) {
			last = end;
			continue;
		}
		n += snprintf(out + n, size - n, "%lx-%lx%s", first, last, before);
		first = start;
		last = end;
		strcpy(before, rest);
	}
	snprintf(out + n, size - n, "%lx-%lx%s", first, last, before);
}

static inline void look(struct state *s)
{
	FILE *f = fopen("/proc/self/maps", "r");

	CHECK(f != NULL);
	read_areas(f, s->maps, sizeof s->maps);
	fclose(f);
	s->next_fd = dup(0);
	close(s->next_fd);
}

struct op {
	const char *name;
	void (*prepare)(void);
	long (*call)(void);
	void (*finish)(long result);	/* undoes a success */
	void (*check)(void);		/* after a failure: nothing has happened */
	void (*clean)(void);		/* undoes prepare */
	int may_succeed;		/* although an allocation failed: it has another way; 2: it must */
	int error;			/* other than ENOMEM, that Linux gives */
};

/* One attempt, in which the nth allocation fails. True: there was none. */
static inline int attempt(const struct op *op, int n)
{
	static struct state before, after;
	int left, error;
	long r;

	if (op->prepare)
		op->prepare();
	look(&before);
	arm(n);
	errno = 0;
	r = op->call();
	error = errno;
	left = disarm();
	if (r == -1 && left == 0 && op->may_succeed < 2) {
		if (error != ENOMEM && error != op->error)
			SAY("not ok %s, allocation %d: error %d\n", op->name, n, error), test_failures++;
		look(&after);
		if (strcmp(before.maps, after.maps))
			SAY("not ok %s, allocation %d: areas before\n%s and after\n%s", op->name, n, before.maps, after.maps),
			test_failures++;
		if (before.next_fd != after.next_fd)
			SAY("not ok %s, allocation %d: a descriptor is lost\n", op->name, n), test_failures++;
		if (op->check)
			op->check();
	} else {
		if (left == 0 && !op->may_succeed)
			SAY("# %s, allocation %d: succeeds\n", op->name, n);
		if (r == -1 || (op->may_succeed == 2 && r != 0))
			SAY("not ok %s, allocation %d: result %ld, error %d\n", op->name, n, r, error), test_failures++;
		else if (op->finish)
			op->finish(r);
	}
	if (op->clean)
		op->clean();
	return left > 0;
}

static inline void attempt_all(const struct op *op, int nr)
{
	for (; nr--; op++) {
		int n = 1;

		while (n < MAX_POINTS && !attempt(op, n))
			n++;
		CHECK(n < MAX_POINTS);
		SAY("# %s: %d allocations\n", op->name, n - 1);
	}
}

/* False: this kernel cannot do it. */
static inline int open_fail_nth(void)
{
	nth_fd = open("/proc/self/fail-nth", O_RDWR);
	if (nth_fd < 0)
		SAY("not run: this kernel cannot inject failures\n");
	return nth_fd >= 0;
}

/* What cases prepare and undo. */
static inline void map_area(void)
{
	area = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(area != MAP_FAILED);
}
static inline void map_filled(void)
{
	map_area();
	for (int i = 0; i < AREA; i += PAGE)
		area[i] = 1 + i / PAGE;
}
static inline void check_filled(void)
{
	for (int i = 0; i < AREA; i += PAGE)
		CHECK(area[i] == 1 + i / PAGE);
}
static inline void unmap_area(void) { CHECK(munmap(area, AREA) == 0); }
static inline void make_test_file(void) { file_fd = make_file("f", AREA); }
static inline void remove_test_file(void) { close(file_fd); CHECK(unlink("f") == 0); }
static inline void close_result(long fd) { CHECK(close(fd) == 0); }
static inline void unmap_result(long p) { CHECK(munmap((void *)p, AREA) == 0); }


/* With nothing in the caches, so that what is on disk is read, and what describes it is made anew. */
static inline void chill(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);

	sync();
	CHECK(write(fd, "3", 1) == 1);
	close(fd);
}
