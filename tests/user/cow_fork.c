/* SPDX-License-Identifier: MIT */
/*
 * Copy on write between forks: a fork of a fork (the read-only PTE of the first must not be taken for a read-only
 * mapping in the second), whoever writes first, and who remains last with a page.
 */
#include <sys/mman.h>
#include "test.h"

#define PAGES 16

static int data[PAGES * 1024];

static void fill(int value)
{
	for (int i = 0; i < PAGES; i++)
		data[i * 1024] = value + i;
}

static int holds(int value)
{
	for (int i = 0; i < PAGES; i++)
		if (data[i * 1024] != value + i)
			return 0;
	return 1;
}

static void generation(int depth)
{
	int status;

	if (depth == 6)
		return;
	IN_CHILD(status, {
		CHECK(holds(depth * 100));
		fill((depth + 1) * 100);
		generation(depth + 1);
		CHECK(holds((depth + 1) * 100));
	});
	CHECK(status == 0);
	CHECK(holds(depth * 100));
}

/* The child writes before the parent, or after it; then the other one, left alone with the page, writes. */
static void order(int child_first)
{
	int go[2], back[2], status;
	char c;
	pid_t pid;

	fill(1000);
	CHECK(pipe(go) == 0 && pipe(back) == 0);
	pid = fork();
	if (pid == 0) {
		if (!child_first)
			read(go[0], &c, 1);
		CHECK(holds(1000));
		fill(2000);
		write(back[1], "x", 1);
		if (child_first)
			read(go[0], &c, 1);
		CHECK(holds(2000));
		_exit(test_failures);
	}
	if (child_first)
		read(back[0], &c, 1);
	CHECK(holds(1000));
	fill(3000);
	write(go[1], "x", 1);
	if (!child_first)
		read(back[0], &c, 1);
	CHECK(holds(3000));
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	CHECK(holds(3000));
	fill(4000);
	CHECK(holds(4000));
	for (int i = 0; i < 2; i++) {
		close(go[i]);
		close(back[i]);
	}
}

/* Fork must not make a read-only mapping writable, nor a write to it silently private. */
static void read_only(void)
{
	char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int status;

	*p = 5;
	CHECK(mprotect(p, PAGE, PROT_READ) == 0);
	IN_CHILD(status, {
		say_touch("child writes a read-only page", p, 0, 1);
		IN_CHILD(status, say_touch("grandchild writes it", p, 0, 1));
		CHECK(*p == 5);
	});
	say_touch("parent writes it", p, 0, 1);
	CHECK(mprotect(p, PAGE, PROT_READ | PROT_WRITE) == 0);
	*p = 6;
	CHECK(munmap(p, PAGE) == 0);
}

int main(void)
{
	fill(0);
	generation(0);
	SAY("six generations keep their own values\n");
	order(1);
	order(0);
	SAY("either order of writing\n");
	read_only();
	return done();
}
