/* SPDX-License-Identifier: MIT */
/*
 * Which IDE drives there are, at the two places where a PC has its channels. A PCI controller adds bus-master DMA; an
 * ISA machine has none. An empty place is told by registers that do not keep what is written to them, so that it
 * costs no time. Every drive is asked what it is (IDENTIFY DEVICE); packet devices, CD drives that is, refuse with a
 * signature and are left alone.
 *
 * Names and numbers are those of Linux's old driver: hda and hdb with major 3, hdc and hdd with 22, 64 minors each.
 * Parameter: ide=nodma. Sources: ATA/ATAPI-6, 8.15 (IDENTIFY DEVICE), 9.12 (signatures).
 */
#include "fs/chrdev.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/io.h"
#include "kernel/dev/ide.h"
#include "kernel/dev/pci.h"
#include "kernel/init.h"
#include "kernel/printk.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/slab.h"

#define MINORS 64u
#define MAX_SECTORS 256u		/* the most that LBA28 can count */
#define MAX_SEGMENTS 64u

static struct ide_channel channels[2] = {
	{ .name = "ide0", .io = 0x1f0, .control = 0x3f6, .irq = 14, .major = 3 },
	{ .name = "ide1", .io = 0x170, .control = 0x376, .irq = 15, .major = 22 },
};

/* Words of the answer to IDENTIFY DEVICE. */
enum {
	ID_MULTIPLE = 47, ID_CAPABILITIES = 49, ID_LBA28 = 60, ID_COMMANDS = 83, ID_ENABLED = 85, ID_LBA48 = 100,
	CAP_DMA = 1 << 8, CAP_LBA = 1 << 9, COMMANDS_VALID = 0x4000, HAS_LBA48 = 1 << 10, HAS_FLUSH = 1 << 12, HAS_FLUSH_EXT = 1 << 13,
	WRITE_CACHE_ON = 1 << 5,
};

/* Is there a drive that this driver can use? Interrupts are off at the drive. */
static bool identify(struct ide_drive *drive, u16 id[256])
{
	struct ide_channel *ch = drive->channel;

	ide_select(drive, 0);
	outb(0x55, ch->io + REG_COUNT);
	outb(0xaa, ch->io + REG_LBA_LOW);
	if (inb(ch->io + REG_STATUS) == 0xff || inb(ch->io + REG_COUNT) != 0x55 || inb(ch->io + REG_LBA_LOW) != 0xaa)
		return false;
	ide_simple_command(drive, CMD_IDENTIFY, 0);
	if (inb(ch->io + REG_STATUS) & STATUS_DRQ) {
		insw(ch->io + REG_DATA, id, 256);
		if (id[ID_CAPABILITIES] & CAP_LBA)
			return true;
		pr_warn("%s: too old (it has no LBA), left alone\n", drive->disk.disk_name);
	} else if (inb(ch->io + REG_LBA_MID) == 0x14 && inb(ch->io + REG_LBA_HIGH) == 0xeb) {
		pr_info("%s: a packet device (CD), left alone\n", drive->disk.disk_name);
	}
	return false;
}

static void set_drive(struct ide_drive *drive, const u16 *id)
{
	u16 commands = (id[ID_COMMANDS] & 0xc000) == COMMANDS_VALID ? id[ID_COMMANDS] : 0;
	u8 multiple = (u8)id[ID_MULTIPLE];

	drive->lba48 = commands & HAS_LBA48;
	drive->disk.part0.bd_nr_sects = drive->lba48 ?
		(u64)id[ID_LBA48 + 2] << 32 | (u32)id[ID_LBA48 + 1] << 16 | id[ID_LBA48] : (u32)id[ID_LBA28 + 1] << 16 | id[ID_LBA28];
	drive->dma = id[ID_CAPABILITIES] & CAP_DMA && drive->channel->bmide;
	if (commands & (HAS_FLUSH | HAS_FLUSH_EXT))
		drive->flush_command = commands & HAS_FLUSH_EXT ? CMD_FLUSH_EXT : CMD_FLUSH;
	drive->multiple = multiple > 1 && !ide_simple_command(drive, CMD_SET_MULTIPLE, multiple) ? multiple : 1;
	pr_info("%s: ATA disk, %s%s\n", drive->disk.disk_name, drive->dma ? "DMA" : "PIO", drive->lba48 ? ", LBA48" : "");
}

static int probe_drive(struct ide_drive *drive, u16 *id)
{
	struct request_queue *q;

	if (!identify(drive, id))
		return 0;
	set_drive(drive, id);
	q = drive->disk.queue = blk_alloc_queue(&ide_queue_ops, 1, drive);
	if (!q)
		return -ENOMEM;
	blk_queue_limits(q, MAX_SECTORS, MAX_SEGMENTS);
	blk_queue_write_cache(q, drive->flush_command && id[ID_ENABLED] & WRITE_CACHE_ON, false);
	if (drive->dma)
		blk_queue_bounce_limit(q, 0xffffffffu);
	drive->present = true;
	return 0;
}

static int probe_channel(struct ide_channel *ch, u16 bmide)
{
	u16 *id = kmalloc(512, GFP_KERNEL);
	int err = id ? 0 : -ENOMEM;

	ch->bmide = bmide;
	ide_channel_init(ch);
	if (bmide && !err)
		err = ide_dma_init(ch);
	outb(CONTROL_NIEN, ch->control);
	for (u32 i = 0; i < 2 && !err; i++) {
		struct gendisk disk = { .major = ch->major, .first_minor = i * MINORS, .minors = MINORS };

		scnprintf(disk.disk_name, sizeof(disk.disk_name), "hd%c", 'a' + 2 * (ch - channels) + i);
		ch->drive[i] = (struct ide_drive){ .channel = ch, .select = (u8)(i << 4), .disk = disk };
		err = probe_drive(&ch->drive[i], id);
	}
	kfree(id);
	if (err || !(ch->drive[0].present || ch->drive[1].present))
		return err;
	err = register_blkdev(ch->major, ch->name) ?: request_irq(ch->irq, ide_interrupt, 0, ch->name, ch);
	outb(0, ch->control);
	for (int i = 0; i < 2 && !err; i++)
		if (ch->drive[i].present)
			err = add_disk(&ch->drive[i].disk);
	return err;
}

static bool probed;

static int probe_channels(u16 bmide)
{
	probed = true;
	return probe_channel(&channels[0], bmide) ?: probe_channel(&channels[1], bmide ? bmide + 8 : 0);
}

/* Bits 0 and 2 of the programming interface: a channel is elsewhere ("native mode"); bit 7: it has bus mastering. */
static int ide_pci_probe(struct pci_dev *dev)
{
	const char *param = cmdline_find("ide");
	struct pci_bar bm;
	bool dma;

	if (probed || dev->class & 0x05)
		return -ENODEV;
	pci_enable_device(dev);
	dma = dev->class & 0x80 && !(param && strcmp(param, "nodma") == 0) && pci_bar(dev, 4, &bm) && bm.io;
	return probe_channels(dma ? (u16)bm.start : 0);
}

static const struct pci_device_id ide_ids[] = { { PCI_ANY_ID, PCI_ANY_ID, 0x010100, 0xffff00 }, { 0 } };
static const struct pci_driver ide_pci_driver = { .name = "ide", .id_table = ide_ids, .probe = ide_pci_probe };

static int ide_init(void)
{
	pci_register_driver(&ide_pci_driver);
	return probed ? 0 : probe_channels(0);
}
device_initcall(ide_init);
