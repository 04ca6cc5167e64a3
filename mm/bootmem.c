/* SPDX-License-Identifier: MIT */
/*
 * From the loader's memory map to a running allocator. The map lists ranges of RAM, perhaps
 * unsorted; a few reserved ranges (the kernel, the loader's own data, the ramdisk, the page array
 * itself) are cut out of them, and the rest is handed to the buddy allocator range by range.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/panic.h"
#include "lib/sort.h"
#include "mm/bootmem.h"
#include "mm/filemap.h"
#include "mm/layout.h"
#include "mm/mm.h"
#include "mm/page_owner.h"
#include "mm/pagetable.h"
#include "mm/slab.h"
#include "mm/zone.h"

#define MAX_RANGES 64
#define MAX_ADDRESS (18ull << 30)	/* 16 GiB of RAM, and as much below 4 GiB as devices may take */

struct range { u64 start, end; };
static struct range ram[MAX_RANGES], reserved[MAX_RANGES];
static unsigned int nr_ram, nr_reserved;
static u64 ignored;

extern char _end[];

void bootmem_reserve(u32 start, u32 end)
{
	if (start >= end)
		return;
	BUG_ON(nr_reserved == MAX_RANGES);
	reserved[nr_reserved++] = (struct range){ ALIGN_DOWN(start, PAGE_SIZE), ALIGN((u64)end, PAGE_SIZE) };
}

void bootmem_add_ram(u64 start, u64 end)
{
	u64 limit = min(MAX_ADDRESS, 1ull << boot_cpu.phys_bits);

	start = ALIGN(start, (u64)PAGE_SIZE);
	end = ALIGN_DOWN(end, (u64)PAGE_SIZE);
	if (end > limit) {
		ignored += end - max(start, limit);
		end = limit;
	}
	if (start >= end || nr_ram == MAX_RANGES)
		return;
	ram[nr_ram++] = (struct range){ start, end };
}

static int by_start(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/* A free low range for the page array, after everything reserved in its way. */
static u32 find_low(u64 size)
{
	for (unsigned int i = 0; i < nr_ram; i++) {
		u64 at = max(ram[i].start, 0x100000ull);

		for (unsigned int k = 0; k < nr_reserved; k++)
			if (at < reserved[k].end && at + size > reserved[k].start)
				at = reserved[k].end;
		if (at + size <= min(ram[i].end, (u64)LOWMEM_LIMIT))
			return (u32)at;
	}
	panic("not enough memory: the page array needs %u KiB of low memory", (u32)(size >> 10));
}

static void free_ram(void)
{
	for (unsigned int i = 0; i < nr_ram; i++) {
		u64 at = ram[i].start;

		for (unsigned int k = 0; k < nr_reserved && at < ram[i].end; k++) {
			if (reserved[k].end <= at || reserved[k].start >= ram[i].end)
				continue;
			if (reserved[k].start > at)
				free_bootmem_range((unsigned long)(at >> PAGE_SHIFT), (unsigned long)(reserved[k].start >> PAGE_SHIFT));
			at = reserved[k].end;
		}
		if (at < ram[i].end)
			free_bootmem_range((unsigned long)(at >> PAGE_SHIFT), (unsigned long)(ram[i].end >> PAGE_SHIFT));
	}
}

/* The map may overlap itself: cut what was counted already. Sorted. */
static void remove_overlaps(void)
{
	for (unsigned int i = 1; i < nr_ram; i++)
		if (ram[i].start < ram[i - 1].end)
			ram[i].start = min(ram[i - 1].end, ram[i].end);
}

void mem_init(void)
{
	unsigned long pfns;
	u64 size;
	u32 map;

	if (!nr_ram)
		panic("the boot loader gave no memory map");
	sort(ram, nr_ram, sizeof(ram[0]), by_start);
	remove_overlaps();
	bootmem_reserve(0, PAGE_SIZE);				/* real-mode vectors and BIOS data */
	bootmem_reserve(0x8000, 0x9000);			/* boot/trampoline.asm */
	bootmem_reserve(0x100000, __pa(_end));
	pfns = (unsigned long)(ram[nr_ram - 1].end >> PAGE_SHIFT);
	size = (u64)pfns * (sizeof(struct page) + PAGE_OWNER_SIZE);
	sort(reserved, nr_reserved, sizeof(reserved[0]), by_start);
	map = find_low(size);
	bootmem_reserve(map, map + (u32)size);
	sort(reserved, nr_reserved, sizeof(reserved[0]), by_start);
	zones_init(pfns, map);
	page_owner_init(mem_map + pfns, pfns);
	free_ram();
	zones_set_watermarks();
	slab_init();
	paging_init();
	mm_init();
	filemap_init();
	pr_info("memory: %lu MiB usable, %lu KiB for %lu page frames%s\n", totalram_pages() >> 8,
		(unsigned long)(size >> 10), pfns, nr_free_highpages() ? ", with HIGHMEM" : "");
	if (ignored)
		pr_warn("memory: %u MiB above what this kernel and CPU can address are ignored\n", (u32)(ignored >> 20));
}
