/* SPDX-License-Identifier: MIT */
/* reference: debian (where user memory ends is part of the answers) */
/*
 * What the other calls on memory make of bad arguments: brk, mlockall, personality, and where mincore may write. Also who
 * is refused for lack of the right or by a limit. See vm_args.h for how to read the lines.
 */
#include <sys/resource.h>
#include "vm_args.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static void breaks(void)
{
	unsigned long start = raw_syscall(__NR_brk, 0), page = (start + PAGE - 1) & -PAGE;
	const unsigned long to[] = { 0, 1, start - PAGE, start - 1, start, start + 1, page, page + PAGE, page + PAGE + 1, AREA(ANONYMOUS),
		AREA(ANONYMOUS) + PAGE, AREA(HOLE), 0xbffff000, 0xc0000000, 0xc0000001, -PAGE, -1ul };

	SAY("brk:");
	for (int i = 0; i < COUNT(to); i++)
		COLUMN(to[i], result = raw_syscall(__NR_brk, to[i]));
	SAY("\nbrk beside a mapping:");
	/* The mapping ends the heap's room; so does what is less than a page away from it. */
	for (int i = 6; i <= 10; i++)
		COLUMN(page + i * PAGE / 2, map_at(page + 4 * PAGE, 1, RW, ANON, -1); result = raw_syscall(__NR_brk, page + i * PAGE / 2));
	SAY("\n");
}

static void all_locked(void)
{
	SAY("mlockall:");
	for (long flags = -1; flags <= 16; flags++)
		COLUMN(NO_ADDRESS, result = raw_syscall(__NR_mlockall, flags));
	SAY("\nmunlockall:");
	COLUMN(NO_ADDRESS, result = raw_syscall(__NR_munlockall));
	SAY("\nafter mlockall:");
	for (long flags = 1; flags <= 7; flags++)
		COLUMN(NO_ADDRESS, raw_syscall(__NR_mlockall, flags);
		       result = raw_syscall(__NR_madvise, AREA(ANONYMOUS), PAGE, MADV_DONTNEED));
	SAY("\n");
}

static void personalities(void)
{
	static const long set[] = { -1, 0, 0x0040000, 0x0400000, 0x8000000, 8, 0x12345678 };

	SAY("personality:");
	for (int i = 0; i < COUNT(set); i++)
		COLUMN(NO_ADDRESS, result = raw_syscall(__NR_personality, set[i]));
	SAY("\n");
	for (int i = 0; i < COUNT(set); i++)
		COLUMN(NO_ADDRESS, raw_syscall(__NR_personality, set[i]); result = raw_syscall(__NR_personality, 0xffffffff));
	SAY("\n");
}

/* Two pages are asked about: two bytes. */
static void vectors(void)
{
	const unsigned long vec[] = { 0, 1, -1ul, 0xc0000000, 0xbfffffff, 0xbffffffe, 0xfffff000, AREA(HOLE),
		AREA(ANONYMOUS) + 4 * PAGE - 2,
		AREA(ANONYMOUS) + 4 * PAGE - 1, AREA(ANONYMOUS) - 1, AREA(READ_ONLY), AREA(NONE), AREA(FILE_SHARED) + PAGE - 1,
		AREA(LONGER) + 4 * PAGE - 1, AREA(LONGER) + 4 * PAGE };

	SAY("mincore, vector:");
	for (int i = 0; i < COUNT(vec); i++)
		COLUMN(NO_ADDRESS, result = raw_syscall(__NR_mincore, AREA(ANONYMOUS), 2 * PAGE, vec[i]));
	SAY("\nmincore of nothing:");
	for (int i = 0; i < COUNT(vec); i++)
		COLUMN(NO_ADDRESS, result = raw_syscall(__NR_mincore, AREA(ANONYMOUS), 0, vec[i]));
	SAY("\nmincore of a hole:");
	for (int i = 0; i < COUNT(vec); i++)
		COLUMN(NO_ADDRESS, result = raw_syscall(__NR_mincore, AREA(HOLE), 2 * PAGE, vec[i]));
	SAY("\n");
}

/* What this user may lock: so many bytes. */
static void limited(long bytes)
{
	struct rlimit l = { bytes, bytes };
	const unsigned long at = AREA(ANONYMOUS);

	CHECK(setrlimit(RLIMIT_MEMLOCK, &l) == 0);
	CHECK(SYS(setresuid32, 4242, 4242, 4242) == 0);
	SAY("may lock %ld:", bytes);
	COLUMN(NO_ADDRESS, result = raw_syscall(__NR_mlock, at, PAGE));
	COLUMN(NO_ADDRESS, result = raw_syscall(__NR_mlock, at, 2 * PAGE));
	COLUMN(NO_ADDRESS, result = raw_syscall(__NR_mlock, at + PAGE - 1, 2));
	COLUMN(NO_ADDRESS, result = raw_syscall(__NR_mlock, at, 0));
	COLUMN(NO_ADDRESS, result = raw_syscall(__NR_mlock, AREA(HOLE), PAGE));
	COLUMN(NO_ADDRESS, result = raw_syscall(__NR_mlock, AREA(HOLE), 2 * PAGE));
	COLUMN(NO_ADDRESS, raw_syscall(__NR_mlock, at, PAGE); result = raw_syscall(__NR_mlock, at, 2 * PAGE));
	COLUMN(NO_ADDRESS, raw_syscall(__NR_mlock, at, PAGE); result = raw_syscall(__NR_mlock, at + PAGE, PAGE));
	COLUMN(NO_ADDRESS, raw_syscall(__NR_mlock, at, PAGE); result = raw_syscall(__NR_mlock, at - PAGE, 2 * PAGE));
	COLUMN(NO_ADDRESS, result = raw_syscall(__NR_mlock2, at, 2 * PAGE, 1));
	COLUMN(NO_ADDRESS, result = raw_syscall(__NR_munlock, at, 2 * PAGE));
	for (long flags = 1; flags <= 7; flags++)
		COLUMN(NO_ADDRESS, result = raw_syscall(__NR_mlockall, flags));
	COLUMN(NO_ADDRESS, result = raw_syscall(__NR_munlockall));
	COLUMN(AREA(HOLE), result = raw_syscall(__NR_mmap2, AREA(HOLE), PAGE, RW, ANON | MAP_LOCKED, -1, 0));
	COLUMN(AREA(HOLE), result = raw_syscall(__NR_mmap2, AREA(HOLE), 2 * PAGE, RW, ANON | MAP_LOCKED, -1, 0));
	COLUMN(AREA(HOLE), raw_syscall(__NR_mlockall, MCL_FUTURE);
	       result = raw_syscall(__NR_mmap2, AREA(HOLE), 2 * PAGE, RW, ANON, -1, 0));
	COLUMN(at, raw_syscall(__NR_mlock, at, PAGE); result = raw_syscall(__NR_mremap, at, PAGE, 2 * PAGE, 0));
	COLUMN(NO_ADDRESS, raw_syscall(__NR_mlock, at + 3 * PAGE, PAGE);
	       result = raw_syscall(__NR_mremap, at + 3 * PAGE, PAGE, 2 * PAGE, 0) > 0);
	COLUMN(NO_ADDRESS, raw_syscall(__NR_mlockall, MCL_FUTURE); result = raw_syscall(__NR_brk, raw_syscall(__NR_brk, 0) + 3 * PAGE) & 0);
	SAY("\n");
}

static void low_addresses(void)
{
	static const unsigned long low[] = { 0, PAGE, 0xf000, 0x10000, 0x11000 };

	CHECK(SYS(setresuid32, 4242, 4242, 4242) == 0);
	SAY("low addresses, as a user:");
	for (int i = 0; i < COUNT(low); i++)
		COLUMN(low[i], result = raw_syscall(__NR_mmap2, low[i], PAGE, RW, ANON | MAP_FIXED, -1, 0));
	for (int i = 0; i < COUNT(low); i++)
		COLUMN(low[i], result = raw_syscall(__NR_mmap2, low[i], PAGE, RW, ANON, -1, 0));
	for (int i = 0; i < COUNT(low); i++)
		COLUMN(low[i], result = raw_syscall(__NR_mremap, AREA(ANONYMOUS), PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, low[i]));
	SAY("\n");
}

static void address_space(void)
{
	struct rlimit l = { 16 << 20, 16 << 20 };
	const unsigned long at = AREA(ANONYMOUS);

	CHECK(setrlimit(RLIMIT_AS, &l) == 0);
	SAY("16 MiB of address space:");
	COLUMN(AREA(HOLE), result = raw_syscall(__NR_mmap2, AREA(HOLE), 15 << 20, PROT_NONE, ANON, -1, 0));
	COLUMN(AREA(HOLE), result = raw_syscall(__NR_mmap2, AREA(HOLE), 17 << 20, PROT_NONE, ANON, -1, 0));
	/* What is replaced does not count twice. */
	COLUMN(AREA(HOLE), raw_syscall(__NR_mmap2, AREA(HOLE), 10 << 20, PROT_NONE, ANON, -1, 0);
	       result = raw_syscall(__NR_mmap2, AREA(HOLE), 10 << 20, PROT_READ, ANON | MAP_FIXED, -1, 0));
	COLUMN(at, result = raw_syscall(__NR_mremap, at, 4 * PAGE, 17 << 20, MREMAP_MAYMOVE));
	COLUMN(NO_ADDRESS, result = raw_syscall(__NR_brk, raw_syscall(__NR_brk, 0) + (17 << 20)) & 0);
	SAY("\n");
}

static int run(void)
{
	int status;

	build_arena();
	breaks();
	all_locked();
	personalities();
	vectors();
	IN_CHILD(status, limited(0));
	IN_CHILD(status, limited(PAGE));
	IN_CHILD(status, limited(2 * PAGE));
	IN_CHILD(status, limited(-1));
	IN_CHILD(status, low_addresses());
	IN_CHILD(status, address_space());
	CHECK(status == 0);
	tear_down_arena();
	return done();
}

int main(void)
{
	on_another_stack(run);
}
