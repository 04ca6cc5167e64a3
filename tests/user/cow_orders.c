/* SPDX-License-Identifier: MIT */
/*
 * Every order of what can happen to a page that up to three processes share: forks, writes, writes by the kernel, munmap, mremap, a
 * way out to swap, exits. Three processes go through STEPS steps together; at each one of them does something to a page, and which
 * one and what depends on the page, so that thousands of pages have all sequences at once. When the processes come to life and end
 * is the same for all pages of a group, and all combinations of that are groups. After each step everybody
 * looks at every page that he has.
 *
 * What was lost or is there twice the harness finds: afterwards as many pages are free as before.
 *
 *	cow_orders [all]	(without `all`: each eighth group)
 */
#include <sys/mman.h>
#include "test.h"

enum { WRITE, KERNEL_WRITE, UNMAP, MOVE, PAGEOUT, OPERATIONS };
#define STEPS 3
#define ACTORS 3
#define CHOICES (ACTORS * OPERATIONS)
#define PAGES (CHOICES * CHOICES * CHOICES)
#define WORDS (PAGE / 4)

struct group {
	int file;			/* a private mapping of a file, or anonymous memory */
	int born[ACTORS], dead[ACTORS];	/* before which step; STEPS: at the end */
	int parent;			/* of the third */
};

static struct { volatile int failed, lock, step, arrived, alive; } *ctl;
static unsigned value[PAGES];		/* what each page must hold, in this process */
static unsigned char moved[PAGES], gone[PAGES];
static char *base, *other;		/* where the pages are, and where a moved one goes */
static int ends[2], file;		/* of a pipe for the kernel's writes, one for each process: what is in it is its own */

static unsigned *page(int i) { return (unsigned *)((moved[i] ? other : base) + i * PAGE); }

static void operate(int me, int step, int i)
{
	int choice = step == 0 ? i % CHOICES : step == 1 ? i / CHOICES % CHOICES : i / CHOICES / CHOICES;
	unsigned new = (unsigned)(me + 1) << 28 | (unsigned)(step + 1) << 24 | (unsigned)i;

	if (choice / OPERATIONS != me || gone[i])
		return;
	switch (choice % OPERATIONS) {
	case WRITE:
		page(i)[0] = page(i)[WORDS - 1] = value[i] = new;
		break;
	case KERNEL_WRITE:
		CHECK(write(ends[1], &new, 4) == 4 && read(ends[0], page(i), 4) == 4);
		CHECK(write(ends[1], &new, 4) == 4 && read(ends[0], page(i) + WORDS - 1, 4) == 4);
		value[i] = new;
		break;
	case UNMAP:
		CHECK(munmap(page(i), PAGE) == 0);
		gone[i] = 1;
		break;
	case MOVE:
		CHECK(mremap(page(i), PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, (moved[i] ? base : other) + i * PAGE) != MAP_FAILED);
		moved[i] ^= 1;
		break;
	case PAGEOUT:
		madvise(page(i), PAGE, MADV_PAGEOUT);	/* where there is no swap, it stays */
		break;
	}
}

static void look(int me, int step)
{
	int bad = -1;

	for (int i = 0; i < PAGES; i++)
		if (!gone[i] && (page(i)[0] != value[i] || page(i)[WORDS - 1] != value[i]))
			bad = i;
	if (bad >= 0 && !ctl->failed) {
		ctl->failed = 1;
		SAY("not ok: process %d, step %d, page %d (%d, %d, %d): %x and %x, not %x\n", me, step, bad, bad % CHOICES,
		    bad / CHOICES % CHOICES, bad / CHOICES / CHOICES, page(bad)[0], page(bad)[WORDS - 1], value[bad]);
	}
}

/* One more waits, or one less lives: if that were all, they go on. */
static void count(int arrives)
{
	while (__sync_lock_test_and_set(&ctl->lock, 1))
		SYS(sched_yield);
	if (arrives)
		ctl->arrived++;
	else
		ctl->alive--;
	if (ctl->alive && ctl->arrived == ctl->alive) {
		ctl->arrived = 0;
		ctl->step++;
	}
	__sync_lock_release(&ctl->lock);
}

/* Until all that live are here. */
static void meet(int *meetings)
{
	++*meetings;
	count(1);
	while (ctl->step < *meetings)
		SYS(sched_yield);
}

/* A process from its birth to its death, which others do not wait for. Returns when it is to end. */
static void live(const struct group *g, int me, int step, int meetings)
{
	CHECK(pipe(ends) == 0);
	for (; step < STEPS; step++) {
		for (int who = 1; who < ACTORS; who++)
			if (me == (who == 1 ? 0 : g->parent) && g->born[who] == step) {
				__sync_add_and_fetch(&ctl->alive, 1);
				if (fork() == 0) {
					me = who;	/* its own life begins */
					CHECK(pipe(ends) == 0);
				}
			}
		meet(&meetings);
		if (g->dead[me] == step)
			break;
		for (int i = 0; i < PAGES; i++)
			operate(me, step, i);
		look(me, step);		/* while the others are at work, and when they are done */
		meet(&meetings);
		look(me, step);
	}
	if (test_failures)
		ctl->failed = 1;
	count(0);
}

static char *map(int flags)
{
	return mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, flags, flags & MAP_ANONYMOUS ? -1 : file, 0);
}

static void run(const struct group *g)
{
	int status;

	base = map(MAP_PRIVATE | (g->file ? 0 : MAP_ANONYMOUS));
	other = map(MAP_PRIVATE | MAP_ANONYMOUS);
	CHECK(base != MAP_FAILED && other != MAP_FAILED);
	for (int i = 0; i < PAGES; i++) {
		value[i] = (unsigned)i;
		moved[i] = gone[i] = 0;
		if (!g->file)
			page(i)[0] = page(i)[WORDS - 1] = value[i];
	}
	ctl->step = ctl->arrived = 0;
	ctl->alive = 1;
	if (fork() == 0) {
		live(g, 0, 0, 0);
		_exit(0);
	}
	while (wait(&status) > 0)
		;
	while (ctl->alive)
		usleep(100);
	munmap(base, PAGES * PAGE);
	munmap(other, PAGES * PAGE);
}

static int possible(const struct group *g)
{
	for (int who = 0; who < ACTORS; who++)
		if (g->dead[who] <= g->born[who])
			return 0;
	return g->born[g->parent] <= g->born[2] && g->dead[0] > g->born[1] && g->dead[g->parent] > g->born[2];
}

int main(int argc, char **argv)
{
	static const signed char deaths[][2] = { { 0, STEPS }, { 0, 1 }, { 0, 2 }, { 1, 1 }, { 1, 2 }, { 2, 1 }, { 2, 2 } };
	int deaths_n = sizeof deaths / sizeof deaths[0], groups = 0, ran = 0;
	int every = argc > 1 && !strcmp(argv[1], "all") ? 1 : 8;

	ctl = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	file = open("pages", O_RDWR | O_CREAT | O_TRUNC, 0600);
	CHECK(ctl != MAP_FAILED && file >= 0 && unlink("pages") == 0);
	for (unsigned i = 0; i < PAGES; i++) {
		unsigned words[WORDS] = { [0] = i, [WORDS - 1] = i };

		CHECK(write(file, words, PAGE) == PAGE);
	}
	for (int n = 0; n < 2 * 2 * 3 * 2 * deaths_n && !ctl->failed; n++) {
		struct group g = { .file = n % 2, .parent = n / 2 % 2, .born = { 0, n / 4 % 2, n / 8 % 3 } };

		g.dead[0] = g.dead[1] = g.dead[2] = STEPS;
		g.dead[deaths[n / 24][0]] = deaths[n / 24][1];
		if (!possible(&g) || groups++ % every)
			continue;
		run(&g);
		ran++;
	}
	CHECK(!ctl->failed && ran);
	SAY("%s\n", ctl->failed ? "wrong" : "cow_orders: every byte");
	return done();
}
