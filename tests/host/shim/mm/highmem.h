/* SPDX-License-Identifier: MIT */
#pragma once
#include "mm/page.h"

void clear_highpage(struct page *page);
void poison_pages(struct page *page, unsigned int order);
