/* SPDX-License-Identifier: MIT */
/* reference: debian (it sets the policy of the whole machine) */
/* Where stack, mappings and heap of a new program lie: elsewhere each time, unless the machine or the program wants otherwise. */
#include <sys/mman.h>
#include "test.h"

#define RUNS 12

struct places { unsigned long stack, mapping, heap; };

static char program[100];

static void say_places(void)
{
	struct places p = { (unsigned long)&p, (unsigned long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		raw_syscall(__NR_brk, 0) };

	write(1, &p, sizeof p);
}

static struct places places_of_a_run(long persona)
{
	struct places p = { 0, 0, 0 };
	int pipes[2], status;
	pid_t pid;

	CHECK(pipe(pipes) == 0);
	pid = fork();
	if (pid == 0) {
		char *argv[] = { program, "places", NULL }, *envp[] = { NULL };

		dup2(pipes[1], 1);
		SYS(personality, persona);
		execve(program, argv, envp);
		_exit(1);
	}
	close(pipes[1]);
	CHECK(read(pipes[0], &p, sizeof p) == sizeof p);
	close(pipes[0]);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	return p;
}

static const char *word(int different, int aligned) { return different ? aligned ? "differs" : "differs, unaligned" : "the same"; }

static void runs(const char *what, long persona)
{
	struct places first = places_of_a_run(persona);
	int stack = 0, mapping = 0, heap = 0, aligned = 1;

	for (int i = 1; i < RUNS; i++) {
		struct places p = places_of_a_run(persona);

		stack |= p.stack != first.stack;
		mapping |= p.mapping != first.mapping;
		heap |= p.heap != first.heap;
		aligned &= p.mapping % PAGE == 0 && p.heap % PAGE == 0;
		CHECK(p.stack > p.mapping && p.mapping > p.heap && p.stack > 0xbf000000 && p.heap < 0x0b000000);
	}
	SAY("%s: stack %s, mapping %s, heap %s\n", what, word(stack, 1), word(mapping, aligned), word(heap, aligned));
}

static void set_policy(char number)
{
	int fd = open("/proc/sys/kernel/randomize_va_space", O_WRONLY);

	CHECK(write(fd, &number, 1) == 1);
	close(fd);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		say_places();
		return 0;
	}
	snprintf(program, sizeof program, "%s", argv[0]);
	for (char policy = '2'; policy >= '0'; policy--) {
		char what[20] = "policy ?";

		what[7] = policy;
		set_policy(policy);
		runs(what, 0);
		runs("  not for this program", 0x0040000);
	}
	set_policy('2');
	return done();
}
