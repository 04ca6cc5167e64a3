/* SPDX-License-Identifier: MIT */
/*
 * virtio: devices that exist only because a host plays them, and are made to be easy for both. Driver and device
 * share queues in memory. The driver writes buffers into descriptors, puts the number of the first one into the
 * "available" ring and rings a bell; the device puts it into the "used" ring when it is done, and interrupts. Each
 * ring has one writer, whose index only grows, so that no lock spans the two sides; what orders them are barriers:
 * the contents must be written before the index that publishes them, and read after it.
 *
 * On PCI, capabilities say in which BAR, and where in it, the registers are. Only the interface of virtio 1.x is
 * spoken; transitional devices have it too.
 *
 * Source: Virtual I/O Device (VIRTIO) Version 1.1: 2.1 (status), 2.6 (split queues), 3.1 (initialisation), 4.1 (PCI).
 */
#include "kernel/cpu/irqflags.h"
#include "kernel/dev/virtio.h"
#include "kernel/printk.h"
#include "kernel/time.h"
#include "lib/abi/errno.h"
#include "lib/bitmap.h"
#include "mm/slab.h"

/* A capability (4.1.4): where in it things stand, and its types. */
enum { CAP_CFG_TYPE = 3, CAP_BAR = 4, CAP_OFFSET = 8, CAP_LENGTH = 12, CAP_NOTIFY_MULTIPLIER = 16 };
enum { CAP_COMMON = 1, CAP_NOTIFY, CAP_ISR, CAP_DEVICE };

struct virtio_pci_common_cfg {
	u32 device_feature_select, device_feature, driver_feature_select, driver_feature;
	u16 config_msix_vector, num_queues;
	u8 device_status, config_generation;
	u16 queue_select, queue_size, queue_msix_vector, queue_enable, queue_notify_off;
	u32 queue_desc[2], queue_driver[2], queue_device[2];
};
static_assert(sizeof(struct virtio_pci_common_cfg) == 56, "VIRTIO 1.1, 4.1.4.3");

enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8, FAILED = 128 };

enum { DESC_NEXT = 1, DESC_WRITE = 2, DESC_INDIRECT = 4, USED_NO_NOTIFY = 1 };
static_assert(sizeof(struct virtq_desc) == 16, "VIRTIO 1.1, 2.6.5");
struct virtq_avail { u16 flags; volatile u16 idx; u16 ring[]; };
struct virtq_used { u16 flags, idx; struct { u32 id, len; } ring[]; };

/* The part of a BAR that a capability of this type points to; *cap_pos: where that is. */
static void *map_part(struct pci_dev *pci, u8 type, u32 min_length, u8 *cap_pos)
{
	u8 pos = 0;

	while ((pos = pci_find_capability(pci, pos, PCI_CAP_ID_VENDOR))) {
		u32 bar = pci_read_config(pci, pos + CAP_BAR, 1), offset = pci_read_config(pci, pos + CAP_OFFSET, 4);
		u32 length = pci_read_config(pci, pos + CAP_LENGTH, 4);

		/* A type may come several times, the best first; what has no place is skipped. */
		if (pci_read_config(pci, pos + CAP_CFG_TYPE, 1) == type && bar < 6 && length >= min_length) {
			void *p = pci_map_bar(pci, bar, offset, length);

			*cap_pos = pos;
			if (p)
				return p;
		}
	}
	return NULL;
}

static u64 device_features(struct virtio_device *vdev)
{
	u32 low;

	vdev->common->device_feature_select = 0;
	low = vdev->common->device_feature;
	vdev->common->device_feature_select = 1;
	return (u64)vdev->common->device_feature << 32 | low;
}

static void reset(struct virtio_device *vdev)
{
	u64 end = ktime_get() + NSEC_PER_SEC;

	vdev->common->device_status = 0;
	while (vdev->common->device_status && ktime_get() < end)
		cpu_relax();
}

int virtio_init(struct virtio_device *vdev, struct pci_dev *pci, u64 wanted)
{
	u8 pos;

	pci_enable_device(pci);
	*vdev = (struct virtio_device){ .pci = pci };
	vdev->common = map_part(pci, CAP_COMMON, sizeof(*vdev->common), &pos);
	vdev->isr = map_part(pci, CAP_ISR, 1, &pos);
	vdev->config = map_part(pci, CAP_DEVICE, 1, &pos);
	vdev->notify = map_part(pci, CAP_NOTIFY, 2, &pos);
	if (!vdev->common || !vdev->isr || !vdev->notify)
		return -ENODEV;
	vdev->notify_multiplier = pci_read_config(pci, pos + CAP_NOTIFY_MULTIPLIER, 4);
	reset(vdev);
	vdev->common->device_status = ACKNOWLEDGE | DRIVER;
	vdev->features = device_features(vdev) & (wanted | 1ull << VIRTIO_F_VERSION_1);
	if (!virtio_has(vdev, VIRTIO_F_VERSION_1))
		return -ENODEV;
	vdev->common->driver_feature_select = 0;
	vdev->common->driver_feature = (u32)vdev->features;
	vdev->common->driver_feature_select = 1;
	vdev->common->driver_feature = (u32)(vdev->features >> 32);
	vdev->common->device_status = ACKNOWLEDGE | DRIVER | FEATURES_OK;
	return vdev->common->device_status & FEATURES_OK ? 0 : -ENODEV;
}

void virtio_ready(struct virtio_device *vdev) { vdev->common->device_status |= DRIVER_OK; }

void virtio_failed(struct virtio_device *vdev)
{
	reset(vdev);
	vdev->common->device_status = FAILED;
}

/* All three parts in one piece of low memory: descriptors, available ring, used ring (aligned 16, 2 and 4). */
static bool alloc_rings(struct virtqueue *vq)
{
	size_t avail = vq->size * sizeof(struct virtq_desc), used = ALIGN(avail + 6 + 2u * vq->size, 4);
	char *p = (char *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, ilog2_ceil(DIV_ROUND_UP(used + 6 + 8u * vq->size, PAGE_SIZE)));

	vq->token = kcalloc(vq->size, sizeof(*vq->token), GFP_KERNEL);
	if (!p || !vq->token)
		return false;
	vq->desc = (void *)p;
	vq->avail = (void *)(p + avail);
	vq->used = (void *)(p + used);
	for (u16 i = 0; i < vq->size; i++)
		vq->desc[i].next = (u16)(i + 1);
	return true;
}

/* A 64-bit register for the address of something in low memory. */
static void set_address(volatile u32 reg[2], const volatile void *p)
{
	reg[0] = __pa((const void *)p);
	reg[1] = 0;
}

int virtqueue_create(struct virtio_device *vdev, struct virtqueue *vq, u16 index, u16 max)
{
	volatile struct virtio_pci_common_cfg *c = vdev->common;

	if (index >= c->num_queues)
		return -ENODEV;
	c->queue_select = index;
	*vq = (struct virtqueue){ .index = index, .size = c->queue_size };
	if (!is_power_of_2(vq->size))
		return -ENODEV;
	vq->size = vq->nr_free = min(vq->size, max);
	if (!alloc_rings(vq))
		return -ENOMEM;		/* a driver without memory at boot: what it had is lost */
	vq->notify = (void *)(vdev->notify + c->queue_notify_off * vdev->notify_multiplier);
	c->queue_size = vq->size;
	set_address(c->queue_desc, vq->desc);
	set_address(c->queue_driver, vq->avail);
	set_address(c->queue_device, vq->used);
	c->queue_enable = 1;
	return 0;
}

/* One descriptor for each buffer, chained, from d[head] on; the next free one behind the chain. */
static u16 fill(struct virtq_desc *d, u16 head, const struct virtq_buf *bufs, unsigned n)
{
	u16 i = head, last = head;

	for (; n--; bufs++) {
		d[i].addr = bufs->addr;
		d[i].len = bufs->len;
		d[i].flags = DESC_NEXT | (bufs->device_writes ? DESC_WRITE : 0);
		last = i;
		i = d[i].next;
	}
	d[last].flags &= (u16)~DESC_NEXT;
	return i;
}

bool virtqueue_add(struct virtqueue *vq, const struct virtq_buf *bufs, unsigned n, struct virtq_desc *indirect, void *token)
{
	struct virtq_buf table = { indirect ? __pa(indirect) : 0, n * (u32)sizeof(*indirect), false };
	u16 head = vq->free_head;

	if (indirect ? !vq->nr_free : vq->nr_free < n)
		return false;
	if (indirect) {
		for (unsigned i = 0; i < n; i++)
			indirect[i].next = (u16)(i + 1);
		fill(indirect, 0, bufs, n);
		bufs = &table;
		n = 1;
	}
	vq->free_head = fill(vq->desc, head, bufs, n);
	if (indirect)
		vq->desc[head].flags |= DESC_INDIRECT;
	vq->nr_free -= (u16)n;
	vq->token[head] = token;
	vq->avail->ring[vq->avail->idx & (vq->size - 1)] = head;
	smp_wmb();			/* the device sees the entry before the index */
	vq->avail->idx++;
	return true;
}

void virtqueue_kick(struct virtqueue *vq)
{
	smp_mb();			/* the index before the flag: or both sides wait for each other */
	if (!(vq->used->flags & USED_NO_NOTIFY))
		*vq->notify = vq->index;
}

void *virtqueue_get(struct virtqueue *vq)
{
	u16 head, i, n = 1;
	void *token;

	if (vq->last_used == vq->used->idx)
		return NULL;
	smp_rmb();			/* the entry after the index */
	head = (u16)vq->used->ring[vq->last_used++ & (vq->size - 1)].id;
	token = head < vq->size ? vq->token[head] : NULL;
	if (!token) {
		pr_err("virtio: the device returned descriptor %u, which it does not have\n", head);
		return NULL;
	}
	vq->token[head] = NULL;
	for (i = head; vq->desc[i].flags & DESC_NEXT; i = vq->desc[i].next)
		n++;
	vq->desc[i].next = vq->free_head;
	vq->free_head = head;
	vq->nr_free += n;
	return token;
}
