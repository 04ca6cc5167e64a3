/* SPDX-License-Identifier: MIT */
/*
 * The slab allocator: objects of one size, cut from slabs of 2^order pages.
 *
 * Free objects of a slab are linked through a word of their own: their first, or, where a
 * constructor has set the object up, one behind it. The slab's state lies in the struct page of its
 * first page (freelist, inuse), so a slab has no header and small objects pack well; every page of
 * the slab names the cache, so kfree finds it from any address.
 *
 * Each CPU has a magazine, a small stack of free objects that is pushed and popped with preemption
 * off and no lock. Interrupt handlers leave it alone and go to the slabs, whose lock is taken with
 * interrupts off. An empty magazine is filled, a full one emptied, by half.
 *
 * kmalloc is a row of caches: powers of two and the steps halfway between, to 4 KiB. What is larger
 * takes whole pages (PG_compound, order in index), up to 4 MiB.
 *
 * What debug builds add around each object, and check, is mm/slab_debug.c's.
 */
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/string.h"
#include "lib/abi/errno.h"
#include "mm/fail.h"
#include "mm/slab_internal.h"

LIST_HEAD(slab_caches);
static DEFINE_SPINLOCK(cache_lock);
static LIST_HEAD(shrinkers);
static DEFINE_MUTEX(shrinker_lock);
static struct kmem_cache cache_cache = {
	.name = "kmem_cache", .lock = SPINLOCK_INIT_NAMED("cache_cache.lock"),
	.partial = LIST_HEAD_INIT(cache_cache.partial), .full = LIST_HEAD_INIT(cache_cache.full),
	.empty = LIST_HEAD_INIT(cache_cache.empty), .list = LIST_HEAD_INIT(cache_cache.list),
};

/* ---- slabs ---- */

static void layout(struct kmem_cache *c, size_t align)
{
	size_t size = DEBUG ? slab_debug_layout(c, align) : ALIGN(c->objsize, 4);

	if (!DEBUG && c->ctor) {
		c->free_offset = size;
		size += sizeof(void *);
	}
	c->size = ALIGN(max(size, sizeof(void *)), max(align, sizeof(void *)));
	/* Large enough that at most an eighth is lost at the end. */
	while ((PAGE_SIZE << c->order) < c->size || ((PAGE_SIZE << c->order) % c->size) * 8 > PAGE_SIZE << c->order)
		c->order++;
	c->per_slab = (unsigned int)((PAGE_SIZE << c->order) / c->size);
}

static struct page *slab_create(struct kmem_cache *c, gfp_t gfp)
{
	struct page *slab = alloc_pages(gfp & ~(__GFP_ZERO | __GFP_HIGHMEM), c->order);
	char *base;

	if (!slab)
		return NULL;
	base = lowmem_page_address(slab);
	for (unsigned int i = 0; i < 1u << c->order; i++) {
		SetPageSlab(slab + i);
		slab[i].slab_cache = c;
		slab[i].private = i;			/* distance to the first page */
	}
	slab->freelist = NULL;
	slab->slab.inuse = 0;
	for (unsigned int i = c->per_slab; i-- > 0;) {
		void *obj = base + i * c->size + c->offset;

		if (c->ctor)
			c->ctor(obj);
		slab_debug_new(c, obj);
		*free_word(c, obj) = slab->freelist;
		slab->freelist = obj;
	}
	return slab;
}

static void slab_destroy(struct kmem_cache *c, struct page *slab)
{
	for (unsigned int i = 0; i < 1u << c->order; i++) {
		ClearPageSlab(slab + i);
		slab[i].private = 0;
		atomic_set(&slab[i]._mapcount, -1);	/* shared its word with slab.inuse */
	}
	__free_pages(slab, c->order);
}

static inline struct page *slab_of(const void *obj)
{
	struct page *page = virt_to_page(obj);

	return page - page->private;
}

/* Lock held. */
static void *take_object(struct kmem_cache *c)
{
	struct page *slab;
	void *obj;

	if (!list_empty(&c->partial)) {
		slab = list_first_entry(&c->partial, struct page, lru);
	} else if (!list_empty(&c->empty)) {
		slab = list_first_entry(&c->empty, struct page, lru);
		list_move(&slab->lru, &c->partial);
		c->nr_empty--;
	} else {
		return NULL;
	}
	obj = slab->freelist;
	slab->freelist = *free_word(c, obj);
	if (++slab->slab.inuse == c->per_slab)
		list_move(&slab->lru, &c->full);
	c->nr_used++;
	return obj;
}

/* Lock held. */
static void return_object(struct kmem_cache *c, void *obj)
{
	struct page *slab = slab_of(obj);

	*free_word(c, obj) = slab->freelist;
	slab->freelist = obj;
	c->nr_used--;
	if (slab->slab.inuse-- == c->per_slab)
		list_move(&slab->lru, &c->partial);
	if (slab->slab.inuse == 0) {
		list_move(&slab->lru, &c->empty);
		c->nr_empty++;
	}
}

static void *alloc_from_slabs(struct kmem_cache *c, gfp_t gfp)
{
	unsigned long flags;

	for (;;) {
		struct page *slab;
		void *obj;

		spin_lock_irqsave(&c->lock, flags);
		obj = take_object(c);
		spin_unlock_irqrestore(&c->lock, flags);
		if (obj)
			return obj;
		slab = slab_create(c, gfp);
		if (!slab)
			return NULL;
		spin_lock_irqsave(&c->lock, flags);
		list_add(&slab->lru, &c->empty);
		c->nr_slabs++;
		c->nr_empty++;
		spin_unlock_irqrestore(&c->lock, flags);
	}
}

static void magazine_fill(struct kmem_cache *c, struct magazine *m)
{
	unsigned long flags;

	spin_lock_irqsave(&c->lock, flags);
	while (m->count < MAGAZINE / 2) {
		void *obj = take_object(c);

		if (!obj)
			break;
		m->objects[m->count++] = obj;
	}
	spin_unlock_irqrestore(&c->lock, flags);
}

static void magazine_drain(struct kmem_cache *c, struct magazine *m, unsigned int keep)
{
	unsigned long flags;

	spin_lock_irqsave(&c->lock, flags);
	while (m->count > keep)
		return_object(c, m->objects[--m->count]);
	spin_unlock_irqrestore(&c->lock, flags);
}

void *kmem_cache_alloc(struct kmem_cache *c, gfp_t gfp)
{
	void *obj = NULL;

	if (gfp & __GFP_WAIT)
		might_sleep();
	if (should_failslab(gfp, c->objsize))
		return NULL;
	if (likely(c->magazines && !in_interrupt())) {
		struct magazine *m;

		preempt_disable();
		m = &c->magazines[smp_processor_id()];
		if (unlikely(!m->count))
			magazine_fill(c, m);
		if (likely(m->count))
			obj = m->objects[--m->count];
		preempt_enable();
	}
	if (unlikely(!obj))
		obj = alloc_from_slabs(c, gfp);
	if (unlikely(!obj))
		return NULL;
	slab_debug_alloc(c, obj, gfp, __builtin_return_address(0));
	if (gfp & __GFP_ZERO)
		memset(obj, 0, c->objsize);
	return obj;
}

void kmem_cache_free(struct kmem_cache *c, void *obj)
{
	unsigned long flags;

	slab_debug_free(c, slab_of(obj), obj, __builtin_return_address(0));
	if (likely(c->magazines && !in_interrupt())) {
		struct magazine *m;

		preempt_disable();
		m = &c->magazines[smp_processor_id()];
		if (unlikely(m->count == MAGAZINE))
			magazine_drain(c, m, MAGAZINE / 2);
		m->objects[m->count++] = obj;
		preempt_enable();
		return;
	}
	spin_lock_irqsave(&c->lock, flags);
	return_object(c, obj);
	spin_unlock_irqrestore(&c->lock, flags);
}

/* ---- caches ---- */

static void cache_init(struct kmem_cache *c, const char *name, size_t size, size_t align, void (*ctor)(void *))
{
	c->name = name;
	c->objsize = size;
	c->ctor = ctor;
	spin_lock_init(&c->lock);
	INIT_LIST_HEAD(&c->partial);
	INIT_LIST_HEAD(&c->full);
	INIT_LIST_HEAD(&c->empty);
	layout(c, align);
	spin_lock(&cache_lock);
	list_add_tail(&c->list, &slab_caches);
	spin_unlock(&cache_lock);
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align, void (*ctor)(void *))
{
	struct kmem_cache *c = kmem_cache_zalloc(&cache_cache, GFP_KERNEL);

	if (!c)
		return NULL;
	c->magazines = kcalloc(MAX_CPUS, sizeof(struct magazine), GFP_KERNEL);
	cache_init(c, name, size, align, ctor);
	return c;
}

static void drain_this_cpu(void *cache)
{
	struct kmem_cache *c = cache;

	preempt_disable();
	if (c->magazines)
		magazine_drain(c, &c->magazines[smp_processor_id()], 0);
	preempt_enable();
}

static void shrink(struct kmem_cache *c)
{
	struct page *slab, *next;
	unsigned long flags;
	LIST_HEAD(free);

	drain_this_cpu(c);
	spin_lock_irqsave(&c->lock, flags);
	list_splice_init(&c->empty, &free);
	c->nr_slabs -= c->nr_empty;
	c->nr_empty = 0;
	spin_unlock_irqrestore(&c->lock, flags);
	list_for_each_entry_safe(slab, next, &free, lru) {
		list_del(&slab->lru);
		slab_destroy(c, slab);
	}
}

int kmem_cache_destroy(struct kmem_cache *c)
{
	call_on_each_cpu(drain_this_cpu, c);
	shrink(c);
	if (c->nr_slabs)
		return -EBUSY;
	spin_lock(&cache_lock);
	list_del(&c->list);
	spin_unlock(&cache_lock);
	kfree(c->magazines);
	kmem_cache_free(&cache_cache, c);
	return 0;
}

void kmem_cache_drain(void *unused)
{
	struct kmem_cache *c;

	(void)unused;
	spin_lock(&cache_lock);
	list_for_each_entry(c, &slab_caches, list)
		drain_this_cpu(c);
	spin_unlock(&cache_lock);
}

void kmem_cache_shrink_all(void)
{
	struct kmem_cache *c;

	spin_lock(&cache_lock);
	list_for_each_entry(c, &slab_caches, list)
		shrink(c);
	spin_unlock(&cache_lock);
}

void register_shrinker(struct shrinker *s)
{
	mutex_lock(&shrinker_lock);
	list_add_tail(&s->list, &shrinkers);
	mutex_unlock(&shrinker_lock);
}

unsigned long shrink_slab(unsigned long nr)
{
	unsigned long freed = 0;
	struct shrinker *s;

	if (!mutex_trylock(&shrinker_lock))
		return 0;		/* somebody is at it, perhaps we ourselves further up */
	list_for_each_entry(s, &shrinkers, list)
		freed += s->scan(nr);
	mutex_unlock(&shrinker_lock);
	return freed;
}

static unsigned long in_magazines(const struct kmem_cache *c)
{
	unsigned long n = 0;

	for (unsigned int cpu = 0; c->magazines && cpu < nr_cpu_ids; cpu++)
		n += c->magazines[cpu].count;
	return n;
}

void for_each_slabinfo(void (*fn)(const struct slabinfo *, void *), void *arg)
{
	struct kmem_cache *c;

	spin_lock(&cache_lock);
	list_for_each_entry(c, &slab_caches, list) {
		struct slabinfo info = {
			.name = c->name, .active_objs = c->nr_used - in_magazines(c),
			.num_objs = c->nr_slabs * c->per_slab, .objsize = (unsigned long)c->size,
			.objperslab = c->per_slab, .pagesperslab = 1ul << c->order,
			.active_slabs = c->nr_slabs - c->nr_empty, .num_slabs = c->nr_slabs,
		};
		fn(&info, arg);
	}
	spin_unlock(&cache_lock);
}

/* ---- kmalloc ---- */

static const u16 class_size[] = { 16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 4096 };
static const char *const class_name[] = {
	"kmalloc-16", "kmalloc-32", "kmalloc-48", "kmalloc-64", "kmalloc-96", "kmalloc-128", "kmalloc-192",
	"kmalloc-256", "kmalloc-384", "kmalloc-512", "kmalloc-768", "kmalloc-1024", "kmalloc-1536",
	"kmalloc-2048", "kmalloc-4096",
};
static_assert(ARRAY_SIZE(class_size) == ARRAY_SIZE(class_name), "a name for each class");
static struct kmem_cache *kmalloc_caches[ARRAY_SIZE(class_size)];
static u8 small_class[4096 / 16 + 1];	/* size in units of 16, rounded up, to class */

static void *kmalloc_large(size_t size, gfp_t gfp)
{
	unsigned int order = 0;
	struct page *page;

	while ((PAGE_SIZE << order) < size)
		if (++order >= MAX_ORDER)
			return NULL;
	page = alloc_pages(gfp & ~__GFP_HIGHMEM, order);
	if (!page)
		return NULL;
	SetPageCompound(page);
	page->index = order;
	return lowmem_page_address(page);
}

void *kmalloc(size_t size, gfp_t gfp)
{
	if (unlikely(size > 4096))
		return kmalloc_large(size, gfp);
	return kmem_cache_alloc(kmalloc_caches[small_class[(size + 15) / 16]], gfp);
}

void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total))
		return NULL;
	return kzalloc(total, gfp);
}

void kfree(const void *p)
{
	struct page *page;

	if (!p)
		return;
	page = virt_to_page(p);
	if (likely(PageSlab(page))) {
		kmem_cache_free(page->slab_cache, (void *)p);
		return;
	}
	BUG_ON(!PageCompound(page) || (unsigned long)p & (PAGE_SIZE - 1));
	ClearPageCompound(page);
	__free_pages(page, (unsigned int)page->index);
}

size_t ksize(const void *p)
{
	struct page *page = virt_to_page(p);

	return PageSlab(page) ? page->slab_cache->objsize : PAGE_SIZE << page->index;
}

char *kstrdup(const char *s, gfp_t gfp)
{
	size_t n = strlen(s) + 1;
	char *copy = kmalloc(n, gfp);

	return copy ? memcpy(copy, s, n) : NULL;
}

/* The first caches have no magazines, which are kmalloc'ed themselves; they get them at the end. */
void slab_init(void)
{
	unsigned int class = 0;

	cache_init(&cache_cache, "kmem_cache", sizeof(struct kmem_cache), 8, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(class_size); i++) {
		kmalloc_caches[i] = kmem_cache_zalloc(&cache_cache, GFP_KERNEL);
		BUG_ON(!kmalloc_caches[i]);
		cache_init(kmalloc_caches[i], class_name[i], class_size[i], 8, NULL);
	}
	for (size_t units = 0; units < ARRAY_SIZE(small_class); units++) {
		if (units * 16 > class_size[class])
			class++;
		small_class[units] = (u8)class;
	}
	cache_cache.magazines = kcalloc(MAX_CPUS, sizeof(struct magazine), GFP_KERNEL);
	for (size_t i = 0; i < ARRAY_SIZE(class_size); i++)
		kmalloc_caches[i]->magazines = kcalloc(MAX_CPUS, sizeof(struct magazine), GFP_KERNEL);
}
