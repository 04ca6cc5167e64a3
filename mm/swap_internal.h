/* SPDX-License-Identifier: MIT */
#pragma once
/* Between mm/swapfile.c (the places of an area), mm/swapon.c (areas come and go) and mm/page_io.c (where a place is on disk). */
#include "kernel/block/bio.h"
#include "kernel/sched/mutex.h"
#include "lib/list.h"
#include "mm/swap.h"

/* A place's word in the map: its holders, and the mark of the cache. */
#define SWAP_HAS_CACHE 0x8000u
#define SWAP_MAP_BAD 0x7fffu		/* not to be used: the header, a bad page */
#define SWAP_MAP_MAX 0x7ffeu		/* holders */

#define SWAP_CLUSTER 256u		/* places that are filled one after the other */

/* Pages [first, first + nr) of the area lie at sector and behind it. */
struct swap_extent {
	unsigned long first, nr;
	sector_t sector;
};

/* What swapon fills in is constant while the area is in use; the rest by swap_lock. */
struct swap_area {
	unsigned type;
	int prio;
	bool writeok;			/* places are given out: not yet so in swapon, no more so in swapoff */
	unsigned long max;		/* places, the header's too */
	unsigned long pages;		/* those that can be used */
	unsigned long inuse;
	u16 *map;			/* max words */
	u16 *used;			/* of each cluster: places that are not free */
	unsigned long next;		/* where the last one was given out, and one */
	struct list_head list;		/* of swap_areas */

	struct file *file;
	struct block_device *bdev;
	bool claimed;			/* the device was opened, for us alone */
	struct swap_extent *extents;	/* by first */
	unsigned nr_extents;
};

extern spinlock_t swap_lock;			/* interrupts off: it is taken within tree locks */
extern struct list_head swap_areas;		/* highest priority first; by swap_lock */
extern struct swap_area *swap_area[MAX_SWAPFILES];
extern unsigned long nr_free_swap;		/* of areas that are writeok; by swap_lock */

/* The area's places can be given out, or cannot any more; swap_lock held. */
void swap_area_open(struct swap_area *a);
void swap_area_close(struct swap_area *a);
/* The first place behind offset that only the cache has; 0: none. */
unsigned long swap_next_cached(struct swap_area *a, unsigned long offset);

extern struct mutex swap_mutex;
extern int swap_least_priority;			/* the last default priority; by swap_lock */
struct file *swap_open(const char *user_name);	/* ERR_PTR */
void swap_area_free(struct swap_area *a);	/* not in use: it, and what it has taken hold of */
