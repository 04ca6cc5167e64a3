/* SPDX-License-Identifier: MIT */
#pragma once
/* Memory before the allocator: the loader's map of RAM and what of it is taken already. */
#include "boot/multiboot.h"

/* Reads the memory map, reserves the kernel, the loader's information and modules, and starts zones, buddy and slab. */
void mem_init(const struct multiboot_info *info);
/* Ranges that must not be given out; physical, [start, end). */
void bootmem_reserve(u32 start, u32 end);
