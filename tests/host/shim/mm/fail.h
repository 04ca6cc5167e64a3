/* SPDX-License-Identifier: MIT */
#pragma once
#include "lib/types.h"

/* Host tests: no request fails while there is memory. */
static inline bool should_fail_alloc_page(gfp_t gfp, unsigned int order) { return false; }
