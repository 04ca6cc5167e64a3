/* SPDX-License-Identifier: MIT */
/*
 * Where bios come from. There are caches for a few numbers of pieces. Memory is written out to disk so that it can be
 * freed, and that takes bios: if they could not be had when memory is short, there would be no way out. So a few bios
 * of RESERVE_VECS pieces are kept aside, and who may wait takes one of those when the caches have nothing. Each
 * comes back when its I/O is over, so the wait ends as long as nobody hoards bios without submitting them.
 *
 * reserve.lock is taken with softirqs off, since bios end in softirqs; it is innermost but for the wait
 * queue's.
 */
#include "kernel/block/blkdev.h"
#include "kernel/block/internal.h"
#include "kernel/init.h"
#include "kernel/panic.h"
#include "kernel/sched/wait.h"
#include "mm/slab.h"

#define RESERVE_VECS 16u
#define RESERVE_BIOS 16u

static struct bio_cache { u16 vecs; const char *name; struct kmem_cache *cache; } caches[] = {
	{ 4, "bio-4", NULL }, { RESERVE_VECS, "bio-16", NULL }, { 64, "bio-64", NULL }, { BIO_MAX_VECS, "bio-256", NULL },
};
static struct {
	spinlock_t lock;
	struct bio *first;		/* by bi_next */
	u32 count;
	wait_queue_head_t wait;
} reserve = { .lock = SPINLOCK_INIT_NAMED("reserve.lock"), .wait = WAIT_QUEUE_HEAD_INIT(reserve.wait) };

static struct bio_cache *cache_for(unsigned nr_vecs)
{
	struct bio_cache *c = caches;

	while (c->vecs < nr_vecs)
		c++;
	return c;
}

static struct bio *take_from_reserve(void)
{
	struct bio *bio;

	spin_lock_bh(&reserve.lock);
	bio = reserve.first;
	if (bio) {
		reserve.first = bio->bi_next;
		reserve.count--;
	}
	spin_unlock_bh(&reserve.lock);
	return bio;
}

/* False: it is full, or the bio is not of its kind. */
static bool give_to_reserve(struct bio *bio)
{
	bool wanted;

	if (bio->bi_max_vecs != RESERVE_VECS || READ_ONCE(reserve.count) == RESERVE_BIOS)
		return false;
	spin_lock_bh(&reserve.lock);
	wanted = reserve.count < RESERVE_BIOS;
	if (wanted) {
		bio->bi_next = reserve.first;
		reserve.first = bio;
		reserve.count++;
	}
	spin_unlock_bh(&reserve.lock);
	wake_up(&reserve.wait);
	return wanted;
}

struct bio *bio_alloc(gfp_t gfp, unsigned nr_vecs)
{
	struct bio_cache *c = cache_for(nr_vecs);
	bool guaranteed = gfp & __GFP_WAIT && nr_vecs <= RESERVE_VECS;
	struct bio *bio;

	ASSERT(nr_vecs <= BIO_MAX_VECS);
	/* Rather the reserve than a long search for memory. */
	bio = kmem_cache_alloc(c->cache, guaranteed ? gfp & ~__GFP_WAIT : gfp);
	if (!bio && guaranteed) {
		might_sleep();
		c = cache_for(RESERVE_VECS);
		wait_event(&reserve.wait, (bio = take_from_reserve()) != NULL);
	}
	if (bio)
		*bio = (struct bio){ .bi_max_vecs = c->vecs };
	return bio;
}

void bio_put(struct bio *bio)
{
	if (!give_to_reserve(bio))
		kmem_cache_free(cache_for(bio->bi_max_vecs)->cache, bio);
}

bool bio_add_page(struct bio *bio, struct page *page, u32 len, u32 offset)
{
	const struct request_queue *q = bio->bi_bdev->bd_disk->queue;
	struct bio_vec *bv = bio->bi_io_vec + bio->bi_vcnt;

	ASSERT(len && (len | offset) % SECTOR_SIZE == 0 && offset + len <= PAGE_SIZE);
	if (bio->bi_size + len > q->max_sectors << SECTOR_SHIFT)
		return false;
	if (bio->bi_vcnt && bv[-1].bv_page == page && bv[-1].bv_offset + bv[-1].bv_len == offset) {
		bv[-1].bv_len += len;
	} else if (bio->bi_vcnt < min(q->max_segments, (u32)bio->bi_max_vecs)) {
		*bv = (struct bio_vec){ page, len, offset };
		bio->bi_vcnt++;
	} else {
		return false;
	}
	bio->bi_size += len;
	return true;
}

void bio_endio(struct bio *bio, int status)
{
	bio->bi_status = status;
	bio->bi_next = NULL;
	bio->bi_end_io(bio);
}

static void wake_submitter(struct bio *bio) { complete(bio->bi_private); }

int submit_bio_wait(struct bio *bio)
{
	struct completion done;

	init_completion(&done);
	bio->bi_private = &done;
	bio->bi_end_io = wake_submitter;
	bio->bi_opf |= REQ_SYNC;
	submit_bio(bio);
	wait_for_completion(&done);
	return bio->bi_status;
}

int blkdev_issue_flush(struct block_device *bdev)
{
	struct bio bio = { .bi_bdev = bdev, .bi_opf = REQ_OP_FLUSH };

	return submit_bio_wait(&bio);
}

static int bio_init(void)
{
	for (struct bio_cache *c = caches; c < caches + ARRAY_SIZE(caches); c++) {
		c->cache = kmem_cache_create(c->name, sizeof(struct bio) + c->vecs * sizeof(struct bio_vec), 8, NULL);
		if (!c->cache)
			return -ENOMEM;
	}
	while (reserve.count < RESERVE_BIOS) {
		struct bio *bio = bio_alloc(GFP_KERNEL, RESERVE_VECS);

		give_to_reserve(bio);
	}
	return 0;
}
core_initcall(bio_init);
