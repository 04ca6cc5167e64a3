/* SPDX-License-Identifier: MIT */
/* The page check sees what it is there to see: each test breaks one invariant, looks, and puts things back. */
#include "fs/file.h"
#include "kernel/ktest.h"
#include "lib/string.h"
#include "mm/check.h"
#include "mm/filemap.h"
#include "mm/page_owner.h"
#include "mm/pagetable.h"
#include "mm/shmem.h"
#include "mm/slab_internal.h"

#if DEBUG
static void expect_finding(const char *what)
{
	EXPECT(page_check() > 0);
	if (!page_check_found(what))
		ktest_fail(__FILE__, __LINE__, "does not find \"%s\"", what);
}

/* The page of a file that has no name. */
static struct file *file;
static struct page *file_page(void)
{
	loff_t pos = 0;

	file = shmem_file_setup("check", PAGE_SIZE, 0);
	EXPECT_EQ(kernel_write(file, "text", 4, &pos), 4);
	return read_mapping_page(file->f_mapping, 0, file);
}
static void put_file_page(struct page *page)
{
	put_page(page);
	fput(file);
}

KTEST(check_finds_nothing_wrong)
{
	EXPECT_EQ(page_check(), 0);
}

KTEST(check_finds_a_reference_too_many)
{
	struct page *page = file_page();	/* with a reference, which nobody knows of */

	expect_finding("references");
	put_file_page(page);
}

KTEST(check_finds_a_forgotten_page_lock)
{
	struct page *page = file_page();

	SetPageLocked(page);
	expect_finding("is locked");
	ClearPageLocked(page);
	put_file_page(page);
}

KTEST(check_finds_a_page_that_its_file_does_not_have)
{
	struct page *page = file_page();

	page->index += 1u << 19;
	expect_finding("its file does not have it");
	page->index -= 1u << 19;
	put_file_page(page);
}

KTEST(check_finds_a_page_on_a_list_without_the_mark)
{
	struct page *page = file_page();

	ClearPageLRU(page);
	expect_finding("is on an LRU list without PG_lru");
	SetPageLRU(page);
	put_file_page(page);
}

KTEST(check_finds_a_wrong_mapcount)
{
	struct page *page = alloc_page(GFP_KERNEL);

	atomic_inc(&page->_mapcount);
	expect_finding("mapcount");
	atomic_dec(&page->_mapcount);
	put_page(page);
}

KTEST(check_finds_a_lost_page)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct page_owner *o = &page_owners[page_to_pfn(page)];
	u8 state = o->state;

	o->state = 0;
	expect_finding("is nobody's: it is lost");
	o->state = state;
	put_page(page);
}

/* In the middle of a large free block, so nobody gets it meanwhile. */
KTEST(check_finds_a_reference_to_a_free_page)
{
	struct page *page = alloc_pages(GFP_KERNEL, 6) + 5;

	__free_pages(page - 5, 6);
	atomic_set(&page->_refcount, 1);
	expect_finding("free, but referenced");
	atomic_set(&page->_refcount, 0);
}

KTEST(check_finds_a_wrong_count_of_free_pages)
{
	struct zone *z = &contig_page_data.node_zones[ZONE_DMA];

	z->nr_free++;
	expect_finding("free pages of a zone");
	z->nr_free--;
}

KTEST(check_finds_a_table_that_nobody_has)
{
	struct page *table = pte_table_alloc();

	expect_finding("table: nobody has it");
	pte_table_free(table);
}

KTEST(check_finds_wrong_counts_in_an_address_space)
{
	struct mm_struct *mm = mm_alloc();

	EXPECT(mm && !pte_alloc(mm, 0x40000000));
	if (!mm)
		return;
	mm->anon_rss++;
	expect_finding("mm: anon_rss");
	mm->anon_rss--;
	pmd_page(*pmd_for(mm, 0x40000000))->private++;
	expect_finding("table: entries in use");
	pmd_page(*pmd_for(mm, 0x40000000))->private--;
	mmput(mm);
}

KTEST(check_finds_a_wrong_count_of_objects)
{
	struct kmem_cache *c = list_first_entry(&slab_caches, struct kmem_cache, list);

	c->nr_used++;
	expect_finding("objects of a cache in use");
	c->nr_used--;
}
#endif
