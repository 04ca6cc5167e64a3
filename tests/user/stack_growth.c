/* SPDX-License-Identifier: MIT */
/* The stack grows by touching it, as far as its limit, also when a system call is what touches it. */
#include <sys/mman.h>
#include <sys/resource.h>
#include "test.h"

#define MIB (1 << 20)

static volatile int sink;

static int deep(int n)
{
	volatile char frame[1024];

	frame[0] = n;
	frame[1023] = n;
	return n ? deep(n - 1) + frame[0] - frame[0] : frame[1023];
}

static char *stack_pointer(void)
{
	char *p;

	asm volatile("mov %%esp, %0" : "=r"(p));
	return p;
}

static void limit(int bytes)
{
	struct rlimit l;

	getrlimit(RLIMIT_STACK, &l);
	l.rlim_cur = bytes;
	CHECK(setrlimit(RLIMIT_STACK, &l) == 0);
}

static void big_read(int fd)
{
	char buf[256 * 1024];

	/* Not touched before: the kernel's copy makes the stack grow. */
	SAY("read into a fresh part of the stack: %d\n", (int)read(fd, buf, 100));
}

int main(int argc, char **argv)
{
	int status, fd;

	if (argc < 2) {
		/* The limit at exec lays out the address space: start again with the one that the test needs. */
		char *args[] = { argv[0], "go", NULL };

		limit(8 * MIB);
		execv(argv[0], args);
	}
	IN_CHILD(status, sink = deep(7 * 1000); SAY("7 MiB\n"));
	say_status("7 MiB", status);
	IN_CHILD(status, sink = deep(9 * 1100));
	say_status("9 MiB", status);
	IN_CHILD(status, limit(1 * MIB); sink = deep(2 * 1000));
	say_status("2 MiB with a limit of 1", status);
	IN_CHILD(status, {
		char *here = stack_pointer(), *far = here - 4 * MIB;

		say_touch("4 MiB down at once", far, 0, 1);
		say_touch("far below the limit", here - 100 * MIB, 0, 1);
		SAY("and between: %d\n", PEEK(here - 2 * MIB));
	});
	fd = make_file("file", 100);
	IN_CHILD(status, lseek(fd, 0, SEEK_SET); big_read(fd));
	say_status("read", status);
	/* The gap: the stack does not grow into what lies right below it. */
	IN_CHILD(status, {
		char *below = (char *)(((unsigned long)stack_pointer() - 2 * MIB) & -PAGE);

		CHECK(mmap(below, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == below);
		*below = 'g';
		say_touch("next to another mapping", below, PAGE + 10, 1);
		SAY("that mapping: %c\n", *below);
	});
	unlink("file");
	return done();
}
