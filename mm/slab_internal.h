/* SPDX-License-Identifier: MIT */
#pragma once
/* Between mm/slab.c, which hands objects out, and those who look whether it does so rightly. */
#include "mm/slab.h"
#include "mm/zone.h"

#define MAGAZINE 32

struct magazine {
	unsigned int count;
	void *objects[MAGAZINE];
};

struct kmem_cache {
	const char *name;
	size_t objsize;			/* as asked for */
	size_t size;			/* distance from one object to the next */
	size_t free_offset;		/* of the free-list word in a free object */
	unsigned int order, per_slab;
	void (*ctor)(void *);
	struct magazine *magazines;	/* MAX_CPUS of them; NULL while booting */
	spinlock_t lock;		/* the lists and every slab on them; interrupts off */
	struct list_head partial, full, empty;
	unsigned long nr_slabs, nr_empty;
	unsigned long nr_used;		/* objects not in slabs: in use or in a magazine */
	struct list_head list;		/* of all caches, by cache_lock */
};

extern struct list_head slab_caches;	/* of kmem_cache.list */
static inline void **free_word(const struct kmem_cache *c, void *obj) { return (void **)((char *)obj + c->free_offset); }
