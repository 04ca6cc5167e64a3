/* SPDX-License-Identifier: MIT */
/*
 * What debug builds know about the objects of a slab. Each lies between two red zones, words that nobody has a reason to touch, and
 * has a note of who had it last behind it:
 *
 *	| pad, red zone | object ... | red zone | allocated by | freed by | next free |
 *	                ^ what the owner gets
 *
 * Both red zones say whether the object is free, in words that an owner's data will hardly be. A free object is full of 0x6b, whole:
 * the link to the next free one lies outside. A new one that is not to be zeroed is full of 0x5a, so that who reads what
 * it did not write gets the same nonsense each time. Objects with a constructor keep their contents, and have red zones only.
 *
 * Checked when an object is freed and when it is handed out again, so a report comes late; but it says who was last at the object.
 * The pages between, free ones, are mm/page_poison.c's.
 */
#include "kernel/panic.h"
#include "kernel/sched/lockdep.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/slab_internal.h"

#if DEBUG
#define POISON_FREE 0x6b
#define POISON_NEW 0x5a
#define RED_FREE 0x9e3779b1u
#define RED_USED 0x5bd1e995u

/* Behind the object. */
struct note {
	u32 red;
	const void *allocated_by, *freed_by;
	void *next;
};

static inline u32 *red_before(void *obj) { return (u32 *)obj - 1; }
static inline struct note *note_of(const struct kmem_cache *c, void *obj)
{
	return (struct note *)((char *)obj + ALIGN(c->objsize, sizeof(u32)));
}

size_t slab_debug_layout(struct kmem_cache *c, size_t align)
{
	size_t note = ALIGN(c->objsize, sizeof(u32));

	c->offset = ALIGN(sizeof(u32), max(align, sizeof(u32)));
	c->free_offset = note + offsetof(struct note, next);
	return c->offset + note + sizeof(struct note);
}

static void __noreturn bad_object(const struct kmem_cache *c, void *obj, const char *what, const void *where)
{
	const struct note *note = note_of(c, obj);
	char by[2][48];
	u32 *w;

	lockdep_place(by[0], sizeof(by[0]), note->allocated_by);
	lockdep_place(by[1], sizeof(by[1]), note->freed_by);
	pr_emerg("slab %s: object %p of %zu bytes: allocated by %s, freed by %s\n", c->name, obj, c->objsize,
		 note->allocated_by ? by[0] : "nobody", note->freed_by ? by[1] : "nobody");
	w = (u32 *)((unsigned long)where & ~15ul);
	pr_emerg(" %p: %08x %08x %08x %08x\n", w, w[0], w[1], w[2], w[3]);
	panic("slab %s: object %p: %s (offset %ld)", c->name, obj, what, (long)((const char *)where - (const char *)obj));
}

static void mark_free(const struct kmem_cache *c, void *obj)
{
	if (!c->ctor)
		memset(obj, POISON_FREE, c->objsize);
	*red_before(obj) = note_of(c, obj)->red = RED_FREE;
}

void slab_debug_new(const struct kmem_cache *c, void *obj)
{
	struct note *note = note_of(c, obj);

	note->allocated_by = note->freed_by = NULL;
	mark_free(c, obj);
}

void slab_debug_alloc(const struct kmem_cache *c, void *obj, gfp_t gfp, const void *caller)
{
	struct note *note = note_of(c, obj);
	const void *bad = c->ctor ? NULL : memchr_inv(obj, POISON_FREE, c->objsize);

	if (*red_before(obj) != RED_FREE)
		bad_object(c, obj, "written before its beginning after it was freed", red_before(obj));
	if (bad)
		bad_object(c, obj, "written to after it was freed", bad);
	if (note->red != RED_FREE)
		bad_object(c, obj, "written past the end after it was freed", &note->red);
	*red_before(obj) = note->red = RED_USED;
	note->allocated_by = caller;
	note->freed_by = NULL;
	if (!c->ctor && !(gfp & __GFP_ZERO))
		memset(obj, POISON_NEW, c->objsize);
}

void slab_debug_free(const struct kmem_cache *c, const struct page *slab, void *obj, const void *caller)
{
	size_t offset = (size_t)((char *)obj - (char *)lowmem_page_address(slab)) - c->offset;
	struct note *note = note_of(c, obj);

	if (!PageSlab(slab) || slab->slab_cache != c)
		panic("slab %s: free of %p, which is of another cache or of none", c->name, obj);
	if (offset % c->size != 0 || offset / c->size >= c->per_slab)
		panic("slab %s: free of %p, which is no object", c->name, obj);
	if (note->red == RED_FREE && *red_before(obj) == RED_FREE)
		bad_object(c, obj, "freed twice", obj);
	if (*red_before(obj) != RED_USED)
		bad_object(c, obj, "written before its beginning", red_before(obj));
	if (note->red != RED_USED)
		bad_object(c, obj, "written past the end", &note->red);
	note->freed_by = caller;
	mark_free(c, obj);
}
#endif
