/* SPDX-License-Identifier: MIT */
/*
 * VMA arithmetic: random mapping and unmapping of ranges against an array with one entry for each page.
 * After each step list, tree and gaps are valid, every page belongs to the area that it must, areas
 * of one kind that touch are merged, and the searches for holes give what trying every address gives.
 */
#include "mm/vma.c"
#include "lib/string.h"

int host_objects, host_allocations_left = -1;
int sysctl_max_map_count = 65530;

#define FIRST 16u		/* the window of pages that the model covers */
#define PAGES 256u
#define ADDR(page) ((unsigned long)(page) << PAGE_SHIFT)

/* What is mapped at a page: nothing, anonymous memory of some kind, or a page of a file. */
struct entry {
	u32 flags;		/* 0: nothing */
	struct file *file;
	pgoff_t pgoff;
};
static struct entry model[PAGES];
static struct address_space mapping;
static struct file file = { &mapping, 0 };

static struct entry at(unsigned page) { return page < FIRST || page >= PAGES ? (struct entry) { 0 } : model[page]; }

static void map(struct mm_struct *mm, unsigned start, unsigned end, u32 flags, struct file *f, pgoff_t pgoff)
{
	struct vma_slot slot;
	struct vm_area_struct *vma;

	CHECK(vma_find_slot(mm, ADDR(start), ADDR(end), &slot));
	if (vma_merge(mm, slot.prev, ADDR(start), ADDR(end), flags, f, f ? pgoff : start))
		return;
	CHECK(vma_find_slot(mm, ADDR(start), ADDR(end), &slot));
	vma = vma_alloc(mm);
	vma->vm_start = ADDR(start);
	vma->vm_end = ADDR(end);
	vma->vm_flags = flags;
	vma->vm_pgoff = f ? pgoff : start;
	vma->vm_file = f ? get_file(f) : NULL;
	vma_link(mm, vma, &slot);
}

/* As do_munmap() does it, without pages: split at the borders, take out what lies between. */
static void unmap(struct mm_struct *mm, unsigned start, unsigned end)
{
	struct vm_area_struct *vma = find_vma_intersection(mm, ADDR(start), ADDR(end)), *next;

	if (vma && vma->vm_start < ADDR(start)) {
		CHECK(!split_vma(mm, vma, ADDR(start), random_below(2)));
		vma = find_vma(mm, ADDR(start));
	}
	for (; vma && vma->vm_start < ADDR(end); vma = next) {
		if (vma->vm_end > ADDR(end)) {
			CHECK(!split_vma(mm, vma, ADDR(end), random_below(2)));
			vma = find_vma(mm, ADDR(end) - 1);
		}
		next = vma->vm_next;
		vma_unlink(mm, vma);
		vma_free(vma);
	}
}

static bool continues(struct entry a, struct entry b)
{
	return a.flags == b.flags && a.file == b.file && (!a.file || a.pgoff + 1 == b.pgoff);
}

static void check_areas(struct mm_struct *mm)
{
	int areas = 0, with_file = 0, on_list = 0;
	struct list_head *pos;

	CHECK(vma_tree_valid(mm));
	for (unsigned page = FIRST; page < PAGES; page++) {
		struct vm_area_struct *vma = find_vma(mm, ADDR(page));
		bool inside = vma && vma->vm_start <= ADDR(page);

		CHECK(inside == (model[page].flags != 0));
		if (!inside)
			continue;
		CHECK(vma->vm_flags == model[page].flags && vma->vm_file == model[page].file);
		CHECK(!vma->vm_file || vma->vm_pgoff + ((ADDR(page) - vma->vm_start) >> PAGE_SHIFT) == model[page].pgoff);
		if (vma->vm_start == ADDR(page)) {
			areas++;
			with_file += vma->vm_file != NULL;
		}
	}
	CHECK(areas == mm->map_count && host_objects == areas && file.count == with_file);
	list_for_each(pos, &mapping.i_mmap)
		on_list++;
	CHECK(on_list == with_file && mapping.i_mmap_lock.held == 0);
}

static bool hole_at(unsigned page, unsigned len)
{
	for (unsigned i = page; i < page + len; i++)
		if (at(i).flags)
			return false;
	return true;
}

static void check_gaps(struct mm_struct *mm)
{
	unsigned len = 1 + random_below(random_below(2) ? 6 : 60);
	unsigned low = random_below(PAGES), high = low + random_below(PAGES - low + 20);
	unsigned long lowest = (unsigned long)-ENOMEM, highest = (unsigned long)-ENOMEM;

	for (unsigned page = low; page + len <= high; page++) {
		if (!hole_at(page, len))
			continue;
		if (lowest == (unsigned long)-ENOMEM)
			lowest = ADDR(page);
		highest = ADDR(page);
	}
	CHECK(vma_lowest_gap(mm, ADDR(len), ADDR(low), ADDR(high)) == lowest);
	CHECK(vma_highest_gap(mm, ADDR(len), ADDR(low), ADDR(high)) == highest);
}

static void begin(struct mm_struct *mm)
{
	vma_cache_init();
	*mm = (struct mm_struct) { 0 };
	memset(model, 0, sizeof(model));
	INIT_LIST_HEAD(&mapping.i_mmap);
	file.count = 0;
	host_objects = 0;
	host_allocations_left = -1;
}

static void random_map(struct mm_struct *mm, unsigned start, unsigned end)
{
	struct file *f = random_below(2) ? &file : NULL;
	u32 flags = VM_READ | (random_below(2) ? VM_WRITE : 0);
	pgoff_t pgoff = f ? start + 1000 * random_below(2) : 0;	/* often what continues the neighbour */

	unmap(mm, start, end);
	map(mm, start, end, flags, f, pgoff);
	for (unsigned page = start; page < end; page++)
		model[page] = (struct entry) { flags, f, f ? pgoff + page - start : 0 };
}

TEST(vma_random_against_page_array)
{
	struct mm_struct mm;

	begin(&mm);
	for (int round = 0; round < 6000; round++) {
		unsigned start = FIRST + random_below(PAGES - FIRST - 1), end = start + 1 + random_below(min(PAGES - start - 1, 24u));

		if (random_below(2)) {
			random_map(&mm, start, end);
		} else {
			unmap(&mm, start, end);
			memset(model + start, 0, (end - start) * sizeof(model[0]));
		}
		check_areas(&mm);
		check_gaps(&mm);
	}
	unmap(&mm, FIRST, PAGES);
	CHECK(host_objects == 0 && file.count == 0 && mm.map_count == 0 && !mm.mmap);
}

/* What mmap does: the highest hole of a window that stays the same, looked for, filled, and emptied elsewhere. */
TEST(vma_repeated_searches_find_the_highest_hole)
{
	const unsigned low = FIRST + 3, high = PAGES - 5;
	struct mm_struct mm;

	begin(&mm);
	for (int round = 0; round < 8000; round++) {
		unsigned len = 1 + random_below(random_below(8) ? 3 : 40), page = high - len + 1;
		unsigned long found = vma_highest_gap(&mm, ADDR(len), ADDR(low), ADDR(high));
		unsigned start = FIRST + random_below(PAGES - FIRST - 1), end = start + 1 + random_below(min(PAGES - start - 1, 8u));

		while (page-- > low && !hole_at(page, len))
			;
		CHECK(found == (page < low ? (unsigned long)-ENOMEM : ADDR(page)));
		if (page >= low && random_below(4)) {
			random_map(&mm, page, page + len);
		} else if (random_below(3) == 0) {
			random_map(&mm, start, end);
		} else {
			unmap(&mm, start, end);
			memset(model + start, 0, (end - start) * sizeof(model[0]));
		}
		check_areas(&mm);
	}
	unmap(&mm, FIRST, PAGES);
	CHECK(!mm.hole.below && host_objects == 0);
}

TEST(vma_neighbours_of_one_kind_merge)
{
	struct mm_struct mm;

	begin(&mm);
	for (int round = 0; round < 300; round++) {	/* one-page maps in random order: merged wherever they touch */
		unsigned page = FIRST + random_below(PAGES - FIRST);
		int areas = 0;

		if (model[page].flags)
			continue;
		map(&mm, page, page + 1, VM_READ, NULL, 0);
		model[page] = (struct entry) { .flags = VM_READ };
		for (unsigned p = FIRST; p < PAGES; p++)
			areas += at(p).flags && !(at(p - 1).flags && continues(at(p - 1), at(p)));
		CHECK(mm.map_count == areas);
	}
	check_areas(&mm);
	unmap(&mm, FIRST, PAGES);
}

TEST(vma_split_without_memory_changes_nothing)
{
	struct mm_struct mm;
	struct vm_area_struct *vma;

	begin(&mm);
	random_map(&mm, 20, 40);
	host_allocations_left = 0;
	vma = find_vma(&mm, ADDR(30));
	CHECK(split_vma(&mm, vma, ADDR(30), true) == -ENOMEM && split_vma(&mm, vma, ADDR(30), false) == -ENOMEM);
	host_allocations_left = -1;
	sysctl_max_map_count = 1;
	CHECK(split_vma(&mm, vma, ADDR(30), true) == -ENOMEM);
	sysctl_max_map_count = 65530;
	check_areas(&mm);
	unmap(&mm, FIRST, PAGES);
	CHECK(host_objects == 0);
}

TEST(vma_gaps_at_the_ends)
{
	struct mm_struct mm;
	unsigned long none = (unsigned long)-ENOMEM;

	begin(&mm);
	CHECK(vma_highest_gap(&mm, ADDR(4), ADDR(16), ADDR(100)) == ADDR(96));
	CHECK(vma_lowest_gap(&mm, ADDR(4), ADDR(16), ADDR(100)) == ADDR(16));
	CHECK(vma_highest_gap(&mm, ADDR(85), ADDR(16), ADDR(100)) == none);
	CHECK(vma_highest_gap(&mm, ADDR(84), ADDR(16), ADDR(100)) == ADDR(16));
	random_map(&mm, 20, 90);
	CHECK(vma_highest_gap(&mm, ADDR(4), ADDR(16), ADDR(100)) == ADDR(96));
	CHECK(vma_highest_gap(&mm, ADDR(4), ADDR(16), ADDR(93)) == ADDR(16));
	CHECK(vma_highest_gap(&mm, ADDR(5), ADDR(16), ADDR(93)) == none);
	CHECK(vma_lowest_gap(&mm, ADDR(5), ADDR(16), ADDR(100)) == ADDR(90));
	unmap(&mm, FIRST, PAGES);
}
