/* SPDX-License-Identifier: MIT */
/*
 * Windows onto high memory. PKMAP is one page table of 512 entries, shared by all: kmap_high looks
 * for a free entry and sleeps when there is none. An entry's use count is 0: free and flushed; 1:
 * free, but CPUs may still have its translation; n + 1: n users. When the search wraps around, the
 * entries of count 1 are cleared and flushed together, so one flush serves many.
 *
 * kmap_lock guards counts and slots. page->private is not touched; which slot a page has is found by a scan of
 * the reverse table, bounded by 512.
 */
#include "kernel/panic.h"
#include "kernel/sched/wait.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/string.h"
#include "mm/highmem.h"
#include "mm/layout.h"
#include "mm/pagetable.h"

static DEFINE_SPINLOCK(kmap_lock);
static DECLARE_WAIT_QUEUE_HEAD(kmap_wait);
static struct { struct page *page; u32 count; } slots[LAST_PKMAP];
static unsigned int last_slot;
static u8 atomic_depth[MAX_CPUS];	/* by its CPU, preemption off */

static unsigned long slot_address(unsigned int i) { return PKMAP_BASE + ((unsigned long)i << PAGE_SHIFT); }

/* kmap_lock held. */
static void flush_unused(void)
{
	for (unsigned int i = 0; i < LAST_PKMAP; i++)
		if (slots[i].count == 1) {
			unmap_kernel_page(slot_address(i));
			slots[i].page = NULL;
			slots[i].count = 0;
		}
	flush_tlb_kernel_range(PKMAP_BASE, PKMAP_BASE + LAST_PKMAP * PAGE_SIZE);
}

static int find_slot(struct page *page)
{
	for (unsigned int i = 0; i < LAST_PKMAP; i++)
		if (slots[i].page == page)
			return (int)i;
	return -1;
}

static int free_slot(void)
{
	for (unsigned int n = 0; n < LAST_PKMAP; n++) {
		last_slot = (last_slot + 1) % LAST_PKMAP;
		if (last_slot == 0)
			flush_unused();
		if (slots[last_slot].count == 0)
			return (int)last_slot;
	}
	return -1;
}

/* kmap_lock held. The address, or 0 if the window is full. */
static unsigned long try_kmap(struct page *page)
{
	int i = find_slot(page);

	if (i < 0) {
		i = free_slot();
		if (i < 0)
			return 0;
		map_kernel_page(slot_address((unsigned)i), page_to_phys(page), PAGE_KERNEL);
		slots[i].page = page;
		slots[i].count = 1;
	}
	slots[i].count++;
	return slot_address((unsigned)i);
}

void *kmap_high(struct page *page)
{
	unsigned long address = 0;

	might_sleep();
	wait_event(&kmap_wait, ({
		spin_lock(&kmap_lock);
		address = try_kmap(page);
		spin_unlock(&kmap_lock);
		address != 0; }));
	return (void *)address;
}

void kunmap_high(struct page *page)
{
	bool now_free;
	int i;

	spin_lock(&kmap_lock);
	i = find_slot(page);
	BUG_ON(i < 0 || slots[i].count < 2);
	now_free = --slots[i].count == 1;
	spin_unlock(&kmap_lock);
	if (now_free)
		wake_up(&kmap_wait);
}

void *kmap_atomic_high(struct page *page)
{
	u32 cpu = smp_processor_id();
	unsigned long address;

	BUG_ON(atomic_depth[cpu] >= KM_SLOTS);
	address = FIX_KMAP(cpu, atomic_depth[cpu]++);
	map_kernel_page(address, page_to_phys(page), PAGE_KERNEL & ~_PAGE_GLOBAL);
	return (void *)address;
}

void kunmap_atomic_high(void *p)
{
	u32 cpu = smp_processor_id();
	unsigned long address = (unsigned long)p & PAGE_MASK;

	if (address < FIXADDR_START)	/* a kmap address: somebody mixed the two */
		panic("kunmap_atomic of %p", p);
	BUG_ON(address != FIX_KMAP(cpu, atomic_depth[cpu] - 1));
	unmap_kernel_page(address);
	flush_tlb_one(address);
	atomic_depth[cpu]--;		/* last: an interrupt handler may use the slot from here on */
}

void clear_highpage(struct page *page)
{
	void *p;

	if (!PageHighMem(page)) {
		clear_page(lowmem_page_address(page));
		return;
	}
	p = kmap_atomic(page);
	clear_page(p);
	kunmap_atomic(p);
}

void copy_highpage(struct page *to, struct page *from)
{
	void *src = kmap_atomic(from), *dst = kmap_atomic(to);

	copy_page(dst, src);
	kunmap_atomic(dst);
	kunmap_atomic(src);
}

void zero_user_segment(struct page *page, unsigned int from, unsigned int to)
{
	u8 *p = kmap_atomic(page);

	memset(p + from, 0, to - from);
	kunmap_atomic(p);
}
