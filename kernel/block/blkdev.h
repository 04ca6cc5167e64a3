/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Disks, their partitions and their request queues. A driver fills a gendisk, gives it a queue and calls add_disk(),
 * which reads the partition table and announces /dev/NAME and /dev/NAME1 ... Disks never go away.
 *
 * Above, fs/block_dev.c opens a block_device and fs/buffer.c and the file systems send bios to it; below, a driver
 * gets requests. A request is one or several bios for neighbouring sectors, merged.
 */
#include "fs/inode.h"
#include "kernel/block/bio.h"
#include "kernel/sched/mutex.h"
#include "lib/list.h"
#include "lib/rbtree.h"

struct gendisk;
struct request_queue;

/* A whole disk or a partition of one. Made by add_disk, never freed. */
struct block_device {
	dev_t bd_dev;
	struct gendisk *bd_disk;
	u32 bd_partno;			/* 0: the whole disk */
	sector_t bd_start_sect, bd_nr_sects;
	char bd_name[32];		/* "vda1" */
	struct list_head bd_list;	/* in gendisk.parts; constant after add_disk */
	/* For /proc/diskstats, by the queue's lock; [REQ_OP_*]. Times are ns; a whole disk counts its partitions in. */
	u64 bd_ios[3], bd_sectors[3], bd_merges[3], bd_ticks[3];
	u32 bd_in_flight;		/* with the driver */
	u64 bd_io_ticks, bd_stamp;	/* how long bd_in_flight was not 0, until bd_stamp */

	/* The opener's side: fs/block_dev.c. */
	struct mutex bd_mutex;		/* guards what follows */
	int bd_openers;
	struct inode *bd_inode;		/* whose i_data is the device's page cache; NULL: nobody has it open */
	void *bd_holder;		/* who has it for itself (a mounted file system, O_EXCL), or NULL */
	int bd_holders;
	u32 bd_block_size;		/* of its buffers: 512 to PAGE_SIZE */
};

struct gendisk {
	char disk_name[32];		/* "vda", "hda" */
	u32 major, first_minor, minors;	/* the disk, then minors - 1 partitions at most */
	bool read_only;
	bool partition_digits;		/* the name ends in a digit: partitions are NAMEp1 */
	struct request_queue *queue;
	void *private_data;		/* the driver's */
	struct block_device part0;	/* the whole disk; bd_nr_sects is set by the driver before add_disk */
	struct list_head parts;		/* of block_device.bd_list: partitions by number */
	struct list_head list;		/* all disks, in the order of their finding */
};

/* Announces the disk, reads its partition table (MBR, GPT). 0 or errno. Sleeps. */
int add_disk(struct gendisk *disk);
/* By number; NULL: no such disk or partition. No reference: devices stay. */
struct block_device *lookup_bdev_nr(dev_t dev);
/* By name, with or without "/dev/" ("/dev/vda1", "hda"). */
struct block_device *lookup_bdev_name(const char *name);
/* For root=: the device that a system most likely lives on when nobody has said (first disk found), or NULL. */
struct block_device *first_disk(void);
/* Calls fn for every disk and partition; for /proc/partitions, /proc/diskstats and messages. */
void for_each_bdev(void (*fn)(struct block_device *bdev, void *arg), void *arg);

/*
 * A request on its way through a driver. The fields are constant between queue_rq and blk_end_request.
 */
struct request {
	struct list_head queuelist;
	struct request_queue *q;
	u32 cmd_flags;			/* REQ_OP_* | REQ_FUA: REQ_FUA only if the queue has it, never REQ_PREFLUSH */
	sector_t sector;		/* of the whole disk */
	u32 nr_sectors;			/* 0: a flush */
	u32 nr_segments;		/* pieces of memory in its bios, none crossing a page */
	struct bio *bio, *biotail;	/* by bi_next */
	u64 start_time;			/* monotonic ns */
	u32 tag;			/* 0 ... depth - 1: for the driver's own tables */
	int status;			/* of blk_complete_request */

	struct rb_node rb_node;		/* the queue's, by its lock, like queuelist */
	struct bio *rest;		/* of a merged request that failed: still to be tried alone */
	u32 nr_merged;
	u8 flush_stages;
	bool bounced;
};

struct request_queue_ops {
	/*
	 * Start it; called with q->lock held and softirqs off, so it may not sleep. 0: started, blk_complete_request or
	 * blk_end_request will be called. -EBUSY: no room now; it is offered again after the next blk_end_request. Other: the
	 * request fails.
	 */
	int (*queue_rq)(struct request_queue *q, struct request *rq);
	/* May be NULL: no more queue_rq for now, tell the device. Called like queue_rq. */
	void (*commit_rqs)(struct request_queue *q);
	/* May be NULL. For blk_complete_request, in a softirq, instead of the blk_end_request that it must call itself. */
	void (*complete)(struct request_queue *q, struct request *rq);
};

/* Fills a new queue. depth: requests that the driver can have at once (1 to 256). NULL: no memory. */
struct request_queue *blk_alloc_queue(const struct request_queue_ops *ops, unsigned depth, void *driver_data);
/* What the device can take; called by the driver before add_disk. */
void blk_queue_limits(struct request_queue *q, u32 max_sectors, u32 max_segments);
void blk_queue_logical_block_size(struct request_queue *q, u32 bytes);	/* the device's unit; default 512 */
u32 bdev_logical_block_size(const struct block_device *bdev);
void blk_queue_write_cache(struct request_queue *q, bool volatile_cache, bool fua);
/* Pages above this physical address are bounced: copied through low memory. Default: no limit. */
void blk_queue_bounce_limit(struct request_queue *q, phys_addr_t highest);
void *blk_queue_data(struct request_queue *q);
/*
 * The request has ended with 0 or an errno: ends its bios and starts what waits. The first, for interrupt handlers, has
 * this done by a softirq, and takes no lock. The second does it at once; not in a hard interrupt, q->lock not held.
 * After -EIO the bios of a merged request are tried alone; -ETIMEDOUT is the same error without that.
 */
void blk_complete_request(struct request *rq, int status);
void blk_end_request(struct request *rq, int status);
/* After a -EBUSY that no blk_end_request of this queue will follow: offer again. Like blk_end_request. */
void blk_run_queue(struct request_queue *q);

/* For the pieces of a request: for (rq_iter_init(&it, rq); rq_iter_valid(&it); rq_iter_next(&it)) use it.bv. */
struct rq_iter { const struct request *rq; struct bio *bio; unsigned index, segment; struct bio_vec bv; };
void rq_iter_init(struct rq_iter *it, const struct request *rq);
bool rq_iter_valid(const struct rq_iter *it);
void rq_iter_next(struct rq_iter *it);

/*
 * A plug holds back the current task's bios until it is pulled (or the task sleeps), so that neighbours can be
 * merged. It lives on the stack; plugs nest, and only the outermost counts.
 */
struct blk_plug { struct list_head list; unsigned count; };	/* of requests */
void blk_start_plug(struct blk_plug *plug);
void blk_finish_plug(struct blk_plug *plug);
void blk_flush_plug(struct blk_plug *plug);	/* never sleeps; for schedule() */

/* What the device has acknowledged reaches its medium: 0 or errno. Sleeps. A device without a cache answers at once. */
int blkdev_issue_flush(struct block_device *bdev);
