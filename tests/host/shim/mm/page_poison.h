/* SPDX-License-Identifier: MIT */
#pragma once
#include "mm/page.h"

void poison_pages(struct page *page, unsigned int order);
void check_poison(struct page *page, unsigned int order, bool zeroed);
