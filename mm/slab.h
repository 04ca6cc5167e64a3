/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Small objects. kmem_cache_alloc gives objects of one type; kmalloc gives any size up to 4 MiB.
 * gfp as in mm/buddy.h (never HIGHMEM). A constructor runs once, when a slab is made, so an object
 * must be freed in its constructed state. kfree(NULL) does nothing.
 */
#include "mm/buddy.h"

struct kmem_cache;

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align, void (*ctor)(void *));
void *kmem_cache_alloc(struct kmem_cache *c, gfp_t gfp);
void kmem_cache_free(struct kmem_cache *c, void *obj);
/* All objects must have been freed: -EBUSY otherwise. */
int kmem_cache_destroy(struct kmem_cache *c);
static inline void *kmem_cache_zalloc(struct kmem_cache *c, gfp_t gfp) { return kmem_cache_alloc(c, gfp | __GFP_ZERO); }

void *kmalloc(size_t size, gfp_t gfp);
static inline void *kzalloc(size_t size, gfp_t gfp) { return kmalloc(size, gfp | __GFP_ZERO); }
void *kcalloc(size_t n, size_t size, gfp_t gfp);	/* NULL if the product overflows */
void kfree(const void *p);
size_t ksize(const void *p);		/* usable bytes */
char *kstrdup(const char *s, gfp_t gfp);

/* Caches of other subsystems that can shrink. scan(0) counts; scan(n) frees up to n objects and returns how many. */
struct shrinker {
	const char *name;
	unsigned long (*scan)(unsigned long nr);
	struct list_head list;
};
void register_shrinker(struct shrinker *s);
unsigned long shrink_slab(unsigned long nr);	/* asks each shrinker; objects freed */
void kmem_cache_drain(void *unused);		/* empties this CPU's magazines of all caches. Sleeps */
void kmem_cache_shrink_all(void);		/* the same, and gives all empty slabs back */
void slab_init(void);

/* For /proc/slabinfo: calls fn for each cache. */
struct slabinfo { const char *name; unsigned long active_objs, num_objs, objsize, objperslab, pagesperslab, active_slabs, num_slabs; };
void for_each_slabinfo(void (*fn)(const struct slabinfo *info, void *arg), void *arg);
