/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Writing dirty pages back, page by page: which pages of a file, and how many of the machine may be dirty. Which
 * inodes, and when, is fs/writeback.c's part.
 */
#include "mm/filemap.h"

/* One pass over one or more files. */
struct writeback_control {
	bool sync;		/* all that is dirty now is written and waited for; else what is easy */
	long nr_to_write;	/* pages; counts down; sync ignores it */
	loff_t start, end;	/* bytes, end inclusive */
};
#define WB_ALL_PAGES 0x7fffffffl
#define WB_SYNC_WHOLE { .sync = true, .nr_to_write = WB_ALL_PAGES, .start = 0, .end = 0x7fffffffffffffffll }

/* Starts writing (sync: again and again until what was dirty is under way). 0 or the first errno. Sleeps. */
int do_writepages(struct address_space *mapping, struct writeback_control *wbc);
int filemap_fdatawrite_range(struct address_space *mapping, loff_t start, loff_t end, bool sync);
/* Waits for what is being written; reports, once, that a write since the last call failed: 0, -EIO, -ENOSPC. */
int filemap_fdatawait_range(struct address_space *mapping, loff_t start, loff_t end);
/* For who writes on behalf of others: all of the file, and the error is left to be reported. */
int filemap_fdatawait_keep_errors(struct address_space *mapping);
int filemap_write_and_wait(struct address_space *mapping);
/* A write has failed: who waits for the file next is told. */
void mapping_set_error(struct address_space *mapping, int err);

/*
 * For who makes pages dirty, after each page, with no page locked: wakes the flusher above the background limit and
 * sleeps above the limit. Unlike Linux's it needs no estimate of bandwidth: the sleeper looks again every 10 ms.
 */
void balance_dirty_pages_ratelimited(struct address_space *mapping);
bool over_background_limit(void);
void dirty_limits(unsigned long *background, unsigned long *limit);	/* pages */
/* Set by fs/writeback.c: have the flusher look now. */
extern void (*wakeup_flusher)(void);

extern int sysctl_dirty_background_ratio, sysctl_dirty_ratio;		/* per cent of the memory that could be dirty */
extern int sysctl_dirty_expire_centisecs, sysctl_dirty_writeback_centisecs;
