/* SPDX-License-Identifier: MIT */
/*
 * The elevator: in which order requests go to the driver. A disk is fastest when its sectors come in ascending order,
 * but whoever waits for the other end of the disk must not wait for ever. So requests are kept twice: in a tree by
 * sector, and in a list by age. A batch goes upwards through the tree; then the oldest request may have its turn if
 * its time is over. Somebody mostly waits for a read and hardly ever for a write, hence reads go first, but not more
 * than WRITES_STARVED batches of them while writes wait.
 *
 * Neighbours in the tree that touch become one request. All under q->lock.
 */
#include "kernel/block/internal.h"
#include "kernel/time.h"

#define BATCH 16u
#define WRITES_STARVED 2u
static const u64 expire_ns[2] = { [REQ_OP_READ] = NSEC_PER_SEC / 2, [REQ_OP_WRITE] = 5 * NSEC_PER_SEC };

static struct request *rb_rq(struct rb_node *node) { return rb_entry_safe(node, struct request, rb_node); }

void elv_init(struct request_queue *q)
{
	INIT_LIST_HEAD(&q->fifo[REQ_OP_READ]);
	INIT_LIST_HEAD(&q->fifo[REQ_OP_WRITE]);
	q->batch = BATCH;
}

/* Where a request that begins at sector belongs; equal ones stay in the order of their coming. *prev: the one before. */
static struct rb_node **find_place(struct request_queue *q, const struct request *rq, struct rb_node **parent, struct request **prev)
{
	struct rb_node **link = &q->sorted[rq_op(rq)].rb_node;

	*parent = NULL;
	*prev = NULL;
	while (*link) {
		*parent = *link;
		if (rq->sector < rb_rq(*parent)->sector) {
			link = &(*parent)->rb_left;
		} else {
			*prev = rb_rq(*parent);
			link = &(*parent)->rb_right;
		}
	}
	return link;
}

void elv_insert(struct request_queue *q, struct request *rq)
{
	struct request *prev;
	struct rb_node *parent, **link = find_place(q, rq, &parent, &prev);

	rb_link_node(&rq->rb_node, parent, link);
	rb_insert_color(&rq->rb_node, &q->sorted[rq_op(rq)]);
	list_add_tail(&rq->queuelist, &q->fifo[rq_op(rq)]);
}

static void elv_remove(struct request_queue *q, struct request *rq)
{
	u32 dir = rq_op(rq);

	if (q->next[dir] == rq)
		q->next[dir] = rb_rq(rb_next(&rq->rb_node));
	rb_erase(&rq->rb_node, &q->sorted[dir]);
	list_del(&rq->queuelist);
}

bool elv_merge(struct request_queue *q, const struct request *rq)
{
	struct request *prev, *next;
	struct rb_node *parent;

	find_place(q, rq, &parent, &prev);
	next = rb_rq(prev ? rb_next(&prev->rb_node) : rb_first(&q->sorted[rq_op(rq)]));
	if (!prev || !blk_rq_merge(prev, rq))
		return next && blk_rq_merge(next, rq);
	if (next && blk_rq_merge(prev, next)) {		/* the gap between them is closed */
		elv_remove(q, next);
		blk_free_request(q, next);
	}
	return true;
}

static bool expired(const struct request *rq) { return rq->start_time + expire_ns[rq_op(rq)] < ktime_get(); }

/* A new batch: which direction, and from where on. NULL: there is nothing. */
static struct request *begin_batch(struct request_queue *q)
{
	bool writes = !list_empty(&q->fifo[REQ_OP_WRITE]);
	struct request *oldest;

	if (!list_empty(&q->fifo[REQ_OP_READ]) && !(writes && q->starved >= WRITES_STARVED)) {
		q->direction = REQ_OP_READ;
		q->starved += writes;
	} else if (writes) {
		q->direction = REQ_OP_WRITE;
		q->starved = 0;
	} else {
		return NULL;
	}
	q->batch = 0;
	oldest = list_first_entry(&q->fifo[q->direction], struct request, queuelist);
	if (expired(oldest) || !q->next[q->direction])
		return oldest;
	return q->next[q->direction];
}

struct request *elv_dispatch(struct request_queue *q)
{
	struct request *rq = q->batch < BATCH ? q->next[q->direction] : NULL;

	if (!rq)
		rq = begin_batch(q);
	if (!rq)
		return NULL;
	q->batch++;
	q->next[q->direction] = rb_rq(rb_next(&rq->rb_node));
	elv_remove(q, rq);
	return rq;
}
