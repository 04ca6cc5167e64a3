/* SPDX-License-Identifier: MIT */
/*
 * IDE disks: commands and what becomes of them. A channel is a cable with a master and a slave drive that share one
 * set of registers and one interrupt, so a channel carries out one command at a time; the queue of the other drive
 * is told to wait (-EBUSY) and run when the command has ended. Data goes by bus-master DMA (ide_dma.c), or through
 * the CPU (PIO): then the drive interrupts for every block of `multiple` sectors.
 *
 *   idle --queue_rq--> command --interrupt: end, or error of the drive--> idle
 *                         |  ^                                             ^
 *              no answer, |  | second and third try (the last by PIO)      | three tries, or a drive that
 *              bus error  v  |                                             | stays busy: EIO
 *                       resetting (worker thread) -------------------------+
 *
 * ch->lock guards that state and the registers. While resetting is set the registers are the worker's, and the
 * interrupt handler only listens. A channel whose drives no longer answer even to a reset is dead: all that comes
 * gets EIO at once, and nobody waits for it again.
 *
 * Source: ATA/ATAPI-6 (INCITS 361-2002), 8 (commands), 9 (protocols), 6.20 (48-bit addresses).
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/io.h"
#include "kernel/dev/ide.h"
#include "kernel/panic.h"
#include "mm/highmem.h"

#define TIMEOUT (10 * NSEC_PER_SEC)	/* a host may put the whole machine aside for seconds */
#define MAX_TRIES 3u
enum { PENDING = 1, RETRY = 2 };	/* beside 0 and errno: the command goes on; reset and try again */

static bool is_write(const struct ide_channel *ch) { return (ch->rq->cmd_flags & REQ_OP_MASK) == REQ_OP_WRITE; }
static u8 alternate_status(const struct ide_channel *ch) { return inb(ch->control); }

/* The registers are valid 400 ns after a select or a command; a read of a port takes about 100. */
static void settle(const struct ide_channel *ch)
{
	for (int i = 0; i < 4; i++)
		alternate_status(ch);
}

void ide_select(const struct ide_drive *drive, u8 device_bits)
{
	outb(DEVICE_OBSOLETE | drive->select | device_bits, drive->channel->io + REG_DEVICE);
	settle(drive->channel);
}

static void sleep_ms(u32 ms)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule_hrtimeout(ktime_get() + ms * NSEC_PER_MSEC);
}

u8 ide_wait_clear(const struct ide_channel *ch, u8 bits, u32 ms)
{
	u64 start = ktime_get(), end = start + ms * NSEC_PER_MSEC;
	u8 status;

	while ((status = alternate_status(ch)) & bits && ktime_get() < end)
		if (ktime_get() > start + NSEC_PER_MSEC)
			sleep_ms(1);
	return status & bits ? 0xff : status;
}

/* The same for a moment, without sleeping: is the status what it must be? */
static bool spin_for(const struct ide_channel *ch, u8 mask, u8 wanted)
{
	for (int i = 0; i < 1000; i++)
		if ((alternate_status(ch) & mask) == wanted)
			return true;
	return false;
}

int ide_simple_command(struct ide_drive *drive, u8 command, u8 count)
{
	const struct ide_channel *ch = drive->channel;

	ide_select(drive, 0);
	outb(count, ch->io + REG_COUNT);
	outb(command, ch->io + REG_COMMAND);
	settle(ch);
	return ide_wait_clear(ch, STATUS_BSY, 1000) & (STATUS_BSY | STATUS_DF | STATUS_ERR) ? -EIO : 0;
}

/* The next block of the request goes through the data register, sector by sector, for pieces may be as small. */
static void pio_block(struct ide_channel *ch)
{
	for (u32 n = min(ch->sectors_left, (u32)ch->active->multiple); n; n--) {
		char *page = kmap_atomic(ch->it.bv.bv_page), *p = page + ch->it.bv.bv_offset + ch->offset;

		if (is_write(ch))
			outsw(ch->io + REG_DATA, p, SECTOR_SIZE / 2);
		else
			insw(ch->io + REG_DATA, p, SECTOR_SIZE / 2);
		kunmap_atomic(page);
		ch->sectors_left--;
		ch->offset += SECTOR_SIZE;
		if (ch->offset == ch->it.bv.bv_len) {
			rq_iter_next(&ch->it);
			ch->offset = 0;
		}
	}
}

static u8 data_command(const struct ide_channel *ch, bool ext)
{
	static const u8 commands[][2][2] = {	/* [how][direction][LBA48] */
		{ { CMD_READ, CMD_READ_EXT }, { CMD_WRITE, CMD_WRITE_EXT } },
		{ { CMD_READ_MULTIPLE, CMD_READ_MULTIPLE_EXT }, { CMD_WRITE_MULTIPLE, CMD_WRITE_MULTIPLE_EXT } },
		{ { CMD_READ_DMA, CMD_READ_DMA_EXT }, { CMD_WRITE_DMA, CMD_WRITE_DMA_EXT } },
	};

	return commands[ch->dma_running ? 2 : ch->active->multiple > 1][ch->rq->cmd_flags & REQ_OP_MASK][ext];
}

/* Address and count; a count of 0 means 256 or, with 48 bits, 65536. The older half of a 48-bit register goes first. */
static void write_address(struct ide_channel *ch, u64 lba, u32 count, bool ext)
{
	if (ext) {
		outb((u8)(count >> 8), ch->io + REG_COUNT);
		outb((u8)(lba >> 24), ch->io + REG_LBA_LOW);
		outb((u8)(lba >> 32), ch->io + REG_LBA_MID);
		outb((u8)(lba >> 40), ch->io + REG_LBA_HIGH);
	}
	outb((u8)count, ch->io + REG_COUNT);
	outb((u8)lba, ch->io + REG_LBA_LOW);
	outb((u8)(lba >> 8), ch->io + REG_LBA_MID);
	outb((u8)(lba >> 16), ch->io + REG_LBA_HIGH);
}

static void arm_watchdog(struct ide_channel *ch)
{
	ch->deadline = ktime_get() + TIMEOUT;
	schedule_delayed_work(&ch->watchdog, TIMEOUT);	/* if it is pending already it will see the new deadline */
}

/* Sends the command for ch->rq. What goes wrong here ends in the timeout. */
static void start_command(struct ide_channel *ch)
{
	struct ide_drive *drive = ch->active;
	struct request *rq = ch->rq;
	bool ext = drive->lba48 && rq->sector + rq->nr_sectors > 1u << 28;

	ch->tries++;
	ch->dma_running = rq->nr_sectors && drive->dma && ch->tries < MAX_TRIES;
	ch->sectors_left = ch->dma_running ? 0 : rq->nr_sectors;
	ch->offset = 0;
	rq_iter_init(&ch->it, rq);
	arm_watchdog(ch);
	if (!spin_for(ch, STATUS_BSY | STATUS_DRQ, 0))
		return;
	ide_select(drive, (u8)(DEVICE_LBA | (ext ? 0 : rq->sector >> 24 & 15)));
	if (!rq->nr_sectors) {
		outb(drive->flush_command, ch->io + REG_COMMAND);
		return;
	}
	if (ch->dma_running)
		ide_dma_prepare(ch, rq);
	write_address(ch, rq->sector, rq->nr_sectors, ext);
	outb(data_command(ch, ext), ch->io + REG_COMMAND);
	if (ch->dma_running) {
		ide_dma_start(ch);
	} else if (is_write(ch)) {		/* the first block is asked for without an interrupt */
		settle(ch);
		if (spin_for(ch, STATUS_BSY | STATUS_DRQ, STATUS_DRQ))
			pio_block(ch);
	}
}

static int ide_queue_rq(struct request_queue *q, struct request *rq)
{
	struct ide_drive *drive = blk_queue_data(q);
	struct ide_channel *ch = drive->channel;
	unsigned long flags;
	int err = -EBUSY;

	spin_lock_irqsave(&ch->lock, flags);
	if (ch->dead) {
		err = -EIO;
	} else if (!ch->rq) {
		ch->rq = rq;
		ch->active = drive;
		ch->tries = 0;
		start_command(ch);
		err = 0;
	}
	spin_unlock_irqrestore(&ch->lock, flags);
	return err;
}

/* Without ch->lock: the request is over; the other drive has the first turn. */
static void finish(struct ide_drive *drive, struct request *rq, int err)
{
	struct ide_drive *other = &drive->channel->drive[drive == &drive->channel->drive[0]];

	if (other->present)
		blk_run_queue(other->disk.queue);
	blk_end_request(rq, err);
}

static void ide_complete(struct request_queue *q, struct request *rq) { finish(blk_queue_data(q), rq, rq->status); }

const struct request_queue_ops ide_queue_ops = { .queue_rq = ide_queue_rq, .complete = ide_complete };

static int drive_error(struct ide_channel *ch, u8 status)
{
	u8 error = inb(ch->io + REG_ERROR);

	pr_err("%s: status %02x error %02x at sector %llu\n", ch->active->disk.disk_name, status, error,
	       (unsigned long long)ch->rq->sector);
	/* A broken cable may work the next time; for bad sectors the drive has tried all it can. */
	return ch->dma_running && error & ERROR_ICRC ? RETRY : -EIO;
}

/* The drive has finished a step: 0, errno, PENDING or RETRY. */
static int next_step(struct ide_channel *ch, u8 status)
{
	int err = ch->dma_running ? ide_dma_end(ch) : 0;

	if (status & (STATUS_ERR | STATUS_DF))
		return drive_error(ch, status);
	if (err)
		return RETRY;
	if (!ch->sectors_left)
		return 0;
	if (!(status & STATUS_DRQ))
		return RETRY;
	pio_block(ch);
	/* The last block of a read comes with the last interrupt, that of a write goes before it. */
	return ch->sectors_left || is_write(ch) ? PENDING : 0;
}

static void begin_reset(struct ide_channel *ch)
{
	ch->resetting = true;
	mod_delayed_work(&ch->watchdog, 0);
}

bool ide_interrupt(struct pt_regs *regs, void *channel)
{
	struct ide_channel *ch = channel;
	struct request *rq;
	int result = PENDING;
	unsigned long flags;

	(void)regs;
	spin_lock_irqsave(&ch->lock, flags);
	rq = ch->rq;
	if (rq && !ch->resetting && (!ch->dma_running || ide_dma_interrupts(ch)) && !(alternate_status(ch) & STATUS_BSY)) {
		result = next_step(ch, inb(ch->io + REG_STATUS));	/* reading it calms the line */
		if (result == RETRY)
			begin_reset(ch);
		else if (result == PENDING)
			arm_watchdog(ch);
		else
			ch->rq = NULL;
	} else if (!rq) {
		inb(ch->io + REG_STATUS);
	}
	spin_unlock_irqrestore(&ch->lock, flags);
	if (result <= 0)
		blk_complete_request(rq, result);
	return true;
}

/* Both drives start anew (9.2, software reset). Do they answer? */
static bool reset_drives(struct ide_channel *ch)
{
	bool alive;

	if (ch->dma_running)
		ide_dma_end(ch);
	outb(CONTROL_SRST | CONTROL_NIEN, ch->control);
	udelay(10);
	outb(CONTROL_NIEN, ch->control);
	sleep_ms(3);
	alive = !(ide_wait_clear(ch, STATUS_BSY, 10000) & STATUS_BSY);
	for (int i = 0; i < 2 && alive; i++)
		if (ch->drive[i].present && ch->drive[i].multiple > 1)
			ide_simple_command(&ch->drive[i], CMD_SET_MULTIPLE, ch->drive[i].multiple);
	outb(0, ch->control);
	return alive;
}

static void reset_channel(struct ide_channel *ch)
{
	bool alive = reset_drives(ch);
	struct request *failed = NULL;

	spin_lock_irq(&ch->lock);
	ch->resetting = false;
	if (!alive)
		ch->dead = true;
	if (alive && ch->tries < MAX_TRIES) {
		start_command(ch);
	} else {
		failed = ch->rq;
		ch->rq = NULL;
	}
	spin_unlock_irq(&ch->lock);
	if (!failed)
		return;
	pr_err("%s: %s\n", ch->active->disk.disk_name, alive ? "giving up a request" : "does not answer any more");
	finish(ch->active, failed, -ETIMEDOUT);
}

/* By a worker: has the deadline of a command passed, or has an interrupt asked for a reset? */
static void watchdog(struct work_struct *work)
{
	struct ide_channel *ch = container_of(to_delayed_work(work), struct ide_channel, watchdog);
	u64 now = ktime_get();
	bool reset;

	spin_lock_irq(&ch->lock);
	if (ch->rq && !ch->resetting) {
		if (now < ch->deadline) {
			schedule_delayed_work(&ch->watchdog, ch->deadline - now);
		} else {
			pr_warn("%s: no answer, status %02x\n", ch->active->disk.disk_name, alternate_status(ch));
			ch->resetting = true;
		}
	}
	reset = ch->resetting;
	spin_unlock_irq(&ch->lock);
	if (reset)
		reset_channel(ch);
}

void ide_channel_init(struct ide_channel *ch)
{
	spin_lock_init(&ch->lock);
	INIT_DELAYED_WORK(&ch->watchdog, watchdog);
}
