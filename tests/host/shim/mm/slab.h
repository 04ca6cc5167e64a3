/* SPDX-License-Identifier: MIT */
#pragma once
/* Host tests: objects come from malloc, so that the sanitizer watches them; some allocations fail. */
#include <stdlib.h>
#include "mm/buddy.h"

#define kmem_cache_create(name, size, align, ctor) ((struct kmem_cache *)(unsigned long)(size))
extern int host_objects, host_allocations_left;

static inline void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp)
{
	if (host_allocations_left == 0)
		return NULL;
	host_allocations_left -= host_allocations_left > 0;
	host_objects++;
	return calloc(1, (unsigned long)cache);
}
#define kmem_cache_alloc kmem_cache_zalloc

static inline void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	host_objects--;
	free(object);
}
