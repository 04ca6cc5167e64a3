/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The kernel's gigabyte of addresses:
 *
 *	C0000000 - F8000000	direct map of up to 896 MiB of RAM, 2 MiB pages
 *	F8000000 - F8800000	unmapped: runaway pointers fault
 *	F8800000 - FFA00000	vmalloc and ioremap
 *	FFA00000 - FFC00000	PKMAP: 512 pages for kmap
 *	FFC00000 - FFE00000	unmapped
 *	FFE00000 - FFFFF000	fixmap: per-CPU slots for kmap_atomic
 *	FFFFF000 - 		never mapped, so that ERR_PTR values fault
 */
#include "mm/page.h"
#include "kernel/sched/sched.h"

#define VMALLOC_START 0xF8800000ul
#define VMALLOC_END 0xFFA00000ul
#define PKMAP_BASE 0xFFA00000ul
#define LAST_PKMAP 512
#define FIXADDR_START 0xFFE00000ul
#define KM_SLOTS 8			/* nested kmap_atomic per CPU */
#define FIX_KMAP(cpu, slot) (FIXADDR_START + (((unsigned long)(cpu) * KM_SLOTS + (slot)) << PAGE_SHIFT))

static_assert(PAGE_OFFSET + LOWMEM_LIMIT + (8u << 20) == VMALLOC_START, "an 8 MiB hole");
static_assert(PKMAP_BASE + LAST_PKMAP * PAGE_SIZE == 0xFFC00000ul, "PKMAP is one page table");
static_assert(FIX_KMAP(MAX_CPUS, 0) < 0xFFFFF000ul, "the fixmap ends below the last page");
