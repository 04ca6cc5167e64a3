/* SPDX-License-Identifier: MIT */
/* Buffers between their marks: states that last a few instructions, made to last. On the disk of test.disk=, as block.c. */
#include "fs/buffer_internal.h"
#include "fs/file.h"
#include "kernel/block/internal.h"
#include "kernel/init.h"
#include "kernel/ktest.h"
#include "lib/string.h"
#include "mm/buddy.h"
#include "mm/filemap.h"
#include "mm/writeback.h"

#define BLOCK 1024u

static struct block_device *open_scratch_disk(void)
{
	const char *name = cmdline_find("test.disk");
	struct block_device *bdev = name ? lookup_bdev_name(name) : NULL;

	if (!name) {
		ktest_skip("no test.disk=");
		return NULL;
	}
	if (!bdev || blkdev_get(bdev, FMODE_READ | FMODE_WRITE, NULL)) {
		ktest_fail(__FILE__, __LINE__, "there is no disk %s", name);
		return NULL;
	}
	EXPECT_EQ(set_blocksize(bdev, BLOCK), 0);
	return bdev;
}

/* The inode of a device stays for good once it has been opened: that is no leak of the first test. */
static int open_once(void)
{
	const char *name = cmdline_find("test.disk");
	struct block_device *bdev = name ? lookup_bdev_name(name) : NULL;

	if (bdev && !blkdev_get(bdev, FMODE_READ, NULL))
		blkdev_put(bdev, NULL);
	return 0;
}
late_initcall(open_once);

static bool disk_holds(struct block_device *bdev, sector_t block, char c)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct bio *bio = bio_alloc(GFP_KERNEL, 1);
	const char *p = lowmem_page_address(page);
	bool same = true;

	bio->bi_bdev = bdev;
	bio->bi_sector = block * (BLOCK / SECTOR_SIZE);
	bio->bi_opf = REQ_OP_READ;
	bio_add_page(bio, page, BLOCK, 0);
	EXPECT_EQ(submit_bio_wait(bio), 0);
	bio_put(bio);
	for (u32 i = 0; i < BLOCK; i++)
		same = same && p[i] == c;
	put_page(page);
	return same;
}

/* Somebody has marked the buffer and is about to mark the page: a sync that comes between must write it. */
KTEST(buffer_sync_needs_no_mark_of_the_page)
{
	struct block_device *bdev = open_scratch_disk();
	struct buffer_head *bh;

	if (!bdev)
		return;
	bh = __bread(bdev, 40, BLOCK);
	for (char c = 'a'; bh && c <= 'b'; c++) {
		memset(bh->b_data, c, BLOCK);
		set_buffer_dirty(bh);
		EXPECT_EQ(sync_dirty_buffer(bh), 0);
		EXPECT(!buffer_dirty(bh));
		EXPECT(disk_holds(bdev, 40, c));
	}
	EXPECT(bh != NULL);
	brelse(bh);
	blkdev_put(bdev, NULL);
}

/* What a reader leaves that had looked at the block size just before it changed. */
KTEST(buffer_of_another_size_is_not_taken)
{
	struct block_device *bdev = open_scratch_disk();
	struct buffer_head *bh;

	if (!bdev)
		return;
	EXPECT_EQ(set_blocksize(bdev, PAGE_SIZE), 0);
	brelse(__bread(bdev, 3, PAGE_SIZE));
	bdev->bd_block_size = BLOCK;
	bdev->bd_inode->i_blkbits = 10;
	bh = __bread(bdev, 13, BLOCK);
	EXPECT(bh && bh->b_size == BLOCK && bh->b_blocknr == 13 && bh->b_data == (char *)lowmem_page_address(bh->b_page) + BLOCK);
	brelse(bh);
	blkdev_put(bdev, NULL);
}

/* A new block of a page is being written, and another one, which is not in memory yet, is read meanwhile. */
KTEST(buffer_read_beside_a_write)
{
	struct block_device *bdev = open_scratch_disk();
	struct writeback_control wbc = WB_SYNC_WHOLE;

	if (!bdev)
		return;
	for (sector_t block = 400; block < 800; block += PAGE_SIZE / BLOCK) {
		struct buffer_head *bh = __getblk(bdev, block, BLOCK), *other;
		struct page *page = bh->b_page;

		lock_buffer(bh);
		memset(bh->b_data, 'n', BLOCK);
		set_buffer_uptodate(bh);
		unlock_buffer(bh);
		mark_buffer_dirty(bh);
		lock_page(page);
		EXPECT(!PageUptodate(page) && clear_page_dirty_for_io(page));
		EXPECT_EQ(block_write_full_page(page, blkdev_get_block, &wbc), 0);
		other = __bread(bdev, block + 2, BLOCK);
		EXPECT(other && buffer_uptodate(other));
		wait_on_page_writeback(page);
		EXPECT(disk_holds(bdev, block, 'n'));
		brelse(other);
		brelse(bh);
	}
	blkdev_put(bdev, NULL);
}

static struct buffer_head *first_of_page;
static bool asked, was_visible;

static int map_late(struct inode *inode, sector_t block, struct buffer_head *bh, bool create)
{
	asked = true;
	was_visible = buffer_dirty(first_of_page) || PageWriteback(first_of_page->b_page);
	return blkdev_get_block(inode, block, bh, create);
}

/* A block that is going to be written is dirty, or its page has PG_writeback: who frees it waits for the write. */
KTEST(buffer_write_is_visible_from_its_beginning)
{
	struct block_device *bdev = open_scratch_disk();
	struct writeback_control wbc = WB_SYNC_WHOLE;
	struct buffer_head *bh;
	struct page *page;

	if (!bdev)
		return;
	bh = first_of_page = __bread(bdev, 80, BLOCK);
	EXPECT(bh != NULL);
	if (bh) {
		page = bh->b_page;
		memset(bh->b_data, 'x', BLOCK);
		mark_buffer_dirty(bh);
		mark_buffer_dirty(bh->b_this_page);
		lock_page(page);
		clear_buffer_mapped(bh->b_this_page);
		asked = was_visible = false;
		EXPECT(clear_page_dirty_for_io(page));
		EXPECT_EQ(block_write_full_page(page, map_late, &wbc), 0);
		wait_on_page_writeback(page);
		EXPECT(asked && was_visible);
		EXPECT(disk_holds(bdev, 80, 'x'));
		brelse(bh);
	}
	blkdev_put(bdev, NULL);
}
