/* SPDX-License-Identifier: MIT */
#pragma once
/* Atomic integers, on the compiler's __atomic builtins: sequentially consistent where a value is returned. */
#include "lib/types.h"

typedef struct { int counter; } atomic_t;

#define ATOMIC_INIT(i) { (i) }

static __always_inline int atomic_read(const atomic_t *v) { return __atomic_load_n(&v->counter, __ATOMIC_RELAXED); }
static __always_inline void atomic_set(atomic_t *v, int i) { __atomic_store_n(&v->counter, i, __ATOMIC_RELAXED); }
static __always_inline void atomic_add(int i, atomic_t *v) { __atomic_fetch_add(&v->counter, i, __ATOMIC_SEQ_CST); }
static __always_inline void atomic_sub(int i, atomic_t *v) { __atomic_fetch_sub(&v->counter, i, __ATOMIC_SEQ_CST); }
static __always_inline void atomic_inc(atomic_t *v) { atomic_add(1, v); }
static __always_inline void atomic_dec(atomic_t *v) { atomic_sub(1, v); }
static __always_inline int atomic_add_return(int i, atomic_t *v) { return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST); }
static __always_inline int atomic_inc_return(atomic_t *v) { return atomic_add_return(1, v); }
static __always_inline int atomic_dec_return(atomic_t *v) { return atomic_add_return(-1, v); }
static __always_inline bool atomic_dec_and_test(atomic_t *v) { return atomic_dec_return(v) == 0; }
static __always_inline bool atomic_sub_and_test(int i, atomic_t *v) { return atomic_add_return(-i, v) == 0; }
static __always_inline int atomic_xchg(atomic_t *v, int n) { return __atomic_exchange_n(&v->counter, n, __ATOMIC_SEQ_CST); }
/* Returns the value found; it was changed to n if that equals old. */
static __always_inline int atomic_cmpxchg(atomic_t *v, int old, int n)
{
	__atomic_compare_exchange_n(&v->counter, &old, n, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	return old;
}
/* Adds one unless the count is zero, i.e. unless its object is already being freed. */
static __always_inline bool atomic_inc_not_zero(atomic_t *v)
{
	int old = atomic_read(v);

	while (old != 0)
		if (__atomic_compare_exchange_n(&v->counter, &old, old + 1, true, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
			return true;
	return false;
}

/* Bits of a word that several CPUs change. */
static __always_inline void set_bit(int nr, unsigned long *p) { __atomic_fetch_or(p, 1ul << nr, __ATOMIC_SEQ_CST); }
static __always_inline void clear_bit(int nr, unsigned long *p) { __atomic_fetch_and(p, ~(1ul << nr), __ATOMIC_SEQ_CST); }
static __always_inline bool test_bit(int nr, const unsigned long *p) { return __atomic_load_n(p, __ATOMIC_RELAXED) >> nr & 1; }
static __always_inline bool test_and_set_bit(int nr, unsigned long *p)
{
	return __atomic_fetch_or(p, 1ul << nr, __ATOMIC_SEQ_CST) >> nr & 1;
}
static __always_inline bool test_and_clear_bit(int nr, unsigned long *p)
{
	return __atomic_fetch_and(p, ~(1ul << nr), __ATOMIC_SEQ_CST) >> nr & 1;
}

#define smp_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
