/* SPDX-License-Identifier: MIT */
#pragma once
#include "lib/types.h"

/* Host tests: nothing can be reclaimed. */
static inline void out_of_memory(void) {}
static inline bool reclaim_memory(gfp_t gfp, unsigned int order) { return false; }
