/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * For vm_args_*.c: one line for each call with some of its arguments fixed, one column for each value of the others. A
 * column holds "." (success), "=" or "+" (an address: the one that was asked for, or one that the kernel chose), the error's
 * number, "-" where the two kernels differ on purpose (the test says why), or "sN" if the call ended in signal N. Each call is
 * made by a child of its own, so that none sees what another did.
 *
 * What the calls are tried on lies in an arena at a fixed address: areas of four pages, one of each kind, with holes of
 * twelve pages between them.
 */
#include <sys/mman.h>
#include "test.h"

#define ARENA 0x50000000ul
#define AREA(kind) (ARENA + (kind) * 16ul * PAGE)
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

enum kind { ANONYMOUS, READ_ONLY, NONE, FILE_SHARED, FILE_PRIVATE, FILE_RO_SHARED, SHM, LOCKED, GROWSDOWN, LONGER, TWO_KINDS, TORN,
	EXEC, MEMFD, ZERO_DEVICE, HOLE };

static int rw_fd, ro_fd, memfd;
static unsigned long stack_page, vdso_start, vdso_end;

struct answer { long result; int error; };
static struct answer *answer;		/* in a shared page: the child's */

static inline void map_at(unsigned long at, int pages, int prot, int flags, int fd)
{
	CHECK(raw_syscall(__NR_mmap2, at, pages * PAGE, prot, flags | MAP_FIXED, fd, 0) == (long)at);
}

static inline void find_area(const char *name, unsigned long *start, unsigned long *end)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[200], *p;

	while (fgets(line, sizeof line, maps))
		if (strstr(line, name)) {
			*start = strtoul(line, &p, 16);
			*end = strtoul(p + 1, NULL, 16);
		}
	fclose(maps);
}

/*
 * The program goes on with a stack of its own, below the arena, and the kernel's is unmapped: the top page of user memory, where
 * that may lie or not, is then a hole. There are 64 pages that are in use but may be spoilt.
 */
#define STACK_TOP_PAGE (ARENA - 64ul * PAGE)

static struct { unsigned long start, end; int (*run)(void); } old_stack;

static void leave_old_stack(void)
{
	raw_syscall(__NR_munmap, old_stack.start, old_stack.end - old_stack.start);
	exit(old_stack.run());
}

static inline __attribute__((noreturn)) void on_another_stack(int (*run)(void))
{
	find_area("[stack]", &old_stack.start, &old_stack.end);
	old_stack.run = run;
	map_at(STACK_TOP_PAGE - 128 * PAGE, 128, RW, ANON | MAP_GROWSDOWN, -1);
	for (int i = 1; i <= 128; i++)
		*(volatile char *)(STACK_TOP_PAGE - i * PAGE) = 1;
	stack_page = STACK_TOP_PAGE - 120 * PAGE;
	asm volatile("mov %0, %%esp; call *%1" : : "r"(STACK_TOP_PAGE - 64), "r"(leave_old_stack) : "memory");
	__builtin_unreachable();
}

static inline void build_arena(void)
{
	rw_fd = make_file("file", 4 * PAGE);
	ro_fd = open("file", O_RDONLY);
	memfd = SYS(memfd_create, "m", 0);
	CHECK(ftruncate(memfd, 4 * PAGE) == 0);
	map_at(AREA(ANONYMOUS), 4, RW, ANON, -1);
	*(char *)AREA(ANONYMOUS) = 1;
	map_at(AREA(READ_ONLY), 4, PROT_READ, ANON, -1);
	map_at(AREA(NONE), 4, PROT_NONE, ANON, -1);
	map_at(AREA(FILE_SHARED), 4, RW, MAP_SHARED, rw_fd);
	map_at(AREA(FILE_PRIVATE), 4, RW, MAP_PRIVATE, rw_fd);
	map_at(AREA(FILE_RO_SHARED), 4, PROT_READ, MAP_SHARED, ro_fd);
	map_at(AREA(SHM), 4, RW, MAP_SHARED | MAP_ANONYMOUS, -1);
	map_at(AREA(LOCKED), 4, RW, ANON, -1);		/* locked by each child: locks are not inherited */
	map_at(AREA(GROWSDOWN), 4, RW, ANON | MAP_GROWSDOWN, -1);
	map_at(AREA(LONGER), 6, RW, MAP_SHARED, rw_fd);
	map_at(AREA(TWO_KINDS), 2, RW, ANON, -1);
	map_at(AREA(TWO_KINDS) + 2 * PAGE, 2, RW, MAP_SHARED, rw_fd);
	map_at(AREA(TORN), 1, RW, ANON, -1);
	map_at(AREA(TORN) + 3 * PAGE, 1, RW, ANON, -1);
	map_at(AREA(EXEC), 4, PROT_READ | PROT_EXEC, MAP_PRIVATE, ro_fd);
	map_at(AREA(MEMFD), 4, RW, MAP_SHARED, memfd);
	map_at(AREA(ZERO_DEVICE), 4, RW, MAP_PRIVATE, open("/dev/zero", O_RDWR));
	find_area("[vdso]", &vdso_start, &vdso_end);
	answer = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static inline void tear_down_arena(void)
{
	for (int i = 3; i < 40; i++)
		close(i);
	unlink("file");
}

/* The ranges that calls of the form (address, length, ...) are tried on. */
struct range { const char *name; unsigned long addr, len; };

static const struct range ranges[] = {
	{ "0+0", 0, 0 }, { "0+1p", 0, PAGE }, { "1+1p", 1, PAGE }, { "-1+1p", -1ul, PAGE }, { "-1+-1", -1ul, -1ul },
	{ "anon+0", AREA(ANONYMOUS), 0 }, { "anon+1", AREA(ANONYMOUS), 1 }, { "anon+1p", AREA(ANONYMOUS), PAGE },
	{ "anon+4p", AREA(ANONYMOUS), 4 * PAGE }, { "anon(1)+1p", AREA(ANONYMOUS) + 1, PAGE },
	{ "anon(1)+0", AREA(ANONYMOUS) + 1, 0 }, { "anon+1p+1", AREA(ANONYMOUS), PAGE + 1 }, { "anon+-1p", AREA(ANONYMOUS), -PAGE },
	{ "anon+-1", AREA(ANONYMOUS), -1ul }, { "anon+80000000", AREA(ANONYMOUS), 0x80000000 }, { "anon to 2^32", AREA(ANONYMOUS), -ARENA },
	{ "bffff+1p", 0xbffff000, PAGE }, { "bffff+2p", 0xbffff000, 2 * PAGE }, { "c0000+0", 0xc0000000, 0 },
	{ "c0000+1p", 0xc0000000, PAGE }, { "fffff+0", 0xfffff000, 0 }, { "fffff+1p", 0xfffff000, PAGE },
	{ "fffff+2p", 0xfffff000, 2 * PAGE },
	{ "hole", AREA(HOLE), PAGE }, { "hole/anon", AREA(ANONYMOUS) - PAGE, 2 * PAGE },
	{ "anon/hole", AREA(ANONYMOUS) + 3 * PAGE, 2 * PAGE }, { "anon/hole/ro", AREA(ANONYMOUS), 17 * PAGE },
	{ "read-only", AREA(READ_ONLY), 2 * PAGE }, { "none", AREA(NONE), 2 * PAGE }, { "file shared", AREA(FILE_SHARED), 2 * PAGE },
	{ "file private", AREA(FILE_PRIVATE), 2 * PAGE }, { "ro file shared", AREA(FILE_RO_SHARED), 2 * PAGE },
	{ "shm", AREA(SHM), 2 * PAGE },
	{ "locked", AREA(LOCKED), 2 * PAGE }, { "growsdown", AREA(GROWSDOWN), 2 * PAGE }, { "past eof", AREA(LONGER) + 4 * PAGE, 2 * PAGE },
	{ "two kinds", AREA(TWO_KINDS) + PAGE, 2 * PAGE }, { "torn", AREA(TORN), 4 * PAGE }, { "exec", AREA(EXEC), 2 * PAGE },
	{ "memfd", AREA(MEMFD), 2 * PAGE }, { "/dev/zero", AREA(ZERO_DEVICE), 2 * PAGE }, { "stack", 0, 2 * PAGE },
	{ "below stack", 0, 2 * PAGE }, { "vdso", 0, PAGE },
};
#define NR_RANGES ((int)(sizeof ranges / sizeof *ranges))

static inline struct range range_at(int i)
{
	struct range r = ranges[i];

	if (!strcmp(r.name, "stack"))
		r.addr = stack_page;
	if (!strcmp(r.name, "below stack"))
		r.addr = stack_page - 128 * PAGE;
	if (!strcmp(r.name, "vdso")) {
		r.addr = vdso_start;
		r.len = vdso_end - vdso_start;
	}
	return r;
}

static inline void name_ranges(void)
{
	SAY("columns:");
	for (int i = 0; i < NR_RANGES; i++)
		SAY("%s %s", i ? "," : "", ranges[i].name);
	SAY("\n");
}

/* Runs the statements, which set `result` to what the call gave, in a child, and prints a column. `wanted` is as for say_answer. */
#define COLUMN(wanted, ...) do {								\
		pid_t pid_ = fork();								\
		long result;									\
		int status_;									\
		if (pid_ == 0) {								\
			raw_syscall(__NR_mlock, AREA(LOCKED), 4 * PAGE);			\
			answer->result = -999;							\
			__VA_ARGS__;								\
			answer->result = result;						\
			_exit(0);								\
		}										\
		CHECK(pid_ > 0 && waitpid(pid_, &status_, 0) == pid_);				\
		say_answer(wanted, status_);							\
	} while (0)

#define NO_ADDRESS 2ul

/* wanted: the address that success should give, or NO_ADDRESS if the call gives none. */
static inline void say_answer(unsigned long wanted, int status)
{
	long r = answer->result;

	if (WIFSIGNALED(status))
		printf(" s%d", WTERMSIG(status));
	else if (r < 0 && r >= -4095)
		printf(" %ld", -r);
	else if (wanted == NO_ADDRESS)
		printf(r ? " %ld" : " .", r);
	else
		printf((unsigned long)r == wanted ? " =" : r - ARENA < 0x1000000 || (unsigned long)r < 0x1000000 ? " %lx" : " +", r);
	fflush(stdout);
}
