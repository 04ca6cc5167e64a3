/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The words that all of Pagoda is written in: integers of a stated width, the compiler's
 * attributes under short names, and the arithmetic of alignment. It knows nothing of the kernel,
 * so that lib/ also compiles for the host, where unsigned long has 64 bits.
 */
#include <stdbool.h>
#include <stddef.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef __UINT64_TYPE__ u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef __INT64_TYPE__ s64;

typedef __PTRDIFF_TYPE__ ssize_t;
typedef s64 loff_t;		/* a position in a file, in bytes */
typedef unsigned long pgoff_t;	/* a position in a file, in pages */
typedef unsigned int gfp_t;	/* GFP_*: how an allocation may go about it */

#define BITS_PER_LONG (8 * (int)sizeof(long))

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* The host's own headers define some of these too. */
#undef __packed
#undef __aligned
#undef __noreturn
#undef __printf
#undef __must_check
#undef __always_inline
#define __packed __attribute__((packed))
#define __aligned(n) __attribute__((aligned(n)))
#define __noreturn __attribute__((noreturn))
#define __printf(fmt, first) __attribute__((format(printf, fmt, first)))
#define __must_check __attribute__((warn_unused_result))
#define __always_inline inline __attribute__((always_inline))
#define noinline __attribute__((noinline))
#define __used __attribute__((used))
#define __weak __attribute__((weak))
#define __section(name) __attribute__((section(name)))
#define fallthrough __attribute__((fallthrough))

#ifndef static_assert
#define static_assert _Static_assert
#endif

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(n) (1ul << (n))

/* The structure of the given type that has ptr as the address of its member. */
#define container_of(ptr, type, member) \
	((type *)((char *)(1 ? (ptr) : &((type *)0)->member) - offsetof(type, member)))

/* Both sides must have the same type, each is evaluated once. */
#define min(a, b) ({ __auto_type a_ = (a); __auto_type b_ = (b); \
	(void)(&a_ == &b_); a_ < b_ ? a_ : b_; })
#define max(a, b) ({ __auto_type a_ = (a); __auto_type b_ = (b); \
	(void)(&a_ == &b_); a_ > b_ ? a_ : b_; })
#define min_t(type, a, b) ({ type a_ = (a); type b_ = (b); a_ < b_ ? a_ : b_; })
#define max_t(type, a, b) ({ type a_ = (a); type b_ = (b); a_ > b_ ? a_ : b_; })
#define clamp(v, lo, hi) ({ __auto_type v_ = (v); __typeof__(v_) lo_ = (lo); __typeof__(v_) hi_ = (hi); \
	v_ < lo_ ? lo_ : v_ > hi_ ? hi_ : v_; })
#define swap(a, b) do { __typeof__(a) swap_ = (a); (a) = (b); (b) = swap_; } while (0)

/* n is a power of two; the result has the type of x. */
#define ALIGN_DOWN(x, n) ((x) & ~((__typeof__(x))(n) - 1))
#define ALIGN(x, n) ALIGN_DOWN((x) + ((__typeof__(x))(n) - 1), n)
#define IS_ALIGNED(x, n) (((x) & ((__typeof__(x))(n) - 1)) == 0)
#define DIV_ROUND_UP(x, n) (((x) + (n) - 1) / (n))
#define is_power_of_2(x) ((x) != 0 && ((x) & ((x) - 1)) == 0)

/* One access that the compiler neither repeats, splits nor removes. */
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define barrier() __asm__ volatile("" ::: "memory")

static_assert(sizeof(u64) == 8 && sizeof(u32) == 4 && sizeof(u16) == 2, "integer widths");
