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
	size_t offset;			/* of the object in its place: behind what debug builds put before it */
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

/* What debug builds do with an object: mm/slab_debug.c. All panic if something is wrong. */
#if DEBUG
size_t slab_debug_layout(struct kmem_cache *c, size_t align);	/* sets offset and free_offset; the room that an object needs */
void slab_debug_new(const struct kmem_cache *c, void *obj);	/* free, in a new slab */
void slab_debug_alloc(const struct kmem_cache *c, void *obj, gfp_t gfp, const void *caller);
void slab_debug_free(const struct kmem_cache *c, const struct page *slab, void *obj, const void *caller);
#else
static inline size_t slab_debug_layout(struct kmem_cache *c, size_t align) { (void)c; (void)align; return 0; }
static inline void slab_debug_new(const struct kmem_cache *c, void *obj) { (void)c; (void)obj; }
static inline void slab_debug_alloc(const struct kmem_cache *c, void *obj, gfp_t gfp, const void *caller)
{
	(void)c, (void)obj, (void)gfp, (void)caller;
}
static inline void slab_debug_free(const struct kmem_cache *c, const struct page *slab, void *obj, const void *caller)
{
	(void)c, (void)slab, (void)obj, (void)caller;
}
#endif
