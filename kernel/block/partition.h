/* SPDX-License-Identifier: MIT */
#pragma once
/* Partition tables, apart from disks: so that tests can feed them anything on the host. */
#include "lib/types.h"

#define MAX_PARTITIONS 64u

struct partition { u32 number; u64 start, length; };	/* in blocks of the device */

struct partition_table {
	/* The caller's: */
	const char *disk_name;		/* for messages */
	u32 block_size;			/* bytes, at least 512 */
	u64 nr_blocks;
	u32 max_number;			/* higher ones are ignored; at most MAX_PARTITIONS */
	/* One block, valid until the next call; NULL: beyond the end, or it cannot be read. */
	const void *(*read_block)(struct partition_table *t, u64 lba);
	/* The result: */
	u32 count;
	struct partition parts[MAX_PARTITIONS];
};

/* Fills parts from an MBR or GPT. All lie within the disk; a damaged table gives a message and what is left of it. */
void parse_partitions(struct partition_table *t);
