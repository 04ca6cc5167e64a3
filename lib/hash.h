/* SPDX-License-Identifier: MIT */
#pragma once
/* Hashes for tables in memory. They spread well and are no defence against an enemy. */
#include "lib/types.h"

/* Multiplication by 2^32 over the golden ratio (Knuth 6.4): neighbours fall far apart; the top bits are best. */
#define GOLDEN_RATIO_32 0x9e3779b9u

static __always_inline u32 hash_32(u32 v, unsigned bits) { return v * GOLDEN_RATIO_32 >> (32 - bits); }
static __always_inline u32 hash_ptr(const void *p, unsigned bits) { return hash_32((u32)(unsigned long)p, bits); }

static __always_inline u32 hash_64(u64 v, unsigned bits)
{
	return hash_32((u32)v ^ (u32)(v >> 32) * 0x85ebca6bu, bits);
}

/* A name of n bytes, with something of its directory in salt (FNV-1a, then mixed). */
static __always_inline u32 full_name_hash(u32 salt, const char *name, size_t n)
{
	u32 h = salt ^ 0x811c9dc5u;

	while (n--)
		h = (h ^ (u8)*name++) * 0x01000193u;
	return h ^ h >> 15;
}
