/* SPDX-License-Identifier: MIT */
#pragma once
/* CRC-32 as in IEEE 802.3, gzip and PNG: reflected polynomial 0xEDB88320. */
#include "lib/types.h"

/* Goes on from crc (0 at the start) over n bytes: crc32(crc32(0, a), b) is that of a and b in a row. */
u32 crc32(u32 crc, const void *data, size_t n);
/* The bare division without the two inversions, as ext2 and others seed it themselves. */
u32 crc32_le(u32 crc, const void *data, size_t n);
