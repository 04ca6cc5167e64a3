/* SPDX-License-Identifier: MIT */
/*
 * Writes that have to be safe. A disk with a volatile cache says "done" before the data is on its medium; a flush
 * empties that cache. What a file system asks for (flush first, this write through to the medium) becomes a
 * sequence of what the device has:
 *
 *   the device has      REQ_PREFLUSH     data             REQ_FUA
 *   no volatile cache   -                write            -
 *   cache, FUA          flush            write with FUA   -
 *   cache, no FUA       flush            write            flush
 *
 * One flush is under way at a time. It serves all that waited when it started; who comes later may rely on writes
 * that this one did not see, and waits for the next. So many callers of fsync share few flushes.
 *
 * All under q->lock.
 */
#include "kernel/block/internal.h"
#include "kernel/time.h"

u8 blk_flush_stages(const struct request_queue *q, const struct bio *bio)
{
	u8 stages = 0;

	if (!q->write_cache)
		return 0;
	if (bio_op(bio) == REQ_OP_FLUSH || bio->bi_opf & REQ_PREFLUSH)
		stages |= FLUSH_BEFORE;
	if (bio->bi_opf & REQ_FUA && bio->bi_size && !q->fua)
		stages |= FLUSH_AFTER;
	return stages;
}

static void start_flush(struct request_queue *q)
{
	if (q->flush_busy || list_empty(&q->flush_pending))
		return;
	q->flush_busy = true;
	list_splice_init(&q->flush_pending, &q->flush_running);
	q->flush_rq = (struct request){ .q = q, .cmd_flags = REQ_OP_FLUSH, .start_time = ktime_get() };
	list_add_tail(&q->flush_rq.queuelist, &q->dispatch);
}

void blk_flush_insert(struct request *rq)
{
	struct request_queue *q = rq->q;

	list_add_tail(&rq->queuelist, rq->flush_stages & FLUSH_BEFORE ? &q->flush_pending : &q->dispatch);
	start_flush(q);
}

/* A flush has ended: the next step of a request that waited for it. */
static void flushed(struct request *rq, int status, struct bio **done)
{
	bool data_is_next = rq->flush_stages & FLUSH_BEFORE && rq->nr_sectors;

	rq->flush_stages &= (u8)~FLUSH_BEFORE;
	if (data_is_next && !status)
		list_add_tail(&rq->queuelist, &rq->q->dispatch);
	else
		blk_finish_request(rq, status, done);
}

bool blk_flush_ended(struct request *rq, int status, struct bio **done)
{
	struct request_queue *q = rq->q;
	struct request *waiter, *next;

	if (rq == &q->flush_rq) {
		q->flush_busy = false;
		list_for_each_entry_safe(waiter, next, &q->flush_running, queuelist) {
			list_del(&waiter->queuelist);
			flushed(waiter, status, done);
		}
	} else if (rq->flush_stages & FLUSH_AFTER && !status) {
		list_add_tail(&rq->queuelist, &q->flush_pending);
	} else {
		return false;
	}
	start_flush(q);
	return true;
}
