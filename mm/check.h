/* SPDX-License-Identifier: MIT */
#pragma once
/* Are the page frames, all of them, as the invariants say? Debug builds only: mm/check.c. */
#include "kernel/sched/preempt.h"
#include "lib/types.h"

#if DEBUG
/*
 * Looks at every page frame, page table, free list, LRU list and slab. What is wrong, and stays so for a tenth of a second, goes to
 * the log. 0: nothing; else the number of findings (at most 32); -EBUSY: the machine never stood still; -ENOMEM. Process context; sleeps.
 */
int page_check(void);
bool page_check_found(const char *what);	/* was this among the findings of the last time? For tests */
#else
static inline int page_check(void) { return 0; }
#endif
