/* SPDX-License-Identifier: MIT */
/*
 * Pages to swap and back. A page's place in its area is looked up in the area's extents: one for a device, one for each run of
 * blocks for a file. The pages go straight to the device; nothing of the file system or of its page cache is involved, which could need
 * memory itself.
 *
 * The page is locked and in the swap cache, so the place is its own and the area cannot go. A page that is being written has
 * PG_writeback and is not locked; one that is being read is locked, and not uptodate. Each has a bio of its own: the plug of the caller
 * (kernel/block) joins neighbours.
 */
#include "kernel/block/blkdev.h"
#include "kernel/panic.h"
#include "kernel/printk.h"
#include "kernel/time.h"
#include "mm/filemap.h"
#include "mm/swap_internal.h"
#include "mm/vmscan.h"

static atomic_t nr_writes;		/* under way */
static DECLARE_WAIT_QUEUE_HEAD(write_done);

static sector_t place_on_disk(const struct swap_area *a, unsigned long offset)
{
	unsigned low = 0, high = a->nr_extents;

	while (high - low > 1) {
		unsigned middle = (low + high) / 2;

		*(a->extents[middle].first <= offset ? &low : &high) = middle;
	}
	ASSERT(offset - a->extents[low].first < a->extents[low].nr);
	return a->extents[low].sector + (sector_t)(offset - a->extents[low].first) * (PAGE_SIZE / SECTOR_SIZE);
}

static void start_io(struct page *page, u32 op, void (*end)(struct bio *bio))
{
	swp_entry_t entry = page_swap_entry(page);
	const struct swap_area *a = swap_area[swp_type(entry)];
	struct bio *bio = bio_alloc(GFP_NOFS, 1);	/* does not fail */

	bio->bi_bdev = a->bdev;
	bio->bi_sector = place_on_disk(a, swp_offset(entry));
	bio->bi_opf = op;
	bio->bi_end_io = end;
	bio_add_page(bio, page, PAGE_SIZE, 0);
	submit_bio(bio);
}

/* A disk that is broken would have more to say than anybody wants to read: once a second. */
static void report(const struct bio *bio, const struct page *page)
{
	static s64 last;
	s64 now = ktime_get();

	if (READ_ONCE(last) && now - READ_ONCE(last) < NSEC_PER_SEC)
		return;
	WRITE_ONCE(last, now);
	pr_err("swap: error %d on %s, page %lu\n", bio->bi_status, bio->bi_bdev->bd_name, swp_offset(page_swap_entry(page)));
}

/* The page is the only copy still: it stays in memory, dirty, and is tried again. */
static void write_ended(struct bio *bio)
{
	struct page *page = bio->bi_io_vec[0].bv_page;

	if (bio->bi_status) {
		SetPageDirty(page);
		report(bio, page);
	}
	bio_put(bio);
	end_page_writeback(page);
	atomic_dec(&nr_writes);
	wake_up_all(&write_done);
}

bool swap_writes_pending(void) { return atomic_read(&nr_writes); }

/* A slow disk is not the end of memory. */
void wait_for_swap_write(void)
{
	int before = atomic_read(&nr_writes);

	wait_event_killable_hrtimeout(&write_done, !before || atomic_read(&nr_writes) < before, ktime_get() + 200 * NSEC_PER_MSEC);
}

void swap_writepage(struct page *page)
{
	ASSERT(PageSwapCache(page) && !PageDirty(page) && PageUptodate(page));
	set_page_writeback(page);
	atomic_inc(&nr_writes);
	vm_scan.pswpout++;
	start_io(page, REQ_OP_WRITE, write_ended);
	unlock_page(page);
}

static void read_ended(struct bio *bio)
{
	struct page *page = bio->bi_io_vec[0].bv_page;

	if (bio->bi_status)
		report(bio, page);
	else
		SetPageUptodate(page);
	bio_put(bio);
	unlock_page(page);
}

void swap_readpage(struct page *page)
{
	ASSERT(PageLocked(page) && PageSwapCache(page) && !PageUptodate(page));
	vm_scan.pswpin++;
	start_io(page, REQ_OP_READ, read_ended);
}
