/* SPDX-License-Identifier: MIT */
/*
 * Read-ahead. Who reads a file from front to back should find the next pages in memory. Each open file has a window
 * [start, start + size) that was last read ahead. It begins small, with a miss at the beginning of the file or behind
 * the last read, and doubles up to ra_pages (128 KiB) as long as the reads are sequential:
 *
 *	         start                       start + size
 *	    -------+---------------+---------------+-------
 *	           |   in memory   |#  being read  |
 *	    -------+---------------+---------------+-------
 *	                            # PG_readahead, at start + size - async_size
 *
 * The first page of the part that is read without need carries PG_readahead. When the reader arrives there the next
 * window is started, so that the disk works while the program uses what it has. Random reads read what they ask for.
 *
 * The window belongs to the open file; readers that share one race for it, which costs speed but no correctness.
 */
#include "fs/fs.h"
#include "kernel/block/blkdev.h"
#include "lib/err.h"
#include "mm/buddy.h"
#include "mm/readahead.h"

#define RA_BATCH 32u
#define RA_FORCED 512ul		/* pages that a program may ask for at once: 2 MiB */

/* New locked pages [index, index + nr) that were not cached go to the file system in runs. */
static void read_pages(struct address_space *m, pgoff_t index, unsigned long nr, pgoff_t mark)
{
	struct page *run[RA_BATCH];
	unsigned n = 0;

	for (; nr; nr--, index++) {
		struct page *page = find_get_page(m, index);
		bool added = false;

		if (page) {
			put_page(page);
		} else if ((page = alloc_page(m->gfp_mask | __GFP_NOWARN)) != NULL) {
			SetPageLocked(page);
			added = add_to_page_cache(page, m, index, m->gfp_mask) == 0;
			if (added && index == mark)
				SetPageReadahead(page);
			if (added)
				run[n++] = page;
			else
				ClearPageLocked(page);
			put_page(page);		/* the cache keeps it, and nobody takes it out while it is locked */
		}
		if (n && (!added || n == RA_BATCH)) {
			m->a_ops->readpages(m, run, n);
			n = 0;
		}
	}
	if (n)
		m->a_ops->readpages(m, run, n);
}

static pgoff_t pages_of(const struct address_space *m)
{
	return (pgoff_t)((i_size_read(m->host) + PAGE_SIZE - 1) >> PAGE_SHIFT);
}

static void do_readahead(struct address_space *m, pgoff_t index, unsigned long nr, pgoff_t mark)
{
	pgoff_t end = pages_of(m);
	struct blk_plug plug;

	if (!m->a_ops->readpages || index >= end)
		return;
	blk_start_plug(&plug);
	read_pages(m, index, min(nr, (unsigned long)(end - index)), mark);
	blk_finish_plug(&plug);
}

void force_readahead(struct address_space *m, pgoff_t index, unsigned long nr)
{
	do_readahead(m, index, min(nr, RA_FORCED), ~(pgoff_t)0);
}

static unsigned first_window(unsigned long wanted, unsigned max)
{
	unsigned size = 4;

	while (size < max && size < wanted * 2)
		size *= 2;
	return min(size, max);
}

static void submit_window(struct address_space *m, struct file_ra_state *ra)
{
	do_readahead(m, ra->start, ra->size, ra->start + ra->size - ra->async_size);
}

/* A miss, or (hit) the mark. */
static void ondemand_readahead(struct address_space *m, struct file_ra_state *ra, pgoff_t index, unsigned long wanted, bool hit)
{
	pgoff_t prev = (pgoff_t)(ra->prev_pos >> PAGE_SHIFT);

	if (ra->size && (index == ra->start + ra->size - ra->async_size || index == ra->start + ra->size)) {
		ra->start += ra->size;
		ra->size = min(max(ra->size * 2, 4u), ra->ra_pages);
		ra->async_size = ra->size;
	} else if (hit || index == 0 || index == prev || index == prev + 1) {
		ra->start = index;
		ra->size = first_window(wanted, ra->ra_pages);
		ra->async_size = ra->size > wanted ? ra->size - (unsigned)wanted : ra->size / 2;
	} else {
		do_readahead(m, index, min(wanted, (unsigned long)ra->ra_pages), ~(pgoff_t)0);
		return;
	}
	submit_window(m, ra);
}

struct page *read_page_ahead(struct address_space *m, struct file *file, pgoff_t index, unsigned long wanted)
{
	struct file_ra_state *ra = &file->f_ra;
	struct page *page = find_get_page(m, index);
	bool hit = page && PageReadahead(page);

	if (hit)
		ClearPageReadahead(page);
	if ((!page || hit) && ra->ra_pages)
		ondemand_readahead(m, ra, index, wanted, hit);
	if (page)
		put_page(page);
	return read_mapping_page(m, index, file);
}

/* A fault says nothing about what comes next: pages on both sides are likely, as code jumps back and forth. */
struct page *read_page_around(struct address_space *m, struct file *file, pgoff_t index, unsigned long area_pages)
{
	unsigned long nr = min((unsigned long)file->f_ra.ra_pages, area_pages);

	if (nr > 1)
		do_readahead(m, index > nr / 2 ? index - nr / 2 : 0, nr, ~(pgoff_t)0);
	return read_mapping_page(m, index, file);
}
