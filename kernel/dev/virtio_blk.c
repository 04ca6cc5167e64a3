/* SPDX-License-Identifier: MIT */
/*
 * The virtio disk: /dev/vda, vdb ... One virtqueue carries requests: a header that the device reads, the data, and
 * a byte of status that it writes. Header, status and the table of descriptors of a request lie in a slot of its
 * tag, made at the start, so that starting a request allocates nothing.
 *
 * The interrupt handler takes what the device has done from the virtqueue and hands it on to the block softirq.
 *
 * vblk->lock guards the virtqueue, with interrupts off; it nests in q->lock. Source: VIRTIO 1.1, 5.2.
 */
#include "fs/chrdev.h"
#include "kernel/block/blkdev.h"
#include "kernel/cpu/cpu.h"
#include "kernel/dev/virtio.h"
#include "kernel/init.h"
#include "kernel/printk.h"
#include "lib/printf.h"
#include "mm/slab.h"

#define VIRTBLK_MAJOR 254u
#define MINORS 16u
#define DEPTH 64u
#define SEGMENTS 62u			/* with header and status, a table of 64 descriptors: 1 KiB */

enum { F_SEG_MAX = 2, F_RO = 5, F_BLK_SIZE = 6, F_FLUSH = 9, F_CONFIG_WCE = 11 };
enum { T_IN, T_OUT, T_FLUSH = 4, S_OK = 0, S_UNSUPPORTED = 2 };

struct virtio_blk_config {
	u32 capacity[2];		/* sectors */
	u32 size_max, seg_max, geometry, blk_size;
	u8 topology[8], writeback;
};
static_assert(offsetof(struct virtio_blk_config, writeback) == 32, "VIRTIO 1.1, 5.2.4");

struct slot {
	struct virtq_desc table[SEGMENTS + 2];
	struct { u32 type, reserved; u64 sector; } header;
	u8 status;
} __aligned(16);

struct vblk {
	struct virtio_device vdev;
	struct gendisk disk;
	spinlock_t lock;
	struct virtqueue vq;		/* by lock, with interrupts off */
	struct slot *slots[DEPTH];	/* of the tag's request, while the driver has it */
	struct virtq_buf bufs[SEGMENTS + 2];	/* of the request that is being started, by q->lock: too many for a stack */
};

static int vblk_queue_rq(struct request_queue *q, struct request *rq)
{
	static const u32 types[] = { [REQ_OP_READ] = T_IN, [REQ_OP_WRITE] = T_OUT, [REQ_OP_FLUSH] = T_FLUSH };
	struct vblk *vb = blk_queue_data(q);
	struct slot *slot = vb->slots[rq->tag];
	u32 op = rq->cmd_flags & REQ_OP_MASK, n = 0;
	struct virtq_buf *bufs = vb->bufs;
	unsigned long flags;
	struct rq_iter it;
	bool added;

	slot->header.type = types[op];
	slot->header.sector = rq->sector;
	bufs[n++] = (struct virtq_buf){ __pa(&slot->header), sizeof(slot->header), false };
	for (rq_iter_init(&it, rq); rq_iter_valid(&it); rq_iter_next(&it))
		bufs[n++] = (struct virtq_buf){ page_to_phys(it.bv.bv_page) + it.bv.bv_offset, it.bv.bv_len, op == REQ_OP_READ };
	bufs[n++] = (struct virtq_buf){ __pa(&slot->status), 1, true };
	spin_lock_irqsave(&vb->lock, flags);
	added = virtqueue_add(&vb->vq, bufs, n, virtio_has(&vb->vdev, VIRTIO_F_INDIRECT_DESC) ? slot->table : NULL, rq);
	spin_unlock_irqrestore(&vb->lock, flags);
	return added ? 0 : -EBUSY;
}

static void vblk_commit(struct request_queue *q)
{
	struct vblk *vb = blk_queue_data(q);

	virtqueue_kick(&vb->vq);
}

static const struct request_queue_ops vblk_ops = { .queue_rq = vblk_queue_rq, .commit_rqs = vblk_commit };

static bool vblk_interrupt(struct pt_regs *regs, void *arg)
{
	struct vblk *vb = arg;
	struct request *rq;
	unsigned long flags;
	u8 status;

	if (!*vb->vdev.isr)
		return false;
	for (;;) {
		spin_lock_irqsave(&vb->lock, flags);
		rq = virtqueue_get(&vb->vq);
		spin_unlock_irqrestore(&vb->lock, flags);
		if (!rq)
			return true;
		status = vb->slots[rq->tag]->status;
		if (status != S_OK)
			pr_err("%s: error %u at sector %llu\n", vb->disk.disk_name, status, (unsigned long long)rq->sector);
		blk_complete_request(rq, status == S_OK ? 0 : status == S_UNSUPPORTED ? -EOPNOTSUPP : -EIO);
	}
}

static int alloc_slots(struct vblk *vb)
{
	for (u32 i = 0; i < DEPTH; i++) {
		vb->slots[i] = kzalloc(sizeof(struct slot), GFP_KERNEL);
		if (!vb->slots[i])
			return -ENOMEM;
	}
	return 0;
}

/* What the device says of itself. */
static int set_limits(struct vblk *vb)
{
	volatile struct virtio_blk_config *c = vb->vdev.config;
	u32 segments = SEGMENTS;
	struct request_queue *q;

	q = vb->disk.queue = blk_alloc_queue(&vblk_ops, DEPTH, vb);
	if (!q)
		return -ENOMEM;
	if (virtio_has(&vb->vdev, F_SEG_MAX))
		segments = clamp(c->seg_max, 1u, SEGMENTS);
	if (!virtio_has(&vb->vdev, VIRTIO_F_INDIRECT_DESC))
		segments = min(segments, vb->vq.size - 2u);
	blk_queue_limits(q, segments * (PAGE_SIZE / SECTOR_SIZE), segments);
	if (virtio_has(&vb->vdev, F_BLK_SIZE) && is_power_of_2(c->blk_size) && c->blk_size >= SECTOR_SIZE && c->blk_size <= PAGE_SIZE)
		blk_queue_logical_block_size(q, c->blk_size);
	/* 5.2.5.2: without CONFIG_WCE a device that can flush must be taken to need it. */
	blk_queue_write_cache(q, virtio_has(&vb->vdev, F_FLUSH) && !(virtio_has(&vb->vdev, F_CONFIG_WCE) && !c->writeback), false);
	vb->disk.read_only = virtio_has(&vb->vdev, F_RO);
	vb->disk.part0.bd_nr_sects = (u64)c->capacity[1] << 32 | c->capacity[0];
	return 0;
}

static int vblk_probe(struct pci_dev *pci)
{
	static const u64 wanted = BIT(F_SEG_MAX) | BIT(F_RO) | BIT(F_BLK_SIZE) | BIT(F_FLUSH) | BIT(F_CONFIG_WCE) |
				  BIT(VIRTIO_F_INDIRECT_DESC);
	static u32 disks;
	struct vblk *vb = disks < 26 ? kzalloc(sizeof(*vb), GFP_KERNEL) : NULL;
	int err;

	if (!vb)
		return -ENOMEM;
	spin_lock_init(&vb->lock);
	vb->disk = (struct gendisk){ .major = VIRTBLK_MAJOR, .first_minor = disks * MINORS, .minors = MINORS, .private_data = vb };
	scnprintf(vb->disk.disk_name, sizeof(vb->disk.disk_name), "vd%c", 'a' + disks);
	err = virtio_init(&vb->vdev, pci, wanted);
	if (!err && !vb->vdev.config)
		err = -ENODEV;
	err = err ?: virtqueue_create(&vb->vdev, &vb->vq, 0, 256) ?: alloc_slots(vb) ?: set_limits(vb) ?:
	      request_irq(pci->irq, vblk_interrupt, IRQF_SHARED, vb->disk.disk_name, vb);
	if (err) {
		if (vb->vdev.common)
			virtio_failed(&vb->vdev);
		return err;
	}
	disks++;
	virtio_ready(&vb->vdev);
	return add_disk(&vb->disk);
}

static const struct pci_device_id vblk_ids[] = { { PCI_VENDOR_VIRTIO, 0x1042, 0, 0 }, { PCI_VENDOR_VIRTIO, 0x1001, 0, 0 }, { 0 } };
static const struct pci_driver vblk_driver = { .name = "virtio_blk", .id_table = vblk_ids, .probe = vblk_probe };

static int vblk_init(void)
{
	register_blkdev(VIRTBLK_MAJOR, "virtblk");
	pci_register_driver(&vblk_driver);	/* what failed has been reported */
	return 0;
}
device_initcall(vblk_init);
