/* SPDX-License-Identifier: MIT */
/*
 * What the boot loader left for us: the command line, the map of RAM, and the ramdisk as its first
 * module. All of it lies somewhere in low memory, so it is reserved before the allocator starts.
 */
#include "boot/multiboot.h"
#include "kernel/init.h"
#include "kernel/multiboot.h"
#include "mm/bootmem.h"
#include "mm/page.h"

u32 ramdisk_start, ramdisk_end;

static void read_memory_map(const struct multiboot_info *info)
{
	if (info->flags & MULTIBOOT_INFO_MEM_MAP) {
		u32 at = info->mmap_addr, end = at + info->mmap_length;

		while (at < end) {
			const struct multiboot_mmap_entry *e = __va(at);

			if (e->type == 1)
				bootmem_add_ram(e->addr, e->addr + e->len);
			at += e->size + 4;
		}
	} else if (info->flags & MULTIBOOT_INFO_MEMORY) {
		bootmem_add_ram(0, info->mem_lower * 1024ull);
		bootmem_add_ram(0x100000, 0x100000 + info->mem_upper * 1024ull);
	}
}

static void reserve_modules(const struct multiboot_info *info)
{
	const struct multiboot_module *m = __va(info->mods_addr);

	if (!(info->flags & MULTIBOOT_INFO_MODS) || !info->mods_count)
		return;
	bootmem_reserve(info->mods_addr, info->mods_addr + info->mods_count * sizeof(*m));
	ramdisk_start = m->start;
	ramdisk_end = m->end;
	for (u32 i = 0; i < info->mods_count; i++)
		bootmem_reserve(m[i].start, m[i].end);
}

void multiboot_command_line(u32 phys)
{
	const struct multiboot_info *info = __va(phys);

	if (info->flags & MULTIBOOT_INFO_CMDLINE)
		cmdline_save(__va(info->cmdline));
}

void multiboot_memory(u32 phys)
{
	const struct multiboot_info *info = __va(phys);

	bootmem_reserve(phys, phys + sizeof(*info));
	read_memory_map(info);
	reserve_modules(info);
}
