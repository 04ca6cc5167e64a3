/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * A function that returns a pointer tells its error in it: the last 4095 addresses are no
 * objects, so the pointer -ENOENT can be told from any real one.
 */
#include "lib/types.h"

#define MAX_ERRNO 4095

static __always_inline void *ERR_PTR(long error) { return (void *)error; }
static __always_inline long PTR_ERR(const void *p) { return (long)p; }
static __always_inline bool IS_ERR(const void *p) { return unlikely((unsigned long)p >= (unsigned long)-MAX_ERRNO); }
static __always_inline bool IS_ERR_OR_NULL(const void *p) { return !p || IS_ERR(p); }
/* The same error as a pointer to another type. */
static __always_inline void *ERR_CAST(const void *p) { return (void *)p; }
static __always_inline int PTR_ERR_OR_ZERO(const void *p) { return IS_ERR(p) ? (int)PTR_ERR(p) : 0; }
