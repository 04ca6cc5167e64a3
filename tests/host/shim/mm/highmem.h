/* SPDX-License-Identifier: MIT */
#pragma once
#include "mm/page.h"

void clear_highpage(struct page *page);
