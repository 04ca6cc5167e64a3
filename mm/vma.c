/* SPDX-License-Identifier: MIT */
/*
 * Areas: finding, inserting, splitting and merging them.
 *
 * Every area is on a list sorted by address, for walks, and in a red-black tree, for searches. Each
 * tree node also knows the largest hole that lies directly before any area of its subtree
 * (rb_subtree_gap), so a free range of a given size is found by going down the tree once, however
 * many areas there are. An area's hole changes when it or the area before it changes; then the
 * values of its ancestors are computed again.
 *
 * Most searches end right below where the last one did. So its result is remembered (mm->hole): an area above
 * whose start no hole is long enough. Whoever opens or widens a hole above it moves it up to the area over that hole, so
 * that it stays true, and the next search looks there first; from the area beside the hole the place in the tree is
 * known too. Only if the hole there and a few below it are too short does a search begin at the root.
 */
#include "fs/fs.h"
#include "kernel/panic.h"
#include "lib/abi/errno.h"
#include "mm/filemap.h"
#include "mm/rmap.h"
#include "mm/slab.h"
#include "mm/vma.h"

static struct kmem_cache *vma_cache;

static inline struct vm_area_struct *area(struct rb_node *n) { return rb_entry(n, struct vm_area_struct, vm_rb); }

static inline unsigned long gap_before(const struct vm_area_struct *vma)
{
	return vma->vm_start - (vma->vm_prev ? vma->vm_prev->vm_end : 0);
}

static unsigned long compute_gap(const struct vm_area_struct *vma)
{
	unsigned long gap = gap_before(vma);

	if (vma->vm_rb.rb_left)
		gap = max(gap, area(vma->vm_rb.rb_left)->rb_subtree_gap);
	if (vma->vm_rb.rb_right)
		gap = max(gap, area(vma->vm_rb.rb_right)->rb_subtree_gap);
	return gap;
}

static void gap_propagate(struct rb_node *n, struct rb_node *stop)
{
	while (n != stop) {
		struct vm_area_struct *vma = area(n);
		unsigned long gap = compute_gap(vma);

		if (vma->rb_subtree_gap == gap)
			return;
		vma->rb_subtree_gap = gap;
		n = rb_parent(n);
	}
}

static void gap_copy(struct rb_node *from, struct rb_node *to) { area(to)->rb_subtree_gap = area(from)->rb_subtree_gap; }

static void gap_rotate(struct rb_node *old, struct rb_node *top)
{
	area(top)->rb_subtree_gap = area(old)->rb_subtree_gap;
	area(old)->rb_subtree_gap = compute_gap(area(old));
}

static const struct rb_augment_callbacks gap_callbacks = { gap_propagate, gap_copy, gap_rotate };

static void gap_update(struct vm_area_struct *vma)
{
	if (vma)
		gap_propagate(&vma->vm_rb, NULL);
}

/* A hole at the borders of vma opens or widens, and `over` will be the area over it. */
static inline void hole_grows(struct mm_struct *mm, const struct vm_area_struct *vma, struct vm_area_struct *over)
{
	if (mm->hole.below && vma->vm_start >= mm->hole.below->vm_start)
		mm->hole.below = over;
}

struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = mm->mmap_cache;
	struct rb_node *n;

	if (vma && vma->vm_start <= addr && addr < vma->vm_end)
		return vma;
	vma = NULL;
	for (n = mm->mm_rb.rb_node; n;) {
		struct vm_area_struct *v = area(n);

		if (addr < v->vm_end) {
			vma = v;
			if (addr >= v->vm_start)
				break;
			n = n->rb_left;
		} else {
			n = n->rb_right;
		}
	}
	if (vma)
		WRITE_ONCE(mm->mmap_cache, vma);
	return vma;
}

/* Between two neighbours: below next, unless something is there, which then is prev or has it as its last; so nothing is behind prev. */
static void slot_between(struct mm_struct *mm, struct vm_area_struct *prev, struct vm_area_struct *next, struct vma_slot *slot)
{
	slot->prev = prev;
	if (next && !next->vm_rb.rb_left) {
		slot->parent = &next->vm_rb;
		slot->link = &next->vm_rb.rb_left;
	} else if (prev) {
		slot->parent = &prev->vm_rb;
		slot->link = &prev->vm_rb.rb_right;
	} else {
		slot->parent = NULL;
		slot->link = &mm->mm_rb.rb_node;
	}
}

bool vma_find_slot(struct mm_struct *mm, unsigned long start, unsigned long end, struct vma_slot *slot)
{
	struct vm_area_struct *next = mm->hole.below;

	if (next && end <= next->vm_start && (!next->vm_prev || start >= next->vm_prev->vm_end)) {
		slot_between(mm, next->vm_prev, next, slot);
		return true;
	}
	slot->link = &mm->mm_rb.rb_node;
	slot->parent = NULL;
	slot->prev = NULL;
	while (*slot->link) {
		struct vm_area_struct *v = area(*slot->link);

		slot->parent = *slot->link;
		if (end <= v->vm_start) {
			slot->link = &slot->parent->rb_left;
		} else if (start >= v->vm_end) {
			slot->prev = v;
			slot->link = &slot->parent->rb_right;
		} else {
			return false;
		}
	}
	return true;
}

/* Onto the lists by which a page finds its areas. */
static void rmap_link(struct vm_area_struct *vma)
{
	struct address_space *mapping = vma->vm_file ? vma->vm_file->f_mapping : NULL;

	if (mapping) {
		mutex_lock(&mapping->i_mmap_lock);
		list_add_tail(&vma->shared, &mapping->i_mmap);
		mutex_unlock(&mapping->i_mmap_lock);
	}
	anon_vma_link(vma);
}

void vma_forget_rmap(struct vm_area_struct *vma)
{
	struct address_space *mapping = vma->vm_file ? vma->vm_file->f_mapping : NULL;

	anon_vma_unlink(vma);
	if (mapping) {
		mutex_lock(&mapping->i_mmap_lock);
		list_del_init(&vma->shared);
		mutex_unlock(&mapping->i_mmap_lock);
	}
}

static void tree_link(struct mm_struct *mm, struct vm_area_struct *vma, struct vma_slot *slot)
{
	struct vm_area_struct *next = slot->prev ? slot->prev->vm_next : mm->mmap;

	vma->vm_prev = slot->prev;
	vma->vm_next = next;
	if (slot->prev)
		slot->prev->vm_next = vma;
	else
		mm->mmap = vma;
	if (next)
		next->vm_prev = vma;
	rb_link_node(&vma->vm_rb, slot->parent, slot->link);
	vma->rb_subtree_gap = gap_before(vma);
	/* Before any rotation, which would compute some values and hide that those above are stale. */
	gap_propagate(slot->parent, NULL);
	if (next && &next->vm_rb != slot->parent)
		gap_update(next);
	rb_insert_augmented(&vma->vm_rb, &mm->mm_rb, &gap_callbacks);
	mm->map_count++;
}

static void tree_unlink(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct vm_area_struct *next = vma->vm_next;

	hole_grows(mm, vma, next);
	rb_erase_augmented(&vma->vm_rb, &mm->mm_rb, &gap_callbacks);
	if (vma->vm_prev)
		vma->vm_prev->vm_next = next;
	else
		mm->mmap = next;
	if (next)
		next->vm_prev = vma->vm_prev;
	gap_update(next);
	mm->map_count--;
	if (mm->mmap_cache == vma)
		mm->mmap_cache = NULL;
}

void vma_link(struct mm_struct *mm, struct vm_area_struct *vma, struct vma_slot *slot)
{
	tree_link(mm, vma, slot);
	rmap_link(vma);
}

void vma_unlink(struct mm_struct *mm, struct vm_area_struct *vma)
{
	tree_unlink(mm, vma);
	vma_forget_rmap(vma);
}

/* A walk from a page to its areas computes with the borders. */
void vma_adjust(struct vm_area_struct *vma, unsigned long start, unsigned long end, pgoff_t pgoff)
{
	if (end < vma->vm_end)
		hole_grows(vma->vm_mm, vma, vma->vm_next);
	if (start > vma->vm_start)
		hole_grows(vma->vm_mm, vma, vma);
	lock_rmap(vma);
	vma->vm_start = start;
	vma->vm_end = end;
	vma->vm_pgoff = pgoff;
	unlock_rmap(vma);
	gap_update(vma);
	gap_update(vma->vm_next);
}

struct vm_area_struct *vma_alloc(struct mm_struct *mm)
{
	struct vm_area_struct *vma = kmem_cache_zalloc(vma_cache, GFP_KERNEL);

	if (vma) {
		vma->vm_mm = mm;
		INIT_LIST_HEAD(&vma->shared);
		INIT_LIST_HEAD(&vma->anon_node);
	}
	return vma;
}

struct vm_area_struct *vma_dup(const struct vm_area_struct *vma)
{
	struct vm_area_struct *copy = kmem_cache_alloc(vma_cache, GFP_KERNEL);

	if (!copy)
		return NULL;
	*copy = *vma;
	INIT_LIST_HEAD(&copy->shared);
	INIT_LIST_HEAD(&copy->anon_node);
	if (copy->vm_file)
		get_file(copy->vm_file);
	if (copy->vm_ops && copy->vm_ops->open)
		copy->vm_ops->open(copy);
	return copy;
}

void vma_free(struct vm_area_struct *vma)
{
	if (vma->vm_ops && vma->vm_ops->close)
		vma->vm_ops->close(vma);
	if (vma->vm_file)
		fput(vma->vm_file);
	kmem_cache_free(vma_cache, vma);
}

int split_vma(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, bool new_below)
{
	pgoff_t upper = vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
	struct vm_area_struct *fresh;
	struct vma_slot slot;

	if (mm->map_count >= sysctl_max_map_count)
		return -ENOMEM;
	fresh = vma_dup(vma);
	if (!fresh)
		return -ENOMEM;
	if (new_below) {
		fresh->vm_end = addr;
	} else {
		fresh->vm_start = addr;
		fresh->vm_pgoff = upper;
	}
	/* A page of this part has two areas for a moment, rather than none: a walk from the page must not miss its entry. */
	rmap_link(fresh);
	if (new_below)
		vma_adjust(vma, addr, vma->vm_end, upper);
	else
		vma_adjust(vma, vma->vm_start, addr, vma->vm_pgoff);
	if (new_below)
		slot_between(mm, vma->vm_prev, vma, &slot);
	else
		slot_between(mm, vma, vma->vm_next, &slot);
	tree_link(mm, fresh, &slot);
	return 0;
}

static bool same_kind(const struct vm_area_struct *vma, u32 vm_flags, const struct file *file)
{
	return vma->vm_flags == vm_flags && vma->vm_file == file && !(vma->vm_ops && vma->vm_ops->close);
}

/* Where the area ends, in addresses and in pages of its file or numbering, something begins. */
static bool ends_at(const struct vm_area_struct *vma, unsigned long start, pgoff_t pgoff)
{
	return vma->vm_end == start && vma->vm_pgoff + vma_pages(vma) == pgoff;
}

bool vma_can_join(const struct vm_area_struct *a, const struct vm_area_struct *b)
{
	return same_kind(a, b->vm_flags, b->vm_file) && a->vm_ops == b->vm_ops && ends_at(a, b->vm_start, b->vm_pgoff) &&
	       anon_vma_compatible(a, b) && !(a->vm_flags & (VM_IO | VM_DONTEXPAND));
}

bool vma_could_merge(const struct vm_area_struct *one, const struct vm_area_struct *other)
{
	const u32 changeable = VM_READ | VM_WRITE | VM_EXEC | VM_ACCOUNT;
	const struct vm_area_struct *a = one->vm_start < other->vm_start ? one : other, *b = a == one ? other : one;

	return same_kind(a, a->vm_flags, b->vm_file) && !((a->vm_flags ^ b->vm_flags) & ~changeable) &&
	       ends_at(a, b->vm_start, b->vm_pgoff);
}

struct vm_area_struct *vma_join(struct mm_struct *mm, struct vm_area_struct *a, struct vm_area_struct *b)
{
	unsigned long end = b->vm_end;

	anon_vma_inherit(a, b);
	tree_unlink(mm, b);
	vma_adjust(a, a->vm_start, end, a->vm_pgoff);
	vma_forget_rmap(b);		/* only now: see split_vma */
	vma_free(b);
	return a;
}

struct vm_area_struct *vma_merge(struct mm_struct *mm, struct vm_area_struct *prev, unsigned long start,
				 unsigned long end, u32 vm_flags, struct file *file, pgoff_t pgoff)
{
	struct vm_area_struct *next = prev ? prev->vm_next : mm->mmap;
	pgoff_t pages = (end - start) >> PAGE_SHIFT;
	bool with_prev, with_next;

	if (vm_flags & (VM_IO | VM_DONTEXPAND))
		return NULL;
	with_prev = prev && same_kind(prev, vm_flags, file) && ends_at(prev, start, pgoff);
	with_next = next && same_kind(next, vm_flags, file) && next->vm_start == end && next->vm_pgoff == pgoff + pages;
	if (with_prev) {
		vma_adjust(prev, prev->vm_start, end, prev->vm_pgoff);
		return with_next && anon_vma_compatible(prev, next) ? vma_join(mm, prev, next) : prev;
	}
	if (with_next) {
		vma_adjust(next, start, next->vm_end, pgoff);
		return next;
	}
	return NULL;
}

/* The end of the hole before vma, within the window, if it has room for len bytes; else 0. */
static inline unsigned long room_below(const struct vm_area_struct *vma, unsigned long len, unsigned long low, unsigned long high)
{
	unsigned long start = max(vma->vm_prev ? vma->vm_prev->vm_end : 0, low), end = min(vma->vm_start, high);

	return end > start && end - start >= len ? end : 0;
}

/*
 * The area with the highest hole that is long enough before it. Only subtrees that have a large enough hole are entered, the
 * right one first.
 */
static struct vm_area_struct *area_above_room(struct mm_struct *mm, unsigned long len, unsigned long low, unsigned long high)
{
	struct rb_node *n = mm->mm_rb.rb_node, *child;

	if (!n || area(n)->rb_subtree_gap < len)
		return NULL;
	for (;;) {
		struct vm_area_struct *v = area(n);

		/* Right subtree first, unless all of it lies above the window. */
		if (n->rb_right && v->vm_end < high && area(n->rb_right)->rb_subtree_gap >= len) {
			n = n->rb_right;
			continue;
		}
here:
		v = area(n);
		if (room_below(v, len, low, high))
			return v;
		if (v->vm_start <= low)
			return NULL;
		if (n->rb_left && area(n->rb_left)->rb_subtree_gap >= len) {
			n = n->rb_left;
			continue;
		}
		/* Up, until we come from a right child: that parent is the next lower area. */
		do {
			child = n;
			n = rb_parent(n);
			if (!n)
				return NULL;
		} while (n->rb_right != child);
		goto here;
	}
}

#define HOLES_TO_TRY 4

unsigned long vma_highest_gap(struct mm_struct *mm, unsigned long len, unsigned long low, unsigned long high)
{
	struct vma_hole *hole = &mm->hole;
	struct vm_area_struct *v = hole->below;
	struct rb_node *last;
	unsigned long floor;

	if (v && len >= hole->len && low == hole->low && high == hole->high)
		for (int i = 0; i < HOLES_TO_TRY && v; i++, v = v->vm_prev)
			if (room_below(v, len, low, high))
				goto found;
	/* The hole above the last area is in no subtree. */
	last = rb_last(&mm->mm_rb);
	floor = max(last ? area(last)->vm_end : 0, low);
	if (high >= floor && high - floor >= len) {
		hole->below = NULL;
		return high - len;
	}
	v = area_above_room(mm, len, low, high);
	if (!v)
		return (unsigned long)-ENOMEM;
found:
	*hole = (struct vma_hole) { v, len, low, high };
	return min(v->vm_start, high) - len;
}

/* From the bottom, area by area from the first that ends behind low: for requests that name a floor. */
unsigned long vma_lowest_gap(struct mm_struct *mm, unsigned long len, unsigned long low, unsigned long high)
{
	struct vm_area_struct *v = find_vma(mm, low);
	unsigned long addr = low;

	for (; v; v = v->vm_next) {
		if (addr + len <= v->vm_start)
			break;
		addr = max(addr, v->vm_end);
	}
	return addr + len <= high && addr + len > addr ? addr : (unsigned long)-ENOMEM;
}

/* What mm->hole claims. */
static bool hole_valid(struct mm_struct *mm)
{
	const struct vma_hole *hole = &mm->hole;
	unsigned long floor = hole->low;

	for (struct vm_area_struct *v = hole->below; v; v = v->vm_next) {
		if (v != hole->below && room_below(v, hole->len, hole->low, hole->high))
			return false;
		floor = max(floor, v->vm_end);
	}
	return !hole->below || hole->high < floor || hole->high - floor < hole->len;
}

bool vma_tree_valid(struct mm_struct *mm)
{
	struct vm_area_struct *v = mm->mmap, *prev = NULL;
	struct rb_node *n = rb_first(&mm->mm_rb);
	int count = 0;

	for (; v; prev = v, v = v->vm_next, n = rb_next(n), count++)
		if (!n || area(n) != v || v->vm_prev != prev || v->vm_start >= v->vm_end ||
		    (prev && prev->vm_end > v->vm_start) || v->rb_subtree_gap != compute_gap(v))
			return false;
	return !n && count == mm->map_count && hole_valid(mm);
}

void vma_cache_init(void)
{
	vma_cache = kmem_cache_create("vm_area_struct", sizeof(struct vm_area_struct), 8, NULL);
}
