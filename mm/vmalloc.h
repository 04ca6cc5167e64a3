/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Kernel addresses backed by single pages (vmalloc), or by device memory (ioremap). Each area is
 * followed by an unmapped guard page. All may sleep. NULL: no memory or no address space.
 */
#include "lib/types.h"
#include "lib/list.h"
#include "mm/page.h"

struct vm_struct {
	struct list_head list;		/* by address; vmlist_lock */
	unsigned long addr, size;	/* size with the guard page */
	struct page **pages;		/* NULL: ioremap */
	unsigned int nr_pages;
	phys_addr_t phys;		/* ioremap */
	void *caller;
};

void *vmalloc(size_t size);
void *vzalloc(size_t size);
void vfree(const void *addr);
void *ioremap(phys_addr_t phys, size_t size);	/* uncached */
void iounmap(void *addr);
/* THREAD_SIZE bytes aligned to THREAD_SIZE, with an unmapped page below. Recycled: the contents are old. */
void *alloc_thread_stack(void);
void free_thread_stack(void *stack);
void trim_thread_stacks(void);
/* The page behind an address of a vmalloc area, or NULL. */
struct page *vmalloc_to_page(const void *addr);
void for_each_vm_struct(void (*fn)(const struct vm_struct *v, void *arg), void *arg);
