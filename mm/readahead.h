/* SPDX-License-Identifier: MIT */
#pragma once
/* Reading before it is asked for. All sleep. */
#include "mm/filemap.h"

struct file;

/* For read(2): the uptodate page at index with a reference, or ERR_PTR; wanted: pages that the call still wants. */
struct page *read_page_ahead(struct address_space *mapping, struct file *file, pgoff_t index, unsigned long wanted);
/* For a fault: the same, with the pages around it, of which an area of area_pages may have use. */
struct page *read_page_around(struct address_space *mapping, struct file *file, pgoff_t index, unsigned long area_pages);
/* Starts reading up to nr pages from index on that are not cached; does not wait. For readahead(2), POSIX_FADV_WILLNEED. */
void force_readahead(struct address_space *mapping, pgoff_t index, unsigned long nr);
