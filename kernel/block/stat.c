/* SPDX-License-Identifier: MIT */
/* /proc/partitions and /proc/diskstats, as Linux has them (proc(5); Documentation/admin-guide/iostats.rst). */
#include "fs/proc/proc.h"
#include "kernel/block/internal.h"
#include "kernel/init.h"
#include "kernel/time.h"
#include "lib/div64.h"

static void partition_line(struct block_device *bdev, void *m)
{
	seq_printf(m, "%4u  %7u %10llu %s\n", MAJOR(bdev->bd_dev), MINOR(bdev->bd_dev), (unsigned long long)bdev->bd_nr_sects / 2,
		   bdev->bd_name);
}

static int partitions_show(struct seq_file *m, void *v)
{
	seq_puts(m, "major minor  #blocks  name\n\n");
	for_each_bdev(partition_line, m);
	return 0;
}

static u32 ms(u64 ns) { return (u32)div_u64(ns, NSEC_PER_MSEC); }

/* Reads and writes: requests, of them merged, sectors, ms; now under way, ms busy, ms of all; discards; flushes. */
static void diskstats_line(struct block_device *bdev, void *m)
{
	struct request_queue *q = bdev->bd_disk->queue;
	struct block_device b;

	spin_lock_bh(&q->lock);
	b = *bdev;
	spin_unlock_bh(&q->lock);
	seq_printf(m, "%4u %7u %s", MAJOR(b.bd_dev), MINOR(b.bd_dev), b.bd_name);
	for (u32 op = REQ_OP_READ; op <= REQ_OP_WRITE; op++)
		seq_printf(m, " %llu %llu %llu %u", (unsigned long long)b.bd_ios[op], (unsigned long long)b.bd_merges[op],
			   (unsigned long long)b.bd_sectors[op], ms(b.bd_ticks[op]));
	seq_printf(m, " %u %u %u 0 0 0 0 %llu %u\n", b.bd_in_flight, ms(b.bd_io_ticks),
		   ms(b.bd_ticks[REQ_OP_READ] + b.bd_ticks[REQ_OP_WRITE] + b.bd_ticks[REQ_OP_FLUSH]),
		   (unsigned long long)b.bd_ios[REQ_OP_FLUSH], ms(b.bd_ticks[REQ_OP_FLUSH]));
}

static int diskstats_show(struct seq_file *m, void *v)
{
	for_each_bdev(diskstats_line, m);
	return 0;
}

static int blk_proc_init(void)
{
	proc_create_single("partitions", 0444, NULL, partitions_show);
	proc_create_single("diskstats", 0444, NULL, diskstats_show);
	return 0;
}
fs_initcall(blk_proc_init);
