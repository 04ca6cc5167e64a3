/* SPDX-License-Identifier: MIT */
/*
 * Names for addresses: the table that tools/kallsyms.py makes from the linked kernel's own symbols
 * and links in again, sorted by address. In the first link the table is empty.
 */
#include "kernel/cpu/cpu.h"
#include "lib/string.h"

extern const u32 kallsyms_count __attribute__((weak));
extern const u32 kallsyms_addr[] __attribute__((weak));
extern const u32 kallsyms_name_off[] __attribute__((weak));
extern const char kallsyms_names[] __attribute__((weak));

const char *kallsyms_lookup(unsigned long addr, unsigned long *offset)
{
	u32 low = 0, high;

	if (!&kallsyms_count || kallsyms_count == 0 || addr < kallsyms_addr[0])
		return NULL;
	high = kallsyms_count;
	while (high - low > 1) {
		u32 mid = (low + high) / 2;

		if (kallsyms_addr[mid] <= addr)
			low = mid;
		else
			high = mid;
	}
	*offset = addr - kallsyms_addr[low];
	return kallsyms_names + kallsyms_name_off[low];
}

unsigned long kallsyms_address(const char *name)
{
	if (&kallsyms_count)
		for (u32 i = 0; i < kallsyms_count; i++)
			if (strcmp(kallsyms_names + kallsyms_name_off[i], name) == 0)
				return kallsyms_addr[i];
	return 0;
}
