/* SPDX-License-Identifier: MIT */
#pragma once
#include "mm/page.h"

/* Host tests: nobody asks whose a page is. */
static inline void set_page_owner(struct page *page, unsigned int order, gfp_t gfp, const void *frame) { (void)page; }
static inline void reset_page_owner(struct page *page, unsigned int order) { (void)page; }
