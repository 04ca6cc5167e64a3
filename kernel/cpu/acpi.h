/* SPDX-License-Identifier: MIT */
#pragma once
/* The firmware's tables about the machine. Source: ACPI 6 specification, 5.2. */
#include "lib/types.h"

struct acpi_header {
	char signature[4];
	u32 length;
	u8 revision, checksum;
	char oem[6], table[8];
	u32 oem_revision, creator, creator_revision;
} __packed;

/* The first table of that signature, mapped whole; NULL: there is none. iounmap() it. Sleeps. */
struct acpi_header *acpi_find_table(const char *signature);
struct acpi_header *acpi_map_table(u32 phys);
