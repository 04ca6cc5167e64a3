/* SPDX-License-Identifier: MIT */
/*
 * Partition tables: right ones, damaged ones, and ones made to hurt. Whatever is on the disk, the parser ends after
 * few reads, and what it finds lies on the disk.
 */
#include "kernel/block/partition.c"
#include "tests/host/host.h"
#include <stdlib.h>

#define DISK_BLOCKS 4096u

static u8 *image;
static u32 block_bytes, reads;
static u64 unreadable;			/* this block gives an error */

void printk(int level, const char *fmt, ...) { }

/* A fresh copy each time, freed at the next call: a pointer kept too long is seen by the sanitizer. */
static const void *read_image(struct partition_table *t, u64 lba)
{
	static u8 *last;

	reads++;
	free(last);
	last = NULL;
	if (lba >= t->nr_blocks || lba == unreadable)
		return NULL;
	last = malloc(block_bytes);
	memcpy(last, image + lba * block_bytes, block_bytes);
	return last;
}

static struct partition_table *parse(void)
{
	static struct partition_table t;

	t = (struct partition_table){ .disk_name = "test", .block_size = block_bytes, .nr_blocks = DISK_BLOCKS, .max_number = 63,
				      .read_block = read_image };
	reads = 0;
	parse_partitions(&t);
	CHECK(t.count <= MAX_PARTITIONS);
	for (u32 i = 0; i < t.count; i++) {
		struct partition *p = &t.parts[i];

		CHECK(p->length && p->start < DISK_BLOCKS && p->length <= DISK_BLOCKS - p->start);
		CHECK(p->number >= 1 && p->number <= 63);
	}
	CHECK(reads <= 2 * MAX_GPT_ENTRIES);
	return &t;
}

static void fresh(u32 size)
{
	free(image);
	block_bytes = size;
	image = calloc(DISK_BLOCKS, size);
	unreadable = ~0ull;
}

static void entry(u64 lba, int i, u8 type, u32 start, u32 size)
{
	struct mbr *mbr = (struct mbr *)(image + lba * block_bytes);

	mbr->entry[i] = (struct mbr_entry){ .type = type, .start = start, .size = size };
	mbr->signature[0] = 0x55;
	mbr->signature[1] = 0xaa;
}

static bool is(const struct partition *p, u32 number, u64 start, u64 length)
{
	return p->number == number && p->start == start && p->length == length;
}

TEST(partition_none)
{
	fresh(512);
	CHECK(parse()->count == 0);
	memset(image, 0xff, 512);
	image[510] = 0x55, image[511] = 0xaa;		/* a boot sector, not a table */
	CHECK(parse()->count == 0);
	unreadable = 0;
	CHECK(parse()->count == 0 && reads == 1);
}

TEST(partition_mbr)
{
	struct partition_table *t;

	fresh(512);
	entry(0, 0, 0x83, 63, 100);
	entry(0, 1, TYPE_EXTENDED_LBA, 200, 1000);
	entry(0, 3, 0x82, 2000, 96);
	entry(200, 0, 0x83, 10, 50);			/* the first logical one: 210 */
	entry(200, 1, TYPE_EXTENDED, 300, 200);		/* the next table: 500 */
	entry(500, 0, 0x83, 1, 99);
	t = parse();
	CHECK(t->count == 5);
	CHECK(is(&t->parts[0], 1, 63, 100) && is(&t->parts[1], 2, 200, 2) && is(&t->parts[2], 4, 2000, 96));
	CHECK(is(&t->parts[3], 5, 210, 50) && is(&t->parts[4], 6, 501, 99));
}

TEST(partition_mbr_beyond_the_end)
{
	struct partition_table *t;

	fresh(512);
	entry(0, 0, 0x83, 100, 0xffffffff);		/* cut */
	entry(0, 1, 0x83, DISK_BLOCKS, 1);		/* not at all there */
	entry(0, 2, 0x83, 0xffffffff, 0xffffffff);
	entry(0, 3, TYPE_EXTENDED, 0xfffffff0, 0xffffffff);
	t = parse();
	CHECK(t->count == 1 && is(&t->parts[0], 1, 100, DISK_BLOCKS - 100));
}

TEST(partition_extended_loops)
{
	struct partition_table *t;

	fresh(512);
	entry(0, 0, TYPE_EXTENDED, 100, 1000);
	entry(100, 0, 0x83, 1, 10);
	entry(100, 1, TYPE_EXTENDED, 100, 10);
	entry(200, 0, 0x83, 1, 10);
	entry(200, 1, TYPE_EXTENDED, 0, 10);		/* back to the first */
	t = parse();
	CHECK(t->count == 3 && reads < 10);
	entry(200, 0, 0, 0, 0);				/* a loop without partitions */
	entry(100, 0, 0, 0, 0);
	CHECK(parse()->count == 1 && reads <= MAX_LINKS + 1);
	entry(0, 0, TYPE_EXTENDED, 0, 1000);		/* the MBR is its own extended partition */
	CHECK(parse()->count <= 2 && reads <= MAX_LINKS + 1);
}

TEST(partition_many_logical)
{
	fresh(512);
	entry(0, 0, TYPE_EXTENDED, 100, 3000);
	for (u32 i = 0; i < 90; i++) {
		entry(100 + 10 * i, 0, 0x83, 1, 5);
		entry(100 + 10 * i, 1, TYPE_EXTENDED, 10 * (i + 1), 10);
	}
	CHECK(parse()->count == 60);			/* the extended one, and 5 to 63 */
}

static void gpt(u64 header_lba, u64 entries_lba, u32 entries)
{
	struct gpt_header *h = (struct gpt_header *)(image + header_lba * block_bytes);

	entry(0, 0, TYPE_PROTECTIVE, 1, 0xffffffff);
	*h = (struct gpt_header){ .revision = 0x10000, .header_size = 92, .my_lba = header_lba, .first_usable = 34,
		.last_usable = DISK_BLOCKS - 34, .entries_lba = entries_lba, .nr_entries = entries, .entry_size = 128 };
	__builtin_memcpy(h->signature, "EFI PART", 8);
}

static struct gpt_entry *gpt_entry(u64 entries_lba, u32 i)
{
	return (struct gpt_entry *)(image + entries_lba * block_bytes) + i;
}

static void gpt_set(u64 entries_lba, u32 i, u64 first, u64 last)
{
	*gpt_entry(entries_lba, i) = (struct gpt_entry){ .type = { 1, 2, 3 }, .first = first, .last = last };
}

static void seal(u64 header_lba)
{
	struct gpt_header *h = (struct gpt_header *)(image + header_lba * block_bytes);

	if (h->entries_lba < DISK_BLOCKS && h->entries_lba * block_bytes + h->nr_entries * 128ull <= (u64)DISK_BLOCKS * block_bytes)
		h->entries_crc = crc32(0, image + h->entries_lba * block_bytes, h->nr_entries * 128);
	h->header_crc = 0;
	h->header_crc = crc32(0, h, h->header_size);
}

static void good_gpt(void)
{
	gpt(1, 2, 128);
	gpt_set(2, 0, 100, 199);
	gpt_set(2, 2, 300, 300);
	gpt_set(2, 127, 1, 2);				/* a number that there is no minor for */
	seal(1);
	gpt(DISK_BLOCKS - 1, DISK_BLOCKS - 33, 128);
	gpt_set(DISK_BLOCKS - 33, 0, 100, 199);
	gpt_set(DISK_BLOCKS - 33, 2, 300, 300);
	seal(DISK_BLOCKS - 1);
}

static bool good_result(const struct partition_table *t)
{
	return t->count == 2 && is(&t->parts[0], 1, 100, 100) && is(&t->parts[1], 3, 300, 1);
}

TEST(partition_gpt)
{
	fresh(512);
	good_gpt();
	CHECK(good_result(parse()) && reads < 40);
	fresh(4096);
	good_gpt();
	CHECK(good_result(parse()));
}

TEST(partition_gpt_damaged)
{
	for (u32 at = 0; at < 92; at++) {		/* every byte of the header is guarded: the copy serves */
		fresh(512);
		good_gpt();
		image[512 + at] ^= 0x40;
		CHECK(good_result(parse()));
	}
	fresh(512);
	good_gpt();
	image[2 * 512 + 100 * 128] ^= 1;		/* and every entry */
	CHECK(good_result(parse()));
	image[DISK_BLOCKS * 512 - 500] ^= 1;		/* the copy too: nothing */
	CHECK(parse()->count == 0);
	fresh(512);
	good_gpt();
	unreadable = 5;
	CHECK(good_result(parse()));
}

TEST(partition_gpt_hostile)
{
	struct gpt_header *h;

	fresh(512);
	good_gpt();
	gpt_set(2, 0, 200, 100);			/* ends before it begins */
	gpt_set(2, 1, 100, DISK_BLOCKS);		/* beyond the end */
	gpt_set(2, 2, 0, ~0ull);
	gpt_set(2, 3, ~0ull, ~0ull);
	gpt_set(2, 4, 0, DISK_BLOCKS - 1);		/* all of it */
	seal(1);
	CHECK(parse()->count == 1);

	h = (struct gpt_header *)(image + 512);
	for (int i = 0; i < 6; i++) {			/* with right checksums, wrong sizes and places */
		fresh(512);
		gpt(1, 2, 128);
		h = (struct gpt_header *)(image + 512);
		if (i == 0)
			h->nr_entries = 0xffffffff;
		else if (i == 1)
			h->entry_size = 0;
		else if (i == 2)
			h->entries_lba = ~0ull;
		else if (i == 3)
			h->entries_lba = DISK_BLOCKS - 1;
		else if (i == 4)
			h->my_lba = 7;
		else
			h->header_size = 512;
		seal(1);
		if (i == 3)
			h->entries_crc = 0, h->header_crc = 0, h->header_crc = crc32(0, h, h->header_size);
		CHECK(parse()->count == 0);
	}
	h->header_size = 0xffffffff;			/* a checksum over more than the block must not be computed */
	CHECK(parse()->count == 0);
}

/* Bits changed anywhere in the tables, with the checksums made right again half of the time. */
TEST(partition_random_damage)
{
	for (int round = 0; round < 20000; round++) {
		if (round % 50 == 0) {
			fresh(512);
			if (random_below(2))
				good_gpt();
			entry(0, 1, TYPE_EXTENDED, 10 + random_below(50), 1000);
			entry(0, 2, 0x83, random_below(DISK_BLOCKS * 2), random32());
			entry(20, 0, 0x83, random_below(30), 50);
			entry(20, 1, TYPE_EXTENDED_LINUX, random_below(30), 50);
		}
		for (u32 n = random_below(4); n; n--)
			image[random_below(4) ? random_below(34 * 512) : 446 + random_below(64)] ^= (u8)(1u << random_below(8));
		image[510] = 0x55, image[511] = 0xaa;
		for (int i = 0; i < 4; i++)
			image[446 + 16 * i] &= 0x80;
		if (random_below(2)) {
			struct gpt_header *h = (struct gpt_header *)(image + 512);

			__builtin_memcpy(h->signature, "EFI PART", 8);
			h->my_lba = 1;
			h->header_size = 92;
			h->entry_size = 128;
			h->nr_entries %= 256;
			h->entries_lba %= DISK_BLOCKS;
			seal(1);
		}
		parse();
	}
	fresh(512);
	free(image);
	image = NULL;
}
