/* SPDX-License-Identifier: MIT */
#pragma once
/* Reclaim: mm/vmscan.c. */
#include "mm/buddy.h"

/*
 * Frees pages that a request with these flags may use: how many. Called by who found no memory, and may sleep if gfp has
 * __GFP_WAIT; it writes only with __GFP_IO, and calls file systems only with __GFP_FS.
 */
unsigned long try_to_free_pages(gfp_t gfp);
/* The isolated pages on the list (mm/lru.h) are freed, used or not, as far as that can be; the others go back. May sleep. */
void reclaim_pages(struct list_head *isolated);
void wakeup_kswapd(void);		/* some zone is below its low mark. Any context */
extern int sysctl_swappiness;		/* 0-200: 100 takes anonymous and file pages alike; 0: anonymous ones last */
struct vm_scan_counts { unsigned long pgscan, pgsteal, pgactivate, pgdeactivate, pswpin, pswpout, allocstall, pageoutrun,
	pglazyfreed; };
extern struct vm_scan_counts vm_scan;	/* counted without a lock, for /proc/vmstat: not exact */
