/* SPDX-License-Identifier: MIT */
/* reference: debian (where user memory ends is part of the answers) */
/* Every call on a range of memory, (address, length, ...), with every kind of range. See vm_args.h for how to read the lines. */
#include "vm_args.h"

/* One line: the call with its third and fourth argument, on all ranges. */
static void line(const char *name, int nr, long third, int is_pointer)
{
	if (is_pointer)
		SAY("%s:", name);
	else
		SAY("%s %ld:", name, third);
	for (int i = 0; i < NR_RANGES; i++) {
		struct range r = range_at(i);

		COLUMN(NO_ADDRESS, result = raw_syscall(nr, r.addr, r.len, third, 0));
	}
	SAY("\n");
}

static int run(void)
{
	static const long prots[] = { PROT_NONE, PROT_READ, PROT_WRITE, RW, PROT_EXEC, RW | PROT_EXEC, PROT_SEM, 0x10, -1,
		PROT_READ | PROT_GROWSDOWN, PROT_READ | PROT_GROWSUP, PROT_READ | PROT_GROWSDOWN | PROT_GROWSUP, 0x100 };
	static const long syncs[] = { 0, MS_ASYNC, MS_INVALIDATE, MS_SYNC, MS_ASYNC | MS_SYNC, MS_SYNC | MS_INVALIDATE, 8, -1 };
	static char vec[300];

	build_arena();
	name_ranges();
	line("munmap", __NR_munmap, 0, 1);
	for (unsigned i = 0; i < sizeof prots / sizeof *prots; i++)
		line("mprotect", __NR_mprotect, prots[i], 0);
	for (unsigned i = 0; i < sizeof syncs / sizeof *syncs; i++)
		line("msync", __NR_msync, syncs[i], 0);
	line("mincore", __NR_mincore, (long)vec, 1);
	line("mincore 0", __NR_mincore, 0, 1);
	line("mincore c0000000", __NR_mincore, 0xc0000000, 1);
	line("mlock", __NR_mlock, 0, 1);
	line("munlock", __NR_munlock, 0, 1);
	for (long flags = -1; flags < 4; flags++)
		line("mlock2", __NR_mlock2, flags, 0);
	tear_down_arena();
	return done();
}

int main(void)
{
	on_another_stack(run);
}
