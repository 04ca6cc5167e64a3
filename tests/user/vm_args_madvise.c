/* SPDX-License-Identifier: MIT */
/* reference: debian (where user memory ends is part of the answers) */
/* madvise with every advice, known or not, on every kind of range. See vm_args.h for how to read the lines. */
#include "vm_args.h"

/* Whether a hole can be made in a file is its file system's business, and not tested here. */
static int is_excluded(int advice, unsigned long addr)
{
	return advice == MADV_REMOVE && ((addr >= AREA(FILE_SHARED) && addr < AREA(FILE_PRIVATE)) ||
					 (addr >= AREA(LONGER) && addr < AREA(TORN)));
}

static void line(int advice)
{
	SAY("madvise %d:", advice);
	for (int i = 0; i < NR_RANGES; i++) {
		struct range r = range_at(i);

		if (is_excluded(advice, r.addr))
			SAY(" -");
		else
			COLUMN(NO_ADDRESS, result = raw_syscall(__NR_madvise, r.addr, r.len, advice));
	}
	SAY("\n");
}

static int run(void)
{
	build_arena();
	name_ranges();
	for (int advice = -1; advice <= 26; advice++)
		line(advice);
	line(99);
	line(102);
	line(0x7fffffff);
	tear_down_arena();
	return done();
}

int main(void)
{
	on_another_stack(run);
}
