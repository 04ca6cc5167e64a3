/* SPDX-License-Identifier: MIT */
#pragma once
/* What to do when memory runs out, in order of pain. */
#include "mm/page.h"

/* Called when the zones have nothing for this request: shrinks caches; true if it is worth trying again. May sleep. */
bool reclaim_memory(gfp_t gfp, unsigned int order);
/*
 * A page fault found no memory even so. Kills the worst process, or waits, 0.2 s at most, for the memory of those that were killed; who is
 * dying itself gets access to the reserves. The caller, who holds no lock, lets its program try again, or die. Sleeps.
 */
void out_of_memory(void);
extern unsigned long oom_kills;	/* processes condemned since boot; by oom_lock */
void oom_victim_gone(void);	/* the last user of a condemned address space has given it back */
/* Is there enough for another task, and for what the newest ones will yet ask for? If not, fork fails: better than a kill. Sleeps */
bool memory_for_fork(void);
void drain_all_cpus(void);	/* empties the per-CPU lists of pages, objects and page tables. Sleeps */
void settle_memory(void);	/* gives back all that is only cached: the test hook behind drop_caches */
