/* SPDX-License-Identifier: MIT */
/*
 * Request queues with a driver that is the test itself: it sees what it is given, in which order, and says when and
 * how it ends. The disk is never added, so that nobody else knows it.
 */
#include "kernel/block/blkdev.h"
#include "kernel/block/internal.h"
#include "kernel/init.h"
#include "kernel/ktest.h"
#include "kernel/sched/workqueue.h"
#include "lib/abi/errno.h"
#include "lib/string.h"
#include "mm/highmem.h"
#include "mm/slab.h"

#define DEPTH 4u
static struct gendisk disk;
static struct request *seen[256];	/* in the order in which the driver got them */
static u32 nr_seen, busy_after;		/* refuses when it has had so many */
static int answer;			/* what queue_rq returns otherwise */

static int fake_queue_rq(struct request_queue *q, struct request *rq)
{
	if (nr_seen >= busy_after)
		return -EBUSY;
	if (!answer)
		seen[nr_seen++] = rq;
	return answer;
}
static const struct request_queue_ops fake_ops = { .queue_rq = fake_queue_rq };

/* Queues are never freed: one for all tests, made before the first. */
static int fake_init(void)
{
	disk = (struct gendisk){ .disk_name = "fake", .minors = 1 };
	disk.queue = blk_alloc_queue(&fake_ops, DEPTH, NULL);
	disk.part0 = (struct block_device){ .bd_disk = &disk, .bd_nr_sects = 1u << 20, .bd_name = "fake" };
	return disk.queue ? 0 : -ENOMEM;
}
device_initcall(fake_init);

static void setup(void)
{
	nr_seen = 0;
	busy_after = ~0u;
	answer = 0;
	blk_queue_write_cache(disk.queue, false, false);
	blk_queue_limits(disk.queue, 64, 16);
}

static struct bio *ended[256];
static u32 nr_ended;
static void note_end(struct bio *bio) { ended[nr_ended++] = bio; }

static void submit(u32 opf, sector_t sector, struct page *page, u32 len)
{
	struct bio *bio = bio_alloc(GFP_KERNEL, 1);

	bio->bi_bdev = &disk.part0;
	bio->bi_sector = sector;
	bio->bi_opf = opf;
	bio->bi_end_io = note_end;
	if (len)
		EXPECT(bio_add_page(bio, page, len, 0));
	submit_bio(bio);
}

static void put_ended(void)
{
	for (u32 i = 0; i < nr_ended; i++)
		bio_put(ended[i]);
	nr_ended = 0;
}

/* Ends what the driver has and gets, first come, first served. */
static void end_all(int status)
{
	for (u32 i = 0; i < nr_seen; i++)
		if (seen[i]) {
			struct request *rq = seen[i];

			seen[i] = NULL;
			blk_end_request(rq, status);
		}
}

KTEST(blockq_sorts_what_waits)
{
	static const sector_t sectors[] = { 500, 100, 300, 200, 400, 90, 80, 70 };
	struct page *page = alloc_page(GFP_KERNEL);
	sector_t last = 0;

	setup();
	for (u32 i = 0; i < DEPTH; i++)			/* these keep the driver busy */
		submit(REQ_OP_READ, 1000 + 100 * i, page, SECTOR_SIZE);
	EXPECT_EQ(nr_seen, DEPTH);
	for (u32 i = 0; i < ARRAY_SIZE(sectors); i++)
		submit(REQ_OP_READ, sectors[i], page, SECTOR_SIZE);
	EXPECT_EQ(nr_seen, DEPTH);
	for (u32 i = 0; i < DEPTH; i++)
		blk_end_request(seen[i], 0);
	EXPECT_EQ(nr_seen, 2 * DEPTH);
	/* The head goes upwards from the oldest one, and then takes the oldest of the rest. */
	EXPECT_EQ(seen[DEPTH]->sector, 500);
	for (u32 i = DEPTH; i < 2 * DEPTH; i++)
		blk_end_request(seen[i], 0);
	for (u32 i = DEPTH + 1; i < 2 * DEPTH; i++) {
		EXPECT(seen[i]->sector > last);
		last = seen[i]->sector;
	}
	for (u32 i = 2 * DEPTH; i < nr_seen; i++)
		blk_end_request(seen[i], 0);
	EXPECT_EQ(nr_ended, DEPTH + ARRAY_SIZE(sectors));
	put_ended();
	__free_pages(page, 0);
}

/* Back, front, and the gap between two; but not across limits, and not reads with writes. */
KTEST(blockq_merges_neighbours)
{
	struct page *page = alloc_page(GFP_KERNEL);
	u32 before;

	setup();
	for (u32 i = 0; i < DEPTH; i++)
		submit(REQ_OP_WRITE, 10000 + 100 * i, page, SECTOR_SIZE);
	before = nr_seen;
	submit(REQ_OP_WRITE, 100, page, SECTOR_SIZE);
	submit(REQ_OP_WRITE, 101, page, SECTOR_SIZE);	/* behind */
	submit(REQ_OP_WRITE, 99, page, SECTOR_SIZE);	/* before */
	submit(REQ_OP_WRITE, 103, page, SECTOR_SIZE);
	submit(REQ_OP_WRITE, 102, page, SECTOR_SIZE);	/* closes the gap */
	submit(REQ_OP_READ, 104, page, SECTOR_SIZE);
	submit(REQ_OP_WRITE, 200, page, SECTOR_SIZE);
	for (u32 i = 1; i <= 16; i++)			/* one more than a request may have pieces */
		submit(REQ_OP_WRITE, 200 + i, page, SECTOR_SIZE);
	for (u32 i = 0; i < before; i++)
		blk_end_request(seen[i], 0);
	EXPECT_EQ(nr_seen - before, 4);
	for (u32 i = before; i < nr_seen; i++) {
		struct request *rq = seen[i];
		struct rq_iter it;
		u32 pieces = 0;

		for (rq_iter_init(&it, rq); rq_iter_valid(&it); rq_iter_next(&it))
			pieces++;
		EXPECT_EQ(pieces, rq->nr_segments);
		EXPECT_EQ(rq->nr_sectors, rq->sector == 99 ? 5 : rq->sector == 200 ? 16 : 1);
		blk_end_request(rq, 0);
	}
	EXPECT_EQ(nr_ended, DEPTH + 23);
	put_ended();
	__free_pages(page, 0);
}

/* A stream of reads cannot keep a write out for ever, nor one end of the disk the other. */
KTEST(blockq_starves_nobody)
{
	struct page *page = alloc_page(GFP_KERNEL);
	u32 write_at = 0;

	setup();
	for (u32 i = 0; i < DEPTH; i++)
		submit(REQ_OP_READ, 1000 + 2 * i, page, SECTOR_SIZE);
	submit(REQ_OP_WRITE, 50, page, SECTOR_SIZE);
	for (u32 i = 0; !write_at && i < 200; i++) {
		submit(REQ_OP_READ, 2000 + 2 * i, page, SECTOR_SIZE);
		if ((seen[i]->cmd_flags & REQ_OP_MASK) == REQ_OP_WRITE)
			write_at = i;
		blk_end_request(seen[i], 0);
		seen[i] = NULL;
	}
	EXPECT(write_at > 0 && write_at <= 64);
	end_all(0);
	put_ended();
	__free_pages(page, 0);
}

KTEST(blockq_busy_and_failing_drivers)
{
	struct page *page = alloc_page(GFP_KERNEL);

	setup();
	busy_after = 1;
	submit(REQ_OP_READ, 10, page, SECTOR_SIZE);
	submit(REQ_OP_READ, 30, page, SECTOR_SIZE);	/* refused */
	EXPECT_EQ(nr_seen, 1);
	busy_after = ~0u;
	blk_end_request(seen[0], -EIO);			/* and offered again */
	EXPECT_EQ(nr_seen, 2);
	EXPECT_EQ(seen[1]->sector, 30);
	blk_end_request(seen[1], 0);
	answer = -ENODEV;
	submit(REQ_OP_READ, 50, page, SECTOR_SIZE);
	EXPECT_EQ(nr_ended, 3);
	EXPECT_EQ(ended[0]->bi_status, -EIO);
	EXPECT_EQ(ended[1]->bi_status, 0);
	EXPECT_EQ(ended[2]->bi_status, -ENODEV);
	put_ended();
	__free_pages(page, 0);
}

static u32 op_of(u32 i) { return i < nr_seen ? seen[i]->cmd_flags & (REQ_OP_MASK | REQ_FUA) : ~0u; }

/* The table at the head of flush.c. */
KTEST(blockq_flush_sequences)
{
	struct page *page = alloc_page(GFP_KERNEL);

	setup();
	submit(REQ_OP_WRITE | REQ_PREFLUSH | REQ_FUA, 10, page, SECTOR_SIZE);	/* no cache: a write, and that is all */
	EXPECT_EQ(nr_seen, 1);
	EXPECT_EQ(op_of(0), REQ_OP_WRITE);
	blk_end_request(seen[0], 0);
	EXPECT_EQ(nr_ended, 1);
	submit(REQ_OP_FLUSH, 0, page, 0);
	EXPECT_EQ(nr_ended, 2);

	nr_seen = 0;
	blk_queue_write_cache(disk.queue, true, true);
	submit(REQ_OP_WRITE | REQ_PREFLUSH | REQ_FUA, 10, page, SECTOR_SIZE);
	EXPECT_EQ(op_of(0), REQ_OP_FLUSH);
	blk_end_request(seen[0], 0);
	EXPECT_EQ(op_of(1), REQ_OP_WRITE | REQ_FUA);
	blk_end_request(seen[1], 0);
	EXPECT_EQ(nr_ended, 3);

	nr_seen = 0;
	blk_queue_write_cache(disk.queue, true, false);
	submit(REQ_OP_WRITE | REQ_PREFLUSH | REQ_FUA, 10, page, SECTOR_SIZE);
	blk_end_request(seen[0], 0);
	EXPECT_EQ(op_of(1), REQ_OP_WRITE);
	blk_end_request(seen[1], 0);
	EXPECT_EQ(nr_ended, 3);
	EXPECT_EQ(op_of(2), REQ_OP_FLUSH);
	blk_end_request(seen[2], 0);
	EXPECT_EQ(nr_ended, 4);
	EXPECT_EQ(nr_seen, 3);
	put_ended();
	__free_pages(page, 0);
}

/* Ten that come while a flush runs share the next one; if it fails, all fail, and no data is written. */
KTEST(blockq_flushes_are_shared)
{
	struct page *page = alloc_page(GFP_KERNEL);

	setup();
	blk_queue_write_cache(disk.queue, true, false);
	submit(REQ_OP_FLUSH, 0, page, 0);
	for (int i = 0; i < 9; i++)
		submit(REQ_OP_FLUSH, 0, page, 0);
	submit(REQ_OP_WRITE | REQ_PREFLUSH, 10, page, SECTOR_SIZE);
	EXPECT_EQ(nr_seen, 1);
	blk_end_request(seen[0], 0);
	EXPECT_EQ(nr_ended, 1);
	EXPECT_EQ(nr_seen, 2);
	blk_end_request(seen[1], -EIO);
	EXPECT_EQ(nr_seen, 2);
	EXPECT_EQ(nr_ended, 11);
	for (u32 i = 1; i < nr_ended; i++)
		EXPECT_EQ(ended[i]->bi_status, -EIO);
	put_ended();
	__free_pages(page, 0);
}

/* Every page lies above this limit, so that all data is copied; the queue's own pages stay (they are never freed). */
KTEST(blockq_bounces)
{
	struct page *page = alloc_page(GFP_HIGHUSER);
	struct request_queue *q = disk.queue;
	struct rq_iter it;
	char *p = kmap(page);

	setup();
	memset(p, 'w', PAGE_SIZE);
	q->bounce_limit = 0;
	EXPECT_EQ(blk_bounce_init(q), 0);
	submit(REQ_OP_WRITE, 8, page, SECTOR_SIZE);
	rq_iter_init(&it, seen[0]);
	EXPECT(it.bv.bv_page != page && !PageHighMem(it.bv.bv_page));
	EXPECT(!memchr_inv(lowmem_page_address(it.bv.bv_page), 'w', SECTOR_SIZE));
	blk_end_request(seen[0], 0);
	submit(REQ_OP_READ, 8, page, PAGE_SIZE);
	rq_iter_init(&it, seen[1]);
	memset(lowmem_page_address(it.bv.bv_page), 'r', PAGE_SIZE);
	EXPECT(p[0] == 'w');
	blk_end_request(seen[1], 0);
	EXPECT(!memchr_inv(p, 'r', PAGE_SIZE));
	put_ended();
	for (u32 i = 0; i < q->depth * q->max_segments; i++)
		__free_pages(q->bounce_pages[i], 0);
	kfree(q->bounce_pages);
	q->bounce_pages = NULL;
	q->bounce_limit = ~0ull;
	kunmap(page);
	__free_pages(page, 0);
}

static struct bio *hoard;		/* by bi_next */
static struct work_struct return_work;

static void keep(struct bio *bio)
{
	bio->bi_next = hoard;
	hoard = bio;
}

static void return_one(struct work_struct *work)
{
	struct bio *bio = hoard;

	hoard = bio->bi_next;
	bio_put(bio);
}

/* All memory taken, and all that the caches hold: the reserve still gives, and then waits for one to come back. */
KTEST(blockq_bios_without_memory)
{
	struct page *page, *next;
	u32 from_reserve = 0;
	LIST_HEAD(taken);
	struct bio *bio;

	while ((page = alloc_page(GFP_ATOMIC | __GFP_NOWARN)))
		list_add(&page->lru, &taken);
	while ((bio = bio_alloc(GFP_NOWAIT | __GFP_NOWARN, 16)))
		keep(bio);
	for (; from_reserve < 16; from_reserve++)
		keep(bio_alloc(GFP_NOFS, 16));
	INIT_WORK(&return_work, return_one);
	schedule_work(&return_work);
	bio = bio_alloc(GFP_NOFS, 3);
	EXPECT(bio && bio->bi_max_vecs == 16);
	keep(bio);
	list_for_each_entry_safe(page, next, &taken, lru) {
		list_del(&page->lru);
		__free_pages(page, 0);
	}
	while (hoard)
		return_one(NULL);
}

/* More writers than a queue has requests: each waits its turn, and a read gets in among them. */
KTEST(blockq_full_queue_waits)
{
	struct page *page = alloc_page(GFP_KERNEL);
	u32 writes = disk.queue->nr_requests - disk.queue->nr_requests / 4;

	setup();
	for (u32 i = 0; i < writes; i++)
		submit(REQ_OP_WRITE, 2 * i, page, SECTOR_SIZE);
	EXPECT_EQ(disk.queue->nr_free, disk.queue->nr_requests / 4);
	submit(REQ_OP_READ, 5000, page, SECTOR_SIZE);		/* would sleep for ever if nothing were kept for reads */
	EXPECT_EQ(disk.queue->nr_free, disk.queue->nr_requests / 4 - 1);
	end_all(0);
	EXPECT_EQ(nr_ended, writes + 1);
	EXPECT_EQ(disk.queue->nr_free, disk.queue->nr_requests);
	put_ended();
	__free_pages(page, 0);
}
