/* SPDX-License-Identifier: MIT */
#pragma once
/* What a multiboot 1 loader tells the kernel. Source: Multiboot Specification 0.6.96, section 3.3. */
#include "lib/types.h"

#define MULTIBOOT_BOOTLOADER_MAGIC 0x2BADB002u
#define MULTIBOOT_INFO_MEMORY 0x1u
#define MULTIBOOT_INFO_CMDLINE 0x4u
#define MULTIBOOT_INFO_MODS 0x8u
#define MULTIBOOT_INFO_MEM_MAP 0x40u

struct multiboot_info {
	u32 flags;
	u32 mem_lower, mem_upper;	/* KiB below 1 MiB; above it up to the first hole */
	u32 boot_device;
	u32 cmdline;			/* physical addresses, all of these */
	u32 mods_count, mods_addr;
	u32 syms[4];
	u32 mmap_length, mmap_addr;
};

struct multiboot_module { u32 start, end, cmdline, pad; };

/* size does not count itself; entries need not be sorted and may overlap. */
struct multiboot_mmap_entry {
	u32 size;
	u64 addr, len;
	u32 type;			/* 1: usable RAM */
} __packed;
