/* SPDX-License-Identifier: MIT */
/*
 * Partition tables. What stands on a disk may be damaged or made to hurt: nothing read from it is trusted before it
 * has been checked, every walk has an end, and no partition reaches beyond the disk. This file knows no disks, only
 * a function that reads a block; tests/host/partition.c runs it on the host.
 *
 * MBR: four primary partitions in block 0. One may be an extended partition: it begins with a table of its own, which
 * says where one logical partition is, and where the next such table. Logical partitions are numbered from 5.
 * GPT: a header in block 1, another in the last one, each with a table of entries, all guarded by checksums; the MBR
 * says only that all is taken ("protective").
 *
 * Sources: UEFI Specification 2.10, chapter 5 (GPT, and the legacy MBR in 5.2.1).
 */
#include "kernel/block/partition.h"
#include "kernel/printk.h"
#include "lib/crc32.h"
#include "lib/string.h"

struct mbr_entry {
	u8 boot, chs_first[3];
	u8 type, chs_last[3];
	u32 start, size;
} __packed;
struct mbr { u8 code[446]; struct mbr_entry entry[4]; u8 signature[2]; } __packed;
static_assert(sizeof(struct mbr) == 512, "UEFI 2.10, table 5-1");

struct gpt_header {
	char signature[8];
	u32 revision, header_size, header_crc, reserved;
	u64 my_lba, alternate_lba, first_usable, last_usable;
	u8 guid[16];
	u64 entries_lba;
	u32 nr_entries, entry_size, entries_crc;
} __packed;
static_assert(sizeof(struct gpt_header) == 92, "UEFI 2.10, table 5-5");

struct gpt_entry { u8 type[16], guid[16]; u64 first, last, attributes; u16 name[36]; } __packed;
static_assert(sizeof(struct gpt_entry) == 128, "UEFI 2.10, table 5-6");

enum { TYPE_EXTENDED = 0x05, TYPE_EXTENDED_LBA = 0x0f, TYPE_EXTENDED_LINUX = 0x85, TYPE_PROTECTIVE = 0xee };
#define MAX_LINKS 100u			/* of a chain of extended tables */
#define MAX_GPT_ENTRIES 4096u		/* the usual number is 128 */

static void add(struct partition_table *t, u32 number, u64 start, u64 length)
{
	if (!length || number > t->max_number || t->count == MAX_PARTITIONS)
		return;
	if (start >= t->nr_blocks) {
		pr_warn("%s: partition %u begins behind the end of the disk: ignored\n", t->disk_name, number);
		return;
	}
	if (length > t->nr_blocks - start) {
		pr_warn("%s: partition %u reaches beyond the end of the disk: cut\n", t->disk_name, number);
		length = t->nr_blocks - start;
	}
	t->parts[t->count++] = (struct partition){ number, start, length };
}

static bool begins_at(const struct partition_table *t, u64 start)
{
	for (u32 i = 0; i < t->count; i++)
		if (t->parts[i].start == start)
			return true;
	return false;
}

/* A table of four entries, or NULL. Volumes without partitions end in the signature as well, but have text or code there. */
static const struct mbr *read_mbr(struct partition_table *t, u64 lba)
{
	const struct mbr *mbr = t->read_block(t, lba);

	if (!mbr || mbr->signature[0] != 0x55 || mbr->signature[1] != 0xaa)
		return NULL;
	for (int i = 0; i < 4; i++)
		if (mbr->entry[i].boot & 0x7f)
			return NULL;
	return mbr;
}

static bool is_extended(const struct mbr_entry *e)
{
	return e->type == TYPE_EXTENDED || e->type == TYPE_EXTENDED_LBA || e->type == TYPE_EXTENDED_LINUX;
}

/* Logical partitions count from their own table, the tables from the first one. */
static void parse_extended(struct partition_table *t, u64 first)
{
	u64 table = first;
	u32 number = 5;

	for (u32 left = MAX_LINKS; left; left--) {
		const struct mbr *mbr = read_mbr(t, table);
		const struct mbr_entry *link = NULL;

		for (int i = 0; mbr && i < 2; i++) {
			const struct mbr_entry *e = &mbr->entry[i];

			if (!e->type || !e->size)
				continue;
			if (is_extended(e)) {
				link = link ?: e;
				continue;
			}
			if (begins_at(t, table + e->start)) {
				pr_warn("%s: the logical partitions form a loop\n", t->disk_name);
				return;
			}
			add(t, number++, table + e->start, e->size);
		}
		if (!link)
			return;
		table = first + link->start;
	}
}

static u32 header_checksum(const struct gpt_header *h)
{
	static const u32 zero;
	u32 crc = crc32(0, h, offsetof(struct gpt_header, header_crc));

	crc = crc32(crc, &zero, sizeof(zero));
	return crc32(crc, &h->reserved, h->header_size - offsetof(struct gpt_header, reserved));
}

static bool read_gpt_header(struct partition_table *t, u64 lba, struct gpt_header *copy)
{
	const struct gpt_header *h = t->read_block(t, lba);

	if (!h || memcmp(h->signature, "EFI PART", 8) != 0 || h->header_size < sizeof(*h) || h->header_size > t->block_size ||
	    header_checksum(h) != h->header_crc)
		return false;
	*copy = *h;
	return h->my_lba == lba && h->entry_size == sizeof(struct gpt_entry) && h->nr_entries <= MAX_GPT_ENTRIES &&
	       h->entries_lba < t->nr_blocks;
}

/* The partitions count only if in the end the checksum is right. */
static bool parse_gpt(struct partition_table *t, u64 lba)
{
	static const u8 unused[16];
	u32 per_block = t->block_size / sizeof(struct gpt_entry), crc = 0;
	const struct gpt_entry *e = NULL;
	struct gpt_header h;

	t->count = 0;
	if (!read_gpt_header(t, lba, &h))
		return false;
	for (u32 i = 0; i < h.nr_entries; i++, e++) {
		if (i % per_block == 0) {
			e = t->read_block(t, h.entries_lba + i / per_block);
			if (!e)
				return false;
		}
		crc = crc32(crc, e, sizeof(*e));
		if (memcmp(e->type, unused, sizeof(unused)) != 0 && e->first <= e->last && e->last < t->nr_blocks)
			add(t, i + 1, e->first, e->last - e->first + 1);
	}
	if (crc != h.entries_crc)
		t->count = 0;
	return crc == h.entries_crc;
}

void parse_partitions(struct partition_table *t)
{
	const struct mbr *mbr = read_mbr(t, 0);
	struct mbr_entry entry[4];

	t->count = 0;
	if (!mbr || !t->nr_blocks)
		return;
	memcpy(entry, mbr->entry, sizeof(entry));
	for (u32 i = 0; i < 4; i++)
		if (entry[i].type == TYPE_PROTECTIVE) {
			if (parse_gpt(t, 1))
				return;
			pr_warn("%s: the GPT is damaged, trying its copy at the end of the disk\n", t->disk_name);
			if (!parse_gpt(t, t->nr_blocks - 1))
				pr_err("%s: no partitions, for the copy is damaged too\n", t->disk_name);
			return;
		}
	for (u32 i = 0; i < 4; i++)
		if (entry[i].type)	/* of an extended one, as much as a boot loader may use */
			add(t, i + 1, entry[i].start, is_extended(&entry[i]) ? min(entry[i].size, 2u) : entry[i].size);
	for (u32 i = 0; i < 4; i++)
		if (is_extended(&entry[i]) && entry[i].size)
			parse_extended(t, entry[i].start);
}
