/* SPDX-License-Identifier: MIT */
#pragma once
/* Memory before the allocator: what RAM there is and what of it is taken already. Physical addresses, [start, end). */
#include "lib/types.h"

void bootmem_add_ram(u64 start, u64 end);	/* in any order; may overlap */
void bootmem_reserve(u32 start, u32 end);	/* must not be given out */
/* Starts zones, buddy and slab with what was added; reserves the kernel itself. */
void mem_init(void);
