/* SPDX-License-Identifier: MIT */
/*
 * The request queue of a disk: from bios to requests and through the driver. The way of a bio:
 *
 *   submit_bio   checked, made relative to the whole disk, becomes (part of) a request
 *   plug         the task may collect requests first, so that neighbours find each other
 *   elevator     sorted, merged with what waits (elevator.c), or put through the flush steps (flush.c)
 *   driver       as many at once as it has tags for (depth)
 *   completion   the driver's interrupt handler calls blk_complete_request, which only notes the request on a list of
 *                its CPU; the BLOCK softirq calls blk_end_request: the next requests start, then the bios end
 *
 * There is a fixed number of requests for each queue: who fills a slow disk waits in submit_bio. A quarter is kept
 * for reads, for somebody waits for those. A bio is never split and never half done, so that bi_size and the pieces
 * stay as the submitter made them.
 *
 * q->lock guards a queue; it is taken in softirqs, never in a hard interrupt. The driver's queue_rq is called under it, bi_end_io never. A
 * request that is in no list of the queue belongs to who has it: the task (in its plug), the driver, or the list of the
 * completed, which is its CPU's own and changed with interrupts off.
 */
#include "kernel/block/internal.h"
#include "kernel/init.h"
#include "kernel/panic.h"
#include "kernel/sched/softirq.h"
#include "kernel/task/task.h"
#include "mm/slab.h"

#define MIN_REQUESTS 64u		/* so that there is something to sort and merge even if the device takes one at a time */
#define MAX_PLUGGED 32u

static void load_segment(struct rq_iter *it)
{
	it->bv = it->bio->bi_io_vec[it->index];
	it->bv.bv_page = blk_bounce_page(it->rq, it->segment, it->bv.bv_page);
}

static void skip_to_data(struct rq_iter *it)
{
	while (it->bio && it->index == it->bio->bi_vcnt) {
		it->bio = it->bio == it->rq->biotail ? NULL : it->bio->bi_next;
		it->index = 0;
	}
	if (it->bio)
		load_segment(it);
}

void rq_iter_init(struct rq_iter *it, const struct request *rq)
{
	*it = (struct rq_iter){ .rq = rq, .bio = rq->bio };
	skip_to_data(it);
}

bool rq_iter_valid(const struct rq_iter *it) { return it->bio != NULL; }

void rq_iter_next(struct rq_iter *it)
{
	it->index++;
	it->segment++;
	skip_to_data(it);
}

bool blk_rq_merge(struct request *into, const struct request *rq)
{
	const struct request_queue *q = into->q;

	if (rq->q != q || (into->cmd_flags ^ rq->cmd_flags) & ~(REQ_SYNC | REQ_RAHEAD) || into->bio->bi_bdev != rq->bio->bi_bdev ||
	    into->flush_stages || rq->flush_stages || !rq->nr_sectors || into->nr_sectors + rq->nr_sectors > q->max_sectors ||
	    into->nr_segments + rq->nr_segments > q->max_segments)
		return false;
	if (into->sector + into->nr_sectors == rq->sector) {
		into->biotail->bi_next = rq->bio;
		into->biotail = rq->biotail;
	} else if (rq->sector + rq->nr_sectors == into->sector) {
		rq->biotail->bi_next = into->bio;
		into->bio = rq->bio;
		into->sector = rq->sector;
	} else {
		return false;
	}
	into->nr_sectors += rq->nr_sectors;
	into->nr_segments += rq->nr_segments;
	into->nr_merged += rq->nr_merged + 1;
	into->start_time = min(into->start_time, rq->start_time);
	return true;
}

/* The request that bio makes by itself. */
static void init_request(struct request *rq, struct request_queue *q, struct bio *bio)
{
	*rq = (struct request){
		.q = q, .cmd_flags = bio->bi_opf & ~REQ_PREFLUSH, .sector = bio->bi_sector,
		.nr_sectors = (u32)bio_sectors(bio), .nr_segments = bio->bi_vcnt, .bio = bio, .biotail = bio,
		.start_time = ktime_get(), .flush_stages = blk_flush_stages(q, bio),
	};
	if (!q->fua || !q->write_cache)
		rq->cmd_flags &= ~REQ_FUA;
}

/* Waits until there is one. Writes leave a quarter alone. */
static struct request *get_request(struct request_queue *q, const struct request *as)
{
	u32 keep = rq_op(as) == REQ_OP_READ ? 0 : q->nr_requests / 4;
	struct request *rq = NULL;

	for (;;) {
		spin_lock_bh(&q->lock);
		if (q->nr_free > keep) {
			rq = list_first_entry(&q->free, struct request, queuelist);
			list_del(&rq->queuelist);
			q->nr_free--;
		}
		spin_unlock_bh(&q->lock);
		if (rq)
			break;
		/* schedule() pulls our plug, so that what we wait for is not what we keep. */
		wait_event(&q->wait, READ_ONCE(q->nr_free) > keep);
	}
	*rq = *as;
	return rq;
}

void blk_free_request(struct request_queue *q, struct request *rq)
{
	list_add(&rq->queuelist, &q->free);
	q->nr_free++;
	wake_up(&q->wait);
}

/* Statistics; a partition's count for the whole disk too. */
#define for_each_counted(bdev, rq) \
	for ((bdev) = (rq)->bio ? (rq)->bio->bi_bdev : NULL; bdev; (bdev) = (bdev)->bd_partno ? &(bdev)->bd_disk->part0 : NULL)

static void account_in_flight(struct request *rq, int change)
{
	struct block_device *bdev;
	u64 now = ktime_get();

	for_each_counted(bdev, rq) {
		if (bdev->bd_in_flight)
			bdev->bd_io_ticks += now - bdev->bd_stamp;
		bdev->bd_stamp = now;
		bdev->bd_in_flight += (u32)change;
	}
}

static void account_done(struct request *rq)
{
	struct block_device *bdev;
	u32 op = rq_op(rq);

	for_each_counted(bdev, rq) {
		bdev->bd_ios[op]++;
		bdev->bd_sectors[op] += rq->nr_sectors;
		bdev->bd_merges[op] += rq->nr_merged;
		bdev->bd_ticks[op] += ktime_get() - rq->start_time;
	}
}

/* rq goes on with the next of the bios that are tried alone. */
static void next_bio(struct request *rq)
{
	struct bio *bio = rq->rest, *rest = bio->bi_next;

	bio->bi_next = NULL;
	init_request(rq, rq->q, bio);
	rq->rest = rest;
	list_add_tail(&rq->queuelist, &rq->q->dispatch);
}

void blk_finish_request(struct request *rq, int status, struct bio **done)
{
	account_done(rq);
	for (struct bio *bio = rq->bio;; bio = bio->bi_next) {
		bio->bi_status = status;
		if (bio == rq->biotail)
			break;
	}
	rq->biotail->bi_next = *done;
	*done = rq->bio;
	if (rq->rest)
		next_bio(rq);
	else
		blk_free_request(rq->q, rq);
}

/*
 * The driver has no more to do with rq. If a merged one has failed its bios are tried one by one, so that a bad sector
 * costs only those who asked for it; but not if the device did not answer at all (-ETIMEDOUT), for that would take long.
 */
static void request_ended(struct request *rq, int status, struct bio **done)
{
	if (status == -EIO && rq->bio != rq->biotail) {
		rq->biotail->bi_next = NULL;
		rq->rest = rq->bio;
		next_bio(rq);
	} else if (!blk_flush_ended(rq, status == -ETIMEDOUT ? -EIO : status, done)) {
		blk_finish_request(rq, status == -ETIMEDOUT ? -EIO : status, done);
	}
}

static struct request *next_request(struct request_queue *q)
{
	struct request *rq = list_first_entry_or_null(&q->dispatch, struct request, queuelist);

	if (rq)
		list_del(&rq->queuelist);
	return rq ?: elv_dispatch(q);
}

/* Give the driver what it takes. q->lock held. */
static void run_queue(struct request_queue *q, struct bio **done)
{
	bool started = false;
	struct request *rq;
	u32 tag;
	int err;

	while ((tag = find_first_zero_bit(q->tags, q->depth)) < q->depth && (rq = next_request(q))) {
		rq->tag = tag;
		blk_bounce_start(rq);
		err = q->ops->queue_rq(q, rq);
		if (err == -EBUSY) {
			list_add(&rq->queuelist, &q->dispatch);
			break;
		}
		if (err) {
			request_ended(rq, err, done);
			continue;
		}
		__set_bit(rq->tag, q->tags);
		account_in_flight(rq, 1);
		started = true;
	}
	if (started && q->ops->commit_rqs)
		q->ops->commit_rqs(q);
}

static void end_bios(struct bio *bio)
{
	for (struct bio *next; bio; bio = next) {
		next = bio->bi_next;
		bio_endio(bio, bio->bi_status);
	}
}

void blk_run_queue(struct request_queue *q)
{
	struct bio *done = NULL;

	spin_lock_bh(&q->lock);
	run_queue(q, &done);
	spin_unlock_bh(&q->lock);
	end_bios(done);
}

void blk_end_request(struct request *rq, int status)
{
	struct request_queue *q = rq->q;
	struct bio *done = NULL;

	spin_lock_bh(&q->lock);
	ASSERT(__test_bit(rq->tag, q->tags));
	if (!status)
		blk_bounce_end(rq);
	__clear_bit(rq->tag, q->tags);
	account_in_flight(rq, -1);
	request_ended(rq, status, &done);
	run_queue(q, &done);
	spin_unlock_bh(&q->lock);
	end_bios(done);
}

static struct list_head completed[MAX_CPUS];	/* by its CPU, interrupts off */

void blk_complete_request(struct request *rq, int status)
{
	unsigned long flags = local_irq_save();

	rq->status = status;
	list_add_tail(&rq->queuelist, &completed[smp_processor_id()]);
	raise_softirq_irqoff(BLOCK_SOFTIRQ);
	local_irq_restore(flags);
}

static void end_completed(enum softirq nr)
{
	struct request *rq, *next;
	LIST_HEAD(list);

	(void)nr;
	local_irq_disable();
	list_splice_init(&completed[smp_processor_id()], &list);
	local_irq_enable();
	list_for_each_entry_safe(rq, next, &list, queuelist) {
		if (rq->q->ops->complete)
			rq->q->ops->complete(rq->q, rq);
		else
			blk_end_request(rq, rq->status);
	}
}

static int blk_init(void)
{
	for (u32 cpu = 0; cpu < MAX_CPUS; cpu++)
		INIT_LIST_HEAD(&completed[cpu]);
	open_softirq(BLOCK_SOFTIRQ, end_completed);
	return 0;
}
core_initcall(blk_init);

/* q->lock held. */
static void insert_request(struct request_queue *q, struct request *rq)
{
	if (rq->flush_stages)
		blk_flush_insert(rq);
	else if (elv_merge(q, rq))
		blk_free_request(q, rq);
	else
		elv_insert(q, rq);
}

void blk_flush_plug(struct blk_plug *plug)
{
	struct request *rq, *next;
	LIST_HEAD(list);

	list_splice_init(&plug->list, &list);
	plug->count = 0;
	while ((rq = list_first_entry_or_null(&list, struct request, queuelist))) {
		struct request_queue *q = rq->q;
		struct bio *done = NULL;

		spin_lock_bh(&q->lock);
		list_for_each_entry_safe(rq, next, &list, queuelist)
			if (rq->q == q) {
				list_del(&rq->queuelist);
				insert_request(q, rq);
			}
		run_queue(q, &done);
		spin_unlock_bh(&q->lock);
		end_bios(done);
	}
}

void blk_start_plug(struct blk_plug *plug)
{
	INIT_LIST_HEAD(&plug->list);
	plug->count = 0;
	if (!current->plug)
		current->plug = plug;
}

void blk_finish_plug(struct blk_plug *plug)
{
	if (current->plug != plug)
		return;
	current->plug = NULL;
	blk_flush_plug(plug);
}

/* 0, or what is wrong with the bio. */
static int check_bio(const struct bio *bio)
{
	const struct block_device *bdev = bio->bi_bdev;
	const struct request_queue *q = bdev->bd_disk->queue;
	sector_t n = bio_sectors(bio);

	if (n > bdev->bd_nr_sects || bio->bi_sector > bdev->bd_nr_sects - n)
		return -EIO;
	if (n > q->max_sectors || bio->bi_vcnt > q->max_segments)
		return -EIO;
	if (((bio->bi_sector << SECTOR_SHIFT) | bio->bi_size) & (q->logical_block_size - 1))
		return -EINVAL;
	if (!n && bio_op(bio) != REQ_OP_FLUSH && !(bio->bi_opf & REQ_PREFLUSH))
		return -EINVAL;
	return bio_op(bio) != REQ_OP_READ && bdev->bd_disk->read_only && n ? -EROFS : 0;
}

void submit_bio(struct bio *bio)
{
	struct request_queue *q = bio->bi_bdev->bd_disk->queue;
	struct blk_plug *plug = current->plug, own;
	int err = check_bio(bio);
	struct request as, *rq;

	might_sleep();
	bio->bi_next = NULL;
	if (bio->bi_size && !err)
		bio->bi_sector += bio->bi_bdev->bd_start_sect;
	init_request(&as, q, bio);
	if (err || (!bio->bi_size && !as.flush_stages)) {
		bio_endio(bio, err);
		return;
	}
	if (plug && !list_empty(&plug->list) && blk_rq_merge(list_last_entry(&plug->list, struct request, queuelist), &as))
		return;
	rq = get_request(q, &as);
	if (!plug) {
		plug = &own;
		INIT_LIST_HEAD(&own.list);
	}
	list_add_tail(&rq->queuelist, &plug->list);
	if (plug == &own || ++plug->count >= MAX_PLUGGED)
		blk_flush_plug(plug);
}

struct request_queue *blk_alloc_queue(const struct request_queue_ops *ops, unsigned depth, void *driver_data)
{
	u32 n = max(2 * depth, MIN_REQUESTS);
	struct request_queue *q = kzalloc(sizeof(*q) + n * sizeof(struct request), GFP_KERNEL);

	ASSERT(depth && depth <= MAX_DEPTH);
	if (!q)
		return NULL;
	q->ops = ops;
	q->depth = depth;
	q->nr_requests = n;
	q->driver_data = driver_data;
	blk_queue_limits(q, 256, 128);
	q->logical_block_size = SECTOR_SIZE;
	q->bounce_limit = ~0ull;
	spin_lock_init(&q->lock);
	init_waitqueue_head(&q->wait);
	INIT_LIST_HEAD(&q->free);
	INIT_LIST_HEAD(&q->dispatch);
	INIT_LIST_HEAD(&q->flush_pending);
	INIT_LIST_HEAD(&q->flush_running);
	elv_init(q);
	for (u32 i = 0; i < n; i++)
		blk_free_request(q, q->requests + i);
	return q;
}

void blk_queue_limits(struct request_queue *q, u32 max_sectors, u32 max_segments)
{
	q->max_sectors = max_sectors;
	q->max_segments = max_segments;
}

void blk_queue_write_cache(struct request_queue *q, bool volatile_cache, bool fua)
{
	q->write_cache = volatile_cache;
	q->fua = fua;
}

void blk_queue_logical_block_size(struct request_queue *q, u32 bytes) { q->logical_block_size = bytes; }
u32 bdev_logical_block_size(const struct block_device *bdev) { return bdev->bd_disk->queue->logical_block_size; }
void blk_queue_bounce_limit(struct request_queue *q, phys_addr_t highest) { q->bounce_limit = highest; }
void *blk_queue_data(struct request_queue *q) { return q->driver_data; }
