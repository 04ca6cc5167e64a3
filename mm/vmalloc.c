/* SPDX-License-Identifier: MIT */
/*
 * Contiguous kernel addresses for scattered pages. Areas are kept in a list sorted by address and
 * found by first fit; there are few, since kernel stacks, the most frequent use, are recycled.
 *
 * Freed ranges are unmapped and flushed from the TLB before their addresses can be used again.
 * vmlist_lock guards the list.
 */
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/string.h"
#include "mm/layout.h"
#include "mm/pagetable.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"

static LIST_HEAD(vmlist);
static DEFINE_SPINLOCK(vmlist_lock);

/* First gap of size bytes whose start is congruent to offset modulo align. vmlist_lock held. 0: none. */
static unsigned long find_gap(size_t size, unsigned long align, unsigned long offset, struct list_head **before)
{
	unsigned long addr = ALIGN(VMALLOC_START - offset, align) + offset;
	struct vm_struct *v;

	list_for_each_entry(v, &vmlist, list) {
		if (addr + size <= v->addr) {
			*before = &v->list;
			return addr;
		}
		addr = ALIGN(v->addr + v->size - offset, align) + offset;
	}
	*before = &vmlist;
	return addr + size <= VMALLOC_END && addr + size > addr ? addr : 0;
}

static struct vm_struct *get_area(size_t size, unsigned long align, unsigned long offset, void *caller)
{
	struct vm_struct *v = kzalloc(sizeof(*v), GFP_KERNEL);
	struct list_head *before;

	if (!v)
		return NULL;
	v->size = size;
	v->caller = caller;
	spin_lock(&vmlist_lock);
	v->addr = find_gap(size, align, offset, &before);
	if (v->addr)
		list_add_tail(&v->list, before);
	spin_unlock(&vmlist_lock);
	if (!v->addr) {
		kfree(v);
		return NULL;
	}
	return v;
}

static void unmap_area(struct vm_struct *v)
{
	for (unsigned long a = v->addr; a < v->addr + v->size; a += PAGE_SIZE)
		unmap_kernel_page(a);
	flush_tlb_kernel_range(v->addr, v->addr + v->size);
	spin_lock(&vmlist_lock);
	list_del(&v->list);
	spin_unlock(&vmlist_lock);
	for (unsigned int i = 0; v->pages && i < v->nr_pages; i++)
		if (v->pages[i])
			put_page(v->pages[i]);
	kfree(v->pages);
	kfree(v);
}

/* Pages from skip bytes behind the start of the area on; what is before and behind stays a guard. */
static void *fill_area(struct vm_struct *v, unsigned int nr, size_t skip, gfp_t gfp)
{
	v->pages = kcalloc(nr, sizeof(*v->pages), GFP_KERNEL);
	v->nr_pages = nr;
	if (!v->pages)
		goto fail;
	for (unsigned int i = 0; i < nr; i++) {
		v->pages[i] = alloc_page(gfp);
		if (!v->pages[i] || map_kernel_page(v->addr + skip + i * PAGE_SIZE, page_to_phys(v->pages[i]), PAGE_KERNEL))
			goto fail;
	}
	return (void *)(v->addr + skip);
fail:
	unmap_area(v);
	return NULL;
}

static void *vmalloc_gfp(size_t size, gfp_t gfp, void *caller)
{
	unsigned int nr = (unsigned int)(PAGE_ALIGN(size) >> PAGE_SHIFT);
	struct vm_struct *v;

	might_sleep();
	if (!nr || nr > totalram_pages())
		return NULL;
	v = get_area((nr + 1) * PAGE_SIZE, PAGE_SIZE, 0, caller);
	return v ? fill_area(v, nr, 0, gfp) : NULL;
}

void *vmalloc(size_t size) { return vmalloc_gfp(size, GFP_KERNEL | __GFP_HIGHMEM, __builtin_return_address(0)); }
void *vzalloc(size_t size) { return vmalloc_gfp(size, GFP_KERNEL | __GFP_HIGHMEM | __GFP_ZERO, __builtin_return_address(0)); }

static struct vm_struct *find_area(unsigned long addr)
{
	struct vm_struct *v, *found = NULL;

	spin_lock(&vmlist_lock);
	list_for_each_entry(v, &vmlist, list)
		if (addr >= v->addr && addr < v->addr + v->size)
			found = v;
	spin_unlock(&vmlist_lock);
	return found;
}

void vfree(const void *addr)
{
	struct vm_struct *v;

	if (!addr)
		return;
	v = find_area((unsigned long)addr);
	BUG_ON(!v);
	unmap_area(v);
}

void *ioremap(phys_addr_t phys, size_t size)
{
	u32 offset = (u32)phys & (PAGE_SIZE - 1);
	size_t mapped = PAGE_ALIGN(size + offset);
	struct vm_struct *v = get_area(mapped + PAGE_SIZE, PAGE_SIZE, 0, __builtin_return_address(0));

	if (!v)
		return NULL;
	v->phys = phys - offset;
	for (size_t i = 0; i < mapped; i += PAGE_SIZE)
		if (map_kernel_page(v->addr + i, v->phys + i, PAGE_KERNEL | _PAGE_PCD | _PAGE_PWT)) {
			unmap_area(v);
			return NULL;
		}
	return (char *)v->addr + offset;
}

void iounmap(void *addr) { vfree(addr); }

struct page *vmalloc_to_page(const void *addr)
{
	pmd_t *pmd = &swapper_pmd[((unsigned long)addr >> PMD_SHIFT) & (PTRS_PER_PMD - 1)];
	pte_t pte;

	if (pmd_none(*pmd))
		return NULL;
	pte = *pte_offset_map(pmd, (unsigned long)addr);
	return pte_present(pte) ? pte_page(pte) : NULL;
}

void for_each_vm_struct(void (*fn)(const struct vm_struct *, void *), void *arg)
{
	struct vm_struct *v;

	spin_lock(&vmlist_lock);
	list_for_each_entry(v, &vmlist, list)
		fn(v, arg);
	spin_unlock(&vmlist_lock);
}

/*
 * Kernel stacks. A free stack keeps its mapping and waits here, linked through its lowest word, so
 * a fork seldom maps or flushes anything. A stack is freed by the task that runs next, in the middle
 * of its return from schedule(), where it must not sleep: so freeing only links, and what is too
 * much is given back by a later allocation. Not from interrupts.
 */
#define MAX_SPARE_STACKS 32
static DEFINE_SPINLOCK(spare_lock);
static struct { void *first; unsigned int count; } spare;	/* by spare_lock */

static void *pop_spare(unsigned int keep)
{
	void *stack = NULL;

	spin_lock(&spare_lock);
	if (spare.count > keep) {
		stack = spare.first;
		spare.first = *(void **)stack;
		spare.count--;
	}
	spin_unlock(&spare_lock);
	return stack;
}

void *alloc_thread_stack(void)
{
	struct vm_struct *v;
	void *stack;

	while ((stack = pop_spare(MAX_SPARE_STACKS)))
		vfree(stack);
	stack = pop_spare(0);
	if (stack)
		return stack;
	/* The guard page lies below: the area starts one page before an aligned address. */
	v = get_area(THREAD_SIZE + PAGE_SIZE, THREAD_SIZE, THREAD_SIZE - PAGE_SIZE, __builtin_return_address(0));
	return v ? fill_area(v, THREAD_SIZE / PAGE_SIZE, PAGE_SIZE, GFP_KERNEL) : NULL;
}

void free_thread_stack(void *stack)
{
	spin_lock(&spare_lock);
	*(void **)stack = spare.first;
	spare.first = stack;
	spare.count++;
	spin_unlock(&spare_lock);
}

void trim_thread_stacks(void)
{
	void *stack;

	while ((stack = pop_spare(0)))
		vfree(stack);
}
