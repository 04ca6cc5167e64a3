/* SPDX-License-Identifier: MIT */
/*
 * The clocks that the vDSO reads without entering the kernel and those of the system calls are the same ones: read by
 * turns, on whatever CPU, over many ticks, none ever goes back, and a date that was set is seen by both at once.
 */
#include <sys/auxv.h>
#include <time.h>
#include "lib/abi/elf.h"
#include "test.h"

static void *symbol(const char *name)
{
	const Elf32_Ehdr *eh = (const Elf32_Ehdr *)getauxval(AT_SYSINFO_EHDR);
	const Elf32_Phdr *ph = (const Elf32_Phdr *)((const char *)eh + eh->e_phoff);
	const Elf32_Dyn *dyn = NULL;
	const Elf32_Sym *sym = NULL;
	const unsigned *hash = NULL;
	const char *strings = NULL;
	unsigned long bias = 0;

	for (int i = 0; i < eh->e_phnum; i++) {
		if (ph[i].p_type == PT_LOAD)
			bias = (unsigned long)eh - (ph[i].p_vaddr - ph[i].p_offset);
		else if (ph[i].p_type == PT_DYNAMIC)
			dyn = (const Elf32_Dyn *)((const char *)eh + ph[i].p_offset);
	}
	for (; dyn && dyn->d_tag; dyn++) {
		unsigned long at = dyn->d_un.d_ptr + bias;

		if (dyn->d_tag == DT_STRTAB)
			strings = (const char *)at;
		else if (dyn->d_tag == DT_SYMTAB)
			sym = (const Elf32_Sym *)at;
		else if (dyn->d_tag == DT_HASH)
			hash = (const unsigned *)at;
	}
	for (unsigned i = 0; hash && i < hash[1]; i++)
		if (sym[i].st_value && !strcmp(strings + sym[i].st_name, name))
			return (void *)(sym[i].st_value + bias);
	return NULL;
}

typedef int get_clock(int, void *);
static get_clock *gettime64, *gettime;

static int by_call(int clock, void *ts) { return SYS(clock_gettime64, clock, ts); }

static long long read64(get_clock *f, int clock)
{
	long long t[2] = { 0, -1 };

	CHECK(f(clock, t) == 0);
	CHECK((t[1] & 0xffffffff) < 1000000000);
	return t[0] * 1000000000 + (t[1] & 0xffffffff);
}

static long long read32(int clock)
{
	int t[2] = { 0, -1 };

	CHECK(gettime(clock, t) == 0);
	return t[0] * 1000000000ll + t[1];
}

/* For some ticks of the clock, each reading by another way than the last. */
static void by_turns(int clock)
{
	long long start = read64(by_call, CLOCK_MONOTONIC), last = 0;
	int backwards = 0, n = 0;

	while (read64(by_call, CLOCK_MONOTONIC) - start < 150000000) {
		long long now[4] = { read64(gettime64, clock), read64(by_call, clock), read32(clock), read64(by_call, clock) };

		for (int i = 0; i < 4; i++) {
			backwards += now[i] < last;
			last = now[i];
		}
		if (n++ % 64 == 0) {
			unsigned cpu = 1u << (n / 64 % 4);

			(void)SYS(sched_setaffinity, 0, sizeof cpu, &cpu);	/* EINVAL where there are fewer */
		}
	}
	SAY("clock %d: backwards %d\n", clock, backwards);
}

static void dates(void)
{
	int (*gettimeofday_)(int *, void *) = (int (*)(int *, void *))symbol("__vdso_gettimeofday");
	int (*time_)(int *) = (int (*)(int *))symbol("__vdso_time");
	int tv[2] = { 0, -1 }, seconds = 0, before = (int)time(NULL);

	CHECK(gettimeofday_(tv, NULL) == 0);
	CHECK(tv[0] - before >= 0 && tv[0] - before <= 1 && tv[1] >= 0 && tv[1] < 1000000);
	CHECK(gettimeofday_(NULL, NULL) == 0);
	before = time_(&seconds);
	/* time() tells the second of the last tick, which may be the one before. */
	CHECK(before == seconds && seconds - tv[0] >= -1 && seconds - tv[0] <= 1);
	CHECK(time_(NULL) - seconds <= 1);
	SAY("time of day agrees\n");
}

int main(void)
{
	static const int clocks[] = { CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_BOOTTIME };
	long long ts[2];

	gettime64 = (get_clock *)symbol("__vdso_clock_gettime64");
	gettime = (get_clock *)symbol("__vdso_clock_gettime");
	CHECK(gettime64 && gettime);
	for (int i = 0; i < 3; i++)
		by_turns(clocks[i]);
	dates();
	/* What the vDSO does not know it passes on, with the call's own answer. */
	SAY("process time %d, no such clock %d\n", gettime64(CLOCK_PROCESS_CPUTIME_ID, ts), gettime64(77, ts));
	return done();
}
