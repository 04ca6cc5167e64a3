/* SPDX-License-Identifier: MIT */
/*
 * Pages that a device cannot reach: a controller with 32 address lines on a machine with more than 4 GiB. The driver
 * is shown other pages instead, from which or to which the data is copied. For each request that the driver can
 * have at once the queue owns enough of them, so that nothing has to be allocated while memory is being freed.
 *
 * The pages of a tag belong to the request that has the tag. Copying is done under q->lock.
 */
#include "kernel/block/internal.h"
#include "lib/string.h"
#include "mm/highmem.h"
#include "mm/slab.h"

static bool beyond(const struct request_queue *q, const struct page *page)
{
	return page_to_phys(page) + PAGE_SIZE - 1 > q->bounce_limit;
}

int blk_bounce_init(struct request_queue *q)
{
	u32 n = q->depth * q->max_segments;

	if (q->bounce_limit >= ((phys_addr_t)max_pfn << PAGE_SHIFT) - 1)
		return 0;
	q->bounce_pages = kcalloc(n, sizeof(*q->bounce_pages), GFP_KERNEL);
	if (!q->bounce_pages)
		return -ENOMEM;
	for (u32 i = 0; i < n; i++) {
		q->bounce_pages[i] = alloc_page(GFP_KERNEL);
		if (!q->bounce_pages[i])
			return -ENOMEM;	/* the disk is not added; what was had stays with the queue */
	}
	return 0;
}

struct page *blk_bounce_page(const struct request *rq, unsigned segment, struct page *page)
{
	const struct request_queue *q = rq->q;

	return rq->bounced && beyond(q, page) ? q->bounce_pages[rq->tag * q->max_segments + segment] : page;
}

static void copy_pages(struct request *rq, bool back)
{
	struct rq_iter it;

	for (rq_iter_init(&it, rq); rq_iter_valid(&it); rq_iter_next(&it)) {
		struct page *page = it.bio->bi_io_vec[it.index].bv_page;
		char *p = kmap_atomic(page) + it.bv.bv_offset, *low = (char *)lowmem_page_address(it.bv.bv_page) + it.bv.bv_offset;

		if (it.bv.bv_page != page)
			memcpy(back ? p : low, back ? low : p, it.bv.bv_len);
		kunmap_atomic(p);
	}
}

void blk_bounce_start(struct request *rq)
{
	rq->bounced = rq->q->bounce_pages != NULL;
	if (rq->bounced && rq_op(rq) == REQ_OP_WRITE)
		copy_pages(rq, false);
}

void blk_bounce_end(struct request *rq)
{
	if (rq->bounced && rq_op(rq) == REQ_OP_READ)
		copy_pages(rq, true);
}
