/* SPDX-License-Identifier: MIT */
#pragma once
/* Between the files of the IDE driver: channels, their two drives, and the registers. Source: ATA/ATAPI-6. */
#include "kernel/block/blkdev.h"
#include "kernel/sched/workqueue.h"
#include "kernel/time.h"

struct ide_channel;
struct pt_regs;

struct ide_drive {
	struct ide_channel *channel;
	u8 select;			/* in the device register: 0, or 0x10 for the slave */
	bool present, lba48, dma;
	u8 flush_command;		/* 0: has none */
	u8 multiple;			/* sectors for each interrupt in PIO */
	struct gendisk disk;
};

struct ide_channel {
	const char *name;
	u16 io, control;		/* command block; alternate status and device control */
	u16 bmide;			/* bus master registers; 0: none */
	u8 irq, major;
	struct prd *prd;		/* of the running transfer */
	struct ide_drive drive[2];
	struct delayed_work watchdog;	/* pending while there is work: looks at the deadline, and resets */

	/* One command at a time, whichever drive it is for. By lock, with interrupts off; nests in the queues' locks. */
	spinlock_t lock;
	struct request *rq;		/* NULL: idle */
	struct ide_drive *active;	/* whose it is */
	bool dma_running, resetting, dead;
	u32 tries;			/* of rq */
	u32 sectors_left;		/* PIO */
	struct rq_iter it;		/* PIO: the place of the next sector */
	u32 offset;			/* in it.bv */
	u64 deadline;
};

/* Offsets from io. */
enum { REG_DATA, REG_ERROR, REG_COUNT, REG_LBA_LOW, REG_LBA_MID, REG_LBA_HIGH, REG_DEVICE, REG_STATUS, REG_COMMAND = REG_STATUS };
enum { STATUS_ERR = 0x01, STATUS_DRQ = 0x08, STATUS_DF = 0x20, STATUS_BSY = 0x80 };
enum { ERROR_ICRC = 0x80, DEVICE_LBA = 0x40, DEVICE_OBSOLETE = 0xa0, CONTROL_NIEN = 2, CONTROL_SRST = 4 };
enum {
	CMD_READ = 0x20, CMD_READ_EXT = 0x24, CMD_READ_DMA_EXT = 0x25, CMD_READ_MULTIPLE_EXT = 0x29,
	CMD_WRITE = 0x30, CMD_WRITE_EXT = 0x34, CMD_WRITE_DMA_EXT = 0x35, CMD_WRITE_MULTIPLE_EXT = 0x39,
	CMD_READ_MULTIPLE = 0xc4, CMD_WRITE_MULTIPLE = 0xc5, CMD_SET_MULTIPLE = 0xc6, CMD_READ_DMA = 0xc8, CMD_WRITE_DMA = 0xca,
	CMD_FLUSH = 0xe7, CMD_FLUSH_EXT = 0xea, CMD_IDENTIFY = 0xec,
};

/* kernel/dev/ide.c */
extern const struct request_queue_ops ide_queue_ops;
void ide_channel_init(struct ide_channel *ch);
bool ide_interrupt(struct pt_regs *regs, void *channel);
void ide_select(const struct ide_drive *drive, u8 device_bits);
/* Polls the status until bits are clear, sleeping after the first moment; the last status, or 0xff after ms milliseconds. */
u8 ide_wait_clear(const struct ide_channel *ch, u8 bits, u32 ms);
/* A command without data, with interrupts off at the drive: 0 or -EIO. Sleeps. */
int ide_simple_command(struct ide_drive *drive, u8 command, u8 count);

/* kernel/dev/ide_dma.c: with ch->lock held. */
int ide_dma_init(struct ide_channel *ch);		/* 0 or -ENOMEM; sleeps */
void ide_dma_prepare(struct ide_channel *ch, struct request *rq);
void ide_dma_start(struct ide_channel *ch);		/* after the drive has its command */
bool ide_dma_interrupts(const struct ide_channel *ch);	/* is the interrupt the transfer's end? */
int ide_dma_end(struct ide_channel *ch);		/* 0 or -EIO: the controller met an error */
