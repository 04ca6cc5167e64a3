/* SPDX-License-Identifier: MIT */
#pragma once
/* Between the files of the block layer: the request queue and who does what with it. */
#include "kernel/block/blkdev.h"
#include "lib/bitmap.h"

#define MAX_DEPTH 256u

struct request_queue {
	const struct request_queue_ops *ops;
	void *driver_data;
	u32 depth, nr_requests;
	u32 max_sectors, max_segments, logical_block_size;
	bool write_cache, fua;
	phys_addr_t bounce_limit;	/* the highest address that the device reaches */
	struct page **bounce_pages;	/* max_segments for each tag; NULL: all memory is reached. All constant after add_disk */

	spinlock_t lock;		/* guards what follows; taken with softirqs off */
	struct list_head free;		/* of requests */
	u32 nr_free;
	wait_queue_head_t wait;		/* for nr_free to grow */
	DECLARE_BITMAP(tags, MAX_DEPTH);	/* taken by requests that the driver has */
	struct list_head dispatch;	/* requests that go before what the elevator has */

	/* The elevator, by direction: REQ_OP_READ, REQ_OP_WRITE. */
	struct rb_root sorted[2];	/* by sector */
	struct list_head fifo[2];	/* by age */
	struct request *next[2];	/* behind the last dispatched one, in sorted */
	u32 direction, batch, starved;

	/* kernel/block/flush.c */
	struct list_head flush_pending;	/* requests that need a flush which starts from now on */
	struct list_head flush_running;	/* those that the running one serves */
	struct request flush_rq;
	bool flush_busy;

	struct request requests[];	/* nr_requests: all of them */
};

/* All with q->lock held, unless said. Ended bios are chained to *done: bio_end_list() without the lock. */

/* kernel/block/queue.c */
void blk_finish_request(struct request *rq, int status, struct bio **done);
void blk_free_request(struct request_queue *q, struct request *rq);
bool blk_rq_merge(struct request *into, const struct request *rq);	/* also for plugged ones without the lock */

/* kernel/block/elevator.c */
void elv_init(struct request_queue *q);
void elv_insert(struct request_queue *q, struct request *rq);
/* True: rq's bios are part of another request, and rq itself the caller's again. */
bool elv_merge(struct request_queue *q, const struct request *rq);
struct request *elv_dispatch(struct request_queue *q);		/* the next for the driver, or NULL */

/* kernel/block/flush.c */
enum { FLUSH_BEFORE = 1, FLUSH_AFTER = 2 };
u8 blk_flush_stages(const struct request_queue *q, const struct bio *bio);	/* any context: what this device needs */
void blk_flush_insert(struct request *rq);
/* The driver has ended rq. True: it is not over, or was the flush itself. */
bool blk_flush_ended(struct request *rq, int status, struct bio **done);

/* kernel/block/bounce.c */
int blk_bounce_init(struct request_queue *q);	/* any context that may sleep */
void blk_bounce_start(struct request *rq);	/* the driver will get it */
void blk_bounce_end(struct request *rq);	/* it has read the data */
struct page *blk_bounce_page(const struct request *rq, unsigned segment, struct page *page);

static inline u32 rq_op(const struct request *rq) { return rq->cmd_flags & REQ_OP_MASK; }
