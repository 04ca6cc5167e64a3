/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Fault injection: allocations that fail on purpose, so that what comes after a failure is tried as well. Debug builds; see
 * docs/debugging.md and, on Linux, Documentation/fault-injection.
 */
#include "kernel/task/task.h"
#include "mm/buddy.h"

#if DEBUG
/* Shall this request fail? Asked once for each, before anything is done for it. Only requests that may sleep do. */
bool should_fail_alloc_page(gfp_t gfp, unsigned int order);
bool should_failslab(gfp_t gfp, size_t size);
static inline void fail_nth_fork(struct task_struct *child) { child->fail_nth = 0; }
#else
static inline void fail_nth_fork(struct task_struct *child) { (void)child; }
static inline bool should_fail_alloc_page(gfp_t gfp, unsigned int order) { (void)gfp; (void)order; return false; }
static inline bool should_failslab(gfp_t gfp, size_t size) { (void)gfp; (void)size; return false; }
#endif
