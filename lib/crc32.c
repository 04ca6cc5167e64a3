/* SPDX-License-Identifier: MIT */
/*
 * CRC-32: the remainder of the data, as a polynomial over GF(2), divided by a fixed one. Four bits
 * at a time: a table of 16 words needs no start-up code and stays in one cache line.
 */
#include "lib/crc32.h"

/* Entry i is the remainder of the four bits i. */
static const u32 nibble_table[16] = {
	0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
	0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

u32 crc32_le(u32 crc, const void *data, size_t n)
{
	for (const u8 *p = data; n--; p++) {
		crc ^= *p;
		crc = crc >> 4 ^ nibble_table[crc & 15];
		crc = crc >> 4 ^ nibble_table[crc & 15];
	}
	return crc;
}

u32 crc32(u32 crc, const void *data, size_t n) { return ~crc32_le(~crc, data, n); }
