/* SPDX-License-Identifier: MIT */
/*
 * Which IDE channels and drives there are: on a PCI controller (with bus-master DMA), or at the two places where an
 * ISA PC has them. A place without a drive is told by registers that do not keep what is written to them, so that
 * empty places cost no time. Every drive is asked what it is (IDENTIFY DEVICE); packet devices, CD drives that is,
 * refuse with a signature and are left alone.
 *
 * Names and numbers are those of Linux's old driver: hda and hdb with major 3, hdc and hdd with 22, 64 minors each.
 * Parameter: ide=nodma. Sources: ATA/ATAPI-6, 8.15 (IDENTIFY DEVICE), 9.12 (signatures); PCI IDE Controller
 * Specification 1.0 (compatibility and native mode).
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
enum { PROG_IF_BUS_MASTER = 0x80 };

static struct ide_channel channels[2];
static u8 nr_channels;
static const struct { u16 io, control; u8 irq, major; } places[2] = { { 0x1f0, 0x3f6, 14, 3 }, { 0x170, 0x376, 15, 22 } };

/* Words of the answer to IDENTIFY DEVICE. */
enum {
	ID_MODEL = 27, ID_MULTIPLE = 47, ID_CAPABILITIES = 49, ID_LBA28 = 60, ID_COMMANDS = 83, ID_ENABLED = 85, ID_LBA48 = 100,
	CAP_DMA = 1 << 8, CAP_LBA = 1 << 9, COMMANDS_VALID = 0x4000, HAS_LBA48 = 1 << 10, HAS_FLUSH = 1 << 12, HAS_FLUSH_EXT = 1 << 13,
	WRITE_CACHE_ON = 1 << 5,
};

/* Is there a drive that gives its data? Interrupts are off at the drive. */
static bool identify(struct ide_drive *drive, u16 id[256])
{
	struct ide_channel *ch = drive->channel;
	u8 status;

	ide_select(drive, 0);
	outb(0x55, ch->io + REG_COUNT);
	outb(0xaa, ch->io + REG_LBA_LOW);
	if (inb(ch->io + REG_STATUS) == 0xff || inb(ch->io + REG_COUNT) != 0x55 || inb(ch->io + REG_LBA_LOW) != 0xaa)
		return false;
	ide_simple_command(drive, CMD_IDENTIFY, 0);
	status = inb(ch->io + REG_STATUS);
	if (status & STATUS_DRQ) {
		insw(ch->io + REG_DATA, id, 256);
		return true;
	}
	if (inb(ch->io + REG_LBA_MID) == 0x14 && inb(ch->io + REG_LBA_HIGH) == 0xeb)
		pr_info("%s: a packet device (CD), left alone\n", drive->disk.disk_name);
	else if (status)
		pr_warn("%s: does not say what it is (status %02x)\n", drive->disk.disk_name, status);
	return false;
}

/* Two characters to a word, the first one in the high byte, blanks at the end. */
static char *model(const u16 *id, char buf[41])
{
	for (int i = 0; i < 20; i++) {
		buf[2 * i] = (char)(id[ID_MODEL + i] >> 8);
		buf[2 * i + 1] = (char)id[ID_MODEL + i];
	}
	buf[40] = 0;
	return strim(buf);
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
}

static int make_queue(struct ide_drive *drive, const u16 *id)
{
	struct request_queue *q = blk_alloc_queue(&ide_queue_ops, 1, drive);

	if (!q)
		return -ENOMEM;
	blk_queue_limits(q, MAX_SECTORS, MAX_SEGMENTS);
	blk_queue_write_cache(q, drive->flush_command && id[ID_ENABLED] & WRITE_CACHE_ON, false);
	if (drive->dma)
		blk_queue_bounce_limit(q, 0xffffffffu);
	drive->disk.queue = q;
	return 0;
}

static int probe_drive(struct ide_drive *drive, u16 *id)
{
	char name[41];
	int err;

	if (!identify(drive, id))
		return 0;
	if (!(id[ID_CAPABILITIES] & CAP_LBA)) {
		pr_warn("%s: %s is too old (it has no LBA)\n", drive->disk.disk_name, model(id, name));
		return 0;
	}
	set_drive(drive, id);
	err = make_queue(drive, id);
	if (err)
		return err;
	drive->present = true;
	pr_info("%s: %s, %s%s\n", drive->disk.disk_name, model(id, name), drive->dma ? "DMA" : "PIO", drive->lba48 ? ", LBA48" : "");
	return 0;
}

static int probe_channel(u16 io, u16 control, u16 bmide, u8 irq, bool shared)
{
	struct ide_channel *ch = &channels[nr_channels];
	u8 major = places[nr_channels].major;
	u16 *id = kmalloc(512, GFP_KERNEL);
	int err = id ? 0 : -ENOMEM;

	ch->io = io;
	ch->control = control;
	ch->bmide = bmide;
	ch->irq = irq;
	ch->irq_shared = shared;
	ide_channel_init(ch);
	if (bmide && !err)
		err = ide_dma_init(ch);
	outb(CONTROL_NIEN, control);
	for (u32 i = 0; i < 2 && !err; i++) {
		ch->drive[i] = (struct ide_drive){ .channel = ch, .select = (u8)(i << 4), .disk = {
			.major = major, .first_minor = i * MINORS, .minors = MINORS } };
		scnprintf(ch->drive[i].disk.disk_name, 4, "hd%c", 'a' + nr_channels * 2 + i);
		err = probe_drive(&ch->drive[i], id);
	}
	kfree(id);
	nr_channels++;
	if (err || !(ch->drive[0].present || ch->drive[1].present))
		return err;
	err = register_blkdev(major, nr_channels == 1 ? "ide0" : "ide1") ?:
	      request_irq(irq, ide_interrupt, shared ? IRQF_SHARED : 0, nr_channels == 1 ? "ide0" : "ide1", ch);
	outb(0, control);
	for (int i = 0; i < 2 && !err; i++)
		if (ch->drive[i].present)
			err = add_disk(&ch->drive[i].disk);
	return err;
}

static bool no_dma(void)
{
	const char *v = cmdline_find("ide");

	return v && strcmp(v, "nodma") == 0;
}

/* A channel in native mode has its ports in BARs and the PCI interrupt, else it is where ISA has it. */
static int ide_pci_probe(struct pci_dev *dev)
{
	struct pci_bar bm, io, control;
	int err = 0;

	pci_enable_device(dev);
	if (!(dev->class & PROG_IF_BUS_MASTER) || no_dma() || !pci_bar(dev, 4, &bm) || !bm.io)
		bm.start = 0;
	for (u16 i = 0; i < 2 && nr_channels < 2; i++) {
		u16 bmide = bm.start ? (u16)(bm.start + 8 * i) : 0;

		if (!(dev->class & 1u << 2 * i))
			err = probe_channel(places[i].io, places[i].control, bmide, places[i].irq, false) ?: err;
		else if (pci_bar(dev, 2u * i, &io) && pci_bar(dev, 2u * i + 1, &control))
			err = probe_channel((u16)io.start, (u16)control.start + 2, bmide, dev->irq, true) ?: err;
	}
	return err;
}

static const struct pci_device_id ide_ids[] = { { PCI_ANY_ID, PCI_ANY_ID, 0x010100, 0xffff00 }, { 0 } };
static const struct pci_driver ide_pci_driver = { .name = "ide", .id_table = ide_ids, .probe = ide_pci_probe };

static int ide_init(void)
{
	int err = 0;

	pci_register_driver(&ide_pci_driver);
	if (!nr_channels)
		for (int i = 0; i < 2; i++)
			err = probe_channel(places[i].io, places[i].control, 0, places[i].irq, false) ?: err;
	return err;
}
device_initcall(ide_init);
