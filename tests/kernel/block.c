/* SPDX-License-Identifier: MIT */
/*
 * The block layer on a real disk: test.disk=NAME says which one may be overwritten, as the runner of the tests does;
 * without it these are skipped. tests/boot/disks.py runs them on drives of all kinds. What needs no disk is in block_queue.c.
 */
#include "kernel/block/internal.h"
#include "kernel/init.h"
#include "kernel/ktest.h"
#include "kernel/sched/kthread.h"
#include "kernel/task/task.h"
#include "lib/err.h"
#include "lib/abi/errno.h"
#include "lib/string.h"
#include "mm/buddy.h"
#include "mm/highmem.h"

#define PAGE_SECTORS (PAGE_SIZE / SECTOR_SIZE)

static struct block_device *scratch_disk(void)
{
	const char *name = cmdline_find("test.disk");
	struct block_device *bdev = name ? lookup_bdev_name(name) : NULL;

	if (!name)
		ktest_skip("no test.disk=");
	else if (!bdev)
		ktest_fail(__FILE__, __LINE__, "there is no disk %s", name);
	return bdev;
}

static void fill(struct page *page, u32 seed)
{
	u32 *p = kmap(page);

	for (u32 i = 0; i < PAGE_SIZE / 4; i++)
		p[i] = seed * 2654435761u + i;
	kunmap(page);
}

static bool holds(struct page *page, u32 seed)
{
	u32 *p = kmap(page);
	bool ok = true;

	for (u32 i = 0; i < PAGE_SIZE / 4 && ok; i++)
		ok = p[i] == seed * 2654435761u + i;
	kunmap(page);
	return ok;
}

static int transfer(struct block_device *bdev, u32 opf, sector_t sector, struct page *page, u32 len, u32 offset)
{
	struct bio *bio = bio_alloc(GFP_KERNEL, 1);
	int err;

	bio->bi_bdev = bdev;
	bio->bi_sector = sector;
	bio->bi_opf = opf;
	bio_add_page(bio, page, len, offset);
	err = submit_bio_wait(bio);
	bio_put(bio);
	return err;
}

KTEST(block_disk_keeps_what_is_written)
{
	struct block_device *bdev = scratch_disk();
	struct page *page;
	sector_t sectors[] = { 0, 1, 8, 1000, 4095, 0 };

	if (!bdev)
		return;
	sectors[5] = bdev->bd_nr_sects - PAGE_SECTORS;
	page = alloc_page(GFP_HIGHUSER);
	for (u32 i = 2; i < ARRAY_SIZE(sectors); i++) {
		fill(page, i);
		EXPECT_EQ(transfer(bdev, REQ_OP_WRITE, sectors[i], page, PAGE_SIZE, 0), 0);
	}
	for (u32 i = 2; i < ARRAY_SIZE(sectors); i++) {
		fill(page, 0);
		EXPECT_EQ(transfer(bdev, REQ_OP_READ, sectors[i], page, PAGE_SIZE, 0), 0);
		EXPECT(holds(page, i));
	}
	__free_pages(page, 0);
}

/* Pieces that begin and end within pages, of low and of high memory, in one bio. */
KTEST(block_disk_gathers_and_scatters)
{
	static const struct { u32 offset, len; } pieces[] = { { 0, 512 }, { 512, 1024 }, { 3584, 512 }, { 1024, 2048 } };
	struct block_device *bdev = scratch_disk();
	struct page *source, *pages[4];
	struct bio *bio;
	u32 at = 0;

	if (!bdev)
		return;
	source = alloc_page(GFP_KERNEL);
	fill(source, 77);
	EXPECT_EQ(transfer(bdev, REQ_OP_WRITE, 64, source, PAGE_SIZE, 0), 0);
	bio = bio_alloc(GFP_KERNEL, 4);
	bio->bi_bdev = bdev;
	bio->bi_sector = 64;
	for (int i = 0; i < 4; i++) {
		pages[i] = alloc_page(i & 1 ? GFP_HIGHUSER : GFP_KERNEL);
		EXPECT(bio_add_page(bio, pages[i], pieces[i].len, pieces[i].offset));
	}
	EXPECT_EQ(submit_bio_wait(bio), 0);
	bio_put(bio);
	for (int i = 0; i < 4; i++) {
		char *p = kmap(pages[i]);

		EXPECT(memcmp(p + pieces[i].offset, (char *)lowmem_page_address(source) + at, pieces[i].len) == 0);
		at += pieces[i].len;
		kunmap(pages[i]);
		__free_pages(pages[i], 0);
	}
	__free_pages(source, 0);
}

/* On a machine with so much memory, a controller with 32 address lines does not reach these pages. */
KTEST(block_disk_pages_above_4_gib)
{
	struct block_device *bdev = scratch_disk();
	struct page *page = NULL, *block, *next;
	LIST_HEAD(taken);

	while (bdev && !page && (block = alloc_pages(GFP_HIGHUSER, MAX_ORDER - 1))) {
		list_add(&block->lru, &taken);
		if (page_to_pfn(block) >= 1u << 20 || max_pfn <= 1u << 20)
			page = block;
	}
	if (page) {
		fill(page, 12);
		fill(page + 1, 13);
		EXPECT_EQ(transfer(bdev, REQ_OP_WRITE, 6000, page, PAGE_SIZE, 0), 0);
		EXPECT_EQ(transfer(bdev, REQ_OP_READ, 6000, page + 1, PAGE_SIZE, 0), 0);
		EXPECT(holds(page, 12) && holds(page + 1, 12));
	}
	list_for_each_entry_safe(block, next, &taken, lru) {
		list_del(&block->lru);
		__free_pages(block, MAX_ORDER - 1);
	}
}

static atomic_t left, errors;
static DECLARE_WAIT_QUEUE_HEAD(all_done);

static void one_done(struct bio *bio)
{
	if (bio->bi_status)
		atomic_inc(&errors);
	bio_put(bio);
	if (atomic_dec_and_test(&left))
		wake_up(&all_done);
}

static void start(struct block_device *bdev, u32 opf, sector_t sector, struct page *page)
{
	struct bio *bio = bio_alloc(GFP_KERNEL, 1);

	bio->bi_bdev = bdev;
	bio->bi_sector = sector;
	bio->bi_opf = opf;
	bio->bi_end_io = one_done;
	bio_add_page(bio, page, PAGE_SIZE, 0);
	submit_bio(bio);
}

#define MANY 300u
static struct page *many[MANY];

/* In an order that is not that of the disk; more than the queue has requests. */
static void start_all(struct block_device *bdev, u32 opf, u32 gap)
{
	u32 most = 0;

	atomic_set(&left, MANY);
	atomic_set(&errors, 0);
	for (u32 i = 0; i < MANY; i++) {
		u32 n = i * 7 % MANY;

		start(bdev, opf, 1000 + n * gap, many[n]);
		most = max(most, READ_ONCE(bdev->bd_in_flight));
	}
	EXPECT(most > 1 || bdev->bd_disk->queue->depth == 1);
	wait_event(&all_done, atomic_read(&left) == 0);
	EXPECT_EQ(atomic_read(&errors), 0);
}

static void many_requests(struct block_device *bdev, u32 gap)
{
	for (u32 i = 0; i < MANY; i++) {
		many[i] = alloc_page(GFP_HIGHUSER);
		fill(many[i], i + gap);
	}
	start_all(bdev, REQ_OP_WRITE, gap);
	for (u32 i = 0; i < MANY; i++)
		fill(many[i], 0);
	start_all(bdev, REQ_OP_READ, gap);
	for (u32 i = 0; i < MANY; i++) {
		EXPECT(holds(many[i], i + gap));
		__free_pages(many[i], 0);
	}
}

KTEST(block_disk_many_in_flight_apart)
{
	struct block_device *bdev = scratch_disk();

	if (bdev)
		many_requests(bdev, PAGE_SECTORS + 1);
}

KTEST(block_disk_many_in_flight_adjacent)
{
	struct block_device *bdev = scratch_disk();

	if (bdev)
		many_requests(bdev, PAGE_SECTORS);
}

#define TASKS 4u
static struct block_device *task_disk[TASKS];
static atomic_t task_errors;

/* Writes and reads back a place of its own, sometimes through plugs and with flushes. */
static int storm(void *arg)
{
	u32 me = (u32)(unsigned long)arg;
	struct page *page = alloc_page(GFP_HIGHUSER), *back = alloc_page(GFP_HIGHUSER);
	struct blk_plug plug;

	for (u32 i = 0; i < 60; i++) {
		sector_t sector = 9000 + (me * 60 + i * 7 % 60) * PAGE_SECTORS;
		u32 opf = REQ_OP_WRITE | (i % 8 == 0 ? REQ_FUA : 0) | (i % 16 == 0 ? REQ_PREFLUSH : 0);

		fill(page, me * 1000 + i);
		if (i % 3 == 0)
			blk_start_plug(&plug);
		if (transfer(task_disk[me], opf, sector, page, PAGE_SIZE, 0) ||
		    transfer(task_disk[me], REQ_OP_READ, sector, back, PAGE_SIZE, 0) || !holds(back, me * 1000 + i))
			atomic_inc(&task_errors);
		if (i % 3 == 0)
			blk_finish_plug(&plug);
	}
	__free_pages(page, 0);
	__free_pages(back, 0);
	if (atomic_dec_and_test(&left))
		wake_up(&all_done);
	return 0;
}

/* On two disks if there is a test.disk2=: drives of one IDE channel take turns. */
KTEST(block_disk_many_tasks)
{
	struct block_device *bdev = scratch_disk();
	const char *second = cmdline_find("test.disk2");

	if (!bdev)
		return;
	atomic_set(&left, TASKS);
	atomic_set(&task_errors, 0);
	for (u32 i = 0; i < TASKS; i++) {
		task_disk[i] = i & 1 && second ? lookup_bdev_name(second) : bdev;
		EXPECT(task_disk[i] && !IS_ERR(kthread_run(storm, (void *)(unsigned long)i, "storm")));
	}
	wait_event(&all_done, atomic_read(&left) == 0);
	EXPECT_EQ(atomic_read(&task_errors), 0);
}

/* 64 pages in a row under a plug are as few requests as the device's limits allow. */
KTEST(block_disk_plug_merges)
{
	struct block_device *bdev = scratch_disk();
	struct blk_plug plug;
	struct page *page;
	u64 ios, merges, sectors;

	if (!bdev)
		return;
	page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	ios = bdev->bd_ios[REQ_OP_WRITE];
	merges = bdev->bd_merges[REQ_OP_WRITE];
	sectors = bdev->bd_sectors[REQ_OP_WRITE];
	atomic_set(&left, 64);
	blk_start_plug(&plug);
	for (u32 i = 0; i < 64; i++)
		start(bdev, REQ_OP_WRITE, 5000 + i * PAGE_SECTORS, page);
	EXPECT_EQ(bdev->bd_ios[REQ_OP_WRITE], ios);
	blk_finish_plug(&plug);
	wait_event(&all_done, atomic_read(&left) == 0);
	EXPECT(bdev->bd_ios[REQ_OP_WRITE] - ios <= 3);
	EXPECT_EQ(bdev->bd_ios[REQ_OP_WRITE] - ios + bdev->bd_merges[REQ_OP_WRITE] - merges, 64);
	EXPECT_EQ(bdev->bd_sectors[REQ_OP_WRITE] - sectors, 64 * PAGE_SECTORS);
	__free_pages(page, 0);
}

/* A task that sleeps must not keep what others, or it, may wait for. */
KTEST(block_disk_sleep_pulls_the_plug)
{
	struct block_device *bdev = scratch_disk();
	struct blk_plug plug;
	struct page *page;

	if (!bdev)
		return;
	page = alloc_page(GFP_KERNEL);
	atomic_set(&left, 1);
	blk_start_plug(&plug);
	start(bdev, REQ_OP_READ, 0, page);
	wait_event(&all_done, atomic_read(&left) == 0);
	blk_finish_plug(&plug);
	__free_pages(page, 0);
}

KTEST(block_disk_has_an_end)
{
	struct block_device *bdev = scratch_disk();
	struct page *page;

	if (!bdev)
		return;
	page = alloc_page(GFP_KERNEL);
	EXPECT_EQ(transfer(bdev, REQ_OP_READ, bdev->bd_nr_sects - 1, page, 2 * SECTOR_SIZE, 0), -EIO);
	EXPECT_EQ(transfer(bdev, REQ_OP_READ, bdev->bd_nr_sects, page, SECTOR_SIZE, 0), -EIO);
	EXPECT_EQ(transfer(bdev, REQ_OP_READ, ~0ull, page, SECTOR_SIZE, 0), -EIO);
	if (bdev_logical_block_size(bdev) == SECTOR_SIZE)
		EXPECT_EQ(transfer(bdev, REQ_OP_READ, bdev->bd_nr_sects - 1, page, SECTOR_SIZE, 0), 0);
	__free_pages(page, 0);
}

KTEST(block_disk_flush_and_fua)
{
	struct block_device *bdev = scratch_disk();
	struct page *page;

	if (!bdev)
		return;
	page = alloc_page(GFP_KERNEL);
	fill(page, 5);
	EXPECT_EQ(blkdev_issue_flush(bdev), 0);
	EXPECT_EQ(transfer(bdev, REQ_OP_WRITE | REQ_PREFLUSH | REQ_FUA, 2000, page, PAGE_SIZE, 0), 0);
	fill(page, 6);
	EXPECT_EQ(transfer(bdev, REQ_OP_READ, 2000, page, PAGE_SIZE, 0), 0);
	EXPECT(holds(page, 5));
	__free_pages(page, 0);
}

/*
 * With test.bad=read, write or flush (and QEMU's blkdebug) sector 8000 of the disk cannot be read or written, or its
 * cache not be flushed: that gives EIO, every time, and nothing else does.
 */
static bool bad(const char *what)
{
	const char *v = cmdline_find("test.bad");

	return v && strcmp(v, what) == 0;
}

KTEST(block_errors_stay_where_they_are)
{
	struct block_device *bdev = scratch_disk();
	struct page *pages[8];
	struct blk_plug plug;

	if (!bdev)
		return;
	for (u32 i = 0; i < 8; i++)
		pages[i] = alloc_page(GFP_HIGHUSER);
	for (int round = 0; round < 2; round++) {
		for (u32 op = REQ_OP_READ; op <= REQ_OP_WRITE; op++) {
			int error = bad(op == REQ_OP_READ ? "read" : "write") ? -EIO : 0;

			EXPECT_EQ(transfer(bdev, op, 8000, pages[0], PAGE_SIZE, 0), error);
			EXPECT_EQ(transfer(bdev, op, 8000 + PAGE_SECTORS, pages[0], PAGE_SIZE, 0), 0);
			/* Merged with its neighbours, they do not suffer. */
			atomic_set(&left, 8);
			atomic_set(&errors, 0);
			blk_start_plug(&plug);
			for (u32 i = 0; i < 8; i++)
				start(bdev, op, 8000 + (i - 4) * PAGE_SECTORS, pages[i]);
			blk_finish_plug(&plug);
			wait_event(&all_done, atomic_read(&left) == 0);
			EXPECT_EQ(atomic_read(&errors), error ? 1 : 0);
		}
		EXPECT_EQ(blkdev_issue_flush(bdev), bad("flush") ? -EIO : 0);
		EXPECT_EQ(transfer(bdev, REQ_OP_WRITE | REQ_FUA, 16, pages[0], PAGE_SIZE, 0), bad("flush") ? -EIO : 0);
	}
	for (u32 i = 0; i < 8; i++)
		__free_pages(pages[i], 0);
}
