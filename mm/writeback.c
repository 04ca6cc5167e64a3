/* SPDX-License-Identifier: MIT */
/*
 * Writeback of the page cache. A dirty page has PG_dirty and the tag DIRTY in its file's tree; so the dirty pages of
 * a file are found without looking at the clean ones. To write a page its dirty mark is taken first and the I/O
 * started then: who changes it meanwhile makes it dirty again, and it is written once more. No change is lost.
 *
 * A sync writes what is dirty when it begins, and nothing that becomes dirty later, or a busy writer would keep it
 * for ever: it tags the dirty pages TOWRITE in one go and then writes those that have that tag.
 *
 * Throttling: dirty pages cannot be freed, so their number is limited. Above dirty_background_ratio the flusher is
 * woken; above dirty_ratio whoever makes pages dirty sleeps until the flusher has made room.
 *
 * Order: i_mutex, page lock, tree_lock. Nothing here is called with a spinlock held.
 */
#include "fs/fs.h"
#include "kernel/block/blkdev.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "mm/writeback.h"
#include "mm/zone.h"

int sysctl_dirty_background_ratio = 10, sysctl_dirty_ratio = 20;
int sysctl_dirty_expire_centisecs = 3000, sysctl_dirty_writeback_centisecs = 500;
void (*wakeup_flusher)(void);

void mapping_set_error(struct address_space *m, int err)
{
	if (err)
		set_bit(err == -ENOSPC ? AS_ENOSPC : AS_EIO, &m->flags);
}

static pgoff_t last_index(loff_t end) { return (pgoff_t)(end >> PAGE_SHIFT); }

static void tag_pages_for_writeback(struct address_space *m, pgoff_t first, pgoff_t last)
{
	void *pages[16];
	unsigned long flags;
	unsigned n;

	do {
		spin_lock_irqsave(&m->tree_lock, flags);
		n = radix_tree_gang_lookup_tag(&m->page_tree, pages, first, ARRAY_SIZE(pages), PAGECACHE_TAG_DIRTY);
		for (unsigned i = 0; i < n; i++) {
			first = ((struct page *)pages[i])->index;
			if (first > last)
				break;
			radix_tree_tag_set(&m->page_tree, first, PAGECACHE_TAG_TOWRITE);
		}
		spin_unlock_irqrestore(&m->tree_lock, flags);
	} while (n == ARRAY_SIZE(pages) && first++ < last);
}

/* 0 if it was written, was clean, or was left alone. */
static int write_one(struct address_space *m, struct page *page, struct writeback_control *wbc)
{
	if (wbc->sync) {
		lock_page(page);
		wait_on_page_writeback(page);
	} else if (PageWriteback(page) || !trylock_page(page)) {
		return 0;
	}
	if (page->mapping != m || PageWriteback(page) || !clear_page_dirty_for_io(page)) {
		unlock_page(page);
		return 0;
	}
	wbc->nr_to_write--;
	return m->a_ops->writepage(page, wbc);
}

int do_writepages(struct address_space *m, struct writeback_control *wbc)
{
	pgoff_t index = last_index(wbc->start), last = last_index(wbc->end);
	enum radix_tree_tag tag = wbc->sync ? PAGECACHE_TAG_TOWRITE : PAGECACHE_TAG_DIRTY;
	struct page *pages[16];
	struct blk_plug plug;
	int err = 0;
	unsigned n;

	if (!m->a_ops->writepage || !m->nrpages)
		return 0;
	if (wbc->sync)
		tag_pages_for_writeback(m, index, last);
	blk_start_plug(&plug);
	while (index <= last && (wbc->sync || wbc->nr_to_write > 0) &&
	       (n = find_get_pages_tag(m, &index, tag, ARRAY_SIZE(pages), pages)) != 0)
		for (unsigned i = 0; i < n; i++) {
			if (pages[i]->index <= last) {
				int ret = write_one(m, pages[i], wbc);

				err = err ? err : ret;
			}
			put_page(pages[i]);
		}
	blk_finish_plug(&plug);
	return err;
}

int filemap_fdatawrite_range(struct address_space *m, loff_t start, loff_t end, bool sync)
{
	struct writeback_control wbc = { .sync = sync, .nr_to_write = WB_ALL_PAGES, .start = start, .end = end };

	return do_writepages(m, &wbc);
}

static int take_errors(struct address_space *m)
{
	int err = 0;

	if (test_bit(AS_ENOSPC, &m->flags) && test_and_clear_bit(AS_ENOSPC, &m->flags))
		err = -ENOSPC;
	if (test_bit(AS_EIO, &m->flags) && test_and_clear_bit(AS_EIO, &m->flags))
		err = -EIO;
	return err;
}

static void wait_range(struct address_space *m, loff_t start, loff_t end)
{
	pgoff_t index = last_index(start), last = last_index(end);
	struct page *pages[16];
	unsigned n;

	while (index <= last && (n = find_get_pages_tag(m, &index, PAGECACHE_TAG_WRITEBACK, ARRAY_SIZE(pages), pages)) != 0)
		for (unsigned i = 0; i < n; i++) {
			if (pages[i]->index <= last)
				wait_on_page_writeback(pages[i]);
			put_page(pages[i]);
		}
}

int filemap_fdatawait_range(struct address_space *m, loff_t start, loff_t end)
{
	wait_range(m, start, end);
	return take_errors(m);
}

int filemap_fdatawait_keep_errors(struct address_space *m)
{
	wait_range(m, 0, 0x7fffffffffffffffll);
	if (test_bit(AS_EIO, &m->flags))
		return -EIO;
	return test_bit(AS_ENOSPC, &m->flags) ? -ENOSPC : 0;
}

int filemap_write_and_wait(struct address_space *m)
{
	int err = filemap_fdatawrite_range(m, 0, 0x7fffffffffffffffll, true);
	int ret = filemap_fdatawait_range(m, 0, 0x7fffffffffffffffll);

	return err ? err : ret;
}

/* Of what could be dirty: free pages and the files' pages. */
void dirty_limits(unsigned long *background, unsigned long *limit)
{
	unsigned long pages = nr_free_pages() + nr_pagecache_pages();

	*limit = max(pages / 100 * (unsigned long)sysctl_dirty_ratio, 32ul);
	*background = pages / 100 * (unsigned long)sysctl_dirty_background_ratio;
	if (*background >= *limit)
		*background = *limit / 2;
}

static unsigned long unclean_pages(void)
{
	return (unsigned long)(atomic_read(&nr_dirty_pages) + atomic_read(&nr_writeback_pages));
}

bool over_background_limit(void)
{
	unsigned long background, limit;

	dirty_limits(&background, &limit);
	return (unsigned long)atomic_read(&nr_dirty_pages) > background;
}

static void balance_dirty_pages(void)
{
	unsigned long background, limit;

	for (;;) {
		dirty_limits(&background, &limit);
		if (unclean_pages() > background && wakeup_flusher)
			wakeup_flusher();
		if (unclean_pages() <= limit || fatal_signal_pending(current))
			return;
		set_current_state(TASK_KILLABLE);
		schedule_hrtimeout(ktime_get() + 10 * NSEC_PER_MSEC);
	}
}

/* Looking costs something: every 32nd page is often enough, as the limits are far larger. */
void balance_dirty_pages_ratelimited(struct address_space *m)
{
	static unsigned int calls;	/* races lose counts, which does no harm */

	if (!test_bit(AS_UNEVICTABLE, &m->flags) && (++calls & 31) == 0)
		balance_dirty_pages();
}
