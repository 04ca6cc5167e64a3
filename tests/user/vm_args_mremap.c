/* SPDX-License-Identifier: MIT */
/* reference: debian (where user memory ends is part of the answers) */
/* mremap of every kind of range to every length and place. See vm_args.h for how to read the lines. */
#include "vm_args.h"

static void nothing(int sig) { (void)sig; }

/*
 * Not compared: an old length that reaches round the end of the address space, for which Linux 6.1 unmaps what lies at its
 * beginning; and no old pages, private, moved onto themselves, which it unmaps before it says that there are none.
 */
static int differs(unsigned long addr, unsigned long old_len, unsigned long new_len, unsigned long to)
{
	return (old_len > -addr && new_len >= 0xbfff0000 && old_len >= new_len) || (!old_len && addr == to && addr == AREA(ANONYMOUS));
}

static void from_everywhere(unsigned long new_len, long flags, unsigned long new_addr)
{
	SAY("mremap to %lx flags %ld at %lx:", new_len, flags, new_addr);
	for (int i = 0; i < NR_RANGES; i++) {
		struct range r = range_at(i);

		if (differs(r.addr, r.len, new_len, new_addr) || r.addr == vdso_start)
			SAY(" -");
		else
			COLUMN(flags & MREMAP_FIXED ? new_addr : r.addr,
			       result = raw_syscall(__NR_mremap, r.addr, r.len, new_len, flags, new_addr));
	}
	SAY("\n");
}

/* The vDSO can be moved as a whole, and then works where it is: a signal handler returns through it. It is of another size on Linux. */
static void vdso(void)
{
	unsigned long len = vdso_end - vdso_start;

	SAY("vdso:");
	COLUMN(AREA(HOLE), result = raw_syscall(__NR_mremap, vdso_start, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, AREA(HOLE)));
	COLUMN(AREA(HOLE), raw_syscall(__NR_mremap, vdso_start, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, AREA(HOLE));
	       CHECK(signal(SIGUSR1, nothing) != SIG_ERR && kill(getpid(), SIGUSR1) == 0); result = AREA(HOLE));
	COLUMN(vdso_start, result = raw_syscall(__NR_mremap, vdso_start, len, len, 0, 0));
	COLUMN(vdso_start, result = raw_syscall(__NR_mremap, vdso_start, len, 2 * len, 0, 0));
	COLUMN(vdso_start, result = raw_syscall(__NR_mremap, vdso_start, len, 2 * len, MREMAP_MAYMOVE, 0));
	COLUMN(vdso_start, result = raw_syscall(__NR_mremap, vdso_start, len, len, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0));
	COLUMN(vdso_start, result = raw_syscall(__NR_mremap, vdso_start, 0, len, MREMAP_MAYMOVE, 0));
	SAY("\n");
}

static void to_everywhere(unsigned long from, unsigned long len, unsigned long new_len, long flags)
{
	static const unsigned long to[] = { 0, 1, PAGE, 0x10000, AREA(HOLE), AREA(HOLE) + 1, AREA(ANONYMOUS), AREA(ANONYMOUS) + PAGE,
		AREA(ANONYMOUS) - PAGE, AREA(READ_ONLY), AREA(TORN), 0xbffff000, 0xbfffe001, 0xc0000000, 0xfffff000, -1ul };

	SAY("mremap %lx of %lx to %lx flags %ld:", len, from, new_len, flags);
	for (unsigned i = 0; i < sizeof to / sizeof *to; i++) {
		if (differs(from, len, new_len, to[i]))
			SAY(" -");
		else
			COLUMN(to[i], result = raw_syscall(__NR_mremap, from, len, new_len, flags, to[i]));
	}
	SAY("\n");
}

static int run(void)
{
	static const unsigned long lengths[] = { 0, 1, PAGE, PAGE + 1, 2 * PAGE, 4 * PAGE, 6 * PAGE, 20 * PAGE, 0x40000000, 0xbfff0000,
		0xc0000000, 0xc0001000, -PAGE, -1ul };

	build_arena();
	name_ranges();
	for (unsigned i = 0; i < sizeof lengths / sizeof *lengths; i++)
		for (int flags = 0; flags <= MREMAP_MAYMOVE; flags++)
			from_everywhere(lengths[i], flags, 0);
	for (int pages = 1; pages <= 4; pages *= 2) {
		from_everywhere(pages * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, AREA(HOLE));
		from_everywhere(pages * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
		from_everywhere(pages * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP | MREMAP_FIXED, AREA(HOLE));
	}
	for (long flags = 2; flags <= 9; flags++)
		to_everywhere(AREA(ANONYMOUS), 2 * PAGE, 2 * PAGE, flags);
	to_everywhere(AREA(ANONYMOUS), 2 * PAGE, 2 * PAGE, -1);
	to_everywhere(AREA(ANONYMOUS), 2 * PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED);
	to_everywhere(AREA(ANONYMOUS), 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED);
	to_everywhere(AREA(ANONYMOUS), 0, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED);
	to_everywhere(AREA(FILE_SHARED), 0, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED);
	to_everywhere(AREA(SHM), 0, 4 * PAGE, MREMAP_MAYMOVE);
	to_everywhere(AREA(FILE_SHARED), 2 * PAGE, -PAGE, MREMAP_MAYMOVE | MREMAP_FIXED);
	to_everywhere(AREA(FILE_SHARED), 2 * PAGE, 0xc0000000, MREMAP_MAYMOVE | MREMAP_FIXED);
	vdso();
	tear_down_arena();
	return done();
}

int main(void)
{
	on_another_stack(run);
}
