/* SPDX-License-Identifier: MIT */
/*
 * Finding the firmware's tables: a pointer on a 16-byte boundary of the BIOS area leads to the RSDT,
 * the list of all others. They lie anywhere in physical memory, so each is mapped to be read.
 */
#include "kernel/cpu/acpi.h"
#include "lib/string.h"
#include "mm/page.h"
#include "mm/vmalloc.h"

static u8 sum(const void *p, u32 n)
{
	u8 s = 0;

	for (u32 i = 0; i < n; i++)
		s = (u8)(s + ((const u8 *)p)[i]);
	return s;
}

static u32 find_rsdt(void)
{
	for (u32 a = 0xe0000; a < 0x100000; a += 16) {
		const u8 *p = __va(a);

		if (memcmp(p, "RSD PTR ", 8) == 0 && sum(p, 20) == 0)
			return *(const u32 *)(p + 16);
	}
	return 0;
}

struct acpi_header *acpi_map_table(u32 phys)
{
	struct acpi_header *h = ioremap(phys, sizeof(*h));
	u32 length;

	if (!h)
		return NULL;
	length = h->length;
	iounmap(h);
	return length >= sizeof(*h) && length < (1u << 20) ? ioremap(phys, length) : NULL;
}

struct acpi_header *acpi_find_table(const char *signature)
{
	u32 rsdt_phys = find_rsdt();
	struct acpi_header *rsdt = rsdt_phys ? acpi_map_table(rsdt_phys) : NULL, *found = NULL;
	const u32 *entry = (const u32 *)(rsdt + 1);

	for (u32 i = 0; rsdt && !found && i < (rsdt->length - sizeof(*rsdt)) / 4; i++) {
		struct acpi_header *t = acpi_map_table(entry[i]);

		if (t && memcmp(t->signature, signature, 4) == 0)
			found = t;
		else if (t)
			iounmap(t);
	}
	if (rsdt)
		iounmap(rsdt);
	return found;
}
