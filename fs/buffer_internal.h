/* SPDX-License-Identifier: MIT */
#pragma once
/* Between the files that deal with buffers: fs/buffer.c, fs/buffer_page.c, fs/block_dev.c. */
#include "fs/buffer.h"

/* The first buffer of a page that has PG_private. */
static inline struct buffer_head *page_buffers(const struct page *page) { return (struct buffer_head *)page->private; }
/* The ring of the locked page, made at need: NULL: no memory. As uptodate and dirty as the page. */
struct buffer_head *page_buffers_create(struct page *page, u32 size);

/* get_block of a device: block n is block n. */
int blkdev_get_block(struct inode *inode, sector_t iblock, struct buffer_head *bh, bool create);
void buffer_init(void);
void block_dev_init(void);
