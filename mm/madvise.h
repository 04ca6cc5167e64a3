/* SPDX-License-Identifier: MIT */
#pragma once
/* mm/madvise.c and what it calls. */
#include "mm/mm.h"

/* MADV_COLD, MADV_PAGEOUT and MADV_FREE for a part of an area: 0, or -EINVAL where that cannot be. mmap_sem held; may sleep. */
int advise_pages(struct vm_area_struct *vma, unsigned long start, unsigned long end, u32 what);
