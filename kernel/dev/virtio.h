/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * virtio 1.x devices on PCI: what all drivers for them need. A driver registers a pci_driver with the vendor 0x1af4
 * and the device's two ids (0x1040 + type; the transitional one), and in its probe calls, in this order, virtio_init,
 * virtqueue_create, request_irq and virtio_ready.
 */
#include "kernel/dev/pci.h"

#define PCI_VENDOR_VIRTIO 0x1af4u
#define VIRTIO_F_INDIRECT_DESC 28
#define VIRTIO_F_VERSION_1 32

struct virtio_device {
	struct pci_dev *pci;
	volatile struct virtio_pci_common_cfg *common;
	volatile u8 *isr;		/* reading it tells who interrupts and calms the line */
	void *config;			/* the device's own, or NULL */
	u8 *notify;			/* of queue n: at its queue_notify_off * notify_multiplier */
	u32 notify_multiplier;
	u64 features;			/* what both sides have */
};

/* A buffer of physical memory that the device reads, or writes. */
struct virtq_buf { phys_addr_t addr; u32 len; bool device_writes; };

struct virtq_desc { u64 addr; u32 len; u16 flags, next; };

struct virtqueue {
	u16 size;			/* entries, a power of two */
	u16 nr_free, free_head;		/* descriptors */
	u16 last_used;			/* index of the next used entry to look at */
	struct virtq_desc *desc;
	struct virtq_avail *avail;
	volatile struct virtq_used *used;
	void **token;			/* by head descriptor */
	volatile u16 *notify;
	u16 index;
};

/* Resets the device and agrees on features: of wanted, those it has, and VIRTIO_F_VERSION_1. 0, -ENODEV, -ENOMEM. Sleeps. */
int virtio_init(struct virtio_device *vdev, struct pci_dev *pci, u64 wanted);
static inline bool virtio_has(const struct virtio_device *vdev, int feature) { return vdev->features >> feature & 1; }
/* Queue number index, of at most max entries. 0, -ENODEV, -ENOMEM. Sleeps. */
int virtqueue_create(struct virtio_device *vdev, struct virtqueue *vq, u16 index, u16 max);
void virtio_ready(struct virtio_device *vdev);	/* from now on the device may be used */
void virtio_failed(struct virtio_device *vdev);	/* the driver gives up: reset, no more access to memory */

/* The rest: any context; calls for one queue exclude each other by the driver's lock. */

/*
 * n buffers, those that the device reads first. token comes back from virtqueue_get. indirect: a table for n
 * descriptors in low memory that stays until then, or NULL. False: no free descriptors.
 */
bool virtqueue_add(struct virtqueue *vq, const struct virtq_buf *bufs, unsigned n, struct virtq_desc *indirect, void *token);
void virtqueue_kick(struct virtqueue *vq);	/* there is something new in it */
void *virtqueue_get(struct virtqueue *vq);	/* what the device has finished, or NULL */
