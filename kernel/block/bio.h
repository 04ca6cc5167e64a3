/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * struct bio: one transfer between pages of memory and a contiguous run of sectors of a block device. It is how
 * file systems and the page cache ask for I/O; what becomes of it on the way to the disk is the business of
 * kernel/block/queue.c.
 *
 * A bio belongs to whoever made it until submit_bio(), then to the block layer until bi_end_io is called, then to
 * bi_end_io, which usually ends with bio_put(). bi_end_io is called exactly once, mostly from a softirq
 * and possibly before submit_bio() returns: it must not sleep.
 */
#include "lib/types.h"
#include "mm/page.h"

#define SECTOR_SHIFT 9
#define SECTOR_SIZE 512u
typedef u64 sector_t;			/* a position or count in sectors of 512 bytes */

struct block_device;

struct bio_vec {
	struct page *bv_page;		/* may lie in HIGHMEM; the submitter keeps it alive */
	u32 bv_len, bv_offset;		/* bytes; multiples of SECTOR_SIZE, within the page */
};

struct bio {
	struct block_device *bi_bdev;
	sector_t bi_sector;		/* first sector; submit_bio makes it relative to the whole disk */
	u32 bi_opf;			/* REQ_OP_* | REQ_* */
	u32 bi_size;			/* bytes in all */
	u16 bi_vcnt, bi_max_vecs;
	int bi_status;			/* in bi_end_io: 0 or a negative errno */
	void (*bi_end_io)(struct bio *bio);
	void *bi_private;		/* the submitter's */
	struct bio *bi_next;		/* the block layer's */
	struct bio_vec bi_io_vec[];
};

/* bi_opf: one operation ... */
#define REQ_OP_READ 0u
#define REQ_OP_WRITE 1u
#define REQ_OP_FLUSH 2u			/* no data: what the device has acknowledged is on its medium when this ends */
#define REQ_OP_MASK 3u
/* ... and what else is wanted. */
#define REQ_SYNC 0x10u			/* somebody waits for it */
#define REQ_PREFLUSH 0x20u		/* a write: flush the device's cache first */
#define REQ_FUA 0x40u			/* a write: on the medium before it ends */
#define REQ_RAHEAD 0x80u		/* a read that may fail without harm */

#define BIO_MAX_VECS 256u

static inline u32 bio_op(const struct bio *bio) { return bio->bi_opf & REQ_OP_MASK; }
static inline sector_t bio_sectors(const struct bio *bio) { return bio->bi_size >> SECTOR_SHIFT; }

/* An empty bio for up to nr_vecs (<= BIO_MAX_VECS) pieces. With __GFP_WAIT and nr_vecs <= 16 it never fails (a reserve waits). */
struct bio *bio_alloc(gfp_t gfp, unsigned nr_vecs);
void bio_put(struct bio *bio);
/* Appends a piece, or lengthens the last. False: no room, or more than one request of the device can carry. */
bool bio_add_page(struct bio *bio, struct page *page, u32 len, u32 offset);
/* Starts it. May sleep until the queue has room. Errors (beyond the end of the device, no device) come through bi_end_io. */
void submit_bio(struct bio *bio);
/* Submits and waits: 0 or errno; the bio is still the caller's. Sleeps. */
int submit_bio_wait(struct bio *bio);
/* For code that ends a bio itself. */
void bio_endio(struct bio *bio, int status);
